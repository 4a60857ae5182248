// Private keys as PEM, as far as looking at the bytes can tell. Knows DER and its key formats; does not know what a key is for.

/** A P-256 or Ed25519 private key as PKCS#8, the one form that WebCrypto reads, and the JWS algorithm it signs with. */
export interface Pkcs8 {
  alg: 'EdDSA' | 'ES256';
  bytes: Uint8Array<ArrayBuffer>;
}

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

/** SEC1 `ECPrivateKey` (RFC 5915) put into PKCS#8 (RFC 5208). */
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

const bytesOf = (base64: string): Uint8Array<ArrayBuffer> | undefined => {
  try {
    return Uint8Array.from(atob(base64.replace(/\s/g, '')), (character) => character.charCodeAt(0));
  } catch {
    return undefined;
  }
};

const PEM = /-----BEGIN (EC )?PRIVATE KEY-----([A-Za-z0-9+/=\s]+)-----END \1?PRIVATE KEY-----/;

/**
 * The key in a PEM (PKCS#8 or SEC1). @returns `undefined` where the text is no PEM of a private key, `'broken'` where it holds
 * another kind of key, or not all of it.
 */
export const readPem = (text: string): Pkcs8 | 'broken' | undefined => {
  const [, isSec1, body] = PEM.exec(text) ?? [];
  if (body === undefined) return undefined;
  const bytes = bytesOf(body);
  if (!bytes || !isWhole(bytes)) return 'broken';
  if (isSec1) return holds(bytes, SEC1_256) ? { alg: 'ES256', bytes: wrapSec1(bytes) } : 'broken';
  if (holds(bytes, ED25519)) return { alg: 'EdDSA', bytes };
  return holds(bytes, PRIME256V1) ? { alg: 'ES256', bytes } : 'broken';
};

/** @throws DOMException where the bytes are no such key after all. */
export const importPkcs8 = ({ alg, bytes }: Pkcs8, isExtractable = false): Promise<CryptoKey> => {
  const algorithm = alg === 'EdDSA' ? { name: 'Ed25519' } : { name: 'ECDSA', namedCurve: 'P-256' };
  return crypto.subtle.importKey('pkcs8', bytes, algorithm, isExtractable, ['sign']);
};
