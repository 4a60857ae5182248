import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { createLimits, createQueue } from '../../src/server/limits.ts';
import type { LogEvent } from '../../src/server/log.ts';
import { createMemoryStore } from '../../src/server.ts';

const limit = { name: 'quotes', most: 10, ms: 1000 };

/** Two machines with one store, one clock and one log; time passes where somebody waits. */
const setUp = () => {
  const time = { now: 1_000_000 };
  const clock = () => time.now;
  const store = createMemoryStore(clock);
  const events: LogEvent[] = [];
  const machine = () => {
    const parts = { store, log: (event: LogEvent) => events.push(event), clock };
    const limits = createLimits(parts);
    const wait = async (ms: number) => {
      time.now += ms;
    };
    return { limits, turn: createQueue({ limits, limit, log: parts.log, clock, wait }) };
  };
  return { time, events, one: machine(), two: machine(), store, clock };
};

describe('a limit', () => {
  test('lets so many through in any window, over both machines together', async () => {
    const { time, one, two } = setUp();
    const began = time.now;
    for (let count = 0; count < 10; count++) {
      assert.equal(await (count % 2 ? one : two).limits.take(limit, 'all'), 0);
      time.now += 50;
    }
    assert.equal(await one.limits.take(limit, 'all'), began + 1000 - time.now);
    time.now = began + 999;
    assert.equal(await two.limits.take(limit, 'all'), 1);
    time.now = began + 1000;
    assert.equal(await two.limits.take(limit, 'all'), 0);
    assert.equal(await one.limits.take(limit, 'all'), 50);
  });

  test('lets through exactly so many of a crowd that comes at once', async () => {
    const { one, two } = setUp();
    const all = Array.from({ length: 40 }, (_, index) => (index % 2 ? one : two).limits.take(limit, 'all'));
    assert.equal((await Promise.all(all)).filter((ms) => ms === 0).length, 10);
  });

  test('counts each one for themselves, and each limit for itself', async () => {
    const { one } = setUp();
    const single = { name: 'single', most: 1, ms: 1000 };
    assert.equal(await one.limits.take(single, 'ann'), 0);
    assert.equal(await one.limits.take(single, 'bob'), 0);
    assert.equal(await one.limits.take({ ...single, name: 'other' }, 'ann'), 0);
    assert.equal(await one.limits.take(single, 'ann'), 1000);
  });

  test('is a 429 with the seconds to wait, and is told to the log without a name', async () => {
    const { one, events } = setUp();
    const minute = { name: 'tokens-per-user', most: 1, ms: 60_000 };
    await one.limits.demand(minute, 'ann');
    await assert.rejects(one.limits.demand(minute, 'ann'), { status: 429, code: 'too-many-requests', retryAfter: 60 });
    assert.deepEqual(events, [{ event: 'limited', limit: 'tokens-per-user' }]);
  });

  test('is not blocked by a machine whose clock runs hours ahead', async () => {
    const { one, store, clock } = setUp();
    const ahead = createLimits({ store, log: () => {}, clock: () => clock() + 7_200_000 });
    for (let count = 0; count < 10; count++) await ahead.take(limit, 'all');
    assert.equal(await one.limits.take(limit, 'all'), 0);
  });

  test('ends in an error where the store never swaps', async () => {
    const store = { ...createMemoryStore(), swap: async () => false };
    await assert.rejects(createLimits({ store, log: () => {} }).take(limit, 'all'), /never swapped/);
  });
});

describe('the queue of a limit', () => {
  test('lets wait who can be served within three seconds, and nobody else', async () => {
    const { one, time } = setUp();
    const began = time.now;
    for (let count = 0; count < 10; count++) await one.turn();
    assert.equal(time.now, began);
    await one.turn();
    assert.equal(time.now, began + 1000);
  });

  test('holds twenty at most, and tells the others at once when to come back', async () => {
    const { one, events } = setUp();
    const results = await Promise.allSettled(Array.from({ length: 25 }, () => one.turn()));
    assert.deepEqual(
      results.map(({ status }) => status),
      [...Array(20).fill('fulfilled'), ...Array(5).fill('rejected')],
    );
    const [, refused] = [...results].reverse() as PromiseRejectedResult[];
    assert.deepEqual([refused?.reason.status, refused?.reason.retryAfter], [429, 3]);
    assert.deepEqual(events, Array(5).fill({ event: 'limited', limit: 'quotes' }));
    await one.turn();
  });

  test('serves in order, and goes on after one that had to give up', async () => {
    const { time, store } = setUp();
    const slow = { name: 'slow', most: 1, ms: 5000 };
    const order: string[] = [];
    const limits = createLimits({ store, log: () => {}, clock: () => time.now });
    const wait = async (ms: number) => {
      time.now += ms;
    };
    const turn = createQueue({ limits, limit: slow, log: () => {}, clock: () => time.now, wait });
    await Promise.allSettled(
      ['first', 'second', 'third'].map((name) =>
        turn().then(
          () => order.push(name),
          () => order.push(`not ${name}`),
        ),
      ),
    );
    assert.deepEqual(order, ['first', 'not second', 'not third']);
    time.now += 5000;
    await turn();
  });
});
