import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { exportJWK, generateKeyPair } from 'jose';
import { createSimulator, type SimulatorOptions } from '../../src/simulator.ts';
import { createWorld } from './world.ts';

const { publicKey, privateKey } = await generateKeyPair('EdDSA', { extractable: true });
const good: SimulatorOptions = { keys: { k: await exportJWK(publicKey) }, chains: {}, allowedRedirects: [] };
const secret = await exportJWK(privateKey);

describe('a simulator', () => {
  const bad: [string, unknown, RegExp][] = [
    ['keys that are none', { keys: {} }, /keys/],
    ['a private key', { keys: { k: secret } }, /private/],
    ['an RSA key', { keys: { k: { kty: 'RSA' } } }, /"k"/],
    ['a private PEM', { keys: { k: '-----BEGIN PRIVATE KEY-----' } }, /SPKI/],
    ['an unknown network', { chains: { solana: 'http://localhost' } }, /solana/],
    ['a chain that is no URL', { chains: { base: 'localhost:8545' } }, /"base"/],
    ['a chain that cannot be asked', { chains: { base: {} } }, /"base"/],
    ['an allow-list that is none', { allowedRedirects: 'https://app.com' }, /allowedRedirects/],
    ['a redirect that is none', { allowedRedirects: ['app.com'] }, /"app.com"/],
    ['a time that is none', { now: 5 }, /now/],
  ];
  for (const [what, options, message] of bad)
    test(`is not made from ${what}`, () => {
      const all = { ...good, ...(options as Partial<SimulatorOptions>) };
      assert.throws(() => createSimulator(all), { name: 'TypeError', message });
    });

  test('is made from the real time by default', async () => {
    const response = await createSimulator(good).fetch(new Request('http://x.test/onramp/v1/token'));
    const date = Date.parse(response.headers.get('Date') ?? '');
    assert.ok(Math.abs(date - Date.now()) < 5_000);
  });

  test('does not leap backwards', () => {
    const simulator = createSimulator(good);
    for (const ms of [-1, Number.NaN, Number.POSITIVE_INFINITY]) assert.throws(() => simulator.advance(ms), RangeError);
  });

  test('forgets everything on reset', async () => {
    const { simulator, sell, list, open, browse, call } = await createWorld();
    const path = await open();
    await sell();
    simulator.faults.set('no-redirect', true);
    simulator.advance(1_000_000);
    simulator.reset();
    assert.deepEqual(simulator.orders(), []);
    assert.equal((await list()).transactions.length, 0);
    assert.equal((await browse(path)).status, 404);
    assert.ok(simulator.faults.list().every(({ on }) => !on));
    const response = await call('GET', '/onramp/v1/sell/user/ref/transactions');
    assert.equal(response.headers.get('Date'), 'Sun, 01 Mar 2026 12:00:00 GMT');
  });
});
