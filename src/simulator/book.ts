// All orders, by reference, newest first. Knows which faults add to them; does not know JSON, pages or requests.
import type { Network } from '../assets.ts';
import { type ChainPort, newestBlock } from './chain.ts';
import type { Clock } from './clock.ts';
import type { FaultSwitches } from './faults.ts';
import { endOrder, leapPastWindow, type Order, settleOrder, startOrder, type Terms } from './order.ts';

const COMMIT_DELAY_MS = 6_000;
const DAY_MS = 24 * 60 * 60_000;
const EXPIRY_GRACE_MS = 3_000;

export interface Book {
  /** Notes who sells under a reference, so that it can have a past (`stale-history`). */
  open(terms: Terms): void;
  /** Starts an order. @param committed whether "Cash out now" was pressed for it. */
  place(terms: Terms, committed: boolean): Promise<Order>;
  /** "Cash out now" was pressed for an order that was there before. Safe to repeat. */
  commit(order: Order): void;
  /** The person went back and chose other terms. */
  withdraw(order: Order): void;
  /** The orders of a reference, brought up to date, newest first; empty for an unknown one. */
  list(partnerUserRef: string): Promise<Order[]>;
  all(): readonly Order[];
  clear(): void;
}

interface Parts {
  clock: Clock;
  faults: FaultSwitches;
  chains: ReadonlyMap<Network, ChainPort>;
}

export const createBook = ({ clock, faults, chains }: Parts): Book => {
  let orders: Order[] = [];
  const histories = new Map<string, Order[]>();

  /** Where to begin looking for a transfer; `undefined` where the chain does not answer. */
  const startingBlock = async (network: Network): Promise<bigint | undefined> => {
    const chain = chains.get(network);
    return chain && newestBlock(chain).catch(() => undefined);
  };

  const expire = (order: Order): void => {
    leapPastWindow(clock, order);
    order.lapse = { at: clock.now() + EXPIRY_GRACE_MS, status: 'EXPIRED' };
  };

  return {
    open(terms) {
      if (histories.has(terms.partnerUserRef)) return;
      const past = (days: number): Order => startOrder(terms, clock.now() - days * DAY_MS, undefined);
      const failed = past(3);
      endOrder(failed, failed.lapse);
      histories.set(terms.partnerUserRef, [past(2), failed]);
    },

    async place(terms, committed) {
      const since = await startingBlock(terms.asset.network);
      const delay = committed && faults.has('commit-delay') ? COMMIT_DELAY_MS : 0;
      const order = { ...startOrder(terms, clock.now() + delay, since), committed };
      orders = [order, ...orders];
      if (faults.has('two-candidates')) orders = [startOrder(terms, order.createdAt, since), ...orders];
      if (faults.has('expiry')) expire(order);
      return order;
    },

    commit(order) {
      if (order.committed) return;
      order.committed = true;
      order.updatedAt = Math.max(clock.now(), order.createdAt);
    },

    withdraw: (order) => endOrder(order, { at: clock.now(), status: 'FAILED' }),

    async list(partnerUserRef) {
      const listed = orders.filter(
        (order) => order.partnerUserRef === partnerUserRef && order.createdAt <= clock.now(),
      );
      await Promise.all(
        listed.map(async (order) => {
          const chain = chains.get(order.asset.network);
          // The chain was away when the order was placed: it can be paid only once it is listed, which is from now on.
          order.since ??= await startingBlock(order.asset.network);
          await settleOrder(order, { chain, clock, faults });
        }),
      );
      return faults.has('stale-history') ? [...listed, ...(histories.get(partnerUserRef) ?? [])] : listed;
    },

    all: () => orders,
    clear() {
      orders = [];
      histories.clear();
    },
  };
};
