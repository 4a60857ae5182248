import { expect } from 'chai';
import { OfframpError } from '../../src/errors.ts';
import { callsIdOf, stateOfCalls, takesCalls } from '../../src/ports/calls.ts';
import { createRequests } from '../../src/ports/requests.ts';
import { createProvider, HASH, throwing, usdcOrder } from '../fixtures/provider.ts';

const OTHER_HASH = `0x${'7d'.repeat(32)}`;

describe('whether a wallet takes batches', () => {
  const takes = (does: () => unknown) => {
    const requests = createRequests(createProvider({}, { wallet_getCapabilities: does }));
    return takesCalls(usdcOrder, requests, new AbortController().signal);
  };
  it('is its own word for this chain, or for every chain', async () => {
    expect(await takes(() => ({ '0x2105': {} }))).to.equal(true);
    expect(await takes(() => ({ '0x0': {} }))).to.equal(true);
  });
  for (const [name, does] of [
    ['names another chain', () => ({ '0x1': {} })],
    ['names none', () => ({})],
    ['only inherits a name', () => Object.create({ '0x2105': {} })],
    ['answers nothing', () => null],
    ['answers a text', () => '0x2105'],
    ['does not know the question', throwing({ code: -32601 })],
    ['does not know the account', throwing({ code: 4100 })],
  ] as const) {
    it(`is no where it ${name}`, async () => expect(await takes(does)).to.equal(false));
  }
});

describe('the id of a batch', () => {
  const longest = `0x${'a'.repeat(8192)}`;
  it('is the wallet’s, as an object or as version 1 gave it, up to 4096 bytes (EIP-5792)', () => {
    expect(callsIdOf({ id: '0x01' })).to.equal('0x01');
    expect(callsIdOf('0x01')).to.equal('0x01');
    expect(callsIdOf({ id: longest })).to.equal(longest);
  });
  for (const [name, answer] of [
    ['longer', { id: `${longest}a` }],
    ['empty', { id: '' }],
    ['a number', { id: 7 }],
    ['a list', { id: ['0x01'] }],
    ['missing', {}],
    ['in nothing', null],
    ['in no answer', undefined],
  ] as const) {
    it(`is none where it is ${name}`, () => expect(callsIdOf(answer)).to.equal(undefined));
  }
});

describe('the state of a batch', () => {
  const stateOf = (answer: unknown) => {
    const provider = createProvider({}, { wallet_getCallsStatus: () => answer });
    return stateOfCalls('0x01', createRequests(provider));
  };
  const receipts = [{ transactionHash: HASH }];

  for (const status of [200, 201, 299]) {
    it(`is its transaction where the wallet says ${status}`, async () => {
      expect(await stateOf({ status, receipts })).to.deep.equal({ txHash: HASH });
    });
  }
  for (const status of [400, 499, 500, 599]) {
    it(`is undone where the wallet says ${status}, whatever receipts it shows`, async () => {
      expect(await stateOf({ status, receipts })).to.equal('undone');
    });
  }
  for (const status of [0, 100, 199, 300, 399, 600, 700]) {
    it(`is not known where the wallet says ${status}, whatever receipts it shows`, async () => {
      expect(await stateOf({ status, receipts })).to.equal('unknown');
    });
  }

  it('is the last transaction where a wallet made several', async () => {
    const several = [{ transactionHash: OTHER_HASH }, { transactionHash: HASH }];
    expect(await stateOf({ status: 200, receipts: several })).to.deep.equal({ txHash: HASH });
  });

  for (const none of [
    {},
    { receipts: null },
    { receipts: [] },
    { receipts: [{}] },
    { receipts: [{ transactionHash: '0x1' }] },
  ]) {
    it(`is not known of a success with ${JSON.stringify(none)}`, async () => {
      expect(await stateOf({ status: 200, ...none })).to.equal('unknown');
    });
  }

  for (const answer of [null, {}, { status: '200', receipts }, 'CONFIRMED', [], { status: 200, receipts: 'none' }]) {
    it(`cannot be read from ${JSON.stringify(answer)}`, async () => {
      const error = await stateOf(answer).catch((thrown: unknown) => thrown);
      expect(error).to.be.instanceOf(OfframpError).with.property('code', 'wallet-failed');
    });
  }
});
