// Makes `partnerUserRef`s and says whose they are, by HMAC, without remembering any.
// Knows the secret; does not know Coinbase or HTTP.
import { timingSafeEqual } from 'hono/utils/buffer';
import { base64url } from 'jose';

/** Coinbase takes up to 49 URL-safe characters; these are 20 that name the sale and 24 that bind it to the user. */
const SALE_BYTES = 15;
const OWNER_BYTES = 18;
const SHAPE = /^[A-Za-z0-9_-]{44}$/;

export const MIN_SECRET = 32;
/** 32 random hex digits have fewer less than once in ten million times. */
const MIN_DIFFERENT = 8;

/** Whether a text can be a secret: long enough, and no row of blanks or of one letter. */
export const isSecret = (text: unknown): text is string =>
  typeof text === 'string' && text.trim().length >= MIN_SECRET && new Set(text).size >= MIN_DIFFERENT;

/** A MAC (HMAC-SHA-256, 32 bytes) over words, of one secret. Same words, same MAC; other words, other MAC. */
export const createMac = (secret: string): ((...words: string[]) => Promise<Uint8Array<ArrayBuffer>>) => {
  const encoder = new TextEncoder();
  let imported: Promise<CryptoKey> | undefined;
  const importKey = () =>
    crypto.subtle.importKey('raw', encoder.encode(secret), { name: 'HMAC', hash: 'SHA-256' }, false, ['sign']);
  return async (...words) => {
    imported ??= importKey();
    // JSON keeps ("a", "bc") and ("ab", "c") apart.
    return new Uint8Array(await crypto.subtle.sign('HMAC', await imported, encoder.encode(JSON.stringify(words))));
  };
};

/** References of one secret. */
export interface References {
  /** The reference of a user's sale: the same for the same two, not to be guessed without the secret. */
  make(user: string, saleId: string): Promise<string>;
  /** Whether a reference was made for this user. Takes the same time for every reference of the right shape. */
  belongs(reference: string, user: string): Promise<boolean>;
  /** What a user, or an IP address, is called in the store, which holds nobody's name. */
  nameOf(kind: 'user' | 'ip', who: string): Promise<string>;
}

export const createReferences = (secret: string): References => {
  const mac = createMac(secret);
  const code = async (bytes: number, ...words: string[]): Promise<string> =>
    base64url.encode((await mac(...words)).subarray(0, bytes));
  const bind = async (sale: string, user: string) => `${sale}${await code(OWNER_BYTES, 'owner', user, sale)}`;

  return {
    make: async (user, saleId) => bind(await code(SALE_BYTES, 'sale', user, saleId), user),
    belongs: async (reference, user) =>
      SHAPE.test(reference) && timingSafeEqual(reference, await bind(reference.slice(0, 20), user)),
    nameOf: (kind, who) => code(OWNER_BYTES, 'name', kind, who),
  };
};
