// Time, randomness and the page waking up. Knows the browser's timers; does not know what they are used for.
import type { Clock } from '../ports.ts';

/** The longest wait a timer can be given (32-bit, HTML standard); longer ones would fire at once. */
const LONGEST = 2 ** 31 - 1;

export const createClock = (): Clock => ({
  now: () => Date.now(),
  random: () => Math.random(),

  wait: (ms, signal) =>
    new Promise((resolve) => {
      if (signal?.aborted) return resolve();
      const done = () => {
        clearTimeout(timer);
        signal?.removeEventListener('abort', done);
        resolve();
      };
      const timer = setTimeout(done, Math.min(Math.max(ms, 0), LONGEST));
      signal?.addEventListener('abort', done);
    }),

  // Timers sleep with hidden tabs and closed laptops, so every sign of life is a reason to look again.
  onWake: (listener) => {
    const whenVisible = () => {
      if (document.visibilityState === 'visible') listener();
    };
    const page = new AbortController();
    const { signal } = page;
    document.addEventListener('visibilitychange', whenVisible, { signal });
    for (const name of ['focus', 'online', 'pageshow']) window.addEventListener(name, listener, { signal });
    return () => page.abort();
  },

  randomId: () => {
    const bytes = crypto.getRandomValues(new Uint8Array(16));
    return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
  },
});
