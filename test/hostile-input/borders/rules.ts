// The smallest borders: an amount, an address, a time, an asset, each by itself.
import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import { chainOf, findAsset } from '../../../src/assets.ts';
import { deadlineOf, exactUnits, instantOf, isAwaiting, isPayable, isSold } from '../../../src/rules.ts';
import { border } from '../border.ts';
import * as oracle from '../oracle.ts';
import { addresses, amounts, FROM, NOON, texts, times, words } from '../texts.ts';

const amount = border({
  name: 'amounts: rules.exactUnits',
  share: 120,
  input: fc.record({
    amount: fc.oneof({ weight: 9, arbitrary: amounts }, texts),
    decimals: fc.constantFrom(0, 2, 6, 8, 18),
  }),
  judge: ({ amount, decimals }) => {
    const units = exactUnits(amount, decimals);
    if (units === undefined) return 'refused';
    assert.ok(oracle.isExactly(units, amount, decimals), `${units} is not ${amount} exactly`);
    return 'accepted';
  },
});

const address = border({
  name: 'addresses: rules.isPayable',
  share: 60,
  input: fc.record({
    to: fc.oneof({ weight: 9, arbitrary: addresses }, texts),
    from: fc.oneof(fc.constant(FROM), addresses),
  }),
  judge: ({ to, from }) => {
    const isTaken = isPayable(to, from);
    assert.equal(isTaken, oracle.isDepositAddress(to, from));
    return isTaken ? 'accepted' : 'refused';
  },
});

const time = border({
  name: 'times: rules.instantOf, deadlineOf',
  share: 60,
  input: fc.oneof({ weight: 9, arbitrary: times }, texts),
  judge: (text) => {
    const at = instantOf(text);
    if (Number.isNaN(at)) return 'refused';
    assert.equal(at, oracle.instantOf(text));
    assert.equal(deadlineOf(Math.min(at, NOON), 'base'), oracle.lastMoment(at, 'base'));
    assert.equal(deadlineOf(Math.min(at, NOON), 'ethereum'), oracle.lastMoment(at, 'ethereum'));
    return 'accepted';
  },
});

const asset = border({
  name: 'assets: assets.findAsset',
  share: 40,
  input: fc.record({
    asset: fc.oneof(words, fc.constantFrom('USDC', 'usdc', 'ETH', 'EURC', 'cbBTC', 'POL', 'AVAX')),
    network: fc.oneof(words, fc.constantFrom('base', 'ethereum', 'polygon', 'avacchain', 'networks/base-mainnet')),
  }),
  judge: ({ asset, network }) => {
    const found = findAsset(asset, network);
    const row = oracle.rowOf(asset, network);
    assert.deepEqual(
      found && { chainId: found.chainId, token: found.token, decimals: found.decimals, name: found.network },
      row,
    );
    if (!found) return 'refused';
    assert.ok(Object.isFrozen(found));
    assert.equal(chainOf(found).chainId, found.chainId);
    return 'accepted';
  },
});

const status = border({
  name: 'statuses: rules.isAwaiting, isSold',
  share: 20,
  input: fc.oneof({ weight: 9, arbitrary: words }, fc.constantFrom('STARTED', 'CREATED')),
  judge: (text) => {
    assert.equal(isAwaiting(text), text === 'CREATED' || text === 'STARTED');
    if (isSold(text)) {
      const plain = oracle.small(text.slice(0, 200));
      assert.ok(!plain.includes('crypto_account') && !plain.includes('crypto_wallet'), 'sold what is only moved');
    }
    return isAwaiting(text) ? 'accepted' : 'refused';
  },
});

export const ruleBorders = [amount, address, time, asset, status];
