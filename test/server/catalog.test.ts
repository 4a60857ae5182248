import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { findAsset } from '../../src/assets.ts';
import { cutConfig, cutOptions, holdAgainstTable } from '../../src/server/catalog.ts';
import type { LogEvent } from '../../src/server/log.ts';

const USDC = `${findAsset('USDC', 'base')?.token}`;

/** Options with one network of one asset. */
const optionsOf = (symbol: string, network: Record<string, unknown>) => ({
  cashout_currencies: [],
  sell_currencies: [{ id: 'id', name: 'name', symbol, icon_url: 'https://cdn.example/x.png', networks: [network] }],
});

/** What is left of one network, and how many were told to the log. */
const hold = (symbol: string, network: Record<string, unknown>) => {
  const events: LogEvent[] = [];
  const options = cutOptions(optionsOf(symbol, network));
  assert.ok(options);
  const { sell_currencies } = holdAgainstTable(options, (event) => events.push(event));
  return [sell_currencies[0]?.networks[0], events.length] as const;
};

describe('a row of the options', () => {
  const row = { name: 'base', display_name: 'Base', chain_id: '8453', contract_address: USDC };

  test('that agrees with the table is kept, in the table’s own letters', () => {
    assert.deepEqual(hold('USDC', row), [row, 0]);
    const spelled = { ...row, name: 'base-mainnet', contract_address: USDC.toLowerCase(), chain_id: 8453 };
    assert.deepEqual(hold('usdc', spelled), [row, 0]);
  });

  const wrong: [string, Record<string, unknown>][] = [
    ['another contract', { contract_address: '0xd9aAEc86B65D86f6A7B5B1b0c42FFA531710b6CA' }],
    ['no contract', { contract_address: '' }],
    ['a contract that is missing', { contract_address: undefined }],
    ['a contract that is no text', { contract_address: { toString: USDC } }],
    ['the contract with something behind it', { contract_address: `${USDC}00` }],
    ['another chain', { chain_id: '1' }],
  ];
  for (const [what, change] of wrong)
    test(`with ${what} is left out, and told to the log`, () =>
      assert.deepEqual(hold('USDC', { ...row, ...change }), [undefined, 1]));

  test('of an asset or network that the table does not have is left out without a word', () => {
    assert.deepEqual(hold('DOGE', row), [undefined, 0]);
    assert.deepEqual(hold('USDC', { ...row, name: 'sui' }), [undefined, 0]);
    assert.deepEqual(hold('USDC', { ...row, name: '__proto__' }), [undefined, 0]);
  });

  for (const contract of ['', undefined, `0x${'0'.repeat(40)}`, `0x${'Ee'.repeat(20)}`])
    test(`of a chain’s own currency may have ${contract || 'nothing'} for a contract`, () => {
      const [kept, told] = hold('ETH', { ...row, contract_address: contract });
      assert.deepEqual([kept?.contract_address, told], ['', 0]);
    });

  test('of a chain’s own currency with a contract is left out, and told to the log', () =>
    assert.deepEqual(hold('ETH', row), [undefined, 1]));
});

describe('the config', () => {
  test('is read with and without a wrapper, and cut to its known fields', () => {
    const countries = [
      { id: 'SG', subdivisions: null, payment_methods: [{ id: 'FIAT_WALLET', secret: 1 }], secret: 2 },
    ];
    const cut = { countries: [{ id: 'SG', subdivisions: [], payment_methods: [{ id: 'FIAT_WALLET' }] }] };
    assert.deepEqual(cutConfig({ countries }), cut);
    assert.deepEqual(cutConfig({ data: { countries } }), cut);
  });
});

describe('the limits of the options', () => {
  test('are decimals, and left out where they are not', () => {
    const limits = [
      { id: 'ACH_BANK_ACCOUNT', min: '10', max: 'a lot' },
      { id: 'FIAT_WALLET', min: 2, max: '1e9' },
    ];
    const read = cutOptions({ cashout_currencies: [{ id: 'USD', limits }], sell_currencies: [] });
    assert.deepEqual(read?.cashout_currencies[0]?.limits, [
      { id: 'ACH_BANK_ACCOUNT', min: '10', max: undefined },
      { id: 'FIAT_WALLET', min: '2', max: undefined },
    ]);
  });
});

for (const body of [undefined, null, 'text', 7, [], {}, { countries: {} }, { countries: [{ id: 7 }] }, { data: [] }])
  test(`${JSON.stringify(body)} is neither a config nor options`, () => {
    assert.equal(cutConfig(body), undefined);
    assert.equal(cutOptions(body), undefined);
  });
