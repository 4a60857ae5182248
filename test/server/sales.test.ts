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

test('polls at the same time, and for two seconds after, ask Coinbase once', async () => {
  let now = 0;
  const { ask, mint, upstream } = createKit({ store: createMemoryStore(() => now) });
  const { statusUrl } = await mint();
  const asked = () => upstream.asked.filter(({ method }) => method === 'GET').length;
  const answers = await Promise.all(Array.from({ length: 50 }, () => ask('GET', statusUrl)));
  assert.ok(answers.every(({ status }) => status === 200));
  assert.equal(asked(), 1);
  now = 1999;
  await ask('GET', statusUrl);
  assert.equal(asked(), 1);
  now = 2000;
  upstream.list = listOf(record({ status: 'TRANSACTION_STATUS_SUCCESS' }));
  assert.match(await (await ask('GET', statusUrl)).text(), /SUCCESS/);
  assert.equal(asked(), 2);
});

test('fifty watchers on two machines with one store ask Coinbase once', async () => {
  const store = createMemoryStore();
  const [one, two] = [createKit({ store }), createKit({ store })];
  const { statusUrl } = await one.mint();
  let answerNow = () => {};
  const slow = new Promise<void>((resolve) => {
    answerNow = resolve;
  });
  one.upstream.answer = two.upstream.answer = () => slow.then(() => Response.json(listOf(record())));
  const watchers = Array.from({ length: 50 }, (_, index) => (index % 2 ? one : two).ask('GET', statusUrl));
  setTimeout(answerNow, 150);
  assert.ok((await Promise.all(watchers)).every(({ status }) => status === 200));
  const asked = [...one.upstream.asked, ...two.upstream.asked].filter(({ method }) => method === 'GET');
  assert.equal(asked.length, 1);
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

test('a failed poll is told to all who waited and to who asks in the next two seconds, then asked again', async () => {
  let now = 0;
  const { ask, mint, upstream } = createKit({ store: createMemoryStore(() => now) });
  const { statusUrl } = await mint();
  upstream.answer = () => new Response('', { status: 404 });
  const answers = await Promise.all([ask('GET', statusUrl), ask('GET', statusUrl)]);
  for (const answer of answers) assert.deepEqual(await codeOf(answer), [502, 'coinbase-refused']);
  upstream.answer = undefined;
  now = 1999;
  assert.deepEqual(await codeOf(ask('GET', statusUrl)), [502, 'coinbase-refused']);
  assert.equal(upstream.asked.length, 2);
  now = 2000;
  assert.equal((await ask('GET', statusUrl)).status, 200);
});

test('the second page is asked for by the key of the first, and kept apart from it', async () => {
  const { ask, mint, upstream } = createKit();
  const { statusUrl, partnerUserRef } = await mint();
  const key = 'eyJndF9za2lwIjowLCJvdF9za2lwIjo1MH0=';
  upstream.list = { ...listOf(record()), next_page_key: key };
  const first = (await (await ask('GET', statusUrl)).json()) as { next_page_key: string };
  assert.equal(first.next_page_key, key);
  upstream.list = listOf(record({ transaction_id: 'old' }));
  const second = await ask('GET', `${statusUrl}?page_key=${encodeURIComponent(key)}`);
  assert.match(await second.text(), /"old"/);
  const asked = new URL(`${upstream.asked.at(-1)?.url}`);
  assert.equal(asked.pathname, `/onramp/v1/sell/user/${partnerUserRef}/transactions`);
  assert.deepEqual(
    [...asked.searchParams],
    [
      ['page_size', '50'],
      ['page_key', key],
    ],
  );
  assert.doesNotMatch(await (await ask('GET', statusUrl)).text(), /"old"/);
});

for (const key of ['', 'a b', 'a&page_size=1000', '../x', 'x'.repeat(513), '%00', 'ü']) {
  test(`the page key ${JSON.stringify(key.slice(0, 20))} is a 400, and Coinbase is not asked`, async () => {
    const { ask, mint, upstream } = createKit();
    const { statusUrl } = await mint();
    upstream.asked.length = 0;
    const answer = ask('GET', `${statusUrl}?page_key=${encodeURIComponent(key)}`);
    assert.deepEqual(await codeOf(answer), [400, 'bad-request']);
    assert.equal(upstream.asked.length, 0);
  });
}

test('older pages are limited to each user, the newest one is not', async () => {
  const { ask, mint } = createKit({ limits: { pagesPerUser: 2 } });
  const { statusUrl } = await mint();
  const page = (key: string) => ask('GET', `${statusUrl}?page_key=${key}`);
  assert.deepEqual([(await page('a')).status, (await page('b')).status], [200, 200]);
  assert.deepEqual(await codeOf(page('c')), [429, 'too-many-requests']);
  assert.equal((await ask('GET', statusUrl)).status, 200);
});
