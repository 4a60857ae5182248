import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createMemoryStore, type LogEvent, type OfframpOptions } from '../../src/server.ts';
import { codeOf, createKit, HASH, listOf, record, SHOP } from './fixture.ts';
import { eventOf, signed, WEBHOOK_SECRET } from './webhook-fixture.ts';

const STARTED = { status: 'TRANSACTION_STATUS_STARTED', updated_at: '2026-08-11T15:00:00.000Z' };

const setUp = async (changes: Partial<OfframpOptions> = {}) => {
  const told: LogEvent[] = [];
  const store = createMemoryStore();
  const kit = createKit({ webhookSecret: WEBHOOK_SECRET, store, log: (event) => void told.push(event), ...changes });
  kit.upstream.list = listOf(record({ ...STARTED, created_at: '2026-08-11T15:00:00.000Z' }));
  const { partnerUserRef, statusUrl } = await kit.mint();
  /** Sends as Coinbase's servers do: without an origin and without a user. */
  const send = ({ body, headers }: ReturnType<typeof signed>) =>
    kit.handler(new Request(`${SHOP}/api/offramp/webhook`, { method: 'POST', body, headers }));
  const status = async (): Promise<Record<string, unknown>> => {
    const answer = await kit.ask('GET', statusUrl);
    return ((await answer.json()) as { transactions: Record<string, unknown>[] }).transactions[0] ?? {};
  };
  const heard: string[] = [];
  await store.subscribe(`sale:${partnerUserRef}`, (message) => heard.push(message));
  const outcomes = () => told.flatMap((event) => (event.event === 'webhook' ? [event.outcome] : []));
  return { ...kit, send, status, store, heard, outcomes, partnerUserRef, mine: { partnerUserRef } };
};

const SUCCESS = { eventType: 'offramp.transaction.success', status: 'TRANSACTION_STATUS_SUCCESS', txHash: HASH };

test('a signed event is answered 204, told to who watches, and seen in the status though the list lags', async () => {
  const { send, status, heard, outcomes, mine } = await setUp();
  assert.equal((await status()).status, STARTED.status);
  const answer = await send(signed(eventOf({ ...mine, ...SUCCESS })));
  assert.deepEqual([answer.status, await answer.text()], [204, '']);
  assert.deepEqual(heard, ['']);
  assert.deepEqual(outcomes(), ['matched']);
  const { status: now, tx_hash, total, sell_amount } = await status();
  assert.deepEqual([now, tx_hash], [SUCCESS.status, HASH]);
  assert.deepEqual(total, { value: '24.75', currency: 'USD' });
  assert.deepEqual(sell_amount, { value: '25', currency: 'USDC' });
});

test('an event changes neither address nor amount of an order', async () => {
  const { send, status, mine } = await setUp();
  const before = await status();
  const evil = {
    toAddress: `0x${'66'.repeat(20)}`,
    sellAmount: { value: '9999', currency: 'USDC' },
    network: 'polygon',
  };
  await send(signed(eventOf({ ...mine, ...evil, asset: 'ETH' })));
  assert.deepEqual(await status(), { ...before, updated_at: '2026-08-11T15:00:30.000Z' });
});

test('an event drops what was kept of the status, so that an order it speaks of is seen at once', async () => {
  const { send, status, upstream, mine } = await setUp();
  upstream.list = listOf();
  assert.deepEqual(await status(), {});
  upstream.list = listOf(record());
  assert.deepEqual(await status(), {}, 'kept');
  await send(signed(eventOf(mine)));
  assert.equal((await status()).transaction_id, 'order-1');
});

const BAD: [string, (good: ReturnType<typeof signed>) => ReturnType<typeof signed>, string][] = [
  [
    'without a signature',
    ({ body, headers: { 'x-hook0-signature': _, ...headers } }) => ({ body, headers }),
    'no-signature',
  ],
  ['with a body of one more space', ({ body, headers }) => ({ body: `${body} `, headers }), 'wrong-signature'],
  [
    'with a signed header changed',
    ({ body, headers }) => ({ body, headers: { ...headers, 'x-event-type': 'x' } }),
    'wrong-signature',
  ],
  [
    'with a signed header left out',
    ({ body, headers: { 'x-event-type': _, ...headers } }) => ({ body, headers }),
    'bad-form',
  ],
  ['of another secret', ({ body }) => signed(body, { secret: 'another-secret-of-somebody' }), 'wrong-signature'],
  ['of more than five minutes ago', ({ body }) => signed(body, { t: Math.floor(Date.now() / 1000) - 302 }), 'too-old'],
  ['of more than a minute ahead', ({ body }) => signed(body, { t: Math.floor(Date.now() / 1000) + 63 }), 'too-early'],
];
for (const [name, spoil, outcome] of BAD) {
  test(`a request ${name} is a 401 and changes nothing`, async () => {
    const { send, status, heard, outcomes, mine } = await setUp();
    assert.deepEqual(await codeOf(send(spoil(signed(eventOf({ ...mine, ...SUCCESS }))))), [401, 'bad-signature']);
    assert.deepEqual([heard, outcomes()], [[], [outcome]]);
    assert.equal((await status()).status, STARTED.status);
  });
}

for (const header of [
  '',
  't=1',
  't=x,h=content-type,v1=00',
  'v1=',
  `t=1,t=1,h=,v1=${'0'.repeat(64)}`,
  `${'t=1,'.repeat(900)}`,
])
  test(`a signature of the form "${header.slice(0, 30)}" is a 401`, async () => {
    const { send } = await setUp();
    const { body, headers } = signed(eventOf());
    assert.deepEqual(await codeOf(send({ body, headers: { ...headers, 'x-hook0-signature': header } })), [
      401,
      'bad-signature',
    ]);
  });

test('a signature that says its time or its mark twice is a 401', async () => {
  const { send, mine } = await setUp();
  const { body, headers } = signed(eventOf(mine));
  const good = headers['x-hook0-signature'] ?? '';
  for (const part of good.split(',').filter((each) => !each.startsWith('v0'))) {
    const header = `${good},${part}`;
    assert.equal((await send({ body, headers: { ...headers, 'x-hook0-signature': header } })).status, 401);
  }
  assert.equal((await send({ body, headers })).status, 204);
});

test('a signature just within its time is taken', async () => {
  const { send, mine } = await setUp();
  const now = Math.floor(Date.now() / 1000);
  for (const t of [now - 290, now + 55]) assert.equal((await send(signed(eventOf(mine), { t }))).status, 204);
});

test('the older form of the signature, over content-type and x-hook0-id, is taken', async () => {
  const { send, mine } = await setUp();
  assert.equal((await send(signed(eventOf(mine), { h: 'content-type x-hook0-id' }))).status, 204);
});

test('while one secret takes the place of another, both may sign', async () => {
  const { send, mine } = await setUp({ webhookSecret: ['an-old-secret-of-the-kit', WEBHOOK_SECRET] });
  for (const secret of ['an-old-secret-of-the-kit', WEBHOOK_SECRET])
    assert.equal((await send(signed(eventOf(mine), { secret }))).status, 204);
  assert.equal((await send(signed(eventOf(mine), { secret: 'a-secret-before-the-old-one' }))).status, 401);
});

test('an event that comes twice is answered twice and told once', async () => {
  const { send, heard, outcomes, mine } = await setUp();
  const event = signed(eventOf({ ...mine, ...SUCCESS }), { id: 'event-1' });
  assert.deepEqual([(await send(event)).status, (await send(event)).status], [204, 204]);
  assert.deepEqual([heard.length, outcomes()], [1, ['matched', 'repeated']]);
});

test('an id that is not signed makes no event a repeated one', async () => {
  const { send, outcomes, mine } = await setUp();
  const h = 'content-type';
  await send(signed(eventOf(mine), { id: 'event-1', h }));
  await send(signed(eventOf({ ...mine, ...SUCCESS }), { id: 'event-1', h }));
  assert.deepEqual(outcomes(), ['matched', 'matched']);
});

test('an event whose taking failed is taken when it is sent again', async (t) => {
  t.mock.method(console, 'error', () => {});
  const memory = createMemoryStore();
  let away = true;
  const publish = (...call: Parameters<typeof memory.publish>) =>
    away ? Promise.reject(new Error('away')) : memory.publish(...call);
  const { send, outcomes, mine } = await setUp({ store: { ...memory, publish } });
  const event = signed(eventOf({ ...mine, ...SUCCESS }), { id: 'event-1' });
  assert.deepEqual(await codeOf(send(event)), [503, 'store-unavailable']);
  away = false;
  assert.equal((await send(event)).status, 204);
  assert.deepEqual(outcomes(), ['matched']);
});

test('events in the wrong order never take an order back, whatever their times say', async () => {
  const { send, status, mine } = await setUp();
  const at = (second: number) => ({ updatedAt: `2026-08-11T15:01:0${second}.000Z` });
  await send(signed(eventOf({ ...mine, ...SUCCESS, ...at(5) })));
  for (const late of [at(4), at(9)]) {
    await send(signed(eventOf({ ...mine, ...late })));
    await send(
      signed(
        eventOf({ ...mine, ...late, eventType: 'offramp.transaction.created', status: 'TRANSACTION_STATUS_CREATED' }),
      ),
    );
    await send(signed(eventOf({ ...mine, ...late, status: 'TRANSACTION_STATUS_SOMETHING_NEW' })));
  }
  const { status: now, tx_hash } = await status();
  assert.deepEqual([now, tx_hash], [SUCCESS.status, HASH]);
});

test('of two words of one rank the later holds, and a transfer that was seen stays seen', async () => {
  const { send, status, mine } = await setUp();
  await send(signed(eventOf({ ...mine, txHash: '', updatedAt: '2026-08-11T15:01:02Z' })));
  await send(signed(eventOf({ ...mine, txHash: HASH, updatedAt: '2026-08-11T15:01:01Z' })));
  await send(signed(eventOf({ ...mine, txHash: '', updatedAt: '2026-08-11T15:01:02.5Z' })));
  await send(signed(eventOf({ ...mine, txHash: '', updatedAt: '2026-08-11T15:00:59Z' })));
  const { tx_hash, updated_at } = await status();
  assert.deepEqual([tx_hash, updated_at], [HASH, '2026-08-11T15:01:02.5Z']);
});

test('an old event does not make an order sendable that Coinbase lists with an unknown status', async () => {
  const { send, status, upstream, mine } = await setUp();
  upstream.list = listOf(record({ status: 'TRANSACTION_STATUS_ON_HOLD', updated_at: '2026-08-11T15:05:00.000Z' }));
  await send(signed(eventOf(mine)));
  assert.equal((await status()).status, 'TRANSACTION_STATUS_ON_HOLD');
});

test('where an event said that an order has ended or is paid, no claim is granted though the list lags', async () => {
  for (const change of [SUCCESS, { status: 'TRANSACTION_STATUS_FAILED' }, { txHash: HASH }]) {
    const { send, ask, upstream, partnerUserRef, mine } = await setUp();
    upstream.list = listOf(record());
    const claim = () => ask('POST', `/sales/${partnerUserRef}/claim`, { saleId: 'sale-1', transactionId: 'order-1' });
    await send(signed(eventOf({ ...mine, ...change, updatedAt: new Date().toISOString() })));
    assert.equal((await claim()).status, 409);
  }
});

test('an event without a reference is matched by its order, once a list or another event has shown whose it is', async () => {
  const { send, status, heard, outcomes } = await setUp();
  await send(signed(eventOf({ eventType: 'offramp.transaction.created' })));
  assert.deepEqual([heard.length, outcomes()], [0, ['unmatched']]);
  await status();
  await send(signed(eventOf({ ...SUCCESS })));
  assert.deepEqual([heard.length, outcomes()], [1, ['unmatched', 'matched']]);
  assert.equal((await status()).status, SUCCESS.status);
});

test('an event without a reference is matched by the redirect address, and its order is known from then on', async () => {
  const { send, heard } = await setUp();
  await send(signed(eventOf({ redirectUrl: `${SHOP}/done?a=1&offramp-sale=sale-1.nonce-1` })));
  assert.equal(heard.length, 1);
  await send(signed(eventOf({ ...SUCCESS })));
  assert.equal(heard.length, 2);
});

test('what was said of an order before anybody knew whose it is, is seen once it is listed', async () => {
  const { send, status } = await setUp();
  await send(signed(eventOf({ ...SUCCESS })));
  assert.equal((await status()).status, SUCCESS.status);
});

test('who takes the sale id of another gets no word of that sale', async () => {
  const { send, mint, store } = await setUp();
  const mallory = await mint('sale-1', 'mallory');
  const heard: string[] = [];
  await store.subscribe(`sale:${mallory.partnerUserRef}`, (message) => heard.push(message));
  await send(signed(eventOf({ redirectUrl: `${SHOP}/done?offramp-sale=sale-1.nonce-1` })));
  assert.equal(heard.length, 0);
});

for (const [name, event] of [
  ['of an on-ramp', eventOf({ eventType: 'onramp.transaction.success' })],
  ['of a kind nobody knows', eventOf({ eventType: 'offramp.transaction.frozen' })],
  ['without an order', eventOf({ transactionId: undefined })],
  ['without a status', eventOf({ status: null })],
  ['that is no JSON', 'hello'],
  ['that is a list', '[1]'],
  ['with a status of another shape', eventOf({ status: { toString: 1 } })],
] as const)
  test(`a signed event ${name} is answered 204 and ignored`, async () => {
    const { send, heard, outcomes } = await setUp();
    assert.equal((await send(signed(event))).status, 204);
    assert.deepEqual([heard, outcomes()], [[], ['unknown']]);
  });

test('an event with a reference of another part of the project is nobody’s', async () => {
  const { send, outcomes } = await setUp();
  await send(signed(eventOf({ partnerUserRef: 'somebody-else' })));
  await send(signed(eventOf({ partnerUserRef: '../../etc' })));
  assert.deepEqual(outcomes(), ['unmatched', 'unmatched']);
});

test('without a webhookSecret there is no such route', async () => {
  const { send } = await setUp({ webhookSecret: undefined as unknown as string });
  assert.deepEqual(await codeOf(send(signed(eventOf()))), [404, 'not-found']);
});

test('a body of more than 16 kB is a 413', async () => {
  const { send } = await setUp();
  assert.deepEqual(await codeOf(send(signed(eventOf({ note: 'x'.repeat(20_000) })))), [413, 'too-large']);
});

test('an event tells the log nothing of whose it is', async () => {
  const told: string[] = [];
  const { send, mine } = await setUp({ log: (event) => void told.push(JSON.stringify(event)) });
  await send(signed(eventOf({ ...mine, ...SUCCESS })));
  assert.doesNotMatch(told.join(), new RegExp(`${mine.partnerUserRef}|${HASH}|order-1|sale-1`));
});
