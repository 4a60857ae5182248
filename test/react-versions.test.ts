// The React component under 18 and 19: a server's markup, and a browser that takes it up.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { readFileSync, rmSync } from 'node:fs';
import { resolve } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { promisify } from 'node:util';
import type { Browser } from 'puppeteer-core';
import { build, type Plugin } from 'vite';
import { launchChromium } from './browsers.ts';

const run = promisify(execFile);

const OTHER_REACT = resolve('node_modules/react-18/package.json');

/** What the package says of side effects is said of what is built; the same goes for the source of it. */
const sources: Plugin = {
  name: 'sources',
  transform: (code, id) => (id.endsWith('/src/index.ts') ? { code, moduleSideEffects: true } : null),
};

/** Resolves React as the folder of React 18 does. */
const react18: Plugin = {
  name: 'react-18',
  enforce: 'pre',
  resolveId(id, _, options) {
    return /^react(-dom)?($|\/)/.test(id) ? this.resolve(id, OTHER_REACT, { ...options, skipSelf: true }) : null;
  },
};

const serverMarkup = async (version: string): Promise<{ words: string[]; complaints: string }> => {
  const flags = version === '18' ? ['--react-18'] : [];
  const { stdout, stderr } = await run(process.execPath, ['test/fixtures/react-server.ts', ...flags], {
    env: { ...process.env, NODE_ENV: 'development' },
  });
  return { words: stdout.trim().split('\n'), complaints: stderr };
};

const bundle = async (version: string): Promise<string> => {
  const outDir = resolve(`node_modules/.vite/react-${version}-${process.pid}`);
  const mode = 'development';
  await build({
    configFile: false,
    logLevel: 'silent',
    mode,
    publicDir: false,
    define: { 'process.env.NODE_ENV': JSON.stringify(mode) },
    plugins: version === '18' ? [sources, react18] : [sources],
    build: {
      outDir,
      minify: false,
      target: 'esnext',
      lib: { entry: 'test/fixtures/react-page.ts', formats: ['es'], fileName: () => 'page.js' },
      rolldownOptions: { output: { codeSplitting: false } },
    },
  });
  const code = readFileSync(`${outDir}/page.js`, 'utf8');
  rmSync(outDir, { recursive: true });
  return code;
};

const MARKUP: Record<string, string> = {
  18: '<offramp-button token-endpoint="/api/token" amount="25" confirm-send="true" class="big" aria-label="Sell">Cash out</offramp-button>',
  19: '<offramp-button token-endpoint="/api/token" amount="25" confirm-send="" class="big" aria-label="Sell">Cash out</offramp-button>',
};

for (const [version, expected] of Object.entries(MARKUP)) {
  describe(`the component under React ${version}`, () => {
    let browser: Browser;
    before(async () => {
      browser = await launchChromium();
    });
    after(() => browser.close());

    it('is the tag with its attributes in the markup of a server, which says no word', async () => {
      assert.deepEqual(await serverMarkup(version), { words: [version, expected], complaints: '' });
    });

    it('takes that markup up in a browser, loses no event before or after, and complains of nothing', async () => {
      const code = await bundle(version);
      const page = await browser.newPage();
      const complaints: string[] = [];
      page.on('pageerror', (error) => complaints.push(`${error}`));
      page.on('console', (line) => {
        if (line.type() !== 'info') complaints.push(line.text());
      });
      await page.setRequestInterception(true);
      page.on('request', (request) => {
        const isScript = request.url().endsWith('/page.js');
        const html = `<!doctype html><title></title><div id="root">${expected}</div><script type="module" src="/page.js"></script>`;
        const contentType = isScript ? 'text/javascript' : 'text/html';
        void request.respond({ contentType, body: isScript ? code : html });
      });
      await page.goto('https://shop.example/');
      await page
        .waitForFunction(() => document.title !== '', { timeout: 10_000 })
        .catch((cause: Error) => assert.fail(`${cause.message} ${complaints.join('\n')}`));
      assert.deepEqual(complaints, []);
      assert.deepEqual(JSON.parse(await page.title()), {
        version,
        heard: ['selling', 'completed', 'completed'],
        isStopped: true,
        kept: {
          tokenEndpoint: '/api/token',
          amount: '25',
          confirmSend: true,
          disabled: false,
          address: '0x1',
          labels: { idle: 'Sell' },
        },
        isSame: true,
        hasProvider: true,
        changed: ['30', true, null],
        other: ['/api/other', false, false],
      });
    });
  });
}
