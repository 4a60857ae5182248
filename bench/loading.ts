// Loads pages in Chromium with a slow processor and a slow network, and takes their times. Knows the browser's instruments;
// does not know which pages there are, nor what is made of the numbers.
import { setTimeout as pause } from 'node:timers/promises';
import { type Browser, type Page, PredefinedNetworkConditions } from 'puppeteer-core';
import { launchChromium } from '../test/browsers.ts';
import type { LoadedPage } from './pages.ts';
import { shuffled } from './stats.ts';

/** What one load came to. Milliseconds since navigation, or of work. */
export interface Load {
  /** From navigation to the frame that shows a button. */
  visible: number;
  /** What the main thread spent in scripts, until half a second after that. */
  script: number;
  /** What tasks took beyond 50 ms each. */
  blocking: number;
  /** Bytes of live JavaScript objects. */
  heap: number;
  requests: number;
  /** Layout shift (web.dev/articles/cls), no unit. */
  shift: number;
}

export const CPU = 4;
const NETWORK = 'Slow 4G';
/** After the button is there. */
const QUIET = 500;
const LONGEST = 40_000;

interface Probe {
  visible?: number;
  blocking: number;
  shift: number;
}

/** Runs in each page before its own scripts. It looks only in frames in which something may have changed: looking counts as script. */
const watch = (): void => {
  const probe: Probe = { blocking: 0, shift: 0 };
  Object.assign(globalThis, { probe });
  const isShown = (element: Element): boolean => {
    const { width, height } = element.getBoundingClientRect();
    return width > 20 && height > 10 && element.checkVisibility({ opacityProperty: true, visibilityProperty: true });
  };
  const find = (root: Document | ShadowRoot): boolean =>
    [...root.querySelectorAll('button,[role=button],iframe')].some(isShown) ||
    [...root.querySelectorAll('*')].some(({ shadowRoot }) => shadowRoot && find(shadowRoot));
  let isWaiting = false;
  const look = (): void => {
    const begun = performance.now();
    isWaiting = false;
    if (probe.visible !== undefined || !document.body || !find(document)) return;
    probe.visible = begun;
    changes.disconnect();
    clearInterval(slow);
    (globalThis as unknown as { shown(text: string): void }).shown('');
  };
  const lookSoon = (): void => {
    if (isWaiting || probe.visible !== undefined) return;
    isWaiting = true;
    requestAnimationFrame(look);
  };
  const changes = new MutationObserver(lookSoon);
  const all = { subtree: true, childList: true, attributes: true, characterData: true };
  changes.observe(document, all);
  const { attachShadow } = Element.prototype;
  Element.prototype.attachShadow = function (options) {
    const root = attachShadow.call(this, options);
    if (probe.visible === undefined) changes.observe(root, all);
    lookSoon();
    return root;
  };
  // Styles that come late, and animations.
  const slow = setInterval(lookSoon, 250);
  new PerformanceObserver((list) => {
    for (const { duration } of list.getEntries()) probe.blocking += Math.max(0, duration - 50);
  }).observe({ type: 'longtask', buffered: true });
  new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) probe.shift += (entry as PerformanceEntry & { value: number }).value;
  }).observe({ type: 'layout-shift', buffered: true });
};

const measure = async (page: Page, url: string): Promise<Load> => {
  const session = await page.createCDPSession();
  let requests = 0;
  session.on('Network.requestWillBeSent', ({ request }) => {
    if (!/^(data|blob):/.test(request.url)) requests += 1;
  });
  const shown = new Promise<void>((resolve) => session.once('Runtime.bindingCalled', () => resolve()));
  await session.send('Network.enable');
  await session.send('Runtime.enable');
  await session.send('Runtime.addBinding', { name: 'shown' });
  await session.send('Performance.enable');
  await page.evaluateOnNewDocument(watch);
  await page.emulateCPUThrottling(CPU);
  await page.emulateNetworkConditions(PredefinedNetworkConditions[NETWORK]);
  const stop = new AbortController();
  const tooLong = pause(LONGEST, undefined, { ref: false, signal: stop.signal }).then(() => {
    throw new Error(`${url} showed no button in ${LONGEST} ms.`);
  });
  try {
    await Promise.race([Promise.all([page.goto(url, { waitUntil: 'load', timeout: LONGEST }), shown]), tooLong]);
  } finally {
    tooLong.catch(() => {});
    stop.abort();
  }
  await pause(QUIET);
  const { metrics } = await session.send('Performance.getMetrics');
  const script = (metrics.find(({ name }) => name === 'ScriptDuration')?.value ?? Number.NaN) * 1000;
  const probe = (await page.evaluate('probe')) as Probe;
  await session.send('HeapProfiler.collectGarbage');
  const { usedSize: heap } = await session.send('Runtime.getHeapUsage');
  return {
    visible: probe.visible ?? Number.NaN,
    script,
    blocking: probe.blocking,
    heap,
    requests,
    shift: probe.shift,
  };
};

const loadOnce = async (browser: Browser, url: string): Promise<Load> => {
  const context = await browser.createBrowserContext();
  try {
    return await measure(await context.newPage(), url);
  } finally {
    await context.close();
  }
};

/** Chromium that reaches nothing but this machine, and trusts its certificates. @param engine flags for V8. */
export const launchQuiet = (engine = '--expose-gc'): Promise<Browser> =>
  launchChromium({
    args: [
      '--ignore-certificate-errors',
      '--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost',
      '--disable-background-networking',
      `--js-flags=${engine}`,
    ],
  });

/** How pages are loaded: how often each, and how many side by side. */
interface Plan {
  runs: number;
  /** Above 1 only for pages whose ratios are large: they disturb each other a little. */
  lanes: number;
}

/** Loads every page `runs` times, in another order each time. A page that shows no button has fewer loads, and its error is told. */
export const loadPages = async (
  origin: string,
  pages: readonly LoadedPage[],
  { runs, lanes }: Plan,
): Promise<{ loads: Map<string, Load[]>; errors: string[] }> => {
  const loads = new Map<string, Load[]>(pages.map(({ name }) => [name, []]));
  const errors = new Set<string>();
  const waiting = Array.from({ length: runs }, () => shuffled(pages)).flat();
  const browser = await launchQuiet();
  const lane = async (): Promise<void> => {
    for (let page = waiting.shift(); page; page = waiting.shift()) {
      try {
        loads.get(page.name)?.push(await loadOnce(browser, origin + page.path));
      } catch (cause) {
        errors.add(`${page.name}: ${(cause as Error).message}`);
      }
    }
  };
  try {
    // Warm, before anything counts.
    for (const { path } of pages.slice(0, 2)) await loadOnce(browser, origin + path);
    await Promise.all(Array.from({ length: lanes }, lane));
  } finally {
    await browser.close();
  }
  return { loads, errors: [...errors] };
};
