// The bearer token of one request to Coinbase: a JWT bound to method, host and path.
// Knows Coinbase's claims; does not know what is asked.
import { SignJWT } from 'jose';
import type { SigningKey } from './key.ts';

/** Two minutes: docs.cdp.coinbase.com, get-started/authentication/jwt-authentication. */
const LIFE_SECONDS = 120;

/** Signs one request. */
export type Sign = (method: string, url: URL) => Promise<string>;

const nonce = (): string =>
  Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, '0')).join('');

/** @param loadKey the private key of `keyId`; called for each token. */
export const createSigner =
  (keyId: string, loadKey: () => Promise<SigningKey>): Sign =>
  async (method, url) => {
    const { alg, key } = await loadKey();
    const now = Math.floor(Date.now() / 1000);
    // Without the query: Coinbase refuses a signed path that has one.
    return new SignJWT({ uris: [`${method} ${url.host}${url.pathname}`] })
      .setProtectedHeader({ alg, kid: keyId, typ: 'JWT', nonce: nonce() })
      .setSubject(keyId)
      .setIssuer('cdp')
      .setNotBefore(now)
      .setIssuedAt(now)
      .setExpirationTime(now + LIFE_SECONDS)
      .sign(key);
  };
