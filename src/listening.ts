// The stream of a sale's events: one for a sale, over its stages, and opened again when it ends, at a pace of its own.
// Knows whether there is a stream; does not know what an event means, nor who asks when there is none.
import { OfframpError } from './errors.ts';
import type { Run } from './flow.ts';
import type { SaleList } from './schema.ts';

export interface Listening {
  /** The stream has told something and goes on: asking is only a safety net. */
  readonly isLive: boolean;
  /** Hears this sale's events, where its backend has some, until `signal` aborts. The next listener takes the stream over. */
  listen(signal: AbortSignal, onList: (list: SaleList) => void): void;
}

interface Stream {
  key: string;
  stop: AbortController;
  isLive: boolean;
}

const AGAIN = 5_000;
const SLOWEST = 300_000;

/** @param onEnd a live stream has ended. */
export const listening = ({ ports, sale }: Run, onEnd: () => void): Listening => {
  const { backend, clock } = ports;
  const ears = new Set<(list: SaleList) => void>();
  let stream: Stream | undefined;

  const keepOpen = async (mine: Stream, url: string) => {
    const { signal } = mine.stop;
    let pause = AGAIN;
    let nap = new AbortController();
    const undo = clock.onWake(() => {
      pause = AGAIN;
      nap.abort();
    });
    const hear = (list: SaleList) => {
      mine.isLive = true;
      pause = AGAIN;
      for (const ear of [...ears]) ear(list);
    };
    while (!signal.aborted) {
      nap = new AbortController();
      let floor = 0;
      try {
        await backend.events(url, hear, signal);
      } catch (cause) {
        floor = cause instanceof OfframpError ? (cause.retryAfter ?? 0) : 0;
      }
      const wasLive = mine.isLive;
      mine.isLive = false;
      if (wasLive && !signal.aborted) onEnd();
      if (floor > 0) await clock.wait(floor, signal);
      await clock.wait(pause * (0.8 + 0.4 * clock.random()), AbortSignal.any([signal, nap.signal]));
      pause = Math.min(pause * 2, SLOWEST);
    }
    undo();
  };

  const close = () => {
    stream?.stop.abort();
    stream = undefined;
  };

  return {
    get isLive() {
      return stream?.isLive ?? false;
    },

    listen: (signal, onList) => {
      const { id, eventsUrl } = sale();
      if (!eventsUrl || signal.aborted) return;
      ears.add(onList);
      signal.addEventListener('abort', () => {
        ears.delete(onList);
        // The next stage begins in the same task.
        queueMicrotask(() => ears.size === 0 && close());
      });
      const key = `${id} ${eventsUrl}`;
      if (stream?.key === key) return;
      close();
      stream = { key, stop: new AbortController(), isLive: false };
      void keepOpen(stream, eventsUrl);
    },
  };
};
