import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { runInNewContext } from 'node:vm';
import type { FaultName } from '../../src/simulator.ts';
import { createWorld, ORIGIN, RETURN, SELLER } from './world.ts';

const USDC = '0x833589fCD6eDb6E08f4c7C32D4f71b54bdA02913';
const LIST = '/onramp/v1/sell/user/ref/transactions';
const MINUTE = 60_000;

const withFault = async (...names: FaultName[]) => {
  const world = await createWorld();
  for (const name of names) world.simulator.faults.set(name, true);
  const status = async () => (await world.first()).status.replace('TRANSACTION_STATUS_', '');
  /** Sends what the newest order asks for. */
  const pay = async () => {
    const { to_address: to } = await world.first();
    return world.chain.send({ token: USDC, from: SELLER, to, units: 25_000_000n });
  };
  return { ...world, status, pay };
};

describe('the faults', () => {
  test('are all off at first, with a sentence each', async () => {
    const { simulator } = await createWorld();
    const faults = simulator.faults.list();
    assert.deepEqual(
      faults.map(({ name }) => name),
      (
        'record-before-commit commit-delay no-redirect redirect-without-query coop-same-origin ' +
        'coop-same-origin-allow-popups window-messages stale-history two-candidates fiat-sell-amount crypto-account-order ' +
        'camel-case-list numeric-status unknown-status foreign-contract api-401 api-429 api-5xx slow-answers late-success ' +
        'tx-hash-lag failure price-drop expiry late-send unmatched-send ' +
        'webhook-duplicate webhook-out-of-order webhook-late webhook-without-reference webhook-bad-signature'
      ).split(' '),
    );
    for (const { description, on } of faults) {
      assert.match(description, /^[A-Z].*\.$/);
      assert.equal(on, false);
    }
  });

  test('are turned on, off and all off', async () => {
    const { faults } = (await withFault('failure', 'expiry')).simulator;
    const on = () => faults.list().flatMap((fault) => (fault.on ? [fault.name] : []));
    assert.deepEqual(on(), ['failure', 'expiry']);
    faults.set('failure', false);
    assert.deepEqual(on(), ['expiry']);
    faults.clear();
    assert.deepEqual(on(), []);
  });

  test('are refused by any other name', async () => {
    const { faults } = (await createWorld()).simulator;
    for (const name of ['nothing', 'toString', ''])
      assert.throws(() => faults.set(name as FaultName, true), { name: 'TypeError', message: /record-before-commit/ });
  });
});

test('record-before-commit lists the order while the price is shown, and sells nothing that comes before the press', async () => {
  const { open, toPrice, browse, cashOut, list, pay, first, simulator } = await withFault('record-before-commit');
  const path = await open();
  await toPrice(path);
  await toPrice(path);
  await browse(`${path}/price`);
  const before = await first();
  assert.equal((await list()).transactions.length, 1);
  assert.equal(before.status, 'TRANSACTION_STATUS_STARTED');
  assert.ok(before.to_address);
  await pay();
  assert.equal((await first()).tx_hash, '');
  assert.equal(simulator.orders()[0]?.committed, false);

  await cashOut(path);
  assert.equal((await list()).transactions.length, 1);
  assert.equal((await first()).transaction_id, before.transaction_id);
  assert.equal(simulator.orders()[0]?.committed, true);
});

test('record-before-commit fails the first order when other terms are chosen', async () => {
  const { open, toPrice, list } = await withFault('record-before-commit');
  const path = await open();
  await toPrice(path, '25');
  await toPrice(path, '30');
  const { transactions } = await list();
  assert.deepEqual(
    transactions.map(({ sell_amount, status }) => `${sell_amount.value} ${status}`),
    ['30 TRANSACTION_STATUS_STARTED', '25 TRANSACTION_STATUS_FAILED'],
  );
});

test('commit-delay redirects at once and lists the order six seconds later', async () => {
  const { sell, list, first, pass } = await withFault('commit-delay');
  assert.equal((await sell()).headers.get('Location'), RETURN);
  assert.equal((await list()).transactions.length, 0);
  pass(5_999);
  assert.equal((await list()).transactions.length, 0);
  pass(1);
  assert.equal((await first()).created_at, '2026-03-01T12:00:06.000Z');
});

test('no-redirect stays on a page of Coinbase', async () => {
  const { sell, browse, list } = await withFault('no-redirect');
  const location = (await sell()).headers.get('Location') ?? '';
  assert.match(location, /\/started$/);
  assert.equal((await browse(location)).status, 200);
  assert.equal((await list()).transactions.length, 1);
});

test('redirect-without-query cuts the query off', async () => {
  const { sell } = await withFault('redirect-without-query');
  assert.equal((await sell()).headers.get('Location'), 'https://app.test/return#end');
});

for (const value of ['same-origin', 'same-origin-allow-popups'] as const)
  test(`coop-${value} is on every page, redirect and error of the window`, async () => {
    const { open, browse, toPrice, cashOut, inputPath, mint } = await withFault(`coop-${value}`);
    const path = await open();
    const input = inputPath({ sessionToken: await mint(), partnerUserRef: 'ref' });
    const before = [await browse(input), await browse(input), await browse(path), await toPrice(path)];
    const after = [await browse(`${path}/price`), await cashOut(path), await browse(`${path}/started`)];
    for (const { headers } of [...before, ...after]) assert.equal(headers.get('Cross-Origin-Opener-Policy'), value);
  });

test('window-messages has each page tell its opener what happens there, and nothing is told without it', async () => {
  const { open, browse, simulator } = await withFault();
  const page = await (await browse(await open())).text();
  const [, src = ''] = /<script src="([^"]+)">/.exec(page) ?? [];
  const script = async () => (await browse(src)).text();
  assert.equal(await script(), '');

  simulator.faults.set('window-messages', true);
  assert.match((await browse(src)).headers.get('Content-Security-Policy') ?? '', /script-src 'self'/);
  const told: string[] = [];
  const heard = new Map<string, (event: unknown) => void>();
  runInNewContext(await script(), {
    window: { opener: { postMessage: (message: string) => told.push(message) } },
    location: { pathname: '/here' },
    addEventListener: (type: string, listener: (event: unknown) => void) => heard.set(type, listener),
  });
  heard.get('click')?.({ target: { id: 'back' } });
  heard.get('click')?.({ target: { id: 'cash-out-now' } });
  heard.get('pagehide')?.({});
  assert.deepEqual(told, [
    'app_ready',
    '{"eventName":"event","data":{"eventName":"open","widgetName":"sell"}}',
    '{"eventName":"event","data":{"eventName":"transition_view","pageRoute":"/here"}}',
    '{"eventName":"event","data":{"eventName":"success"}}',
    '{"eventName":"event","data":{"eventName":"exit"}}',
  ]);
});

test('stale-history lists old orders from the opening of the window on, below the fresh one', async () => {
  const { open, list, toPrice, cashOut, simulator } = await withFault('stale-history');
  assert.equal((await list()).transactions.length, 0);
  const path = await open();
  const before = (await list()).transactions;
  assert.deepEqual(
    before.map(({ status, created_at }) => `${status} ${created_at}`),
    ['TRANSACTION_STATUS_STARTED 2026-02-27T12:00:00.000Z', 'TRANSACTION_STATUS_FAILED 2026-02-26T12:00:00.000Z'],
  );
  for (const { to_address } of before) assert.match(to_address, /^0x/);
  await toPrice(path);
  await cashOut(path);
  const after = (await list()).transactions;
  assert.equal(after.length, 3);
  assert.deepEqual(after.slice(1), before);
  await open();
  assert.deepEqual((await list()).transactions, after);
  simulator.faults.clear();
  assert.equal((await list()).transactions.length, 1);
});

test('two-candidates starts a second order with its own address', async () => {
  const { sell, list } = await withFault('two-candidates');
  await sell();
  const { transactions, total_count } = await list();
  assert.equal(total_count, '2');
  assert.equal(new Set(transactions.map(({ to_address }) => to_address)).size, 2);
  assert.equal(new Set(transactions.map(({ transaction_id }) => transaction_id)).size, 2);
  for (const { status } of transactions) assert.equal(status, 'TRANSACTION_STATUS_STARTED');
});

test('fiat-sell-amount gives the amount in dollars', async () => {
  const { sell, first } = await withFault('fiat-sell-amount');
  await sell({ defaultAsset: 'ETH' }, '0.5');
  assert.deepEqual((await first()).sell_amount, { value: '1250', currency: 'USD', cbrn: '' });
});

test('crypto-account-order pays to a crypto account, and no fiat', async () => {
  const { sell, first } = await withFault('crypto-account-order');
  await sell();
  const { payment_method, total } = await first();
  assert.deepEqual([payment_method, total], ['CRYPTO_ACCOUNT', null]);
});

test('camel-case-list is in camelCase', async () => {
  const { sell, call } = await withFault('camel-case-list');
  await sell();
  const { transactions, ...rest } = await (await call('GET', LIST)).json();
  assert.deepEqual(rest, { nextPageKey: '', totalCount: 1 });
  const [record] = transactions;
  assert.equal(record.network, 'networks/base-mainnet');
  assert.match(record.id, /^[0-9a-f-]{36}$/);
  assert.deepEqual(record.sellAmount, { value: '25', currency: 'USDC', cbrn: '' });
  assert.deepEqual(
    Object.keys(record).filter((key) => key.includes('_')),
    [],
  );
});

test('numeric-status numbers every status that an order can have, an unknown one too', async () => {
  const { sell, pay, status, simulator, pass, list } = await withFault();
  await sell();
  await pay();
  assert.equal(await status(), 'STARTED');
  pass(2_000);
  await sell();
  assert.equal(await status(), 'STARTED');
  pass(31 * MINUTE);
  assert.equal(await status(), 'FAILED');
  simulator.faults.set('expiry', true);
  await sell();
  pass(3_000);
  assert.equal(await status(), 'EXPIRED');
  simulator.faults.set('expiry', false);
  await sell();

  const statuses = async () => (await list()).transactions.map((order): unknown => order.status);
  simulator.faults.set('numeric-status', true);
  assert.deepEqual(await statuses(), [3, 2, 5, 4]);
  simulator.faults.set('unknown-status', true);
  assert.deepEqual(await statuses(), [6, 2, 5, 4]);
});

test('unknown-status names a status nobody knows, for fresh orders that wait', async () => {
  const { sell, status, simulator, pass } = await withFault('unknown-status');
  await sell();
  assert.equal(await status(), 'SOMETHING_NEW');
  simulator.faults.set('unknown-status', false);
  assert.equal(await status(), 'STARTED');
  simulator.faults.set('unknown-status', true);
  pass(31 * MINUTE);
  assert.equal(await status(), 'FAILED');
});

for (const [name, status, body] of [
  ['api-401', 401, { code: 16, message: 'unauthorized', details: [] }],
  ['api-429', 429, { code: 8, message: 'rate_limit_exceeded', details: [] }],
  ['api-5xx', 500, { code: 13, message: 'internal error', details: [] }],
] as const)
  test(`${name} answers ${status} to token and list, while the window goes on`, async () => {
    const { open, call, browse, simulator } = await withFault();
    const path = await open();
    simulator.faults.set(name, true);
    const answers = [await call('POST', '/onramp/v1/token', {}), await call('GET', LIST)];
    for (const response of answers) {
      assert.equal(response.status, status);
      assert.deepEqual(await response.json(), body);
    }
    assert.equal((await browse(path)).status, 200);
  });

test('slow-answers waits in real time, until whoever asked has gone', { timeout: 5_000 }, async (t) => {
  // With api-401 nothing is verified, so that the wait is all there is to wait for.
  const { simulator } = await withFault('slow-answers', 'api-401');
  const asker = new AbortController();
  const ask = () => simulator.fetch(new Request(ORIGIN + LIST, { signal: asker.signal }));
  t.mock.timers.enable({ apis: ['setTimeout'] });

  let done = false;
  const slow = ask().then(() => {
    done = true;
  });
  t.mock.timers.tick(3_999);
  await new Promise((resolve) => setImmediate(resolve));
  assert.equal(done, false);
  t.mock.timers.tick(1);
  await slow;

  const left = ask();
  asker.abort();
  assert.equal((await left).status, 401);
  assert.equal((await ask()).status, 401);
});

test('late-success takes twenty seconds', async () => {
  const { sell, pay, status, pass } = await withFault('late-success');
  await sell();
  await pay();
  assert.equal(await status(), 'STARTED');
  pass(19_999);
  assert.equal(await status(), 'STARTED');
  pass(1);
  assert.equal(await status(), 'SUCCESS');
});

test('tx-hash-lag changes the record at the transfer, names its hash ten seconds later, and completes after that', async () => {
  const { sell, pay, first, pass } = await withFault('tx-hash-lag');
  const state = async () => {
    const { status, tx_hash, updated_at } = await first();
    return [status, tx_hash, updated_at];
  };
  await sell();
  const hash = await pay();
  pass(1_000);
  const seen = ['TRANSACTION_STATUS_STARTED', '', '2026-03-01T12:00:01.000Z'];
  assert.deepEqual(await state(), seen);
  pass(9_999);
  assert.deepEqual(await state(), seen);
  pass(1);
  assert.deepEqual(await state(), ['TRANSACTION_STATUS_STARTED', hash, '2026-03-01T12:00:11.000Z']);
  pass(2_000);
  assert.deepEqual(await state(), ['TRANSACTION_STATUS_SUCCESS', hash, '2026-03-01T12:00:13.000Z']);
});

test('tx-hash-lag names the hash of a transfer whose order fails, too', async () => {
  const { sell, pay, first, status, pass } = await withFault('tx-hash-lag', 'failure');
  await sell();
  const hash = await pay();
  assert.equal(await status(), 'STARTED');
  pass(10_000);
  assert.equal(await status(), 'FAILED');
  assert.equal((await first()).tx_hash, hash);
});

test('failure fails the order once its transfer is seen', async () => {
  const { sell, pay, first, status } = await withFault('failure');
  await sell();
  assert.equal(await status(), 'STARTED');
  const hash = await pay();
  assert.equal(await status(), 'FAILED');
  assert.equal((await first()).tx_hash, hash);
});

test('price-drop shows the transfer, then fails with less than "Receive at least"', async () => {
  const { sell, pay, first, status, pass } = await withFault('price-drop');
  await sell();
  const hash = await pay();
  assert.equal(await status(), 'STARTED');
  assert.equal((await first()).tx_hash, hash);
  pass(2_000);
  const { total, minimum_total } = (await first()) as unknown as Record<string, { value: string }>;
  assert.equal(await status(), 'FAILED');
  assert.deepEqual([total?.value, minimum_total?.value], ['22.27', '24.5']);
});

test('expiry leaps past the 30 minutes; the order is still listed as started, then expires', async () => {
  const { sell, call, first, status, pass } = await withFault('expiry');
  await sell();
  const response = await call('GET', LIST);
  const late = Date.parse(response.headers.get('Date') ?? '') - Date.parse((await first()).created_at);
  assert.ok(late > 30 * MINUTE, `${late}`);
  assert.equal(await status(), 'STARTED');
  pass(3_000);
  assert.equal(await status(), 'EXPIRED');
  assert.equal((await first()).tx_hash, '');
});

test('late-send leaps past the 30 minutes when the transfer is seen, not before, and fails the order with its hash', async () => {
  const { sell, pay, first, status, pass } = await withFault('late-send');
  await sell();
  pass(MINUTE);
  assert.equal(await status(), 'STARTED');
  const hash = await pay();
  const { status: end, tx_hash, updated_at } = await first();
  assert.deepEqual([end, tx_hash, updated_at], ['TRANSACTION_STATUS_FAILED', hash, '2026-03-01T12:30:01.000Z']);
});

test('late-send never takes the clock back', async () => {
  const { sell, pay, first, pass } = await withFault('late-send');
  await sell();
  pass(30 * MINUTE + 30_000);
  await pay();
  assert.equal((await first()).updated_at, '2026-03-01T12:30:30.000Z');
});

test('unmatched-send keeps the order started without a hash, then fails it', async () => {
  const { sell, pay, first, status, pass } = await withFault('unmatched-send');
  await sell();
  await pay();
  pass(31 * MINUTE - 1);
  assert.equal(await status(), 'STARTED');
  assert.equal((await first()).tx_hash, '');
  pass(1);
  assert.equal(await status(), 'FAILED');
  assert.equal((await first()).tx_hash, '');
});
