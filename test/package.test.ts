// The package as somebody installs it: built and packed, unpacked elsewhere, then imported, compiled against, bundled and loaded.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import type { Browser, Page } from 'puppeteer-core';
import { bundleSingle } from '../bench/bundle.ts';
import { hashesIn, withHash } from '../tools/integrity.ts';
import { launchChromium } from './browsers.ts';
import { until } from './drive.ts';
import { testBundlers } from './package/bundlers.ts';
import { testCopies } from './package/copies.ts';
import { codeEntries, packageManifest as manifest, type Packed, packPackage, run } from './package/packed.ts';
import { openShop, pressInVain } from './package/pages.ts';
import { testTypes } from './package/types.ts';

let made: Packed;
const packed = (): Packed => made;
let chromium: Browser;
const browser = (): Browser => chromium;
const read = (path: string): string => readFileSync(join(made.folder, path), 'utf8');

const sha384 = (content: Uint8Array | string): string =>
  `sha384-${createHash('sha384').update(content).digest('base64')}`;

/** Specifiers of a module's imports and re-exports, as the build writes them. */
const specifiers = (code: string): string[] =>
  [
    ...code.matchAll(/^(?:import|export)\b[^;'"]*?\bfrom\s*"([^"]+)"/gm),
    ...code.matchAll(/^import\s*"([^"]+)"/gm),
    ...code.matchAll(/\bimport\(\s*"([^"]+)"/g),
  ].map(([, name = '']) => name);

before(async () => {
  made = await packPackage();
  chromium = await launchChromium();
});
after(async () => {
  await chromium?.close();
  made?.remove();
});

describe('the package', () => {
  it('has every file that its manifest names', () => {
    const named = [
      ...Object.values(manifest.exports).flatMap((target) =>
        typeof target === 'string' ? target : Object.values(target),
      ),
      ...manifest.sideEffects,
      manifest.unpkg,
      manifest.jsdelivr,
      manifest.customElements,
    ];
    assert.deepEqual(
      named.filter((path) => globSync(path, { cwd: made.folder }).length === 0),
      [],
    );
  });

  for (const { entry, name } of codeEntries) {
    it(`gives ${entry} to whoever imports it by the package's name, in plain Node`, async () => {
      const isOfTypes = entry.startsWith('./jsx/');
      const script = `console.log(Object.keys(await import('${name}')).length > 0)`;
      const { stdout, stderr } = await run(process.execPath, ['--input-type=module', '--eval', script], {
        cwd: made.shop,
      });
      assert.equal(stdout + stderr, `${!isOfTypes}\n`);
    });
  }

  it('holds what is built, its words and its licence, and nothing else', () => {
    const paths = [...made.files.keys()];
    assert.deepEqual(paths.filter((path) => !path.startsWith('dist/')).sort(), [
      'LICENSE',
      'README.md',
      'package.json',
    ]);
    const isKnown = (path: string): boolean =>
      /\.(js|d\.ts|md)$|^LICENSE$|^(package|dist\/custom-elements)\.json$|^dist\/snippet\.html$/.test(path);
    assert.deepEqual(
      paths.filter((path) => /test|demo|fixture|\.map$/.test(path) || !isKnown(path)),
      [],
    );
  });

  it('imports only its dependencies and itself', () => {
    const known = { ...manifest.dependencies, ...manifest.peerDependencies };
    const modules = globSync('dist/**/*.js', { cwd: made.folder }).filter((path) => !path.endsWith('.min.js'));
    assert.ok(modules.length >= codeEntries.length);
    for (const path of modules) {
      for (const name of specifiers(read(path))) {
        const isOwn = name.startsWith('./') || name.startsWith('../');
        const isKnown = isOwn || name.startsWith('node:') || (name.split('/')[0] ?? '') in known;
        assert.ok(isKnown, `${path} imports ${name}`);
        assert.ok(name !== 'react' || path === 'dist/react.js', `${path} imports React`);
      }
    }
  });

  it("tells React's server that the component is for a browser", () =>
    assert.match(read('dist/react.js'), /^\s*(\/\/.*\n)*(['"])use client\2/));
});

testTypes(packed);
testBundlers(packed, browser);
testCopies(packed, browser);

describe('the one file', () => {
  const one = (): string => read('dist/offramp-button.min.js');

  it('imports nothing', () => {
    // Minified, so that any import anywhere must be looked for.
    assert.doesNotMatch(one(), /(^|[;}\s])(import|export)\b[^;]{0,2000}?\bfrom\s*["'`]|\bimport\s*[("'`]/);
  });

  it('comes with the licences of what is in it', () => {
    const text = read('dist/offramp-button.min.LICENSE.md');
    for (const name of ['lit', 'viem', 'zod']) assert.match(text, new RegExp(`\\b${name}\\b`));
  });

  it('is the same to the byte, wherever and whenever it is built', async () => {
    const { files } = await bundleSingle();
    const again = files.get('offramp-button.min.js');
    assert.ok(again);
    assert.equal(sha384(again), sha384(one()));
  });

  it('has its hash in the README, and the build prints it', () => {
    const hash = sha384(one());
    const found = hashesIn(readFileSync('README.md', 'utf8'));
    assert.ok(found.length > 0, 'README has a tag with integrity');
    for (const written of found) assert.equal(written, hash, 'run `npm run build && node tools/integrity.ts --write`');
    assert.ok(made.said.includes(`integrity="${hash}"`), made.said);
    assert.ok(made.said.includes(sha384(read('dist/light/cash-out.js'))), 'the second file of the two');
  });

  it('gets a hash into any tag of the README, and nowhere else', () => {
    const tag = (hash: string) => `a <script src="/x/offramp-button.min.js" integrity="${hash}" crossorigin> b`;
    const text = `<script src="/other.js" integrity="sha384-x"></script>\n${tag('')}`;
    assert.equal(
      withHash(text, 'sha384-a$1b'),
      text.replace(tag(''), () => tag('sha384-a$1b')),
    );
  });

  it('is taken by a browser that checks the hash, and draws the button', async () => {
    const pinned = `<script type="module" src="/one.js" integrity="${sha384(one())}" crossorigin="anonymous"></script>`;
    const { page, troubles } = await openShop(browser(), (path) =>
      path === '/' ? `<offramp-button>Get paid</offramp-button>${pinned}` : one(),
    );
    assert.equal(await pressInVain(page), 'no-wallet');
    assert.deepEqual(troubles, []);

    const session = await page.createCDPSession();
    await session.send('Emulation.setEmulatedMedia', { features: [{ name: 'forced-colors', value: 'active' }] });
    const [border, text] = await page.evaluate(() => {
      const button = document.querySelector('offramp-button')?.shadowRoot?.querySelector('button');
      const probe = document.body.appendChild(document.createElement('p'));
      probe.style.color = 'ButtonText';
      return [button ? getComputedStyle(button).borderTopColor : '', getComputedStyle(probe).color];
    });
    assert.equal(border, text, 'In forced colours the button has an edge to be seen by.');
  });
});

describe('the two files', () => {
  const BUTTON = '<offramp-button token-endpoint="/token"></offramp-button>';

  /** The shop's page, with the files where the build's own import map has them. */
  const openPage = (answer: (path: string) => string | undefined, head = '') =>
    openShop(browser(), (path) => {
      if (path !== '/') return answer(path.replace('/offramp-button/', 'dist/light/'));
      return `${head}<script type="module" src="/offramp-button/offramp-button.js"></script>${BUTTON}`;
    });

  it('are one before somebody points at the button, and two then', async () => {
    const { page, asked, troubles } = await openPage(read);
    await page.waitForNetworkIdle();
    assert.deepEqual(asked, ['/offramp-button/offramp-button.js']);
    await page.hover('offramp-button');
    await page.waitForNetworkIdle();
    assert.deepEqual(asked, ['/offramp-button/offramp-button.js', '/offramp-button/cash-out.js']);
    assert.deepEqual(troubles, []);
  });

  it('are both pinned by the import map that the build prints', async () => {
    const map = /<script type="importmap">[\s\S]*?<\/script>/.exec(made.said)?.[0] ?? '';
    assert.ok(map);
    const whole = await openPage(read, map);
    await whole.page.hover('offramp-button');
    await whole.page.waitForFunction(
      () => (document.querySelector('offramp-button')?.shadowRoot?.adoptedStyleSheets.length ?? 0) > 1,
    );
    const changed = await openPage((path) => `${read(path)}${path.endsWith('cash-out.js') ? '\n' : ''}`, map);
    assert.equal(await pressInVain(changed.page), 'backend-unreachable');
  });

  it('tell a press where the second cannot be fetched', async () => {
    const { page, troubles } = await openPage((path) => (path.endsWith('cash-out.js') ? undefined : read(path)));
    await page.evaluate(() => {
      localStorage.setItem('offramp-button:connected', '');
      addEventListener('offramp-error', (event) => {
        const { detail } = event as HTMLElementEventMap['offramp-error'];
        document.title = JSON.stringify([detail.error?.code, detail.stage, detail.error?.recoverable]);
      });
    });
    const opened: (Page | null)[] = [];
    page.on('popup', (popup) => opened.push(popup));
    await page.click('offramp-button');
    await page.waitForFunction(() => document.title !== '');
    assert.equal(await page.title(), '["backend-unreachable","idle",true]');
    const words = () =>
      document.querySelector('offramp-button')?.shadowRoot?.querySelector('[part=error]')?.textContent ?? '';
    assert.match(await page.evaluate(words), /could not be loaded.*reload this page/);
    assert.equal(await page.$('offramp-button:state(busy)'), null);
    // The window was opened in the press, and is not left behind.
    assert.equal(opened.length, 1);
    await until(async () => opened[0]?.isClosed(), 'the window to be closed');
    assert.deepEqual(troubles, []);
  });
});
