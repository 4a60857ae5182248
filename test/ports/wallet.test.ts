import { expect } from 'chai';
import { OfframpError } from '../../src/errors.ts';
import { createWallet } from '../../src/ports/wallet.ts';
import type { Outcome } from '../../src/ports.ts';
import {
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

const walletOf = (provider: FakeProvider | undefined) =>
  createWallet({ provider: () => provider, sender: () => undefined, clock: createStepClock() });

const inTime = () => true;

const sends = (provider: FakeProvider): number => provider.count('eth_sendTransaction');

/** An outcome in one line: its kind, and the code of its error. */
const said = (outcome: Outcome): string =>
  'error' in outcome ? `${outcome.kind} ${outcome.error.code}` : outcome.kind;

/** What each code of the ask means (EIP-1193, EIP-1474, EIP-5792). Whatever is not surely unsent is unsure. */
const MEANING: [code: number, meaning: string][] = [
  [4001, 'declined'],
  [5000, 'declined'],
  [4100, 'not-asked wallet-failed'],
  [4200, 'not-asked wallet-failed'],
  [-32601, 'not-asked wallet-failed'],
  [-32002, 'unsure wallet-busy'],
  [-32004, 'unsure wallet-failed'],
  [4900, 'unsure wallet-failed'],
  [4901, 'unsure wallet-failed'],
  [4902, 'unsure wallet-failed'],
  [1013, 'unsure wallet-failed'],
  [5710, 'unsure wallet-failed'],
  [5720, 'unsure wallet-failed'],
  [-32602, 'unsure wallet-failed'],
  [-32000, 'unsure wallet-failed'],
  [-32003, 'unsure wallet-failed'],
  [-32603, 'unsure wallet-failed'],
  [-1, 'unsure wallet-failed'],
  [0, 'unsure wallet-failed'],
  [12345, 'unsure wallet-failed'],
];

const SHAPES: [name: string, wrap: (code: number) => unknown][] = [
  ['as a number', (code) => ({ code, message: 'no' })],
  ['as a string', (code) => ({ code: `${code}` })],
  ['on an Error', (code) => Object.assign(new Error('no'), { code })],
  ['in data.originalError', (code) => ({ data: { originalError: { code } } })],
  ['in cause', (code) => new Error('no', { cause: { code } })],
  ['in error', (code) => ({ error: { code } })],
];

describe('asking the wallet to send', () => {
  for (const [shape, wrap] of SHAPES) {
    for (const [code, meaning] of MEANING) {
      it(`takes ${code} ${shape} for "${meaning}", after one ask`, async () => {
        const provider = createProvider({}, { eth_sendTransaction: throwing(wrap(code)) });
        expect(said(await walletOf(provider).ask(usdcOrder, inTime))).to.equal(meaning);
        expect(sends(provider)).to.equal(1);
      });
    }
  }

  for (const [code, meaning] of [
    [4001, 'declined'],
    [5000, 'declined'],
    [-32002, 'unsure wallet-busy'],
    // What a wallet wraps in an internal error of its own may have come after the person's approval.
    [4100, 'unsure wallet-failed'],
    [4200, 'unsure wallet-failed'],
    [-32601, 'unsure wallet-failed'],
    [-32000, 'unsure wallet-failed'],
  ] as const) {
    it(`takes ${code} inside an internal error for "${meaning}", after one ask`, async () => {
      const wrapped = { code: -32603, data: { originalError: { code } } };
      const provider = createProvider({}, { eth_sendTransaction: throwing(wrapped) });
      expect(said(await walletOf(provider).ask(usdcOrder, inTime))).to.equal(meaning);
      expect(sends(provider)).to.equal(1);
    });
  }

  const hostile = {
    get code(): never {
      throw new Error('not for you');
    },
  };
  for (const [name, thrown] of [
    ['a string', 'User rejected the request.'],
    ['null', null],
    ['undefined', undefined],
    ['the number 4001', 4001],
    ['a symbol', Symbol('no')],
    ['an empty list', []],
    ['an Error without a code', new Error('already known')],
    ['an object whose getter throws', hostile],
  ] as const) {
    it(`is unsure after one ask when the wallet throws ${name}`, async () => {
      const provider = createProvider({}, { eth_sendTransaction: throwing(thrown) });
      expect(said(await walletOf(provider).ask(usdcOrder, inTime))).to.equal('unsure wallet-failed');
      expect(sends(provider)).to.equal(1);
    });
  }

  for (const [name, answer] of [
    ['in lower case', HASH],
    ['in upper case', `0x${'AB'.repeat(32)}`],
  ] as const) {
    it(`takes a hash ${name} for sent`, async () => {
      const provider = createProvider({ answer });
      expect(await walletOf(provider).ask(usdcOrder, inTime)).to.deep.equal({ kind: 'sent', txHash: answer });
      expect(sends(provider)).to.equal(1);
    });
  }

  for (const [name, answer] of [
    ['the word "null"', 'null'],
    ['null', null],
    ['undefined', undefined],
    ['an empty string', ''],
    ['"0x"', '0x'],
    ['a short hex string', '0x1234'],
    ['a hash without its 0x', HASH.slice(2)],
    ['a hash and a line break', `${HASH}\n`],
    ['33 bytes', `${HASH}00`],
    ['65 bytes, a signature', `0x${'5c'.repeat(65)}`],
    ['the id of a batch of calls', { id: HASH }],
    ['a list with a hash', [HASH]],
    ['a number', 1],
    ['true', true],
  ] as const) {
    it(`is unsure after one ask when the wallet answers ${name}`, async () => {
      const provider = createProvider({ answer });
      expect(said(await walletOf(provider).ask(usdcOrder, inTime))).to.equal('unsure wallet-failed');
      expect(sends(provider)).to.equal(1);
    });
  }

  it('asks for exactly the transfer of a token, with the chain in the request', async () => {
    const provider = createProvider();
    await walletOf(provider).ask(usdcOrder, inTime);
    const to = TO.slice(2).toLowerCase().padStart(64, '0');
    const units = (25_000_000).toString(16).padStart(64, '0');
    expect(provider.asked.at(-1)).to.deep.equal({
      method: 'eth_sendTransaction',
      params: [{ from: FROM, to: USDC, value: '0x0', data: `0xa9059cbb${to}${units}`, chainId: '0x2105' }],
    });
  });

  it("asks for exactly the transfer of the chain's own currency, with the chain in the request", async () => {
    const provider = createProvider();
    await walletOf(provider).ask(ethOrder, inTime);
    expect(provider.asked.at(-1)).to.deep.equal({
      method: 'eth_sendTransaction',
      params: [{ from: FROM, to: TO, value: '0x6f05b59d3b20000', chainId: '0x2105' }],
    });
  });

  it('looks at account and chain right before, and at nothing after', async () => {
    const provider = createProvider();
    await walletOf(provider).ask(usdcOrder, inTime);
    expect(provider.asked.map(({ method }) => method)).to.deep.equal([
      'eth_accounts',
      'eth_chainId',
      'eth_sendTransaction',
    ]);
  });

  it('waits for a person who takes their time, without asking again', async () => {
    let approve: (hash: string) => void = () => {};
    const provider = createProvider(
      {},
      {
        eth_sendTransaction: () =>
          new Promise((resolve) => {
            approve = resolve;
          }),
      },
    );
    const outcome = walletOf(provider).ask(usdcOrder, inTime);
    while (sends(provider) === 0) await Promise.resolve();
    for (let turns = 0; turns < 1000; turns += 1) await Promise.resolve();
    approve(HASH);
    expect(await outcome).to.deep.equal({ kind: 'sent', txHash: HASH });
    expect(sends(provider)).to.equal(1);
  });

  for (const [name, accounts] of [
    ['the first', [FROM, OTHER]],
    ['the last', [OTHER, OTHER, FROM]],
    ['in upper case', [`0x${FROM.slice(2).toUpperCase()}`]],
    ['beside accounts that are none', [null, 7, '0x', FROM]],
  ] as const) {
    it(`asks when the account is ${name}`, async () => {
      const provider = createProvider({ accounts });
      expect(said(await walletOf(provider).ask(usdcOrder, inTime))).to.equal('sent');
    });
  }

  const REFUSED: [name: string, meaning: string, spoil: (provider: FakeProvider) => void][] = [
    ['the account is another', 'wrong-account', ({ state }) => Object.assign(state, { accounts: [OTHER] })],
    ['no account is shown', 'wrong-account', ({ state }) => Object.assign(state, { accounts: [] })],
    ['the accounts are no list', 'wrong-account', ({ state }) => Object.assign(state, { accounts: FROM })],
    ['the chain is another', 'wrong-chain', ({ state }) => Object.assign(state, { chainId: 1 })],
    ['the chain is no number', 'wallet-failed', ({ script }) => script('eth_chainId', () => 'base')],
    ['the accounts cannot be read', 'wallet-failed', ({ script }) => script('eth_accounts', throwing({ code: 4100 }))],
    ['the wallet is busy', 'wallet-busy', ({ script }) => script('eth_accounts', throwing({ code: -32002 }))],
    ['the chain cannot be read', 'wallet-failed', ({ script }) => script('eth_chainId', throwing('gone'))],
  ];
  for (const [name, code, spoil] of REFUSED) {
    it(`does not ask, nor switch, when ${name} since it was prepared`, async () => {
      const provider = createProvider();
      const wallet = walletOf(provider);
      await wallet.prepare(usdcOrder, new AbortController().signal);
      spoil(provider);
      expect(said(await wallet.ask(usdcOrder, inTime))).to.equal(`not-asked ${code}`);
      expect(sends(provider)).to.equal(0);
      expect(provider.count('wallet_switchEthereumChain')).to.equal(0);
    });
  }

  it('does not ask when looking took longer than the order lives', async () => {
    const provider = createProvider();
    const looked: string[] = [];
    const outcome = await walletOf(provider).ask(usdcOrder, () => {
      looked.push(...provider.asked.map(({ method }) => method));
      return false;
    });
    expect(said(outcome)).to.equal('not-asked wallet-failed');
    expect(outcome)
      .to.have.nested.property('error.message')
      .that.matches(/answered too late/);
    expect(outcome)
      .to.have.nested.property('error.advice')
      .that.matches(/^Nothing was sent/);
    expect(looked).to.deep.equal(['eth_accounts', 'eth_chainId']);
    expect(sends(provider)).to.equal(0);
  });

  it('asks the very wallet it looked at, though the page sets another meanwhile', async () => {
    const [first, second] = [createProvider(), createProvider({ chainId: 1 })];
    let current = first;
    first.script('eth_chainId', () => {
      current = second;
      return '0x2105';
    });
    const wallet = createWallet({ provider: () => current, sender: () => undefined, clock: createStepClock() });
    expect(said(await wallet.ask(usdcOrder, inTime))).to.equal('sent');
    expect(sends(first)).to.equal(1);
    expect(second.asked).to.deep.equal([]);
  });

  it('does not ask where there is no wallet', async () => {
    expect(said(await walletOf(undefined).ask(usdcOrder, inTime))).to.equal('not-asked no-wallet');
  });

  for (const [code, kind] of [
    [-32002, 'unsure'],
    [4100, 'not-asked'],
    [-32603, 'unsure'],
  ] as const) {
    it(`keeps as the cause of "${kind}" what the wallet threw: ${code}`, async () => {
      const thrown = { code };
      const outcome = await walletOf(createProvider({}, { eth_sendTransaction: throwing(thrown) })).ask(
        usdcOrder,
        inTime,
      );
      expect(outcome).to.have.property('kind', kind);
      expect(outcome).to.have.nested.property('error.cause', thrown);
    });
  }

  it('is unsure, and quiet about it, when the cause holds what must not be told', async () => {
    const provider = createProvider({}, { eth_sendTransaction: throwing(new Error('key 0xsecret')) });
    const outcome = await walletOf(provider).ask(usdcOrder, inTime);
    const { error } = outcome as Extract<Outcome, { error: OfframpError }>;
    expect(error).to.be.instanceOf(OfframpError);
    expect(`${error} ${error.advice} ${JSON.stringify(error)}`).not.to.contain('secret');
  });
});
