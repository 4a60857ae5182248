// Session tokens: minted for addresses, spent once, within five minutes. Does not know who asks or what is sold.
import * as z from 'zod/mini';
import { address, knownNetworks } from '../schema.ts';
import type { Clock } from './clock.ts';

// docs.cdp.coinbase.com/onramp: a session token is for one use and expires 5 minutes after it was made.
const LIFETIME_MS = 5 * 60_000;

/** Not by zod's own checks of length (4.6), which throw where a foreign `length` cannot be compared. */
const several = <T extends z.ZodMiniType>(inner: T, least = 0) =>
  z.array(inner).check(z.refine((list) => list.length >= least && list.length <= 100));
const request = z.object({
  addresses: several(z.object({ address: z.string(), blockchains: several(z.string(), 1) }), 1),
  assets: z.optional(several(z.string())),
  clientIp: z.optional(z.string()),
});

/** What a session token stands for. */
export type Session = Pick<z.infer<typeof request>, 'addresses' | 'assets'>;

/** Reads the body of `POST /onramp/v1/token`: what the token is to stand for, or why it is refused. */
export const readTokenRequest = (body: unknown): { session: Session } | { refusal: string } => {
  const read = request.safeParse(body);
  if (!read.success) {
    const [issue] = read.error.issues;
    return { refusal: `InvalidRequest: ${issue?.path.join('.') || 'body'} is missing or invalid` };
  }
  for (const entry of read.data.addresses) {
    const stranger = entry.blockchains.find(
      (network) => !knownNetworks.includes(network) || !address.safeParse(entry.address).success,
    );
    if (stranger !== undefined)
      return { refusal: `InvalidRequest: address [${entry.address}] is not valid for blockchain [${stranger}]` };
  }
  return { session: read.data };
};

export interface Tokens {
  mint(session: Session): string;
  /** Uses a token up: what it stood for, or why it is no good. */
  spend(token: string): { session: Session } | { refusal: string };
  clear(): void;
}

export const createTokens = (clock: Clock): Tokens => {
  const minted = new Map<string, { session: Session; at: number; spent: boolean }>();
  return {
    mint(session) {
      const token = btoa(crypto.randomUUID());
      minted.set(token, { session, at: clock.now(), spent: false });
      return token;
    },
    spend(token) {
      const entry = minted.get(token);
      if (!entry) return { refusal: 'This session token was never minted here.' };
      if (entry.spent) return { refusal: 'This session token was used before. It is good for one window.' };
      if (clock.now() - entry.at >= LIFETIME_MS) return { refusal: 'This session token is older than 5 minutes.' };
      entry.spent = true;
      return { session: entry.session };
    },
    clear: () => minted.clear(),
  };
};
