import { expect } from 'chai';
import type { Provider } from '../src/ports.ts';
import { createWalletChoice, type WalletChoice } from '../src/wallet-choice.ts';

interface Wallet {
  provider: Provider;
  /** Listeners to `accountsChanged`. */
  listeners: Set<unknown>;
}

const createWallet = (): Wallet => {
  const listeners = new Set<unknown>();
  return {
    listeners,
    provider: {
      request: async () => {
        throw new Error('Choosing asks a wallet for nothing.');
      },
      on: (event, listener) => event === 'accountsChanged' && listeners.add(listener),
      removeListener: (event, listener) => event === 'accountsChanged' && listeners.delete(listener),
    },
  };
};

let given: Provider | null;
let preferred: string | null;
let isUnderWay: boolean;
let news: number;
let choice: WalletChoice;
let leave: () => void;

const announce = (rdns: string, { provider }: Wallet): void => {
  const info = { uuid: rdns, rdns, name: rdns, icon: 'data:image/png;base64,AAAA' };
  window.dispatchEvent(new CustomEvent('eip6963:announceProvider', { detail: { info, provider } }));
};

const isMade = (): boolean => choice.provider !== undefined;
const isOf = ({ provider }: Wallet): boolean => choice.provider === provider;

describe('the choice of a wallet', () => {
  beforeEach(() => {
    given = null;
    preferred = null;
    isUnderWay = false;
    localStorage.removeItem('offramp-button:wallet');
    news = 0;
    choice = createWalletChoice({
      given: () => given,
      preferred: () => preferred,
      isUnderWay: () => isUnderWay,
      onNews: () => {
        news += 1;
      },
    });
    leave = choice.listen();
  });
  afterEach(() => {
    leave();
    Reflect.deleteProperty(window, 'ethereum');
  });

  it('looks for no wallet while the page gives one, and looks once it takes that back', () => {
    leave();
    let asked = 0;
    const count = () => {
      asked += 1;
    };
    window.addEventListener('eip6963:requestProvider', count);
    given = createWallet().provider;
    leave = choice.listen();
    announce('org.example.one', createWallet());
    expect([asked, choice.wallets.length]).to.deep.equal([0, 0]);
    given = null;
    choice.update();
    choice.update();
    announce('org.example.one', createWallet());
    expect([asked, choice.wallets.length]).to.deep.equal([1, 1]);
    given = createWallet().provider;
    choice.update();
    announce('org.example.two', createWallet());
    window.removeEventListener('eip6963:requestProvider', count);
    expect([asked, choice.wallets.length]).to.deep.equal([1, 1]);
  });

  it('asks the wallets of this browser to announce themselves', () => {
    let requests = 0;
    const count = () => {
      requests += 1;
    };
    window.addEventListener('eip6963:requestProvider', count);
    createWalletChoice({
      given: () => null,
      preferred: () => null,
      isUnderWay: () => false,
      onNews: () => {},
    }).listen()();
    window.removeEventListener('eip6963:requestProvider', count);
    expect(requests).to.equal(1);
  });

  it('is none without a wallet', () => {
    expect(isMade()).to.equal(false);
    expect(choice.settle()).to.equal('none');
  });

  it('is the only wallet', () => {
    const wallet = createWallet();
    announce('org.one', wallet);
    expect(isOf(wallet)).to.equal(true);
    expect(choice.settle()).to.equal('one');
  });

  it('is open between two wallets, until one is chosen', () => {
    const [one, other] = [createWallet(), createWallet()];
    announce('org.one', one);
    announce('org.other', other);
    expect(isMade()).to.equal(false);
    expect(choice.settle()).to.equal('several');
    const [, second] = choice.wallets;
    if (second) choice.choose(second);
    expect(isOf(other)).to.equal(true);
    expect(choice.settle()).to.equal('one');
  });

  it('is no longer open once a wallet was settled on, whoever comes later', () => {
    const wallet = createWallet();
    announce('org.one', wallet);
    choice.settle();
    announce('org.other', createWallet());
    expect(isOf(wallet)).to.equal(true);
    expect(choice.settle()).to.equal('one');
  });

  it('is the preferred wallet, in whatever order they come', () => {
    const [one, other] = [createWallet(), createWallet()];
    preferred = 'org.other';
    announce('org.one', one);
    announce('org.other', other);
    expect(isOf(other)).to.equal(true);
  });

  it('follows a preference that the page changes', () => {
    const [one, other] = [createWallet(), createWallet()];
    announce('org.one', one);
    announce('org.other', other);
    preferred = 'org.one';
    choice.update();
    expect(isOf(one)).to.equal(true);
  });

  it("is the page's own before all others", () => {
    announce('org.one', createWallet());
    const own = createWallet();
    given = own.provider;
    choice.update();
    expect(isOf(own)).to.equal(true);
    expect(choice.settle()).to.equal('one');
  });

  it('is window.ethereum only when it is settled and nobody announced himself', () => {
    const ethereum = createWallet();
    Object.assign(window, { ethereum: ethereum.provider });
    expect(isMade()).to.equal(false);
    expect(choice.settle()).to.equal('one');
    expect(isOf(ethereum)).to.equal(true);
  });

  it('is not a window.ethereum that cannot be asked', () => {
    Object.assign(window, { ethereum: { isWallet: true } });
    expect(choice.settle()).to.equal('none');
  });

  it('listens to the wallet it is, and to no other', () => {
    const [one, own] = [createWallet(), createWallet()];
    announce('org.one', one);
    expect(one.listeners.size).to.equal(1);
    given = own.provider;
    choice.update();
    expect([one.listeners.size, own.listeners.size]).to.deep.equal([0, 1]);
    leave();
    expect(own.listeners.size).to.equal(0);
  });

  it('tells of news: a wallet, a choice, an account', () => {
    const wallet = createWallet();
    const before = news;
    announce('org.one', wallet);
    expect(news).to.equal(before + 1);
    for (const listener of wallet.listeners) (listener as () => void)();
    expect(news).to.equal(before + 2);
  });

  it('is the one chosen before while a sale goes on, and a question again for a new sale', () => {
    const [one, two] = [createWallet(), createWallet()];
    announce('org.one', one);
    announce('org.two', two);
    const [, wanted] = choice.wallets;
    if (!wanted) throw new Error('Two wallets announced themselves.');
    choice.choose(wanted);
    leave();

    const reload = () => {
      choice = createWalletChoice({
        given: () => null,
        preferred: () => null,
        isUnderWay: () => isUnderWay,
        onNews: () => {},
      });
      leave = choice.listen();
      announce('org.one', one);
      announce('org.two', two);
    };
    reload();
    expect(isMade()).to.equal(false);
    isUnderWay = true;
    expect(isOf(two)).to.equal(true);
    // Another wallet that says the same of itself makes it a question, too.
    announce('org.two', createWallet());
    expect(isMade()).to.equal(false);
  });

  it('counts a wallet once, however often it announces itself', () => {
    const wallet = createWallet();
    announce('org.one', wallet);
    announce('org.one', wallet);
    expect(choice.wallets).to.have.lengthOf(1);
  });

  for (const [name, detail] of [
    ['no detail', undefined],
    ['no provider', { info: { rdns: 'a', name: 'a', icon: '' } }],
    ['a provider that cannot be asked', { info: { rdns: 'a', name: 'a', icon: '' }, provider: {} }],
    ['no name', { info: { rdns: 'a', name: '', icon: '' }, provider: createWallet().provider }],
  ] as const) {
    it(`ignores an announcement with ${name}`, () => {
      window.dispatchEvent(new CustomEvent('eip6963:announceProvider', { detail }));
      expect(choice.wallets).to.deep.equal([]);
    });
  }
});
