import { expect } from 'chai';
import type { Order } from '../../src/order.ts';
import { createWallet } from '../../src/ports/wallet.ts';
import type { Outcome } from '../../src/ports.ts';
import {
  createProvider,
  createStepClock,
  ethOrder,
  type FakeProvider,
  FROM,
  HASH,
  throwing,
  usdcOrder,
} from '../fixtures/provider.ts';

const CONTRACT = '0x6080604052';
/** EIP-7702's designator: an ordinary account that runs a contract's code for a while. */
const DELEGATION = `0xef0100${'ab'.repeat(20)}`;
const signal = new AbortController().signal;
const inTime = () => true;

const walletOf = (provider: FakeProvider) => {
  const clock = createStepClock();
  return { clock, wallet: createWallet({ provider: () => provider, sender: () => undefined, clock }) };
};
const prepare = (provider: FakeProvider, order: Order = usdcOrder) => walletOf(provider).wallet.prepare(order, signal);

const takesBatches = { wallet_getCapabilities: () => ({ '0x2105': { atomic: { status: 'supported' } } }) };

/** A wallet of a contract account that answers a batch, and then these states of it, the last one for ever. */
const batching = (answer: unknown, ...states: unknown[]) =>
  createProvider(
    { senderCode: CONTRACT },
    {
      ...takesBatches,
      wallet_sendCalls: () => answer,
      wallet_getCallsStatus: (_, times) => {
        const state = states[Math.min(times, states.length) - 1];
        if (state instanceof Error) throw Object.assign(state, { code: 5730 });
        return state;
      },
    },
  );
const confirmed = { status: 200, receipts: [{ transactionHash: HASH, status: '0x1' }] };
const said = (outcome: Outcome): string => ('txHash' in outcome ? outcome.txHash : outcome.kind);
const sends = (provider: FakeProvider): number =>
  provider.count('eth_sendTransaction') + provider.count('wallet_sendCalls');

describe('an account with code', () => {
  it('sends by a batch where it is a contract and its wallet says that it takes them', async () => {
    expect(await prepare(createProvider({ senderCode: CONTRACT }, takesBatches))).to.deep.equal({
      nonce: '0x7',
      block: '0x64',
      callsId: '0xrandom',
    });
  });

  it('sends by a plain transaction where its code is only a delegation', async () => {
    const provider = createProvider({ senderCode: DELEGATION }, takesBatches);
    expect(await prepare(provider)).to.deep.equal({ nonce: '0x7', block: '0x64' });
    expect(provider.count('wallet_getCapabilities')).to.equal(0);
  });

  for (const [name, answer] of [
    ['names another chain only', { '0x1': {} }],
    ['says nothing', null],
    ['answers a list', ['0x2105']],
    ['answers a text', '0x2105'],
  ] as const) {
    it(`sends by a plain transaction where the wallet ${name}`, async () => {
      const provider = createProvider({ senderCode: CONTRACT }, { wallet_getCapabilities: () => answer });
      expect(await prepare(provider)).not.to.have.property('callsId');
    });
  }

  it('sends by a plain transaction where the wallet does not know the question', async () => {
    expect(await prepare(createProvider({ senderCode: CONTRACT }))).not.to.have.property('callsId');
  });

  it('asks for the capabilities of this account on this chain', async () => {
    const provider = createProvider({ senderCode: CONTRACT }, { wallet_getCapabilities: () => ({ '0x0': {} }) });
    expect(await prepare(provider)).to.have.property('callsId');
    expect(provider.asked).to.deep.include({ method: 'wallet_getCapabilities', params: [FROM, ['0x2105']] });
  });

  it('needs no fee of its own where it is a contract, but what it sends', async () => {
    const poor = { senderCode: CONTRACT, native: 0n };
    expect(await prepare(createProvider(poor))).to.include({ nonce: '0x7' });
    const exact = createProvider({ senderCode: CONTRACT, native: BigInt(ethOrder.units) });
    expect(await prepare(exact, ethOrder)).to.include({ nonce: '0x7' });
    const short = createProvider({ senderCode: CONTRACT, native: BigInt(ethOrder.units) - 1n });
    const error = await prepare(short, ethOrder).catch((thrown: unknown) => thrown);
    expect(error).to.include({ code: 'low-funds' });
  });

  it("comes with a caution where it is a contract and sends the chain's own currency", async () => {
    const { caution } = await prepare(createProvider({ senderCode: CONTRACT }), ethOrder);
    expect(caution?.code).to.equal('wallet-failed');
    expect(caution?.message).to.match(/contract.*may not see/);
    expect(caution?.advice).to.match(/press Send again/);
    expect(await prepare(createProvider({ senderCode: DELEGATION }), ethOrder)).not.to.have.property('caution');
    expect(await prepare(createProvider({ senderCode: CONTRACT }), usdcOrder)).not.to.have.property('caution');
    expect(await prepare(createProvider(), ethOrder)).not.to.have.property('caution');
  });
});

describe('a batch', () => {
  it('is one call with the transfer, under an id of ours, for this account and chain', async () => {
    for (const order of [usdcOrder, ethOrder]) {
      const provider = batching({ id: '0x01' }, confirmed);
      expect(said(await walletOf(provider).wallet.ask(order, inTime, '0x01'))).to.equal(HASH);
      const asked = provider.asked.find(({ method }) => method === 'wallet_sendCalls');
      const [{ calls, ...batch }] = (asked?.params ?? []) as [
        { calls: { to: string; value: string; data?: string }[] },
      ];
      expect(batch).to.deep.equal({
        version: '2.0.0',
        id: '0x01',
        from: FROM,
        chainId: '0x2105',
        atomicRequired: false,
      });
      expect(calls).to.have.lengthOf(1);
      expect(calls[0]?.to).to.equal(order.token ?? order.to);
      expect(BigInt(calls[0]?.value ?? '')).to.equal(order.token === null ? BigInt(order.units) : 0n);
      expect('data' in (calls[0] ?? {})).to.equal(order.token !== null);
      expect(sends(provider)).to.equal(1);
    }
  });

  it('is followed until it has a hash, under the id that the wallet keeps it by', async () => {
    const provider = batching({ id: '0x02' }, new Error('unknown'), { status: 100 }, { status: 200 }, confirmed);
    const { wallet, clock } = walletOf(provider);
    expect(await wallet.ask(usdcOrder, inTime, '0x01')).to.deep.equal({ kind: 'sent', txHash: HASH });
    expect(provider.asked.at(-1)).to.deep.equal({ method: 'wallet_getCallsStatus', params: ['0x02'] });
    expect(clock.waits).to.deep.equal([2000, 2000, 2000]);
    expect(sends(provider)).to.equal(1);
  });

  it('may be answered by its bare id, as version 1 did', async () => {
    expect(said(await walletOf(batching('0x02', confirmed)).wallet.ask(usdcOrder, inTime, '0x01'))).to.equal(HASH);
  });

  for (const status of [400, 500]) {
    it(`was not sent where it ends with ${status}`, async () => {
      const outcome = await walletOf(batching({ id: '0x01' }, { status })).wallet.ask(usdcOrder, inTime, '0x01');
      expect(said(outcome)).to.equal('undone');
      expect('error' in outcome && outcome.error).to.include({
        code: 'wallet-failed',
        message: 'Your wallet could not carry the transfer out.',
      });
    });
  }

  for (const [name, state] of [
    ['pending', { status: 100 }],
    ['reverted in part', { status: 600 }],
    ['no number', { ...confirmed, status: Number.NaN }],
    ['confirmed without a receipt', { status: 200 }],
    ['confirmed with what is no hash', { status: 200, receipts: [{ transactionHash: '0x1' }] }],
    ['a text', { status: 'CONFIRMED', receipts: [{ transactionHash: HASH }] }],
    ['nothing', null],
    ['not known', new Error('unknown')],
  ] as const) {
    it(`stays in doubt where its state is ${name}, and is asked for no second time`, async () => {
      const provider = batching({ id: '0x02' }, state);
      const outcome = await walletOf(provider).wallet.ask(usdcOrder, inTime, '0x01');
      expect(outcome).to.include({ kind: 'unsure', callsId: '0x02' });
      expect(provider.count('wallet_getCallsStatus')).to.equal(40);
      expect(sends(provider)).to.equal(1);
    });
  }

  for (const answer of [null, '', {}, { id: '' }, { id: 7 }, { id: 'x'.repeat(8195) }]) {
    it(`stays in doubt after the answer ${JSON.stringify(answer).slice(0, 20)}`, async () => {
      const provider = batching(answer, confirmed);
      const outcome = await walletOf(provider).wallet.ask(usdcOrder, inTime, '0x01');
      expect(said(outcome)).to.equal('unsure');
      expect(outcome).not.to.have.property('callsId');
      expect(provider.count('wallet_getCallsStatus')).to.equal(0);
    });
  }

  for (const [code, kind] of [
    [4001, 'declined'],
    [5000, 'declined'],
    [5720, 'unsure'],
    [5750, 'unsure'],
    [-32602, 'unsure'],
    [-32603, 'unsure'],
    [-32601, 'not-asked'],
    [4200, 'not-asked'],
  ] as const) {
    it(`that fails with ${code} is ${kind}, and becomes no plain transaction`, async () => {
      const provider = batching({ id: '0x01' }, confirmed);
      provider.script('wallet_sendCalls', throwing({ code }));
      expect(said(await walletOf(provider).wallet.ask(usdcOrder, inTime, '0x01'))).to.equal(kind);
      expect(sends(provider)).to.equal(1);
    });
  }
});

describe('looking for a batch', () => {
  const attempt = { askedAt: 0, nonce: '0x7', block: '0x64', callsId: '0x01' };
  const look = (provider: FakeProvider) => walletOf(provider).wallet.look(usdcOrder, attempt);

  it('takes the wallet’s word for its hash, and for its end', async () => {
    expect(await look(batching(null, confirmed))).to.deep.equal({ txHash: HASH });
    expect(await look(batching(null, { status: 400 }))).to.equal('undone');
    expect(await look(batching(null, { status: 500 }))).to.equal('undone');
  });

  it('believes the chain where it shows the transfer of a batch that the wallet has given up', async () => {
    const provider = batching(null, { status: 400 });
    provider.state.logs = [{ data: `0x${25_000_000n.toString(16).padStart(64, '0')}`, transactionHash: HASH }];
    expect(await look(provider)).to.deep.equal({ txHash: HASH });
  });

  it('looks at the chain where the wallet does not know it', async () => {
    const provider = batching(null, new Error('unknown'));
    provider.state.logs = [{ data: `0x${25_000_000n.toString(16).padStart(64, '0')}`, transactionHash: HASH }];
    expect(await look(provider)).to.deep.equal({ txHash: HASH });
  });

  it('never proves that it was not sent: it may wait where no chain shows it', async () => {
    expect(await look(batching(null, { status: 100 }))).to.equal('unknown');
    expect(await look(batching(null, new Error('unknown')))).to.equal('unknown');
    const bare = batching(null, new Error('unknown'));
    bare.state.senderCode = '0x';
    expect(await look(bare)).to.equal('unknown');
  });
});
