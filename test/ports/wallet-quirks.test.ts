// Wallets with a name, at the wallet door: what is asked of each, how often, and what is made of what it answers.
import { expect } from 'chai';
import { OfframpError } from '../../src/errors.ts';
import { createWallet } from '../../src/ports/wallet.ts';
import type { Clock, Outcome, Provider } from '../../src/ports.ts';
import { FROM, OTHER, order, TO, USDC_ON_BASE } from '../fixtures/orders.ts';
import { createStepClock } from '../fixtures/provider.ts';
import { type NamedWallet, ordinary, sendsOf, transfersOf } from '../fixtures/wallets/ordinary.ts';
import * as quirks from '../fixtures/wallets/quirks.ts';

const usdc = order();
const eth = order({ asset: 'ETH', token: null, amount: '0.5', units: '500000000000000000' });

/** An outcome in one line: its kind, and the code of its error. */
const said = (outcome: Outcome): string =>
  'error' in outcome ? `${outcome.kind} ${outcome.error.code}` : outcome.kind;

const doorTo = (provider: Provider, clock: Clock = createStepClock()) =>
  createWallet({ provider: () => provider, sender: () => undefined, clock });

/** Prepares and asks, as a sale does. `meanwhile` happens between the two. */
const send = async (
  provider: Provider,
  {
    of = usdc,
    clock = createStepClock(),
    meanwhile = () => {},
  }: { of?: typeof usdc; clock?: Clock; meanwhile?: () => void } = {},
): Promise<string> => {
  const door = doorTo(provider, clock);
  const { callsId } = await door.prepare(of, new AbortController().signal);
  meanwhile();
  return said(await door.ask(of, () => true, callsId));
};

/** The code of the error in which the checks end. */
const refusal = async (provider: Provider): Promise<string> => {
  const thrown = await doorTo(provider)
    .prepare(usdc, new AbortController().signal)
    .catch((cause: unknown) => cause);
  return thrown instanceof OfframpError ? thrown.code : `${thrown}`;
};

const data = `0xa9059cbb${TO.slice(2).toLowerCase().padStart(64, '0')}${(25_000_000).toString(16).padStart(64, '0')}`;
/** The one request that may be made for the order, whatever the wallet is like. */
const REQUEST = {
  method: 'eth_sendTransaction',
  params: [{ from: FROM, to: USDC_ON_BASE, value: '0x0', data, chainId: '0x2105' }],
};
const TRANSFER = `25000000 to ${TO.toLowerCase()} on 8453`;

type Person = NamedWallet['person'];
const ANSWERS: [name: string, make: () => NamedWallet, person: Person, outcome: string][] = [
  ['is as the standards say', ordinary, 'approves', 'sent'],
  ['is as the standards say', ordinary, 'declines', 'declined'],
  ['ignores the chain id', quirks.ignoresChainId, 'approves', 'sent'],
  ['refuses unknown fields', quirks.refusesUnknownFields, 'approves', 'unsure wallet-failed'],
  ['answers null', quirks.answersNull, 'approves', 'unsure wallet-failed'],
  ['answers the text "null"', quirks.answersNullText, 'declines', 'unsure wallet-failed'],
  ['answers a call id', quirks.answersCallId, 'approves', 'unsure wallet-failed'],
  ["answers a Safe's hash", quirks.answersSafeHash, 'approves', 'sent'],
  ['reorders its accounts', quirks.reordersAccounts, 'approves', 'sent'],
  ['throws strings', quirks.throwsStrings, 'declines', 'unsure wallet-failed'],
  ['throws nothing in particular', quirks.throwsNothing, 'declines', 'unsure wallet-failed'],
  ['throws though it sent', quirks.throwsThoughSent, 'approves', 'unsure wallet-failed'],
  ['nests the original error', quirks.nestsOriginalError, 'declines', 'declined'],
  ['gives codes as text', quirks.codesAsText, 'declines', 'declined'],
  ['answers twice', quirks.answersTwice, 'approves', 'sent'],
  ['answers twice', quirks.answersTwice, 'declines', 'declined'],
  ['throws at once', quirks.throwsAtOnce, 'approves', 'unsure wallet-failed'],
  ['disconnects', quirks.disconnects, 'approves', 'unsure wallet-failed'],
  ['says that the request is a duplicate', quirks.duplicateRequest, 'waits', 'unsure wallet-busy'],
];

describe('a wallet that', () => {
  for (const [name, make, person, outcome] of ANSWERS) {
    it(`${name} is asked once, and "${outcome}" where its person ${person}`, async () => {
      const wallet = Object.assign(make(), { person });
      expect(await send(wallet)).to.equal(outcome);
      expect(sendsOf(wallet)).to.deep.equal([REQUEST]);
    });
  }

  it('reports its chain early is not asked before it is on that chain', async () => {
    for (const one of [usdc, eth]) {
      const clock = createStepClock();
      const wallet = quirks.reportsChainEarly(clock);
      expect(await send(wallet, { of: one, clock })).to.equal('sent');
      expect(wallet.signed.map(({ chainId }) => chainId)).to.deep.equal([8453]);
    }
  });

  it('ignores the chain id is not asked where it went to another chain after the checks', async () => {
    const wallet = quirks.ignoresChainId();
    const meanwhile = () => {
      wallet.state.chainId = 1;
    };
    expect(await send(wallet, { of: eth, meanwhile })).to.equal('not-asked wrong-chain');
    expect(sendsOf(wallet)).to.deep.equal([]);
  });

  it('honours the chain id refuses what it would sign elsewhere, be the last look ever so fresh', async () => {
    const wallet = ordinary();
    const { request } = wallet;
    wallet.request = (args) => {
      if (args.method === 'eth_sendTransaction') wallet.state.chainId = 1;
      return request(args);
    };
    expect(await send(wallet, { of: eth })).to.equal('unsure wallet-failed');
    expect(sendsOf(wallet)).to.have.lengthOf(1);
    expect(wallet.signed).to.deep.equal([]);
  });

  it('refuses unknown fields is not asked again without them, though that would go through', async () => {
    const wallet = quirks.refusesUnknownFields();
    await send(wallet);
    expect(wallet.signed).to.deep.equal([]);
    const { chainId: _, ...bare } = REQUEST.params[0] ?? {};
    await wallet.request({ method: 'eth_sendTransaction', params: [bare] });
    expect(transfersOf(wallet)).to.deep.equal([TRANSFER]);
  });

  it('answers after ten minutes is waited for, and its answer counts', async () => {
    const clock = createStepClock();
    const wallet = quirks.answersAfterTenMinutes(clock);
    expect(await send(wallet, { clock })).to.equal('sent');
    expect(clock.now()).to.equal(600_000);
    expect(sendsOf(wallet)).to.deep.equal([REQUEST]);
  });

  it('answers twice is believed the first time', async () => {
    const wallet = quirks.answersTwice();
    const outcome = await doorTo(wallet).ask(usdc, () => true);
    expect(outcome).to.deep.equal({ kind: 'sent', txHash: wallet.signed[0]?.hash });
  });

  it('reorders its accounts is asked from the account of the order, wherever it stands', async () => {
    const wallet = quirks.reordersAccounts();
    const door = doorTo(wallet);
    expect([await door.accounts(), await door.accounts()]).to.deep.equal([
      [FROM, OTHER],
      [OTHER, FROM],
    ]);
    for (let times = 0; times < 2; times += 1) expect(said(await door.ask(usdc, () => true))).to.equal('sent');
    expect(sendsOf(wallet)).to.deep.equal([REQUEST, REQUEST]);
  });

  for (const [name, make, leave] of [
    ['leaves the chain without saying', quirks.switchesChainWithoutSaying, 'wrong-chain'],
    ['locks itself', quirks.locksItself, 'wrong-account'],
  ] as const) {
    it(`${name} between the checks and the ask is not asked: ${leave}`, async () => {
      const wallet = make();
      expect(await send(wallet, { meanwhile: wallet.leave })).to.equal(`not-asked ${leave}`);
      expect(sendsOf(wallet)).to.deep.equal([]);
      expect(wallet.count('eth_requestAccounts') + wallet.count('wallet_switchEthereumChain')).to.equal(0);
    });
  }

  it('locks itself is asked to unlock once by the next checks, and then to send', async () => {
    const wallet = quirks.locksItself();
    wallet.leave();
    expect(await send(wallet)).to.equal('sent');
    expect(wallet.count('eth_requestAccounts')).to.equal(1);
    expect(sendsOf(wallet)).to.deep.equal([REQUEST]);
  });

  it('adds a chain without switching is asked to switch once more, and then to send', async () => {
    const wallet = quirks.addsChainWithoutSwitching();
    expect(await send(wallet)).to.equal('sent');
    expect(wallet.count('wallet_addEthereumChain')).to.equal(1);
    expect(wallet.count('wallet_switchEthereumChain')).to.equal(2);
    expect(transfersOf(wallet)).to.deep.equal([TRANSFER]);
  });

  for (const [name, make] of [
    ['only says that it switched', quirks.onlySaysItSwitched],
    ['lacks the methods to switch', quirks.lacksMethods],
  ] as const) {
    it(`${name} is asked for nothing more, and once it is on the chain for the transfer`, async () => {
      const wallet = make();
      expect(await refusal(wallet)).to.equal('wrong-chain');
      expect(wallet.count('wallet_addEthereumChain')).to.equal(0);
      expect(sendsOf(wallet)).to.deep.equal([]);
      wallet.state.chainId = 8453;
      expect(await send(wallet)).to.equal('sent');
      expect(transfersOf(wallet)).to.deep.equal([TRANSFER]);
    });
  }

  it('stands behind a library that asks twice is asked once by this page', async () => {
    for (const code of [-32000, -32602]) {
      const wallet = ordinary();
      wallet.script('eth_sendTransaction', () => {
        throw { code, message: 'already known' };
      });
      const library = quirks.asksTwice(wallet);
      expect(await send(library)).to.equal('unsure wallet-failed');
      expect(library.asked.filter(({ method }) => method === 'eth_sendTransaction')).to.deep.equal([REQUEST]);
      expect(sendsOf(wallet)).to.have.lengthOf(2);
    }
  });
});
