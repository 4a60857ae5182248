// A visitor with a wallet in a shop that an example built: presses, Coinbase's window, and what the page shows at the end.
// Knows the tag and what Coinbase would do; does not know which framework drew the page.
import assert from 'node:assert/strict';
import type { Browser, HTTPRequest, Page } from 'puppeteer-core';
import type { SaleRecord } from '../../src/schema.ts';
import { until } from '../drive.ts';
import { FROM, HASH, record } from '../fixtures/orders.ts';
import { createProvider, type FakeProvider } from '../fixtures/provider.ts';
import type { Shop } from './shop.ts';

interface Setting {
  /** The wallet makes itself known (EIP-6963); `false`: only the page's own code hands it over, as `window.wallet`. */
  isAnnounced?: boolean;
  /** The element is not defined before `define` is called, as where its script comes late. */
  isLate?: boolean;
  /** The text that a script of another origin has, by its address. */
  scripts?: Record<string, string>;
}

export interface Visit {
  readonly page: Page;
  readonly wallet: FakeProvider;
  /** Warnings, errors and exceptions on the console. */
  readonly troubles: string[];
  /** What an expression gives. No gesture. */
  read(expression: string): Promise<unknown>;
  /** The words of a part of the button. */
  words(part: string): Promise<string>;
  /** Lets the element be defined. */
  define(): Promise<void>;
  /** Presses, and gives Coinbase's window once it is there. */
  pressForWindow(): Promise<Page>;
  /** What a person does in Coinbase's window; it closes itself then. */
  cashOut(window: Page): Promise<void>;
  /** Coinbase has seen the transfer and paid out; waits until the page says so. */
  payOut(): Promise<void>;
  /** Waits until the page's own words are these. */
  shows(words: string): Promise<void>;
  leave(): Promise<void>;
}

const COINBASE = 'https://pay.coinbase.com/';
/** Lit says so once, to whoever works on a page; React where its tools are. */
const USUAL = /^Lit is in dev mode/;

/** A wallet in each document of a page that has a function `askWallet`. */
const GIVEN = `
  window.wallet = { request: (args) => window.askWallet(args) };`;
/** One that makes itself known, too (EIP-6963). */
export const WALLET = `${GIVEN}
  addEventListener('eip6963:requestProvider', () => dispatchEvent(new CustomEvent('eip6963:announceProvider', {
    detail: { info: { uuid: 'a', rdns: 'example.wallet', name: 'Wallet', icon: '' }, provider: window.wallet },
  })));`;
const LATE = `
  const define = customElements.define.bind(customElements);
  const held = [];
  customElements.define = (...element) => held.push(element);
  window.defineNow = () => {
    customElements.define = define;
    for (const element of held) define(...element);
  };`;

/** The button itself: what is said under it is in the element, too. */
export const PRESSED = 'offramp-button >>> [part=button]';
const BUTTON = `document.querySelector('offramp-button')`;

/** Answers for other servers, by the beginning of an address. */
export const serve = async (page: Page, texts: Record<string, string>): Promise<void> => {
  const answer = async (request: HTTPRequest): Promise<void> => {
    const [address, body] = Object.entries(texts).find(([start]) => request.url().startsWith(start)) ?? [];
    if (body === undefined) return request.continue();
    const contentType = address?.endsWith('.js') ? 'text/javascript' : 'text/html';
    await request.respond({ contentType, headers: { 'access-control-allow-origin': '*' }, body });
  };
  // Before the interception begins: a request that nobody hears would wait for ever. One that came first needs no answer.
  page.on('request', (request) => answer(request).catch(() => {}));
  await page.setRequestInterception(true);
};

/** Opens a page of the shop in a context of its own. */
export const visit = async (browser: Browser, shop: Shop, path: string, setting: Setting = {}): Promise<Visit> => {
  const { isAnnounced = false, isLate = false, scripts } = setting;
  Object.assign(shop, { records: [], tokenStatus: 200, tokenGate: Promise.resolve() });
  const context = await browser.createBrowserContext();
  const page = await context.newPage();
  const wallet = createProvider({ accounts: [FROM] });
  const troubles: string[] = [];
  page.on('pageerror', (error) => troubles.push(`${error}`));
  page.on('console', (line) => {
    if (['warn', 'error', 'assert'].includes(line.type()) && !USUAL.test(line.text())) troubles.push(line.text());
  });
  await page.exposeFunction('askWallet', wallet.request);
  await page.evaluateOnNewDocument((isAnnounced ? WALLET : GIVEN) + (isLate ? LATE : ''));
  if (scripts) await serve(page, scripts);
  await page.goto(`${shop.url}${path}`);

  const read = (expression: string): Promise<unknown> => page.evaluate(expression);
  const list = (change: Partial<SaleRecord>): void => {
    shop.records = [record({ created_at: new Date().toISOString(), ...shop.records[0], ...change })];
  };
  const status = async () =>
    `${(await read(`document.querySelector('[role=status]')?.textContent ?? ''`)) ?? ''}`.trim();

  return {
    page,
    wallet,
    troubles,
    read,
    words: async (part) =>
      `${await read(`(() => {
        const place = ${BUTTON}.shadowRoot.querySelector('[part=${part}]');
        const slot = place.querySelector('slot');
        return (slot?.assignedNodes().length ? slot.assignedNodes().map((node) => node.textContent).join('') : place.textContent).trim();
      })()`)}`,
    define: async () => void (await read('window.defineNow()')),
    pressForWindow: async () => {
      let open = () => {};
      shop.tokenGate = new Promise((resolve) => {
        open = resolve;
      });
      const opened = new Promise<Page>((resolve) => page.once('popup', (popup) => popup && resolve(popup)));
      await page.click(PRESSED);
      const window = await opened;
      // There is no Coinbase here: its window is answered for, before the token sends it there.
      await serve(window, { ...scripts, [COINBASE]: '<!doctype html><title>Coinbase</title>' });
      open();
      await until(async () => window.url().startsWith(COINBASE), 'Coinbase in its window');
      await until(() => read(`${BUTTON}.matches(':state(selling)')`), 'the sale to be in Coinbase’s window');
      return window;
    },
    cashOut: async (window) => {
      list({});
      const back = new URL(window.url()).searchParams.get('redirectUrl');
      assert.ok(back, 'Coinbase was given no way back.');
      await window.evaluate((address) => location.assign(address), back);
      await until(async () => window.isClosed(), 'the window to close itself');
    },
    payOut: async () => {
      await until(async () => wallet.count('eth_sendTransaction') === 1, 'the wallet to be asked');
      list({ status: 'SUCCESS', tx_hash: HASH });
      await until(async () => {
        await read(`dispatchEvent(new Event('focus'))`);
        return read(`${BUTTON}.stage === 'completed'`);
      }, 'the payout');
    },
    shows: async (words) => {
      let seen = '';
      await until(async () => {
        seen = await status();
        return seen === words;
      }, `the page to say "${words}"`).catch((cause) => {
        throw new Error(`${(cause as Error).message}; it says "${seen}". ${troubles.join('\n')}`);
      });
    },
    leave: () => context.close(),
  };
};

/** How often somebody listens to an event of the element that is in the page. */
export const countListeners = async (page: Page, name: string): Promise<number> => {
  const session = await page.createCDPSession();
  const { result } = await session.send('Runtime.evaluate', { expression: BUTTON });
  const { listeners } = await session.send('DOMDebugger.getEventListeners', { objectId: result.objectId ?? '' });
  await session.detach();
  return listeners.filter(({ type }) => type === name).length;
};
