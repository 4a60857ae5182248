import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createCoinbase } from '../../src/server/coinbase.ts';
import type { LogEvent } from '../../src/server/log.ts';
import { Refusal } from '../../src/server/refusal.ts';
import { createUpstream as createAsk } from '../../src/server/upstream.ts';
import { createUpstream, FROM, listOf, record, TOKEN } from './fixture.ts';

const BEARER = 'bearer-of-the-test';
const LEAK = 'upstream-secret-text';

const setUp = (base = 'https://api.test', budget = 8000) => {
  const upstream = createUpstream();
  const events: LogEvent[] = [];
  const waits: number[] = [];
  const ask = createAsk({
    base,
    sign: async () => BEARER,
    fetch: upstream.fetch,
    log: (event) => events.push(event),
    budget,
    wait: async (ms) => {
      waits.push(ms);
    },
    random: () => 0.5,
  });
  return { upstream, events, waits, coinbase: createCoinbase(ask) };
};
const mint = { address: FROM, asset: 'USDC', network: 'base', clientIp: '203.0.113.7' };

test('mints with the address, network, asset and IP, and the bearer token', async () => {
  const { upstream, coinbase } = setUp();
  assert.equal((await coinbase.mint(mint)).token, TOKEN);
  const [request] = upstream.asked;
  assert.equal(request?.method, 'POST');
  assert.equal(request?.url, 'https://api.test/onramp/v1/token');
  assert.equal(request?.headers.get('authorization'), `Bearer ${BEARER}`);
  assert.equal(request?.headers.get('content-type'), 'application/json');
  assert.equal(request?.redirect, 'manual');
  assert.deepEqual(await request?.json(), {
    addresses: [{ address: FROM, blockchains: ['base'] }],
    assets: ['USDC'],
    clientIp: '203.0.113.7',
  });
});

test('a base URL may have a path, and may end in a slash', async () => {
  const { upstream, coinbase } = setUp('https://sim.test/coinbase/');
  await coinbase.list('abc');
  assert.equal(upstream.asked[0]?.url, 'https://sim.test/coinbase/onramp/v1/sell/user/abc/transactions?page_size=50');
});

test('lists only the known fields, snake_case, with the money cut to value and currency', async () => {
  const { upstream, coinbase } = setUp();
  upstream.list = listOf(
    record({ user_email: LEAK, created_at: '2026-08-11T15:00:00Z', updated_at: '2026-08-11T15:00:01Z' }),
  );
  upstream.headers = { date: 'Tue, 11 Aug 2026 15:00:05 GMT' };
  assert.deepEqual(await coinbase.list('abc'), {
    transactions: [
      {
        transaction_id: 'order-1',
        status: 'TRANSACTION_STATUS_STARTED',
        asset: 'USDC',
        network: 'base',
        from_address: FROM,
        to_address: `0x${'2'.repeat(40)}`,
        tx_hash: '',
        payment_method: 'FIAT_WALLET',
        created_at: '2026-08-11T15:00:00Z',
        updated_at: '2026-08-11T15:00:01Z',
        sell_amount: { value: '25', currency: 'USDC' },
        total: { value: '24.75', currency: 'USD' },
      },
    ],
    next_page_key: '',
    total_count: '1',
    now: '2026-08-11T15:00:05.000Z',
  });
});

test('a camelCase list with ids and numbers for statuses means the same', async () => {
  const { upstream, coinbase } = setUp();
  const camel = {
    id: 'order-1',
    status: 3,
    sellAmount: { value: '25', currency: 'USDC' },
    toAddress: FROM,
    txHash: null,
  };
  upstream.list = { transactions: [camel], nextPageKey: 'more', totalCount: 1 };
  const { transactions, next_page_key, total_count } = await coinbase.list('abc');
  assert.deepEqual(transactions, [
    { transaction_id: 'order-1', status: 3, to_address: FROM, sell_amount: { value: '25', currency: 'USDC' } },
  ]);
  assert.deepEqual([next_page_key, total_count], ['more', 1]);
});

test("without a Date header, now is this server's time", async () => {
  const { upstream, coinbase } = setUp();
  upstream.headers = { date: 'someday' };
  const { now } = await coinbase.list('abc');
  assert.ok(Math.abs(Date.parse(now) - Date.now()) < 5000);
});

const reply =
  (status: number, headers: Record<string, string> = {}) =>
  () =>
    new Response(JSON.stringify({ code: 16, message: LEAK }), { status, headers });

const FAILURES: [string, () => Response | Promise<Response>, number, string, (number | undefined)?, number?][] = [
  ['401', reply(401), 502, 'coinbase-refused'],
  ['403', reply(403), 502, 'coinbase-refused'],
  ['400', reply(400), 502, 'coinbase-refused'],
  ['404', reply(404), 502, 'coinbase-refused'],
  ['429 without a time', reply(429), 429, 'coinbase-busy', 2, 3],
  ['429 with seconds', reply(429, { 'retry-after': '7' }), 429, 'coinbase-busy', 7, 3],
  ['429 with a past date', reply(429, { 'retry-after': 'Tue, 11 Aug 2020 15:00:05 GMT' }), 429, 'coinbase-busy', 1, 3],
  ['429 with years', reply(429, { 'retry-after': '99999999' }), 429, 'coinbase-busy', 3600],
  ['429 with nonsense', reply(429, { 'retry-after': LEAK }), 429, 'coinbase-busy', 2, 3],
  ['500', reply(500), 502, 'coinbase-unreachable', undefined, 3],
  ['503', reply(503), 502, 'coinbase-unreachable', undefined, 3],
  [
    'a redirect',
    () => new Response(null, { status: 302, headers: { location: 'https://evil.test/' } }),
    502,
    'coinbase-malformed',
  ],
  ['HTML', () => new Response(`<p>${LEAK}`), 502, 'coinbase-malformed'],
  ['nothing', () => new Response(''), 502, 'coinbase-malformed'],
  ['another object', () => Response.json({ error: LEAK }), 502, 'coinbase-malformed'],
  ['a list of words', () => Response.json({ transactions: [LEAK], token: 7 }), 502, 'coinbase-malformed'],
  ['records without a status', () => Response.json({ transactions: [{ id: '1' }] }), 502, 'coinbase-malformed'],
  ['a broken connection', () => Promise.reject(new TypeError(`fetch failed ${LEAK}`)), 502, 'coinbase-unreachable'],
];
const wish = {
  asset: 'USDC',
  network: 'base',
  amount: '25',
  fiatCurrency: 'USD',
  country: 'GB',
  paymentMethod: 'FIAT_WALLET',
};
for (const [name, answer, status, code, seconds, tries = 1] of FAILURES) {
  test(`${name} from Coinbase is a ${status} ${code}, a token asked for once and all else ${tries} times, with nothing of it told`, async () => {
    const { upstream, coinbase } = setUp();
    upstream.answer = answer;
    const calls: [() => Promise<unknown>, number][] = [
      [() => coinbase.mint(mint), 1],
      [() => coinbase.list('abc'), tries],
      [() => coinbase.config(), tries],
      [() => coinbase.options({ country: 'GB' }), tries],
      [() => coinbase.transactions({}), tries],
      [() => coinbase.quote(wish, async () => {}), tries],
    ];
    for (const [call, times] of calls) {
      upstream.asked.length = 0;
      await assert.rejects(call, (error: unknown) => {
        assert.ok(error instanceof Refusal);
        assert.deepEqual([error.status, error.code, error.retryAfter], [status, code, seconds]);
        assert.match(error.message, /^[A-Z].*\.$/);
        assert.doesNotMatch(error.message, new RegExp(`${LEAK}|${BEARER}|https?:`));
        return true;
      });
      assert.equal(upstream.asked.length, times);
    }
  });
}

test('tries again after a pause that grows and is never the same for all', async () => {
  const { upstream, coinbase, waits, events } = setUp();
  upstream.answer = () => (upstream.asked.length < 3 ? new Response('', { status: 503 }) : Response.json(listOf()));
  assert.deepEqual((await coinbase.list('abc')).transactions, []);
  assert.deepEqual(waits, [300, 600]);
  const { route, tries, status } = events[0] as { event: 'upstream'; route: string; tries: number; status: number };
  assert.deepEqual([events.length, route, tries, status], [1, 'sales', 3, 200]);
});

test('waits as long as Coinbase says, and does not try where that is longer than there is', async () => {
  const { upstream, coinbase, waits } = setUp();
  upstream.answer = () =>
    upstream.asked.length < 2
      ? new Response('', { status: 429, headers: { 'retry-after': '3' } })
      : Response.json(listOf());
  await coinbase.list('abc');
  assert.deepEqual(waits, [3000]);
  upstream.asked.length = 0;
  upstream.answer = reply(429, { 'retry-after': '30' });
  await assert.rejects(coinbase.list('abc'), { code: 'coinbase-busy', retryAfter: 30 });
  assert.equal(upstream.asked.length, 1);
});

test('tries no more once its time is over', async () => {
  const { upstream, coinbase } = setUp('https://api.test', 200);
  upstream.answer = reply(500);
  await assert.rejects(coinbase.list('abc'), { code: 'coinbase-unreachable' });
  assert.equal(upstream.asked.length, 1);
});

test('each try is signed anew', async () => {
  let signed = 0;
  const upstream = createUpstream();
  upstream.answer = reply(500);
  const sign = async () => `bearer-${++signed}`;
  const wiring = { base: 'https://api.test', sign, fetch: upstream.fetch, log: () => {}, wait: async () => {} };
  await assert.rejects(createCoinbase(createAsk(wiring)).config());
  const bearers = upstream.asked.map(({ headers }) => headers.get('authorization'));
  assert.deepEqual(bearers, ['Bearer bearer-1', 'Bearer bearer-2', 'Bearer bearer-3']);
});

test("Coinbase's own word on a refusal goes to the log, without what could name somebody", async () => {
  const { upstream, coinbase, events } = setUp();
  const message = `InvalidRequest: address [${FROM}] of ann@shop.example at 203.0.113.7 and 2001:db8::1, see https://x.example/?q=1, ref ${'a1B_'.repeat(11)}, is not valid for blockchain [ethereum]`;
  upstream.answer = () => Response.json({ code: 3, message: message + ' more'.repeat(100) }, { status: 400 });
  await assert.rejects(coinbase.mint(mint), (error: Refusal) => !error.message.includes('blockchain'));
  const [event] = events as { text?: string }[];
  assert.match(
    `${event?.text}`,
    /^InvalidRequest: address \[<hex>\] of <email> at <ip> and <ip>, see <url> ref <id>, is not valid/,
  );
  assert.ok(`${event?.text}`.length <= 200);
});

test('an answer that never comes, or never ends, is a 504', async () => {
  const { upstream, coinbase } = setUp('https://api.test', 50);
  const late = { status: 504, code: 'coinbase-unreachable' };
  upstream.answer = ({ signal }) =>
    new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)));
  await assert.rejects(coinbase.mint(mint), late);
  upstream.answer = ({ signal }) =>
    new Response(
      new ReadableStream({ start: (body) => signal.addEventListener('abort', () => body.error(signal.reason)) }),
    );
  await assert.rejects(coinbase.list('abc'), late);
});
