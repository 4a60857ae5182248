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

const importPkcs8 = async (bytes: Uint8Array<ArrayBuffer>): Promise<SigningKey> => {
  const load = (algorithm: EcKeyImportParams | { name: string }) =>
    crypto.subtle.importKey('pkcs8', bytes, algorithm, false, ['sign']);
  try {
    return { alg: 'ES256', key: await load({ name: 'ECDSA', namedCurve: 'P-256' }) };
  } catch {
    try {
      return { alg: 'EdDSA', key: await load({ name: 'Ed25519' }) };
    } catch {
      throw new Error(`apiKeySecret is a PEM, but holds no P-256 or Ed25519 private key. ${FORMS}`);
    }
  }
};

/** 32 bytes of seed, then 32 bytes of public key: `d` and `x` of an RFC 8037 JWK. */
const importPair = async (pair: Uint8Array): Promise<SigningKey> => {
  const [d, x] = [pair.subarray(0, 32), pair.subarray(32)].map((half) => base64url.encode(half));
  const jwk = { kty: 'OKP', crv: 'Ed25519', d, x } as JsonWebKey;
  try {
    return { alg: 'EdDSA', key: await crypto.subtle.importKey('jwk', jwk, { name: 'Ed25519' }, false, ['sign']) };
  } catch {
    throw new Error(`apiKeySecret has the length of an Ed25519 key, but is none. ${FORMS}`);
  }
};

/**
 * Recognises the form of a secret at once; its key is imported on the first call.
 * @throws Error with what to give instead, at once for an unknown form, on the call for a broken key.
 */
export const readKey = (secret: string): (() => Promise<SigningKey>) => {
  // Environment files often carry a PEM on one line, with `\n` written out.
  const text = secret.replaceAll('\\n', '\n').trim();
  const pem = /-----BEGIN (EC )?PRIVATE KEY-----([A-Za-z0-9+/=\s]+)-----END \1?PRIVATE KEY-----/.exec(text);
  let load: () => Promise<SigningKey>;
  if (pem?.[2]) {
    const body = pem[2].replace(/\s/g, '');
    load = () => importPkcs8(pem[1] ? wrapSec1(bytesOf(body)) : bytesOf(body));
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
