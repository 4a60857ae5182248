// Every example as a project of its own, with the packed package: built, opened in Chromium, pressed, paid out.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { join, resolve } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { promisify } from 'node:util';
import type { Browser } from 'puppeteer-core';
import { launchChromium } from '../browsers.ts';
import { packPackage, type Shelf } from './install.ts';
import { buildPages, type ProjectName, projectNames } from './projects.ts';
import { openShop, type Shop } from './shop.ts';
import { countListeners, PRESSED, type Visit, visit } from './visit.ts';

/** Where an object that comes before the element is defined ends in an attribute: there the element must be imported first. */
const LOSES_OBJECTS: readonly ProjectName[] = ['preact'];

/** Where TypeScript itself checks the tag or the listeners; what is in templates of Vue, Svelte and Angular it does not read. */
const TYPED: readonly ProjectName[] = ['react 19', 'preact', 'solid', 'angular'];

const run = promisify(execFile);

let shelf: Shelf;
let shop: Shop;
let browser: Browser;

before(async () => {
  shelf = await packPackage('types');
  browser = await launchChromium();
  shop = await openShop(shelf.place);
});
after(async () => {
  await browser?.close();
  await shop?.stop();
  shelf?.remove();
});

/** From a press to the payout. */
const sell = async (there: Visit): Promise<void> => {
  const window = await there.pressForWindow();
  assert.equal(await there.words('label'), 'Continue at Coinbase');
  await there.cashOut(window);
  await there.payOut();
  await there.shows('Paid out: 24.75 USD');
};

for (const name of projectNames) {
  const keepsObjects = !LOSES_OBJECTS.includes(name);
  describe(`the example in ${name}`, () => {
    let path = '';
    before(async () => {
      path = await buildPages(shelf, name);
    });

    if (TYPED.includes(name))
      it('compiles against the package’s types', async () => {
        const compiler = resolve('node_modules/typescript/bin/tsc');
        const project = join(shelf.place, path, '..');
        const check = run(process.execPath, [compiler, '--noEmit', '-p', project]);
        await check.catch(({ stdout }: { stdout: string }) => assert.fail(stdout));
      });

    it('tells an error, and takes 25 USDC to the payout', async () => {
      const there = await visit(browser, shop, `${path}/index.html`, { isAnnounced: true });
      await there.page.waitForSelector('offramp-button:state(idle)');
      assert.equal(await there.words('label'), 'Cash out');
      shop.tokenStatus = 403;
      await there.page.click(PRESSED);
      await there.shows('The site refused the request.');
      shop.tokenStatus = 200;
      assert.match(there.troubles.splice(0).join(), /^Failed to load resource: .* 403 \(Forbidden\)$/);
      await sell(there);
      assert.equal(there.wallet.count('eth_sendTransaction'), 1);
      assert.deepEqual(there.troubles, []);
      await there.leave();
    });

    it('gives its properties to the element, also to one that is defined late, and takes them back', async () => {
      const there = await visit(browser, shop, `${path}/page.html`, { isLate: keepsObjects });
      const has = (expression: string) =>
        there.read(`(() => {
        const button = document.querySelector('offramp-button');
        return ${expression};
      })()`);
      await there.page.waitForFunction('window.page');
      await there.read('window.page.show(window.wallet)');
      await there.page.waitForSelector('offramp-button');
      if (keepsObjects) {
        assert.equal(await has('button.matches(":defined")'), false);
        await there.define();
      }
      await there.page.waitForSelector('offramp-button:state(idle)');
      assert.equal(await has('button.provider === window.wallet'), true);
      assert.equal(await has('button.labels.selling'), 'Continue at Coinbase');
      assert.equal(
        await has('[button.tokenEndpoint, button.asset, button.network, button.amount].join()'),
        '/api/offramp/token,USDC,base,25',
      );
      await there.read('window.page.show(window.other = { ...window.wallet })');
      await there.page.waitForFunction(`document.querySelector('offramp-button').provider === window.other`);
      await there.read('window.page.show(undefined)');
      await there.page.waitForFunction(`!document.querySelector('offramp-button').provider`);
      assert.deepEqual(there.troubles, []);
      await there.leave();
    });

    it('takes its button away in the middle of a sale, and the sale goes on when it is back', async () => {
      const there = await visit(browser, shop, `${path}/page.html`);
      await there.page.waitForFunction('window.page');
      await there.read('window.page.show(window.wallet)');
      await there.page.waitForSelector('offramp-button:state(idle)');
      const window = await there.pressForWindow();
      await there.read('window.page.hide()');
      await there.page.waitForFunction(`!document.querySelector('offramp-button, [role=status]')`);
      await there.cashOut(window);
      assert.equal(there.wallet.count('eth_sendTransaction'), 0);
      await there.read('window.page.show(window.wallet)');
      await there.page.waitForSelector('offramp-button');
      for (const event of ['offramp-completed', 'offramp-error'])
        assert.equal(await countListeners(there.page, event), 1);
      await there.payOut();
      await there.shows('Paid out: 24.75 USD');
      assert.equal(there.wallet.count('eth_sendTransaction'), 1);
      assert.deepEqual(there.troubles, []);
      await there.leave();
    });
  });
}
