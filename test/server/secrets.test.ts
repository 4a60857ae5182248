import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { LogEvent } from '../../src/server.ts';
import { API_KEY_SECRET, BODY, createKit, FROM, HASH, record, SECRET, SHOP, TO, TOKEN } from './fixture.ts';

const LEAK = 'upstream-body-text';

const ANSWERS: [string, (request: Request) => Response | Promise<Response>][] = [
  ['good', () => Response.json({ token: TOKEN, transactions: [] })],
  ['a token of a wrong shape', () => Response.json({ token: [TOKEN, LEAK], transactions: [TOKEN] })],
  ['401', () => Response.json({ message: LEAK }, { status: 401 })],
  ['429', () => Response.json({ message: LEAK }, { status: 429 })],
  ['500', () => new Response(LEAK, { status: 500 })],
  ['echoing', ({ headers, url }) => new Response(`${url} ${headers.get('authorization')}`, { status: 400 })],
  ['broken', ({ headers, url }) => Promise.reject(new Error(`${url} ${headers.get('authorization')}`))],
];

const QUOTE = { asset: 'USDC', network: 'base', amount: '27.18', country: 'GB' };
const IP = '203.0.113.7';
const USER = 'ann-of-the-test';

for (const [name, answer] of ANSWERS) {
  test(`no error and no log holds a secret, token, key, URL, person or upstream text while Coinbase is ${name}`, async (t) => {
    const said = t.mock.method(console, 'error', () => {});
    const events: LogEvent[] = [];
    const { ask, mint, upstream } = createKit({
      authorize: (request) => request.headers.get('x-user') && USER,
      operator: (request) => request.headers.get('x-user') === 'ann',
      proveAddress: {
        challenge: () => ({ nonce: 'nonce', domain: 'shop.example', expirationTime: '2026-03-01T12:00:00Z' }),
        verify: (_, address) => address === FROM,
      },
      country: () => 'GB',
      log: (event) => events.push(event),
    });
    const proof = { message: 'message', signature: '0x' };
    const { statusUrl, claimUrl, partnerUserRef } = await (async () => {
      const answer = await ask('POST', '/token', { ...BODY, proof });
      return (await answer.json()) as Awaited<ReturnType<typeof mint>>;
    })();
    upstream.answer = answer;
    const answers = [
      await ask('POST', '/token', { ...BODY, proof }),
      await ask('POST', '/token', BODY),
      await ask('POST', '/token', { ...BODY, proof, redirectUrl: 'https://evil.example/?token=abc' }),
      await ask('POST', '/token', { ...BODY, proof, address: HASH }),
      await ask('POST', '/token', { ...BODY, proof, address: TO }),
      await ask('POST', '/token', BODY, { origin: 'https://evil.example' }),
      await ask('POST', '/token', BODY, { 'x-user': '' }),
      await ask('GET', statusUrl),
      await ask('GET', statusUrl.replace(/.$/, '')),
      await ask('GET', `${statusUrl}?page_key=${LEAK}`),
      await ask('POST', claimUrl, { saleId: 'sale-1', transactionId: 'order-1' }),
      await ask('GET', '/config'),
      await ask('GET', '/options?country=GB'),
      await ask('GET', `/options?country=${LEAK}`),
      await ask('POST', '/quote', QUOTE),
      await ask('POST', '/quote', { ...QUOTE, country: LEAK }),
      await ask('GET', '/sales'),
      await ask('GET', `/sales?page_key=${partnerUserRef}x`),
      await ask('GET', '/transactions'),
      await ask('GET', '/transactions', undefined, { 'x-user': 'bob' }),
      await ask('GET', `/transactions?from=${LEAK}`),
      await ask('POST', '/address-proof', {}),
      await ask('GET', `/nothing/${LEAK}`),
    ];
    const bearers = upstream.asked.map(({ headers }) => `${headers.get('authorization')?.split(' ')[1]}`);
    const secrets = [API_KEY_SECRET, SECRET, TOKEN, LEAK, SHOP, 'http', 'key-1', ...bearers];
    const refused = answers.filter(({ ok }) => !ok);
    for (const one of refused) {
      const text = await one.text();
      for (const secret of secrets) assert.ok(!text.includes(secret), `${one.status} tells ${secret}`);
      for (const [, value] of one.headers) assert.ok(!value.includes(TOKEN) && !value.includes(LEAK));
    }
    assert.ok(refused.length >= 12);
    assert.ok(events.length >= answers.length);
    const log = JSON.stringify(events);
    const people = [FROM, TO, IP, USER, partnerUserRef, HASH, QUOTE.amount, 'sale-1', 'order-1'];
    // A short text of Coinbase's is for the operator, and is cleaned: `LEAK` itself is no more than a word in it.
    for (const secret of [...secrets.filter((one) => one !== LEAK), ...people])
      assert.ok(!log.includes(secret), `the log tells ${secret}`);
    assert.equal(said.mock.callCount(), 0);
  });
}

test('what Coinbase says goes to the log only where it refused what was asked, and cleaned', async () => {
  const events: LogEvent[] = [];
  const { ask, mint, upstream } = createKit({ log: (event) => events.push(event) });
  const { statusUrl } = await mint();
  upstream.answer = () => Response.json({ message: `No ${FROM} of ${record().transaction_id}` }, { status: 400 });
  await ask('GET', statusUrl);
  const [event] = events.filter((one) => one.event === 'upstream' && one.status === 400);
  assert.deepEqual(event && 'text' in event && event.text, 'No <hex> of order-1');
});

test('each request is told with its route, method, status, code and time, and a log that throws changes nothing', async () => {
  const events: LogEvent[] = [];
  const { ask, mint } = createKit({
    log: (event) => {
      events.push(event);
      throw new Error('the log is down');
    },
  });
  const { statusUrl } = await mint();
  assert.equal((await ask('GET', `/deep/mount${statusUrl}`)).status, 200);
  await ask('GET', statusUrl, undefined, { 'x-user': 'bob' });
  await ask('PUT', `${statusUrl}/claim`);
  const told = events.flatMap((event) => {
    if (event.event !== 'request') return [];
    const { ms, ...rest } = event;
    assert.ok(Number.isInteger(ms) && ms >= 0);
    return rest;
  });
  assert.deepEqual(told, [
    { event: 'request', route: '/token', method: 'POST', status: 200 },
    { event: 'request', route: '/sales/:ref', method: 'GET', status: 200 },
    { event: 'request', route: '/sales/:ref', method: 'GET', status: 404, code: 'unknown-sale' },
    { event: 'request', route: '/sales/:ref/claim', method: 'PUT', status: 405 },
  ]);
});

test('a hook that fails is an event without its words', async (t) => {
  t.mock.method(console, 'error', () => {});
  const events: LogEvent[] = [];
  const { ask } = createKit({
    log: (event) => events.push(event),
    authorize: () => {
      throw new TypeError('database password is hunter2');
    },
  });
  assert.equal((await ask('GET', '/sales')).status, 500);
  assert.deepEqual(events[0], { event: 'error', route: '/sales', name: 'TypeError' });
  assert.doesNotMatch(JSON.stringify(events), /hunter2/);
});
