// A sale's states as server-sent events (HTML standard, section 9.2), from open to a clean end.
// Knows the format, heartbeats and how many streams there may be; does not know where states come from.
import type { Log } from './log.ts';
import { Refusal } from './refusal.ts';
import type { State, Watches } from './watch.ts';

/** Milliseconds. Proxies close what is silent for 30 or 60 seconds. */
const BEAT = 15_000;
/** Beats until a stream ends and the page opens a new one: whoever has signed out meanwhile does not get it. */
const MOST_BEATS = 40;
/** Milliseconds a page waits before it opens a new one. */
const RETRY = 3_000;
/** Seconds a page waits where this process is full: longer, as many wait, and they poll meanwhile. */
const FULL_RETRY = 30;
/** Messages that may wait for a page that does not read. */
const MOST_WAITING = 20;

/** How many streams there may be in this process. */
interface MostStreams {
  perUser: number;
  perProcess: number;
}

/** Streams of one process. */
export interface Streams {
  /**
   * Opens one. `lastId` is what the page has, `gone` is aborted when it leaves. Throws {@link Refusal} 429 for one too many.
   * @returns `undefined` where the page has all that will ever come.
   */
  open(reference: string, user: string, lastId: string | undefined, gone: AbortSignal): Promise<Stream | undefined>;
  /** How many are open. */
  count(): number;
}
type Stream = ReadableStream<Uint8Array>;

/** What a page does not have yet, and whether there will be more. */
interface Outlet {
  send(text: string): void;
  end(): void;
}

export const createStreams = (watches: Watches, most: MostStreams, log: Log): Streams => {
  const open = new Map<string, number>();
  let all = 0;
  const encoder = new TextEncoder();

  const full = (limit: string, message: string, seconds: number): Refusal => {
    log({ event: 'limited', limit });
    return new Refusal(429, 'too-many-streams', message, seconds);
  };

  const enter = (user: string): (() => void) => {
    const count = open.get(user) ?? 0;
    if (count >= most.perUser)
      throw full('streams-per-user', 'Too many pages of this user watch sales at once.', RETRY / 1000);
    if (all >= most.perProcess)
      throw full('streams-per-process', 'Too many pages watch sales at once; ask for the sale instead.', FULL_RETRY);
    open.set(user, count + 1);
    all += 1;
    let inside = true;
    return () => {
      if (!inside) return;
      inside = false;
      all -= 1;
      const left = (open.get(user) ?? 1) - 1;
      if (left > 0) open.set(user, left);
      else open.delete(user);
    };
  };

  /** Called before anything is sent or ended; `leave` is called once, however the stream ends. */
  const createStream = (leave: () => void): { stream: Stream; outlet: Outlet } => {
    let controller: ReadableStreamDefaultController<Uint8Array> | undefined;
    const finish = (how: (open: ReadableStreamDefaultController<Uint8Array>) => void): void => {
      if (!controller) return;
      how(controller);
      controller = undefined;
      leave();
    };
    const stream = new ReadableStream<Uint8Array>({
      start: (opened) => {
        controller = opened;
      },
      cancel: () => finish(() => {}),
    });
    return {
      stream,
      outlet: {
        send: (text) => {
          if ((controller?.desiredSize ?? 0) < -MOST_WAITING) finish((slow) => slow.error(new Error('Nobody reads.')));
          controller?.enqueue(encoder.encode(text));
        },
        end: () => finish((done) => done.close()),
      },
    };
  };

  return {
    count: () => all,
    open: async (reference, user, lastId, gone) => {
      const exit = enter(user);
      let beats = 0;
      let timer: ReturnType<typeof setInterval> | undefined;
      let stop: (() => void) | undefined;
      const end = (): void => outlet.end();
      const { stream, outlet } = createStream(() => {
        clearInterval(timer);
        gone.removeEventListener('abort', end);
        stop?.();
        exit();
      });
      let has = lastId;
      let over = false;
      const hear = (state: State): void => {
        if (state.id !== has) outlet.send(`id: ${state.id}\ndata: ${state.text}\n\n`);
        has = state.id;
        over = state.over;
        if (over && stop) outlet.end();
      };

      outlet.send(`retry: ${RETRY}\n\n`);
      try {
        stop = await watches.watch(reference, hear);
      } catch (error) {
        outlet.end();
        throw error;
      }
      if (over && has === lastId) {
        outlet.end();
        return undefined;
      }
      if (over || gone.aborted) outlet.end();
      else {
        gone.addEventListener('abort', end);
        timer = setInterval(() => {
          beats += 1;
          if (beats >= MOST_BEATS) outlet.end();
          else outlet.send(':\n\n');
        }, BEAT);
      }
      return stream;
    },
  };
};
