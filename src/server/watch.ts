// Looks after a sale for all who watch it in this process: one subscription and one poll, only while somebody watches.
// Knows when to look; does not know streams, users or requests.
import { isDead } from '../rules.ts';
import { parseList } from '../schema.ts';
import type { SalesAnswer } from './list.ts';
import type { Status } from './status.ts';
import type { Store } from './store.ts';
import { channelOf } from './webhook.ts';

/** Milliseconds between two looks, and after failures at most. */
const POLL = 2_000;
const LONGEST_PAUSE = 15_000;

/** What the status route would answer now. */
export interface State {
  /** The same for the same orders, on every machine. */
  id: string;
  /** The answer as JSON. */
  text: string;
  /** Whether every order has ended, so that nothing more will come and nobody need go on watching. */
  over: boolean;
}

/** The sales that are watched. */
export interface Watches {
  /**
   * Tells `listener` the state of a sale now and after each look, the same or not. Rejects where the first cannot be had.
   * @returns what ends it; ending twice is once.
   */
  watch(reference: string, listener: (state: State) => void): Promise<() => void>;
  /** How many sales are watched. */
  count(): number;
}

const idOf = async (answer: SalesAnswer): Promise<string> => {
  const { now: _, ...orders } = answer;
  const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(JSON.stringify(orders)));
  return Array.from(new Uint8Array(digest, 0, 8), (byte) => byte.toString(16).padStart(2, '0')).join('');
};

const isOver = (answer: SalesAnswer): boolean => {
  const orders = parseList(answer)?.transactions ?? [];
  return orders.length > 0 && orders.every(({ status }) => status === 'SUCCESS' || isDead(status));
};

const stateOf = async (answer: SalesAnswer): Promise<State> => ({
  id: await idOf(answer),
  text: JSON.stringify(answer),
  over: isOver(answer),
});

interface Watch {
  listeners: Set<(state: State) => void>;
  latest: State | undefined;
  /** Why the newest look failed. */
  failure: unknown;
  /** What ends the subscription. */
  listening: Promise<() => void>;
  timer: ReturnType<typeof setTimeout> | undefined;
  pause: number;
  looking: Promise<void> | undefined;
  /** Whether something happened since the look that is under way began. */
  stale: boolean;
}

export const createWatches = (status: Status, store: Store): Watches => {
  const watches = new Map<string, Watch>();

  const tell = (watch: Watch, state: State): void => {
    watch.latest = state;
    for (const listener of [...watch.listeners]) listener(state);
  };

  const run = async (reference: string, watch: Watch): Promise<void> => {
    clearTimeout(watch.timer);
    while (watch.stale && watch.listeners.size > 0) {
      watch.stale = false;
      try {
        tell(watch, await stateOf(await status(reference)));
        watch.pause = POLL;
      } catch (error) {
        // Coinbase or the store is away: whoever watches keeps what it has, and this goes on more slowly.
        watch.failure = error;
        watch.pause = Math.min(watch.pause * 2, LONGEST_PAUSE);
      }
    }
    watch.looking = undefined;
    if (watch.listeners.size > 0) watch.timer = setTimeout(() => void look(reference, watch), watch.pause);
  };

  const look = (reference: string, watch: Watch): Promise<void> => {
    watch.stale = true;
    watch.looking ??= run(reference, watch);
    return watch.looking;
  };

  const begin = (reference: string): Watch => {
    const watch: Watch = {
      listeners: new Set(),
      latest: undefined,
      failure: undefined,
      listening: store.subscribe(channelOf(reference), () => void look(reference, watch)),
      timer: undefined,
      pause: POLL,
      looking: undefined,
      stale: false,
    };
    watches.set(reference, watch);
    return watch;
  };

  const end = (reference: string, watch: Watch): void => {
    if (watches.get(reference) === watch) watches.delete(reference);
    clearTimeout(watch.timer);
    watch.listening.then((stop) => stop()).catch(() => {});
  };

  return {
    count: () => watches.size,
    watch: async (reference, listener) => {
      const watch = watches.get(reference) ?? begin(reference);
      // An object of its own, so that one function that watches twice is two listeners.
      const hear = (state: State): void => listener(state);
      const leave = (): void => {
        if (watch.listeners.delete(hear) && watch.listeners.size === 0) end(reference, watch);
      };
      watch.listeners.add(hear);
      try {
        // First listening, then looking: nothing is missed in between.
        await watch.listening;
        if (watch.latest) hear(watch.latest);
        else await look(reference, watch);
        if (!watch.latest) throw watch.failure;
      } catch (error) {
        leave();
        throw error;
      }
      return leave;
    },
  };
};
