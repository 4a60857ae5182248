// A user's past sales, by a real HTTP client against the simulator.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { findAsset } from '../../src/assets.ts';
import { createCache } from '../../src/server/cache.ts';
import { createChanges } from '../../src/server/changes.ts';
import { createHistory, historyAnswer } from '../../src/server/history.ts';
import { createMemoryStore } from '../../src/server.ts';
import { codeOf } from './fixture.ts';
import { openShop } from './shop.ts';

describe('GET sales', () => {
  test('are the user’s own, newest first, each with its latest order, in pages of ten', async (t) => {
    const { read, mint, cashOut } = await openShop(t, { limits: { tokensPerUser: 100, tokensPerIp: 100 } });
    const bobs = await mint('sale-0', 'bob');
    const minted = [];
    for (let count = 0; count < 12; count++) minted.push(await mint(`sale-${count}`));
    const newest = minted.at(-1);
    assert.ok(newest);
    await cashOut(newest);
    const first = (await read('/pay/sales')).body;
    assert.deepEqual(historyAnswer.parse(first), first);
    assert.deepEqual([first.sales.length, first.total_count], [10, 12]);
    const { startedAt, order, ...sale } = first.sales[0];
    const { partnerUserRef, statusUrl } = newest;
    assert.deepEqual(sale, { partnerUserRef, statusUrl, asset: 'USDC', network: 'base' });
    assert.ok(Math.abs(Date.parse(startedAt) - Date.now()) < 60_000);
    assert.equal(order.status, 'TRANSACTION_STATUS_STARTED');
    assert.equal(first.sales[1].order, null);
    const second = (await read(`/pay/sales?page_key=${first.next_page_key}`)).body;
    assert.deepEqual([second.sales.length, second.next_page_key], [2, '']);
    const all = [...first.sales, ...second.sales].map((one) => one.partnerUserRef);
    assert.deepEqual(all, minted.map((one) => one.partnerUserRef).reverse());
    assert.ok(!all.includes(bobs.partnerUserRef));
    const ofBob = (await read('/pay/sales', 'bob')).body.sales.map(
      (one: { partnerUserRef: string }) => one.partnerUserRef,
    );
    assert.deepEqual(ofBob, [bobs.partnerUserRef]);
  });

  test('are none for who never began one, and a page of nobody’s is a 400', async (t) => {
    const { read, ask, mint } = await openShop(t);
    const { partnerUserRef } = await mint('sale-1', 'bob');
    assert.deepEqual((await read('/pay/sales')).body, { sales: [], next_page_key: '', total_count: 0 });
    assert.deepEqual(await codeOf(ask('GET', `/pay/sales?page_key=${partnerUserRef}`)), [400, 'bad-page']);
    assert.deepEqual(await codeOf(ask('GET', '/pay/sales?page_key=..%2F')), [400, 'bad-request']);
  });

  test('that failed to be minted are not among them; one minted twice is there once', async (t) => {
    const { read, mint, simulator } = await openShop(t);
    simulator.faults.set('api-5xx', true);
    await mint('sale-1');
    simulator.faults.clear();
    await mint('sale-2');
    await mint('sale-3');
    await mint('sale-2');
    const { body } = await read('/pay/sales');
    assert.equal(body.total_count, 2);
  });

  test('are kept to the newest hundred', async () => {
    const store = createMemoryStore();
    const parts = { store, cache: createCache(store), changes: createChanges(store) };
    const coinbase = { list: async () => ({ transactions: [], next_page_key: '', total_count: 0, now: '' }) };
    const history = createHistory({ ...parts, coinbase: coinbase as never });
    const usdc = findAsset('USDC', 'base');
    assert.ok(usdc);
    for (let count = 0; count < 103; count++) await history.note('ann', `ref-${count}`, usdc);
    const urlOf = (reference: string) => reference;
    const { sales, total_count } = await history.list('ann', 'ref-12', urlOf);
    assert.equal(total_count, 100);
    assert.deepEqual(
      sales.map(({ partnerUserRef }) => partnerUserRef),
      ['ref-11', 'ref-10', 'ref-9', 'ref-8', 'ref-7', 'ref-6', 'ref-5', 'ref-4', 'ref-3'],
    );
  });

  test('are all there where Coinbase does not tell of one: that one says why, and is asked for again', async (t) => {
    const broken = { reference: '', answer: () => Response.json({}) };
    const toCoinbase = (async (input, init) =>
      broken.reference && `${input}`.includes(broken.reference)
        ? broken.answer()
        : fetch(input, init)) satisfies typeof fetch;
    let ahead = 0;
    const store = createMemoryStore(() => Date.now() + ahead);
    const { read, mint, cashOut } = await openShop(t, { fetch: toCoinbase, store });
    const minted: { partnerUserRef: string }[] = [];
    for (const [code, answer] of [
      ['coinbase-malformed', () => Response.json({ transactions: 5 })],
      ['coinbase-refused', () => Response.json({ message: 'hunter2' }, { status: 401 })],
      ['coinbase-busy', () => new Response('', { status: 429, headers: { 'retry-after': '60' } })],
    ] as const) {
      const [older, sale] = [await mint(`older-${code}`), await mint(`sale-${code}`)];
      await cashOut(sale);
      minted.unshift(sale, older);
      Object.assign(broken, { reference: sale.partnerUserRef, answer });
      const { status, body } = await read('/pay/sales');
      assert.equal(status, 200);
      assert.deepEqual(historyAnswer.parse(body), body);
      assert.deepEqual(
        body.sales.map((one: { partnerUserRef: string }) => one.partnerUserRef),
        minted.map(({ partnerUserRef }) => partnerUserRef),
      );
      const [first, ...others] = body.sales;
      assert.equal(first.order, null);
      assert.deepEqual([first.error.code, Object.keys(first.error)], [code, ['code', 'message']]);
      assert.match(first.error.message, /^[A-Z].*\.$/);
      assert.doesNotMatch(JSON.stringify(body), /hunter2/);
      for (const other of others) assert.ok(!('error' in other));

      broken.reference = '';
      // A failure is remembered for two seconds.
      ahead += 2_000;
      const [now] = (await read('/pay/sales')).body.sales;
      assert.deepEqual([now.error, now.order.status], [undefined, 'TRANSACTION_STATUS_STARTED']);
    }
  });

  test('are a 503 as a whole where the store is away in the middle of the page', async (t) => {
    t.mock.method(console, 'error', () => {});
    const store = createMemoryStore();
    let isAway = false;
    const swap: typeof store.swap = (...all) =>
      isAway ? Promise.reject(new Error('The store is away.')) : store.swap(...all);
    const { ask, mint } = await openShop(t, { store: { ...store, swap } });
    await mint('sale-1');
    isAway = true;
    assert.deepEqual(await codeOf(ask('GET', '/pay/sales')), [503, 'store-unavailable']);
  });

  test('are refused beyond thirty pages a minute', async (t) => {
    const { read, ask } = await openShop(t);
    for (let count = 0; count < 30; count++) assert.equal((await read('/pay/sales')).status, 200);
    assert.deepEqual(await codeOf(ask('GET', '/pay/sales')), [429, 'too-many-requests']);
    assert.equal((await read('/pay/sales', 'bob')).status, 200);
  });
});
