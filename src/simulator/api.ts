// Coinbase's API as Request → Response: who may ask, the session token, the lists of orders, what sells where and for how much.
// Does not know the window.
import { type Context, Hono, type MiddlewareHandler } from 'hono';
import type { Authority } from './authority.ts';
import type { Book } from './book.ts';
import { configBody, optionsBody, placeFault } from './catalog.ts';
import type { Clock } from './clock.ts';
import type { FaultSwitches } from './faults.ts';
import type { Order } from './order.ts';
import type { Quotes } from './quote.ts';
import { listBody } from './record.ts';
import { readTokenRequest, type Tokens } from './tokens.ts';

const SLOW_MS = 4_000;
const MAX_PAGE = 1_000;
const DAY_MS = 24 * 60 * 60_000;
const MONTH_MS = 30 * DAY_MS;

// The codes of google.rpc.Status, in which the v1 API tells errors.
const CODES = { 400: 3, 401: 16, 404: 5, 429: 8, 500: 13 } as const;

const refuse = (c: Context, status: keyof typeof CODES, message: string): Response =>
  c.json({ code: CODES[status], message, details: [] }, status);

/** Waits in real time, or until the asker has gone. */
const wait = (ms: number, signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    if (signal.aborted) return resolve();
    const done = () => {
      clearTimeout(timer);
      signal.removeEventListener('abort', done);
      resolve();
    };
    const timer = setTimeout(done, ms);
    signal.addEventListener('abort', done);
  });

const writePageKey = (skip: number): string => btoa(JSON.stringify({ gt_skip: 0, ot_skip: skip }));

const readPageKey = (key: string): number | undefined => {
  try {
    const skip: unknown = JSON.parse(atob(key)).ot_skip;
    return typeof skip === 'number' && Number.isInteger(skip) && skip >= 0 ? skip : undefined;
  } catch {
    return undefined;
  }
};

const readPageSize = (size: string): number | undefined => {
  const count = /^\d{1,4}$/.test(size) ? Number(size) : 0;
  return count >= 1 && count <= MAX_PAGE ? count : undefined;
};

interface Parts {
  clock: Clock;
  faults: FaultSwitches;
  authority: Authority;
  tokens: Tokens;
  book: Book;
  quotes: Quotes;
}

const query = (c: Context, snake: string, camel: string): string => c.req.query(snake) ?? c.req.query(camel) ?? '';

export const createApi = ({ clock, faults, authority, tokens, book, quotes }: Parts): Hono => {
  const api = new Hono();

  api.use(async (c, next) => {
    await next();
    c.header('Date', new Date(clock.now()).toUTCString());
  });

  const guard: MiddlewareHandler = async (c, next) => {
    if (faults.has('slow-answers')) await wait(SLOW_MS, c.req.raw.signal);
    if (faults.has('api-401')) return refuse(c, 401, 'unauthorized');
    if (faults.has('api-429')) return refuse(c, 429, 'rate_limit_exceeded');
    if (faults.has('api-5xx')) return refuse(c, 500, 'internal error');
    const reason = await authority(c.req.raw);
    if (reason === undefined) return next();
    // Coinbase's body tells nothing; whoever tests here may read the reason in a header.
    c.header('Simulator-Reason', reason.replace(/[^\x20-\x7e]/g, '?'));
    return refuse(c, 401, 'unauthorized');
  };

  api.post('/token', guard, async (c) => {
    const read = readTokenRequest(await c.req.json().catch(() => undefined));
    return 'refusal' in read
      ? refuse(c, 400, read.refusal)
      : c.json({ token: tokens.mint(read.session), channel_id: '' });
  });

  /** The page of a list that was asked for, or why there is none. */
  const paged = (c: Context, all: readonly Order[]): Response => {
    const size = readPageSize(query(c, 'page_size', 'pageSize') || `${MAX_PAGE}`);
    if (size === undefined) return refuse(c, 400, 'InvalidRequest: page_size must be from 1 to 1000');
    const key = query(c, 'page_key', 'pageKey');
    const skip = key === '' ? 0 : readPageKey(key);
    if (skip === undefined) return refuse(c, 400, 'InvalidRequest: page_key is invalid');
    const end = skip + size;
    const nextPageKey = end < all.length ? writePageKey(end) : '';
    const page = { orders: all.slice(skip, end), nextPageKey, totalCount: all.length };
    return c.json(listBody(page, faults, clock.now()));
  };

  api.get('/sell/user/:ref/transactions', guard, async (c) => paged(c, await book.list(c.req.param('ref'))));

  api.get('/sell/transactions', guard, async (c) => {
    const end = Date.parse(query(c, 'end_date', 'endDate') || new Date(clock.now() + DAY_MS).toISOString());
    const start = Date.parse(query(c, 'start_date', 'startDate') || new Date(end - MONTH_MS).toISOString());
    if (Number.isNaN(start) || Number.isNaN(end)) return refuse(c, 400, 'InvalidRequest: date is invalid');
    await Promise.all([...new Set(book.all().map(({ partnerUserRef }) => partnerUserRef))].map(book.list));
    // Only those that are over, by Coinbase's guide: this is for reports.
    const isOver = ({ status }: Order) => status === 'SUCCESS' || status === 'FAILED';
    const isWithin = ({ createdAt }: Order) => createdAt >= start && createdAt < end;
    return paged(
      c,
      book.all().filter((order) => isOver(order) && isWithin(order)),
    );
  });

  api.get('/sell/config', guard, (c) => c.json(configBody()));

  api.get('/sell/options', guard, (c) => {
    const country = c.req.query('country') ?? '';
    const fault = placeFault(country, c.req.query('subdivision') ?? '');
    if (fault !== undefined) return refuse(c, 400, fault);
    const networks = c.req.query('networks')?.split(',') ?? [];
    return c.json(optionsBody(country, networks, faults.has('foreign-contract')));
  });

  api.post('/sell/quote', guard, async (c) => {
    if (!quotes.admit()) return refuse(c, 429, 'rate_limit_exceeded');
    const found = await quotes.quote(await c.req.json().catch(() => undefined));
    return 'refusal' in found ? refuse(c, 400, found.refusal) : c.json(found.answer);
  });

  api.all('*', (c) => refuse(c, 404, `The simulator has no ${c.req.method} ${c.req.path}.`));
  return api;
};
