// Pages of a shop in a real Chromium, on an address that is nobody's: each request is answered by the test.
import { existsSync, readFileSync } from 'node:fs';
import { extname, join } from 'node:path';
import type { Browser, Page } from 'puppeteer-core';

export interface ShopPage {
  page: Page;
  /** Paths of the scripts that were asked for, in order. */
  asked: string[];
  /** What was thrown or refused. */
  troubles: string[];
  /** What the page wrote into the console. */
  lines: string[];
}

const TYPES: Record<string, string> = { '.js': 'text/javascript', '.html': 'text/html', '.css': 'text/css' };

/** Gives a file of a folder; `/` is its index.html. */
export const folderOf =
  (folder: string) =>
  (path: string): Buffer | undefined => {
    const file = join(folder, path === '/' ? 'index.html' : path);
    return existsSync(file) ? readFileSync(file) : undefined;
  };

/** Opens the shop's page in a fresh profile. `answer`: path → content; `undefined` breaks the connection. */
export const openShop = async (
  browser: Browser,
  answer: (path: string) => Buffer | string | undefined,
): Promise<ShopPage> => {
  const page = await (await browser.createBrowserContext()).newPage();
  const asked: string[] = [];
  const troubles: string[] = [];
  const lines: string[] = [];
  page.on('pageerror', (error) => troubles.push(`${error}`));
  page.on('console', (line) => lines.push(line.text()));
  await page.setRequestInterception(true);
  page.on('request', (request) => {
    const { pathname } = new URL(request.url());
    if (pathname === '/favicon.ico') return void request.respond({ status: 204 });
    if (pathname.endsWith('.js')) asked.push(pathname);
    const body = answer(pathname);
    if (body === undefined) return void request.abort();
    return void request.respond({ contentType: TYPES[extname(pathname)] ?? 'text/html', body });
  });
  await page.goto('https://shop.example/');
  await page.waitForSelector('offramp-button:state(idle)');
  return { page, asked, troubles, lines };
};

/** Presses a button where no wallet is, and gives the code of the error that it tells. */
export const pressInVain = async (page: Page): Promise<string | undefined> => {
  const told = page.evaluate(
    () =>
      new Promise<string | undefined>((resolve) => {
        const hear = (event: HTMLElementEventMap['offramp-error']): void => resolve(event.detail.error?.code);
        document.querySelector('offramp-button')?.addEventListener('offramp-error', hear, { once: true });
      }),
  );
  await page.click('offramp-button');
  return told;
};
