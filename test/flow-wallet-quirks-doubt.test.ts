// Transfers that go out behind the page's back, where a wallet's word or silence would say otherwise.
import { expect } from 'chai';
import { FROM, MINUTE, TO } from './fixtures/orders.ts';
import * as accounts from './fixtures/wallets/accounts.ts';
import { type Call, ordinary, sendsOf, transfersOf } from './fixtures/wallets/ordinary.ts';
import * as quirks from './fixtures/wallets/quirks.ts';
import { sellWith } from './fixtures/wallets/sale.ts';

const ONE_TRANSFER = [`25000000 to ${TO.toLowerCase()} on 8453`];

describe('flow: a transfer that went out behind the page', () => {
  it('is looked for before a second ask, though the person declined: the “no” was to a repetition by a library', async () => {
    const sendOnce = () => {
      const wallet = ordinary();
      wallet.script('eth_sendTransaction', async ([call], times) => {
        if (times === 2) throw { code: 4001 };
        const { hash } = await wallet.open(call as Call);
        if (times === 1) throw { code: -32000, message: 'already known' };
        return hash;
      });
      return wallet;
    };
    const test = await sellWith(sendOnce, { port: (wallet) => quirks.asksTwice(wallet) });
    await test.press();
    expect(test.sale.stage).to.equal('ordered');
    test.wallet.mine();
    await test.press();
    expect(test.sale).to.include({ stage: 'settling', txHash: test.wallet.signed[0]?.hash });
    expect(transfersOf(test.wallet)).to.deep.equal(ONE_TRANSFER);
  });

  it('is not believed unsent of a contract account, whose nonce counts no transfers', async () => {
    const test = await sellWith(accounts.neverAnswersForItsOwners);
    await test.press();
    await test.world.advance(3 * MINUTE);
    await test.reload();
    test.page.sayNotSent();
    await test.world.advance(100);
    expect(test.sale.stage).to.equal('unsure');
    await test.press();
    expect(sendsOf(test.wallet)).to.have.lengthOf(1);
    test.wallet.execute();
    expect(transfersOf(test.wallet)).to.deep.equal(ONE_TRANSFER);
  });

  it('by a bundler is not judged by the nonce of the account', async () => {
    const bundler = '0x00000000000000000000000000000000000000b1';
    const bundled = () => {
      const wallet = accounts.delegatedAccount();
      wallet.state.nonce = 1;
      wallet.sign({ from: FROM, to: FROM, value: '0x0' }).block = wallet.state.block;
      wallet.script('eth_sendTransaction', ([call]) => {
        const outer = { from: bundler, to: FROM, value: '0x0', data: '0x1fad948c' };
        return wallet.sign(outer, { call: call as Call, nonce: 1 }).hash;
      });
      return wallet;
    };
    const test = await sellWith(bundled);
    await test.press();
    await test.world.advance(12_000);
    accounts.droppedTransfer(test.wallet);
    test.wallet.mine(15);
    await test.world.advance(30_000);
    expect(test.sale).to.include({ stage: 'settling', fate: null });
  });
});
