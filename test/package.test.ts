// The package as somebody installs it: built and packed in a folder of its own, then imported, compiled against and loaded.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { cpSync, globSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { promisify } from 'node:util';
import type { Browser, Page } from 'puppeteer-core';
import { build } from 'vite';
import { launchChromium } from './browsers.ts';
import { until } from './drive.ts';

const run = promisify(execFile);

interface Manifest {
  name: string;
  exports: Record<string, { types: string; default: string }>;
  sideEffects: string[];
  unpkg: string;
  jsdelivr: string;
}
const manifest: Manifest = JSON.parse(readFileSync('package.json', 'utf8'));
const entries = Object.entries(manifest.exports);

/** Within node_modules, where the built modules find their dependencies. */
const place = resolve(`node_modules/.vite/package-${process.pid}`);
const tsc = resolve('node_modules/typescript/bin/tsc');
const one = join(place, 'dist/offramp-button.min.js');

/** Specifiers of a module's imports and re-exports, as the build writes them. */
const specifiers = (code: string): string[] =>
  [
    ...code.matchAll(/^(?:import|export)\b[^;'"]*?\bfrom\s*"([^"]+)"/gm),
    ...code.matchAll(/^import\s*"([^"]+)"/gm),
    ...code.matchAll(/\bimport\(\s*"([^"]+)"/g),
  ].map(([, name = '']) => name);

/** A page of somebody's, compiled against the package's types. */
const CONSUMER = `
import { OfframpButton, OfframpError, type Stage } from 'offramp-button';
import { OfframpButton as Plain } from 'offramp-button/element';
import { announceReturn } from 'offramp-button/return';
import { createOfframpHandler } from 'offramp-button/server';
import { createSimulator } from 'offramp-button/simulator';

const isSame: typeof OfframpButton extends typeof Plain ? true : never = true;
const button = document.querySelector('offramp-button');
button?.addEventListener('offramp-completed', ({ detail }) => detail.sale.fiat?.value.toUpperCase());
const stage: Stage | undefined = button?.stage;
const returned: boolean = announceReturn();
// @ts-expect-error: there is no such stage.
const wrong: Stage = 'somewhere';
// @ts-expect-error: \`authorize\` and more are missing.
createOfframpHandler({});
// @ts-expect-error: nor may it be started with nothing.
createSimulator(1);
export { isSame, stage, returned, wrong, OfframpError };
`;

before(async () => {
  // Vite's servers of the browser tests leave their own mode to their children.
  process.env.NODE_ENV = 'production';
  mkdirSync(place, { recursive: true });
  for (const name of ['package.json', 'README.md', 'LICENSE', 'CHANGELOG.md']) cpSync(name, join(place, name));
  const outDir = join(place, 'dist');
  await build({ logLevel: 'silent', build: { outDir, emptyOutDir: true } });
  await build({ logLevel: 'silent', mode: 'single', build: { outDir } });
  await build({ logLevel: 'silent', mode: 'light', build: { outDir: join(outDir, 'light') } });
  await run(process.execPath, [tsc, '-p', 'tsconfig.build.json', '--outDir', outDir]);
});
after(() => rmSync(place, { recursive: true, force: true }));

describe('the package', () => {
  it('has every file that its manifest names', () => {
    const named = [
      ...entries.flatMap(([, { types, default: code }]) => [types, code]),
      ...manifest.sideEffects,
      manifest.unpkg,
      manifest.jsdelivr,
    ];
    assert.deepEqual(
      named.filter((path) => globSync(path, { cwd: place }).length === 0),
      [],
    );
  });

  for (const [entry] of entries) {
    it(`gives ${entry} to whoever imports it by the package's name, in plain Node`, async () => {
      const script = `console.log(Object.keys(await import('${join(manifest.name, entry)}')).length > 0)`;
      const { stdout, stderr } = await run(process.execPath, ['--input-type=module', '--eval', script], { cwd: place });
      assert.equal(stdout + stderr, 'true\n');
    });
  }

  it('holds what is built, its words and its licence, and nothing else', async () => {
    const { stdout } = await run('npm', ['pack', '--dry-run', '--json'], { cwd: place });
    const [{ files }] = JSON.parse(stdout) as [{ files: { path: string }[] }];
    const paths = files.map(({ path }) => path);
    assert.deepEqual(paths.filter((path) => !path.startsWith('dist/')).sort(), [
      'LICENSE',
      'README.md',
      'package.json',
    ]);
    assert.ok(paths.includes('dist/offramp-button.min.js'));
    assert.deepEqual(
      paths.filter((path) => /test|demo|fixture|\.map$/.test(path) || !/\.(js|d\.ts|md|json)$|^LICENSE$/.test(path)),
      [],
    );
  });

  it('imports only its dependencies and itself', () => {
    const { dependencies }: { dependencies: Record<string, string> } = JSON.parse(readFileSync('package.json', 'utf8'));
    const modules = globSync('dist/**/*.js', { cwd: place }).filter((path) => !path.endsWith('.min.js'));
    assert.ok(modules.length >= entries.length);
    for (const path of modules) {
      const code = readFileSync(join(place, path), 'utf8');
      for (const name of specifiers(code)) {
        const isOwn = name.startsWith('./') || name.startsWith('../');
        const isKnown = isOwn || name.startsWith('node:') || (name.split('/')[0] ?? '') in dependencies;
        assert.ok(isKnown, `${path} imports ${name}`);
      }
    }
  });

  it('has types that a strict page compiles against', async () => {
    const compilerOptions = { strict: true, noEmit: true, module: 'nodenext', target: 'es2022', types: [] };
    writeFileSync(join(place, 'tsconfig.json'), JSON.stringify({ compilerOptions, files: ['consumer.ts'] }));
    writeFileSync(join(place, 'consumer.ts'), CONSUMER);
    const check = run(process.execPath, [tsc, '-p', place]);
    await check.catch(({ stdout }: { stdout: string }) => assert.fail(stdout));
  });
});

describe('the one file', () => {
  it('imports nothing', () => {
    // Minified, so that any import anywhere must be looked for.
    assert.doesNotMatch(
      readFileSync(one, 'utf8'),
      /(^|[;}\s])(import|export)\b[^;]{0,2000}?\bfrom\s*["'`]|\bimport\s*[("'`]/,
    );
  });

  it('comes with the licences of what is in it', () => {
    const text = readFileSync(one.replace(/\.js$/, '.LICENSE.md'), 'utf8');
    for (const name of ['lit', 'viem', 'zod']) assert.match(text, new RegExp(`\\b${name}\\b`));
  });

  it('defines the element in a page, and a second copy does no harm', async () => {
    const browser = await launchChromium();
    try {
      const page = await browser.newPage();
      const troubles: unknown[] = [];
      const lines: string[] = [];
      page.on('pageerror', (error) => troubles.push(error));
      page.on('console', (line) => lines.push(line.text()));
      await page.setContent('<offramp-button token-endpoint="/token">Get paid</offramp-button>');
      const content = readFileSync(one, 'utf8');
      await page.addScriptTag({ type: 'module', content });
      await page.waitForSelector('offramp-button:defined');
      await page.addScriptTag({ type: 'module', content });
      await page.waitForFunction(() => document.querySelector('offramp-button')?.shadowRoot?.querySelector('button'));
      assert.deepEqual(troubles, []);
      assert.deepEqual(lines, ['<offramp-button> is already defined; this second copy is not used.']);

      const session = await page.createCDPSession();
      await session.send('Emulation.setEmulatedMedia', { features: [{ name: 'forced-colors', value: 'active' }] });
      const [border, text] = await page.evaluate(() => {
        const button = document.querySelector('offramp-button')?.shadowRoot?.querySelector('button');
        const probe = document.body.appendChild(document.createElement('p'));
        probe.style.color = 'ButtonText';
        return [button ? getComputedStyle(button).borderTopColor : '', getComputedStyle(probe).color];
      });
      assert.equal(border, text, 'In forced colours the button has an edge to be seen by.');
    } finally {
      await browser.close();
    }
  });
});

describe('the two files', () => {
  let browser: Browser;
  before(async () => {
    browser = await launchChromium();
  });
  after(() => browser.close());

  /** A page of a shop; `asked` are the paths of its scripts, in order. */
  const openPage = async (isBroken = false): Promise<{ page: Page; asked: string[]; troubles: unknown[] }> => {
    const page = await (await browser.createBrowserContext()).newPage();
    const asked: string[] = [];
    const troubles: unknown[] = [];
    page.on('pageerror', (error) => troubles.push(error));
    await page.setRequestInterception(true);
    page.on('request', (request) => {
      const { pathname } = new URL(request.url());
      if (!pathname.endsWith('.js')) {
        const body =
          '<script type="module" src="/offramp-button.js"></script><offramp-button token-endpoint="/token"></offramp-button>';
        return void request.respond({ contentType: 'text/html', body });
      }
      asked.push(pathname);
      if (isBroken && pathname === '/cash-out.js') return void request.abort();
      const body = readFileSync(join(place, 'dist/light', pathname));
      return void request.respond({ contentType: 'text/javascript', body });
    });
    await page.goto('https://shop.example/');
    await page.waitForSelector('offramp-button:state(idle)');
    return { page, asked, troubles };
  };

  it('are one before somebody points at the button, and two then', async () => {
    const { page, asked, troubles } = await openPage();
    await page.waitForNetworkIdle();
    assert.deepEqual(asked, ['/offramp-button.js']);
    await page.hover('offramp-button');
    await page.waitForNetworkIdle();
    assert.deepEqual(asked, ['/offramp-button.js', '/cash-out.js']);
    assert.deepEqual(troubles, []);
  });

  it('tell a press where the second cannot be fetched', async () => {
    const { page, troubles } = await openPage(true);
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
