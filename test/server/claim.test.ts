import assert from 'node:assert/strict';
import { test } from 'node:test';
import { claimAnswer, type Instruction } from '../../src/schema.ts';
import { createClaims } from '../../src/server/claims.ts';
import { createMemoryStore } from '../../src/server.ts';
import { codeOf, createKit, FROM, HASH, listOf, record, TO } from './fixture.ts';

const CLAIM = { saleId: 'sale-1', transactionId: 'order-1' };
const OTHER = { saleId: 'sale-2', transactionId: 'order-1' };

const setUp = async () => {
  const kit = createKit();
  const { claimUrl, statusUrl } = await kit.mint();
  const ask = (method: string, body?: unknown) => kit.ask(method, claimUrl, body);
  return { ...kit, ask, statusUrl, get: () => kit.ask('GET', statusUrl) };
};

test('a claim grants the one transfer, from a fresh list', async () => {
  const { ask, get, upstream } = await setUp();
  upstream.list = listOf();
  await get();
  upstream.list = listOf(record({ transaction_id: 'older', status: 'FAILED' }), record());
  const answer = await ask('POST', CLAIM);
  assert.equal(answer.status, 200);
  const { instruction } = claimAnswer.parse(await answer.json());
  const { transactionId, to, from, units, chainId } = instruction;
  assert.deepEqual([transactionId, to, from, units, chainId], ['order-1', TO, FROM, '25000000', 8453]);
});

test('a repeated claim gets the same answer, and another sale gets a 409', async () => {
  const { ask } = await setUp();
  const first = await (await ask('POST', CLAIM)).text();
  assert.equal(await (await ask('POST', CLAIM)).text(), first);
  assert.deepEqual(await codeOf(ask('POST', OTHER)), [409, 'already-claimed']);
});

test('of two browsers with one sale, one is granted; only that one may repeat and release', async () => {
  const { ask: request, mint, upstream } = createKit();
  upstream.list = listOf(record());
  const { claimUrl } = await mint();
  const claim = (holder?: string) => request('POST', claimUrl, { ...CLAIM, holder });
  const release = (holder: string) => request('DELETE', claimUrl, { holder });
  assert.equal((await claim('phone')).status, 200);
  assert.deepEqual(await codeOf(claim('laptop')), [409, 'already-claimed']);
  assert.deepEqual(await codeOf(claim()), [409, 'already-claimed']);
  assert.equal((await claim('phone')).status, 200);
  assert.deepEqual(await codeOf(release('laptop')), [409, 'already-claimed']);
  assert.deepEqual(await codeOf(claim('laptop')), [409, 'already-claimed']);
  assert.equal((await release('phone')).status, 204);
  assert.equal((await claim('laptop')).status, 200);
});

test('a refused claimant costs Coinbase no question', async () => {
  const { ask, upstream } = await setUp();
  await ask('POST', CLAIM);
  upstream.asked.length = 0;
  await ask('POST', OTHER);
  assert.equal(upstream.asked.length, 0);
});

test('of a thousand claims at once, one is granted', async () => {
  const { ask } = await setUp();
  const claims = Array.from({ length: 1000 }, (_, at) => ask('POST', { ...CLAIM, saleId: `tab-${at}` }));
  const answers = await Promise.all(claims);
  assert.equal(answers.filter(({ status }) => status === 200).length, 1);
  for (const answer of answers.filter(({ status }) => status !== 200))
    assert.deepEqual(await codeOf(answer), [409, 'already-claimed']);
});

test('of a thousand claims at once on a slow store, one is granted', async () => {
  const memory = createMemoryStore();
  const turn = () => new Promise((resolve) => setImmediate(resolve));
  const claims = createClaims({
    ...memory,
    get: (key) => turn().then(() => memory.get(key)),
    set: (key, value, time) => turn().then(() => memory.set(key, value, time)),
    swap: (key, was, next, time) => turn().then(() => memory.swap(key, was, next, time)),
  });
  const instruction = { transactionId: 'order-1', units: '1' } as Instruction;
  const asked = Array.from({ length: 1000 }, (_, at) => claims.grant('ref', { saleId: `tab-${at}` }, instruction));
  const answers = await Promise.allSettled(asked);
  assert.equal(answers.filter(({ status }) => status === 'fulfilled').length, 1);
});

test('one reference has one claim, though it has two orders', async () => {
  const { ask, upstream } = await setUp();
  upstream.list = listOf(record(), record({ transaction_id: 'order-2' }));
  assert.equal((await ask('POST', CLAIM)).status, 200);
  assert.deepEqual(await codeOf(ask('POST', { ...CLAIM, transactionId: 'order-2' })), [409, 'already-claimed']);
});

test('one order has one claim, though two references show it', async () => {
  const kit = createKit();
  const [one, two] = [await kit.mint('sale-1'), await kit.mint('sale-2')];
  assert.equal((await kit.ask('POST', one.claimUrl, CLAIM)).status, 200);
  assert.deepEqual(await codeOf(kit.ask('POST', two.claimUrl, OTHER)), [409, 'already-claimed']);
});

test('a released claim can be granted again, to any sale', async () => {
  const { ask } = await setUp();
  await ask('POST', CLAIM);
  assert.equal((await ask('DELETE')).status, 204);
  assert.equal((await ask('DELETE')).status, 204);
  assert.equal((await ask('POST', OTHER)).status, 200);
  assert.deepEqual(await codeOf(ask('POST', CLAIM)), [409, 'already-claimed']);
});

test('releasing what was never claimed is fine', async () => {
  const { ask } = await setUp();
  assert.equal((await ask('DELETE')).status, 204);
});

test('a report is repeatable in any letter case, another hash is a 409', async () => {
  const { ask } = await setUp();
  await ask('POST', CLAIM);
  assert.equal((await ask('PATCH', { txHash: HASH })).status, 204);
  assert.equal((await ask('PATCH', { txHash: `0x${HASH.slice(2).toUpperCase()}` })).status, 204);
  assert.deepEqual(await codeOf(ask('PATCH', { txHash: `0x${'cd'.repeat(32)}` })), [409, 'already-reported']);
});

test('after a report nobody is granted a transfer again, and the claim stays', async () => {
  const { ask } = await setUp();
  await ask('POST', CLAIM);
  await ask('PATCH', { txHash: HASH });
  assert.deepEqual(await codeOf(ask('DELETE')), [409, 'already-reported']);
  assert.deepEqual(await codeOf(ask('POST', CLAIM)), [409, 'already-claimed']);
  assert.deepEqual(await codeOf(ask('POST', OTHER)), [409, 'already-claimed']);
});

test('a transfer reported without a claim locks the sale, too', async () => {
  const { ask } = await setUp();
  assert.equal((await ask('PATCH', { txHash: HASH })).status, 204);
  assert.deepEqual(await codeOf(ask('POST', CLAIM)), [409, 'already-claimed']);
});

test('a repeated claim is refused where the order has changed since', async () => {
  const { ask, upstream } = await setUp();
  await ask('POST', CLAIM);
  upstream.list = listOf(record({ to_address: `0x${'3'.repeat(40)}` }));
  assert.deepEqual(await codeOf(ask('POST', CLAIM)), [409, 'order-refused']);
  upstream.list = listOf(record({ tx_hash: HASH }));
  assert.deepEqual(await codeOf(ask('POST', CLAIM)), [409, 'already-claimed']);
});

const REFUSED: [string, Record<string, unknown>, string][] = [
  ['that is not there', { transaction_id: 'another' }, 'order-refused'],
  ['that has failed', { status: 'TRANSACTION_STATUS_FAILED' }, 'order-refused'],
  ['that has a transfer', { tx_hash: HASH }, 'already-claimed'],
  ['in fiat', { sell_amount: { value: '25', currency: 'EUR' } }, 'order-refused'],
  ['of another asset', { asset: 'DOGE' }, 'order-refused'],
  ['that sells nothing', { payment_method: 'CRYPTO_ACCOUNT' }, 'order-refused'],
  ['that is too old', { created_at: new Date(Date.now() - 28 * 60_000).toISOString() }, 'order-expired'],
];
for (const [name, change, code] of REFUSED) {
  test(`an order ${name} is a 409 ${code}, and stays unclaimed`, async () => {
    const { ask, upstream } = await setUp();
    upstream.list = listOf(record(change));
    assert.deepEqual(await codeOf(ask('POST', CLAIM)), [409, code]);
    upstream.list = listOf(record());
    assert.equal((await ask('POST', OTHER)).status, 200);
  });
}

test("the deadline is on Coinbase's clock", async () => {
  const { ask, upstream } = await setUp();
  const hours = 6 * 60 * 60_000;
  upstream.list = listOf(record({ created_at: new Date(Date.now() - hours).toISOString() }));
  upstream.headers = { date: new Date(Date.now() - hours + 60_000).toUTCString() };
  assert.equal((await ask('POST', CLAIM)).status, 200);
});

test('where Coinbase cannot be asked, nothing is granted', async () => {
  const { ask, upstream } = await setUp();
  upstream.answer = () => new Response('', { status: 503 });
  assert.deepEqual(await codeOf(ask('POST', CLAIM)), [502, 'coinbase-unreachable']);
});

test('where the store fails, nothing is granted, and when it is back, things go on', async (t) => {
  const said = t.mock.method(console, 'error', () => {});
  const memory = createMemoryStore();
  let away = false;
  const or = <T>(verb: () => Promise<T>): Promise<T> =>
    away ? Promise.reject(new Error('redis://:hunter2@db is away')) : verb();
  const store = {
    ...memory,
    get: (key: string) => or(() => memory.get(key)),
    swap: (...call: Parameters<typeof memory.swap>) => or(() => memory.swap(...call)),
  };
  const events: unknown[] = [];
  const { ask, mint } = createKit({ store, log: (event) => void events.push(event) });
  const { claimUrl } = await mint();
  away = true;
  for (const method of ['POST', 'POST', 'DELETE']) {
    const answer = await ask(method, claimUrl, CLAIM);
    assert.equal(answer.headers.get('retry-after'), '2');
    const text = await answer.text();
    assert.doesNotMatch(text, /hunter2|instruction/);
    assert.deepEqual([answer.status, JSON.parse(text).code], [503, 'store-unavailable']);
  }
  away = false;
  assert.equal((await ask('POST', claimUrl, CLAIM)).status, 200);
  const told = events.filter((event) => (event as { event: string }).event === 'store');
  assert.deepEqual(told, [
    { event: 'store', away: true },
    { event: 'store', away: false },
  ]);
  assert.equal(said.mock.callCount(), 1);
});

test('a release that the store carries out late takes no claim away that was granted after it', async () => {
  const memory = createMemoryStore();
  let late: (() => Promise<boolean>) | undefined;
  const slow = createClaims({
    ...memory,
    swap: (...call) => {
      late = () => memory.swap(...call);
      return Promise.reject(new Error('No answer in time.'));
    },
  });
  const claims = createClaims(memory);
  const instruction = { transactionId: 'order-1', units: '1' } as Instruction;
  for (const between of [() => claims.release('ref'), async () => {}]) {
    await claims.grant('ref', { saleId: 'sale-1' }, instruction);
    await assert.rejects(slow.release('ref'));
    await between();
    await claims.grant('ref', { saleId: 'sale-1' }, instruction);
    assert.equal(await late?.(), false);
    await assert.rejects(claims.grant('ref', { saleId: 'sale-2' }, instruction), /already being paid/);
  }
});

test('a store that never swaps ends in an error, not in a loop', async () => {
  const claims = createClaims({ ...createMemoryStore(), get: async () => undefined, swap: async () => false });
  await assert.rejects(claims.report('ref', HASH), /never swapped/);
});

for (const [method, body] of [
  ['POST', {}],
  ['POST', { saleId: 'sale-1' }],
  ['POST', { saleId: 'sale-1', transactionId: '' }],
  ['PATCH', { txHash: '0x' }],
  ['PATCH', { txHash: '0xcancelled' }],
  ['PATCH', {}],
] as const) {
  test(`${method} of a claim with ${JSON.stringify(body)} is a 400`, async () => {
    const { ask } = await setUp();
    assert.deepEqual(await codeOf(ask(method, body)), [400, 'bad-request']);
  });
}
