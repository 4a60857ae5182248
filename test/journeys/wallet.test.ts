// Sales where the wallet says no, is not as it should be, or does not answer.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { assertTold, cashOut, LIMIT, OPENED, PAID, useJourneys } from './journey.ts';

const USDC_25 = 25_000_000n;
const SEND = '[part=send]';

describe('the wallet', () => {
  const visitor = useJourneys();

  /** A sale that is back from Coinbase, with a wallet in this trouble; the page asks by itself what it may ask. */
  const comeBack = async (query = '') => {
    await visitor.connectBefore();
    const tab = await visitor.open(query);
    await cashOut(await tab.pressForWindow());
    return tab;
  };

  it('declines, and is asked again only when the person presses Send, a reload later or not', LIMIT, async () => {
    visitor.wallet.setMode('decline');
    const tab = await comeBack();
    await tab.hears('ordered', 2);
    await tab.polls(3);
    await visitor.assertUnmoved(1);
    assert.equal(await tab.words('error'), '');
    await tab.reload('ordered');
    await tab.polls(2);
    await visitor.assertUnmoved(1);
    visitor.wallet.setMode('approve');
    await tab.press(SEND);
    await tab.reaches('completed');
    assertTold(tab, `page ${OPENED} ordered before-send sending ordered page ordered before-send sending ${PAID}`);
    await visitor.assertMoved('USDC', USDC_25, 2);
  });

  it('is switched to the right network, then asked once', LIMIT, async () => {
    await visitor.wallet.setTrouble('wrong-chain', true);
    visitor.wallet.setMode('approve');
    const tab = await comeBack();
    await tab.reaches('completed');
    assertTold(tab, `page ${OPENED} ordered before-send sending ${PAID}`);
    assert.equal(visitor.wallet.view().chainId, '0x2105');
    await visitor.assertMoved('USDC', USDC_25);
  });

  it('is not asked on another account, and asked once on the right one', LIMIT, async () => {
    visitor.wallet.setMode('approve');
    await visitor.connectBefore();
    const tab = await visitor.open();
    const window = await tab.pressForWindow();
    await tab.reaches('selling');
    await visitor.wallet.setTrouble('wrong-account', true);
    await cashOut(window);
    await tab.hears('!wrong-account');
    assert.match(await tab.words('error'), /another account/);
    await tab.press(SEND);
    await tab.hears('!wrong-account', 2);
    await visitor.assertUnmoved(0);
    await visitor.wallet.setTrouble('wrong-account', false);
    await tab.press(SEND);
    await tab.reaches('completed');
    const refused = 'before-send !wrong-account';
    assertTold(tab, `page ${OPENED} ordered ${refused} ${refused} before-send sending ${PAID}`);
    await visitor.assertMoved('USDC', USDC_25);
  });

  for (const [trouble, words] of [
    ['low-usdc', /not enough USDC/],
    ['low-gas', /network fee/],
  ] as const) {
    it(`is not asked with ${trouble}, and asked once when there is enough`, LIMIT, async () => {
      await visitor.wallet.setTrouble(trouble, true);
      visitor.wallet.setMode('approve');
      const tab = await comeBack();
      await tab.hears('!low-funds');
      assert.match(await tab.words('error'), words);
      await tab.polls(2);
      await visitor.assertUnmoved(0);
      await visitor.wallet.setTrouble(trouble, false);
      await tab.press(SEND);
      await tab.reaches('completed');
      assertTold(tab, `page ${OPENED} ordered before-send !low-funds before-send sending ${PAID}`);
      await visitor.assertMoved('USDC', USDC_25);
    });
  }

  it('with a request already open leaves it unsure, and is not asked again', LIMIT, async () => {
    visitor.wallet.setMode('stuck');
    const tab = await comeBack();
    await tab.hears('!wallet-busy');
    await tab.reaches('unsure');
    assert.match(await tab.words('error'), /already open in your wallet/);
    assert.match(await tab.words('status'), /may have been sent/);
    await tab.polls(3);
    await tab.reload('unsure');
    await tab.polls(3);
    assertTold(tab, `page ${OPENED} ordered before-send sending unsure !wallet-busy page unsure`);
    await visitor.assertUnmoved(1);
  });

  it('that never answers makes it unsure after two minutes, and a late answer still counts', LIMIT, async () => {
    visitor.wallet.setMode('never');
    await visitor.connectBefore();
    const tab = await visitor.open();
    // The page's two minutes of patience pass in one second.
    await tab.read(`{
      const real = setTimeout;
      window.setTimeout = (run, ms, ...more) => real(run, ms === 120_000 ? 1_000 : ms, ...more);
    }`);
    await cashOut(await tab.pressForWindow());
    await tab.reaches('unsure');
    await tab.press('.presses button');
    await tab.hears('!wallet-busy');
    assert.match(await tab.words('error'), /still open in your wallet/);
    await visitor.assertUnmoved(1);
    await visitor.answer(true);
    await tab.reaches('completed');
    assertTold(tab, `page ${OPENED} ordered before-send sending unsure !wallet-busy ${PAID}`);
    await visitor.assertMoved('USDC', USDC_25);
  });
});
