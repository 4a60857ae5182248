// A whole sale with a keyboard alone, as a screen reader tells it: focus, announcements and the panel, line by line.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Page } from 'puppeteer-core';
import { WORDS } from '../../src/words.ts';
import { until } from '../drive.ts';
import { beginReading } from '../people/reader.ts';
import { LIMIT, untilClosed, useJourneys } from './journey.ts';

/** Goes by Tab to what has this id, and presses it. */
const pressByKeys = async (window: Page, id: string): Promise<void> => {
  await window.waitForSelector(`#${id}`, { timeout: 15_000 });
  await window.bringToFront();
  for (let tabs = 0; tabs < 20; tabs += 1) {
    if ((await window.evaluate('document.activeElement?.id')) === id) break;
    await window.keyboard.press('Tab');
  }
  assert.equal(await window.evaluate('document.activeElement?.id'), id);
  // The window may close itself before the key is told to be up.
  await window.keyboard.press('Enter').catch((cause) => {
    if (!window.isClosed()) throw cause;
  });
};

describe('a sale without a pointer and without a screen', () => {
  const visitor = useJourneys();

  it('is told from the press to the payout, each thing once', LIMIT, async () => {
    const tab = await visitor.open('?confirm-send');
    const { page } = tab;
    await page.bringToFront();
    const reader = await beginReading(page);
    const told: string[] = [];
    const note = (...lines: string[]) => told.push(...lines);
    const noteHeard = async (what: string) => {
      let said: string[] = [];
      await until(
        async () => {
          said = [...said, ...(await reader.heard())];
          return said.some((line) => line.includes(what));
        },
        `"${what}" after ${told.join('\n')}`,
      );
      note(...said.map((line) => `  ${line}`));
    };

    await page.focus('#asset');
    note(`Tab: ${await reader.key('Tab')}`);
    // What the page did before a person came to it.
    await reader.heard();
    await page.keyboard.press('Enter');
    await noteHeard('connected');
    note(`Connected: ${await reader.focus()}`);
    const opened: Page[] = [];
    page.once('popup', (popup) => popup && opened.push(popup));
    await page.keyboard.press('Enter');
    await noteHeard('Finish');
    await until(async () => opened.length, 'the window');
    const window = opened[0] as Page;
    await pressByKeys(window, 'continue');
    await pressByKeys(window, 'cash-out-now');
    await untilClosed(window);
    await tab.reaches('ordered');
    await page.bringToFront();
    await noteHeard('Check the transfer');
    note(`Back: ${await reader.focus()}`);
    note(...(await reader.group()));
    await page.keyboard.press('Enter');
    const armed = `document.querySelector('offramp-button').shadowRoot.querySelector('[part=send]:not([aria-disabled])') !== null`;
    await until(() => tab.read(armed), 'a "Send" that was there for a moment');
    note(`Enter: ${await reader.focus()}`);
    note(`Escape: ${await reader.key('Escape')}`);
    await visitor.assertUnmoved(0);
    await page.keyboard.press('Enter');
    await visitor.untilAsked();
    await noteHeard('Compare');
    note(`Asked: ${await reader.focus()}`);
    await visitor.answer(true);
    await tab.reaches('completed');
    await page.bringToFront();
    await noteHeard('paid out');
    note(`Paid: ${await reader.focus()}`);
    note(`Enter: ${await reader.key('Enter')}`);

    const order = visitor.demo.simulator.orders()[0];
    const plain = told
      // Whether Coinbase's list or the return page is faster is not for the button to say.
      .filter((line) => !line.includes(WORDS.sayUncommitted) && !line.includes(WORDS.sayReturned))
      .join('\n')
      .replaceAll(order?.to ?? 'no order', '<deposit address>')
      .replaceAll(new RegExp(visitor.wallet.view().visitor, 'gi'), '<own address>')
      .replaceAll(/\b2[5-7]:\d\d\b/g, '<time>');
    assert.equal(plain, TRANSCRIPT);
    await visitor.assertMoved('USDC', 25_000_000n);
  });
});

const TRANSCRIPT = `Tab: button "Cash out"
  status: Choose an account in your wallet.
  status: Your wallet is connected. Press again to go on.
Connected: button "Cash out"; Your wallet is connected. Press again to go on.
  status: Opening Coinbase…
  status: Finish in the Coinbase window. This page goes on by itself.
  status: Check the transfer, then send it from your wallet.
Back: button "Review transfer"; Check the transfer, then send it from your wallet.
group "Transfer to Coinbase"
  term "You send"
  definition "25 USDC"
  term "You receive"
  definition "$24.75"
  term "Network"
  definition "Base"
  term "From"
  definition "<own address>"
  term "To, at Coinbase"
  definition "<deposit address>"
  term "Send within"
  definition "<time>"
  button "Send 25 USDC"; To, at Coinbase <deposit address>
  button "Cancel"
Enter: button "Send 25 USDC"; To, at Coinbase <deposit address>
Escape: button "Send 25 USDC"; To, at Coinbase <deposit address>
  status: Checking the transfer with your wallet…
  status: Compare the address, then confirm the transfer in your wallet.
Asked: button "Confirm in your wallet" unavailable; Compare the address, then confirm the transfer in your wallet.
  status: Sent. Coinbase confirms the transfer and pays you out.
  status: Coinbase has paid out $24.75.
Paid: button "Done"; Coinbase has paid out $24.75.
Enter: button "Cash out"`;
