// How fast a sale goes on by itself: press to window, return to wallet, change to event; what it asks for, and what it leaves behind.
// Knows what a page notes of a sale; does not know how a shop works.
import { setTimeout as pause } from 'node:timers/promises';
import { type Browser, PredefinedNetworkConditions } from 'puppeteer-core';
import type { Bundle } from './bundle.ts';
import { countersOf } from './instances.ts';
import { CPU, launchQuiet } from './loading.ts';
import { type News, openShop, type Shop } from './shop.ts';
import { median } from './stats.ts';
import { type Note, visit } from './visitor.ts';

/** Presses, and how many of them called `window.open` in their own task. */
export interface Presses {
  count: number;
  inTask: number;
  /** Milliseconds to the call, and to its end. */
  call: number;
  done: number;
}

/** From the signal of the return page, milliseconds. */
export interface Return {
  news: News;
  /** Of Coinbase's pages. */
  coop: string;
  heard: number;
  asked: number;
  /** Until the wallet is asked to send: all checks lie between. */
  prompt: number;
  /** Scripts fetched meanwhile. */
  scripts: number;
}

/** From the change at Coinbase to the event on the page, milliseconds. */
export interface Lateness {
  news: News;
  count: number;
  median: number;
  worst: number;
}

/** What a completed sale asks the backend for. */
export interface Asking {
  news: News;
  /** Requests in the median sale. */
  count: number;
  /** Of the last one, in order. */
  what: string[];
}

export interface Sales {
  count: number;
  /** Left behind by each, of live objects. */
  bytes: number;
  /** Left behind by all together. */
  listeners: number;
  asking: Asking;
}

const timeOf = (notes: readonly Note[], ...whats: string[]): number =>
  notes.find(({ what }) => whats.includes(what))?.at ?? Number.NaN;

const OPENS = ['opens in the press’s task', 'opens later'];

const pressesOf = (all: readonly (readonly Note[])[]): Presses => {
  const since = (notes: readonly Note[], ...whats: string[]): number => {
    const opened = timeOf(notes, ...OPENS);
    const press = notes.findLast(({ what, at }) => what === 'press' && at <= opened);
    return timeOf(notes, ...whats) - (press?.at ?? Number.NaN);
  };
  return {
    count: all.length,
    inTask: all.filter((notes) => notes.some(({ what }) => what === OPENS[0])).length,
    call: median(all.map((notes) => since(notes, ...OPENS))),
    done: median(all.map((notes) => since(notes, 'opened'))),
  };
};

const asksOf = (notes: readonly Note[]): string[] =>
  notes.map(({ what }) => what).filter((what) => what.startsWith('asks /api/'));

/**
 * Sales one after the other on one page, after a few that do not count. `rest` milliseconds before memory is read: the time limits of
 * what was fetched run on. Without a compiler, whose output would count as the page's.
 */
export const measureSales = async (own: Bundle, count: number, rest: number): Promise<Sales> => {
  const shop = await openShop(own, 'webhook and stream');
  const browser = await launchQuiet('--jitless');
  try {
    const visitor = await visit(browser, shop.url);
    const all: Note[][] = [];
    const sell = async (): Promise<void> => {
      await visitor.begin();
      await visitor.noted('completed');
      // The stream and the last poll end, and Coinbase's window closes.
      await pause(300);
      all.push(visitor.notes());
    };
    // The browser's own record of fetched files would fill up meanwhile.
    await visitor.page.evaluate(() => performance.setResourceTimingBufferSize(0));
    for (let warm = 0; warm < Math.min(10, count); warm += 1) await sell();
    all.length = 0;
    await pause(rest);
    const before = await countersOf(visitor.session);
    for (let sold = 0; sold < count; sold += 1) await sell();
    await pause(rest);
    const after = await countersOf(visitor.session);
    return {
      count,
      bytes: (after.heap - before.heap) / count,
      listeners: after.listeners - before.listeners,
      asking: {
        news: 'webhook and stream',
        count: median(all.map((notes) => asksOf(notes).length)),
        what: asksOf(all.at(-1) ?? []),
      },
    };
  } finally {
    await browser.close();
    await shop.close();
  }
};

/** First presses on a page whose sale code cannot have come yet: a slow network, and a press at once. */
export const measureFirstPresses = async (own: Bundle, count: number): Promise<Presses> => {
  const shop = await openShop(own, 'webhook and stream');
  const browser = await launchQuiet();
  try {
    const all: Note[][] = [];
    for (let run = 0; run < count; run += 1) {
      const visitor = await visit(browser, `${shop.url}?address`);
      await visitor.page.emulateCPUThrottling(CPU);
      await visitor.page.emulateNetworkConditions(PredefinedNetworkConditions['Slow 4G']);
      await visitor.press();
      await visitor.noted('opened');
      all.push(visitor.notes());
      await visitor.leave();
    }
    return pressesOf(all);
  } finally {
    await browser.close();
    await shop.close();
  }
};

const COOPS: readonly (string | undefined)[] = [undefined, 'same-origin-allow-popups', 'same-origin'];

/** Sales on one page whose return is watched. */
const watchReturns = async (
  browser: Browser,
  shop: Shop,
  count: number,
): Promise<{ found: Pick<Return, 'heard' | 'asked' | 'prompt' | 'scripts'>; sales: Note[][] }> => {
  const visitor = await visit(browser, shop.url);
  const found: { heard: number; asked: number; prompt: number; scripts: number }[] = [];
  const sales: Note[][] = [];
  for (let run = 0; run < count; run += 1) {
    await visitor.begin();
    await visitor.noted('completed');
    const signal = Number(await visitor.page.evaluate(`localStorage.getItem('bench:signal')`));
    sales.push(visitor.notes());
    const later = visitor.notes().filter(({ at }) => at >= signal);
    const scripts = (await visitor.page.evaluate(
      `performance.getEntriesByType('resource').filter(({ name, startTime }) => /\\/button\\//.test(name)
        && performance.timeOrigin + startTime > ${signal}).length`,
    )) as number;
    const asked = later.find(({ what }) => what.startsWith('asks /api/'))?.at ?? Number.NaN;
    found.push({
      heard: timeOf(later, 'signal heard') - signal,
      asked: asked - signal,
      prompt: timeOf(later, 'wallet eth_sendTransaction') - signal,
      scripts,
    });
    await pause(300);
  }
  await visitor.leave();
  return {
    found: {
      heard: median(found.map(({ heard }) => heard)),
      asked: median(found.map(({ asked }) => asked)),
      prompt: median(found.map(({ prompt }) => prompt)),
      scripts: Math.max(...found.map(({ scripts }) => scripts)),
    },
    // The first press of a visitor whose wallet was not known fetches and connects.
    sales: sales.slice(1),
  };
};

/** Returns with each opener policy that Coinbase's pages may have; and where the backend hears of the order only by asking. */
export const measureReturns = async (own: Bundle, count: number): Promise<{ returns: Return[]; presses: Presses }> => {
  const browser = await launchQuiet();
  const returns: Return[] = [];
  const all: Note[][] = [];
  try {
    for (const news of ['webhook and stream', 'stream'] as const) {
      const shop = await openShop(own, news);
      for (const coop of news === 'stream' ? [undefined] : COOPS) {
        shop.coop = coop;
        const { found, sales } = await watchReturns(browser, shop, count);
        returns.push({ news, coop: coop ?? 'none', ...found });
        all.push(...sales);
      }
      await shop.close();
    }
    return { returns, presses: pressesOf(all) };
  } finally {
    await browser.close();
  }
};

/** Coinbase pays out at any time after the transfer; how late does the page tell it? */
export const measureLateness = async (
  own: Bundle,
  news: News,
  count: number,
): Promise<{ lateness: Lateness; asking: Asking }> => {
  const shop = await openShop(own, news);
  shop.paysAtOnce = false;
  const browser = await launchQuiet();
  try {
    const visitor = await visit(browser, shop.url);
    const late: number[] = [];
    const asks: string[][] = [];
    for (let run = 0; run < count; run += 1) {
      await visitor.begin();
      await visitor.noted('settling');
      // At no moment of the page's or the backend's own pace.
      await pause(500 + Math.random() * 3_000);
      const changed = Date.now();
      void shop.payOut();
      const told = await visitor.noted('completed');
      late.push(told - changed);
      asks.push(asksOf(visitor.notes()));
      await pause(300);
    }
    return {
      lateness: { news, count, median: median(late), worst: Math.max(...late) },
      asking: { news, count: median(asks.map(({ length }) => length)), what: asks.at(-1) ?? [] },
    };
  } finally {
    await browser.close();
    await shop.close();
  }
};
