// One sale in two tabs of one browser: both show it, and the wallet is asked once.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { setTimeout } from 'node:timers/promises';
import { assertTold, cashOut, goOn, HELD, LIMIT, OPENED, PAID, type Tab, useJourneys } from './journey.ts';

const USDC_25 = 25_000_000n;
const SEND = '[part=send]';
/** Two pointers are let go at once on "Send". */
const pressTogether = async (tabs: readonly Tab[]): Promise<void> => {
  for (const { page } of tabs) await page.bringToFront();
  const halves = [];
  for (const tab of tabs) halves.push(await tab.hold(SEND));
  await setTimeout(HELD);
  await Promise.all(halves.map((letGo) => letGo()));
};
/** Lets a tab be made deaf; runs before the page's own scripts. */
const MAY_DEAFEN = `addEventListener('storage', (event) => window.isDeaf && event.stopImmediatePropagation())`;
/** Leaves a tab with what localStorage says now. */
const DEAFEN = `{
  const now = { ...localStorage };
  Storage.prototype.getItem = (key) => now[key] ?? null;
  window.isDeaf = true;
}`;

describe('two tabs', () => {
  const visitor = useJourneys();

  it('show one sale, hear one return, and ask once', LIMIT, async () => {
    await visitor.connectBefore();
    visitor.wallet.setMode('approve');
    const first = await visitor.open();
    const window = await first.pressForWindow();
    await goOn(window);
    const second = await visitor.open();
    await second.reaches('selling');
    await window.bringToFront();
    await window.click('#cash-out-now');
    await Promise.all([first.reaches('completed'), second.reaches('completed')]);
    assert.equal(await first.words('status'), 'Coinbase has paid out $24.75.');
    assert.equal(await second.words('status'), 'Coinbase has paid out $24.75.');
    for (const { told } of [first, second]) {
      assert.deepEqual(
        told.filter((one) => one.startsWith('!')),
        [],
      );
    }
    const steps = [...first.told, ...second.told].filter((one) => one === 'sending');
    assert.ok(steps.length >= 1 && steps.length <= 2);
    await visitor.assertMoved('USDC', USDC_25);
  });

  it('begin together with a page that opens while another sells, and follow its Cancel', LIMIT, async () => {
    await visitor.connectBefore();
    const first = await visitor.open();
    const second = await visitor.open();
    await first.page.bringToFront();
    await goOn(await first.pressForWindow());
    await second.reaches('selling');
    await second.press('[part=cancel]');
    await first.reaches('cancelled');
    await visitor.assertUnmoved(0);
  });

  it('pressed on Send at the same moment ask once', LIMIT, async () => {
    await visitor.connectBefore();
    const first = await visitor.open('?confirm-send');
    const window = await first.pressForWindow();
    await goOn(window);
    const second = await visitor.open('?confirm-send', 'window');
    await second.reaches('selling');
    await window.bringToFront();
    await window.click('#cash-out-now');
    await Promise.all([first.reaches('ordered'), second.reaches('ordered')]);
    await visitor.assertUnmoved(0);

    await pressTogether([first, second]);
    await visitor.untilAsked();
    await Promise.all([first.reaches('sending'), second.reaches('sending')]);
    await Promise.all([first.polls(2), second.polls(2)]);
    await visitor.assertUnmoved(1);
    await visitor.answer(true);
    await Promise.all([first.reaches('completed'), second.reaches('completed')]);
    const errors = [...first.told, ...second.told].filter((one) => one.startsWith('!'));
    assert.ok(errors.every((one) => one === '!already-claimed') && errors.length <= 1, errors.join(' '));
    await visitor.assertMoved('USDC', USDC_25);
  });

  it('that hear of each other too late ask once as well: the claim decides', LIMIT, async () => {
    await visitor.connectBefore();
    const first = await visitor.open('?confirm-send');
    const window = await first.pressForWindow();
    await goOn(window);
    const second = await visitor.open('?confirm-send', 'window');
    for (const tab of [first, second]) {
      await tab.page.evaluateOnNewDocument(MAY_DEAFEN);
      await tab.reload('selling');
    }
    await window.bringToFront();
    await window.click('#cash-out-now');
    await Promise.all([first.reaches('ordered'), second.reaches('ordered')]);
    // Browsers bring one tab's localStorage to another when they like; from here on it never comes.
    await Promise.all([first.read(DEAFEN), second.read(DEAFEN)]);

    await pressTogether([first, second]);
    await visitor.untilAsked();
    await Promise.all([first.polls(2), second.polls(2)]);
    await visitor.assertUnmoved(1);
    await visitor.answer(true);
    await Promise.all([first.reaches('completed'), second.reaches('completed')]);
    await visitor.assertMoved('USDC', USDC_25);
  });

  it('where one asks and is closed: the other finds the transfer, and does not ask', LIMIT, async () => {
    await visitor.connectBefore();
    const first = await visitor.open('?confirm-send');
    const window = await first.pressForWindow();
    await goOn(window);
    const second = await visitor.open('?confirm-send');
    await second.reaches('selling');
    await window.bringToFront();
    await window.click('#cash-out-now');
    await Promise.all([first.reaches('ordered'), second.reaches('ordered')]);
    await first.press(SEND);
    await visitor.untilAsked();
    await second.reaches('sending');
    await first.page.close();
    await second.reaches('unsure');
    await second.polls(2);
    await visitor.assertUnmoved(1);
    await visitor.answer(true);
    await second.reaches('completed');
    assertTold(second, `page selling ordered sending unsure ${PAID}`);
    assertTold(first, `page ${OPENED} ordered before-send sending`);
    await visitor.assertMoved('USDC', USDC_25);
  });

  it('with a name each keep a sale each', LIMIT, async () => {
    await visitor.connectBefore();
    visitor.wallet.setMode('approve');
    const first = await visitor.open('?name=one');
    const second = await visitor.open('?name=two');
    await cashOut(await second.pressForWindow());
    await second.reaches('completed');
    assert.equal(await first.stage(), 'idle');
    assertTold(first, 'page');
    await visitor.assertMoved('USDC', USDC_25);
  });
});
