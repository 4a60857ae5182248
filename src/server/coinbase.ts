// Coinbase's v1 API as this kit uses it: mint a session token, list a reference's orders.
// Knows hosts, paths, time limits and what each failure means; does not know users or claims.
import { tokenAnswer } from '../schema.ts';
import type { Sign } from './jwt.ts';
import { cutList, type SalesAnswer } from './list.ts';
import { Refusal } from './refusal.ts';

export const COINBASE = 'https://api.developer.coinbase.com';

const TIMEOUT = 10_000;
const PAGE_SIZE = 50;
/** Seconds, where Coinbase says none with its 429 (none is documented). */
const RETRY_AFTER = 2;
const LONGEST_RETRY_AFTER = 3600;

/** Whose crypto is to be sold, and the visitor's address on the Internet, which Coinbase asks for. */
interface Mint {
  address: string;
  asset: string;
  network: string;
  clientIp: string;
}

/** Both calls throw {@link Refusal} on every failure, and neither is tried twice. */
export interface Coinbase {
  /** `POST /onramp/v1/token`. `now` is Coinbase's time, ISO. */
  mint(mint: Mint): Promise<{ token: string; now: string }>;
  /** `GET /onramp/v1/sell/user/{ref}/transactions`, the newest 50. An unknown reference has an empty list. */
  list(reference: string): Promise<SalesAnswer>;
}

interface Wiring {
  /** Base URL of the API. */
  base: string;
  sign: Sign;
  fetch: typeof fetch;
  /** Milliseconds for one whole answer. */
  timeout?: number;
}

const malformed = () =>
  new Refusal(502, 'coinbase-malformed', 'Coinbase gave an answer that could not be understood; try again later.');

/** Seconds of a `Retry-After`, which is a number or a date (RFC 9110 10.2.3). */
const retryAfter = (header: string | null): number => {
  const seconds = /^\d+$/.test(header ?? '') ? Number(header) : (Date.parse(header ?? '') - Date.now()) / 1000;
  return Number.isFinite(seconds) ? Math.min(Math.max(Math.ceil(seconds), 1), LONGEST_RETRY_AFTER) : RETRY_AFTER;
};

const refusalOf = ({ status, headers }: Response): Refusal => {
  if (status === 401 || status === 403)
    return new Refusal(502, 'coinbase-refused', "Coinbase does not accept this site's API key.");
  if (status === 429)
    return new Refusal(
      429,
      'coinbase-busy',
      'Coinbase is busy; wait a moment, then try again.',
      retryAfter(headers.get('retry-after')),
    );
  if (status >= 500) return new Refusal(502, 'coinbase-unreachable', 'Coinbase has a problem; try again later.');
  if (status >= 400) return new Refusal(502, 'coinbase-refused', 'Coinbase refused the request of this site.');
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

export const createCoinbase = ({ base, sign, fetch, timeout = TIMEOUT }: Wiring): Coinbase => {
  const call = async (method: string, path: string, query: string, body?: object) => {
    const url = new URL(`${base.replace(/\/+$/, '')}${path}`);
    const bearer = await sign(method, url);
    const headers = { authorization: `Bearer ${bearer}`, accept: 'application/json' };
    let response: Response;
    let text: string;
    try {
      response = await fetch(`${url}${query}`, {
        method,
        headers: body ? { ...headers, 'content-type': 'application/json' } : headers,
        ...(body ? { body: JSON.stringify(body) } : {}),
        redirect: 'manual',
        signal: AbortSignal.timeout(timeout),
      });
      text = await response.text();
    } catch (cause) {
      throw unreachable(cause);
    }
    if (!response.ok) throw refusalOf(response);
    try {
      return { body: JSON.parse(text) as unknown, now: timeOf(response.headers) };
    } catch {
      throw malformed();
    }
  };

  return {
    mint: async ({ address, asset, network, clientIp }) => {
      const { body, now } = await call('POST', '/onramp/v1/token', '', {
        addresses: [{ address, blockchains: [network] }],
        assets: [asset],
        clientIp,
      });
      const read = tokenAnswer.safeParse(body);
      if (!read.success) throw malformed();
      return { token: read.data.token, now };
    },
    list: async (reference) => {
      const path = `/onramp/v1/sell/user/${reference}/transactions`;
      const { body, now } = await call('GET', path, `?page_size=${PAGE_SIZE}`);
      const answer = cutList(body, now);
      if (!answer) throw malformed();
      return answer;
    },
  };
};
