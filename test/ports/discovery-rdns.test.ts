// Wallets that say the same of themselves: the person is asked which one it is, and none is taken silently.
import { expect } from 'chai';
import { createWalletChoice, type WalletChoice } from '../../src/wallet-choice.ts';
import { sharesRdns } from '../fixtures/wallets/quirks.ts';

let choice: WalletChoice;
let isUnderWay: boolean;
let leaves: (() => void)[] = [];

/** Whether a wallet was taken. Providers themselves are not compared: a failure would print all of them. */
const isOf = (wallet: unknown): boolean => choice.provider === wallet;
const isMade = (): boolean => choice.provider !== undefined;

/** A page with a button, as after a load. */
const load = (preferred?: string): void => {
  choice = createWalletChoice({
    given: () => undefined,
    preferred: () => preferred,
    isUnderWay: () => isUnderWay,
    onNews: () => {},
  });
  leaves.push(choice.listen());
};

beforeEach(() => {
  isUnderWay = false;
  localStorage.removeItem('offramp-button:wallet');
});
afterEach(() => {
  for (const leave of leaves) leave();
  leaves = [];
  localStorage.removeItem('offramp-button:wallet');
});

describe('two wallets under one reverse domain name', () => {
  it('are both shown, and neither is taken', () => {
    const { wallets, announce } = sharesRdns();
    load();
    announce();
    expect(choice.settle()).to.equal('several');
    expect(isMade()).to.equal(false);
    expect(choice.wallets.map(({ provider }) => wallets.indexOf(provider as never))).to.deep.equal([0, 1]);
    expect(wallets.flatMap(({ asked }) => asked)).to.deep.equal([]);
  });

  it('are neither of them taken where the page prefers that name', () => {
    const { announce } = sharesRdns('example.preferred');
    load('example.preferred');
    announce();
    expect(isMade()).to.equal(false);
    expect(choice.settle()).to.equal('several');
  });

  it('are not told apart by memory: after a reload in the middle of a sale neither is taken', () => {
    const { wallets, announce } = sharesRdns();
    load();
    announce();
    const [, second] = choice.wallets;
    if (second) choice.choose(second);
    expect(isOf(wallets[1])).to.equal(true);
    isUnderWay = true;
    load();
    announce();
    expect(isMade()).to.equal(false);
  });

  it('leave the choice of the person alone, whichever announces itself later', () => {
    const { wallets, announce, announceAnew } = sharesRdns();
    load();
    announce();
    const [first] = choice.wallets;
    if (first) choice.choose(first);
    announceAnew();
    announce();
    expect(isOf(wallets[0])).to.equal(true);
    expect(choice.settle()).to.equal('one');
  });
});

describe('a wallet that announces itself anew, by another object', () => {
  it('does not take the place of the one that a sale began with', () => {
    const { wallets, announceFirst, announceAnew } = sharesRdns();
    load();
    announceFirst();
    expect(choice.settle()).to.equal('one');
    announceAnew();
    expect(isOf(wallets[0])).to.equal(true);
  });

  it('is a question where nothing was settled', () => {
    const { announceFirst, announceAnew } = sharesRdns();
    load();
    announceFirst();
    announceAnew();
    expect(isMade()).to.equal(false);
    expect(choice.settle()).to.equal('several');
  });
});
