// A sale's server-sent events (HTML standard, section 9.2), read from a `fetch`. Knows streams; does not know what an event means.
// Not by EventSource: that cannot go through a page's own `fetch`, with its headers and credentials, and it asks again by itself.
import { OfframpError } from '../errors.ts';
import type { Backend } from '../ports.ts';
import { parseList } from '../schema.ts';

interface EventDoors {
  fetch: () => typeof fetch;
  /** An address made absolute; throws where it is none. */
  resolve: (url: string) => string;
  /** The error that a refusing answer is. */
  refusal: (response: Response) => OfframpError;
  /** A signal that aborts after so many milliseconds. */
  limit: (milliseconds: number) => AbortSignal;
  /** Milliseconds until the stream must have begun. */
  timeout: number;
  /** Where the page hears that it is hidden. */
  page?: Pick<Document, 'visibilityState' | 'addEventListener'> | undefined;
}

/** A stream that says nothing for so long, not even a comment, is a dead one. */
const SILENCE = 45_000;
const LONGEST_EVENT = 1_000_000;

const malformed = (cause?: unknown): OfframpError => new OfframpError('backend-malformed', { cause });

/** Takes a stream's text, in any pieces, and gives the data of its events. */
export const createEventReader = (onData: (data: string) => void): ((text: string) => void) => {
  let rest = '';
  let data: string[] = [];
  let length = 0;
  return (text) => {
    // A CR at the end may be half of a CRLF.
    const lines = (rest + text).split(/\r\n|\n|\r(?!$)/);
    rest = lines.pop() ?? '';
    for (const line of lines) {
      if (line === '' && data.length > 0) onData(data.join('\n'));
      if (line === '') [data, length] = [[], 0];
      else if (/^data(:|$)/.test(line)) data.push(line.slice(5).replace(/^ /, ''));
      length += line.length;
    }
    if (rest.length + length > LONGEST_EVENT) throw malformed();
  };
};

const listIn = (data: string) => {
  try {
    return parseList(JSON.parse(data));
  } catch {
    return undefined;
  }
};

export const createEvents =
  ({ fetch, resolve, refusal, limit, timeout, page = globalThis.document }: EventDoors): Backend['events'] =>
  async (url, onList, signal) => {
    const address = resolve(url);
    const stop = new AbortController();
    const end = () => stop.abort();
    // A hidden page needs no news, and an open stream keeps it from being frozen and restored.
    const endWhenHidden = () => page?.visibilityState === 'hidden' && end();
    signal.addEventListener('abort', end, { signal: stop.signal });
    page?.addEventListener('visibilitychange', endWhenHidden, { signal: stop.signal });
    if (signal.aborted) end();
    endWhenHidden();

    /** A page's own `fetch` may not heed the signal, nor an engine's where a body stalls. */
    const within = <T>(ms: number, work: Promise<T>): Promise<T> => {
      const either = AbortSignal.any([stop.signal, limit(ms)]);
      return Promise.race([
        work,
        new Promise<never>((_, reject) => {
          either.addEventListener('abort', () => reject(either.reason), { once: true });
        }),
      ]);
    };

    let reader: ReadableStreamDefaultReader<Uint8Array> | undefined;
    try {
      if (stop.signal.aborted) return;
      const headers = { accept: 'text/event-stream' };
      const response = await within(timeout, fetch()(address, { cache: 'no-store', headers, signal: stop.signal }));
      if (!response.ok) throw refusal(response);
      if (!/^text\/event-stream\s*(;|$)/i.test(response.headers.get('content-type') ?? '')) throw malformed();
      reader = response.body?.getReader();
      const decoder = new TextDecoder();
      const read = createEventReader((data) => {
        const list = listIn(data);
        if (!list) throw malformed();
        if (!stop.signal.aborted) onList(list);
      });
      while (reader) {
        const { done, value } = await within(SILENCE, reader.read());
        if (done) return;
        read(decoder.decode(value, { stream: true }));
      }
    } catch (cause) {
      if (stop.signal.aborted) return;
      throw cause instanceof OfframpError ? cause : new OfframpError('backend-unreachable', { cause });
    } finally {
      end();
      void reader?.cancel().catch(() => {});
    }
  };
