import { expect } from 'chai';
import { exactUnits } from '../src/rules.ts';
import { seeded } from './fixtures/orders.ts';

describe('exactUnits', () => {
  for (const [amount, decimals, units] of [
    ['25', 6, 25_000_000n],
    ['25.0', 6, 25_000_000n],
    ['25.000000', 6, 25_000_000n],
    ['0.000001', 6, 1n],
    ['0.5', 18, 500_000_000_000_000_000n],
    ['007.5', 6, 7_500_000n],
    ['1', 0, 1n],
    ['1.0', 0, 1n],
    // More digits than the asset has, but all of them noughts: nothing is rounded away.
    ['1.50000000000000000000000000000000000', 6, 1_500_000n],
    ['999999999999999999999999999999', 18, 999999999999999999999999999999n * 10n ** 18n],
    // What a binary fraction would get wrong.
    ['0.1', 18, 100_000_000_000_000_000n],
    ['4.35', 2, 435n],
    ['9007199254740993', 0, 9007199254740993n],
    ['1.000000000000000001', 18, 1_000_000_000_000_000_001n],
  ] as const) {
    it(`${amount} with ${decimals} decimals is ${units}`, () => {
      expect(exactUnits(amount, decimals)).to.equal(units);
    });
  }

  for (const [amount, decimals, why] of [
    ['0.0000001', 6, 'one decimal too many'],
    ['25.0000005', 6, 'one decimal too many, which others round up'],
    ['1.5', 0, 'a fraction of what cannot be divided'],
    ['0', 6, 'nothing'],
    ['0.000000', 6, 'nothing with decimals'],
    ['-1', 6, 'negative'],
    ['+1', 6, 'signed'],
    ['1e3', 6, 'an exponent'],
    ['1E3', 6, 'an exponent'],
    ['0x10', 6, 'hexadecimal'],
    ['1,5', 6, 'a comma'],
    ['1,000', 6, 'grouped'],
    ['1 000', 6, 'grouped by a space'],
    ['1_000', 6, 'grouped by an underscore'],
    ['1.', 6, 'without decimals after its point'],
    ['.5', 6, 'without digits before its point'],
    ['.', 6, 'a point'],
    ['1.2.3', 6, 'with two points'],
    ['', 6, 'empty'],
    [' 1', 6, 'padded in front'],
    ['1 ', 6, 'padded behind'],
    ['1\n', 6, 'with a line break'],
    ['٢٥', 6, 'Arabic-Indic digits'],
    ['２５', 6, 'full-width digits'],
    ['²', 6, 'a superscript'],
    ['NaN', 6, 'not a number'],
    ['Infinity', 6, 'infinite'],
    ['1'.repeat(31), 6, 'longer than 30 digits'],
    [`1.${'0'.repeat(37)}`, 6, 'longer than 36 decimals'],
    ['$25', 6, 'with a currency'],
    ['25 USDC', 6, 'with a unit'],
  ] as const) {
    it(`refuses what is ${why}: ${JSON.stringify(amount.slice(0, 40))}`, () => {
      expect(exactUnits(amount, decimals)).to.equal(undefined);
    });
  }

  it('agrees with exact fractions, whatever the number', () => {
    const random = seeded(20260115);
    const upTo = (most: number) => Math.floor(random() * (most + 1));
    const digits = (count: number) => Array.from({ length: count }, () => upTo(9)).join('');
    for (let times = 0; times < 5000; times += 1) {
      const whole = digits(1 + upTo(29));
      const noughts = '0'.repeat(upTo(6));
      const fraction = (random() < 0.2 ? '' : digits(upTo(24))) + noughts;
      const decimals = upTo(24);
      const amount = fraction ? `${whole}.${fraction}` : whole;
      // amount × 10^decimals as a fraction: exact where the denominator divides.
      const numerator = BigInt(whole + fraction) * 10n ** BigInt(decimals);
      const denominator = 10n ** BigInt(fraction.length);
      const isExact = numerator % denominator === 0n && numerator > 0n;
      expect(exactUnits(amount, decimals), `${amount} with ${decimals}`).to.equal(
        isExact ? numerator / denominator : undefined,
      );
    }
  });

  it('gives the same number for every way to write it', () => {
    const random = seeded(7);
    for (let times = 0; times < 500; times += 1) {
      const units = BigInt(1 + Math.floor(random() * 2 ** 50));
      const text = units.toString().padStart(7, '0');
      const amount = `${text.slice(0, -6)}.${text.slice(-6)}`;
      expect(exactUnits(amount, 6)).to.equal(units);
      expect(exactUnits(`000${amount}000`, 6)).to.equal(units);
    }
  });
});
