// One stream of a sale's events, as a page's `fetch` gets it: a list at once, then whenever it changes, and a comment now and then.
// Knows how a stream begins, lives and breaks; does not know what a list says.
import type { Agenda, Owner } from './agenda.ts';

export interface StreamOptions {
  agenda: Agenda;
  tab: Owner;
  /** The list as it is now, as JSON. */
  list(): string;
  /** What the first event says instead. */
  first: string | undefined;
  /** How long the first event takes. */
  delay: number;
  /** A list has reached the page. */
  onTold(list: string): void;
  signal: AbortSignal | null | undefined;
}

/** The backend looks so often. */
const BEAT = 5_000;
/** Less than the silence after which a page gives up. */
const COMMENT_EVERY = 6;
const TRAVEL = 20;

type Chunk = { done: boolean; value: Uint8Array | undefined };

export const openStream = ({ agenda, tab, list, first, delay, onTold, signal }: StreamOptions): Response => {
  const bytes = new TextEncoder();
  const waiting: ((chunk: Chunk | Error) => void)[] = [];
  const arrived: (Chunk | Error)[] = [];
  let isOver = false;
  let known = '';
  let beats = 0;

  const arrive = (chunk: Chunk | Error): void => {
    const next = waiting.shift();
    if (next) next(chunk);
    else arrived.push(chunk);
  };
  const send = (text: string, ms = TRAVEL, told?: string): void => {
    agenda.after(
      ms,
      () => {
        if (isOver) return;
        if (told !== undefined) onTold(told);
        arrive({ done: false, value: bytes.encode(text) });
      },
      tab,
    );
  };
  const tell = (text: string, ms?: number): void => {
    known = list();
    send(`data: ${text}\n\n`, ms, text);
  };
  const end = (): void => {
    isOver = true;
  };
  const beat = (): void => {
    if (isOver || !tab.isAlive) return;
    if (tab.sleepsUntil > agenda.now) {
      // No connection outlives a sleeping machine.
      agenda.after(TRAVEL, () => arrive(new TypeError('network error')), tab);
      end();
      return;
    }
    beats += 1;
    if (list() !== known) tell(list());
    else if (beats % COMMENT_EVERY === 0) send(': still here\n\n');
    agenda.after(BEAT, beat);
  };

  signal?.addEventListener('abort', end, { once: true });
  tell(first ?? list(), delay);
  agenda.after(BEAT, beat);
  return {
    ok: true,
    status: 200,
    headers: { get: (name: string) => (name === 'content-type' ? 'text/event-stream' : null) },
    body: {
      getReader: () => ({
        read: () =>
          new Promise<Chunk>((resolve, reject) => {
            const settle = (chunk: Chunk | Error) => (chunk instanceof Error ? reject(chunk) : resolve(chunk));
            const next = arrived.shift();
            if (next) settle(next);
            else waiting.push(settle);
          }),
        cancel: async () => end(),
      }),
    },
  } as unknown as Response;
};
