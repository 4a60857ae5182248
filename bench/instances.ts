// Many buttons on one page: what one costs, what it leaves behind when it goes, and what it does while nothing happens.
// Knows the browser's counters; does not know sales.
import { setTimeout as pause } from 'node:timers/promises';
import type { Browser, CDPSession, Page } from 'puppeteer-core';
import { CPU, launchQuiet } from './loading.ts';
import { median } from './stats.ts';

/** What some number of buttons on one page cost. */
export interface Crowd {
  count: number;
  /** Milliseconds each, from the first element to the last one's layout, with the slow processor. */
  ms: number;
  /** Each, of live objects. */
  bytes: number;
  listeners: number;
}

/** What adding and removing a button leaves behind. */
export interface Residue {
  /** Each. */
  bytes: number;
  /** All together. */
  listeners: number;
  nodes: number;
}

/** What a page with an idle button does by itself, more than one without. */
export interface Idleness {
  seconds: number;
  /** Timers and frames asked for since navigation. */
  timers: number;
  requests: number;
  /** Milliseconds of work of the main thread, in all. */
  work: number;
}

export interface Instances {
  name: string;
  crowds: Crowd[];
  residue: Residue;
}

const COUNTS = [1, 100, 1_000];
const CYCLES = 1_000;

/** Live objects, listeners and nodes, after a collection. */
export const countersOf = async (
  session: CDPSession,
): Promise<{ heap: number; listeners: number; nodes: number; work: number }> => {
  for (let times = 0; times < 3; times += 1) await session.send('HeapProfiler.collectGarbage');
  const { metrics } = await session.send('Performance.getMetrics');
  const value = (wanted: string): number => metrics.find(({ name }) => name === wanted)?.value ?? Number.NaN;
  const { usedSize: heap } = await session.send('Runtime.getHeapUsage');
  return { heap, listeners: value('JSEventListeners'), nodes: value('Nodes'), work: value('TaskDuration') * 1000 };
};

/** Adds buttons and waits until they are laid out. Milliseconds. */
const add = (page: Page, count: number, hasLabels = false): Promise<number> =>
  page.evaluate(
    async (wanted, own) => {
      const begun = performance.now();
      const all = document.createDocumentFragment();
      for (let made = 0; made < wanted; made += 1) {
        const button = document.createElement('offramp-button');
        button.setAttribute('token-endpoint', '/api/offramp/token');
        button.setAttribute('amount', '25');
        if (own) {
          const labels = Object.fromEntries(
            Array.from({ length: 60 }, (_, at) => [`word${at}`, `${made} in words ${at}`]),
          );
          Object.assign(button, { labels: { ...labels, idle: `Cash out ${made}` } });
        }
        all.append(button);
      }
      document.body.append(all);
      for (const button of document.querySelectorAll('offramp-button'))
        await (button as Element & { updateComplete?: Promise<unknown> }).updateComplete;
      void document.body.offsetHeight;
      return performance.now() - begun;
    },
    count,
    hasLabels,
  );

const removeAll = (page: Page): Promise<void> =>
  page.evaluate(() => {
    for (const button of document.querySelectorAll('offramp-button')) button.remove();
  });

const addAndRemove = (page: Page, times: number): Promise<void> =>
  page.evaluate(async (wanted) => {
    for (let made = 0; made < wanted; made += 1) {
      const button = document.createElement('offramp-button');
      button.setAttribute('token-endpoint', '/api/offramp/token');
      document.body.append(button);
      await (button as Element & { updateComplete?: Promise<unknown> }).updateComplete;
      button.remove();
    }
  }, times);

const SETTLE = 300;

const openPage = async (browser: Browser, url: string): Promise<{ page: Page; session: CDPSession }> => {
  const page = await browser.newPage();
  const session = await page.createCDPSession();
  await session.send('Performance.enable');
  await session.send('Network.enable');
  await page.goto(url, { waitUntil: 'load' });
  return { page, session };
};

const crowdOf = async (browser: Browser, url: string, count: number, hasLabels = false): Promise<Crowd> => {
  const context = await browser.createBrowserContext();
  try {
    const { page, session } = await openPage(context as unknown as Browser, url);
    await page.emulateCPUThrottling(CPU);
    // Compiled, and what is made once is there.
    await add(page, 3);
    await removeAll(page);
    const before = await countersOf(session);
    const ms = (await add(page, count, hasLabels)) / count;
    const after = await countersOf(session);
    return {
      count,
      ms,
      bytes: (after.heap - before.heap) / count,
      listeners: (after.listeners - before.listeners) / count,
    };
  } finally {
    await context.close();
  }
};

const residueOf = async (browser: Browser, url: string): Promise<Residue> => {
  const { page, session } = await openPage(browser, url);
  await addAndRemove(page, CYCLES);
  await pause(SETTLE);
  const before = await countersOf(session);
  await addAndRemove(page, CYCLES);
  await pause(SETTLE);
  const after = await countersOf(session);
  await page.close();
  return {
    bytes: (after.heap - before.heap) / CYCLES,
    listeners: after.listeners - before.listeners,
    nodes: after.nodes - before.nodes,
  };
};

/** Measures each page's `offramp-button`, whatever it is made of. Medians over `runs`. */
export const measureInstances = async (
  pages: readonly { name: string; url: string }[],
  runs: number,
): Promise<Instances[]> => {
  const browser = await launchQuiet();
  try {
    const all: Instances[] = [];
    for (const { name, url } of pages) {
      const crowds: Crowd[] = [];
      for (const count of COUNTS) {
        const found: Crowd[] = [];
        for (let run = 0; run < runs; run += 1) found.push(await crowdOf(browser, url, count));
        const middle = (field: keyof Crowd): number => median(found.map((crowd) => crowd[field]));
        crowds.push({ count, ms: middle('ms'), bytes: middle('bytes'), listeners: middle('listeners') });
      }
      all.push({ name, crowds, residue: await residueOf(browser, url) });
    }
    return all;
  } finally {
    await browser.close();
  }
};

/** What a button costs more that has 60 labels of its own, in bytes, by the number of buttons. */
export const measureLabels = async (url: string): Promise<{ count: number; bytes: number }[]> => {
  const browser = await launchQuiet();
  try {
    const all: { count: number; bytes: number }[] = [];
    for (const count of COUNTS.slice(1)) {
      const plain = await crowdOf(browser, url, count);
      const labelled = await crowdOf(browser, url, count, true);
      all.push({ count, bytes: labelled.bytes - plain.bytes });
    }
    return all;
  } finally {
    await browser.close();
  }
};

/** Counts what the page asks for later. */
const countTimers = (): void => {
  const counted = globalThis as typeof globalThis & { timers: number };
  counted.timers = 0;
  for (const name of ['setTimeout', 'setInterval', 'requestAnimationFrame', 'requestIdleCallback'] as const) {
    const real = globalThis[name] as (...given: unknown[]) => number;
    Object.assign(globalThis, {
      [name]: (...given: unknown[]) => {
        counted.timers += 1;
        return real.apply(globalThis, given);
      },
    });
  }
};

/** Watches a page that is left alone. `bare` is the same page without a button. */
export const measureIdleness = async (url: string, bare: string, seconds: number): Promise<Idleness> => {
  const browser = await launchQuiet();
  const watch = async (address: string) => {
    const page = await browser.newPage();
    const session = await page.createCDPSession();
    await session.send('Performance.enable');
    await session.send('Network.enable');
    await page.evaluateOnNewDocument(countTimers);
    await page.goto(address, { waitUntil: 'load' });
    await pause(SETTLE);
    let requests = 0;
    session.on('Network.requestWillBeSent', () => {
      requests += 1;
    });
    const before = await countersOf(session);
    await pause(seconds * 1000);
    const after = await countersOf(session);
    const timers = (await page.evaluate('timers')) as number;
    await page.close();
    return { timers, requests, work: after.work - before.work };
  };
  try {
    const without = await watch(bare);
    const { timers, requests, work } = await watch(url);
    return { seconds, timers: timers - without.timers, requests, work: Math.max(0, work - without.work) };
  } finally {
    await browser.close();
  }
};
