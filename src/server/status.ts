// Answers polls of a sale's orders with as few questions to Coinbase as possible.
// Knows how long an answer is good; does not know who asks.
import type { Cache } from './cache.ts';
import type { Changes } from './changes.ts';
import type { Coinbase } from './coinbase.ts';
import type { SalesAnswer } from './list.ts';
import type { Store } from './store.ts';

/** Milliseconds. Not above any element's polling interval, so that a poll is never further behind Coinbase than one interval. */
const FRESH = 2_000;

/**
 * The orders of a reference, at most two seconds old: however many watch, on however many machines, Coinbase is asked once in
 * that time. `pageKey` is the `next_page_key` of an answer before.
 */
export type Status = (reference: string, pageKey?: string) => Promise<SalesAnswer>;

const keyOf = (reference: string, pageKey = ''): string => `list:${reference}:${pageKey}`;

/** Forgets the first page of a reference, so that the next who asks gets a fresh one. */
export const createForget =
  (store: Store) =>
  async (reference: string): Promise<void> => {
    const kept = await store.get(keyOf(reference));
    if (kept !== undefined) await store.swap(keyOf(reference), kept, undefined, FRESH);
  };

/** @param clock milliseconds of this machine. */
export const createStatus =
  (coinbase: Coinbase, cache: Cache, changes: Changes, clock = Date.now): Status =>
  async (reference, pageKey) => {
    const { list, at } = await cache(keyOf(reference, pageKey), FRESH, async () => ({
      list: await coinbase.list(reference, pageKey),
      at: clock(),
    }));
    // A deadline is judged by this time, so it must not be as old as the answer. Clocks of machines differ.
    const age = Math.min(Math.max(clock() - at, 0), FRESH);
    return changes.apply(reference, { ...list, now: new Date(Date.parse(list.now) + age).toISOString() });
  };
