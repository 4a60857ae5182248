import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { allAssets, findAsset } from '../../src/assets.ts';
import { fiatOf, parseDecimal, priceOf, unitsFor } from '../../src/simulator/price.ts';

const asset = (name: string, network = 'base') => {
  const found = findAsset(name, network);
  assert.ok(found);
  return found;
};

describe('the price', () => {
  const table: [string, bigint, string, string, string, string][] = [
    ['USDC', 25_000_000n, 'USD', '25', '0.25', '24.75'],
    ['USDC', 12_800_000n, 'USD', '12.8', '0.13', '12.67'],
    ['USDC', 9_007_199_254_740_993_000_000n, 'USD', '9007199254740993', '90071992547409.93', '8917127262193583.07'],
    ['EURC', 10_000_000n, 'EUR', '10', '0.1', '9.9'],
    ['ETH', 5_000_000_000_000_000n, 'USD', '12.5', '0.13', '12.37'],
    ['cbBTC', 1_000n, 'USD', '0.95', '0.01', '0.94'],
  ];
  for (const [name, units, currency, subtotal, fee, total] of table)
    test(`of ${units} units of ${name} is ${total} ${currency}, exactly`, () => {
      const price = priceOf(asset(name), units, currency);
      assert.deepEqual([price.subtotal.value, price.fee.value, price.total.value], [subtotal, fee, total]);
      assert.equal(price.total.currency, currency);
      assert.equal(price.sellAmount.currency, name);
    });

  test('gives both rates', () => {
    const { exchangeRate, unitPrice } = priceOf(asset('ETH'), 1n, 'USD');
    assert.deepEqual([exchangeRate.value, exchangeRate.currency], ['0.0004', 'ETH']);
    assert.deepEqual([unitPrice.value, unitPrice.currency], ['2500', 'USD']);
  });

  test('is known for every asset that can be sold', () => {
    for (const row of allAssets()) assert.ok(priceOf(row, 10n ** BigInt(row.decimals), 'USD').total.value);
  });

  test('turns fiat into units and falls back to dollars', () => {
    assert.equal(unitsFor(asset('ETH'), 10_000n, 'USD'), 40_000_000_000_000_000n);
    assert.equal(unitsFor(asset('USDC'), 10_000n, 'EUR'), 108_000_000n);
    assert.deepEqual(['EUR', 'JPY', 'toString', ''].map(fiatOf), ['EUR', 'USD', 'USD', 'USD']);
  });

  test('reads decimals exactly or not at all', () => {
    assert.equal(parseDecimal('0.1', 18), 100_000_000_000_000_000n);
    for (const text of ['', '.5', '5.', '+1', '1e3', ' 1', '1.0000001', '٣'])
      assert.equal(parseDecimal(text, 6), undefined);
  });
});
