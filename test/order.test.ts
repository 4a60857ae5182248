import { expect } from 'chai';
import { allAssets, findAsset } from '../src/assets.ts';
import { OfframpError } from '../src/errors.ts';
import {
  type Expected,
  instructionOf,
  isSameTransfer,
  isUnchanged,
  type Order,
  type Pick,
  pickOrder,
  recordOf,
} from '../src/order.ts';
import { isAwaiting, isDead, sameAddress } from '../src/rules.ts';
import type { SaleRecord } from '../src/schema.ts';
import { FROM, instruction, MINUTE, NOON, OTHER, order, record, TO, USDC_ON_BASE, without } from './fixtures/orders.ts';

const isoAt = (ms: number): string => new Date(ms).toISOString();

const EXPECTED: Expected = { asset: 'USDC', network: 'base', from: FROM, startedAt: NOON - MINUTE };
const pick = (records: SaleRecord[], expected: Partial<Expected> = {}, now = NOON + 5000): Pick =>
  pickOrder(records, { ...EXPECTED, ...expected }, now);
const picked = (records: SaleRecord[], expected: Partial<Expected> = {}, now?: number) => {
  const result = pick(records, expected, now);
  if (result.kind !== 'order') throw new Error(`Picked ${JSON.stringify(result)}`);
  return result.order;
};
const refusal = (records: SaleRecord[], expected: Partial<Expected> = {}) => {
  const result = pick(records, expected);
  return result.kind === 'refused' ? result.code : result.kind;
};

describe('pickOrder', () => {
  it('takes the one order of the sale, with what our own table knows of its asset', () => {
    expect(picked([record()])).to.deep.equal(order());
  });

  it('takes an order as CREATED as well', () => {
    expect(picked([record({ status: 'CREATED' })]).transactionId).to.equal('order-1');
  });

  it('freezes the order, so that what is shown is what is sent', () => {
    const one = picked([record()]);
    expect(Object.isFrozen(one)).to.equal(true);
    expect(() => Object.assign(one, { to: OTHER })).to.throw(TypeError);
  });

  it('hands over the record it came from', () => {
    const one = record();
    const result = pick([one]);
    expect(result.kind === 'order' && result.record).to.equal(one);
  });

  it('finds nothing in an empty list', () => {
    expect(pick([])).to.deep.equal({ kind: 'none' });
  });

  describe('takes only what was made for this sale', () => {
    const sale = { startedAt: NOON };
    const at = (ms: number, change: Partial<SaleRecord> = {}) => record({ created_at: isoAt(NOON + ms), ...change });

    it('sees nothing in yesterday’s order, though it has an address and waits', () => {
      expect(pick([at(-24 * 60 * MINUTE)], sale).kind).to.equal('none');
    });
    it('sees nothing in an order made 31 seconds before the sale', () => {
      expect(pick([at(-31_000)], sale).kind).to.equal('none');
    });
    it('allows clocks to differ: an order made 29 seconds before the sale is the sale’s', () => {
      expect(pick([at(-29_000)], sale).kind).to.equal('order');
    });
    it('allows them to differ by 30 seconds and no more', () => {
      expect(pick([at(-30_000)], sale).kind).to.equal('order');
      expect(pick([at(-30_001)], sale).kind).to.equal('none');
    });
    it('sees nothing in an order that says no time, or none that can be read', () => {
      expect(pick([without('created_at')], sale).kind).to.equal('none');
      expect(pick([record({ created_at: 'today' })], sale).kind).to.equal('none');
    });
    it('is not misled by dead, paid or second orders of before', () => {
      const stale = [
        at(-3_600_000, { transaction_id: 'old-1' }),
        at(-3_600_000, { transaction_id: 'old-2', status: 'EXPIRED' }),
        at(-3_600_000, { transaction_id: 'old-3', status: 'SUCCESS', to_address: OTHER }),
      ];
      expect(pick(stale, sale).kind).to.equal('none');
      expect(picked([...stale, at(0)], sale).transactionId).to.equal('order-1');
    });
    it('gives an order from the future no longer life than one of now', () => {
      const now = NOON + 5000;
      expect(picked([at(20 * MINUTE)], sale, now).deadline).to.equal(now + 27 * MINUTE);
    });
  });

  describe('takes one or none', () => {
    it('refuses one that stands beside one that was sold', () => {
      const sold = record({ transaction_id: 'order-2', status: 'SUCCESS' });
      expect(refusal([record(), sold])).to.equal('order-ambiguous');
      expect(refusal([sold, record()])).to.equal('order-ambiguous');
    });
    it('refuses to choose between two that wait', () => {
      expect(refusal([record(), record({ transaction_id: 'order-2' })])).to.equal('order-ambiguous');
      expect(refusal([record({ status: 'CREATED' }), record({ transaction_id: 'order-2' })])).to.equal(
        'order-ambiguous',
      );
    });
    it('refuses to choose even where the second may only come to wait', () => {
      expect(refusal([record(), record({ transaction_id: 'order-2', status: 'IN_REVIEW' })])).to.equal(
        'order-ambiguous',
      );
    });
    for (const status of ['FAILED', 'EXPIRED']) {
      it(`takes the one that waits beside one that is ${status}, in either order of the list`, () => {
        const dead = record({ transaction_id: 'order-0', status });
        expect(picked([dead, record()]).transactionId).to.equal('order-1');
        expect(picked([record(), dead]).transactionId).to.equal('order-1');
      });
      it(`says that it is over where all there is, is ${status}`, () => {
        const result = pick([record({ status })]);
        expect(result.kind === 'over' && result.record.status).to.equal(status);
      });
    }
    it('takes an order that is paid already, for its end to be told', () => {
      expect(picked([record({ status: 'SUCCESS' })]).transactionId).to.equal('order-1');
    });
    it('takes the one that is paid beside one that ended without a sale, in either order of the list', () => {
      const dead = record({ transaction_id: 'order-0', status: 'FAILED' });
      const paid = record({ status: 'SUCCESS' });
      expect(picked([dead, paid]).transactionId).to.equal('order-1');
      expect(picked([paid, dead]).transactionId).to.equal('order-1');
    });
  });

  describe('waits', () => {
    for (const status of ['UNSPECIFIED', 'IN_REVIEW', 'started', 'created', '', 'TRANSACTION_STATUS_STARTED', '3']) {
      it(`while the status is ${JSON.stringify(status)}`, () => {
        expect(pick([record({ status })]).kind).to.equal('none');
      });
    }
    it('while there is no address yet', () => {
      expect(pick([without('to_address')]).kind).to.equal('none');
      expect(pick([record({ to_address: '' })]).kind).to.equal('none');
    });
    it('while there is no amount yet', () => {
      expect(pick([without('sell_amount')]).kind).to.equal('none');
    });
  });

  describe('refuses an order', () => {
    for (const [name, change] of Object.entries<Partial<SaleRecord>>({
      'from another address': { from_address: OTHER },
      'for another asset': { asset: 'ETH', sell_amount: { value: '25', currency: 'ETH' } },
      'for an asset we do not know': { asset: 'USDT', sell_amount: { value: '25', currency: 'USDT' } },
      'on another network': { network: 'ethereum' },
      'on a network we do not know': { network: 'solana' },
      'on a test network': { network: 'base-sepolia' },
      'whose amount is in fiat': { sell_amount: { value: '25', currency: 'USD' } },
      'whose amount is in another asset': { sell_amount: { value: '25', currency: 'EURC' } },
      'that only moves crypto to an account': { payment_method: 'CRYPTO_ACCOUNT' },
      'that only moves crypto to a wallet': { payment_method: 'CRYPTO_WALLET' },
      'to an address with a wrong checksum': { to_address: TO.replace('fB', 'FB') },
      'to an address one letter short': { to_address: TO.slice(0, -1) },
      'to a name': { to_address: 'coinbase.eth' },
      'to the zero address': { to_address: `0x${'0'.repeat(40)}` },
      'to a precompile': { to_address: `0x${'0'.repeat(39)}1` },
      'to the highest address kept for precompiles': { to_address: `0x${'0'.repeat(36)}ffff` },
      'to the sender': { to_address: FROM },
      'to the sender in small letters': { to_address: FROM.toLowerCase() },
      'to the token’s own contract': { to_address: USDC_ON_BASE },
      'to a token’s contract on another network': { to_address: '0xA0b86991c6218b36c1d19D4a2e9Eb0cE3606eB48' },
      'for nothing': { sell_amount: { value: '0', currency: 'USDC' } },
      'with more decimals than the asset has': { sell_amount: { value: '25.0000001', currency: 'USDC' } },
      'with an amount that is no number': { sell_amount: { value: '25 USDC', currency: 'USDC' } },
      'with a negative amount': { sell_amount: { value: '-25', currency: 'USDC' } },
    })) {
      it(name, () => expect(refusal([record(change)])).to.equal('order-refused'));
      it(`${name}, and says in a sentence what is wrong with it`, () => {
        const result = pick([record(change)]);
        expect(result.kind === 'refused' && result.message).to.match(/^(The|Coinbase) .+\w\.$/);
      });
    }
    it('beside another one, and says so', () => {
      const result = pick([record(), record({ transaction_id: 'order-2' })]);
      if (result.kind !== 'refused') throw new Error(result.kind);
      expect(new OfframpError(result.code, result).message).to.match(/more than one order/);
    });
    it('without a sender', () => expect(refusal([without('from_address')])).to.equal('order-refused'));
    it('without an asset or a network', () => {
      expect(refusal([without('asset')])).to.equal('order-refused');
      expect(refusal([without('network')])).to.equal('order-refused');
    });
    it('when the sale itself is for what we do not know', () => {
      expect(refusal([record({ asset: 'USDT' })], { asset: 'USDT' })).to.equal('order-refused');
    });
  });

  describe('accepts what means the same', () => {
    for (const [name, change] of Object.entries<Partial<SaleRecord>>({
      'addresses in small letters': { from_address: FROM.toLowerCase(), to_address: TO.toLowerCase() },
      'an older name of the network': { network: 'networks/base-mainnet' },
      'small letters in the asset': { asset: 'usdc', sell_amount: { value: '25', currency: 'usdc' } },
    })) {
      it(name, () => expect(picked([record(change)]).units).to.equal('25000000'));
    }
    it('no payment method', () => expect(picked([without('payment_method')]).to).to.equal(TO));
  });

  it('takes contract, chain and decimals of every asset from the table', () => {
    for (const { asset, network, token, chainId, decimals } of allAssets()) {
      const one = picked([record({ asset, network, sell_amount: { value: '0.01', currency: asset } })], {
        asset,
        network,
      });
      expect(one).to.include({ asset, network, token, chainId, units: (10n ** BigInt(decimals - 2)).toString() });
    }
  });

  describe('ends the sending early enough for the transfer to arrive', () => {
    it('three minutes before the order ends', () => {
      expect(picked([record()]).deadline).to.equal(NOON + 27 * MINUTE);
    });
    it('five minutes before the order ends on Ethereum', () => {
      expect(picked([record({ network: 'ethereum' })], { network: 'ethereum' }).deadline).to.equal(NOON + 25 * MINUTE);
    });
    it('counted from the order’s own time, not from when it was found', () => {
      expect(picked([record()], {}, NOON + 20 * MINUTE).deadline).to.equal(NOON + 27 * MINUTE);
    });
  });
});

describe('statuses', () => {
  it('are awaiting a transfer as CREATED and STARTED only', () => {
    for (const status of ['CREATED', 'STARTED']) expect(isAwaiting(status)).to.equal(true);
    for (const status of ['SUCCESS', 'FAILED', 'EXPIRED', 'UNSPECIFIED', 'created', '', 'toString']) {
      expect(isAwaiting(status), status).to.equal(false);
    }
  });
  it('are dead as FAILED and EXPIRED only', () => {
    for (const status of ['FAILED', 'EXPIRED']) expect(isDead(status)).to.equal(true);
    for (const status of ['SUCCESS', 'CREATED', 'STARTED', 'CANCELLED', 'failed', '']) {
      expect(isDead(status), status).to.equal(false);
    }
  });
});

describe('recordOf', () => {
  it('finds the pinned order by its id alone, and no other in its place', () => {
    const list = [record({ transaction_id: 'order-2' }), record({ status: 'EXPIRED' })];
    expect(recordOf(list, 'order-1')).to.equal(list[1]);
    expect(recordOf(list, 'order-3')).to.equal(undefined);
  });
});

describe('isUnchanged', () => {
  it('holds while the record asks for the same transfer', () => {
    expect(isUnchanged(record(), order())).to.equal(true);
  });
  for (const [name, change] of Object.entries<Partial<SaleRecord>>({
    'the status': { status: 'SUCCESS' },
    'the fiat': { total: { value: '1', currency: 'USD' } },
    'the letter case of addresses': { to_address: TO.toLowerCase(), from_address: FROM.toLowerCase() },
    'noughts at the amount’s end': { sell_amount: { value: '25.00', currency: 'USDC' } },
    'the spelling of the network': { network: 'base-mainnet' },
  })) {
    it(`does not mind ${name}`, () => expect(isUnchanged(record(change), order())).to.equal(true));
  }
  for (const [name, change] of Object.entries<Partial<SaleRecord>>({
    'another deposit address': { to_address: OTHER },
    'another sender': { from_address: OTHER },
    'another amount': { sell_amount: { value: '25.000001', currency: 'USDC' } },
    'an amount that is none': { sell_amount: { value: 'twenty-five', currency: 'USDC' } },
    'another currency': { sell_amount: { value: '25', currency: 'USD' } },
    'another asset': { asset: 'ETH' },
    'another network': { network: 'ethereum' },
    'an unknown network': { network: 'solana' },
  })) {
    it(`is broken by ${name}`, () => expect(isUnchanged(record(change), order())).to.equal(false));
  }
  for (const field of ['to_address', 'from_address', 'sell_amount', 'asset', 'network', 'created_at'] as const) {
    it(`is broken where ${field} is gone`, () => expect(isUnchanged(without(field), order())).to.equal(false));
  }
  // The order may have been changed where it was stored: what is shown of it must be what would be sent.
  for (const [name, change] of Object.entries<Partial<Order>>({
    'another amount shown than sent': { amount: '24' },
    'an amount that is none': { amount: 'twenty-five' },
    'another asset shown': { asset: 'EURC' },
    'another network shown': { network: 'ethereum' },
    'another contract': { token: OTHER },
    'another chain': { chainId: 1 },
    'more units': { units: '25000001' },
    'another address': { to: OTHER },
    'a later deadline than the order’s own': { deadline: NOON + 27 * MINUTE + 1 },
    'no deadline': { deadline: Number.NaN },
  })) {
    it(`is broken by an order with ${name}`, () => expect(isUnchanged(record(), order(change))).to.equal(false));
  }
  it('is broken where the record says no time', () => {
    expect(isUnchanged(without('created_at'), order())).to.equal(false);
  });
  it('is broken where neither the record nor the order is of our table', () => {
    expect(isUnchanged(record({ network: 'solana' }), order({ network: 'solana' }))).to.equal(false);
  });
  it('does not mind an order that lasts shorter, since it was made ahead of the clock', () => {
    expect(isUnchanged(record(), order({ deadline: NOON }))).to.equal(true);
  });
});

describe('isSameTransfer', () => {
  it('holds for the instruction we would give ourselves', () => {
    expect(isSameTransfer(instructionOf(order()), order())).to.equal(true);
    expect(isSameTransfer(instruction({ to: TO.toLowerCase(), from: FROM.toLowerCase() }), order())).to.equal(true);
  });
  it('holds for the chain’s own currency, which has no contract', () => {
    const native = order({ asset: 'ETH', token: null, units: '1' });
    expect(isSameTransfer(instructionOf(native), native)).to.equal(true);
    expect(isSameTransfer({ ...instructionOf(native), token: USDC_ON_BASE }, native)).to.equal(false);
  });
  for (const [field, value] of Object.entries({
    transactionId: 'order-2',
    chainId: 1,
    token: OTHER,
    to: OTHER,
    from: OTHER,
    units: '25000001',
  })) {
    it(`is broken by another ${field}`, () => {
      expect(isSameTransfer(instruction({ [field]: value }), order())).to.equal(false);
    });
  }
  it('is broken by a contract that is missing', () => {
    expect(isSameTransfer(instruction({ token: null }), order())).to.equal(false);
  });
});

describe('instructionOf', () => {
  it('says everything about the transfer, and its deadline as a time', () => {
    expect(instructionOf(order())).to.deep.equal({
      transactionId: 'order-1',
      chainId: 8453,
      asset: 'USDC',
      token: findAsset('USDC', 'base')?.token,
      to: TO,
      from: FROM,
      amount: '25',
      units: '25000000',
      deadline: '2026-01-15T12:27:00.000Z',
    });
  });
});

describe('sameAddress', () => {
  it('does not mind letter case, and minds everything else', () => {
    expect(sameAddress(TO, TO.toLowerCase())).to.equal(true);
    expect(sameAddress(TO, OTHER)).to.equal(false);
  });
});
