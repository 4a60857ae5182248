// Which sales a user began, newest first, each with its latest order.
// Knows the store's list of references; does not know the user's name or Coinbase's API.
import * as z from 'zod/mini';
import type { Asset } from '../assets.ts';
import type { Cache } from './cache.ts';
import type { Changes } from './changes.ts';
import type { Coinbase } from './coinbase.ts';
import { saleRecord } from './list.ts';
import { Refusal } from './refusal.ts';
import type { Store } from './store.ts';

/** The newest that are kept of each user. */
const MOST_SALES = 100;
/** Milliseconds: 180 days after the newest sale. */
const KEPT = 180 * 24 * 60 * 60_000;
const PAGE = 10;
/** Milliseconds. A list of past sales may be older than the sale that is watched. */
const FRESH = 30_000;
const MOST_SWAPS = 100;

/** One sale, as it is remembered from the token request on. */
interface Began {
  reference: string;
  /** Milliseconds since the epoch, by this server's clock. */
  at: number;
  asset: string;
  network: string;
}

/** Why Coinbase told nothing of one sale. */
const unread = z.object({
  code: z.enum(['coinbase-busy', 'coinbase-refused', 'coinbase-unreachable', 'coinbase-malformed']),
  message: z.string(),
});

/**
 * `GET …/sales`. `order` is the newest of Coinbase's records for the sale, `null` where it has none. With an `error` it is not known
 * whether it has one: ask again, for the page or for the sale alone.
 */
export const historyAnswer = z.object({
  sales: z.array(
    z.object({
      partnerUserRef: z.string(),
      statusUrl: z.string(),
      startedAt: z.string(),
      asset: z.string(),
      network: z.string(),
      order: z.nullable(saleRecord),
      error: z.optional(unread),
    }),
  ),
  next_page_key: z.string(),
  total_count: z.number(),
});
export type HistoryAnswer = z.infer<typeof historyAnswer>;
type Listed = HistoryAnswer['sales'][number];

/** Users go by names that only this kit can make: `References.nameOf`. */
export interface History {
  /** Notes that a user began a sale. Safe to repeat. */
  note(name: string, reference: string, asset: Asset): Promise<void>;
  /** Ten sales of a user, from the newest or after the one that `pageKey` names. */
  list(name: string, pageKey: string | undefined, urlOf: (reference: string) => string): Promise<HistoryAnswer>;
}

interface Parts {
  store: Store;
  cache: Cache;
  coinbase: Coinbase;
  changes: Changes;
  clock?: () => number;
}

export const createHistory = ({ store, cache, coinbase, changes, clock = Date.now }: Parts): History => {
  const keyOf = (name: string) => `history:${name}`;
  const parse = (text: string | undefined): Began[] => (text === undefined ? [] : JSON.parse(text));

  /** One sale that Coinbase does not tell of is no reason to hide the others; a store that is away is one, for all. */
  const latestOf = async (reference: string): Promise<Pick<Listed, 'order' | 'error'>> => {
    try {
      const list = await cache(`latest:${reference}`, FRESH, () => coinbase.list(reference));
      const { transactions } = await changes.apply(reference, list);
      return { order: transactions[0] ?? null };
    } catch (error) {
      const why =
        error instanceof Refusal ? unread.safeParse({ code: error.code, message: error.message }).data : undefined;
      if (!why) throw error;
      return { order: null, error: why };
    }
  };

  return {
    note: async (name, reference, { asset, network }) => {
      for (let swaps = 0; swaps < MOST_SWAPS; swaps++) {
        const text = await store.get(keyOf(name));
        const others = parse(text).filter((one) => one.reference !== reference);
        const next = [{ reference, at: clock(), asset, network }, ...others].slice(0, MOST_SALES);
        if (await store.swap(keyOf(name), text, JSON.stringify(next), KEPT)) return;
      }
      throw new Error('The store never swapped a history; see whether its swap compares with what its get returns.');
    },

    list: async (name, pageKey, urlOf) => {
      const all = parse(await store.get(keyOf(name)));
      const before = all.findIndex(({ reference }) => reference === pageKey);
      if (pageKey !== undefined && before === -1) throw new Refusal(400, 'bad-page', 'There is no such page.');
      const page = all.slice(before + 1, before + 1 + PAGE);
      const sales = await Promise.all(
        page.map(async ({ reference, at, asset, network }) => ({
          partnerUserRef: reference,
          statusUrl: urlOf(reference),
          startedAt: new Date(at).toISOString(),
          asset,
          network,
          ...(await latestOf(reference)),
        })),
      );
      const isMore = before + 1 + PAGE < all.length;
      return { sales, next_page_key: (isMore && page.at(-1)?.reference) || '', total_count: all.length };
    },
  };
};
