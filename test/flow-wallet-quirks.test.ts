// Wallets with a name, in the real flow: how often each is asked for one order in all, where the money goes, and what the person reads.
import { expect } from 'chai';
import { WORDS } from '../src/words.ts';
import { MINUTE, TO } from './fixtures/orders.ts';
import { type Call, type NamedWallet, ordinary, sendsOf, transfersOf } from './fixtures/wallets/ordinary.ts';
import * as quirks from './fixtures/wallets/quirks.ts';
import { sellWith } from './fixtures/wallets/sale.ts';

const ONE_TRANSFER = [`25000000 to ${TO.toLowerCase()} on 8453`];

/** With its person's answer to every request. */
const as =
  <W extends NamedWallet>(person: NamedWallet['person'], make: () => W) =>
  (): W =>
    Object.assign(make(), { person });

/** The sale has taken up the one transfer there is, and pays out; nobody was asked a second time. */
const isAdopted = async (test: Awaited<ReturnType<typeof sellWith>>): Promise<void> => {
  test.wallet.mine();
  await test.world.advance(12_000);
  expect(test.sale).to.include({ stage: 'settling', txHash: test.wallet.signed[0]?.hash });
  expect(test.reads()).to.equal(WORDS.saySettling);
  await test.staysAs('settling');
  await test.succeeds();
  expect(transfersOf(test.wallet)).to.deep.equal(ONE_TRANSFER);
  expect(sendsOf(test.wallet)).to.have.lengthOf(1);
};

describe('flow: a wallet that sends and gives no hash for it', () => {
  const WALLETS: Record<string, () => NamedWallet> = {
    'answers null': quirks.answersNull,
    'answers a call id': quirks.answersCallId,
    'throws though it sent': quirks.throwsThoughSent,
    'throws at once': quirks.throwsAtOnce,
    'throws strings': () => {
      const wallet = quirks.throwsThoughSent();
      wallet.script('eth_sendTransaction', ([call]) => wallet.open(call as Call).then(() => Promise.reject('sent?')));
      return wallet;
    },
  };
  for (const [name, make] of Object.entries(WALLETS)) {
    it(`leaves the sale in doubt until the transfer is seen on the chain: it ${name}`, async () => {
      const test = await sellWith(make);
      await test.press();
      expect(test.sale.stage).to.equal('unsure');
      expect(test.reads()).to.equal(WORDS.sayUnsure);
      expect(test.page.codes).to.deep.equal(['wallet-failed']);
      await test.staysAs('unsure');
      // Given to the network and in no block yet: the nonce alone forbids to believe it.
      test.page.sayNotSent();
      await test.world.advance(5000);
      expect(test.sale.stage).to.equal('unsure');
      expect(test.hears()).to.match(/^The network does not confirm yet that nothing was sent\./);
      await isAdopted(test);
    });
  }

  it('is never asked again while it is disconnected, and is read when it is back', async () => {
    const test = await sellWith(quirks.disconnects);
    await test.press();
    expect(test.sale.stage).to.equal('unsure');
    expect(test.reads()).to.equal(WORDS.sayUnsure);
    test.wallet.mine();
    await test.staysAs('unsure');
    test.page.sayNotSent();
    await test.world.advance(5000);
    expect(test.sale.stage).to.equal('unsure');
    test.wallet.reconnect();
    await isAdopted(test);
  });

  it('and says that a request is open already is not asked for another', async () => {
    const test = await sellWith(quirks.duplicateRequest);
    await test.press();
    expect(test.sale.stage).to.equal('unsure');
    expect(test.page.codes).to.deep.equal(['wallet-busy']);
    expect(test.hears()).to.equal(
      'A request is already open in your wallet. Open your wallet and answer the request that is waiting there.',
    );
    await test.staysAs('unsure');
    test.wallet.prompt().approve();
    await isAdopted(test);
  });
});

describe('flow: a wallet whose request outlives the wait for it', () => {
  it('and the page, is found to have sent: the person approved after a reload', async () => {
    const test = await sellWith(quirks.keepsPromptOverReload);
    await test.press();
    expect(test.sale.stage).to.equal('sending');
    expect(test.reads()).to.equal(WORDS.saySending);
    await test.reload();
    expect(test.sale.stage).to.equal('unsure');
    expect(test.reads()).to.equal(WORDS.sayUnsure);
    await test.staysAs('unsure');
    test.wallet.prompt().approve();
    await isAdopted(test);
  });

  it('is looked for before a second ask: approved after “nothing was sent” was believed', async () => {
    const test = await sellWith(quirks.keepsPromptOverReload);
    await test.press();
    await test.reload();
    await test.world.advance(2 * MINUTE);
    test.page.sayNotSent();
    await test.world.advance(100);
    expect(test.sale.stage).to.equal('ordered');
    expect(test.reads()).to.equal(WORDS.sayAgain);
    // In one moment: the old request is approved and included, and the person presses.
    test.wallet.prompt().approve();
    test.wallet.mine();
    test.page.send('press');
    await test.world.settle();
    await isAdopted(test);
  });

  it('is not asked again while what it was asked before waits in no block', async () => {
    const test = await sellWith(quirks.keepsPromptOverReload);
    await test.press();
    await test.reload();
    await test.world.advance(2 * MINUTE);
    test.page.sayNotSent();
    await test.world.advance(100);
    test.wallet.prompt().approve();
    await test.press();
    await test.press();
    expect(test.sale.stage).to.equal('ordered');
    expect(test.hears()).to.match(/^The network does not confirm yet that nothing was sent\./);
    await isAdopted(test);
  });

  it('because it never answers, is believed by what it did', async () => {
    const test = await sellWith(as('waits', quirks.neverAnswers));
    await test.press();
    await test.world.advance(2 * MINUTE);
    expect(test.sale.stage).to.equal('unsure');
    expect(test.reads()).to.equal(WORDS.sayUnsure);
    test.page.sayNotSent();
    await test.world.advance(1000);
    expect(test.sale.stage).to.equal('unsure');
    expect(test.hears()).to.equal(
      'The request is still open in your wallet. Decline it there, or reload this page if your wallet shows none; then send again.',
    );
    await test.staysAs('unsure');
    test.wallet.prompt().approve();
    await isAdopted(test);
  });

  it('because it never answers, is asked again only after a “no”, a reload and “nothing was sent”', async () => {
    const test = await sellWith(as('waits', quirks.neverAnswers));
    await test.press();
    test.wallet.prompt().decline();
    await test.world.advance(3 * MINUTE);
    await test.staysAs('unsure');
    test.page.sayNotSent();
    await test.world.advance(1000);
    await test.world.advance(100);
    expect(test.sale.stage).to.equal('ordered');
    expect(test.reads()).to.equal(WORDS.sayAgain);
    await test.press();
    expect(test.sale.stage).to.equal('sending');
    expect(sendsOf(test.wallet)).to.have.lengthOf(2);
    test.wallet.prompt().approve();
    test.wallet.mine();
    await test.world.advance(3 * MINUTE);
    expect(test.sale.stage).to.equal('settling');
    expect(transfersOf(test.wallet)).to.deep.equal(ONE_TRANSFER);
  });

  it('by ten minutes is asked for nothing meanwhile, and its hash counts', async () => {
    const test = await sellWith(quirks.answersAfterTenMinutes);
    await test.press();
    await test.world.advance(3 * MINUTE);
    expect(test.sale.stage).to.equal('unsure');
    for (let times = 0; times < 3; times += 1) {
      test.page.start();
      test.world.comeBack(test.sale);
      test.page.clock.wake();
      await test.press();
    }
    await test.world.advance(7 * MINUTE);
    await isAdopted(test);
  });

  it('by ten minutes is heard when it is a “no”', async () => {
    const wallet = (clock: Parameters<typeof quirks.answersAfterTenMinutes>[0]) =>
      as('declines', () => quirks.answersAfterTenMinutes(clock))();
    const test = await sellWith(wallet);
    await test.press();
    await test.world.advance(9 * MINUTE);
    expect(test.sale.stage).to.equal('unsure');
    await test.world.advance(2 * MINUTE);
    expect(test.sale.stage).to.equal('ordered');
    expect(test.world.claims.size).to.equal(0);
    expect(sendsOf(test.wallet)).to.have.lengthOf(1);
  });
});

/** Back at the order, nothing happens by itself; a press asks once more, and that is the one transfer. */
const canBePressedAgain = async (test: Awaited<ReturnType<typeof sellWith>>, asked: number): Promise<void> => {
  test.world.comeBack(test.sale);
  test.page.start();
  test.page.clock.wake();
  await test.world.advance(MINUTE);
  await test.reload();
  await test.world.advance(MINUTE);
  expect(test.sale.stage).to.equal('ordered');
  expect(sendsOf(test.wallet)).to.have.lengthOf(asked);
  expect(transfersOf(test.wallet)).to.deep.equal([]);
  test.wallet.person = 'approves';
  await test.press();
  test.wallet.mine();
  await test.world.advance(12_000);
  expect(test.sale.stage).to.equal('settling');
  await test.staysAs('settling');
  expect(sendsOf(test.wallet)).to.have.lengthOf(asked + 1);
  expect(transfersOf(test.wallet)).to.deep.equal(ONE_TRANSFER);
};

describe('flow: a wallet whose person declines', () => {
  for (const [name, make] of Object.entries({
    'as the standards say': ordinary,
    'deep inside other errors': quirks.nestsOriginalError,
    'with its code as text': quirks.codesAsText,
    'and that answers twice': quirks.answersTwice,
  })) {
    it(`goes back to the order without a word of error: ${name}`, async () => {
      const test = await sellWith(as('declines', make));
      await test.press();
      expect(test.sale).to.include({ stage: 'ordered', pressed: false });
      expect(test.sale.attempt?.isDeclined).to.equal(true);
      expect(test.reads()).to.equal(WORDS.sayUncommitted);
      expect(test.page.codes).to.deep.equal([]);
      expect(test.world.claims.size).to.equal(0);
      await canBePressedAgain(test, 1);
    });
  }

  for (const [name, make] of Object.entries({
    'the word null': quirks.answersNullText,
    'a string': quirks.throwsStrings,
    'an empty object': quirks.throwsNothing,
  })) {
    it(`is not taken at a word that could mean anything: ${name}`, async () => {
      const test = await sellWith(as('declines', make));
      await test.press();
      expect(test.sale.stage).to.equal('unsure');
      expect(test.reads()).to.equal(WORDS.sayUnsure);
      test.page.sayNotSent();
      await test.world.settle();
      expect(test.hears()).to.match(/^It is too early to be sure that nothing was sent\./);
      await test.staysAs('unsure');
      test.page.sayNotSent();
      await test.world.advance(100);
      expect(test.sale.stage).to.equal('ordered');
      expect(test.reads()).to.equal(WORDS.sayAgain);
      await canBePressedAgain(test, 1);
    });
  }
});

describe('flow: a wallet that is not where it should be', () => {
  it('because it refuses what it does not know, leaves the sale in doubt, and nothing less is asked of it', async () => {
    const test = await sellWith(quirks.refusesUnknownFields);
    await test.press();
    expect(test.sale.stage).to.equal('unsure');
    await test.staysAs('unsure');
    expect(transfersOf(test.wallet)).to.deep.equal([]);
  });

  it('because it reports a chain early is asked once it is there', async () => {
    const test = await sellWith(quirks.reportsChainEarly);
    await test.press();
    await isAdopted(test);
  });

  it('because its accounts change places is asked from the account of the order', async () => {
    const test = await sellWith(quirks.reordersAccounts);
    await test.press();
    await isAdopted(test);
  });

  it('because adding a chain did not take it there is asked once it is', async () => {
    const test = await sellWith(quirks.addsChainWithoutSwitching);
    await test.press();
    await isAdopted(test);
  });

  const WRONG_CHAIN = 'Your wallet is on another network. Switch the network in your wallet, then press Send again.';

  for (const [name, make] of Object.entries({
    'only says that it switched': quirks.onlySaysItSwitched,
    'cannot switch': quirks.lacksMethods,
  })) {
    it(`because it ${name} is not asked until its person has switched`, async () => {
      const test = await sellWith(make);
      await test.press();
      await test.world.advance(5000);
      expect(test.sale.stage).to.equal('ordered');
      expect(test.hears()).to.equal(WRONG_CHAIN);
      expect(sendsOf(test.wallet)).to.deep.equal([]);
      expect(test.world.claims.size).to.equal(0);
      test.wallet.state.chainId = 8453;
      await test.press();
      await isAdopted(test);
    });
  }

  for (const [name, make, words] of [
    ['left the chain without saying', quirks.switchesChainWithoutSaying, WRONG_CHAIN],
    [
      'locked itself',
      quirks.locksItself,
      'Your wallet is on another account than the one this sale began with. Switch back to that account in your wallet, then press Send again.',
    ],
  ] as const) {
    it(`because it ${name} after the checks is not asked, gives the claim back, and is asked at the next press`, async () => {
      const test = await sellWith(make);
      const answer = test.world.hold('take');
      await test.press();
      test.wallet.leave();
      answer();
      await test.world.advance(1000);
      expect(test.sale.stage).to.equal('ordered');
      expect(test.hears()).to.equal(words);
      expect(sendsOf(test.wallet)).to.deep.equal([]);
      expect(test.world.claims.size).to.equal(0);
      await test.press();
      await isAdopted(test);
    });
  }
});

describe('flow: a library that asks its wallet twice', () => {
  it('is itself asked once, and what it did is found on the chain', async () => {
    const asked: { method: string }[] = [];
    const sendOnce = () => {
      const wallet = ordinary();
      // What a node says to the repetition of what it has.
      wallet.script('eth_sendTransaction', async ([call], times) => {
        if (times === 1) await wallet.open(call as Call);
        throw { code: -32000, message: 'already known' };
      });
      return wallet;
    };
    const port = (wallet: NamedWallet) => {
      const library = quirks.asksTwice(wallet);
      return {
        request: (args: Parameters<typeof library.request>[0]) => {
          asked.push(args);
          return library.request(args);
        },
      };
    };
    const test = await sellWith(sendOnce, { port });
    await test.press();
    expect(test.sale.stage).to.equal('unsure');
    await test.staysAs('unsure');
    test.wallet.mine();
    await test.world.advance(12_000);
    expect(test.sale).to.include({ stage: 'settling', txHash: test.wallet.signed[0]?.hash });
    expect(asked.filter(({ method }) => method === 'eth_sendTransaction')).to.have.lengthOf(1);
    expect(transfersOf(test.wallet)).to.deep.equal(ONE_TRANSFER);
  });
});
