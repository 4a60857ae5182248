// What the kit does while its store is away: answers 503, and nothing that needs the store is granted.
// Knows that a store failed; does not know which kind of store it is.
import type { Log } from './log.ts';
import { Refusal } from './refusal.ts';
import type { Store } from './store.ts';

/** Seconds. */
const RETRY_AFTER = 2;

/** A store whose every failure is a {@link Refusal} 503 `store-unavailable`. The operator is told once when it goes and once when it is back. */
export const failClosed = (store: Store, log: Log): Store => {
  let away = false;
  const ask = async <T>(verb: () => Promise<T>): Promise<T> => {
    try {
      const answer = await verb();
      if (away) log({ event: 'store', away: false });
      away = false;
      return answer;
    } catch (error) {
      if (!away) {
        console.error(error);
        log({ event: 'store', away: true });
      }
      away = true;
      throw new Refusal(503, 'store-unavailable', 'This site cannot do that right now; try again soon.', RETRY_AFTER);
    }
  };
  return {
    get: (key) => ask(() => store.get(key)),
    set: (key, value, milliseconds) => ask(() => store.set(key, value, milliseconds)),
    swap: (key, expected, next, milliseconds) => ask(() => store.swap(key, expected, next, milliseconds)),
    publish: (channel, message) => ask(() => store.publish(channel, message)),
    subscribe: (channel, listener) => ask(() => store.subscribe(channel, listener)),
  };
};
