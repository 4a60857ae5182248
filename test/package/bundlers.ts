// Each bundler over the installed package, as a site's own build: one small script for the button, and the rest on intent.
import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { before, describe, it } from 'node:test';
import { build as esbuild } from 'esbuild';
import type { Browser } from 'puppeteer-core';
import { build as vite } from 'vite';
import webpack from 'webpack';
import { brotliLength } from '../../bench/bytes.ts';
import type { Packed } from './packed.ts';
import { folderOf, openShop, pressInVain } from './pages.ts';

/** Bytes of brotli before the first press: what our own bundler gives, and some room for another's own words. */
const MOST_INITIAL = 9_500;

const html = (script: string): string =>
  `<!doctype html><title>Shop</title><offramp-button amount="25">Cash out</offramp-button>${script}`;

const MAIN = `import { OfframpButton } from 'offramp-button';\ndocument.title = typeof OfframpButton.define;\n`;

const withWebpack = async (shop: string, path: string): Promise<void> => {
  const compiler = webpack({
    mode: 'production',
    context: shop,
    entry: './main.js',
    target: ['web', 'es2022'],
    output: { path, filename: 'main.js' },
    performance: { hints: false },
  });
  const stats = await new Promise<webpack.Stats | undefined>((resolve, reject) => {
    compiler?.run((error, result) => (error ? reject(error) : resolve(result)));
  });
  assert.deepEqual(stats?.toJson({ all: false, errors: true, warnings: true }), { errors: [], warnings: [] });
  await new Promise((resolve) => compiler?.close(resolve));
};

/** Bundler → builds the shop into a folder; gives the page's script where it makes no page itself. */
const BUNDLERS: Record<string, (shop: string, folder: string) => Promise<string | undefined>> = {
  Vite: async (root, outDir) => {
    await vite({ configFile: false, root, logLevel: 'silent', publicDir: false, build: { outDir } });
    return undefined;
  },
  esbuild: async (shop, outdir) => {
    const { warnings } = await esbuild({
      absWorkingDir: shop,
      entryPoints: ['main.js'],
      outdir,
      bundle: true,
      splitting: true,
      minify: true,
      format: 'esm',
      target: 'es2022',
      logLevel: 'silent',
    });
    assert.deepEqual(warnings, []);
    return '<script type="module" src="/main.js"></script>';
  },
  webpack: async (shop, folder) => {
    await withWebpack(shop, folder);
    return '<script src="/main.js" defer></script>';
  },
};

export const testBundlers = (packed: () => Packed, browser: () => Browser): void => {
  describe('a site that bundles the package', () => {
    before(() => {
      const { shop } = packed();
      writeFileSync(join(shop, 'main.js'), MAIN);
      writeFileSync(join(shop, 'index.html'), html('<script type="module" src="/main.js"></script>'));
    });

    for (const [name, build] of Object.entries(BUNDLERS)) {
      it(`with ${name} loads a small script first, the rest when somebody points at the button, and works`, async () => {
        const { shop } = packed();
        const folder = join(shop, `built-${name}`);
        mkdirSync(folder);
        const script = await build(shop, folder);
        if (script) writeFileSync(join(folder, 'index.html'), html(script));

        const { page, asked, troubles, lines } = await openShop(browser(), folderOf(folder));
        await page.waitForNetworkIdle();
        assert.equal(await page.title(), 'function');
        const first = [...asked];
        const bytes = await Promise.all(first.map((path) => brotliLength(readFileSync(join(folder, path)))));
        const initial = bytes.reduce((sum, one) => sum + one, 0);
        assert.ok(initial < MOST_INITIAL, `${first.join(' ')}: ${initial} bytes of brotli`);

        await page.hover('offramp-button');
        await page.waitForNetworkIdle();
        assert.ok(asked.length > first.length, `only ${asked.join(' ')}`);
        assert.equal(await pressInVain(page), 'no-wallet');
        assert.deepEqual([troubles, lines], [[], []]);
      });
    }

    it('into one file by esbuild, which takes no part of it away, works as well', async () => {
      const { shop } = packed();
      const { outputFiles } = await esbuild({
        absWorkingDir: shop,
        entryPoints: ['main.js'],
        bundle: true,
        format: 'iife',
        write: false,
        logLevel: 'silent',
      });
      const script = outputFiles[0]?.text ?? '';
      const { page, troubles } = await openShop(browser(), (path) =>
        path === '/' ? html('<script src="/main.js" defer></script>') : script,
      );
      assert.equal(await pressInVain(page), 'no-wallet');
      assert.deepEqual(troubles, []);
    });
  });
};
