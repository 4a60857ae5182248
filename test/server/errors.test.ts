// Every error that a route is described with, met by a real HTTP client against the simulator. A new error wants a call here.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { createMemoryStore, type OfframpOptions } from '../../src/server.ts';
import type { ErrorCode } from '../../tools/errors.ts';
import { ROUTES, type Route } from '../../tools/routes.ts';
import { createDescription } from './described.ts';
import { BODY, HASH } from './fixture.ts';
import { openShop } from './shop.ts';
import { eventOf, signed, WEBHOOK_SECRET } from './webhook-fixture.ts';

const description = createDescription(JSON.parse(readFileSync('docs/openapi.json', 'utf8')));
const met = new Set<string>();

type Headers = Record<string, string>;
interface Call {
  path: string;
  body?: unknown;
  headers?: Headers;
}

const WISH = { asset: 'USDC', network: 'base', amount: '25', country: 'SG' };

/** A shop whose hooks, store and Coinbase break when they are told to, with an order of Ann's that waits for its transfer. */
const openBreakable = async (t: Parameters<typeof openShop>[0], changes: Partial<OfframpOptions> = {}) => {
  const broken = { store: false, coinbase: undefined as (() => Response) | undefined };
  const memory = createMemoryStore();
  const store = new Proxy(memory, {
    get: (verbs, verb: keyof typeof memory) =>
      broken.store ? () => Promise.reject(new Error('The store is away.')) : verbs[verb],
  });
  const demand = (request: Request): string | null => {
    if (request.headers.has('x-break')) throw new Error('A hook fails.');
    return request.headers.get('x-user');
  };
  const shop = await openShop(t, {
    authorize: demand,
    operator: (request) => demand(request) === 'operator',
    proveAddress: { challenge: () => ({ nonce: 'n', domain: 'd', expirationTime: 't' }), verify: () => true },
    webhookSecret: WEBHOOK_SECRET,
    store,
    fetch: async (input, init) => broken.coinbase?.() ?? fetch(input, init),
    ...changes,
  });
  const proof = { message: 'm', signature: 's' };
  const minted = await shop.ask('POST', '/pay/token', { ...BODY, proof });
  const session = (await minted.json()) as { token: string; partnerUserRef: string };
  await shop.cashOut(session);
  const sale = `/pay/sales/${session.partnerUserRef}`;
  const transactionId = shop.simulator.orders()[0]?.transactionId ?? '';

  /** What each route is asked when nothing is wrong. */
  const right: Record<string, () => Call> = {
    mintToken: () => ({ path: '/pay/token', body: { ...BODY, saleId: 'sale-2', proof } }),
    readChallenge: () => ({ path: '/pay/address-proof' }),
    readConfig: () => ({ path: '/pay/config' }),
    readOptions: () => ({ path: '/pay/options?country=SG' }),
    readQuote: () => ({ path: '/pay/quote', body: WISH }),
    listSales: () => ({ path: '/pay/sales' }),
    readSale: () => ({ path: sale }),
    watchSale: () => ({ path: `${sale}/events` }),
    claimSale: () => ({ path: `${sale}/claim`, body: { saleId: 'sale-1', transactionId } }),
    reportTransfer: () => ({ path: `${sale}/claim`, body: { txHash: HASH } }),
    releaseClaim: () => ({ path: `${sale}/claim` }),
    listTransactions: () => ({ path: '/pay/transactions', headers: { 'x-user': 'operator' } }),
    takeWebhook: () => {
      const { body, headers } = signed(eventOf({ transactionId, partnerUserRef: session.partnerUserRef }));
      return { path: '/pay/webhook', body, headers };
    },
  };

  /** Asks a route, and holds the answer against its description. */
  const meet = async (id: string, code: ErrorCode | 'none', change: Partial<Call> = {}): Promise<void> => {
    const route = ROUTES.find((one) => one.id === id);
    assert.ok(route, id);
    const usual = right[id]?.() ?? { path: '' };
    const { path, body } = { ...usual, ...change };
    const all = { ...usual.headers, ...change.headers };
    const answer = await shop.ask(route.method.toUpperCase(), path, body, all);
    const told = answer.ok ? 'none' : ((await answer.clone().json()) as { code: string }).code;
    assert.equal(told, code, `${route.method} ${route.path}`);
    await description.check(route.method, path.replace('/pay', ''), answer);
    met.add(`${id} ${code}`);
  };
  /** Meets one error at every route that is described with it. */
  const meetAll = async (code: ErrorCode, change: (route: Route, call: Call) => Partial<Call> = () => ({})) => {
    for (const route of ROUTES) {
      if (route.errors.includes(code)) await meet(route.id, code, change(route, right[route.id]?.() ?? { path: '' }));
    }
  };
  return { ...shop, broken, meet, meetAll, sale, transactionId };
};

const QUERIES: Record<string, string> = {
  readOptions: '/pay/options',
  listSales: '/pay/sales?page_key=%20',
  listTransactions: '/pay/transactions?from=yesterday',
};

test('what is wrong with who asks, and how', async (t) => {
  t.mock.method(console, 'error', () => {});
  const { meet, meetAll, sale } = await openBreakable(t);
  await meetAll('origin-refused', () => ({ headers: { origin: 'https://evil.example' } }));
  await meetAll('not-signed-in', () => ({ headers: { 'x-user': '' } }));
  await meetAll('not-operator', () => ({ headers: { 'x-user': 'ann' } }));
  await meetAll('unknown-sale', () => ({ headers: { 'x-user': 'mallory' } }));
  await meetAll('not-json', ({ body }, call) =>
    body ? { headers: { 'content-type': 'text/plain' }, body: call.body } : {},
  );
  await meetAll('too-large', () => ({ body: { pad: 'x'.repeat(20_000) } }));
  await meetAll('bad-request', ({ id }) => {
    const path = id === 'readSale' ? `${sale}?page_key=%20` : QUERIES[id];
    return path === undefined ? { body: {} } : { path };
  });
  await meetAll('bad-signature', () => ({ body: '{}' }));
  for (const { id, by } of ROUTES) {
    const headers = { 'x-break': 'yes', 'x-user': by === 'operator' ? 'operator' : 'ann' };
    if (by !== 'webhook') await meet(id, 'server-error', { headers });
  }
});

test('a webhook whose order is kept as something that is no order', async (t) => {
  t.mock.method(console, 'error', () => {});
  const store = createMemoryStore();
  const get = async (key: string) => (key.startsWith('word:') ? '}{' : store.get(key));
  const { meet } = await openBreakable(t, { store: { ...store, get } });
  await meet('takeWebhook', 'server-error');
});

test('what is wrong with what is asked for', async (t) => {
  const { meet, transactionId } = await openBreakable(t);
  const body = { ...BODY, saleId: 'sale-2' };
  await meet('mintToken', 'unknown-asset', { body: { ...body, asset: 'DOGE' } });
  await meet('mintToken', 'bad-redirect', { body: { ...body, redirectUrl: 'https://evil.example/' } });
  await meet('mintToken', 'address-not-proved', { body });
  for (const [code, query] of [
    ['unknown-country', 'country=XX'],
    ['unknown-subdivision', 'country=US'],
  ] as const) {
    await meet('readOptions', code, { path: `/pay/options?${query}` });
    const place = Object.fromEntries(new URLSearchParams(query));
    await meet('readQuote', code, { body: { ...WISH, subdivision: 'ZZ', ...place } });
  }
  await meet('readQuote', 'unknown-asset', { body: { ...WISH, asset: 'DOGE' } });
  await meet('readQuote', 'bad-amount', { body: { ...WISH, amount: '0' } });
  await meet('readQuote', 'amount-out-of-range', { body: { ...WISH, amount: '999999999' } });
  await meet('readQuote', 'no-quote', { body: { ...WISH, paymentMethod: 'ACH_BANK_ACCOUNT' } });
  await meet('listSales', 'bad-page', { path: '/pay/sales?page_key=nobody' });

  await meet('claimSale', 'order-refused', { body: { saleId: 'sale-1', transactionId: 'none' } });
  await meet('claimSale', 'none', { body: { saleId: 'sale-1', transactionId, holder: 'one' } });
  await meet('claimSale', 'already-claimed', { body: { saleId: 'sale-1', transactionId, holder: 'two' } });
  await meet('releaseClaim', 'already-claimed', { body: { holder: 'two' } });
  await meet('reportTransfer', 'none');
  await meet('reportTransfer', 'already-reported', { body: { txHash: HASH.replace('ab', 'cd') } });
  await meet('releaseClaim', 'already-reported', { body: { holder: 'one' } });
});

test('an order whose time is over', async (t) => {
  const { meet, simulator } = await openBreakable(t);
  simulator.advance(28 * 60_000);
  await meet('claimSale', 'order-expired');
});

test('what is too much', async (t) => {
  const { meet, sale } = await openBreakable(t, {
    limits: { tokensPerUser: 1, quotesPerUser: 1, pagesPerUser: 1, streamsPerUser: 1 },
  });
  await meet('mintToken', 'too-many-requests');
  await meet('readQuote', 'none');
  await meet('readQuote', 'too-many-requests');
  await meet('listSales', 'none');
  await meet('listSales', 'too-many-requests');
  await meet('readSale', 'too-many-requests', { path: `${sale}?page_key=x` });
});

test('one stream too many', async (t) => {
  const { meet, ask, sale } = await openBreakable(t, { limits: { streamsPerUser: 1 } });
  const stream = await ask('GET', `${sale}/events`);
  await meet('watchSale', 'too-many-streams');
  await stream.body?.cancel();
});

test('routes whose option is not given', async (t) => {
  const { meetAll } = await openBreakable(t, {
    operator: undefined,
    proveAddress: undefined,
    webhookSecret: undefined,
  } as unknown as Partial<OfframpOptions>);
  await meetAll('not-found');
});

for (const [code, answer] of [
  ['coinbase-refused', () => Response.json({}, { status: 401 })],
  ['coinbase-busy', () => Response.json({}, { status: 429, headers: { 'retry-after': '60' } })],
  ['coinbase-malformed', () => Response.json({ token: 5, transactions: 5, countries: 5 })],
  [
    'coinbase-unreachable',
    () => {
      throw new TypeError('fetch failed');
    },
  ],
] as const) {
  test(`a Coinbase that is ${code.slice('coinbase-'.length)}`, async (t) => {
    const { broken, meetAll } = await openBreakable(t);
    broken.coinbase = answer;
    await meetAll(code);
  });
}

test('a store that is away', async (t) => {
  t.mock.method(console, 'error', () => {});
  const { broken, meetAll } = await openBreakable(t);
  broken.store = true;
  await meetAll('store-unavailable');
});

test('and no described error was left out', (t) => {
  const described = ROUTES.flatMap(({ id, errors }) => [...new Set(errors)].map((code) => `${id} ${code}`));
  assert.deepEqual(
    described.filter((one) => !met.has(one)),
    [],
  );
  t.diagnostic(`${ROUTES.length} routes, ${described.length} errors, each answered as docs/openapi.json says`);
  for (const { id, method, path, errors } of ROUTES)
    t.diagnostic(`${method.toUpperCase().padEnd(6)} ${path.padEnd(20)} ${id}: ${[...new Set(errors)].join(' ')}`);
});
