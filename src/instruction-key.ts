// PURE. The text of `instruction-key` → the public keys of the backend that a page trusts, or what is wrong with it.
// Knows JWK (RFC 7517, RFC 8037); does not know how a signature is verified.
import * as z from 'zod/mini';
import { OfframpError } from './errors.ts';

/** 32 bytes of base64url. */
const coordinate = z.string().check(z.regex(/^[\w-]{43}$/));
const kid = z.optional(z.string().check(z.regex(/^[\x21-\x7e]{1,128}$/)));
const use = z.optional(z.literal('sig'));

const publicKey = z.union([
  z.object({
    kty: z.literal('EC'),
    crv: z.literal('P-256'),
    x: coordinate,
    y: coordinate,
    kid,
    use,
    alg: z.optional(z.literal('ES256')),
  }),
  z.object({
    kty: z.literal('OKP'),
    crv: z.literal('Ed25519'),
    x: coordinate,
    kid,
    use,
    // RFC 8037's name, and RFC 9864's.
    alg: z.optional(z.enum(['EdDSA', 'Ed25519'])),
  }),
]);
export type PublicKey = z.infer<typeof publicKey>;

/** More is no rotation. */
const MOST = 10;

const wrong = (message: string, advice: string): OfframpError =>
  new OfframpError('instruction-invalid', { message, advice });

/** The page pins a key, and its backend signs nothing. */
export const unsigned = (): OfframpError =>
  new OfframpError('instruction-invalid', {
    message: 'This page wants signed instructions to send, and its backend gives none.',
  });

const listIn = (value: unknown): unknown[] => {
  if (Array.isArray(value)) return value;
  const { keys } = (value ?? {}) as { keys?: unknown };
  return Array.isArray(keys) ? keys : [value];
};

const parse = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
};

/**
 * Reads a public JWK, a JWK Set or a list of JWKs, P-256 or Ed25519, each with a `kid` of its own where there are several.
 * @throws OfframpError `instruction-invalid` for anything else, also for nothing: a page that means to pin a key has one.
 */
export const readKeys = (text: string): PublicKey[] => {
  const values = listIn(parse(text));
  if (values.some((value) => typeof value === 'object' && value !== null && Object.hasOwn(value, 'd'))) {
    throw wrong(
      'The instruction-key of this button is a private key, which every visitor can read.',
      'Make a new pair of keys, and put only the public one on the page.',
    );
  }
  const keys = values.map((value) => publicKey.safeParse(value).data);
  const known = keys.filter((key) => key !== undefined);
  const names = new Set(known.map((key) => key.kid));
  if (known.length === 0 || known.length > MOST || names.size !== values.length) {
    throw wrong(
      'The instruction-key of this button is not a public key.',
      'Set it to the JSON of a public JWK or JWK Set, P-256 or Ed25519, each of several keys with a kid of its own.',
    );
  }
  return known;
};
