import { expect } from 'chai';
import type { Order } from '../../src/order.ts';
import { createWallet } from '../../src/ports/wallet.ts';
import type { Attempt } from '../../src/sale.ts';
import { TRANSFER_TOPIC, transferRequest } from '../../src/transaction.ts';
import {
  abiWord,
  createProvider,
  createStepClock,
  ethOrder,
  type FakeProvider,
  FROM,
  HASH,
  OTHER,
  TO,
  throwing,
  USDC,
  usdcOrder,
} from '../fixtures/provider.ts';

const OTHER_HASH = `0x${'7d'.repeat(32)}`;
const attempt: Attempt = { askedAt: 0, nonce: '0x7', block: '0x64' };
const repeat: Attempt = { ...attempt, isRepeat: true };
/** Its nonce was seen while the network still had the transaction. */
const seen: Attempt = { ...attempt, placed: '0x7' };

type Row = Record<string, unknown>;

interface Chain {
  /** What the network knows by HASH. */
  known?: Row | null;
  receipt?: Row | null;
  newest?: number;
  logs?: Row[];
  /** Mined transactions of FROM, by block; a mined one raises the nonce. */
  mined?: Record<number, Row>;
  /** Transactions of FROM that wait beyond the mined ones. */
  waiting?: number;
  /** What the transaction left that took the nonce. */
  inside?: Row[];
  code?: string;
}

/** A chain whose account had sent seven transactions before block 100. */
const chain = ({
  known = null,
  receipt = null,
  newest = 130,
  logs = [],
  mined = {},
  waiting = 0,
  inside = [],
  code = '0x',
}: Chain) =>
  createProvider(
    { block: newest, logs, senderCode: code },
    {
      eth_getTransactionByHash: () => known,
      eth_getTransactionReceipt: ([hash]) => (hash === HASH ? receipt : { status: '0x1', logs: inside }),
      eth_getBlockByNumber: ([number]) => ({ transactions: mined[Number(number)] ? [mined[Number(number)]] : [] }),
      eth_getTransactionCount: ([, block]) => {
        const until = block === 'pending' || block === 'latest' ? newest : Number(block);
        const count = 7 + Object.keys(mined).filter((number) => Number(number) <= until).length;
        return `0x${(count + (block === 'pending' ? waiting : 0)).toString(16)}`;
      },
    },
  );

const traceBy = (provider: FakeProvider | undefined, of = attempt, order: Order = usdcOrder) =>
  createWallet({ provider: () => provider, sender: () => undefined, clock: createStepClock() }).trace(order, of, HASH);
const trace = (state: Chain, of?: Attempt, order?: Order) => traceBy(chain(state), of, order);

const padded = (address: string): string => abiWord(BigInt(address));
const log = (change: Row = {}): Row => ({
  address: USDC,
  topics: [TRANSFER_TOPIC, padded(FROM), padded(TO)],
  data: abiWord(25_000_000n),
  transactionHash: HASH,
  ...change,
});
const receiptOf = (change: Row = {}): Row => ({ status: '0x1', blockNumber: '0x65', logs: [log()], ...change });
const transfer = (order: Order, change: Row = {}): Row => {
  const { data = '0x', ...wanted } = transferRequest(order);
  return { ...wanted, input: data, hash: HASH, nonce: '0x7', blockNumber: '0x65', ...change };
};

describe('following a hash that a wallet gave', () => {
  it('waits while the network knows it and no block holds it, and learns its nonce', async () => {
    expect(await trace({ known: transfer(usdcOrder, { blockNumber: null, nonce: '0x9' }) })).to.deep.equal({
      kind: 'waiting',
      nonce: '0x9',
    });
  });

  it('waits for a receipt that the network does not show yet', async () => {
    expect(await trace({ known: transfer(usdcOrder) })).to.deep.equal({ kind: 'waiting', nonce: '0x7' });
  });

  it('is at its end when a block holds the transfer', async () => {
    expect(await trace({ known: transfer(usdcOrder), receipt: receiptOf() })).to.deep.equal({ kind: 'mined' });
    expect(
      await trace({ known: transfer(ethOrder), receipt: receiptOf({ logs: [] }) }, attempt, ethOrder),
    ).to.deep.equal({ kind: 'mined' });
  });

  for (const [name, change] of [
    ['another token', { address: OTHER }],
    ['another sender', { topics: [TRANSFER_TOPIC, padded(OTHER), padded(TO)] }],
    ['another receiver', { topics: [TRANSFER_TOPIC, padded(FROM), padded(OTHER)] }],
    ['another amount', { data: abiWord(24_999_999n) }],
    ['another event', { topics: [abiWord(1), padded(FROM), padded(TO)] }],
    ['no topics', { topics: null }],
    ['an event without its ends', { topics: [TRANSFER_TOPIC] }],
  ] as const) {
    it(`sees that the wallet made another transaction: ${name}`, async () => {
      const receipt = receiptOf({ logs: [log(change)] });
      expect(await trace({ known: transfer(usdcOrder), receipt })).to.deep.equal({ kind: 'other' });
    });
  }

  it('finds the transfer among all that one transaction did, and nothing where it did nothing', async () => {
    const [approval, fee] = [log({ topics: [abiWord(1)] }), log({ address: OTHER })];
    for (const [logs, kind] of [
      [[approval, log(), fee], 'mined'],
      [[approval, fee], 'other'],
      [[], 'other'],
    ] as const) {
      expect(await trace({ known: transfer(usdcOrder), receipt: receiptOf({ logs }) })).to.deep.equal({ kind });
    }
  });

  it('waits without a nonce for what somebody else signed, as a bundler does (ERC-4337)', async () => {
    expect(await trace({ known: transfer(usdcOrder, { from: OTHER, blockNumber: null }) })).to.deep.equal({
      kind: 'waiting',
    });
  });

  it('asks for no receipt of what no block holds', async () => {
    for (const blockNumber of [null, undefined]) {
      const provider = chain({ known: transfer(usdcOrder, { blockNumber }), receipt: receiptOf() });
      expect(await traceBy(provider)).to.deep.equal({ kind: 'waiting', nonce: '0x7' });
      expect(provider.count('eth_getTransactionReceipt')).to.equal(0);
    }
  });

  for (const [name, change] of [
    ['to another address', { to: OTHER }],
    ['of another amount', { value: '0x1' }],
  ] as const) {
    it(`sees that the wallet sent the chain's own currency ${name}`, async () => {
      const known = transfer(ethOrder, change);
      expect(await trace({ known, receipt: receiptOf({ logs: [] }) }, attempt, ethOrder)).to.deep.equal({
        kind: 'other',
      });
      // An account with code moves it inside its transaction, where nothing of it can be read.
      expect(await trace({ known, receipt: receiptOf({ logs: [] }), code: '0x6080' }, attempt, ethOrder)).to.deep.equal(
        { kind: 'mined' },
      );
    });
  }

  it('believes a revert only twelve blocks later', async () => {
    const reverted = { known: transfer(usdcOrder), receipt: receiptOf({ status: '0x0', logs: [] }) };
    expect(await trace({ ...reverted, newest: 101 + 11 })).to.deep.equal({ kind: 'waiting', nonce: '0x7' });
    expect(await trace({ ...reverted, newest: 101 + 12 })).to.deep.equal({ kind: 'undone', fate: 'reverted' });
  });

  it('finds another transfer that left no coins for the one that reverted', async () => {
    const reverted = { known: transfer(usdcOrder), receipt: receiptOf({ status: '0x0', logs: [] }) };
    const logs = [log({ transactionHash: OTHER_HASH })];
    // A wallet may have sent what it said was declined, or the person have paid by hand.
    for (const one of [attempt, repeat]) {
      expect(await trace({ ...reverted, logs }, one)).to.deep.equal({ kind: 'repriced', txHash: OTHER_HASH });
      expect(await trace(reverted, one)).to.deep.equal({ kind: 'undone', fate: 'reverted' });
    }
    // Where the beginning is not known, nothing is looked for.
    const without = { ...repeat, block: null };
    expect(await trace({ ...reverted, logs }, without)).to.deep.equal({ kind: 'undone', fate: 'reverted' });
    // Of the chain's own currency only the reverted one itself would be found, and a log of as much is a token's.
    const much = [log({ transactionHash: OTHER_HASH, data: abiWord(BigInt(ethOrder.units)) })];
    const native = { ...reverted, logs: much, known: transfer(ethOrder), mined: { 101: transfer(ethOrder) } };
    expect(await trace(native, repeat, ethOrder)).to.deep.equal({ kind: 'undone', fate: 'reverted' });
  });

  it('finds the same transfer under another hash, as a speed-up leaves it', async () => {
    const logs = [log({ transactionHash: OTHER_HASH })];
    expect(await trace({ logs })).to.deep.equal({ kind: 'repriced', txHash: OTHER_HASH });
    const mined = { 102: transfer(ethOrder, { hash: OTHER_HASH }) };
    expect(await trace({ mined }, attempt, ethOrder)).to.deep.equal({ kind: 'repriced', txHash: OTHER_HASH });
    // A speed-up that reverted left no log; its nonce leads to it.
    const reverted = { 103: transfer(usdcOrder, { hash: OTHER_HASH }) };
    expect(await trace({ mined: reverted }, seen)).to.deep.equal({ kind: 'repriced', txHash: OTHER_HASH });
  });

  it('takes a log of its own hash for the transfer, though the hash itself is not found', async () => {
    expect(await trace({ logs: [log()] })).to.deep.equal({ kind: 'mined' });
  });

  const cancel = { from: FROM, to: FROM, value: '0x0', input: '0x', nonce: '0x7', hash: OTHER_HASH };

  it('tells a cancelled transfer from one that another transaction pushed out', async () => {
    expect(await trace({ mined: { 102: { ...cancel, blockNumber: '0x66' } } }, seen)).to.deep.equal({
      kind: 'undone',
      fate: 'cancelled',
    });
    for (const other of [
      { to: OTHER, value: '0x0' },
      { to: FROM, value: '0x1' },
      { to: null, value: '0x0' },
    ]) {
      const mined = { 102: { ...cancel, ...other, blockNumber: '0x66' } };
      expect(await trace({ mined }, seen)).to.deep.equal({ kind: 'undone', fate: 'replaced' });
    }
  });

  it('finds the very transaction by its nonce, where the node that was asked for the hash is behind', async () => {
    const data = `${transferRequest(usdcOrder).data}abcdef`;
    const mined = { 102: transfer(usdcOrder, { input: data, data, blockNumber: '0x66' }) };
    expect(await trace({ mined, receipt: receiptOf() }, seen)).to.deep.equal({ kind: 'mined' });
    expect(await trace({ mined, receipt: null }, seen)).to.deep.equal({ kind: 'waiting', nonce: '0x7' });
  });

  it('takes for a speed-up what made the transfer inside of it, and says nothing of what code may have moved', async () => {
    const mined = { 102: { ...cancel, input: '0xdeadbeef', blockNumber: '0x66' } };
    expect(await trace({ mined, inside: [log()] }, seen)).to.deep.equal({ kind: 'repriced', txHash: OTHER_HASH });
    const code = `0xef0100${'ab'.repeat(20)}`;
    expect(await trace({ mined, code }, seen, ethOrder)).to.deep.equal({ kind: 'unknown' });
    expect(await trace({ mined, code }, seen)).to.deep.equal({ kind: 'undone', fate: 'cancelled' });
  });

  it('does not take another call of the same token for a speed-up', async () => {
    const elsewhere = transferRequest({ ...usdcOrder, to: OTHER }).data;
    const more = transferRequest({ ...usdcOrder, units: '25000001' }).data;
    for (const input of [elsewhere, more, '0x']) {
      const mined = { 102: transfer(usdcOrder, { input, data: input, hash: OTHER_HASH, blockNumber: '0x66' }) };
      expect(await trace({ mined }, seen)).to.deep.equal({ kind: 'undone', fate: 'replaced' });
    }
  });

  it('reads a call where nodes put it: in `input`, or in `data` as older ones do', async () => {
    const { input, ...older } = transfer(usdcOrder, { hash: OTHER_HASH });
    expect(await trace({ mined: { 102: { ...older, data: input } } }, seen)).to.deep.equal({
      kind: 'repriced',
      txHash: OTHER_HASH,
    });
  });

  it('finds its nonce in a block among those of others, and the account’s other ones', async () => {
    const own = { ...cancel, blockNumber: '0x66' };
    const provider = chain({ mined: { 102: own } });
    provider.script('eth_getBlockByNumber', () => ({
      transactions: [
        { ...own, from: OTHER, to: TO },
        { ...own, nonce: '0x6', to: TO },
        own,
        { ...own, nonce: '0x8', to: TO },
      ],
    }));
    expect(await traceBy(provider, seen)).to.deep.equal({ kind: 'undone', fate: 'cancelled' });
  });

  it('reads no block while its nonce is free', async () => {
    const provider = chain({});
    expect(await traceBy(provider, seen)).to.deep.equal({ kind: 'lost' });
    expect(provider.count('eth_getBlockByNumber')).to.equal(0);
  });

  for (const hash of ['0x1234', null]) {
    it(`follows nothing that took the nonce under ${hash}, which is no hash`, async () => {
      const mined = { 102: transfer(usdcOrder, { hash, blockNumber: '0x66' }) };
      expect(await trace({ mined }, seen)).to.deep.equal({ kind: 'unknown' });
    });
  }

  it('believes the end of a nonce only twelve blocks later', async () => {
    const mined = { 102: { ...cancel, blockNumber: '0x66' } };
    expect(await trace({ mined, newest: 113 }, seen)).to.deep.equal({ kind: 'unknown' });
    expect(await trace({ mined, newest: 114 }, seen)).to.deep.equal({ kind: 'undone', fate: 'cancelled' });
  });

  it('finds the one transaction of a nonce among many, in few requests', async () => {
    const mined: Record<number, Row> = {};
    for (let nonce = 7; nonce < 20; nonce += 1) {
      const block = 100 + 3 * nonce;
      mined[block] = { ...cancel, nonce: `0x${nonce.toString(16)}`, to: nonce === 13 ? FROM : OTHER };
      Object.assign(mined[block], { blockNumber: `0x${block.toString(16)}` });
    }
    const provider = chain({ mined, newest: 1000 });
    expect(await traceBy(provider, { ...seen, placed: '0xd' })).to.deep.equal({ kind: 'undone', fate: 'cancelled' });
    expect(provider.count('eth_getTransactionCount')).to.be.at.most(12);
    expect(provider.count('eth_getBlockByNumber')).to.equal(1);
  });

  it('says nothing of a nonce that it never saw: the wallet may have chosen another', async () => {
    expect(await trace({ mined: { 102: { ...cancel, blockNumber: '0x66' } } })).to.deep.equal({ kind: 'lost' });
  });

  it('has lost a transfer that no node shows and whose nonce is free', async () => {
    expect(await trace({})).to.deep.equal({ kind: 'lost' });
    expect(await trace({}, seen)).to.deep.equal({ kind: 'lost' });
    expect(await trace({ waiting: 1 }, seen)).to.deep.equal({ kind: 'unknown' });
  });

  it('knows nothing on another chain, without a wallet, or of a send that another sender made', async () => {
    const elsewhere = chain({ known: transfer(usdcOrder) });
    elsewhere.state.chainId = 1;
    expect(await traceBy(elsewhere)).to.deep.equal({ kind: 'unknown' });
    // Another chain is not asked for the hash of a person's transfer.
    expect(elsewhere.asked.map(({ method }) => method)).to.deep.equal(['eth_chainId']);
    expect(await traceBy(undefined)).to.deep.equal({ kind: 'unknown' });
    expect(await trace({}, { askedAt: 0, nonce: null, block: null })).to.deep.equal({ kind: 'unknown' });
  });

  for (const [name, known] of [
    ['of another transaction', transfer(usdcOrder, { hash: OTHER_HASH })],
    ['without a nonce', transfer(usdcOrder, { nonce: undefined })],
    ['that is a text', 'pending' as unknown as Row],
  ] as const) {
    it(`knows nothing from an answer ${name}`, async () => {
      expect(await trace({ known })).to.deep.equal({ kind: 'unknown' });
    });
  }

  for (const method of ['eth_getTransactionByHash', 'eth_getLogs', 'eth_getTransactionCount', 'eth_blockNumber']) {
    it(`knows nothing when ${method} fails`, async () => {
      const provider = chain({});
      provider.script(method, throwing({ code: -32005 }));
      expect(await traceBy(provider, seen)).to.deep.equal({ kind: 'unknown' });
    });
  }

  it('never asks the person for anything', async () => {
    const provider = chain({ mined: { 102: { ...cancel, blockNumber: '0x66' } } });
    await traceBy(provider, seen);
    expect(provider.asked.filter(({ method }) => /^wallet_|send|sign|request/i.test(method))).to.deep.equal([]);
  });
});
