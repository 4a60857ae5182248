// Signs the instructions of granted claims, so that a page that pins the public key knows its backend's word (rule 15).
// Knows keys and detached JWS (RFC 7515, appendix F); does not know claims.
import { CompactSign, calculateJwkThumbprint, exportJWK, importJWK, importPKCS8, type JWK } from 'jose';
import { readKeys } from '../instruction-key.ts';
import { instructionText } from '../instruction-text.ts';
import type { Instruction } from '../schema.ts';

const FORMS =
  'Give a private P-256 or Ed25519 key: the JSON of a JWK with kty, crv, d and kid, or a PKCS#8 PEM from "-----BEGIN PRIVATE KEY-----" to "-----END PRIVATE KEY-----".';

interface Pair {
  alg: 'ES256' | 'EdDSA';
  key: CryptoKey | Uint8Array;
  publicKey: JWK & { kid: string };
}

const publicOf = async ({ kty = '', crv = '', x = '', y }: JWK, kid?: string): Promise<JWK & { kid: string }> => {
  const jwk = { kty, crv, x, ...(y === undefined ? {} : { y }) };
  // A key without a name is named by its thumbprint (RFC 7638), so that every key has one and no two share it.
  return { ...jwk, kid: kid ?? (await calculateJwkThumbprint(jwk)) };
};

const algOf = ({ kty, crv, d }: JWK): Pair['alg'] | undefined => {
  if (typeof d !== 'string') return undefined;
  if (kty === 'EC' && crv === 'P-256') return 'ES256';
  return kty === 'OKP' && crv === 'Ed25519' ? 'EdDSA' : undefined;
};

const fromJwk = async (jwk: JWK, alg: Pair['alg']): Promise<Pair> => ({
  alg,
  key: await importJWK(jwk, alg),
  publicKey: await publicOf(jwk, jwk.kid),
});

const fromPem = async (pem: string): Promise<Pair> => {
  const load = (alg: Pair['alg']) => importPKCS8(pem, alg, { extractable: true }).then((key) => ({ alg, key }));
  const { alg, key } = await load('ES256').catch(() => load('EdDSA'));
  return { alg, key, publicKey: await publicOf(await exportJWK(key)) };
};

const parseJwk = (text: string): JWK | undefined => {
  try {
    const jwk: unknown = JSON.parse(text);
    return typeof jwk === 'object' && jwk !== null ? jwk : undefined;
  } catch {
    return undefined;
  }
};

const broken = (cause?: unknown) =>
  new Error(`signingKey holds no key that instructions can be signed with. ${FORMS}`, { cause });

/** Recognises the form at once; the key itself is imported on the first call. */
const readPair = (signingKey: string): (() => Promise<Pair>) => {
  // Environment files often carry a PEM on one line, with `\n` written out.
  const text = signingKey.trim();
  const jwk = parseJwk(text);
  const alg = jwk && algOf(jwk);
  const isPem = text.startsWith('-----BEGIN PRIVATE KEY-----');
  if (!isPem && !alg) throw broken();
  const load = async (): Promise<Pair> => {
    const pair = await (jwk && alg ? fromJwk(jwk, alg) : fromPem(text.replaceAll('\\n', '\n')));
    // What no page could read is no key to sign with.
    readKeys(JSON.stringify(pair.publicKey));
    return pair;
  };
  let loaded: Promise<Pair> | undefined;
  return () => {
    loaded ??= load().catch((cause: unknown) => {
      throw broken(cause);
    });
    return loaded;
  };
};

/** Signs an instruction for the sale it was granted to. */
export type Sign = (saleId: string, instruction: Instruction) => Promise<string>;

/**
 * @returns a function that makes the detached signature: the header names algorithm, key and sale.
 * @throws Error with what to give instead, at once for an unknown form, on the call for a broken key.
 */
export const createSign = (signingKey: string): Sign => {
  const pair = readPair(signingKey);
  return async (saleId, instruction) => {
    const { alg, key, publicKey } = await pair();
    const jws = await new CompactSign(new TextEncoder().encode(instructionText(instruction)))
      .setProtectedHeader({ alg, kid: publicKey.kid, saleId })
      .sign(key);
    const [head, , mark] = jws.split('.');
    return `${head}..${mark}`;
  };
};

/**
 * The public half of a signing key, as the text for the element's `instruction-key`.
 * @throws Error where the key is none.
 */
export const instructionKeyOf = async (signingKey: string): Promise<string> =>
  JSON.stringify((await readPair(signingKey)()).publicKey);
