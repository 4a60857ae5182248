// What the kit remembers between requests: the interface of a few verbs, and the one in memory.
// Knows keys, strings and expiry; does not know what they mean.
import { createChannels } from './channels.ts';

/** A key-value store with a compare-and-set, and channels. Every value expires. Many machines need a shared one. */
export interface Store {
  /** The value, or `undefined` where there is none or it has expired. */
  get(key: string): Promise<string | undefined>;
  /** Writes, whatever was there. */
  set(key: string, value: string, milliseconds: number): Promise<void>;
  /**
   * Writes `next` only where the key now holds `expected`; one atomic step, across all machines that share the store.
   * `undefined` as `expected` means "holds nothing", as `next` "remove".
   * @returns whether it was written.
   */
  swap(key: string, expected: string | undefined, next: string | undefined, milliseconds: number): Promise<boolean>;
  /** Tells everybody who listens to the channel now, on all machines that share the store. Nobody hears it later. */
  publish(channel: string, message: string): Promise<void>;
  /**
   * Hears what is published from now on. `listener` is called outside of any request and must not throw.
   * @returns what ends it; ending twice is once.
   */
  subscribe(channel: string, listener: (message: string) => void): Promise<() => void>;
}

const SWEEP_EVERY = 60_000;

/** Remembers in this process only: right for one machine, lost on restart. `clock` is milliseconds since the epoch. */
export const createMemoryStore = (clock: () => number = Date.now): Store => {
  const kept = new Map<string, { value: string; until: number }>();
  const channels = createChannels();
  let sweptAt = clock();

  const read = (key: string): string | undefined => {
    const entry = kept.get(key);
    return entry && entry.until > clock() ? entry.value : undefined;
  };
  const sweep = (): void => {
    if (clock() - sweptAt < SWEEP_EVERY) return;
    sweptAt = clock();
    for (const [key, { until }] of kept) if (until <= sweptAt) kept.delete(key);
  };
  const write = (key: string, value: string | undefined, milliseconds: number): void => {
    sweep();
    if (value === undefined) kept.delete(key);
    else kept.set(key, { value, until: clock() + milliseconds });
  };

  return {
    get: async (key) => read(key),
    set: async (key, value, milliseconds) => write(key, value, milliseconds),
    // Nothing is awaited between the look and the write, so no other request can come between them.
    swap: async (key, expected, next, milliseconds) => {
      if (read(key) !== expected) return false;
      write(key, next, milliseconds);
      return true;
    },
    publish: async (channel, message) => channels.tell(channel, message),
    subscribe: async (channel, listener) => channels.listen(channel, listener),
  };
};
