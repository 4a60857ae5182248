// Reads a CDP API key's secret in each form that Coinbase hands out.
// Knows key encodings; does not know tokens or requests.
import { base64url } from 'jose';
import { importPkcs8, readPem } from './der.ts';

/** A private key and the JWS algorithm it signs with. */
export interface SigningKey {
  alg: 'EdDSA' | 'ES256';
  key: CryptoKey;
}

const FORMS =
  'Give the secret of a CDP Secret API Key as the portal shows it: the base64 text of an Ed25519 key (64 bytes), or the whole PEM of an ECDSA key from "-----BEGIN" to "-----END".';

const bytesOf = (base64: string): Uint8Array<ArrayBuffer> =>
  Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));

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
  const pem = readPem(text);
  let load: () => Promise<SigningKey>;
  if (pem === 'broken')
    throw new Error(`apiKeySecret is a PEM, but holds no P-256 or Ed25519 private key, or not all of it. ${FORMS}`);
  if (pem) {
    load = async () => ({ alg: pem.alg, key: await importPkcs8(pem) });
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
