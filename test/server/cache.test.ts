import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createCache } from '../../src/server/cache.ts';
import { Refusal } from '../../src/server/refusal.ts';
import { createMemoryStore } from '../../src/server.ts';

const setUp = () => {
  const time = { now: 0 };
  const store = createMemoryStore(() => time.now);
  const wait = async (ms: number) => {
    time.now += ms;
    // Lets the others go on.
    await new Promise((resolve) => setImmediate(resolve));
  };
  return { time, store, one: createCache(store, wait), two: createCache(store, wait) };
};

test('an answer is kept for its life, on all machines with the store', async () => {
  const { time, one, two } = setUp();
  let asked = 0;
  const ask = async () => ++asked;
  assert.equal(await one('key', 1000, ask), 1);
  time.now = 999;
  assert.equal(await two('key', 1000, ask), 1);
  assert.equal(await two('other', 1000, ask), 2);
  time.now = 1000;
  assert.equal(await two('key', 1000, ask), 3);
});

test('who asks at the same time, on whichever machine, shares one question', async () => {
  const { one, two } = setUp();
  let asked = 0;
  let answerNow = (_: string) => {};
  const ask = () => {
    asked += 1;
    return new Promise<string>((resolve) => {
      answerNow = resolve;
    });
  };
  const all = [one('key', 1000, ask), two('key', 1000, ask), one('key', 1000, ask), two('key', 1000, ask)];
  for (let turn = 0; turn < 20; turn++) await new Promise((resolve) => setImmediate(resolve));
  answerNow('answer');
  assert.deepEqual(await Promise.all(all), Array(4).fill('answer'));
  assert.equal(asked, 1);
});

test('a machine that died while it asked is waited for, and then replaced', async () => {
  const { time, one, two } = setUp();
  void one('key', 1000, () => new Promise(() => {}));
  assert.equal(await two('key', 1000, async () => 'from two'), 'from two');
  assert.ok(time.now >= 12_000 && time.now < 13_000);
});

test('a refusal is remembered for two seconds, with all that it says; any other error is not', async () => {
  const { time, one, two } = setUp();
  const busy = new Refusal(429, 'coinbase-busy', 'Coinbase is busy.', 7);
  const { status, code, message, retryAfter } = busy;
  await assert.rejects(
    one('key', 60_000, () => Promise.reject(busy)),
    busy,
  );
  await assert.rejects(
    two('key', 60_000, async () => 'never asked'),
    { status, code, message, retryAfter },
  );
  time.now = 2000;
  await assert.rejects(
    two('key', 60_000, () => Promise.reject(new TypeError('own'))),
    TypeError,
  );
  assert.equal(await one('key', 60_000, async () => 'asked again'), 'asked again');
});

test('an answer is given even where the store goes away after it', async () => {
  const store = createMemoryStore();
  let swaps = 0;
  const failing: typeof store = {
    ...store,
    swap: (...all) => (++swaps === 2 ? Promise.reject(new Error('away')) : store.swap(...all)),
  };
  assert.equal(await createCache(failing)('key', 1000, async () => 'answer'), 'answer');
});

test('what another machine found between the look and the lease is taken, and not asked for again', async () => {
  const { store, one } = setUp();
  let looks = 0;
  const late: typeof store = {
    ...store,
    get: async (key) => {
      if (++looks > 1) return store.get(key);
      await one('key', 1000, async () => 'from one');
      return undefined;
    },
  };
  assert.equal(await createCache(late)('key', 1000, async () => 'from two'), 'from one');
});
