// Sales whose session the partner's backend does not give: the blank window goes, nothing is asked, the next press works.
// And orders that end at Coinbase without a payout: what the person is told of the money.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { HTTPRequest } from 'puppeteer-core';
import type { OfframpErrorCode } from '../../src/errors.ts';
import { assertTold, cashOut, LIMIT, OPENED, PAID, type Tab, untilClosed, useJourneys } from './journey.ts';

const USDC_25 = 25_000_000n;

/** Answers of a backend to the token request that fail; `null` is none at all. */
const ANSWERS: [string, { status: number; headers?: Record<string, string> } | null, OfframpErrorCode][] = [
  ['refuses it with 401', { status: 401 }, 'backend-refused'],
  ['is busy with 429', { status: 429, headers: { 'Retry-After': '1' } }, 'backend-busy'],
  ['breaks with 500', { status: 500 }, 'backend-unreachable'],
  ['does not answer in ten seconds', null, 'backend-unreachable'],
];

/** Puts an answer of its own in the place of the backend's. Returns its undo. */
const answerToken = async ({ page }: Tab, answer: (request: HTTPRequest) => unknown): Promise<() => Promise<void>> => {
  const intercept = (request: HTTPRequest) => {
    if (request.url().endsWith('/api/offramp/token')) void answer(request);
    else void request.continue();
  };
  await page.setRequestInterception(true);
  page.on('request', intercept);
  return async () => {
    page.off('request', intercept);
    await page.setRequestInterception(false);
  };
};

describe('a backend', () => {
  const visitor = useJourneys();

  for (const [what, answer, code] of ANSWERS) {
    it(`that ${what} fails the sale before it began, and the next press works`, LIMIT, async () => {
      await visitor.connectBefore();
      visitor.wallet.setMode('approve');
      const tab = await visitor.open();
      const undo = await answerToken(tab, (request) =>
        answer
          ? request.respond({ ...answer, contentType: 'application/json', body: '{"code":"no","message":"No."}' })
          : undefined,
      );
      const blank = await tab.pressForWindow();
      // The button itself waits ten seconds for an answer.
      await untilClosed(blank, 20_000);
      await tab.reaches('failed');
      assert.match(await tab.words('status'), /Nothing was sent/);
      assert.notEqual(await tab.words('error'), '');
      await visitor.assertUnmoved(0);
      await undo();
      await cashOut(await tab.pressForWindow());
      await tab.reaches('completed');
      const failed = `before-open opening failed !${code}`;
      assertTold(tab, `page ${failed} idle ${OPENED} ordered before-send sending ${PAID}`);
      await visitor.assertMoved('USDC', USDC_25);
    });
  }

  it('that cannot be reached offline fails the sale before it began, and the next press works', LIMIT, async () => {
    await visitor.connectBefore();
    visitor.wallet.setMode('approve');
    const tab = await visitor.open();
    await tab.page.setOfflineMode(true);
    const blank = await tab.pressForWindow();
    await untilClosed(blank);
    await tab.reaches('failed');
    await visitor.assertUnmoved(0);
    await tab.page.setOfflineMode(false);
    await cashOut(await tab.pressForWindow());
    await tab.reaches('completed');
    const failed = 'before-open opening failed !backend-unreachable';
    assertTold(tab, `page ${failed} idle ${OPENED} ordered before-send sending ${PAID}`);
    await visitor.assertMoved('USDC', USDC_25);
  });

  it('that is lost while Coinbase is open tells it once, and the sale goes on when it is back', LIMIT, async () => {
    await visitor.connectBefore();
    visitor.wallet.setMode('approve');
    const tab = await visitor.open();
    const window = await tab.pressForWindow();
    await tab.reaches('selling');
    await tab.page.setOfflineMode(true);
    // A stream of events falls silent without a word; a look at the page asks at once.
    await tab.read(`dispatchEvent(new Event('focus'))`);
    await tab.hears('!backend-unreachable');
    await cashOut(window);
    await untilClosed(window);
    await visitor.assertUnmoved(0);
    await tab.page.setOfflineMode(false);
    // A stream that was open may have told of the order while nothing else came through; then the person sends.
    if (tab.told.includes('ordered')) await tab.press('[part=send]').catch(() => {});
    await tab.reaches('completed');
    const told = tab.told.join(' ');
    assert.match(told, new RegExp(`^page ${OPENED} !backend-unreachable ordered before-send (.*)${PAID}$`));
    assert.equal(told.match(/ sending /g)?.length, 1);
    await visitor.assertMoved('USDC', USDC_25);
  });
});

describe('an order that ends without a payout', () => {
  const visitor = useJourneys();

  it('by its time, before anything was sent, says so and asks nothing', LIMIT, async () => {
    await visitor.connectBefore();
    visitor.wallet.setMode('approve');
    visitor.fault('expiry');
    const tab = await visitor.open();
    await cashOut(await tab.pressForWindow());
    await tab.reaches('failed');
    assert.match(await tab.words('error'), /time to send for this order is over/);
    assert.equal(await tab.words('status'), 'Nothing was sent.');
    // The order may be told by an event from before its end, and its end be heard by the check before the claim.
    assert.match(tab.told.join(' '), new RegExp(`^page ${OPENED} ordered (before-send )?failed !order-expired$`));
    await visitor.assertUnmoved(0);
  });

  it('by its time, while the person did not press Send, says that nothing was sent', LIMIT, async () => {
    await visitor.connectBefore();
    const tab = await visitor.open('?confirm-send');
    await cashOut(await tab.pressForWindow());
    await tab.reaches('ordered');
    visitor.demo.simulator.advance(32 * 60_000);
    await tab.reaches('failed');
    assert.equal(await tab.words('status'), 'Nothing was sent.');
    assertTold(tab, `page ${OPENED} ordered failed !order-failed`);
    await visitor.assertUnmoved(0);
  });

  it('by its time, and Send is pressed too late, is not sent', LIMIT, async () => {
    await visitor.connectBefore();
    visitor.wallet.setMode('approve');
    const tab = await visitor.open('?confirm-send');
    await cashOut(await tab.pressForWindow());
    await tab.reaches('ordered');
    // Coinbase waits for two minutes more; a transfer made now could come too late.
    visitor.demo.simulator.advance(28 * 60_000);
    await tab.polls(2);
    await tab.press('[part=send]');
    await tab.reaches('failed');
    assert.equal(await tab.words('status'), 'Nothing was sent.');
    assertTold(tab, `page ${OPENED} ordered before-send failed !order-expired`);
    await visitor.assertUnmoved(0);
  });

  it('by its time, while the wallet still asks, tells the person to decline there', LIMIT, async () => {
    await visitor.connectBefore();
    const tab = await visitor.open();
    await cashOut(await tab.pressForWindow());
    await visitor.untilAsked();
    visitor.demo.simulator.advance(32 * 60_000);
    await tab.reaches('failed');
    assert.match(await tab.words('status'), /If a request is still open in your wallet, decline it/);
    assertTold(tab, `page ${OPENED} ordered before-send sending failed !order-failed`);
    await visitor.assertUnmoved(1);
  });

  for (const fault of ['failure', 'price-drop'] as const) {
    it(`by ${fault}, after the transfer, says where the crypto is`, LIMIT, async () => {
      await visitor.connectBefore();
      visitor.wallet.setMode('approve');
      visitor.fault(fault);
      const tab = await visitor.open();
      await cashOut(await tab.pressForWindow());
      await tab.reaches('failed');
      assert.match(await tab.words('status'), /^If your wallet shows .* what you sent is in your Coinbase account\.$/);
      assert.match(await tab.words('error'), /Coinbase did not complete the sale/);
      assertTold(tab, `page ${OPENED} ordered before-send sending settling failed !order-failed`);
      await visitor.assertMoved('USDC', USDC_25);
    });
  }
});
