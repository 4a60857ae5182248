// The wallet's prompt stays open while the page forgets: its storage is wiped, or it is reloaded (MetaMask/metamask-extension#22375).
// Whatever is pressed then, an order is paid once.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { setTimeout } from 'node:timers/promises';
import { until } from '../drive.ts';
import { assertTold, cashOut, goOn, HELD, LIMIT, OPENED, PAID, type Tab, useJourneys } from './journey.ts';
import { RACE_SCRIPT } from './race-page.ts';

const USDC_25 = 25_000_000n;
const SEND = '[part=send]';
const SAY_NOT_SENT = `document.querySelector('offramp-button').shadowRoot.querySelector('.presses button:not([part])')?.click()`;
/** What a page may call, a few times over. */
const CALL = `{
  const button = document.querySelector('offramp-button');
  for (let times = 0; times < 3; times++) { button.start(); button.send(); }
}`;

/** The person's "clear site data"; `all` signs the visitor out of the partner's site as well. */
const wipe = async ({ page }: Tab, storageTypes: 'all' | 'local_storage,indexeddb'): Promise<void> => {
  const session = await page.createCDPSession();
  await session.send('Storage.clearDataForOrigin', { origin: new URL(page.url()).origin, storageTypes });
  await session.detach();
};

describe("storage that is wiped while the wallet's prompt is open", () => {
  const visitor = useJourneys();

  const ask = async (query = ''): Promise<Tab> => {
    await visitor.connectBefore();
    const tab = await visitor.open(query);
    await cashOut(await tab.pressForWindow());
    await visitor.untilAsked();
    return tab;
  };

  it('leaves the sale to the page that asked, which asks no more and hears the answer', LIMIT, async () => {
    const tab = await ask();
    await wipe(tab, 'local_storage,indexeddb');
    await tab.read(CALL);
    await tab.looks(2);
    await visitor.assertUnmoved(1);
    await visitor.answer(true);
    await tab.reaches('completed');
    assertTold(tab, `page ${OPENED} ordered before-send sending ${PAID}`);
    await visitor.assertMoved('USDC', USDC_25);
  });

  it('and a reload end the sale on this page; a new press is a new order, and each is paid once', LIMIT, async () => {
    const tab = await ask('?redirect=/demo/return.html');
    await wipe(tab, 'all');
    await tab.reload('idle');
    await tab.read(CALL);
    assert.equal(await tab.stage(), 'idle');
    await cashOut(await tab.pressForWindow());
    await visitor.untilAsked(2);
    const [old, newest] = visitor.wallet.view().requests;
    assert.notEqual(old?.transfer?.to, newest?.transfer?.to);
    await visitor.wallet.answer(newest?.id ?? assert.fail(), true);
    await tab.reaches('completed');
    await visitor.wallet.answer(old?.id ?? assert.fail(), true);
    await until(async () => (await visitor.transfers()).length === 2, 'the late transfer');
    const paid = (await visitor.transfers()).map(({ to, units }) => `${to} ${units}`);
    const orders = visitor.demo.simulator.orders().map(({ to }) => `${to.toLowerCase()} ${USDC_25}`);
    assert.deepEqual(paid.sort(), orders.sort());
    assert.equal(visitor.asks(), 2);
  });
});

describe("storage that is wiped while the wallet's prompt is open, and another tab that has not heard of it", () => {
  const visitor = useJourneys();

  it("leave nothing to send: the backend's claim stands", LIMIT, async () => {
    await visitor.connectBefore();
    const first = await visitor.open('?confirm-send');
    const window = await first.pressForWindow();
    await goOn(window);
    const second = await visitor.open('?confirm-send');
    await second.page.evaluateOnNewDocument(RACE_SCRIPT);
    await second.reload('selling');
    await window.bringToFront();
    await window.click('#cash-out-now');
    await Promise.all([first.reaches('ordered'), second.reaches('ordered')]);
    await second.read(`race.begin({ deaf: true })`);
    await first.press(SEND);
    await visitor.untilAsked();
    await wipe(first, 'local_storage,indexeddb');
    // With it goes the lock, and the last that this browser knew of the ask.
    await first.page.close();
    await second.press(SEND);
    await second.hears('!already-claimed');
    await second.press(SEND);
    await second.hears('!already-claimed', 2);
    await visitor.assertUnmoved(1);
    await visitor.answer(true);
    await second.reaches('completed');
    await visitor.assertMoved('USDC', USDC_25);
  });
});

describe("a page that is reloaded while the wallet's prompt is open", () => {
  const visitor = useJourneys();

  const askAndReload = async (): Promise<Tab> => {
    await visitor.connectBefore();
    const tab = await visitor.open('?confirm-send');
    await cashOut(await tab.pressForWindow());
    await tab.reaches('ordered');
    await tab.press(SEND);
    await visitor.untilAsked();
    await tab.reload('unsure');
    return tab;
  };

  /** The person says that nothing was sent, until two minutes are over for the page too; then the sale waits for a press on Send. */
  const rearm = async (tab: Tab): Promise<void> => {
    visitor.demo.simulator.advance(121_000);
    await until(async () => {
      await tab.looks(1);
      await tab.read(SAY_NOT_SENT);
      return (await tab.stage()) === 'ordered';
    }, 'the press to be believed');
  };

  it('again and again, and opened in another tab, adopts a late approval in both', LIMIT, async () => {
    const tab = await askAndReload();
    for (let times = 0; times < 3; times += 1) {
      await tab.reload('unsure');
      await tab.read(CALL);
    }
    const other = await visitor.open('?confirm-send');
    await other.reaches('unsure');
    await other.read(CALL);
    await other.looks(2);
    await visitor.assertUnmoved(1);
    await visitor.answer(true);
    await Promise.all([tab.reaches('completed'), other.reaches('completed')]);
    await visitor.assertMoved('USDC', USDC_25);
  });

  it('and whose request is declined late sends once, when the person says so and presses Send', LIMIT, async () => {
    const tab = await askAndReload();
    await visitor.answer(false);
    await tab.looks(2);
    assert.equal(await tab.stage(), 'unsure');
    await rearm(tab);
    await visitor.assertUnmoved(1);
    await tab.press(SEND);
    await visitor.untilAsked(2);
    await visitor.answer(true);
    await tab.reaches('completed');
    await visitor.assertMoved('USDC', USDC_25, 2);
  });

  it('adopts the approval of a request that was believed unsent, and a press on Send asks no more', LIMIT, async () => {
    const tab = await askAndReload();
    await rearm(tab);
    // The prompt was there all the time, behind another window.
    await tab.page.bringToFront();
    const letGo = await tab.hold(SEND).catch(() => assert.fail('There was no Send to press.'));
    await setTimeout(HELD);
    await visitor.answer(true);
    await letGo();
    await tab.reaches('completed');
    await visitor.assertMoved('USDC', USDC_25);
  });
});
