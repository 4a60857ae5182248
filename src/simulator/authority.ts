// Whether a request to the API is signed by a known key. Knows CDP's JWTs; does not know what the request asks for.
import { decodeProtectedHeader, importJWK, importSPKI, type JWK, jwtVerify } from 'jose';
import type { Clock } from './clock.ts';

/** A public key, Ed25519 or P-256: a JWK, or SPKI in PEM. */
export type PublicKey = JWK | string;

// CDP's JWTs live 120 seconds; how exactly Coinbase counts is not known, so a few seconds are let pass.
const LIFETIME_SECONDS = 120;
const SKEW_SECONDS = 5;

type Key = Awaited<ReturnType<typeof importJWK>>;

const importKey = async (key: PublicKey): Promise<Key> => {
  if (typeof key === 'object') return importJWK(key, key.kty === 'OKP' ? 'EdDSA' : 'ES256');
  return importSPKI(key, 'EdDSA').catch(() => importSPKI(key, 'ES256'));
};

/** Says what is wrong with the form of a key, or `undefined` where nothing is. */
export const keyFault = (key: unknown): string | undefined => {
  if (typeof key === 'string')
    return key.includes('-----BEGIN PUBLIC KEY-----') ? undefined : 'is not an SPKI PEM ("BEGIN PUBLIC KEY")';
  if (typeof key !== 'object' || key === null) return 'is neither a JWK nor a PEM';
  if ('d' in key) return 'is a private key; give its public half only';
  const { kty, crv } = key as JWK;
  return (kty === 'OKP' && crv === 'Ed25519') || (kty === 'EC' && crv === 'P-256')
    ? undefined
    : 'is neither Ed25519 nor P-256';
};

/** Says why a request is not authorized, or `undefined` where it is. */
export type Authority = (request: Request) => Promise<string | undefined>;

export const createAuthority = (keys: Readonly<Record<string, PublicKey>>, clock: Clock): Authority => {
  const known = new Map(Object.entries(keys));
  const imported = new Map<string, Promise<Key>>();
  const keyOf = (id: string, key: PublicKey): Promise<Key> => {
    const ready = imported.get(id) ?? importKey(key);
    imported.set(id, ready);
    return ready;
  };

  return async (request) => {
    const [, token] = /^Bearer (\S+)$/.exec(request.headers.get('Authorization') ?? '') ?? [];
    if (!token) return 'no bearer token';
    try {
      const { kid } = decodeProtectedHeader(token);
      const key = kid === undefined ? undefined : known.get(kid);
      if (kid === undefined || key === undefined) return 'kid is not a known API key';
      const { payload } = await jwtVerify(token, await keyOf(kid, key), {
        algorithms: ['EdDSA', 'ES256'],
        issuer: ['cdp', 'coinbase-cloud'],
        subject: kid,
        requiredClaims: ['nbf', 'exp'],
        // Without leaps: `advance` moves Coinbase's orders, while whoever signs still lives in real time.
        currentDate: new Date(clock.real()),
      });
      const { nbf = 0, exp = 0 } = payload;
      if (exp - nbf > LIFETIME_SECONDS + SKEW_SECONDS) return 'exp is more than 120 seconds after nbf';
      const { host, pathname } = new URL(request.url);
      // The query is no part of what is signed (coinbase/onramp-v2-mobile-demo, `cdpFetch`).
      const wanted = `${request.method} ${host}${pathname}`;
      const signed = Array.isArray(payload.uris) ? payload.uris : [payload.uri];
      return signed.includes(wanted) ? undefined : `uri is not "${wanted}"`;
    } catch (error) {
      return error instanceof Error ? error.message : 'the token cannot be read';
    }
  };
};
