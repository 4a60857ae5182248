// One question to Coinbase over HTTP: signed, in a time budget, tried again only where that is safe.
// Knows headers, failures and time; does not know what is asked.
import type { Sign } from './jwt.ts';
import { cleanText, type Log, type UpstreamRoute } from './log.ts';
import { Refusal } from './refusal.ts';

export const COINBASE = 'https://api.developer.coinbase.com';

/** Milliseconds for a whole question with all its tries: less than the ten seconds that the element waits. */
const BUDGET = 8_000;
const MOST_TRIES = 3;
/** Milliseconds before the second try, doubled before the third, each times 0.5 to 1.5. */
const FIRST_PAUSE = 300;
/** Seconds, where Coinbase says none with its 429 (none is documented). */
const RETRY_AFTER = 2;
const LONGEST_RETRY_AFTER = 3600;

/** Coinbase said no to what was asked. `said` is its cleaned text: for decisions and the log, never for a caller. */
export class CoinbaseRefusal extends Refusal {
  readonly said: string;

  constructor(said: string) {
    super(502, 'coinbase-refused', 'Coinbase refused the request of this site.');
    this.said = said;
  }
}

export const malformed = () =>
  new Refusal(502, 'coinbase-malformed', 'Coinbase gave an answer that could not be understood; try again later.');

/** Seconds of a `Retry-After`, which is a number or a date (RFC 9110 10.2.3); `undefined` where there is none. */
const retryAfter = (header: string | null): number | undefined => {
  const seconds = /^\d+$/.test(header ?? '') ? Number(header) : (Date.parse(header ?? '') - Date.now()) / 1000;
  return Number.isFinite(seconds) ? Math.min(Math.max(Math.ceil(seconds), 1), LONGEST_RETRY_AFTER) : undefined;
};

const refusalOf = ({ status, headers }: Response, said: string): Refusal => {
  if (status === 401 || status === 403)
    return new Refusal(502, 'coinbase-refused', "Coinbase does not accept this site's API key.");
  if (status === 429)
    return new Refusal(
      429,
      'coinbase-busy',
      'Coinbase is busy; wait a moment, then try again.',
      retryAfter(headers.get('retry-after')) ?? RETRY_AFTER,
    );
  if (status >= 500) return new Refusal(502, 'coinbase-unreachable', 'Coinbase has a problem; try again later.');
  if (status >= 400) return new CoinbaseRefusal(said);
  return malformed();
};

const unreachable = (cause: unknown): Refusal =>
  cause instanceof Error && cause.name === 'TimeoutError'
    ? new Refusal(504, 'coinbase-unreachable', 'Coinbase did not answer in time; try again later.')
    : new Refusal(502, 'coinbase-unreachable', 'Coinbase could not be reached; try again later.');

/** RFC 9110 section 5.6.7. It is always GMT: without that word each machine would read its own time into it. */
const HTTP_DATE = /^[a-z]{3}, \d\d [a-z]{3} \d{4} \d\d:\d\d:\d\d GMT$/i;

/** Coinbase's clock, so that order times are compared on the clock that made them; else this server's. */
const timeOf = (headers: Headers): string => {
  const header = headers.get('date') ?? '';
  const date = HTTP_DATE.test(header) ? Date.parse(header) : Number.NaN;
  return new Date(Number.isNaN(date) ? Date.now() : date).toISOString();
};

/** What is asked. `query` begins with "?"; it is not signed. */
interface Question {
  route: UpstreamRoute;
  method: 'GET' | 'POST';
  path: string;
  query?: string;
  body?: object;
  /** Whether asking twice is the same as asking once. */
  repeatable: boolean;
  /** Waited for before every try: a limit that counts tries. */
  turn?: () => Promise<void>;
}

/** Coinbase's JSON, not looked at, and its time as ISO. Throws {@link Refusal} on every failure. */
export type Ask = (question: Question) => Promise<{ body: unknown; now: string }>;

export interface Wiring {
  /** Base URL of the API. */
  base: string;
  sign: Sign;
  fetch: typeof fetch;
  log: Log;
  /** Milliseconds for one whole question. */
  budget?: number;
  wait?: (ms: number) => Promise<void>;
  random?: () => number;
}

interface Outcome {
  status: number;
  text: string;
  now: string;
  /** Seconds that Coinbase asks to wait. */
  after?: number | undefined;
  /** Set where there is no good answer. */
  refusal?: Refusal;
}

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

const parse = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    throw malformed();
  }
};

export const createUpstream = (wiring: Wiring): Ask => {
  const { base, sign, fetch, log, budget = BUDGET, wait = pause, random = Math.random } = wiring;

  const once = async ({ method, path, query = '', body }: Question, ms: number): Promise<Outcome> => {
    const url = new URL(`${base.replace(/\/+$/, '')}${path}`);
    const bearer = await sign(method, url);
    const headers = { authorization: `Bearer ${bearer}`, accept: 'application/json' };
    try {
      const response = await fetch(`${url}${query}`, {
        method,
        headers: body ? { ...headers, 'content-type': 'application/json' } : headers,
        ...(body ? { body: JSON.stringify(body) } : {}),
        redirect: 'manual',
        signal: AbortSignal.timeout(ms),
      });
      const text = await response.text();
      const answered = { status: response.status, text, now: timeOf(response.headers) };
      if (response.ok) return answered;
      const after = retryAfter(response.headers.get('retry-after'));
      return { ...answered, after, refusal: refusalOf(response, cleanText(text)) };
    } catch (cause) {
      return { status: 0, text: '', now: '', refusal: unreachable(cause) };
    }
  };

  /** Milliseconds until the next try, or `undefined` where there is none: only 429 and 5xx are tried again. */
  const pauseAfter = ({ status, after = 0 }: Outcome, tries: number): number | undefined => {
    if (status !== 429 && status < 500) return undefined;
    return Math.max(FIRST_PAUSE * 2 ** (tries - 1) * (0.5 + random()), after * 1000);
  };

  return async (question) => {
    const began = Date.now();
    const left = () => began + budget - Date.now();
    for (let tries = 1; ; tries++) {
      await question.turn?.();
      const outcome = await once(question, Math.max(left(), 1));
      const { status, text, now, refusal } = outcome;
      const ms = question.repeatable && tries < MOST_TRIES ? pauseAfter(outcome, tries) : undefined;
      if (refusal && ms !== undefined && ms < left()) {
        await wait(ms);
        continue;
      }
      const said = refusal instanceof CoinbaseRefusal && refusal.said ? { text: refusal.said } : {};
      log({ event: 'upstream', route: question.route, status, tries, ms: Date.now() - began, ...said });
      if (refusal) throw refusal;
      return { body: parse(text), now };
    }
  };
};
