// Reads a CDP API key's secret in each form that Coinbase hands out.
// Knows key encodings; does not know tokens or requests.
import { base64url } from 'jose';

/** A private key and the JWS algorithm it signs with. */
export interface SigningKey {
  alg: 'EdDSA' | 'ES256';
  key: CryptoKey;
}

const FORMS =
  'Give the secret of a CDP Secret API Key as the portal shows it: the base64 text of an Ed25519 key (64 bytes), or the whole PEM of an ECDSA key from "-----BEGIN" to "-----END".';

const bytesOf = (base64: string): Uint8Array<ArrayBuffer> =>
  Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));

/** One DER value: tag, length (X.690 8.1.3), content. */
const der = (tag: number, ...parts: Uint8Array[]): Uint8Array<ArrayBuffer> => {
  const content = parts.flatMap((part) => [...part]);
  const length: number[] = [];
  for (let rest = content.length; rest > 0; rest >>= 8) length.unshift(rest & 0xff);
  const head = content.length < 0x80 ? [content.length] : [0x80 | length.length, ...length];
  return Uint8Array.from([tag, ...head, ...content]);
};

/** id-ecPublicKey (1.2.840.10045.2.1) with prime256v1 (1.2.840.10045.3.1.7): RFC 5480. */
const P256 = Uint8Array.from([
  0x30, 0x13, 0x06, 0x07, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01, 0x06, 0x08, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03,
  0x01, 0x07,
]);

/** SEC1 `ECPrivateKey` (RFC 5915) put into PKCS#8 (RFC 5208): WebCrypto reads only the latter. */
const wrapSec1 = (sec1: Uint8Array): Uint8Array<ArrayBuffer> =>
  der(0x30, Uint8Array.from([0x02, 0x01, 0x00]), P256, der(0x04, sec1));

/** id-Ed25519 (1.3.101.112): RFC 8410. */
const ED25519 = [0x06, 0x03, 0x2b, 0x65, 0x70];
/** prime256v1, as it ends {@link P256}. */
const PRIME256V1 = [...P256.subarray(-10)];
/** What begins an `ECPrivateKey` of 32 bytes: version 1, then that many bytes. */
const SEC1_256 = [0x02, 0x01, 0x01, 0x04, 0x20];

const holds = (bytes: Uint8Array, part: readonly number[]): boolean =>
  bytes.some((_, index) => part.every((byte, offset) => bytes[index + offset] === byte));

/** Whether the bytes are one whole DER SEQUENCE: a PEM that lost a line is none. */
const isWhole = (bytes: Uint8Array): boolean => {
  const [tag, first = 0] = bytes;
  const extra = first < 0x80 ? 0 : first & 0x7f;
  const length = extra === 0 ? first : bytes.subarray(2, 2 + extra).reduce((sum, byte) => sum * 256 + byte, 0);
  return tag === 0x30 && bytes.length === 2 + extra + length;
};

const importPkcs8 = async (bytes: Uint8Array<ArrayBuffer>): Promise<SigningKey> => {
  const load = (algorithm: EcKeyImportParams | { name: string }) =>
    crypto.subtle.importKey('pkcs8', bytes, algorithm, false, ['sign']);
  return holds(bytes, ED25519)
    ? { alg: 'EdDSA', key: await load({ name: 'Ed25519' }) }
    : { alg: 'ES256', key: await load({ name: 'ECDSA', namedCurve: 'P-256' }) };
};

/** The PKCS#8 bytes of a PEM's body. @throws Error for anything but a P-256 or Ed25519 private key. */
const pkcs8Of = (body: string, isSec1: boolean): Uint8Array<ArrayBuffer> => {
  let bytes: Uint8Array<ArrayBuffer> | undefined;
  try {
    bytes = bytesOf(body.replace(/\s/g, ''));
  } catch {
    // No base64: told below.
  }
  const isKnown = (found: Uint8Array) =>
    isSec1 ? holds(found, SEC1_256) : holds(found, PRIME256V1) || holds(found, ED25519);
  if (!bytes || !isWhole(bytes) || !isKnown(bytes))
    throw new Error(`apiKeySecret is a PEM, but holds no P-256 or Ed25519 private key, or not all of it. ${FORMS}`);
  return isSec1 ? wrapSec1(bytes) : bytes;
};

/** 32 bytes of seed, then 32 bytes of public key: `d` and `x` of an RFC 8037 JWK. */
const importPair = async (pair: Uint8Array<ArrayBuffer>): Promise<SigningKey> => {
  const [d = '', x = ''] = [pair.subarray(0, 32), pair.subarray(32)].map((half) => base64url.encode(half));
  const jwk = { kty: 'OKP', crv: 'Ed25519', x };
  const load = (half: JsonWebKey, use: KeyUsage) =>
    crypto.subtle.importKey('jwk', half, { name: 'Ed25519' }, false, [use]);
  try {
    const [key, publicKey] = await Promise.all([load({ ...jwk, d }, 'sign'), load(jwk, 'verify')]);
    // Not every runtime looks whether the halves belong together; Coinbase would answer 401 without a word.
    const probe = await crypto.subtle.sign('Ed25519', key, pair);
    if (await crypto.subtle.verify('Ed25519', publicKey, probe, pair)) return { alg: 'EdDSA', key };
  } catch {
    // Told below.
  }
  throw new Error(`apiKeySecret has the length of an Ed25519 key, but is none. ${FORMS}`);
};

/**
 * Recognises the form of a secret at once; its key is imported on the first call.
 * @throws Error with what to give instead, at once for all but a pair of bytes that do not belong together.
 */
export const readKey = (secret: string): (() => Promise<SigningKey>) => {
  // Environment files often carry a PEM on one line, with `\n` written out.
  const text = secret.replaceAll('\\n', '\n').trim();
  if (text.startsWith('{'))
    throw new Error(`apiKeySecret is a whole JSON file. Give only the text of its "privateKey". ${FORMS}`);
  const pem = /-----BEGIN (EC )?PRIVATE KEY-----([A-Za-z0-9+/=\s]+)-----END \1?PRIVATE KEY-----/.exec(text);
  let load: () => Promise<SigningKey>;
  if (pem?.[2]) {
    const bytes = pkcs8Of(pem[2], pem[1] !== undefined);
    load = () => importPkcs8(bytes);
  } else if (/^[A-Za-z0-9+/]{86}(==)?$/.test(text)) {
    load = () => importPair(bytesOf(text));
  } else {
    throw new Error(`apiKeySecret has a form that is not known. ${FORMS}`);
  }
  let loaded: Promise<SigningKey> | undefined;
  return () => {
    loaded ??= load();
    return loaded;
  };
};
