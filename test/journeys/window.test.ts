// What becomes of a sale when Coinbase's window is blocked, closed, cut off, or not a window at all.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { assertTold, cashOut, goOn, LIMIT, OPENED, PAID, untilClosed, useJourneys } from './journey.ts';

const USDC_25 = 25_000_000n;
const SEND = '[part=send]';

describe("Coinbase's window", () => {
  const visitor = useJourneys();

  it('is blocked by this browser where nobody presses', LIMIT, async () => {
    const tab = await visitor.open();
    assert.equal(await tab.read('window.open("about:blank") === null'), true);
    assert.equal(await visitor.windows(), 1);
  });

  it('is not shared with a framed copy of the page: its storage is apart', LIMIT, async () => {
    const tab = await visitor.open();
    await tab.read('localStorage.setItem("mark", "1")');
    await tab.page.goto(`${visitor.demo.simulatorUrl}/nothing`);
    // A frame of the page's site in another site, which is third-party there.
    await tab.read(`new Promise((done) => {
      const frame = document.createElement('iframe');
      frame.src = ${JSON.stringify(`${visitor.demo.url}/demo/return.html`)};
      frame.onload = done;
      document.body.append(frame);
    })`);
    const frame = tab.page.frames().find((one) => one.url().startsWith(visitor.demo.url));
    assert.equal(await frame?.evaluate('localStorage.getItem("mark")'), null);
  });

  it('when blocked leaves a button that opens it by a press', LIMIT, async () => {
    await visitor.connectBefore();
    visitor.wallet.setMode('approve');
    const tab = await visitor.open();
    await tab.read(`document.querySelector('offramp-button').start()`);
    await tab.hears('!popup-blocked');
    assert.equal(await tab.stage(), 'idle');
    assert.match(await tab.words('error'), /blocked the Coinbase window/);
    await cashOut(await tab.pressForWindow());
    await tab.reaches('completed');
    assertTold(tab, `page before-open opening idle !popup-blocked ${OPENED} ordered before-send sending ${PAID}`);
    await visitor.assertMoved('USDC', USDC_25);
  });

  it('when blocked can be the same tab instead', LIMIT, async () => {
    await visitor.connectBefore();
    visitor.wallet.setMode('approve');
    const tab = await visitor.open();
    await tab.read(`document.querySelector('offramp-button').start()`);
    await tab.hears('!popup-blocked');
    await tab.press('.presses button');
    await cashOut(tab.page);
    await tab.reaches('completed');
    assert.equal(await visitor.windows(), 1);
    assertTold(
      tab,
      `page before-open opening idle !popup-blocked ${OPENED} page page page selling ordered before-send sending ${PAID}`,
    );
    await visitor.assertMoved('USDC', USDC_25);
  });

  for (const redirect of ['', '&redirect=/demo/return.html']) {
    it(
      `is the same tab where the page wants it${redirect && ', and back by a page without the button'}`,
      LIMIT,
      async () => {
        await visitor.connectBefore();
        visitor.wallet.setMode('approve');
        const tab = await visitor.open(`?presentation=redirect${redirect}`);
        await tab.press();
        await cashOut(tab.page);
        if (redirect) {
          // The mark goes once the return is announced; a person who leaves before that has to press "Send".
          await tab.page.waitForFunction(`location.pathname === '/demo/return.html' && !location.search`);
          await visitor.assertUnmoved(0);
          await tab.page.goto(visitor.demo.url, { waitUntil: 'domcontentloaded' });
        }
        await tab.reaches('completed');
        assert.equal(await visitor.windows(), 1);
        const pages = redirect ? 'page page page page' : 'page page page';
        assertTold(tab, `page ${OPENED} ${pages} selling ordered before-send sending ${PAID}`);
        await visitor.assertMoved('USDC', USDC_25);
      },
    );
  }

  it('left by the Back button of the same tab is found again by the next press', LIMIT, async () => {
    await visitor.connectBefore();
    visitor.wallet.setMode('approve');
    const tab = await visitor.open('?presentation=redirect');
    await tab.press();
    await tab.page.waitForSelector('#continue');
    await tab.page.goBack({ waitUntil: 'domcontentloaded' });
    await tab.reaches('selling');
    await tab.press();
    await cashOut(tab.page);
    await tab.reaches('completed');
    assertTold(tab, `page ${OPENED} page again before-open page page page selling ordered before-send sending ${PAID}`);
    await visitor.assertMoved('USDC', USDC_25);
  });

  it('closed before "Cash out now" loses nothing: the next press opens it again', LIMIT, async () => {
    await visitor.connectBefore();
    visitor.wallet.setMode('approve');
    const tab = await visitor.open();
    const first = await tab.pressForWindow();
    await goOn(first);
    await first.close();
    await tab.polls(2);
    assert.equal(await tab.stage(), 'selling');
    await cashOut(await tab.pressForWindow());
    await tab.reaches('completed');
    assertTold(tab, `page ${OPENED} before-open ordered before-send sending ${PAID}`);
    await visitor.assertMoved('USDC', USDC_25);
  });

  it('closed before "Cash out now" lets the person cancel, and sell later', LIMIT, async () => {
    await visitor.connectBefore();
    visitor.wallet.setMode('approve');
    const tab = await visitor.open();
    const first = await tab.pressForWindow();
    await goOn(first);
    await first.close();
    await tab.press('[part=cancel]');
    await tab.reaches('cancelled');
    assert.equal(await tab.words('status'), 'Cancelled. Nothing was sent.');
    await visitor.assertUnmoved(0);
    await cashOut(await tab.pressForWindow());
    await tab.reaches('completed');
    assertTold(tab, `page ${OPENED} cancelled idle ${OPENED} ordered before-send sending ${PAID}`);
    await visitor.assertMoved('USDC', USDC_25);
  });

  it('closes with Cancel, and with it the sale', LIMIT, async () => {
    await visitor.connectBefore();
    const tab = await visitor.open();
    const window = await tab.pressForWindow();
    await goOn(window);
    await tab.press('[part=cancel]');
    await untilClosed(window);
    assertTold(tab, `page ${OPENED} cancelled`);
    await visitor.assertUnmoved(0);
  });

  it('comes to the front again by a press, and no second one opens', LIMIT, async () => {
    await visitor.connectBefore();
    const tab = await visitor.open();
    const window = await tab.pressForWindow();
    await goOn(window);
    await tab.press();
    await tab.polls(1);
    assert.equal(await visitor.windows(), 2);
    assertTold(tab, `page ${OPENED}`);
  });

  it(
    'closed after "Cash out now" without a redirect: the order is found, and waits for the press on Send',
    LIMIT,
    async () => {
      await visitor.connectBefore();
      visitor.wallet.setMode('approve');
      visitor.fault('no-redirect');
      const tab = await visitor.open();
      const window = await tab.pressForWindow();
      await cashOut(window);
      await window.waitForSelector('.next');
      await window.close();
      await tab.reaches('ordered');
      await tab.polls(3);
      await visitor.assertUnmoved(0);
      assert.match(await tab.words('status'), /only if you have pressed “Cash out now”/);
      await tab.press(SEND);
      await tab.reaches('completed');
      assertTold(tab, `page ${OPENED} ordered before-send sending ${PAID}`);
      await visitor.assertMoved('USDC', USDC_25);
    },
  );

  for (const [name, query, fault] of [
    ['its pages send same-origin', '', 'coop-same-origin'],
    ['its pages send same-origin-allow-popups', '', 'coop-same-origin-allow-popups'],
    ['the host page sends same-origin', '?coop=same-origin', undefined],
    ['the host page sends same-origin-allow-popups', '?coop=same-origin-allow-popups', undefined],
    ['both send same-origin', '?coop=same-origin', 'coop-same-origin'],
  ] as const) {
    it(`cut off by its opener policy is heard and closes itself: ${name}`, LIMIT, async () => {
      await visitor.connectBefore();
      visitor.wallet.setMode('approve');
      if (fault) visitor.fault(fault);
      const tab = await visitor.open(query);
      const window = await tab.pressForWindow();
      await cashOut(window);
      await tab.reaches('completed');
      await untilClosed(window);
      assertTold(tab, `page ${OPENED} ordered before-send sending ${PAID}`);
      await visitor.assertMoved('USDC', USDC_25);
    });
  }
});
