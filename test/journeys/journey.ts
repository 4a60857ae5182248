// One visitor's journey through the demo in a real Chromium: tabs, presses, Coinbase's window, and what came of it on the chain.
// Knows the demo's page and the simulator's window; does not know which journeys there are.
import assert from 'node:assert/strict';
import { after, afterEach, before, beforeEach } from 'node:test';
import { setTimeout } from 'node:timers/promises';
import type { Browser, BrowserContext, CDPSession, Page } from 'puppeteer-core';
import type { DemoChain } from '../../demo/chain/chain.ts';
import { type SimulatedDemo, startDemo } from '../../demo/demo.ts';
import type { OfframpErrorCode } from '../../src/errors.ts';
import type { FaultName } from '../../src/simulator.ts';
import type { Stage } from '../../src/stages.ts';
import { launchChromium } from '../browsers.ts';
import { until } from '../drive.ts';
import { onFreePorts } from '../fixtures/free-ports.ts';

/** What the button told: a stage entered, an error, a cancelable step; or `page` where a new document began, `again` where a kept one came back. */
export type Told = Stage | `!${OfframpErrorCode}` | 'before-open' | 'before-send' | 'page' | 'again';

/** A tab with the partner's page. */
export interface Tab {
  readonly page: Page;
  /** Everything told in this tab so far, over all its documents. */
  readonly told: Told[];
  /** What an expression gives, through JSON. Unlike puppeteer's `evaluate` it is no gesture, so it opens no popup blocker. */
  read(expression: string): Promise<unknown>;
  stage(): Promise<Stage>;
  /** Waits until the sale is in this stage. */
  reaches(stage: Stage, limit?: number): Promise<void>;
  /** Waits until this was told, `times` times in all. */
  hears(what: Told, times?: number): Promise<void>;
  /** A real press on what the selector finds in the button's shadow tree. */
  press(selector?: string): Promise<void>;
  /** The first half of a press, as soon as it can be pressed: the pointer is down on it. Gives the other half. */
  hold(selector: string): Promise<() => Promise<void>>;
  /** Presses the button and gives the window that it opens. */
  pressForWindow(selector?: string): Promise<Page>;
  /** The words of a part of the button. */
  words(part: string): Promise<string>;
  /** Waits until the page has asked the backend `count` times more for the order. */
  polls(count: number): Promise<void>;
  /** Turns to the page `count` times; each time it asks the backend at once, however seldom it asks by itself. */
  looks(count: number): Promise<void>;
  /** Reloads, and waits until the button shows this stage again. */
  reload(stage: Stage): Promise<void>;
  /** Waits until the page's own script has run. */
  ready(): Promise<void>;
}

/** Crypto that moved on the chain. */
export interface Transfer {
  asset: string;
  from: string;
  to: string;
  units: bigint;
}

/** Milliseconds a test may take. */
export const LIMIT = { timeout: 60_000 };

/**
 * Milliseconds a press on "Send" is held: longer than a press does not count after a turn to the page. The page has heard of the turn
 * once it has heard of the pointer, however slow it is; before that no pause is surely long enough.
 */
export const HELD = 600;

const TRANSFER = '0xddf252ad1be2c89b69c2b068fc378daa952ba7f163c4a11628f55a4df523b3ef';
const BUTTON = `document.querySelector('offramp-button')`;
const EVENTS = ['offramp-change', 'offramp-error', 'offramp-before-open', 'offramp-before-send'];

/** Runs in each new document of a tab, before its own scripts. */
const listen = `
  tell('page');
  addEventListener('pageshow', ({ persisted }) => persisted && tell('again'));
  for (const name of ${JSON.stringify(EVENTS)}) {
    addEventListener(name, ({ type, detail: { stage, error } }) => {
      tell(type === 'offramp-change' ? stage : type === 'offramp-error' ? '!' + error.code : type.slice(8));
    });
  }
  const { fetch: send } = window;
  window.fetch = (...words) => {
    const answer = send(...words);
    const isOfAccount = String(words[0]).endsWith('/demo/wallet/rpc') && words[1]?.body.includes('"eth_accounts"');
    const note = () => (window.wasTheAccountRead = true);
    if (isOfAccount) answer.then((response) => response.clone().text()).then(note, note);
    return answer;
  };`;

/** Begins to listen to a page that shows nothing yet. */
export const beginTab = async (page: Page): Promise<Tab> => {
  const told: Told[] = [];
  const session: CDPSession = await page.createCDPSession();
  await session.send('Runtime.enable');
  await session.send('Runtime.addBinding', { name: 'tell' });
  session.on('Runtime.bindingCalled', ({ payload }) => told.push(payload as Told));
  await page.evaluateOnNewDocument(listen);

  const read = async (expression: string): Promise<unknown> => {
    const { result, exceptionDetails } = await session.send('Runtime.evaluate', {
      expression,
      returnByValue: true,
      awaitPromise: true,
    });
    if (exceptionDetails) throw new Error(exceptionDetails.exception?.description ?? exceptionDetails.text);
    return result.value;
  };
  /** As `read`, where the document may be gone in the middle. */
  const peek = (expression: string): Promise<unknown> => read(expression).catch(() => undefined);

  const stage = async () => (await peek(`${BUTTON}?.stage`)) as Stage;
  const reaches = async (wanted: Stage, limit = 15_000) => {
    let seen: Stage | undefined;
    await until(
      async () => {
        seen = await stage();
        return seen === wanted;
      },
      `stage "${wanted}"`,
      limit,
    ).catch((cause) => {
      throw new Error(`${(cause as Error).message}; it is "${seen}" after ${told.join(' ')}`);
    });
  };
  const ready = async () => {
    await until(() => peek('document.documentElement.dataset.ready'), 'the page', 20_000);
    // A person who looks at the page gives it the time to fetch the code of a sale, and to hear of the wallet's account.
    await until(() => peek(`!${BUTTON} || ${BUTTON}.shadowRoot?.adoptedStyleSheets.length > 1`), 'the code', 20_000);
    await until(() => peek(`!${BUTTON} || window.wasTheAccountRead`), 'the account', 20_000);
    // By the page's own clock, so that what the button does with the answer comes before.
    await peek('new Promise((resolve) => setTimeout(resolve, 100))');
  };

  const hold = async (selector: string) => {
    const find = `${BUTTON}?.shadowRoot?.querySelector(${JSON.stringify(selector)})`;
    const place = (await until(
      () =>
        peek(`(() => {
          const found = ${find};
          // "Send" can be pressed only where it is seen.
          found?.scrollIntoView({ block: 'center' });
          if (!found || found.getAttribute('aria-disabled') === 'true') return null;
          const { x, y, width, height } = found.getBoundingClientRect();
          return width > 0 ? { x: x + width / 2, y: y + height / 2 } : null;
        })()`),
      `${selector} to press after ${told.join(' ')}`,
    )) as { x: number; y: number };
    await page.mouse.move(place.x, place.y);
    await page.mouse.down();
    return () => page.mouse.up();
  };

  const press = async (selector = '[part=button]') => {
    await page.bringToFront();
    const letGo = await hold(selector);
    if (selector.includes('send')) await setTimeout(HELD);
    await letGo();
  };

  const polls = async (count: number) => {
    let heard = 0;
    const hear = (response: { url(): string }) => {
      if (/\/api\/offramp\/sales\/[^/]+$/.test(response.url())) heard += 1;
    };
    page.on('response', hear);
    // Told by events, the page asks but seldom of itself; a sign of life makes it ask.
    const look = () => page.evaluate('dispatchEvent(new Event("focus"))');
    await until(async () => heard >= count || void (await look()), `${count} polls`, 15_000 + count * 3000).finally(
      () => page.off('response', hear),
    );
  };

  return {
    page,
    told,
    read,
    stage,
    reaches,
    ready,
    press,
    hold,
    hears: async (what, times = 1) => {
      await until(
        async () => told.filter((one) => one === what).length >= times,
        `"${what}", ${times} times`,
        15_000,
      ).catch((cause) => {
        throw new Error(`${(cause as Error).message}; told were ${told.join(' ')}`);
      });
    },
    pressForWindow: async (selector) => {
      const opened: Page[] = [];
      const hear = (popup: Page | null) => popup && opened.push(popup);
      page.once('popup', hear);
      await press(selector);
      await until(async () => opened.length, `a window after ${told.join(' ')}`).finally(() => page.off('popup', hear));
      return opened[0] as Page;
    },
    words: async (part) =>
      `${(await read(`${BUTTON}.shadowRoot.querySelector('[part=${part}]')?.textContent ?? ''`)) ?? ''}`.trim(),
    polls,
    looks: async (count) => {
      for (let times = 0; times < count; times += 1) {
        const heard = polls(1);
        await read(`dispatchEvent(new Event('focus'))`);
        await heard;
      }
    },
    reload: async (wanted) => {
      await page.reload({ waitUntil: 'domcontentloaded' });
      await ready();
      await reaches(wanted);
    },
  };
};

/** Opens an address in a new tab of a browser or of one of its contexts, and waits until the page's own script has run. */
export const openTab = async (
  browser: Pick<Browser, 'newPage'>,
  url: string,
  type: 'tab' | 'window' = 'tab',
): Promise<Tab> => {
  const page = await browser.newPage({ type });
  await page.setViewport({ width: 1280, height: 1000 });
  const tab = await beginTab(page);
  await page.goto(url, { waitUntil: 'domcontentloaded' });
  await tab.ready();
  return tab;
};

/** The first step at Coinbase: the amount stands, the person goes on to the price. */
export const goOn = async (window: Page): Promise<void> => {
  await window.waitForSelector('#continue', { timeout: 15_000 });
  await window.click('#continue');
  await window.waitForSelector('#cash-out-now', { timeout: 15_000 });
};

export const untilClosed = async (window: Page, limit = 10_000): Promise<void> => {
  await until(async () => window.isClosed(), 'the window to close itself', limit);
};

/** Everything a person does at Coinbase, up to the press that binds. */
export const cashOut = async (window: Page): Promise<void> => {
  await goOn(window);
  // The window may close itself before the click is told to be over, and the click be told to have failed before that.
  await window.click('#cash-out-now').catch((cause) =>
    untilClosed(window).catch(() => {
      throw cause;
    }),
  );
};

/** The words of a test in a form that is easy to read: `connecting idle before-open …`. */
export const assertTold = (tab: Tab, expected: string): void => {
  assert.equal(tab.told.join(' '), expected);
};

/** What is told of a sale from the press to the payout, where all goes well. */
export const OPENED = 'before-open opening selling';
export const PAID = 'settling completed';

/** The number of the chain's newest block. */
export const newestBlock = async ({ rpc }: DemoChain): Promise<bigint> =>
  BigInt((await rpc('eth_blockNumber')) as string);

/** Everything that moved on the chain since a block, read from the chain itself: ether by its blocks, tokens by their logs. */
export const transfersOf = async (chain: DemoChain, firstBlock: bigint): Promise<Transfer[]> => {
  const moved: Transfer[] = [];
  const last = await newestBlock(chain);
  for (let number = firstBlock; number <= last; number += 1n) {
    const block = await chain.rpc('eth_getBlockByNumber', [`0x${number.toString(16)}`, true]);
    for (const { from, to, value } of (block as { transactions: Record<'from' | 'to' | 'value', string>[] })
      .transactions) {
      if (BigInt(value) > 0n) moved.push({ asset: 'ETH', from, to, units: BigInt(value) });
    }
  }
  const filter = { fromBlock: `0x${firstBlock.toString(16)}`, toBlock: 'latest', topics: [TRANSFER] };
  const logs = last < firstBlock ? [] : await chain.rpc('eth_getLogs', [filter]);
  for (const { address, topics, data } of logs as { address: string; topics: string[]; data: string }[]) {
    const asset = address.toLowerCase() === chain.usdc.toLowerCase() ? 'USDC' : address;
    const [from = '', to = ''] = topics.slice(1).map((topic) => `0x${topic.slice(26)}`);
    moved.push({ asset, from, to, units: BigInt(data) });
  }
  return moved;
};

const startJourneys = async () => {
  const [demo, browser] = await Promise.all([onFreePorts(() => startDemo({ port: 0 })), launchChromium()]);
  return { demo, browser };
};

/** A demo and a browser for the tests of a file; each test gets fresh ones as far as a visitor can tell. */
export const useJourneys = () => {
  let demo: SimulatedDemo;
  let browser: Browser;
  let context: BrowserContext;
  let firstBlock = 0n;
  let tabs: Tab[] = [];

  before(async () => {
    ({ demo, browser } = await startJourneys());
  }, LIMIT);
  after(async () => {
    await browser?.close();
    await demo?.stop();
  }, LIMIT);
  beforeEach(async () => {
    demo.simulator.reset();
    await demo.wallet.reset();
    firstBlock = (await newestBlock(demo.chain)) + 1n;
    context = await browser.createBrowserContext();
    tabs = [];
  }, LIMIT);
  afterEach(async (test) => {
    if (!(test as { passed?: boolean }).passed) {
      for (const { told } of tabs) console.log(`told: ${told.join(' ')}`);
      console.log(`orders: ${JSON.stringify(demo.simulator.orders())}\nwallet: ${JSON.stringify(demo.wallet.view())}`);
    }
    await context.close();
  }, LIMIT);

  const transfers = (): Promise<Transfer[]> => transfersOf(demo.chain, firstBlock);

  const asks = (): number => demo.wallet.view().sendCount;

  return {
    get demo(): SimulatedDemo {
      return demo;
    },
    get wallet() {
      return demo.wallet;
    },

    /** Opens the partner's page in a tab of this test's visitor, or in a window: a tab behind another gets no press. `query` as the demo's page reads it. */
    open: async (query = '', type: 'tab' | 'window' = 'tab'): Promise<Tab> => {
      const tab = await openTab(context, `${demo.url}/${query}`, type);
      tabs.push(tab);
      return tab;
    },

    /** The visitor has connected this wallet to this site before: one press is enough. */
    connectBefore: async (): Promise<void> => {
      await demo.wallet.call('eth_requestAccounts', []);
    },

    fault: (name: FaultName): void => demo.simulator.faults.set(name, true),

    asks,
    transfers,

    untilAsked: async (times = 1): Promise<void> => {
      await until(async () => asks() >= times, `${times} asks to send`, 15_000);
    },

    /** Answers the newest request in the wallet, as a person does. */
    answer: async (approve: boolean): Promise<void> => {
      const last = demo.wallet.view().requests.at(-1);
      assert.ok(last, 'The wallet was not asked.');
      await demo.wallet.answer(last.id, approve);
    },

    windows: async (): Promise<number> => (await context.pages()).length,

    /** The one transfer on the chain went from the visitor to the newest order's address, and the wallet was asked this often. */
    assertMoved: async (asset: string, units: bigint, asked = 1): Promise<void> => {
      const order = demo.simulator.orders()[0];
      assert.ok(order, 'There is no order.');
      const moved = [{ asset, from: demo.wallet.view().visitor.toLowerCase(), to: order.to.toLowerCase(), units }];
      assert.deepEqual(await transfers(), moved);
      assert.equal(asks(), asked);
    },

    /** Nothing moved on the chain, and the wallet was asked this often. */
    assertUnmoved: async (asked: number): Promise<void> => {
      assert.deepEqual(await transfers(), []);
      assert.equal(asks(), asked);
    },
  };
};
