import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { getAddress } from 'viem/utils';
import { createWorld, SELLER } from './world.ts';

const USDC = '0x833589fCD6eDb6E08f4c7C32D4f71b54bdA02913';
const EURC = '0x60a3E35Cc302bFA44Cb288Bc5a4F316Fdb1adb42';
const OTHER = '0x2222222222222222222222222222222222222222';
const UNITS = 25_000_000n;
const MINUTE = 60_000;

const STARTED = 'TRANSACTION_STATUS_STARTED';
const SUCCESS = 'TRANSACTION_STATUS_SUCCESS';
const FAILED = 'TRANSACTION_STATUS_FAILED';

/** A world where 25 USDC were cashed out and wait to be sent. */
const ordered = async (query: Record<string, string> = {}, amount = '25') => {
  const world = await createWorld();
  await world.sell(query, amount);
  const { to_address: to } = await world.first();
  const state = async () => {
    const { status, tx_hash } = await world.first();
    return [status, tx_hash];
  };
  return { ...world, to, state };
};

describe('a transfer of a token', () => {
  test('is seen, then paid out two seconds later', async () => {
    const { chain, to, state, pass, first, simulator } = await ordered();
    assert.equal(to, getAddress(to));
    assert.deepEqual(await state(), [STARTED, '']);
    const hash = chain.send({ token: USDC, from: SELLER, to, units: UNITS });
    pass(1_000);
    assert.deepEqual(await state(), [STARTED, hash]);
    pass(1_999);
    assert.deepEqual(await state(), [STARTED, hash]);
    pass(1);
    assert.deepEqual(await state(), [SUCCESS, hash]);
    const { updated_at } = await first();
    assert.equal(updated_at, '2026-03-01T12:00:03.000Z');
    pass(60 * MINUTE);
    assert.deepEqual(await state(), [SUCCESS, hash]);
    assert.equal(simulator.orders()[0]?.status, 'SUCCESS');
  });

  const unmatched: [string, Partial<{ token: string; from: string; units: bigint; succeeds: boolean }>][] = [
    ['of too little', { units: UNITS - 1n }],
    ['of too much', { units: UNITS + 1n }],
    ['from another sender', { from: OTHER }],
    ['of another token', { token: EURC }],
    ['that was reverted', { succeeds: false }],
  ];
  for (const [what, sent] of unmatched)
    test(`${what} is not matched, and the order fails after 31 minutes`, async () => {
      const { chain, to, state, pass } = await ordered();
      chain.send({ token: USDC, from: SELLER, to, units: UNITS, ...sent });
      assert.deepEqual(await state(), [STARTED, '']);
      pass(31 * MINUTE - 1);
      assert.deepEqual(await state(), [STARTED, '']);
      pass(1);
      assert.deepEqual(await state(), [FAILED, '']);
    });

  test('is matched after one that was not', async () => {
    const { chain, to, state } = await ordered();
    chain.send({ token: USDC, from: SELLER, to, units: 1n });
    const hash = chain.send({ token: USDC, from: SELLER, to, units: UNITS });
    assert.deepEqual(await state(), [STARTED, hash]);
  });

  test('completes only the order it was sent to', async () => {
    const { chain, to, sell, list, pass } = await ordered();
    pass(1_000);
    await sell();
    const hash = chain.send({ token: USDC, from: SELLER, to, units: UNITS });
    assert.deepEqual(
      (await list()).transactions.map(({ tx_hash }) => tx_hash),
      ['', hash],
    );
  });

  test('that comes within 30 minutes succeeds, and fails a moment later', async () => {
    for (const [after, status] of [
      [30 * MINUTE, STARTED],
      [30 * MINUTE + 1, FAILED],
    ] as const) {
      const { chain, to, state, simulator } = await ordered();
      simulator.advance(after);
      const hash = chain.send({ token: USDC, from: SELLER, to, units: UNITS });
      assert.deepEqual(await state(), [status, hash]);
    }
  });

  test('is found once the chain answers again', async () => {
    const { chain, to, state } = await ordered();
    chain.send({ token: USDC, from: SELLER, to, units: UNITS });
    chain.away = true;
    assert.deepEqual(await state(), [STARTED, '']);
    chain.away = false;
    assert.notEqual((await state())[1], '');
  });

  test('is found although the chain was away when the order was made', async () => {
    const world = await createWorld();
    world.chain.away = true;
    await world.sell();
    world.chain.away = false;
    const { to_address: to } = await world.first();
    const hash = world.chain.send({ token: USDC, from: SELLER, to, units: UNITS });
    assert.equal((await world.first()).tx_hash, hash);
  });

  test('is not looked for on a network that has no chain', async () => {
    const { sell, first, pass } = await createWorld({ chains: {} });
    await sell();
    assert.equal((await first()).status, STARTED);
    pass(31 * MINUTE);
    assert.equal((await first()).status, FAILED);
  });
});

describe('a plain transfer of the chain’s currency', () => {
  const eth = { defaultAsset: 'ETH' };
  const half = 500_000_000_000_000_000n;

  test('is found in its block', async () => {
    const { chain, to, state, pass } = await ordered(eth, '0.5');
    chain.send({ token: null, from: OTHER, to: OTHER, units: half });
    const hash = chain.send({ token: null, from: SELLER, to, units: half });
    assert.deepEqual(await state(), [STARTED, hash]);
    pass(2_000);
    assert.deepEqual(await state(), [SUCCESS, hash]);
  });

  test('is not looked for in blocks while its address is empty', async () => {
    const { chain, state } = await ordered(eth, '0.5');
    chain.calls.length = 0;
    await state();
    assert.deepEqual(chain.calls, ['eth_getBalance']);
  });

  for (const [what, sent] of [
    ['of another amount', { units: half - 1n }],
    ['from another sender', { from: OTHER }],
  ] as const)
    test(`${what} is not matched`, async () => {
      const { chain, to, state } = await ordered(eth, '0.5');
      chain.send({ token: null, from: SELLER, to, units: half, ...sent });
      assert.deepEqual(await state(), [STARTED, '']);
    });

  test('is found far down the chain, some blocks at each look', async () => {
    const { chain, to, state } = await ordered(eth, '0.5');
    for (let block = 0; block < 100; block += 1) chain.send({ token: null, from: OTHER, to: OTHER, units: 1n });
    const hash = chain.send({ token: null, from: SELLER, to, units: half });
    assert.deepEqual(await state(), [STARTED, '']);
    assert.deepEqual(await state(), [STARTED, hash]);
  });
});
