import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseList } from '../../src/schema.ts';
import { createMemoryStore } from '../../src/server.ts';
import { codeOf, createKit, listOf, record } from './fixture.ts';

test("a sale's list is Coinbase's, cut to what a page needs", async () => {
  const { ask, mint, upstream } = createKit();
  const { statusUrl, partnerUserRef } = await mint();
  const answer = await ask('GET', statusUrl);
  assert.equal(answer.status, 200);
  assert.equal(answer.headers.get('cache-control'), 'no-store');
  const text = await answer.text();
  assert.doesNotMatch(text, /never to be told|redirect_url|secret/);
  assert.equal(parseList(JSON.parse(text))?.transactions[0]?.status, 'STARTED');
  const asked = new URL(`${upstream.asked.at(-1)?.url}`);
  assert.equal(`${asked.pathname}${asked.search}`, `/onramp/v1/sell/user/${partnerUserRef}/transactions?page_size=50`);
});

test('a sale without an order has an empty list', async () => {
  const { ask, mint, upstream } = createKit();
  const { statusUrl } = await mint();
  upstream.list = listOf();
  const { transactions, next_page_key, total_count } = (await (await ask('GET', statusUrl)).json()) as ReturnType<
    typeof listOf
  >;
  assert.deepEqual(
    { transactions, next_page_key, total_count },
    { transactions: [], next_page_key: '', total_count: '0' },
  );
});

test('the reference of another user is a 404 on every route, and Coinbase is not asked', async () => {
  const { ask, mint, upstream } = createKit();
  const { statusUrl, claimUrl } = await mint('sale-1', 'bob');
  upstream.asked.length = 0;
  const body = { saleId: 'sale-1', transactionId: 'order-1', txHash: `0x${'ab'.repeat(32)}` };
  for (const [method, path] of [
    ['GET', statusUrl],
    ['POST', claimUrl],
    ['PATCH', claimUrl],
    ['DELETE', claimUrl],
  ] as const) {
    const answer = ask(method, path, method === 'GET' ? undefined : body);
    assert.deepEqual(await codeOf(answer), [404, 'unknown-sale']);
  }
  assert.equal(upstream.asked.length, 0);
});

for (const reference of ['sale-1', 'x'.repeat(44), '..', '%2e%2e', '%00', 'a%2Fb', `${'A'.repeat(43)}%0A`]) {
  test(`the reference ${JSON.stringify(reference)}, that nobody made, is a 404`, async () => {
    const { ask, upstream } = createKit();
    const [status] = await codeOf(ask('GET', `/sales/${reference}`));
    assert.equal(status, 404);
    assert.equal(upstream.asked.length, 0);
  });
}

test('polls at the same time, and for a second after, ask Coinbase once', async () => {
  let now = 0;
  const { ask, mint, upstream } = createKit({ store: createMemoryStore(() => now) });
  const { statusUrl } = await mint();
  const asked = () => upstream.asked.filter(({ method }) => method === 'GET').length;
  const answers = await Promise.all(Array.from({ length: 20 }, () => ask('GET', statusUrl)));
  assert.ok(answers.every(({ status }) => status === 200));
  assert.equal(asked(), 1);
  now = 999;
  await ask('GET', statusUrl);
  assert.equal(asked(), 1);
  now = 1000;
  upstream.list = listOf(record({ status: 'TRANSACTION_STATUS_SUCCESS' }));
  assert.match(await (await ask('GET', statusUrl)).text(), /SUCCESS/);
  assert.equal(asked(), 2);
});

test('polls of two sales are kept apart', async () => {
  const { ask, mint, upstream } = createKit();
  const [one, two] = [await mint('sale-1'), await mint('sale-2')];
  upstream.answer = ({ url }) =>
    Response.json(listOf(record({ transaction_id: url.includes(one.partnerUserRef) ? 'of-one' : 'of-two' })));
  const [first, second] = await Promise.all([ask('GET', one.statusUrl), ask('GET', two.statusUrl)]);
  assert.match(await first.text(), /of-one/);
  assert.match(await second.text(), /of-two/);
  assert.match(await (await ask('GET', one.statusUrl)).text(), /of-one/);
});

test('a failed poll is told to all who waited, and not remembered', async () => {
  const { ask, mint, upstream } = createKit();
  const { statusUrl } = await mint();
  upstream.answer = () => new Response('', { status: 500 });
  const answers = await Promise.all([ask('GET', statusUrl), ask('GET', statusUrl)]);
  for (const answer of answers) assert.deepEqual(await codeOf(answer), [502, 'coinbase-unreachable']);
  upstream.answer = undefined;
  assert.equal((await ask('GET', statusUrl)).status, 200);
});
