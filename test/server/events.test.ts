import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import type { Coinbase } from '../../src/server/coinbase.ts';
import { createStreams } from '../../src/server/events.ts';
import { createWatches } from '../../src/server/watch.ts';
import { createMemoryStore, type LogEvent, type OfframpOptions, type Store } from '../../src/server.ts';
import { codeOf, createKit, HASH, listOf, record, SHOP } from './fixture.ts';
import { eventOf, signed, WEBHOOK_SECRET } from './webhook-fixture.ts';

let calculating = 0;
/** Web Crypto works in threads of its own, so that no count of turns is enough to wait for it. */
const watched = new Proxy(crypto.subtle, {
  get:
    (subtle, name: keyof SubtleCrypto) =>
    async (...call: never[]) => {
      calculating += 1;
      try {
        return await (subtle[name] as (...call: never[]) => Promise<unknown>).apply(subtle, call);
      } finally {
        calculating -= 1;
      }
    },
});
Object.defineProperty(crypto, 'subtle', { value: watched });

/** Lets everything happen that waits for no clock. */
const settle = async (): Promise<void> => {
  for (let quiet = 0; quiet < 20; quiet = calculating > 0 ? 0 : quiet + 1)
    await new Promise((resolve) => setImmediate(resolve));
};

/** A store that counts who listens. */
const countingStore = (store: Store = createMemoryStore()) => {
  const counted = {
    ...store,
    listening: 0,
    subscribe: async (channel: string, listener: (message: string) => void) => {
      const end = await store.subscribe(channel, listener);
      counted.listening += 1;
      return () => {
        counted.listening -= 1;
        end();
      };
    },
  };
  return counted;
};

/** Reads a stream as it comes. */
const follow = (answer: Response) => {
  const reader = answer.body?.getReader();
  const page = { text: '', ended: false, leave: () => reader?.cancel() };
  const read = async (): Promise<void> => {
    for (;;) {
      const { value, done } = (await reader?.read()) ?? { done: true };
      if (done) break;
      page.text += new TextDecoder().decode(value);
    }
    page.ended = true;
  };
  const states = () => [...page.text.matchAll(/^data: (.*)$/gm)].map(([, data]) => JSON.parse(`${data}`));
  const ids = () => [...page.text.matchAll(/^id: (.*)$/gm)].map(([, id]) => id);
  const statuses = () => states().map(({ transactions }) => transactions[0]?.status);
  return Object.assign(page, { reading: read(), states, ids, statuses });
};

const setUp = async (t: TestContext, changes: Partial<OfframpOptions> = {}) => {
  t.mock.timers.enable({ apis: ['setTimeout', 'setInterval', 'Date'], now: Date.parse('2026-08-11T15:00:00Z') });
  const store = countingStore();
  const kit = createKit({ store, webhookSecret: WEBHOOK_SECRET, ...changes });
  const sale = await kit.mint();
  const { partnerUserRef, eventsUrl } = sale as typeof sale & { eventsUrl: string };
  kit.upstream.asked.length = 0;
  const open = (headers: Record<string, string> = {}) => kit.ask('GET', eventsUrl, undefined, headers);
  const send = ({ body, headers }: ReturnType<typeof signed>) =>
    kit.handler(new Request(`${SHOP}/webhook`, { method: 'POST', body, headers }));
  const pass = async (ms: number): Promise<void> => {
    t.mock.timers.tick(ms);
    await settle();
  };
  const lists = () => kit.upstream.asked.filter(({ url }) => url.includes('/transactions')).length;
  return { ...kit, store, open, send, pass, lists, partnerUserRef, eventsUrl };
};

const success = record({ status: 'TRANSACTION_STATUS_SUCCESS', tx_hash: HASH, updated_at: '2026-08-11T15:02:00Z' });

test('the stream begins with the state now, as the status route answers it', async (t) => {
  const { open, ask, eventsUrl } = await setUp(t);
  const answer = await open();
  assert.equal(answer.status, 200);
  assert.match(`${answer.headers.get('content-type')}`, /^text\/event-stream/);
  assert.equal(answer.headers.get('cache-control'), 'no-store, no-transform');
  const page = follow(answer);
  await settle();
  const status = await ask('GET', eventsUrl.replace(/\/events$/, ''));
  assert.deepEqual(page.states(), [await status.json()]);
  assert.match(page.text, /^retry: 3000\n\nid: [0-9a-f]{16}\ndata: \{.*\}\n\n$/);
  await page.leave();
});

test('a change at Coinbase is told within a poll, and what is the same is not told again', async (t) => {
  const { open, pass, upstream } = await setUp(t);
  const page = follow(await open());
  await pass(2000);
  await pass(2000);
  upstream.list = listOf(record({ tx_hash: HASH }));
  await pass(2000);
  assert.deepEqual(
    page.states().map(({ transactions }) => transactions[0].tx_hash),
    ['', HASH],
  );
  assert.equal(new Set(page.ids()).size, 2);
  await page.leave();
});

test('an event of Coinbase is told at once, with no time passing', async (t) => {
  const { open, send, partnerUserRef } = await setUp(t);
  const page = follow(await open());
  await settle();
  await send(signed(eventOf({ partnerUserRef, txHash: HASH, updatedAt: '2026-08-11T15:01:00Z' })));
  await settle();
  assert.deepEqual(
    page.states().map(({ transactions }) => transactions[0].tx_hash),
    ['', HASH],
  );
  await page.leave();
});

test('however many watch a sale, Coinbase is asked once in two seconds', async (t) => {
  const { open, ask, pass, lists, eventsUrl } = await setUp(t, {});
  const pages = [];
  for (let at = 0; at < 10; at++) pages.push(follow(await open()));
  for (let second = 0; second < 20; second++) {
    await ask('GET', eventsUrl.replace(/\/events$/, ''));
    await pass(1000);
  }
  assert.ok(lists() <= 11, `${lists()} questions in 20 s`);
  assert.ok(lists() >= 8, `${lists()} questions in 20 s`);
  for (const page of pages) await page.leave();
});

test('nobody watching means no question, no timer and no subscription', async (t) => {
  const { open, pass, lists, store } = await setUp(t);
  const pages = [follow(await open()), follow(await open())];
  await settle();
  assert.equal(store.listening, 1);
  await pages[0]?.leave();
  await pass(4000);
  assert.ok(lists() > 1);
  await pages[1]?.leave();
  await settle();
  const asked = lists();
  await pass(600_000);
  assert.deepEqual([lists(), store.listening], [asked, 0]);
});

test('a stream ends after every order has ended, and all behind it ends, too', async (t) => {
  const { open, pass, upstream, lists, store } = await setUp(t);
  const page = follow(await open());
  await settle();
  upstream.list = listOf(success);
  await pass(2000);
  assert.deepEqual([page.ended, store.listening], [true, 0]);
  assert.deepEqual(page.statuses(), ['TRANSACTION_STATUS_STARTED', 'TRANSACTION_STATUS_SUCCESS']);
  const asked = lists();
  await pass(60_000);
  assert.equal(lists(), asked);
});

test('one order that has ended beside one that waits ends no stream, and neither does an empty list', async (t) => {
  for (const list of [
    listOf(),
    listOf(record(), record({ transaction_id: 'order-0', status: 'TRANSACTION_STATUS_FAILED' })),
  ]) {
    const { open, pass, upstream } = await setUp(t);
    upstream.list = list;
    const page = follow(await open());
    await pass(4000);
    assert.equal(page.ended, false);
    await page.leave();
    t.mock.timers.reset();
  }
});

test('a page that comes back with the last id is told only what it does not have', async (t) => {
  const { open, pass, upstream } = await setUp(t);
  const first = follow(await open());
  await settle();
  const [id = ''] = first.ids();
  await first.leave();
  const again = follow(await open({ 'last-event-id': `${id}` }));
  await pass(2000);
  assert.deepEqual(again.states(), []);
  upstream.list = listOf(record({ tx_hash: HASH }));
  await pass(2000);
  assert.equal(again.states().length, 1);
  await again.leave();
});

test('a page that has the end is told 204, which ends its coming back', async (t) => {
  const { open, upstream, store } = await setUp(t);
  upstream.list = listOf(success);
  const page = follow(await open());
  await page.reading;
  assert.equal(page.states().length, 1);
  const answer = await open({ 'last-event-id': `${page.ids()[0]}` });
  assert.deepEqual([answer.status, answer.body, store.listening], [204, null, 0]);
});

test('a stream beats every 15 seconds, and ends after ten minutes so that the user is asked for again', async (t) => {
  const { open, pass, store } = await setUp(t);
  const page = follow(await open());
  for (let beat = 0; beat < 4; beat++) await pass(15_000);
  assert.equal(page.text.match(/^:$/gm)?.length, 4);
  for (let beat = 4; beat < 40; beat++) await pass(15_000);
  assert.deepEqual([page.ended, store.listening], [true, 0]);
});

test('a page whose connection is gone leaves nothing behind, though nobody cancels its stream', async (t) => {
  const { handler, eventsUrl, store } = await setUp(t);
  const gone = new AbortController();
  const headers = { 'x-user': 'ann', origin: SHOP };
  const answer = await handler(new Request(`${SHOP}${eventsUrl}`, { headers, signal: gone.signal }));
  const page = follow(answer);
  await settle();
  assert.equal(store.listening, 1);
  gone.abort();
  await settle();
  assert.deepEqual([page.ended, store.listening], [true, 0]);
});

test('a page that left before it was answered leaves nothing behind', async (t) => {
  const { handler, eventsUrl, store } = await setUp(t);
  const headers = { 'x-user': 'ann', origin: SHOP };
  await handler(new Request(`${SHOP}${eventsUrl}`, { headers, signal: AbortSignal.abort() }));
  await settle();
  assert.equal(store.listening, 0);
});

test('a page that does not read is let go', async (t) => {
  const { open, pass, store, upstream } = await setUp(t);
  await open();
  for (let change = 0; change < 40; change++) {
    upstream.list = listOf(record({ updated_at: new Date(change * 1000).toISOString() }));
    await pass(2000);
  }
  assert.equal(store.listening, 0);
});

test('a HEAD opens nothing', async (t) => {
  const { ask, eventsUrl, store, lists } = await setUp(t);
  const answer = await ask('HEAD', eventsUrl);
  assert.match(`${answer.headers.get('content-type')}`, /^text\/event-stream/);
  assert.deepEqual([answer.status, store.listening, lists()], [200, 0, 0]);
});

test('the eleventh stream of a user is a 429, of another user not, and one that ended makes room', async (t) => {
  const { open, mint, ask } = await setUp(t);
  const pages = [];
  for (let at = 0; at < 10; at++) pages.push(follow(await open()));
  const refused = await open();
  assert.equal(refused.headers.get('retry-after'), '3');
  assert.deepEqual(await codeOf(refused), [429, 'too-many-streams']);
  const other = (await mint('sale-1', 'bob')) as unknown as { eventsUrl: string };
  const bob = await ask('GET', other.eventsUrl, undefined, { 'x-user': 'bob' });
  assert.equal(bob.status, 200);
  await pages[0]?.leave();
  pages.push(follow(await open()), follow(bob));
  assert.deepEqual(await codeOf(open()), [429, 'too-many-streams']);
  for (const page of pages) await page.leave();
});

test('as many streams as the limits say, of a user and of all, and which one was reached is told', async (t) => {
  const events: LogEvent[] = [];
  const limits = { streamsPerUser: 2, streamsPerProcess: 3 };
  const { open, mint, ask } = await setUp(t, { limits, log: (event) => void events.push(event) });
  const { eventsUrl } = (await mint('sale-1', 'bob')) as unknown as { eventsUrl: string };
  const openAsBob = () => ask('GET', eventsUrl, undefined, { 'x-user': 'bob' });
  const reached = () => events.flatMap((event) => (event.event === 'limited' ? [event.limit] : []));

  const pages = [follow(await open()), follow(await open())];
  assert.deepEqual(await codeOf(open()), [429, 'too-many-streams']);
  assert.deepEqual(reached(), ['streams-per-user']);

  pages.push(follow(await openAsBob()));
  const refused = await openAsBob();
  assert.equal(refused.headers.get('retry-after'), '30');
  assert.deepEqual(await codeOf(refused), [429, 'too-many-streams']);
  assert.deepEqual(reached(), ['streams-per-user', 'streams-per-process']);

  await pages[0]?.leave();
  pages.push(follow(await openAsBob()));
  for (const page of pages) await page.leave();
});

test('the gates are those of the status route', async (t) => {
  const { open, ask, store } = await setUp(t);
  assert.deepEqual(await codeOf(open({ 'x-user': '' })), [401, 'not-signed-in']);
  assert.deepEqual(await codeOf(open({ 'x-user': 'mallory' })), [404, 'unknown-sale']);
  assert.deepEqual(await codeOf(open({ origin: 'https://evil.example' })), [403, 'origin-refused']);
  assert.deepEqual(await codeOf(open({ origin: '', 'sec-fetch-site': 'cross-site' })), [403, 'origin-refused']);
  assert.deepEqual(await codeOf(ask('GET', `/sales/${'x'.repeat(44)}/events`)), [404, 'unknown-sale']);
  assert.equal(store.listening, 0);
});

test('where Coinbase or the store is away at first, the answer is an error and nothing stays', async (t) => {
  t.mock.method(console, 'error', () => {});
  const { open, upstream, store } = await setUp(t);
  upstream.answer = () => new Response('', { status: 401 });
  assert.deepEqual(await codeOf(open()), [502, 'coinbase-refused']);
  await settle();
  assert.equal(store.listening, 0);
  store.subscribe = () => Promise.reject(new Error('away'));
  assert.deepEqual(await codeOf(open()), [503, 'store-unavailable']);
});

test('where Coinbase goes away later, the stream stays, asks more slowly, and goes on when it is back', async (t) => {
  const { open, pass, upstream, lists } = await setUp(t);
  const page = follow(await open());
  await settle();
  upstream.answer = () => new Response('', { status: 401 });
  const before = lists();
  for (let second = 0; second < 60; second++) await pass(1000);
  assert.ok(lists() - before <= 8, `${lists() - before} questions in a minute`);
  upstream.answer = undefined;
  upstream.list = listOf(record({ tx_hash: HASH }));
  for (let second = 0; second < 16; second++) await pass(1000);
  assert.deepEqual([page.ended, page.states().length], [false, 2]);
  await page.leave();
});

/** The timers that were set and neither cleared nor, as none here, run. */
const watchTimers = (t: TestContext): Set<unknown> => {
  const running = new Set<unknown>();
  for (const kind of ['Timeout', 'Interval'] as const) {
    const [set, clear] = [globalThis[`set${kind}`], globalThis[`clear${kind}`]];
    t.mock.method(globalThis, `set${kind}`, (run: () => void, ms: number) => {
      const timer = set(run, ms).unref();
      running.add(timer);
      return timer;
    });
    t.mock.method(globalThis, `clear${kind}`, (timer: NodeJS.Timeout | undefined) => {
      running.delete(timer);
      clear(timer);
    });
  }
  return running;
};

test('a thousand streams that come and go leave no timer, no subscription and no count', async (t) => {
  const timers = watchTimers(t);
  const store = countingStore();
  const list = { transactions: [], next_page_key: '', total_count: '0', now: '' } as Awaited<
    ReturnType<Coinbase['list']>
  >;
  const watches = createWatches(async () => list, store);
  const streams = createStreams(watches, { perUser: 1, perProcess: 1000 }, () => {});
  const open = (at: number) => streams.open(`ref-${at % 50}`, `user-${at}`, undefined, new AbortController().signal);
  const opened = await Promise.all(Array.from({ length: 1000 }, (_, at) => open(at)));
  await settle();
  assert.deepEqual([streams.count(), watches.count(), store.listening, timers.size], [1000, 50, 50, 1050]);
  await Promise.all(opened.map((stream) => stream?.cancel()));
  await settle();
  assert.deepEqual([streams.count(), watches.count(), store.listening, timers.size], [0, 0, 0, 0]);
});
