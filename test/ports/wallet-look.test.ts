import { expect } from 'chai';
import { OfframpError } from '../../src/errors.ts';
import type { Order } from '../../src/order.ts';
import { createWallet } from '../../src/ports/wallet.ts';
import type { Attempt } from '../../src/sale.ts';
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

const attempt: Attempt = { askedAt: 0, nonce: '0x7', block: '0x64' };
const walletOf = (provider: FakeProvider | undefined) =>
  createWallet({ provider: () => provider, sender: () => undefined, clock: createStepClock() });
const look = (provider: FakeProvider, order: Order = usdcOrder, of = attempt) => walletOf(provider).look(order, of);

const log = (units: bigint, transactionHash: unknown = HASH) => ({ data: abiWord(units), transactionHash });
const transfer = (change: object = {}) => ({ from: FROM, to: TO, value: '0x6f05b59d3b20000', hash: HASH, ...change });

describe('looking for the transfer of an attempt', () => {
  it('finds it by its log, among those of the token, from sender to deposit address, since the ask', async () => {
    const provider = createProvider({ nonce: 8, logs: [log(1n), log(25_000_000n)] });
    expect(await look(provider)).to.deep.equal({ txHash: HASH });
    const read = provider.asked.find(({ method }) => method === 'eth_getLogs');
    const [{ topics, ...range }] = (read?.params ?? []) as [{ topics: string[] }];
    expect(range).to.deep.equal({ fromBlock: '0x64', toBlock: 'latest', address: USDC });
    expect(topics.map((topic) => topic.toLowerCase())).to.deep.equal([
      '0xddf252ad1be2c89b69c2b068fc378daa952ba7f163c4a11628f55a4df523b3ef',
      abiWord(BigInt(FROM)),
      abiWord(BigInt(TO)),
    ]);
  });

  for (const [name, logs] of [
    ['one unit less', [log(24_999_999n)]],
    ['one unit more', [log(25_000_001n)]],
    ['no hash', [log(25_000_000n, null)]],
    ['what is no hash', [log(25_000_000n, '0x1234')]],
  ] as const) {
    it(`takes no log with ${name} for it`, async () => {
      expect(await look(createProvider({ logs }))).to.equal('nothing');
    });
  }

  it("finds the transfer of a chain's own currency in a block since the ask", async () => {
    const provider = createProvider({ block: 103, nonce: 8, blocks: { 102: [transfer({ to: null }), transfer()] } });
    expect(await look(provider, ethOrder)).to.deep.equal({ txHash: HASH });
    const read = provider.asked.filter(({ method }) => method === 'eth_getBlockByNumber');
    expect(read.map(({ params }) => params)).to.deep.equal([
      ['0x64', true],
      ['0x65', true],
      ['0x66', true],
    ]);
    // Of what is mined: a transaction that waits says nothing of a block.
    expect(provider.asked).to.deep.include({ method: 'eth_getTransactionCount', params: [FROM, 'latest'] });
    expect(provider.asked).to.not.deep.include({ method: 'eth_getTransactionCount', params: [FROM, 'pending'] });
  });

  it('reads a block until it is deep, and none any more while the nonce of the account stands', async () => {
    const provider = createProvider({ block: 103 });
    const wallet = walletOf(provider);
    const reads = async (newest: number, nonce = 7) => {
      Object.assign(provider.state, { block: newest, nonce });
      const before = provider.asked.length;
      await wallet.look(ethOrder, attempt);
      const read = provider.asked.slice(before).filter(({ method }) => method === 'eth_getBlockByNumber');
      return read.map(({ params }) => Number(params[0]));
    };
    expect(await reads(103)).to.deep.equal([100, 101, 102, 103]);
    expect(await reads(104)).to.deep.equal([100, 101, 102, 103, 104]);
    expect(await reads(116)).to.have.lengthOf(17);
    expect(await reads(117)).to.deep.equal([]);
    expect(await reads(130, 8)).to.have.lengthOf(27);
    expect(await reads(131, 8)).to.deep.equal([118, 119, 120, 121, 122, 123, 124, 125, 126, 127, 128, 129, 130, 131]);
  });

  it('finds the transfer that a second node knows of only later, though the first one counts it already', async () => {
    const provider = createProvider({ block: 101, nonce: 8 });
    const wallet = walletOf(provider);
    expect(await wallet.look(ethOrder, attempt)).to.equal('nonce-moved');
    Object.assign(provider.state, { block: 104, blocks: { 102: [transfer()] } });
    expect(await wallet.look(ethOrder, attempt)).to.deep.equal({ txHash: HASH });
  });

  it('reads on behind 151 blocks with the next look', async () => {
    const provider = createProvider({ block: 400, nonce: 8, blocks: { 300: [transfer()] } });
    const wallet = walletOf(provider);
    expect(await wallet.look(ethOrder, attempt)).to.equal('nonce-moved');
    expect(await wallet.look(ethOrder, attempt)).to.deep.equal({ txHash: HASH });
  });

  for (const [name, change] of [
    ['from another account', { from: OTHER }],
    ['to another address', { to: OTHER }],
    ['of one wei less', { value: '0x6f05b59d3b1ffff' }],
    ['without a hash', { hash: null }],
  ] as const) {
    it(`takes no transfer ${name} for it`, async () => {
      const provider = createProvider({ blocks: { 100: [transfer(change)] } });
      expect(await look(provider, ethOrder)).to.equal('nothing');
    });
  }

  it('finds addresses in any letter case', async () => {
    const change = { from: `0x${FROM.slice(2).toUpperCase()}`, to: TO.toLowerCase() };
    expect(await look(createProvider({ blocks: { 100: [transfer(change)] } }), ethOrder)).to.deep.equal({
      txHash: HASH,
    });
  });

  it('reads no more than 151 blocks, however long ago the ask was', async () => {
    const provider = createProvider({ block: 1_000_000 });
    expect(await look(provider, ethOrder)).to.equal('nothing');
    expect(provider.count('eth_getBlockByNumber')).to.equal(151);
  });

  it('knows nothing from a node that is behind the block of the ask', async () => {
    for (const order of [usdcOrder, ethOrder]) {
      expect(await look(createProvider({ block: 99 }), order)).to.equal('unknown');
      expect(await look(createProvider({ block: 100 }), order)).to.equal('nothing');
    }
  });

  it('reads no block at all where the newest is older than the one of the ask', async () => {
    const provider = createProvider({ block: 99 });
    expect(await look(provider, ethOrder)).to.equal('unknown');
    expect(provider.count('eth_getBlockByNumber')).to.equal(0);
  });

  for (const [name, senderCode] of [
    ['a contract', '0x6080'],
    ['a delegation', `0xef0100${'ab'.repeat(20)}`],
  ] as const) {
    it(`proves nothing of an account with the code of ${name}, which can send without a nonce`, async () => {
      for (const order of [ethOrder, usdcOrder]) {
        expect(await look(createProvider({ senderCode }), order)).to.equal('unknown');
      }
    });
  }

  for (const order of [usdcOrder, ethOrder]) {
    it(`sees nothing of ${order.asset} where no transfer is and the nonce stands`, async () => {
      const provider = createProvider();
      expect(await look(provider, order)).to.equal('nothing');
      expect(provider.asked).to.deep.include({ method: 'eth_getTransactionCount', params: [FROM, 'pending'] });
      expect(provider.asked).to.deep.include({ method: 'eth_getCode', params: [FROM, 'latest'] });
    });

    it(`sees that the nonce moved, with no transfer of ${order.asset} to be found`, async () => {
      expect(await look(createProvider({ nonce: 8 }), order)).to.equal('nonce-moved');
    });
  }

  it('knows nothing on another chain, and does not switch', async () => {
    const provider = createProvider({ chainId: 1, logs: [log(25_000_000n)] });
    expect(await look(provider)).to.equal('unknown');
    expect(provider.asked.map(({ method }) => method)).to.deep.equal(['eth_chainId']);
  });

  for (const [method, order] of [
    ['eth_getLogs', usdcOrder],
    ['eth_getTransactionCount', usdcOrder],
    ['eth_getCode', usdcOrder],
    ['eth_blockNumber', ethOrder],
    ['eth_getBlockByNumber', ethOrder],
  ] as const) {
    it(`knows nothing where the wallet is on another chain right behind ${method}, and back at once`, async () => {
      const provider = createProvider();
      const request: FakeProvider['request'] = async (args) => {
        const answer = await provider.request(args);
        provider.state.chainId = args.method === method ? 1 : 8453;
        return answer;
      };
      expect(await look({ ...provider, request }, order)).to.equal('unknown');
      expect(provider.count(method)).to.equal(1);
    });
  }

  it('reads one wallet to the end, though the page sets another meanwhile', async () => {
    const [first, second] = [createProvider({ nonce: 8, logs: [log(25_000_000n)] }), createProvider()];
    let isSet = false;
    const provider = () => (isSet ? second : first);
    const wallet = createWallet({ provider, sender: () => undefined, clock: createStepClock() });
    const looking = wallet.look(usdcOrder, attempt);
    isSet = true;
    expect(await looking).to.deep.equal({ txHash: HASH });
    expect(second.asked).to.deep.equal([]);
  });

  it('knows nothing without a wallet', async () => {
    expect(await walletOf(undefined).look(usdcOrder, attempt)).to.equal('unknown');
  });

  it('knows nothing of an attempt that another sender made', async () => {
    const provider = createProvider();
    expect(await look(provider, usdcOrder, { ...attempt, nonce: null })).to.equal('unknown');
    expect(await look(provider, usdcOrder, { ...attempt, block: null })).to.equal('unknown');
    expect(provider.asked).to.deep.equal([]);
  });

  for (const method of ['eth_chainId', 'eth_getLogs', 'eth_getTransactionCount']) {
    it(`knows nothing when ${method} fails`, async () => {
      expect(await look(createProvider({}, { [method]: throwing({ code: -32005 }) }))).to.equal('unknown');
    });
  }

  for (const [name, logs] of [
    ['no list', null],
    ['a list of nothing', [null]],
    ['an amount that is no number', [{ data: 'much', transactionHash: HASH }]],
  ] as const) {
    it(`does not say "nothing" of logs that are ${name}`, async () => {
      expect(await look(createProvider({ logs }))).to.equal('unknown');
    });
  }

  for (const [name, block] of [
    ['missing', null],
    ['without its transactions', {}],
    ['of bare hashes', { transactions: [HASH] }],
  ] as const) {
    it(`does not say "nothing" of a block that is ${name}`, async () => {
      expect(await look(createProvider({}, { eth_getBlockByNumber: () => block }), ethOrder)).to.equal('unknown');
    });
  }

  it('never asks for a send, a switch or an account', async () => {
    const provider = createProvider({ nonce: 8 });
    await look(provider);
    await look(provider, ethOrder);
    expect(provider.asked.filter(({ method }) => /^wallet_|send|sign|request/i.test(method))).to.deep.equal([]);
  });
});

describe('the account', () => {
  it('is read from what the wallet already shows, without a prompt', async () => {
    const provider = createProvider({ accounts: [FROM, 'x', OTHER, 7, `${OTHER}00`] });
    expect(await walletOf(provider).accounts()).to.deep.equal([FROM, OTHER]);
    expect(provider.asked.map(({ method }) => method)).to.deep.equal(['eth_accounts']);
  });

  it('is none where there is no wallet, or it fails', async () => {
    expect(await walletOf(undefined).accounts()).to.deep.equal([]);
    expect(await walletOf(createProvider({}, { eth_accounts: throwing('no') })).accounts()).to.deep.equal([]);
    expect(await walletOf(createProvider({ accounts: { length: 1 } })).accounts()).to.deep.equal([]);
  });

  it('is the first that the person shares', async () => {
    const provider = createProvider({ accounts: ['x', FROM, OTHER] });
    expect(await walletOf(provider).connect()).to.equal(FROM);
    expect(provider.asked.map(({ method }) => method)).to.deep.equal(['eth_requestAccounts']);
  });

  for (const code of [4001, 5000, '4001']) {
    it(`is nobody's when the person declines with ${typeof code} ${code}, which is no error`, async () => {
      expect(await walletOf(createProvider({}, { eth_requestAccounts: throwing({ code }) })).connect()).to.equal(
        undefined,
      );
    });
  }

  for (const [name, provider, code] of [
    ['there is no wallet', undefined, 'no-wallet'],
    ['the wallet shares none', createProvider({ accounts: [] }), 'no-wallet'],
    ['the wallet shares what is none', createProvider({ accounts: ['0x12'] }), 'no-wallet'],
    ['a request is open', createProvider({}, { eth_requestAccounts: throwing({ code: -32002 }) }), 'wallet-busy'],
    ['the wallet fails', createProvider({}, { eth_requestAccounts: throwing(undefined) }), 'wallet-failed'],
  ] as const) {
    it(`is an error, ${code}, when ${name}`, async () => {
      const error = await walletOf(provider)
        .connect()
        .catch((thrown: unknown) => thrown);
      expect(error).to.be.instanceOf(OfframpError).with.property('code', code);
    });
  }

  it('is asked for in words that fit where the wallet shares none', async () => {
    const error = await walletOf(createProvider({ accounts: [] }))
      .connect()
      .catch((thrown: unknown) => thrown);
    expect(error)
      .to.have.property('message')
      .that.matches(/shared no account/);
  });
});
