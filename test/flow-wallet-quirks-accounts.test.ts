// Accounts that are contracts, and transfers that do not go straight through, in the real flow in front of named wallets.
import { expect } from 'chai';
import { WORDS } from '../src/words.ts';
import { FROM, MINUTE, TO, USDC_ON_BASE } from './fixtures/orders.ts';
import * as accounts from './fixtures/wallets/accounts.ts';
import { type NamedWallet, ordinary, sendsOf, transfersOf } from './fixtures/wallets/ordinary.ts';
import * as quirks from './fixtures/wallets/quirks.ts';
import { ETH, sellWith } from './fixtures/wallets/sale.ts';

const USDC_SENT = [`25000000 to ${TO.toLowerCase()} on 8453`];
const ETH_SENT = [`500000000000000000 to ${TO.toLowerCase()} on 8453`];
const data = `0xa9059cbb${TO.slice(2).toLowerCase().padStart(64, '0')}${(25_000_000).toString(16).padStart(64, '0')}`;

type Test<W extends NamedWallet = NamedWallet> = Awaited<ReturnType<typeof sellWith<W>>>;

/** One transfer, asked for once, whatever the person and the page do; and Coinbase pays out. */
const goesThrough = async (test: Test, transfers: string[], hash: string | undefined): Promise<void> => {
  await test.world.advance(12_000);
  expect(test.sale).to.include({ stage: 'settling', txHash: hash });
  expect(test.reads()).to.equal(WORDS.saySettling);
  await test.staysAs('settling');
  await test.succeeds();
  expect(transfersOf(test.wallet)).to.deep.equal(transfers);
};

const isAskedOnce = ({ wallet }: Test): void => void expect(sendsOf(wallet)).to.have.lengthOf(1);

describe('flow: a contract account', () => {
  it('sends a token by a plain request where its wallet takes no batches', async () => {
    const test = await sellWith(accounts.contractAccount);
    await test.press();
    test.wallet.mine();
    expect(sendsOf(test.wallet).map(({ method }) => method)).to.deep.equal(['eth_sendTransaction']);
    await goesThrough(test, USDC_SENT, test.wallet.signed[0]?.hash);
    isAskedOnce(test);
    expect(test.page.codes).to.deep.equal([]);
  });

  const CAUTION =
    'This wallet account is a contract, and Coinbase may not see coins that a contract sends. ' +
    'Use an ordinary account if you can; to send from this one all the same, press Send again.';

  it("is warned of at the first press where it sends the chain's own currency, and asked once at the second", async () => {
    const test = await sellWith(accounts.contractAccount, { change: ETH });
    await test.press();
    expect(test.sale.stage).to.equal('ordered');
    expect(test.hears()).to.equal(CAUTION);
    await test.world.advance(5 * MINUTE);
    expect(sendsOf(test.wallet)).to.deep.equal([]);
    expect(test.world.claims.size).to.equal(0);
    await test.press();
    test.wallet.mine();
    await goesThrough(test, ETH_SENT, test.wallet.signed[0]?.hash);
    isAskedOnce(test);
  });

  it('is warned of after a return, too, and never asked by itself or by the page', async () => {
    const test = await sellWith(accounts.contractAccount, { change: ETH });
    test.world.comeBack(test.sale);
    await test.world.advance(5000);
    expect(test.hears()).to.equal(CAUTION);
    test.page.send('call');
    await test.world.advance(5000);
    test.page.clock.wake();
    await test.reload();
    test.page.send('call');
    await test.world.advance(5000);
    expect(test.sale.stage).to.equal('ordered');
    expect(sendsOf(test.wallet)).to.deep.equal([]);
  });

  it('that only delegates its code sends as every account, without a warning or a batch', async () => {
    for (const [change, sent] of [
      [{}, USDC_SENT],
      [ETH, ETH_SENT],
    ] as const) {
      const test = await sellWith(accounts.delegatedAccount, { change });
      await test.press();
      test.wallet.mine();
      expect(test.page.codes).to.deep.equal([]);
      expect(sendsOf(test.wallet).map(({ method }) => method)).to.deep.equal(['eth_sendTransaction']);
      await goesThrough(test, [...sent], test.wallet.signed[0]?.hash);
    }
  });
});

describe("flow: a Safe's own number for a transfer", () => {
  it('is followed, asked about no second time, and gives way to the hash once the owners have signed', async () => {
    const test = await sellWith(quirks.answersSafeHash);
    await test.press();
    expect(test.sale).to.include({ stage: 'settling', txHash: `0x${'5afe'.repeat(16)}` });
    await test.staysAs('settling');
    expect(test.hears()).to.equal(
      'The network does not show your transfer. ' +
        'Look into your wallet: it may need more signatures, or have dropped it; Coinbase ends the order by itself.',
    );
    test.wallet.execute();
    test.wallet.mine();
    await goesThrough(test, USDC_SENT, test.wallet.signed[0]?.hash);
    isAskedOnce(test);
  });

  it('that never comes leaves the sale in doubt until the owners have signed', async () => {
    const test = await sellWith(accounts.neverAnswersForItsOwners);
    await test.press();
    await test.world.advance(2 * MINUTE);
    expect(test.sale.stage).to.equal('unsure');
    expect(test.reads()).to.equal(WORDS.sayUnsure);
    await test.staysAs('unsure');
    test.wallet.execute();
    test.wallet.mine();
    await goesThrough(test, USDC_SENT, test.wallet.signed[0]?.hash);
    isAskedOnce(test);
  });

  it('that no owner signs ends with the order, and with a word on where to look', async () => {
    const test = await sellWith(quirks.answersSafeHash);
    await test.press();
    await test.world.advance(20 * MINUTE);
    test.world.records = test.world.records.map((one) => ({ ...one, status: 'EXPIRED' }));
    await test.world.advance(12_000);
    expect(test.sale).to.include({ stage: 'failed', error: 'order-expired' });
    expect(test.reads()).to.equal(WORDS.sayFailedSent);
    expect(transfersOf(test.wallet)).to.deep.equal([]);
    isAskedOnce(test);
  });
});

describe('flow: a batch of calls', () => {
  for (const ids of ['keeps ours', 'makes its own', 'answers text'] as const) {
    it(`is asked for once, and followed to its hash: of its id, the wallet ${ids}`, async () => {
      const test = await sellWith(() => accounts.sendsCalls(ids));
      await test.press();
      expect(test.sale.stage).to.equal('sending');
      expect(test.reads()).to.equal(WORDS.saySending);
      const id = test.sale.attempt?.callsId;
      const params = [
        {
          version: '2.0.0',
          id,
          from: FROM,
          chainId: '0x2105',
          atomicRequired: false,
          calls: [{ to: USDC_ON_BASE, value: '0x0', data }],
        },
      ];
      expect(sendsOf(test.wallet)).to.deep.equal([{ method: 'wallet_sendCalls', params }]);
      test.wallet.turn(200);
      await goesThrough(test, USDC_SENT, test.wallet.signed[0]?.hash);
      isAskedOnce(test);
    });

    it(`is taken up after a reload: of its id, the wallet ${ids}`, async () => {
      const test = await sellWith(() => accounts.sendsCalls(ids));
      await test.press();
      await test.reload();
      expect(test.sale.stage).to.equal('unsure');
      await test.staysAs('unsure');
      test.page.sayNotSent();
      await test.world.advance(100);
      expect(test.sale.stage).to.equal('unsure');
      expect(test.hears()).to.match(/^The network does not confirm yet that nothing was sent\./);
      test.wallet.turn(200);
      await goesThrough(test, USDC_SENT, test.wallet.signed[0]?.hash);
      isAskedOnce(test);
    });

    it(`that stays pending leaves the sale in doubt until it ends: of its id, the wallet ${ids}`, async () => {
      const test = await sellWith(() => accounts.sendsCalls(ids));
      await test.press();
      await test.world.advance(2 * MINUTE);
      expect(test.sale.stage).to.equal('unsure');
      expect(test.reads()).to.equal(WORDS.sayUnsure);
      await test.staysAs('unsure');
      test.wallet.turn(200);
      await goesThrough(test, USDC_SENT, test.wallet.signed[0]?.hash);
      isAskedOnce(test);
    });
  }

  for (const status of [400, 500]) {
    it(`that ends with ${status} was not sent; the next press asks for another, under an id of its own`, async () => {
      const test = await sellWith(() => accounts.sendsCalls());
      await test.press();
      test.wallet.turn(status);
      await test.world.advance(3000);
      expect(test.sale.stage).to.equal('ordered');
      expect(test.sale.attempt?.isDeclined).to.equal(true);
      expect(test.hears()).to.equal(
        'Your wallet could not carry the transfer out. Nothing was sent; press Send again if there is time left.',
      );
      test.world.comeBack(test.sale);
      await test.reload();
      await test.world.advance(MINUTE);
      isAskedOnce(test);
      await test.press();
      test.wallet.turn(200);
      await goesThrough(test, USDC_SENT, test.wallet.signed[0]?.hash);
      const asked = sendsOf(test.wallet).map(({ method, params }) => [method, (params[0] as { id: string }).id]);
      expect(asked.map(([method]) => method)).to.deep.equal(['wallet_sendCalls', 'wallet_sendCalls']);
      expect(new Set(asked.map(([, id]) => id)).size).to.equal(2);
    });
  }

  it('that ends long after a reload is known by the id the wallet made for it', async () => {
    const test = await sellWith(() => accounts.sendsCalls('makes its own'), { change: ETH });
    await test.press();
    await test.press();
    await test.world.advance(2 * MINUTE);
    await test.staysAs('unsure');
    test.wallet.turn(400);
    await test.world.advance(12_000);
    expect(test.sale.stage).to.equal('ordered');
    expect(test.hears()).to.match(/^Your wallet says that the transfer was not carried out\. Nothing was sent/);
    isAskedOnce(test);
  });

  it('that ends with 600, which one call cannot, is not believed unsent', async () => {
    const test = await sellWith(() => accounts.sendsCalls());
    await test.press();
    test.wallet.turn(600);
    await test.world.advance(2 * MINUTE);
    expect(test.sale.stage).to.equal('unsure');
    await test.staysAs('unsure');
    isAskedOnce(test);
  });

  for (const [name, code, stage] of [
    ['refuses as a duplicate', 5720, 'unsure'],
    ['fails over', -32603, 'unsure'],
    ['does not know after all', -32601, 'ordered'],
  ] as const) {
    it(`that the wallet ${name} does not become a plain request`, async () => {
      const test = await sellWith(() => {
        const wallet = accounts.sendsCalls();
        wallet.script('wallet_sendCalls', () => {
          throw { code };
        });
        return wallet;
      });
      await test.press();
      expect(test.sale.stage).to.equal(stage);
      expect(test.page.codes).to.deep.equal(['wallet-failed']);
      if (stage === 'unsure') await test.staysAs('unsure');
      expect(test.wallet.count('eth_sendTransaction')).to.equal(0);
      isAskedOnce(test);
    });
  }

  it('that its person declines goes back to the order, without a word of error', async () => {
    const test = await sellWith(() => Object.assign(accounts.sendsCalls(), { person: 'declines' as const }));
    await test.press();
    expect(test.sale.stage).to.equal('ordered');
    expect(test.sale.attempt?.isDeclined).to.equal(true);
    expect(test.page.codes).to.deep.equal([]);
    isAskedOnce(test);
  });

  it('that the wallet forgets is found on the chain', async () => {
    const test = await sellWith(() => accounts.sendsCalls());
    await test.press();
    test.wallet.turn(200);
    test.wallet.batches.clear();
    await test.world.advance(2 * MINUTE);
    await goesThrough(test, USDC_SENT, test.wallet.signed[0]?.hash);
    isAskedOnce(test);
  });
});

describe('flow: a transfer that the wallet has sent', () => {
  /** Sent, seen by the network, and in no block yet. */
  const toWaiting = async (change = {}) => {
    const test = await sellWith(() => ordinary(), { change });
    await test.press();
    await test.world.advance(12_000);
    expect(test.sale).to.include({ stage: 'settling', txHash: test.wallet.signed[0]?.hash });
    expect(test.sale.attempt?.placed).to.equal('0x7');
    return test;
  };

  for (const [change, sent] of [
    [{}, USDC_SENT],
    [ETH, ETH_SENT],
  ] as const) {
    it(`and sped up is followed by its new hash: ${sent[0]}`, async () => {
      const test = await toWaiting(change);
      accounts.repricedTransfer(test.wallet);
      await test.world.advance(12_000);
      expect(test.sale.stage).to.equal('settling');
      test.wallet.mine();
      await goesThrough(test, [...sent], test.wallet.signed[1]?.hash);
      isAskedOnce(test);
    });
  }

  it('and sped up so late that no block is read for it any more is known by its nonce', async () => {
    const test = await toWaiting(ETH);
    test.wallet.state.block += 200;
    accounts.repricedTransfer(test.wallet);
    test.wallet.mine(20);
    await goesThrough(test, ETH_SENT, test.wallet.signed[1]?.hash);
    isAskedOnce(test);
  });

  for (const [name, undo, words] of [
    ['cancelled', accounts.cancelledTransfer, WORDS.sayFateCancelled],
    ['replaced', accounts.replacedTransfer, WORDS.sayFateReplaced],
    ['reverted', accounts.revertedTransfer, WORDS.sayFateReverted],
  ] as const) {
    for (const [asset, change] of [
      ['USDC', {}],
      ['ETH', ETH],
    ] as const) {
      it(`and ${name} ends the sale once that is deep in the chain, and says where the coins are: ${asset}`, async () => {
        const test = await toWaiting(change);
        undo(test.wallet);
        await test.world.advance(12_000);
        test.wallet.mine(12);
        await test.world.advance(12_000);
        expect(test.sale.stage).to.equal('settling');
        test.wallet.mine();
        await test.world.advance(12_000);
        expect(test.sale).to.include({ stage: 'failed', error: 'order-failed', fate: name });
        expect(test.reads()).to.equal(words);
        expect(test.hears()).to.equal(
          'The transfer did not go through. Start a new cash-out if you still want to sell.',
        );
        test.world.comeBack(test.sale);
        await test.reload();
        await test.press();
        test.page.send('call');
        await test.world.advance(5 * MINUTE);
        expect(test.sale).to.include({ stage: 'failed', fate: name });
        isAskedOnce(test);
      });
    }
  }

  it('and dropped is asked for no second time, and counts when it comes back', async () => {
    const test = await toWaiting();
    const dropped = accounts.droppedTransfer(test.wallet);
    test.wallet.mine(20);
    await test.staysAs('settling');
    expect(test.hears()).to.match(/^The network does not show your transfer\./);
    expect(test.reads()).to.equal(WORDS.saySettling);
    dropped.again();
    test.wallet.mine();
    await goesThrough(test, USDC_SENT, test.wallet.signed[0]?.hash);
    isAskedOnce(test);
  });
});
