// Sales where all goes well: both kinds of asset, both kinds of return page, with and without the press on "Send".
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { until } from '../drive.ts';
import { assertTold, cashOut, LIMIT, OPENED, PAID, untilClosed, useJourneys } from './journey.ts';

const USDC_25 = 25_000_000n;

describe('a sale', () => {
  const visitor = useJourneys();

  it('is worth what the button says before the press, with its fee on demand', LIMIT, async () => {
    const tab = await visitor.open();
    await until(async () => (await tab.words('quote')).includes('≈ $24.75'), 'the price', 15_000);
    await tab.press('summary');
    assert.match(await tab.words('quote'), /after Coinbase’s fee of \$0\.25/);
    assert.deepEqual(visitor.demo.simulator.orders(), []);
  });

  it('takes 25 USDC from the first press to the payout', LIMIT, async () => {
    const tab = await visitor.open();
    await tab.press();
    await tab.hears('idle');
    assert.equal(await tab.words('status'), 'Your wallet is connected. Press again to go on.');
    const window = await tab.pressForWindow();
    await tab.reaches('selling');
    await cashOut(window);
    await visitor.untilAsked();
    await tab.reaches('sending');
    await untilClosed(window);
    await visitor.assertUnmoved(1);
    await visitor.answer(true);
    await tab.reaches('completed');
    assert.equal(await tab.words('status'), 'Coinbase has paid out $24.75.');
    assertTold(tab, `page connecting idle ${OPENED} ordered before-send sending ${PAID}`);
    await visitor.assertMoved('USDC', USDC_25);
  });

  it('takes 0.01 ETH the same way', LIMIT, async () => {
    visitor.wallet.setMode('approve');
    const tab = await visitor.open('?asset=ETH&amount=0.01');
    await tab.press();
    await tab.hears('idle');
    await cashOut(await tab.pressForWindow());
    await tab.reaches('completed');
    assertTold(tab, `page connecting idle ${OPENED} ordered before-send sending ${PAID}`);
    await visitor.assertMoved('ETH', 10_000_000_000_000_000n);
  });

  it('needs one press of a visitor whose wallet knows the site', LIMIT, async () => {
    await visitor.connectBefore();
    visitor.wallet.setMode('approve');
    const tab = await visitor.open();
    await cashOut(await tab.pressForWindow());
    await tab.reaches('completed');
    assertTold(tab, `page ${OPENED} ordered before-send sending ${PAID}`);
    await visitor.assertMoved('USDC', USDC_25);
  });

  it('comes back by a bare return page as well', LIMIT, async () => {
    await visitor.connectBefore();
    visitor.wallet.setMode('approve');
    const tab = await visitor.open('?redirect=/demo/return.html');
    const window = await tab.pressForWindow();
    await cashOut(window);
    await untilClosed(window);
    await tab.reaches('completed');
    assertTold(tab, `page ${OPENED} ordered before-send sending ${PAID}`);
    await visitor.assertMoved('USDC', USDC_25);
  });

  it('waits for the press on Send where the page wants one, though the visitor is back', LIMIT, async () => {
    await visitor.connectBefore();
    visitor.wallet.setMode('approve');
    const tab = await visitor.open('?confirm-send');
    const window = await tab.pressForWindow();
    await cashOut(window);
    await untilClosed(window);
    await tab.reaches('ordered');
    await tab.polls(3);
    assert.equal(await tab.words('amount'), '25 USDC');
    assert.equal(await tab.words('address'), visitor.demo.simulator.orders()[0]?.to);
    await visitor.assertUnmoved(0);
    await tab.press('[part=send]');
    await tab.reaches('completed');
    assertTold(tab, `page ${OPENED} ordered before-send sending ${PAID}`);
    await visitor.assertMoved('USDC', USDC_25);
  });

  it('can be followed by another one', LIMIT, async () => {
    await visitor.connectBefore();
    visitor.wallet.setMode('approve');
    const tab = await visitor.open();
    await cashOut(await tab.pressForWindow());
    await tab.reaches('completed');
    await visitor.assertMoved('USDC', USDC_25);
    await tab.press();
    await tab.reaches('idle');
    await cashOut(await tab.pressForWindow());
    await tab.hears('completed', 2);
    const once = `${OPENED} ordered before-send sending ${PAID}`;
    assertTold(tab, `page ${once} idle ${once}`);
    const [second, first] = visitor.demo.simulator.orders();
    assert.deepEqual([second?.status, first?.status], ['SUCCESS', 'SUCCESS']);
    assert.notEqual(second?.partnerUserRef, first?.partnerUserRef);
    assert.equal(visitor.asks(), 2);
  });
});
