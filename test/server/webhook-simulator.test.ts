// The kit and the simulator, which tells the kit what happens to orders: with every fault the page ends with the truth.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { createOfframpHandler } from '../../src/server.ts';
import { createSimulator, type FaultName } from '../../src/simulator.ts';
import { createChain } from '../simulator/world.ts';
import { API_KEY_SECRET, BODY, FROM, SECRET, SHOP } from './fixture.ts';
import { WEBHOOK_SECRET } from './webhook-fixture.ts';

const USDC = '0x833589fCD6eDb6E08f4c7C32D4f71b54bdA02913';

const setUp = async (...faults: FaultName[]) => {
  const outcomes: string[] = [];
  const chain = createChain();
  const bytes = Buffer.from(API_KEY_SECRET, 'base64');
  const simulator = createSimulator({
    keys: { 'key-1': { kty: 'OKP', crv: 'Ed25519', x: bytes.subarray(32).toString('base64url') } },
    chains: { base: chain },
    allowedRedirects: [SHOP],
    webhooks: {
      url: `${SHOP}/api/webhook`,
      secret: WEBHOOK_SECRET,
      fetch: (input, init) => handler(new Request(input, init)),
    },
  });
  for (const fault of faults) simulator.faults.set(fault, true);
  const handler = createOfframpHandler({
    apiKeyId: 'key-1',
    apiKeySecret: API_KEY_SECRET,
    origins: [SHOP],
    authorize: () => 'ann',
    clientIp: () => '203.0.113.7',
    secret: SECRET,
    webhookSecret: WEBHOOK_SECRET,
    coinbase: 'https://coinbase.test',
    fetch: (input, init) => simulator.fetch(new Request(input, init)),
    log: (event) => void (event.event === 'webhook' && outcomes.push(event.outcome)),
  });
  const ask = (method: string, path: string, body?: object) =>
    handler(
      new Request(`${SHOP}/api${path}`, {
        method,
        headers: { origin: SHOP, 'content-type': 'application/json' },
        ...(body && { body: JSON.stringify(body) }),
      }),
    );
  const browse = (path: string, form?: Record<string, string>) =>
    simulator.fetch(
      new Request(new URL(path, 'https://coinbase.test'), form && { method: 'POST', body: new URLSearchParams(form) }),
    );
  /** Sells and pays, and lets Coinbase complete it. @returns the kit's last word, and what became of the webhooks. */
  const sell = async () => {
    const { token, partnerUserRef } = (await (await ask('POST', '/token', BODY)).json()) as Record<string, string>;
    const redirectUrl = `${SHOP}/done?offramp-sale=${BODY.saleId}.nonce-1`;
    const query = new URLSearchParams({ sessionToken: `${token}`, partnerUserRef: `${partnerUserRef}`, redirectUrl });
    const window = (await browse(`/v3/sell/input?${query}`)).headers.get('location') ?? '';
    await browse(window, { amount: '25', method: 'FIAT_WALLET' });
    await browse(`${window}/price`, {});
    await simulator.settle();
    const [order] = simulator.orders();
    chain.send({ token: USDC, from: FROM, to: `${order?.to}`, units: 25_000_000n });
    for (let looks = 0; looks < 15; looks++) {
      await simulator.settle();
      simulator.advance(2_000);
    }
    await simulator.settle();
    const answer = await ask('GET', `/sales/${partnerUserRef}`);
    return ((await answer.json()) as { transactions: { status: string }[] }).transactions[0]?.status;
  };
  return { sell, outcomes };
};

const EXPECTED: [FaultName | undefined, string[]][] = [
  [undefined, ['matched', 'matched', 'matched']],
  ['webhook-duplicate', ['matched', 'repeated', 'matched', 'repeated', 'matched', 'repeated']],
  ['webhook-out-of-order', ['matched', 'matched', 'matched']],
  ['webhook-late', ['matched', 'matched', 'matched']],
  ['webhook-without-reference', ['unmatched', 'matched', 'matched']],
];

describe('a sale is completed and every event is understood', () => {
  for (const [fault, outcomes] of EXPECTED)
    test(fault ? `with ${fault}` : 'without a fault', async () => {
      const kit = await setUp(...(fault ? [fault] : []));
      assert.equal(await kit.sell(), 'TRANSACTION_STATUS_SUCCESS');
      assert.deepEqual(kit.outcomes, outcomes);
    });

  test('with webhook-bad-signature nothing is believed, and the poll tells the end', async () => {
    const kit = await setUp('webhook-bad-signature');
    assert.equal(await kit.sell(), 'TRANSACTION_STATUS_SUCCESS');
    assert.deepEqual([...new Set(kit.outcomes)], ['wrong-signature']);
  });
});
