// More than one copy of the element on a page, and more than one tag.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { before, describe, it } from 'node:test';
import { build } from 'esbuild';
import type { Browser } from 'puppeteer-core';
import type { Packed } from './packed.ts';
import { openShop, pressInVain, type ShopPage } from './pages.ts';

const WARNING = '<offramp-button> is already defined; this second copy is not used.';

const page = (...scripts: string[]): string =>
  [
    '<!doctype html><title>Shop</title><offramp-button>Cash out</offramp-button>',
    ...scripts.map((src) => `<script type="module" src="${src}"></script>`),
  ].join('\n');

export const testCopies = (packed: () => Packed, browser: () => Browser): void => {
  describe('a page with a second copy', () => {
    let single: Buffer;
    let modules: string;
    before(async () => {
      const { shop, folder } = packed();
      single = readFileSync(join(folder, 'dist/offramp-button.min.js'));
      const { outputFiles } = await build({
        absWorkingDir: shop,
        stdin: { contents: `import 'offramp-button'`, resolveDir: shop },
        bundle: true,
        format: 'esm',
        write: false,
      });
      modules = outputFiles[0]?.text ?? '';
    });

    const assertOneWorks = async ({ page, troubles, lines }: ShopPage): Promise<void> => {
      assert.deepEqual([troubles, lines], [[], [WARNING]]);
      assert.equal(await pressInVain(page), 'no-wallet');
      assert.deepEqual(troubles, []);
    };

    it('of the one file, from two addresses, says so once and works', async () => {
      const shop = await openShop(browser(), (path) =>
        path === '/' ? page('/first/one.js', '/second/one.js') : single,
      );
      await shop.page.waitForNetworkIdle();
      assert.deepEqual(shop.asked, ['/first/one.js', '/second/one.js']);
      await assertOneWorks(shop);
    });

    it('in a bundle beside the one file, whichever comes first, says so once and works', async () => {
      for (const scripts of [
        ['/one.js', '/bundle.js'],
        ['/bundle.js', '/one.js'],
      ]) {
        const shop = await openShop(browser(), (path) => {
          if (path === '/') return page(...scripts);
          return path === '/one.js' ? single : modules;
        });
        await shop.page.waitForNetworkIdle();
        await assertOneWorks(shop);
      }
    });

    it('draws its own button under a second tag, and defines neither twice', async () => {
      const script = `
        import { OfframpButton } from '/one.js';
        OfframpButton.define('cash-out');
        OfframpButton.define('cash-out');
        class Own extends OfframpButton {}
        Own.define('own-button');
        Own.define('own-button');
        OfframpButton.define('own-button');
        document.title = [
          new OfframpButton().localName,
          document.createElement('cash-out') instanceof OfframpButton,
          customElements.get('own-button') === Own,
        ].join(' ');`;
      const {
        page: shop,
        troubles,
        lines,
      } = await openShop(browser(), (path) => {
        if (path === '/')
          return `${page()}<cash-out amount="7">Sell</cash-out><script type="module">${script}</script>`;
        return single;
      });
      await shop.waitForFunction(() => document.title !== 'Shop');
      assert.equal(await shop.title(), 'offramp-button true true');
      await shop.waitForSelector('cash-out:state(idle)');
      assert.deepEqual([troubles, lines], [[], []]);
      const told = shop.evaluate(
        () =>
          new Promise((resolve) =>
            document.addEventListener('offramp-error', ({ target }) => resolve((target as Element).localName)),
          ),
      );
      await shop.click('cash-out');
      assert.equal(await told, 'cash-out');
    });
  });
};
