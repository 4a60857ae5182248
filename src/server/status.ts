// Answers polls of a sale's orders with as few questions to Coinbase as possible.
// Knows how long an answer is good; does not know who asks.
import type { Coinbase } from './coinbase.ts';
import type { SalesAnswer } from './list.ts';
import type { Store } from './store.ts';

/** Milliseconds. Below any element's polling interval, so a poll is never more than this behind Coinbase. */
const FRESH = 1000;

/** The orders of a reference, at most a second old. Polls at the same time share one question. */
export const createStatus = (coinbase: Coinbase, store: Store): ((reference: string) => Promise<SalesAnswer>) => {
  const asking = new Map<string, Promise<SalesAnswer>>();

  const ask = async (reference: string): Promise<SalesAnswer> => {
    const key = `list:${reference}`;
    const kept = await store.get(key);
    if (kept !== undefined) return JSON.parse(kept);
    const list = await coinbase.list(reference);
    await store.set(key, JSON.stringify(list), FRESH);
    return list;
  };

  return (reference) => {
    const under = asking.get(reference) ?? ask(reference).finally(() => asking.delete(reference));
    asking.set(reference, under);
    return under;
  };
};
