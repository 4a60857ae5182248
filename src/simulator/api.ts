// Coinbase's API as Request → Response: who may ask, the session token, the list of orders. Does not know the window.
import { type Context, Hono, type MiddlewareHandler } from 'hono';
import type { Authority } from './authority.ts';
import type { Book } from './book.ts';
import type { Clock } from './clock.ts';
import type { FaultSwitches } from './faults.ts';
import { listBody } from './record.ts';
import { readTokenRequest, type Tokens } from './tokens.ts';

const SLOW_MS = 4_000;
const MAX_PAGE = 1_000;

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
}

export const createApi = ({ clock, faults, authority, tokens, book }: Parts): Hono => {
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

  api.get('/sell/user/:ref/transactions', guard, async (c) => {
    const query = (snake: string, camel: string) => c.req.query(snake) ?? c.req.query(camel) ?? '';
    const size = readPageSize(query('page_size', 'pageSize') || `${MAX_PAGE}`);
    if (size === undefined) return refuse(c, 400, 'InvalidRequest: page_size must be from 1 to 1000');
    const key = query('page_key', 'pageKey');
    const skip = key === '' ? 0 : readPageKey(key);
    if (skip === undefined) return refuse(c, 400, 'InvalidRequest: page_key is invalid');

    const orders = await book.list(c.req.param('ref'));
    const end = skip + size;
    const nextPageKey = end < orders.length ? writePageKey(end) : '';
    const page = { orders: orders.slice(skip, end), nextPageKey, totalCount: orders.length };
    return c.json(listBody(page, faults, clock.now()));
  });

  api.all('*', (c) => refuse(c, 404, `The simulator has no ${c.req.method} ${c.req.path}.`));
  return api;
};
