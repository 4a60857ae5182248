// Signs the instructions of granted claims, so that a page that pins the public key knows its backend's word (rule 15).
// Knows keys and detached JWS (RFC 7515, appendix F); does not know claims.
import { CompactSign, calculateJwkThumbprint, compactVerify, exportJWK, importJWK, type JWK } from 'jose';
import { readKeys } from '../instruction-key.ts';
import { instructionText } from '../instruction-text.ts';
import type { Instruction } from '../schema.ts';
import { importPkcs8, readPem } from './der.ts';

const FORMS =
  'Give a private P-256 or Ed25519 key: the JSON of a JWK with kty, crv, d and kid, or a PKCS#8 PEM from "-----BEGIN PRIVATE KEY-----" to "-----END PRIVATE KEY-----".';

interface Pair {
  alg: 'ES256' | 'EdDSA';
  key: CryptoKey | Uint8Array;
  publicKey: JWK & { kid: string };
}

const broken = (cause?: unknown) =>
  new Error(`signingKey holds no key that instructions can be signed with. ${FORMS}`, { cause });

const publicOf = async ({ kty = '', crv = '', x = '', y }: JWK, kid?: string): Promise<Pair['publicKey']> => {
  const jwk = { kty, crv, x, ...(y === undefined ? {} : { y }) };
  // A key without a name is named by its thumbprint (RFC 7638), so that every key has one and no two share it.
  return { ...jwk, kid: kid ?? (await calculateJwkThumbprint(jwk)) };
};

const ALGORITHMS: Readonly<Record<string, Pair['alg']>> = { 'EC P-256': 'ES256', 'OKP Ed25519': 'EdDSA' };

/** @throws where the text is no private JWK whose public half a page could read. */
const fromJwk = (text: string): (() => Promise<Pair>) => {
  const { kty, crv, x, y, d, kid }: JWK = JSON.parse(text);
  const alg = ALGORITHMS[`${kty} ${crv}`];
  // 32 bytes of base64url.
  if (!alg || typeof d !== 'string' || !/^[\w-]{43}$/.test(d)) throw broken();
  const half = { kty, crv, x, ...(alg === 'ES256' && { y }) } as JWK;
  readKeys(JSON.stringify({ ...half, kid: kid === undefined ? 'a-thumbprint' : kid }));
  // Only what the key is: runtimes differ in what else of a JWK they take offence at.
  return async () => ({ alg, key: await importJWK({ ...half, d }, alg), publicKey: await publicOf(half, kid) });
};

const fromPem = (text: string): (() => Promise<Pair>) => {
  const pem = readPem(text);
  if (!pem || pem === 'broken') throw broken();
  return async () => {
    const key = await importPkcs8(pem, true);
    return { alg: pem.alg, key, publicKey: await publicOf(await exportJWK(key)) };
  };
};

const signWith = ({ alg, key, publicKey: { kid } }: Pair, text: string, header: object): Promise<string> =>
  new CompactSign(new TextEncoder().encode(text)).setProtectedHeader({ ...header, alg, kid }).sign(key);

/** What only work can tell: a point off its curve, or halves that do not belong together. A page would take none of its signatures. */
const prove = async (pair: Pair): Promise<Pair> => {
  await compactVerify(await signWith(pair, 'probe', {}), await importJWK(pair.publicKey, pair.alg));
  return pair;
};

/** Reads the form at once; the key itself is imported and proved on the first call. */
const readPair = (signingKey: string): (() => Promise<Pair>) => {
  // Environment files often carry a PEM on one line, with `\n` written out.
  const text = `${signingKey}`.trim();
  let load: () => Promise<Pair>;
  try {
    load = text.startsWith('{') ? fromJwk(text) : fromPem(text.replaceAll('\\n', '\n'));
  } catch {
    // The cause may quote the text, which is a secret.
    throw broken();
  }
  let loaded: Promise<Pair> | undefined;
  return () => {
    loaded ??= load()
      .then(prove)
      .catch((cause: unknown) => {
        throw broken(cause);
      });
    return loaded;
  };
};

/** Signs instructions with one key. */
export interface InstructionSigner {
  /** The detached signature over an instruction for the sale it was granted to: its header names algorithm, key and sale. */
  sign(saleId: string, instruction: Instruction): Promise<string>;
  /** Rejects where the key is of the right form and no key all the same. */
  prove(): Promise<void>;
}

/** @throws Error with what to give instead, at once for all that looking at the text can tell. */
export const createInstructionSigner = (signingKey: string): InstructionSigner => {
  const pair = readPair(signingKey);
  return {
    sign: async (saleId, instruction) => {
      const [head, , mark] = (await signWith(await pair(), instructionText(instruction), { saleId })).split('.');
      return `${head}..${mark}`;
    },
    prove: async () => void (await pair()),
  };
};

/**
 * The public half of a signing key, as the text for the element's `instruction-key`.
 * @throws Error where the key is none.
 */
export const instructionKeyOf = async (signingKey: string): Promise<string> =>
  JSON.stringify((await readPair(signingKey)()).publicKey);
