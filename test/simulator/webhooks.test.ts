import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { test } from 'node:test';
import { createSimulator, type FaultName, type SimulatorOptions } from '../../src/simulator.ts';
import { createWorld, RETURN, SELLER } from './world.ts';

const USDC = '0x833589fCD6eDb6E08f4c7C32D4f71b54bdA02913';
const URL = 'https://shop.test/api/offramp/webhook';
const SECRET = 'a-secret-of-the-subscription';

const setUp = async (...faults: FaultName[]) => {
  const requests: Request[] = [];
  const events: Record<string, unknown>[] = [];
  const backend = { status: 204 };
  const world = await createWorld({
    webhooks: {
      url: URL,
      secret: SECRET,
      fetch: async (input, init) => {
        const request = new Request(input, init);
        requests.push(request.clone());
        events.push((await request.json()) as Record<string, unknown>);
        return new Response(null, { status: backend.status });
      },
    },
  });
  for (const fault of faults) world.simulator.faults.set(fault, true);
  const types = () => events.map(({ eventType }) => `${eventType}`.replace('offramp.transaction.', ''));
  /** Sells, pays, and lets the sale be completed. */
  const complete = async () => {
    await world.sell();
    await world.simulator.settle();
    const [order] = world.simulator.orders();
    const hash = world.chain.send({ token: USDC, from: SELLER, to: `${order?.to}`, units: 25_000_000n });
    await world.simulator.settle();
    world.pass(2_000);
    await world.simulator.settle();
    return hash;
  };
  return { ...world, requests, events, types, backend, complete };
};

test('a sale is told from its first record to its end, flat, in camelCase, with its reference', async () => {
  const { complete, types, events, requests } = await setUp();
  const hash = await complete();
  assert.deepEqual(types(), ['created', 'updated', 'success']);
  const [created, updated, success] = events;
  assert.deepEqual(
    [created?.status, created?.txHash, created?.partnerUserRef],
    ['TRANSACTION_STATUS_STARTED', '', 'ref'],
  );
  assert.deepEqual(
    [updated?.status, updated?.txHash, updated?.redirectUrl],
    ['TRANSACTION_STATUS_STARTED', hash, RETURN],
  );
  assert.deepEqual([success?.status, success?.network], ['TRANSACTION_STATUS_SUCCESS', 'base']);
  assert.equal(new Set(events.map(({ transactionId }) => transactionId)).size, 1);
  assert.deepEqual([requests[0]?.method, requests[0]?.url], ['POST', URL]);
  assert.equal(new Set(requests.map(({ headers }) => headers.get('x-event-id'))).size, 3);
});

test('an event is signed over its time, the signed headers and the body', async () => {
  const { sell, simulator, requests } = await setUp();
  await sell();
  await simulator.settle();
  const [request] = requests;
  const [, t, h = '', v1] =
    /^t=(\d+),h=([^,]+),v1=([0-9a-f]{64})$/.exec(`${request?.headers.get('x-hook0-signature')}`) ?? [];
  assert.equal(h, 'content-type x-event-id x-event-type');
  const values = h.split(' ').map((name) => request?.headers.get(name));
  const message = `${t}.${h}.${values.join('.')}.${await request?.text()}`;
  assert.equal(v1, createHmac('sha256', SECRET).update(message).digest('hex'));
});

test('an order that fails is told as failed', async () => {
  const { sell, simulator, types, pass } = await setUp();
  await sell();
  await simulator.settle();
  pass(32 * 60_000);
  await simulator.settle();
  assert.deepEqual(types(), ['created', 'failed']);
});

test('an event that is not taken is sent again, later each time and six times at most', async () => {
  const { sell, simulator, types, requests, backend, pass } = await setUp();
  backend.status = 500;
  await sell();
  await simulator.settle();
  await simulator.settle();
  assert.equal(types().length, 1);
  for (let tries = 0; tries < 10; tries++) {
    pass(160_000);
    await simulator.settle();
  }
  assert.equal(types().length, 6);
  assert.equal(new Set(requests.map(({ headers }) => headers.get('x-event-id'))).size, 1);
});

test('webhook-duplicate sends every event twice, with one id', async () => {
  const { complete, types, requests } = await setUp('webhook-duplicate');
  await complete();
  assert.deepEqual(types(), ['created', 'created', 'updated', 'updated', 'success', 'success']);
  assert.equal(new Set(requests.map(({ headers }) => headers.get('x-event-id'))).size, 3);
});

test('webhook-out-of-order sends the end first', async () => {
  const { complete, types } = await setUp('webhook-out-of-order');
  await complete();
  assert.deepEqual(types(), ['success', 'updated', 'created']);
});

test('webhook-late sends 20 seconds late', async () => {
  const { sell, simulator, types, pass } = await setUp('webhook-late');
  await sell();
  pass(19_999);
  await simulator.settle();
  assert.deepEqual(types(), []);
  pass(1);
  await simulator.settle();
  assert.deepEqual(types(), ['created']);
});

test('webhook-without-reference leaves the reference out, and the redirect address of the first event', async () => {
  const { complete, events } = await setUp('webhook-without-reference');
  await complete();
  assert.deepEqual(
    events.map((event) => ['partnerUserRef' in event, event.redirectUrl]),
    [
      [false, undefined],
      [false, RETURN],
      [false, RETURN],
    ],
  );
});

test('webhook-bad-signature signs with another secret', async () => {
  const { sell, simulator, requests } = await setUp('webhook-bad-signature');
  await sell();
  await simulator.settle();
  const [request] = requests;
  const [, t, h = '', v1] = /^t=(\d+),h=([^,]+),v1=(.+)$/.exec(`${request?.headers.get('x-hook0-signature')}`) ?? [];
  const values = h.split(' ').map((name) => request?.headers.get(name));
  const message = `${t}.${h}.${values.join('.')}.${await request?.text()}`;
  assert.notEqual(v1, createHmac('sha256', SECRET).update(message).digest('hex'));
});

test('a backend that cannot be reached disturbs nobody', async () => {
  const { sell, simulator, list } = await createWorld({
    webhooks: {
      url: URL,
      secret: SECRET,
      fetch: () => {
        throw new Error('away');
      },
    },
  });
  await sell();
  await simulator.settle();
  assert.equal((await list()).transactions.length, 1);
});

test('reset forgets what was not sent yet', async () => {
  const { sell, simulator, types, pass } = await setUp('webhook-late');
  await sell();
  simulator.reset();
  pass(60_000);
  await simulator.settle();
  assert.deepEqual(types(), []);
});

for (const [webhooks, sentence] of [
  ['x', /webhooks must have/],
  [{ url: 'shop', secret: SECRET }, /webhooks.url must be/],
  [{ url: URL, secret: '' }, /webhooks.secret must be/],
  [{ url: URL, secret: SECRET, fetch: 1 }, /webhooks.fetch must be/],
] as const)
  test(`webhooks of ${JSON.stringify(webhooks)} are refused with a sentence`, () => {
    const usual = { keys: { k: { kty: 'OKP', crv: 'Ed25519', x: '' } }, chains: {}, allowedRedirects: [] };
    assert.throws(() => createSimulator({ ...usual, webhooks } as unknown as SimulatorOptions), sentence);
  });
