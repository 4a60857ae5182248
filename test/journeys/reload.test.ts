// Sales whose page is reloaded, left, or taken apart in the middle.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { setTimeout } from 'node:timers/promises';
import { until } from '../drive.ts';
import { assertTold, cashOut, goOn, LIMIT, OPENED, PAID, untilClosed, useJourneys } from './journey.ts';

const USDC_25 = 25_000_000n;
const SEND = '[part=send]';

describe('a page that is reloaded', () => {
  const visitor = useJourneys();

  it('in opening forgets the sale that had no session, and the next press works', LIMIT, async () => {
    await visitor.connectBefore();
    visitor.wallet.setMode('approve');
    visitor.fault('slow-answers');
    const tab = await visitor.open();
    await tab.pressForWindow();
    await tab.reaches('opening');
    await tab.reload('idle');
    visitor.demo.simulator.faults.clear();
    await cashOut(await tab.pressForWindow());
    await tab.reaches('completed');
    assertTold(tab, `page before-open opening page ${OPENED} ordered before-send sending ${PAID}`);
    await visitor.assertMoved('USDC', USDC_25);
  });

  it('in selling hears the return all the same, and asks once', LIMIT, async () => {
    await visitor.connectBefore();
    visitor.wallet.setMode('approve');
    const tab = await visitor.open();
    const window = await tab.pressForWindow();
    await goOn(window);
    await tab.reload('selling');
    await window.bringToFront();
    await window.click('#cash-out-now');
    await tab.reaches('completed');
    assertTold(tab, `page ${OPENED} page selling ordered before-send sending ${PAID}`);
    await visitor.assertMoved('USDC', USDC_25);
  });

  it('in ordered goes on waiting for the press on Send', LIMIT, async () => {
    await visitor.connectBefore();
    visitor.wallet.setMode('approve');
    const tab = await visitor.open('?confirm-send');
    await cashOut(await tab.pressForWindow());
    await tab.reaches('ordered');
    await tab.reload('ordered');
    await tab.polls(2);
    await visitor.assertUnmoved(0);
    await tab.press(SEND);
    await tab.reaches('completed');
    assertTold(tab, `page ${OPENED} ordered page ordered before-send sending ${PAID}`);
    await visitor.assertMoved('USDC', USDC_25);
  });

  /** A sale whose wallet shows its request, after the page that made the request is gone. */
  const reloadInSending = async () => {
    await visitor.connectBefore();
    const tab = await visitor.open();
    const window = await tab.pressForWindow();
    await cashOut(window);
    await visitor.untilAsked();
    await tab.reaches('sending');
    await untilClosed(window);
    await tab.page.reload({ waitUntil: 'domcontentloaded' });
    await tab.ready();
    await tab.hears('sending', 2);
    return tab;
  };

  it('in sending finds the transfer that is approved afterwards, and asks no more', LIMIT, async () => {
    const tab = await reloadInSending();
    await tab.reaches('unsure');
    await tab.polls(2);
    await visitor.assertUnmoved(1);
    await visitor.answer(true);
    await tab.reaches('completed');
    assertTold(tab, `page ${OPENED} ordered before-send sending page sending unsure ${PAID}`);
    await visitor.assertMoved('USDC', USDC_25);
  });

  it(
    'in sending stays unsure where the request is declined afterwards, until the chain can be believed',
    LIMIT,
    async () => {
      const tab = await reloadInSending();
      await tab.reaches('unsure');
      await visitor.answer(false);
      await tab.polls(3);
      assert.equal(await tab.stage(), 'unsure');
      await tab.press('.presses button');
      await tab.hears('!wallet-busy');
      assert.match(await tab.words('error'), /too early/);
      assert.equal(await tab.stage(), 'unsure');

      visitor.demo.simulator.advance(121_000);
      // The kit's answers, and the time in them, are up to two seconds old.
      await setTimeout(3_000);
      await tab.looks(2);
      await tab.press('.presses button');
      await tab.reaches('ordered');
      await tab.polls(2);
      await visitor.assertUnmoved(1);
      visitor.wallet.setMode('approve');
      await tab.press(SEND);
      await tab.reaches('completed');
      assertTold(
        tab,
        `page ${OPENED} ordered before-send sending page sending unsure !wallet-busy ordered before-send sending ${PAID}`,
      );
      await visitor.assertMoved('USDC', USDC_25, 2);
    },
  );

  it('in unsure, settling and completed shows the same again, and asks no more', LIMIT, async () => {
    visitor.fault('late-success');
    const tab = await reloadInSending();
    await tab.reaches('unsure');
    await tab.reload('unsure');
    await visitor.answer(true);
    await tab.reaches('settling');
    await tab.reload('settling');
    await tab.polls(1);
    visitor.demo.simulator.advance(20_000);
    await tab.reaches('completed');
    await tab.reload('completed');
    assert.equal(await tab.words('status'), 'Coinbase has paid out $24.75.');
    // What was over before a page began is shown on it, and not told again.
    assertTold(
      tab,
      `page ${OPENED} ordered before-send sending page sending unsure page unsure settling page ${PAID} page`,
    );
    await visitor.assertMoved('USDC', USDC_25);
  });

  it('in failed shows where the money is, and in cancelled forgets the sale', LIMIT, async () => {
    await visitor.connectBefore();
    const tab = await visitor.open();
    await tab.pressForWindow();
    await tab.reaches('selling');
    await tab.press('[part=cancel]');
    await tab.reaches('cancelled');
    await tab.reload('idle');

    visitor.fault('failure');
    visitor.wallet.setMode('approve');
    await cashOut(await tab.pressForWindow());
    await tab.reaches('failed');
    await tab.reload('failed');
    assert.match(await tab.words('status'), /^If your wallet shows .* what you sent is in your Coinbase account\.$/);
    const failed = `${OPENED} ordered before-send sending settling failed !order-failed`;
    assertTold(tab, `page ${OPENED} cancelled page ${failed} page`);
    await visitor.assertMoved('USDC', USDC_25);
  });

  it('by the back/forward cache, with what was under way, goes on', LIMIT, async () => {
    await visitor.connectBefore();
    visitor.wallet.setMode('approve');
    // Chromium caches no page that has a window with an opener; this header cuts the opener.
    visitor.fault('coop-same-origin');
    const tab = await visitor.open();
    const window = await tab.pressForWindow();
    await goOn(window);
    await tab.page.goto(`${visitor.demo.url}/demo/page/harbor.svg`);
    await tab.page.goBack({ waitUntil: 'domcontentloaded' });
    await tab.hears('again');
    assert.equal(await tab.stage(), 'selling');
    await window.bringToFront();
    await window.click('#cash-out-now');
    await tab.reaches('completed');
    assertTold(tab, `page ${OPENED} page again ordered before-send sending ${PAID}`);
    await visitor.assertMoved('USDC', USDC_25);
  });

  it('by leaving it and coming back after the return goes on', LIMIT, async () => {
    await visitor.connectBefore();
    visitor.wallet.setMode('approve');
    const tab = await visitor.open();
    const window = await tab.pressForWindow();
    await tab.reaches('selling');
    await tab.page.goto(`${visitor.demo.url}/demo/page/harbor.svg`);
    await window.bringToFront();
    await cashOut(window);
    await untilClosed(window);
    await visitor.assertUnmoved(0);
    await tab.page.goBack({ waitUntil: 'domcontentloaded' });
    await tab.reaches('completed');
    assertTold(tab, `page ${OPENED} page page selling ordered before-send sending ${PAID}`);
    await visitor.assertMoved('USDC', USDC_25);
  });
});

describe('a button', () => {
  const visitor = useJourneys();

  it('that is moved in the page goes on', LIMIT, async () => {
    await visitor.connectBefore();
    visitor.wallet.setMode('approve');
    const tab = await visitor.open();
    const window = await tab.pressForWindow();
    await goOn(window);
    await tab.read(`document.querySelector('header').append(document.querySelector('offramp-button'))`);
    await window.click('#cash-out-now');
    await tab.reaches('completed');
    assertTold(tab, `page ${OPENED} ordered before-send sending ${PAID}`);
    await visitor.assertMoved('USDC', USDC_25);
  });

  it('that is taken out and put back later goes on where the sale is by then', LIMIT, async () => {
    await visitor.connectBefore();
    visitor.wallet.setMode('approve');
    const tab = await visitor.open();
    const window = await tab.pressForWindow();
    await goOn(window);
    await tab.read(`(window.kept = document.querySelector('offramp-button')).remove()`);
    await window.click('#cash-out-now');
    await untilClosed(window);
    await visitor.assertUnmoved(0);
    await tab.read(`document.querySelector('main').append(window.kept)`);
    await tab.reaches('completed');
    assertTold(tab, `page ${OPENED} ordered before-send sending ${PAID}`);
    await visitor.assertMoved('USDC', USDC_25);
  });

  it('that is taken out while the wallet asks hears of the answer when it is back', LIMIT, async () => {
    await visitor.connectBefore();
    const tab = await visitor.open();
    await cashOut(await tab.pressForWindow());
    await visitor.untilAsked();
    await tab.read(`(window.kept = document.querySelector('offramp-button')).remove()`);
    await visitor.answer(true);
    await until(async () => visitor.wallet.view().requests.at(-1)?.txHash, 'the transfer');
    await tab.read(`document.querySelector('main').append(window.kept)`);
    await tab.reaches('completed');
    await visitor.assertMoved('USDC', USDC_25);
    assertTold(tab, `page ${OPENED} ordered before-send sending ${PAID}`);
  });
});
