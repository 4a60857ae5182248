// The button in what a server draws: by React, Vue, Svelte and Lit, and by hand. Then the page's script takes over.
import assert from 'node:assert/strict';
import { cpSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, it, mock } from 'node:test';
import { pathToFileURL } from 'node:url';
import type { Browser } from 'puppeteer-core';
import { build } from 'vite';
import { launchChromium } from './browsers.ts';
import { packPackage, type Shelf } from './frameworks/install.ts';
import { copyScript, type ProjectName, prepare } from './frameworks/projects.ts';
import { openShop, type Shop } from './frameworks/shop.ts';
import { countListeners, type Visit, visit } from './frameworks/visit.ts';

let shelf: Shelf;
let shop: Shop;
let browser: Browser;

before(async () => {
  shelf = await packPackage('single');
  browser = await launchChromium();
  shop = await openShop(shelf.place);
});
after(async () => {
  await browser?.close();
  await shop?.stop();
  shelf?.remove();
});

/** Lit's word to whoever works on a page, and what each project of this one process but the first says of its own copy. */
const USUAL = /^Lit is in dev mode|^<offramp-button> is already defined/;

/** What is said on this process's console meanwhile. */
const listenTo = async <Result>(work: () => Promise<Result>): Promise<{ result: Result; said: string[] }> => {
  const said: string[] = [];
  const mocks = (['warn', 'error'] as const).map((name) =>
    mock.method(console, name, (...words: unknown[]) => said.push(words.join(' '))),
  );
  const result = await work().finally(() => mocks.forEach((one) => void one.mock.restore()));
  return { result, said: said.filter((words) => !USUAL.test(words)) };
};

/** A page with what a server drew. */
const pageOf = (html: string, script: string): string => `<!doctype html><html lang="en"><title>Shop</title>
  <div id="app">${html}</div><p id="after">After it.</p>
  <script>
    const drawn = document.querySelector('offramp-button');
    const drawnButton = drawn?.shadowRoot?.querySelector('button');
  </script>
  ${script && `<script type="module" src="${script}"></script>`}</html>`;

/** Watches for shifts of the layout from the beginning on. */
const visitDrawn = async (path: string): Promise<Visit & { shift(): Promise<unknown> }> => {
  const there = await visit(browser, shop, path, { isAnnounced: true });
  return {
    ...there,
    shift: () =>
      there.read(`new Promise((resolve) => {
        const seen = [];
        new PerformanceObserver((list) => seen.push(...list.getEntries().map(({ value }) => value))).observe({ type: 'layout-shift', buffered: true });
        requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(() => resolve(seen), 50)));
      })`),
  };
};

const BUTTON = `document.querySelector('offramp-button')`;
const TAG = '<offramp-button token-endpoint="/api/offramp/token" asset="USDC" network="base" amount="25"';

for (const name of ['react 19', 'react 18', 'vue', 'svelte'] satisfies ProjectName[]) {
  describe(`the example in ${name}, from a server`, () => {
    let html = '';
    let said: string[] = [];
    let path = '';

    before(async () => {
      const as = `${name.replace(' ', '-')}-server`;
      const { root, config } = prepare(shelf, name, as);
      const ssr = copyScript(name, 'server', root);
      const input = { hydrate: join(root, copyScript(name, 'hydrate', root)) };
      const output = { entryFileNames: '[name].js' };
      await build({
        ...config,
        ssr: { external: true },
        build: { outDir: 'server', ssr, rolldownOptions: { output: { entryFileNames: 'server.js' } } },
      });
      await build({ ...config, build: { outDir: 'built', minify: false, rolldownOptions: { input, output } } });
      ({ result: html, said } = await listenTo(async () => {
        const { render } = (await import(pathToFileURL(join(root, 'server/server.js')).href)) as {
          render(): string | Promise<string>;
        };
        return render();
      }));
      path = `/${as}/built/`;
      shop.pages.set(path, pageOf(html, 'hydrate.js'));
      shop.pages.set(`${path}plain`, pageOf(html, ''));
    });

    it('is the tag with its attributes and its label, and nothing is complained of', () => {
      assert.ok(html.includes(TAG), html);
      assert.match(html, />\s*Cash out\s*(<!--.*?-->)?<\/offramp-button>/);
      assert.doesNotMatch(html, /function|=>|undefined/);
      assert.deepEqual(said, []);
    });

    it('is taken over in the page as it stands, without a word, and sells', async () => {
      const there = await visitDrawn(path);
      await there.page.waitForSelector('offramp-button:state(idle)');
      await there.page.waitForFunction(`${BUTTON}.provider === window.wallet`);
      assert.equal(await there.read(`${BUTTON} === drawn`), true);
      assert.equal(await there.words('label'), 'Cash out');
      for (const event of ['offramp-completed', 'offramp-error'])
        assert.equal(await countListeners(there.page, event), 1, event);
      const window = await there.pressForWindow();
      assert.equal(await there.words('label'), 'Continue at Coinbase');
      await there.cashOut(window);
      await there.payOut();
      await there.shows('Paid out: 24.75 USD');
      assert.deepEqual(there.troubles, []);
      await there.leave();
    });
  });
}

describe('the element drawn by Lit on a server', () => {
  let html = '';
  let said: string[] = [];

  before(async () => {
    const root = shelf.install('html', 'lit-server');
    const server = join(root, 'server.js');
    cpSync('test/frameworks/pages/server.lit.js', server);
    shelf.link('@lit-labs/ssr', root);
    shelf.link('@lit-labs/ssr-client', root);
    mkdirSync(join(root, 'src'));
    writeFileSync(join(root, 'src/plain.js'), `import 'offramp-button';`);
    writeFileSync(
      join(root, 'src/hydrating.js'),
      `import '@lit-labs/ssr-client/lit-element-hydrate-support.js'; import 'offramp-button';`,
    );
    // Each by itself: what both need would else come first, and Lit's support for hydration must.
    for (const script of ['plain', 'hydrating']) {
      await build({
        configFile: false,
        root,
        base: './',
        mode: 'development',
        logLevel: 'error',
        build: {
          outDir: `built/${script}`,
          minify: false,
          rolldownOptions: { input: join(root, `src/${script}.js`), output: { entryFileNames: 'page.js' } },
        },
      });
    }
    ({ result: html, said } = await listenTo(async () => {
      const { draw } = (await import(pathToFileURL(server).href)) as { draw(): Promise<string> };
      return draw();
    }));
    for (const script of ['plain', 'hydrating'])
      shop.pages.set(`/lit-server/built/${script}`, pageOf(html, `${script}/page.js`));
    shop.pages.set('/lit-server/built/none', pageOf(html, ''));
  });

  it('is a declarative shadow root with the button, and nothing is complained of', () => {
    assert.ok(html.replace(/\s+/g, ' ').includes(TAG), html);
    assert.match(html, /<template shadowroot="open" shadowrootmode="open"><style>.*<button/s);
    assert.deepEqual(said, []);
  });

  it('is seen without any script, with the page’s own words', async () => {
    const there = await visitDrawn('/lit-server/built/none');
    assert.equal(await there.words('label'), 'Cash out');
    assert.equal(
      await there.read(`${BUTTON}.shadowRoot.querySelector('button').getBoundingClientRect().height > 40`),
      true,
    );
    await there.leave();
  });

  for (const [script, title] of [
    ['plain', 'is drawn over by the page’s script'],
    ['hydrating', 'is taken over by Lit’s client for server rendering'],
  ] as const) {
    it(`${title}, once, in the same place, and sells`, async () => {
      const there = await visitDrawn('/lit-server/built/none');
      const placeOf = `[${BUTTON}.shadowRoot.querySelector('button'), document.querySelector('#after')]
        .map((one) => JSON.stringify(one.getBoundingClientRect())).join()`;
      const wasAt = await there.read(placeOf);
      await there.leave();

      const then = await visitDrawn(`/lit-server/built/${script}`);
      await then.page.waitForSelector('offramp-button:state(idle)');
      await then.page.waitForFunction(`${BUTTON}.hasUpdated`);
      assert.deepEqual(await then.shift(), []);
      assert.equal(await then.read(placeOf), wasAt);
      const isKept = await then.read(`${BUTTON}.shadowRoot.querySelector('[part=button]') === drawnButton`);
      assert.equal(isKept, script === 'hydrating');
      assert.equal(await then.read(`${BUTTON}.shadowRoot.querySelectorAll('[part=button]').length`), 1);
      assert.equal(await then.read(`${BUTTON}.shadowRoot.querySelectorAll('[part=status]').length`), 1);
      assert.equal(await then.words('label'), 'Cash out');
      const window = await then.pressForWindow();
      await then.cashOut(window);
      await then.payOut();
      assert.deepEqual(then.troubles, []);
      await then.leave();
    });
  }
});

describe('a link in the tag', () => {
  const html = `${TAG}><a href="/cash-out">Cash out</a></offramp-button>`;
  before(() => {
    shelf.install('html', 'fallback');
    shop.pages.set('/fallback/', pageOf(html, 'node_modules/offramp-button/dist/offramp-button.min.js'));
    shop.pages.set('/fallback/broken', pageOf(html, 'gone.js'));
    shop.pages.set('/cash-out', '<!doctype html><h1>Another way</h1>');
  });

  it('is what the visitor has where the script does not come', async () => {
    const there = await visitDrawn('/fallback/broken');
    await there.page.click('offramp-button a');
    await there.page.waitForSelector('h1');
    assert.equal(new URL(there.page.url()).pathname, '/cash-out');
    await there.leave();
  });

  it('is but the label where it does', async () => {
    const there = await visitDrawn('/fallback/');
    await there.page.waitForSelector('offramp-button:state(idle)');
    await there.page.waitForFunction(`!${BUTTON}.querySelector('a').matches(':any-link')`);
    assert.equal(await there.words('label'), 'Cash out');
    await there.pressForWindow();
    assert.equal(new URL(there.page.url()).pathname, '/fallback/');
    assert.deepEqual(there.troubles, []);
    await there.leave();
  });
});
