// The browser or the page dies between the claim and the wallet's answer, with the wallet's prompt open: nobody is asked again.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { globSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, it } from 'node:test';
import type { Browser } from 'puppeteer-core';
import { launchChromium } from '../browsers.ts';
import { until } from '../drive.ts';
import { assertTold, cashOut, goOn, OPENED, openTab, PAID, type Tab, useJourneys } from './journey.ts';

/** Milliseconds; a browser is started twice in a test, and writes to its disk when it likes. */
const LIMIT = { timeout: 120_000 };
const USDC_25 = 25_000_000n;
const SEND = '[part=send]';
const CONFIRM = '?confirm-send&redirect=/demo/return.html';
/** What a page may call, a few times over. */
const CALL = `{
  const button = document.querySelector('offramp-button');
  for (let times = 0; times < 3; times++) { button.start(); button.send(); }
}`;

describe('a browser that is killed while the wallet asks', () => {
  const visitor = useJourneys();
  let folder: string;
  let browser: Browser;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'offramp-profile-'));
    browser = await launchChromium({ userDataDir: folder });
    await visitor.connectBefore();
  }, LIMIT);
  afterEach(async () => {
    await browser.close();
    await rm(folder, { recursive: true, force: true, maxRetries: 5 });
  }, LIMIT);

  const open = (query = CONFIRM): Promise<Tab> => openTab(browser, `${visitor.demo.url}/${query}`);

  /** Waits until localStorage has these words on the disk: Chromium writes them there seconds after the page did. */
  const untilOnDisk = (words: string): Promise<unknown> =>
    until(
      async () => {
        const files = globSync(join(folder, 'Default/Local Storage/leveldb/*.log'));
        const texts = await Promise.all(files.map((file) => readFile(file, 'latin1')));
        return texts.some((text) => text.includes(words));
      },
      `${words} on the disk`,
      30_000,
    );

  /** Kills the browser's own process, which gets no chance to write or to say goodbye; starts it again with what the disk has. */
  const killAndRestart = async ({ without }: { without?: string } = {}): Promise<void> => {
    const child = browser.process() ?? assert.fail();
    // The site keeps its visitors signed in; the demo's cookie would end with the browser.
    const cookies = await browser.cookies();
    const gone = once(child, 'exit');
    process.kill(child.pid ?? assert.fail(), 'SIGKILL');
    await gone;
    if (without) await rm(join(folder, without), { recursive: true });
    browser = await launchChromium({ userDataDir: folder });
    await browser.setCookie(...cookies);
  };

  /** The claim is on the disk at once; of localStorage only what was there before the press. */
  const askAndKill = async (): Promise<Tab> => {
    const tab = await open();
    await cashOut(await tab.pressForWindow());
    await tab.reaches('ordered');
    await untilOnDisk('"stage":"ordered"');
    await tab.press(SEND);
    await visitor.untilAsked();
    await killAndRestart();
    const next = await open();
    await next.reaches('unsure');
    return next;
  };

  /** Nothing that a person or a page can do now makes the wallet ask again. */
  const assertQuiet = async (tab: Tab): Promise<void> => {
    await tab.read(CALL);
    await tab.looks(2);
    const other = await open('');
    await other.reaches('unsure');
    await other.read(CALL);
    await other.looks(1);
    await other.page.close();
    assert.equal(await tab.stage(), 'unsure');
    await visitor.assertUnmoved(1);
  };

  it('is unsure, asks no more, and adopts a late approval', LIMIT, async () => {
    const tab = await askAndKill();
    await assertQuiet(tab);
    await visitor.answer(true);
    await tab.reaches('completed');
    // The disk may have had the last step, too.
    assert.match(tab.told.join(' '), new RegExp(`^page (ordered )?sending unsure ${PAID}$`));
    await visitor.assertMoved('USDC', USDC_25);
  });

  it('and whose wallet never answers stays unsure until Coinbase ends the order, and asks no more', LIMIT, async () => {
    const tab = await askAndKill();
    await assertQuiet(tab);
    visitor.demo.simulator.advance(32 * 60_000);
    await tab.reaches('failed');
    assert.match(await tab.words('status'), /If a request is still open in your wallet, decline it/);
    await visitor.assertUnmoved(1);
  });

  it(
    'before its disk had the sale takes it up from its claim, asks no more, and adopts a late approval',
    LIMIT,
    async () => {
      const tab = await open('?redirect=/demo/return.html');
      await cashOut(await tab.pressForWindow());
      await visitor.untilAsked();
      await killAndRestart({ without: 'Default/Local Storage' });

      const next = await open('?redirect=/demo/return.html');
      await next.reaches('unsure');
      await visitor.assertUnmoved(1);
      await visitor.answer(true);
      await next.reaches('completed');
      await visitor.assertMoved('USDC', USDC_25);
    },
  );
});

describe('a page whose renderer crashes while the wallet asks', () => {
  const visitor = useJourneys();

  const crash = async ({ page }: Tab): Promise<void> => {
    const session = await page.createCDPSession();
    const crashed = new Promise((resolve) => page.once('error', resolve));
    // Chromium does not answer this one.
    void session.send('Page.crash').catch(() => {});
    await crashed;
  };

  it('is unsure after the reload, asks no more, and adopts a late approval', LIMIT, async () => {
    await visitor.connectBefore();
    const tab = await visitor.open();
    await cashOut(await tab.pressForWindow());
    await visitor.untilAsked();
    await crash(tab);
    await tab.reload('unsure');
    await tab.read(CALL);
    await tab.looks(2);
    await visitor.assertUnmoved(1);
    await visitor.answer(true);
    await tab.reaches('completed');
    assertTold(tab, `page ${OPENED} ordered before-send sending page sending unsure ${PAID}`);
    await visitor.assertMoved('USDC', USDC_25);
  });

  it(
    'stays unsure after the reload where the request is declined late: no more is asked, nothing moves',
    LIMIT,
    async () => {
      await visitor.connectBefore();
      const tab = await visitor.open();
      await cashOut(await tab.pressForWindow());
      await visitor.untilAsked();
      await crash(tab);
      await visitor.answer(false);
      await tab.reload('unsure');
      await tab.read(CALL);
      await tab.looks(2);
      assert.equal(await tab.stage(), 'unsure');
      await visitor.assertUnmoved(1);
    },
  );

  it('leaves the sale to another tab, which is unsure too and asks nobody', LIMIT, async () => {
    await visitor.connectBefore();
    const first = await visitor.open('?confirm-send');
    const window = await first.pressForWindow();
    await goOn(window);
    const second = await visitor.open('?confirm-send');
    await second.reaches('selling');
    await window.bringToFront();
    await window.click('#cash-out-now');
    await Promise.all([first.reaches('ordered'), second.reaches('ordered')]);
    await first.press(SEND);
    await visitor.untilAsked();
    await second.reaches('sending');
    await crash(first);
    await second.reaches('unsure');
    await second.read(CALL);
    await second.looks(2);
    await visitor.assertUnmoved(1);
    await visitor.answer(true);
    await second.reaches('completed');
    await first.reload('completed');
    await visitor.assertMoved('USDC', USDC_25);
  });
});
