// Keys for one run of the demo: a CDP API key as Coinbase's portal hands them out, and the site's own for signing instructions.
// Knows key formats; never touches a disk.
import { generateKeyPairSync, randomUUID } from 'node:crypto';

export interface ApiKey {
  id: string;
  /** Base64 of 64 bytes: the Ed25519 seed, then the public key, as `@coinbase/cdp-sdk` takes it. */
  secret: string;
  publicJwk: { kty: 'OKP'; crv: 'Ed25519'; x: string };
}

/** A fresh Ed25519 key. */
export const createApiKey = (): ApiKey => {
  const { d, x } = generateKeyPairSync('ed25519').privateKey.export({ format: 'jwk' });
  if (!d || !x) throw new Error('Node made a key without its parts.');
  const secret = Buffer.concat([Buffer.from(d, 'base64url'), Buffer.from(x, 'base64url')]).toString('base64');
  return { id: randomUUID(), secret, publicJwk: { kty: 'OKP', crv: 'Ed25519', x } };
};

/** A fresh key that signs instructions. P-256, which every browser verifies; a real site keeps one over its restarts. */
export const createSigningKey = (): string =>
  generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
