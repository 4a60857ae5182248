// The examples that are pasted into a page: plain HTML with the demo's backend, a block of WordPress, a section of Shopify.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import type { Browser, Page } from 'puppeteer-core';
import { type SimulatedDemo, startDemo } from '../../demo/demo.ts';
import { hashesIn } from '../../tools/integrity.ts';
import { launchChromium } from '../browsers.ts';
import { until } from '../drive.ts';
import { onFreePorts } from '../fixtures/free-ports.ts';
import { cashOut, newestBlock, transfersOf, untilClosed } from '../journeys/journey.ts';
import { packPackage, type Shelf } from './install.ts';
import { openShop, type Shop } from './shop.ts';
import { PRESSED, serve, visit, WALLET } from './visit.ts';

const HTML = readFileSync('examples/html/index.html', 'utf8');
const WORDPRESS = readFileSync('examples/wordpress/custom-html.html', 'utf8');
const SHOPIFY = readFileSync('examples/shopify/sections/cash-out.liquid', 'utf8');
const { version }: { version: string } = JSON.parse(readFileSync('package.json', 'utf8'));
const CDN = `https://cdn.jsdelivr.net/npm/offramp-button@${version}/dist/offramp-button.min.js`;

let shelf: Shelf;
let shop: Shop;
let browser: Browser;
let script = '';
let hash = '';

before(async () => {
  shelf = await packPackage('single');
  browser = await launchChromium();
  shop = await openShop(shelf.place);
  script = readFileSync(join(shelf.unpacked, 'dist/offramp-button.min.js'), 'utf8');
  hash = `sha384-${createHash('sha384').update(script).digest('base64')}`;
});
after(async () => {
  await browser?.close();
  await shop?.stop();
  shelf?.remove();
});

/** The hash that a page pins is of the newest release; the file is of this moment. */
const withThisHash = (html: string): string => html.replace(/(?<=\bintegrity=")[^"]*/, hash);

it('every page pins one and the same file', () => {
  const readme = hashesIn(readFileSync('README.md', 'utf8'));
  const pinned = [HTML, WORDPRESS, SHOPIFY].flatMap(hashesIn);
  assert.equal(pinned.length, 3);
  assert.equal(new Set([...readme, ...pinned]).size, 1);
});

describe('the example in plain HTML', () => {
  it('takes 25 USDC of the demo’s visitor to the payout', { timeout: 60_000 }, async () => {
    const demo: SimulatedDemo = await onFreePorts(() => startDemo({ port: 0 }));
    const context = await browser.createBrowserContext();
    try {
      const firstBlock = (await newestBlock(demo.chain)) + 1n;
      demo.wallet.setMode('approve');
      const page = await context.newPage();
      page.setDefaultTimeout(15_000);
      const troubles: unknown[] = [];
      page.on('pageerror', (error) => troubles.push(error));
      await page.exposeFunction(
        'askWallet',
        async ({ method, params = [] }: { method: string; params?: unknown[] }) => {
          const answer = await demo.wallet.call(method, params);
          return 'result' in answer ? answer.result : assert.fail(`${method} waits`);
        },
      );
      await page.evaluateOnNewDocument(WALLET);
      const texts = {
        [`${demo.url}/offramp-button.min.js`]: script,
        [`${demo.url}/shop.html`]: withThisHash(HTML),
      };
      await serve(page, texts);
      // Where the demo welcomes its visitors, so that its backend knows this one.
      await page.goto(`${demo.url}/demo/return.html`);
      await page.goto(`${demo.url}/shop.html`);
      await page.waitForSelector('offramp-button:state(idle)');
      // The one thing that a page at Coinbase itself has not.
      await page.$eval(
        'offramp-button',
        (button, origin) => button.setAttribute('pay-origin', origin),
        demo.simulatorUrl,
      );
      const windows: Page[] = [];
      page.on('popup', (popup) => popup && windows.push(popup));
      const says = (words: string) =>
        page.waitForFunction(
          (wanted) => {
            const root = document.querySelector('offramp-button')?.shadowRoot;
            const isIdle = !root?.querySelector('[part=button][aria-disabled]');
            return isIdle && root?.querySelector('[part=status]')?.textContent.includes(wanted);
          },
          {},
          words,
        );
      await page.click(PRESSED);
      await says('Press again');
      await page.click(PRESSED);
      const window = await until(async () => windows[0], 'Coinbase’s window');
      assert.ok(window);
      await serve(window, texts);
      await cashOut(window);
      await untilClosed(window);
      await page.waitForFunction(`document.querySelector('[role=status]').textContent === 'Paid out: 24.75 USD'`);
      const [transfer, ...others] = await transfersOf(demo.chain, firstBlock);
      assert.equal(transfer?.units, 25_000_000n);
      assert.deepEqual(others, []);
      assert.deepEqual(troubles, []);
    } finally {
      await context.close();
      await demo.stop();
    }
  });
});

/** What a visitor of a page has of a paste-in: an error told, and a sale to its end. */
const sell = async (path: string, html: string, endpoint = '/api/offramp/token'): Promise<void> => {
  shop.pages.set(path, withThisHash(html));
  const there = await visit(browser, shop, path, { isAnnounced: true, scripts: { [CDN]: script } });
  await there.page.waitForSelector('offramp-button:state(idle)');
  assert.equal(await there.words('label'), 'Cash out');
  assert.equal(await there.read(`document.querySelector('offramp-button').tokenEndpoint`), endpoint);
  const window = await there.pressForWindow();
  assert.equal(await there.words('label'), 'Continue at Coinbase');
  await there.cashOut(window);
  await there.payOut();
  await there.shows('Paid out: 24.75 USD');
  assert.deepEqual(there.troubles, []);
  await there.leave();
};

describe('the block for WordPress', () => {
  it('has nothing that WordPress writes anew: blank lines become paragraphs, an ampersand an entity', () => {
    assert.doesNotMatch(WORDPRESS.trimEnd(), /\n\s*\n|&/);
  });

  it('sells', () =>
    sell(
      '/wordpress',
      `<!doctype html><html lang="en"><title>Post</title><div class="entry-content">${WORDPRESS}</div></html>`,
    ));
});

describe('the section for Shopify', () => {
  interface Schema {
    name: string;
    settings: { id: string; default: string; options?: { value: string }[] }[];
    presets: { name: string }[];
  }
  const schema: Schema = JSON.parse(/{% schema %}([\s\S]*){% endschema %}/.exec(SHOPIFY)?.[1] ?? '');
  const settings = new Map(schema.settings.map((setting) => [setting.id, setting.default]));

  it('uses the settings that it declares, and can be added to a page', () => {
    const used = [...SHOPIFY.matchAll(/section\.settings\.(\w+)/g)].map(([, id]) => id);
    assert.deepEqual(used.sort(), [...settings.keys()].sort());
    for (const { options, default: first } of schema.settings)
      assert.ok(!options || options.some(({ value }) => value === first));
    assert.equal(schema.presets.length, 1);
  });

  it('sells, with its settings as they come', async () => {
    const html = SHOPIFY.replace(/{% (comment|schema) %}[\s\S]*?{% end\1 %}/g, '')
      .replace(/{{ section\.settings\.(\w+) \| escape }}/g, (_, id: string) => settings.get(id) ?? '')
      .replace(/{{ section\.id }}/g, 'main');
    assert.doesNotMatch(html, /{[{%]/);
    await sell(
      '/shopify',
      `<!doctype html><html lang="en"><title>Shop</title><section id="shopify-section-main">${html}</section></html>`,
      '/apps/offramp/token',
    );
  });
});
