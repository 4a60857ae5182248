// The way back from Coinbase, in every engine found, with popup blocker and storage partitioning on: which road carries the signal
// under which COOP header, and that the window closes itself.
import assert from 'node:assert/strict';
import { after, afterEach, before, describe, it } from 'node:test';
import { type Engine, findBrowsers } from './browsers.ts';
import { startVisitor, until, type Visitor } from './drive.ts';
import { type ReturnSite, type Setting, startReturnSite } from './return-site.ts';

type Road = 'opener' | 'channel' | 'storage';

interface Case {
  name: string;
  setting: Setting;
  /** Whether the window that comes back still has its opener. The other two roads are open in every case. */
  opener: boolean | Partial<Record<Engine, boolean>>;
}

const CASES: readonly Case[] = [
  { name: 'no page sends COOP', setting: {}, opener: true },
  { name: 'the provider sends same-origin', setting: { provider: 'same-origin' }, opener: false },
  {
    name: 'the provider sends same-origin-allow-popups',
    setting: { provider: 'same-origin-allow-popups' },
    opener: false,
  },
  {
    name: 'the provider sends noopener-allow-popups',
    setting: { provider: 'noopener-allow-popups' },
    // Firefox does not know the value.
    opener: { Firefox: true },
  },
  { name: 'only a redirect of the provider sends same-origin', setting: { hop: 'same-origin' }, opener: false },
  { name: 'the host sends same-origin', setting: { host: 'same-origin' }, opener: false },
  {
    name: 'the host sends same-origin-allow-popups',
    setting: { host: 'same-origin-allow-popups' },
    // WebKit cuts the opener of a window that was blank first, and of no other.
    opener: { Chromium: true, Firefox: true },
  },
  {
    name: 'the host sends same-origin-allow-popups, the provider same-origin',
    setting: { host: 'same-origin-allow-popups', provider: 'same-origin' },
    opener: false,
  },
  {
    name: 'host and provider send same-origin',
    setting: { host: 'same-origin', provider: 'same-origin' },
    opener: false,
  },
  { name: 'only the return page sends same-origin', setting: { back: 'same-origin' }, opener: false },
  { name: 'it was not blank first and no page sends COOP', setting: { direct: true }, opener: true },
  {
    name: 'it was not blank first and the provider sends same-origin',
    setting: { direct: true, provider: 'same-origin' },
    opener: false,
  },
  {
    name: 'it was not blank first and the host sends same-origin-allow-popups',
    setting: { direct: true, host: 'same-origin-allow-popups' },
    opener: true,
  },
];

const SAME_TAB: readonly Omit<Case, 'opener'>[] = [
  { name: 'no page sends COOP', setting: {} },
  { name: 'the provider sends same-origin', setting: { provider: 'same-origin' } },
];

const LIMIT = { timeout: 30_000 };
const { absent } = findBrowsers();
const engines = (['Chromium', 'Firefox', 'WebKit'] as const).filter((engine) => !absent.has(engine));
const signal = (nonce: string) => ({ source: 'offramp-button', version: 1, type: 'returned', sale: 'sale', nonce });

describe('the return matrix', { concurrency: 2 }, () => {
  let site: ReturnSite;
  before(async () => {
    site = await startReturnSite();
  });
  after(() => site.close());

  for (const engine of engines) {
    describe(engine, { concurrency: 1 }, () => {
      let visitor: Visitor;
      before(async () => {
        visitor = await startVisitor(engine);
      }, LIMIT);
      afterEach(() => visitor.closeOthers(), LIMIT);
      after(() => visitor.leave(), LIMIT);

      const ready = () => until(() => visitor.read('window.ready'), 'the page');

      it('blocks a window that nobody pressed for', LIMIT, async () => {
        await visitor.visit(site.intruder);
        await until(() => visitor.read('"intruded" in window'), 'the try');
        assert.equal(await visitor.read('window.intruded'), false);
        assert.equal(await visitor.countWindows(), 1);
      });

      // WebKitGTK does not partition localStorage.
      if (engine !== 'WebKit') {
        it('keeps the storage of a framed site apart', LIMIT, async () => {
          await visitor.visit(site.framed);
          await until(() => visitor.read('window.written'), 'the frame');
          await visitor.visit(site.plain);
          assert.equal(await visitor.read('localStorage.getItem("written")'), null);
        });
      }

      for (const [index, { name, setting, opener }] of CASES.entries()) {
        it(`hears the return and sees the window close when ${name}`, LIMIT, async () => {
          const nonce = `${engine}-${index}`;
          await visitor.visit(site.host(setting, nonce));
          await ready();
          await visitor.press('button');
          assert.equal(await visitor.read('window.opened'), true);
          await until(async () => ((await visitor.read('window.signals')) as unknown[]).length, 'the signal');
          await until(async () => (await visitor.countWindows()) === 1, 'the window to close');

          const open = typeof opener === 'boolean' ? opener : (opener[engine] ?? false);
          const expected: Road[] = open ? ['channel', 'opener', 'storage'] : ['channel', 'storage'];
          // Each road takes the time that it takes.
          const areHeard = `Math.min(window.heard.length, window.signals.length) >= ${expected.length}`;
          await until(() => visitor.read(areHeard), `the roads ${expected}`);
          const heard = (await visitor.read('window.heard')) as { road: Road; data: unknown }[];
          assert.deepEqual(heard.map(({ road }) => road).sort(), expected);
          for (const { data } of heard) assert.deepEqual(data, signal(nonce));
          assert.deepEqual(await visitor.read('window.signals'), Array(expected.length).fill(signal(nonce)));
        });
      }

      for (const [index, { name, setting }] of SAME_TAB.entries()) {
        it(`does not close the tab that left for Coinbase itself when ${name}`, LIMIT, async () => {
          const nonce = `${engine}-same-tab-${index}`;
          await visitor.visit(site.launcher(setting, nonce));
          await ready();
          await visitor.press('button');
          // Over a second of life: longer than it takes a window to close itself, or to say that it cannot.
          await until(async () => ((await visitor.read('window.alive')) as unknown[]).length > 15, 'the tab to stay');
          assert.equal(await visitor.countWindows(), 2);
          const alive = (await visitor.read('window.alive')) as { search: string; words: string }[];
          assert.equal(alive.at(-1)?.search.includes('offramp-sale'), false);
          assert.equal(alive.at(-1)?.words, '');
          await until(() => visitor.read(`window.heard.some(({ road }) => road === 'channel')`), 'the channel');
          const heard = (await visitor.read('window.heard')) as { road: Road; data: unknown }[];
          assert.ok(heard.some(({ road }) => road === 'channel'));
          for (const { data } of heard) assert.deepEqual(data, signal(nonce));
        });
      }
    });
  }
});
