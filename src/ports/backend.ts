// The partner's backend over HTTP: one request per call, a time limit, and every answer checked. Knows the contract of design
// section 6; does not know when to ask again (`poll.ts`).
import { OfframpError } from '../errors.ts';
import type { Backend } from '../ports.ts';
import { claimAnswer, parseList, quoteAnswer, quoteRefusal, readAs, tokenAnswer } from '../schema.ts';
import { createEvents } from './events.ts';

interface BackendOptions {
  /** Read at each call, so that a page may set its own `fetch` at any time. */
  fetch: () => typeof fetch;
  /** The absolute address that relative ones are resolved against: the token endpoint. */
  base: () => string;
  /** Which browser claims, or where its claim is not kept, which page (`createHolder`). */
  holder?: (isKept: boolean) => Promise<string>;
  /** Milliseconds one request may take. */
  timeout?: number;
  /** A signal that aborts after so many milliseconds. */
  limit?: (milliseconds: number) => AbortSignal;
  /** Milliseconds since the epoch on this machine. */
  now?: () => number;
}

const LONGEST_ANSWER = 1_000_000;
const LONGEST_PAUSE = 300_000;

/** `Retry-After` as milliseconds: seconds or an HTTP date (RFC 9110 section 10.2.3), capped. */
const pauseOf = (header: string | null, now: number): number | undefined => {
  if (!header) return undefined;
  const ms = /^\d+$/.test(header) ? Number(header) * 1000 : Date.parse(header) - now;
  return Number.isFinite(ms) ? Math.min(Math.max(ms, 0), LONGEST_PAUSE) : undefined;
};

/** RFC 9110 section 5.6.7. It is always GMT: without that word each machine would read its own time into it. */
const HTTP_DATE = /^[a-z]{3}, \d\d [a-z]{3} \d{4} \d\d:\d\d:\d\d GMT$/i;

/** An HTTP date as RFC 3339. */
const timeOf = (date: string | null): string | undefined =>
  date && HTTP_DATE.test(date) && !Number.isNaN(Date.parse(date)) ? new Date(date).toISOString() : undefined;

const codeIn = (body: unknown): unknown =>
  typeof body === 'object' && body !== null && Object.hasOwn(body, 'code')
    ? (body as { code: unknown }).code
    : undefined;

const refusal = (response: Response, body?: unknown): OfframpError => {
  const { status, headers } = response;
  const retryAfter = pauseOf(headers.get('retry-after'), Date.now());
  const pause = retryAfter === undefined ? {} : { retryAfter };
  const ordered = (['already-claimed', 'order-expired', 'order-refused'] as const).find(
    (known) => known === codeIn(body),
  );
  if (status === 409 && ordered) return new OfframpError(ordered);
  if (status === 429 || (status === 503 && retryAfter !== undefined)) return new OfframpError('backend-busy', pause);
  // A status may not be known yet right after the session was made.
  if (status >= 500 || status === 404 || status === 408) return new OfframpError('backend-unreachable', pause);
  return new OfframpError('backend-refused', { cause: body });
};

const malformed = (): OfframpError => new OfframpError('backend-malformed');

const readJson = async (response: Response): Promise<unknown> => {
  const text = await response.text();
  if (text.length > LONGEST_ANSWER) throw malformed();
  try {
    return text === '' ? undefined : JSON.parse(text);
  } catch {
    // Engines quote the text in their error, and it may hold a token.
    throw malformed();
  }
};

export const createBackend = ({
  fetch,
  base,
  holder,
  timeout = 10_000,
  limit = (milliseconds) => AbortSignal.timeout(milliseconds),
  now = () => Date.now(),
}: BackendOptions): Backend => {
  const resolve = (url: string): string => {
    try {
      const { protocol, username, password, href } = new URL(url, base());
      if ((protocol === 'https:' || protocol === 'http:') && !username && !password) return href;
    } catch {
      // Not an address: falls through to the error below.
    }
    throw malformed();
  };

  /** Claim → whom it was granted to. It is given back by that name, also where the site's data was wiped meanwhile. */
  const grantedTo = new Map<string, { holder: string }>();

  const exchange = async (address: string, init: RequestInit) => {
    const response = await fetch()(address, init);
    if (!response.ok) throw refusal(response, await readJson(response).catch(() => undefined));
    return { answer: await readJson(response), time: timeOf(response.headers.get('date')) };
  };

  const call = async (method: string, url: string, body?: unknown, signal?: AbortSignal, keepalive = false) => {
    const askedAt = now();
    const late = limit(timeout);
    const stop = signal ? AbortSignal.any([signal, late]) : late;
    const address = resolve(url);
    try {
      stop.throwIfAborted();
      const asked = exchange(address, {
        method,
        cache: 'no-store',
        keepalive,
        signal: stop,
        headers: { accept: 'application/json', ...(body === undefined ? {} : { 'content-type': 'application/json' }) },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
      // A page's own `fetch` may not heed the signal, nor an engine's where a body stalls.
      const stopped = new Promise<never>((_, reject) => {
        stop.addEventListener('abort', () => reject(stop.reason), { once: true });
      });
      const answer = await Promise.race([asked, stopped]);
      // The limit's timer stands still while the machine sleeps, and what came before would be taken for the server's time of now.
      // A clock that was set back meanwhile does not tell how long that was.
      if (Math.abs(now() - askedAt) > timeout) throw new OfframpError('backend-unreachable');
      return answer;
    } catch (cause) {
      throw cause instanceof OfframpError ? cause : new OfframpError('backend-unreachable', { cause });
    }
  };

  /** The server's time: what the backend says, else the answer's `Date` header where the browser shows it. */
  const withTime = <T extends { now?: string | undefined }>(read: T, time: string | undefined): T =>
    read.now === undefined && time !== undefined ? Object.assign(read, { now: time }) : read;

  return {
    openSession: async (endpoint, request, signal) => {
      const { answer, time } = await call('POST', endpoint, request, signal);
      const data = readAs(tokenAnswer, answer);
      if (!data) throw malformed();
      return withTime(data, time);
    },

    list: async (url, signal) => {
      const { answer, time } = await call('GET', url, undefined, signal);
      const list = parseList(answer);
      if (!list) throw malformed();
      return withTime(list, time);
    },

    events: createEvents({ fetch, resolve, refusal, limit, timeout }),

    claim: async (url, claim, isKept) => {
      const name = holder && { holder: await holder(isKept) };
      const { answer } = await call('POST', url, { ...claim, ...name });
      if (name) grantedTo.set(url, name);
      const data = readAs(claimAnswer, answer);
      if (!data) throw malformed();
      return data;
    },

    quote: async (url, request, signal) => {
      try {
        const { answer } = await call('POST', url, request, signal);
        const data = readAs(quoteAnswer, answer);
        if (!data) throw malformed();
        return { kind: 'price', ...data };
      } catch (cause) {
        // Only a refusal's cause is an answer's JSON; another one's is whatever a page's own `fetch` threw.
        const isRefusal = cause instanceof OfframpError && cause.code === 'backend-refused';
        const data = readAs(quoteRefusal, isRefusal ? cause.cause : undefined);
        if (data?.code !== 'amount-out-of-range') throw cause;
        return { kind: 'refused', limits: data.limits };
      }
    },

    // Kept alive past the page, since people close it as soon as they have sent.
    report: async (url, txHash) => void (await call('PATCH', url, { txHash }, undefined, true)),
    release: async (url) => {
      const name = grantedTo.get(url) ?? (holder && { holder: await holder(true) });
      await call('DELETE', url, name, undefined, true);
    },
  };
};
