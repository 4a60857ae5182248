// Whether a webhook's request is Coinbase's word (docs.cdp.coinbase.com/webhooks/verify-signatures).
// Knows the signature and its age; does not know what is said in the body.

const MINUTE = 60_000;
const OLDEST = 5 * MINUTE;
/** How far the sender's clock may be ahead. */
const EARLIEST = MINUTE;
const SHA256_HEX = /^[0-9a-f]{64}$/i;

/** Why a request is not believed. Told to the operator, never to the caller. */
export type SignatureFault = 'no-signature' | 'bad-form' | 'too-old' | 'too-early' | 'wrong-signature';

/** @returns what is wrong, or `undefined` where the request is Coinbase's. `body` is what came, byte for byte. */
export type CheckSignature = (headers: Headers, body: Uint8Array) => Promise<SignatureFault | undefined>;

/** `t=1700000000,h=content-type x-event-id,v1=…`: parts that are not known, such as `v0`, are left. */
const read = (header: string): { t: string; h: string; v1: string } | undefined => {
  const parts = new Map<string, string>();
  for (const part of header.split(',')) {
    const [, name = '', value = ''] = /^\s*([a-z0-9]+)=(.*)$/s.exec(part) ?? [];
    if (parts.has(name)) return undefined;
    parts.set(name, value);
  }
  const [t, h, v1] = [parts.get('t'), parts.get('h'), parts.get('v1')];
  return t && h !== undefined && v1 && /^\d{1,12}$/.test(t) && SHA256_HEX.test(v1) ? { t, h, v1 } : undefined;
};

const bytesOf = (hex: string): Uint8Array<ArrayBuffer> =>
  Uint8Array.from(hex.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));

/** The names of the headers that a signature covers, in small letters. */
export const signedHeaders = (headers: Headers): string[] =>
  (read(headers.get('x-hook0-signature') ?? '')?.h ?? '').toLowerCase().split(' ').filter(Boolean);

/**
 * @param secrets of the subscriptions that may speak: more than one while one takes the place of another.
 * @param now milliseconds since the epoch.
 */
export const createCheckSignature = (secrets: readonly string[], now: () => number = Date.now): CheckSignature => {
  const encoder = new TextEncoder();
  let keys: Promise<CryptoKey[]> | undefined;
  const importKeys = () => {
    const algorithm = { name: 'HMAC', hash: 'SHA-256' };
    const one = (secret: string) =>
      crypto.subtle.importKey('raw', encoder.encode(secret), algorithm, false, ['verify']);
    return Promise.all(secrets.map(one));
  };

  return async (headers, body) => {
    const header = headers.get('x-hook0-signature');
    if (header === null) return 'no-signature';
    const parts = read(header);
    if (!parts) return 'bad-form';
    const values = signedHeaders(headers).map((name) => headers.get(name));
    if (values.includes(null)) return 'bad-form';
    const age = now() - Number(parts.t) * 1000;
    if (age > OLDEST) return 'too-old';
    if (age < -EARLIEST) return 'too-early';

    const head = encoder.encode(`${parts.t}.${parts.h}.${values.join('.')}.`);
    const message = new Uint8Array(head.length + body.length);
    message.set(head);
    message.set(body, head.length);
    keys ??= importKeys();
    // Web Crypto compares in constant time, so that nobody learns a signature byte by byte.
    const mark = bytesOf(parts.v1);
    const found = await Promise.all((await keys).map((key) => crypto.subtle.verify('HMAC', key, mark, message)));
    return found.includes(true) ? undefined : 'wrong-signature';
  };
};
