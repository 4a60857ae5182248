import { expect } from 'chai';
import { OfframpError } from '../../src/errors.ts';
import type { Order } from '../../src/order.ts';
import { createWallet } from '../../src/ports/wallet.ts';
import {
  createProvider,
  createStepClock,
  type FakeProvider,
  hang,
  mainnetOrder,
  throwing,
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

const SWITCH = 'wallet_switchEthereumChain';
const ADD = 'wallet_addEthereumChain';
const unknownChain = throwing({ code: 4902, message: 'Unrecognized chain' });

describe('the switch to the chain of the order', () => {
  it('is asked for only when the wallet is elsewhere', async () => {
    const provider = createProvider();
    await prepare(provider);
    expect(provider.count(SWITCH)).to.equal(0);
  });

  it('is asked for once, settles for a second, and is looked at again', async () => {
    const provider = createProvider({ chainId: 1 });
    const clock = createStepClock();
    expect(await prepare(provider, usdcOrder, clock)).to.deep.equal({ nonce: '0x7', block: '0x64' });
    expect(provider.asked).to.deep.include({ method: SWITCH, params: [{ chainId: '0x2105' }] });
    expect(provider.count(SWITCH)).to.equal(1);
    expect(clock.waits).to.deep.equal([1000]);
    // The wallet's first word, the word after the switch, after the second, and behind each of the two reads that are kept.
    expect(provider.count('eth_chainId')).to.equal(5);
  });

  it('may be reported late', async () => {
    const provider = createProvider({ chainId: 1 }, { [SWITCH]: () => null });
    const clock = createStepClock((times) => {
      if (times === 7) provider.state.chainId = 8453;
    });
    expect(await prepare(provider, usdcOrder, clock)).to.deep.equal({ nonce: '0x7', block: '0x64' });
    expect(clock.waits).to.deep.equal([...Array(7).fill(250), 1000]);
    expect(provider.count(SWITCH)).to.equal(1);
  });

  it('is given up after five seconds in which nothing changed', async () => {
    const provider = createProvider({ chainId: 1 }, { [SWITCH]: () => null });
    const clock = createStepClock();
    expect((await errorOf(prepare(provider, usdcOrder, clock))).code).to.equal('wrong-chain');
    expect(clock.now()).to.equal(5000);
    expect(provider.count(SWITCH)).to.equal(1);
  });

  it('is not believed when it was reported early and reverts', async () => {
    const provider = createProvider({ chainId: 1 });
    const clock = createStepClock(() => {
      provider.state.chainId = 1;
    });
    expect((await errorOf(prepare(provider, usdcOrder, clock))).code).to.equal('wrong-chain');
  });

  for (const [name, unknown] of [
    ['', unknownChain],
    [', said in data.originalError,', throwing({ code: -32603, data: { originalError: { code: 4902 } } })],
    [', said as a string,', throwing({ code: '4902' })],
  ] as const) {
    it(`adds a chain the wallet does not know${name} with exactly our own words, and checks that it is on it`, async () => {
      const provider = createProvider({ chainId: 1 }, { [SWITCH]: unknown });
      provider.script(ADD, () => {
        provider.state.chainId = 8453;
        return null;
      });
      await prepare(provider);
      expect(provider.asked.filter(({ method }) => method === ADD)).to.deep.equal([
        {
          method: ADD,
          params: [
            {
              chainId: '0x2105',
              chainName: 'Base',
              nativeCurrency: { name: 'Ether', symbol: 'ETH', decimals: 18 },
              rpcUrls: ['https://mainnet.base.org'],
              blockExplorerUrls: ['https://basescan.org'],
            },
          ],
        },
      ]);
      expect(provider.count(SWITCH)).to.equal(1);
    });
  }

  it('is asked for again after adding, where adding did not switch', async () => {
    const provider = createProvider({ chainId: 1 }, { [ADD]: () => null });
    provider.script(SWITCH, (_, times) => {
      if (times === 1) return unknownChain();
      provider.state.chainId = 8453;
      return null;
    });
    expect(await prepare(provider)).to.deep.equal({ nonce: '0x7', block: '0x64' });
    expect(provider.count(SWITCH)).to.equal(2);
    expect(provider.count(ADD)).to.equal(1);
  });

  it('does not believe a wallet that says it added and did not', async () => {
    const provider = createProvider({ chainId: 10 }, { [ADD]: () => null });
    provider.script(SWITCH, (_, times) => (times === 1 ? unknownChain() : null));
    expect((await errorOf(prepare(provider))).code).to.equal('wrong-chain');
  });

  it('never adds Ethereum itself', async () => {
    const provider = createProvider({ chainId: 8453 }, { [SWITCH]: unknownChain, [ADD]: () => null });
    expect((await errorOf(prepare(provider, mainnetOrder))).code).to.equal('wrong-chain');
    expect(provider.count(ADD)).to.equal(0);
  });

  for (const [name, code, thrown] of [
    ['declined', 'wrong-chain', { code: 4001 }],
    ['impossible', 'wrong-chain', { code: -32601 }],
    ['refused without a word', 'wrong-chain', undefined],
    ['waiting in the wallet already', 'wallet-busy', { code: -32002 }],
    ['waiting, said in a wrapped error,', 'wallet-busy', { code: -32603, data: { originalError: { code: -32002 } } }],
  ] as const) {
    it(`that is ${name} ends in ${code}, and no chain is added`, async () => {
      const provider = createProvider({ chainId: 1 }, { [SWITCH]: throwing(thrown), [ADD]: () => null });
      expect((await errorOf(prepare(provider))).code).to.equal(code);
      expect(provider.count(ADD)).to.equal(0);
      expect(provider.count('eth_getCode')).to.equal(0);
    });
  }
});

describe('a wallet that never answers', () => {
  const steps = [
    'eth_accounts',
    'eth_chainId',
    SWITCH,
    ADD,
    'eth_getCode',
    'eth_call',
    'eth_getBalance',
    'eth_estimateGas',
    'eth_gasPrice',
    'eth_getTransactionCount',
    'eth_blockNumber',
  ];
  for (const step of steps) {
    it(`at ${step} is left behind on abort, and asked nothing more even if it answers then`, async () => {
      const provider = createProvider({ chainId: step === SWITCH || step === ADD ? 1 : 8453 });
      if (step === ADD) provider.script(SWITCH, unknownChain);
      let answer: (value: string) => void = () => {};
      provider.script(
        step,
        () =>
          new Promise((resolve) => {
            answer = resolve;
          }),
      );
      const leave = new AbortController();
      const ended = errorOf(walletOf(provider).prepare(usdcOrder, leave.signal));
      while (provider.count(step) === 0) await Promise.resolve();
      leave.abort();
      await ended;
      const asked = provider.asked.length;
      answer('0x1');
      for (let turns = 0; turns < 50; turns += 1) await Promise.resolve();
      expect(provider.asked).to.have.lengthOf(asked);
    });
  }

  it('is not even asked when the stage was left before', async () => {
    const provider = createProvider({}, { eth_accounts: hang });
    await errorOf(walletOf(provider).prepare(usdcOrder, AbortSignal.abort()));
    expect(provider.asked).to.deep.equal([]);
  });

  it('is not waited for while it switches', async () => {
    const provider = createProvider({ chainId: 1 }, { [SWITCH]: () => null });
    const leave = new AbortController();
    const clock = createStepClock((times) => times === 3 && leave.abort());
    await errorOf(walletOf(provider, clock).prepare(usdcOrder, leave.signal));
    expect(clock.waits).to.deep.equal([250, 250, 250]);
  });
});
