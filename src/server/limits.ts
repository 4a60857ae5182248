// How often something may be done, counted in the store, so that all machines count together.
// Knows sliding windows and a queue; does not know what is limited.
import type { Log } from './log.ts';
import { Refusal } from './refusal.ts';
import type { Store } from './store.ts';

/** At most so many times in so many milliseconds, whenever the counting begins. */
export interface Limit {
  name: string;
  most: number;
  ms: number;
}

/** A swap fails only because another succeeded, and a window soon is full; more means a broken store. */
const MOST_SWAPS = 200;

/** What the limits of a kit are made of. `clock` is milliseconds since the epoch; all machines' clocks must agree by less than the window. */
interface Parts {
  store: Store;
  log: Log;
  clock?: () => number;
}

/** Limits of one store. */
export interface Limits {
  /** Counts one more of `who`, unless the window is full. @returns 0 where it was counted, else milliseconds until there is room. */
  take(limit: Limit, who: string): Promise<number>;
  /** Counts one more of `who`. Throws {@link Refusal} 429 where the window is full. */
  demand(limit: Limit, who: string): Promise<void>;
}

const busy = (ms: number): Refusal =>
  new Refusal(
    429,
    'too-many-requests',
    'This was asked too often; wait a moment, then try again.',
    Math.ceil(ms / 1000),
  );

export const createLimits = ({ store, log, clock = Date.now }: Parts): Limits => {
  const take = async ({ name, most, ms }: Limit, who: string): Promise<number> => {
    const key = `limit:${name}:${who}`;
    for (let swaps = 0; swaps < MOST_SWAPS; swaps++) {
      const text = await store.get(key);
      const now = clock();
      const all: number[] = text === undefined ? [] : JSON.parse(text);
      // A machine whose clock runs far ahead must not block all others.
      const counted = all.filter((at) => at > now - ms && at <= now + ms);
      const [oldest = now] = counted;
      if (counted.length >= most) return Math.max(oldest + ms - now, 1);
      if (await store.swap(key, text, JSON.stringify([...counted, now].sort((a, b) => a - b)), 2 * ms)) return 0;
    }
    throw new Error('The store never swapped a count; see whether its swap compares with what its get returns.');
  };

  return {
    take,
    demand: async (limit, who) => {
      const ms = await take(limit, who);
      if (ms === 0) return;
      log({ event: 'limited', limit: limit.name });
      throw busy(ms);
    },
  };
};

const MOST_WAITING = 20;
const LONGEST_WAIT = 3_000;

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

interface QueueParts {
  limits: Limits;
  limit: Limit;
  log: Log;
  clock?: () => number;
  wait?: (ms: number) => Promise<void>;
}

/**
 * Waits for room in the limit, first come first served within this process: 20 wait at most, and nobody longer than 3 seconds.
 * The function it gives throws {@link Refusal} 429 with a time to come back otherwise.
 */
export const createQueue = ({
  limits,
  limit,
  log,
  clock = Date.now,
  wait = pause,
}: QueueParts): (() => Promise<void>) => {
  let waiting = 0;
  let last: Promise<unknown> = Promise.resolve();
  const full = (ms: number): Refusal => {
    log({ event: 'limited', limit: limit.name });
    return busy(ms);
  };

  const turn = async (until: number): Promise<void> => {
    for (;;) {
      const ms = await limits.take(limit, 'all');
      if (ms === 0) return;
      if (clock() + ms > until) throw full(ms);
      await wait(ms);
    }
  };

  return () => {
    if (waiting >= MOST_WAITING) return Promise.reject(full(LONGEST_WAIT));
    waiting += 1;
    const until = clock() + LONGEST_WAIT;
    const mine = last
      .then(() => turn(until))
      .finally(() => {
        waiting -= 1;
      });
    last = mine.catch(() => {});
    return mine;
  };
};
