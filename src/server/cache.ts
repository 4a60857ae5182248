// Answers that many ask for, asked once: in this process, and over all machines that share the store.
// Knows keys, lives and who asks; does not know what the answers mean.
import { Refusal } from './refusal.ts';
import type { Store } from './store.ts';

/** Milliseconds a failure is remembered: as many who wait must not each ask a server that is down. */
const FAILED_LIFE = 2_000;
/** Longer than any question takes, so that a second machine asks only where the first has died. */
const LEASE = 12_000;
const LOOK_EVERY = 100;

interface Entry {
  answer?: unknown;
  refusal?: { status: Refusal['status']; code: string; message: string; retryAfter: number | undefined };
}

/** The answer to a key, at most `life` milliseconds old. `ask` gives JSON; its {@link Refusal}s are remembered for 2 seconds. */
export type Cache = <T>(key: string, life: number, ask: () => Promise<T>) => Promise<T>;

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** @param wait how to let time pass while another machine asks. */
export const createCache = (store: Store, wait: (ms: number) => Promise<void> = pause): Cache => {
  const asking = new Map<string, Promise<Entry>>();

  const find = async (key: string): Promise<Entry | undefined> => {
    const text = await store.get(key);
    return text === undefined ? undefined : JSON.parse(text);
  };

  const fetchEntry = async (key: string, life: number, ask: () => Promise<unknown>): Promise<Entry> => {
    let entry: Entry;
    try {
      entry = { answer: await ask() };
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      const { status, code, message, retryAfter } = error;
      entry = { refusal: { status, code, message, retryAfter } };
    }
    await store.set(key, JSON.stringify(entry), entry.refusal ? FAILED_LIFE : life);
    return entry;
  };

  const resolve = async (key: string, life: number, ask: () => Promise<unknown>): Promise<Entry> => {
    const lease = `asking:${key}`;
    const holder = crypto.randomUUID();
    for (;;) {
      const found = await find(key);
      if (found) return found;
      if (await store.swap(lease, undefined, holder, LEASE)) {
        try {
          // Another machine may have finished between the look and the lease.
          return (await find(key)) ?? (await fetchEntry(key, life, ask));
        } finally {
          // Where the store is away now, the answer is still good, and the lease ends by itself.
          await store.swap(lease, holder, undefined, LEASE).catch(() => false);
        }
      }
      await wait(LOOK_EVERY);
    }
  };

  return async <T>(key: string, life: number, ask: () => Promise<T>): Promise<T> => {
    const under = asking.get(key) ?? resolve(key, life, ask).finally(() => asking.delete(key));
    asking.set(key, under);
    const { answer, refusal } = await under;
    if (refusal) throw new Refusal(refusal.status, refusal.code, refusal.message, refusal.retryAfter);
    return answer as T;
  };
};
