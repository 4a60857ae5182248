// Whether a person holds the address that they want to sell from: an EIP-4361 message, signed by their wallet.
// Knows nonces, messages and signatures of ordinary accounts; does not know sessions or Coinbase.
import { timingSafeEqual } from 'hono/utils/buffer';
import { parseSiweMessage, validateSiweMessage } from 'viem/siwe';
import { isHex, verifyMessage } from 'viem/utils';
import * as z from 'zod/mini';
import { createMac, isSecret, MIN_SECRET } from './reference.ts';

/** `GET …/address-proof`: what the page writes into the message that the wallet signs. */
export const challengeAnswer = z.object({ nonce: z.string(), domain: z.string(), expirationTime: z.string() });
export type Challenge = z.infer<typeof challengeAnswer>;

/** A message and its signature, as the token request brings them. */
interface Proof {
  message: string;
  signature: string;
}

/** The hook `proveAddress`: {@link createAddressProof} makes one. */
export interface AddressProof {
  /** What this user's next message must hold. */
  challenge(user: string): Challenge | Promise<Challenge>;
  /** Whether this user proved, just now, to hold the address. */
  verify(user: string, address: string, proof: Proof): boolean | Promise<boolean>;
}

interface AddressProofOptions {
  /** Host, and port where it is not the scheme's, of the pages that ask for the signature, as wallets show it. */
  domain: string | readonly string[];
  /** At least 32 random characters, the same on all machines. */
  secret: string;
  /** Milliseconds that a nonce is good. Default: ten minutes. */
  life?: number;
  /** Milliseconds since the epoch. */
  clock?: () => number;
}

const LIFE = 10 * 60_000;
const TIME_LETTERS = 11;
const MAC_BYTES = 18;
const NONCE = new RegExp(`^[0-9a-f]{${TIME_LETTERS}}[0-9a-f]{${2 * MAC_BYTES}}$`);

const hex = (bytes: Uint8Array): string => Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');

/**
 * Proof by EIP-4361 ("Sign-In with Ethereum"), remembering nothing: a nonce is a time and a MAC over time and user, so it is of use
 * to this user only, for ten minutes, as often as they like. It proves accounts with a key; contract accounts (EIP-1271) sign
 * with code that only a chain can run, and are refused: give a hook of your own for those.
 * @throws Error at once where an option is missing or wrong.
 */
export const createAddressProof = (options: AddressProofOptions): AddressProof => {
  const { secret, life = LIFE, clock = Date.now } = options;
  const domains = [options.domain].flat();
  if (domains.length === 0 || !domains.every((domain) => typeof domain === 'string' && /^[\w.-]+(:\d+)?$/.test(domain)))
    throw new Error('createAddressProof: domain is not one. Give the host of your pages, such as "shop.example".');
  if (!isSecret(secret))
    throw new Error(
      `createAddressProof: secret is missing, short or not random. Give at least ${MIN_SECRET} random characters.`,
    );
  const mac = createMac(secret);
  const nonceOf = async (user: string, time: number): Promise<string> => {
    const written = time.toString(16).padStart(TIME_LETTERS, '0');
    return `${written}${hex((await mac('address-proof', user, written)).subarray(0, MAC_BYTES))}`;
  };

  const isFresh = async (user: string, nonce: string): Promise<boolean> => {
    if (!NONCE.test(nonce)) return false;
    const time = Number.parseInt(nonce.slice(0, TIME_LETTERS), 16);
    return (await timingSafeEqual(nonce, await nonceOf(user, time))) && clock() < time + life;
  };

  return {
    challenge: async (user) => {
      const now = clock();
      const nonce = await nonceOf(user, now);
      return { nonce, domain: domains[0] ?? '', expirationTime: new Date(now + life).toISOString() };
    },

    verify: async (user, address, { message, signature }) => {
      const fields = parseSiweMessage(message);
      const { nonce = '', domain = '', uri = '', version } = fields;
      if (version !== '1' || !domains.includes(domain) || !(await isFresh(user, nonce))) return false;
      // The page that asked must be of the domain that the wallet showed.
      if (!URL.canParse(uri) || new URL(uri).host !== domain) return false;
      if (!isHex(address) || !isHex(signature)) return false;
      if (!validateSiweMessage({ message: fields, address, domain, nonce, time: new Date(clock()) })) return false;
      return verifyMessage({ address, message, signature }).catch(() => false);
    },
  };
};
