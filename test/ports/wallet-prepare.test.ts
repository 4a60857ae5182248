import { expect } from 'chai';
import { OfframpError } from '../../src/errors.ts';
import type { Order } from '../../src/order.ts';
import { createWallet } from '../../src/ports/wallet.ts';
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

const walletOf = (provider: FakeProvider, clock = createStepClock()) =>
  createWallet({ provider: () => provider, sender: () => undefined, clock });

const prepare = (provider: FakeProvider, order: Order = usdcOrder, clock = createStepClock()) =>
  walletOf(provider, clock).prepare(order, new AbortController().signal);

/** The error that a promise must end in. */
const errorOf = async (promise: Promise<unknown>): Promise<OfframpError> => {
  const error = await promise.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof OfframpError)) throw new Error(`Ended in ${error}`);
  return error;
};

describe('before an ask, the wallet', () => {
  it('gives the next nonce and the newest block, and prompts the person for nothing', async () => {
    const provider = createProvider();
    expect(await prepare(provider)).to.deep.equal({ nonce: '0x7', block: '0x64' });
    expect(
      provider.asked.map(({ method }) => method).filter((method) => !/^eth_(get|call|[abceg])/.test(method)),
    ).to.deep.equal([]);
    expect(provider.asked).to.deep.include({ method: 'eth_getTransactionCount', params: [FROM, 'pending'] });
  });

  it('tries the very transfer that will be asked for, from the account it comes from', async () => {
    const provider = createProvider();
    await prepare(provider);
    const data = `0xa9059cbb${abiWord(BigInt(TO)).slice(2)}${abiWord(25_000_000).slice(2)}`;
    expect(provider.asked).to.deep.include({ method: 'eth_getCode', params: [USDC, 'latest'] });
    expect(provider.asked).to.deep.include({ method: 'eth_call', params: [{ from: FROM, to: USDC, data }, 'latest'] });
    expect(provider.asked).to.deep.include({
      method: 'eth_estimateGas',
      params: [{ from: FROM, to: USDC, value: '0x0', data }],
    });
  });

  it('asks the chain for exactly this, in this order, of a token', async () => {
    const provider = createProvider();
    await prepare(provider);
    const data = `0xa9059cbb${abiWord(BigInt(TO)).slice(2)}${abiWord(25_000_000).slice(2)}`;
    expect(provider.asked.map(({ method, params }) => [method, ...params])).to.deep.equal([
      ['eth_accounts'],
      ['eth_chainId'],
      ['eth_getCode', FROM, 'latest'],
      ['eth_getCode', USDC, 'latest'],
      ['eth_call', { to: USDC, data: `0x70a08231${abiWord(BigInt(FROM)).slice(2)}` }, 'latest'],
      ['eth_call', { from: FROM, to: USDC, data }, 'latest'],
      ['eth_getBalance', FROM, 'latest'],
      ['eth_estimateGas', { from: FROM, to: USDC, value: '0x0', data }],
      ['eth_gasPrice'],
      ['eth_getTransactionCount', FROM, 'pending'],
      ['eth_chainId'],
      ['eth_blockNumber'],
      ['eth_chainId'],
    ]);
  });

  it("asks the chain for exactly this, in this order, of the chain's own currency", async () => {
    const provider = createProvider();
    await prepare(provider, ethOrder);
    expect(provider.asked.map(({ method, params }) => [method, ...params])).to.deep.equal([
      ['eth_accounts'],
      ['eth_chainId'],
      ['eth_getCode', FROM, 'latest'],
      ['eth_getBalance', FROM, 'latest'],
      ['eth_estimateGas', { from: FROM, to: TO, value: '0x6f05b59d3b20000' }],
      ['eth_gasPrice'],
      ['eth_getTransactionCount', FROM, 'pending'],
      ['eth_chainId'],
      ['eth_blockNumber'],
      ['eth_chainId'],
    ]);
  });

  for (const native of [500_000_000_000_000_000n, 499_999_999_999_999_999n, 0n]) {
    it(`says that funds are low where ${native} wei leave nothing for a fee, which a node refuses to estimate`, async () => {
      const provider = createProvider({ native }, { eth_estimateGas: throwing({ code: -32000 }) });
      expect((await errorOf(prepare(provider, ethOrder))).code).to.equal('low-funds');
    });
  }

  const enough: [name: string, order: Order, state: Parameters<typeof createProvider>[0]][] = [
    ['exactly the tokens', usdcOrder, { tokens: 25_000_000n }],
    ['exactly the fee and half as much again', usdcOrder, { native: 75_000_000_000n }],
    ['exactly amount, fee and half as much again', ethOrder, { native: 500_000_075_000_000_000n }],
    ['a token that answers nothing', usdcOrder, { trial: '0x' }],
    ['the account in another letter case', usdcOrder, { accounts: [OTHER, `0x${FROM.slice(2).toUpperCase()}`] }],
  ];
  for (const [name, order, state] of enough) {
    it(`is content with ${name}`, async () => {
      expect(await prepare(createProvider(state), order)).to.deep.equal({ nonce: '0x7', block: '0x64' });
    });
  }

  const refused: [
    name: string,
    code: string,
    words: RegExp,
    order: Order,
    state: Parameters<typeof createProvider>[0],
  ][] = [
    ['another account', 'wrong-account', /another account/, usdcOrder, { accounts: [OTHER] }],
    ['no account', 'wrong-account', /another account/, usdcOrder, { accounts: [] }],
    ['no code where the token should be', 'wrong-chain', /token does not exist/, usdcOrder, { code: '0x' }],
    ['one unit of the token too few', 'low-funds', /not enough USDC/, usdcOrder, { tokens: 24_999_999n }],
    ['a token that answers false', 'wallet-failed', /trial run/, usdcOrder, { trial: abiWord(0) }],
    ['a token that answers something else', 'wallet-failed', /trial run/, usdcOrder, { trial: abiWord(2) }],
    ['a trial that answers no hex', 'wallet-failed', /./, usdcOrder, { trial: 'true' }],
    [
      'a fee that is one unit short, for a token',
      'low-funds',
      /network's own currency/,
      usdcOrder,
      { native: 74_999_999_999n },
    ],
    ['nothing for the fee at all', 'low-funds', /network's own currency/, usdcOrder, { native: 0n }],
    [
      "a fee that is one unit short, for the chain's own",
      'low-funds',
      /not enough ETH.*fee/,
      ethOrder,
      { native: 500_000_074_999_999_999n },
    ],
    [
      'exactly the amount and no fee',
      'low-funds',
      /not enough ETH.*fee/,
      ethOrder,
      { native: 500_000_000_000_000_000n },
    ],
  ];
  for (const [name, code, words, order, state] of refused) {
    it(`refuses ${name}: ${code}`, async () => {
      const provider = createProvider(state);
      const error = await errorOf(prepare(provider, order));
      expect(error.code).to.equal(code);
      expect(error.message).to.match(words);
      expect(provider.count('eth_sendTransaction')).to.equal(0);
    });
  }

  for (const method of [
    'eth_getCode',
    'eth_call',
    'eth_getBalance',
    'eth_estimateGas',
    'eth_gasPrice',
    'eth_getTransactionCount',
    'eth_blockNumber',
  ]) {
    it(`refuses when ${method} fails, or answers nonsense`, async () => {
      for (const does of [
        throwing({ code: -32000, message: 'execution reverted' }),
        throwing('text'),
        () => null,
        () => 12,
        () => '0xzz',
      ]) {
        const provider = createProvider({}, { [method]: does });
        expect((await errorOf(prepare(provider))).code).to.equal('wallet-failed');
      }
    });
  }

  it('is asked to connect, once, where it shows no account: it may be locked', async () => {
    const provider = createProvider({}, { eth_accounts: () => [] });
    expect(await prepare(provider)).to.deep.equal({ nonce: '0x7', block: '0x64' });
    expect(provider.count('eth_requestAccounts')).to.equal(1);
  });

  for (const [name, thrown, code] of [
    ['declines', { code: 4001 }, 'wrong-account'],
    ['has that request open already', { code: -32002 }, 'wallet-busy'],
  ] as const) {
    it(`ends in ${code} where it shows no account and ${name}`, async () => {
      const provider = createProvider({}, { eth_accounts: () => [], eth_requestAccounts: throwing(thrown) });
      expect((await errorOf(prepare(provider))).code).to.equal(code);
      expect(provider.count('eth_requestAccounts')).to.equal(1);
    });
  }

  it('says what to do where the person declines to connect it', async () => {
    const provider = createProvider({}, { eth_accounts: () => [], eth_requestAccounts: throwing({ code: 4001 }) });
    const error = await errorOf(prepare(provider));
    expect(error.message).to.equal('Your wallet is not connected to this page.');
    expect(error.advice).to.match(/^Connect the account this sale began with/);
  });

  it('is not asked to connect where it shows another account', async () => {
    const provider = createProvider({ accounts: [OTHER] });
    expect((await errorOf(prepare(provider))).code).to.equal('wrong-account');
    expect(provider.count('eth_requestAccounts')).to.equal(0);
  });

  it('says busy when a request is already open', async () => {
    const provider = createProvider({}, { eth_accounts: throwing({ code: '-32002' }) });
    expect((await errorOf(prepare(provider))).code).to.equal('wallet-busy');
  });

  for (const [name, state, overrides] of [
    ['a wallet that fails', {}, { eth_getBalance: throwing({ code: -32005 }) }],
    ['a wallet that is busy', {}, { eth_accounts: throwing({ code: -32002 }) }],
    ['a refused switch', { chainId: 1 }, { wallet_switchEthereumChain: throwing({ code: 4001 }) }],
    ['a switch that is open already', { chainId: 1 }, { wallet_switchEthereumChain: throwing({ code: -32002 }) }],
  ] as const) {
    it(`keeps as its cause what was thrown by ${name}`, async () => {
      const { cause } = await errorOf(prepare(createProvider(state, overrides)));
      expect(cause).to.have.property('code').that.is.a('number');
    });
  }

  it('asks for no switch to a network of an order that our table does not hold', async () => {
    const provider = createProvider({ chainId: 1 });
    const error = await errorOf(prepare(provider, { ...usdcOrder, network: 'solana' }));
    expect(error.code).to.equal('unknown-asset');
    expect(provider.asked.filter(({ method }) => method.startsWith('wallet_'))).to.deep.equal([]);
  });

  it('says so when it is not there', async () => {
    const wallet = createWallet({ provider: () => undefined, sender: () => undefined, clock: createStepClock() });
    expect((await errorOf(wallet.prepare(usdcOrder, new AbortController().signal))).code).to.equal('no-wallet');
  });

  it('checks nothing where the page sends by itself', async () => {
    const provider = createProvider({ accounts: [] });
    const sender = async () => ({ txHash: HASH });
    const wallet = createWallet({ provider: () => provider, sender: () => sender, clock: createStepClock() });
    expect(await wallet.prepare(usdcOrder, new AbortController().signal)).to.deep.equal({ nonce: null, block: null });
    expect(provider.asked).to.deep.equal([]);
  });
});
