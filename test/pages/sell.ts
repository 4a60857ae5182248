// A whole sale on a page of the site, by a visitor with an engine of their choice. Knows presses and what a page tells of a sale.
import assert from 'node:assert/strict';
import { type Engine, findBrowsers } from '../browsers.ts';
import { startVisitor, until, type Visitor } from '../drive.ts';
import type { Site } from './site.ts';

/** Milliseconds a test may take. */
export const LIMIT = { timeout: 60_000 };

/** The engines that are here. */
export const engines = (): Engine[] => {
  const { absent } = findBrowsers();
  return (['Chromium', 'Firefox', 'WebKit'] as const).filter((engine) => !absent.has(engine));
};

/** What a page tells of a sale that is sent by itself, after the return. */
export const SOLD = 'ready before-open opening selling ordered before-send sending settling completed';

interface How {
  /** What is pressed; the button by default. */
  press?: string;
  /** What this engine tells besides, and wrongly. */
  besides?: RegExp | undefined;
}

export interface Shopper {
  readonly visitor: Visitor;
  /** Opens a page, and waits until a press is enough. */
  open(address: string): Promise<void>;
  /** All that the page has told so far. */
  told(): Promise<string>;
  /** Waits until the page has told this. */
  hears(what: string): Promise<void>;
  /** Opens a page, presses the button, and waits for the end of a sale without a trouble. */
  sells(address: string, how?: How): Promise<void>;
}

/** Starts an engine for the pages of a site. */
export const startShopper = async (engine: Engine, site: Site): Promise<Shopper> => {
  const visitor = await startVisitor(engine);
  const told = async () => ((await visitor.read('window.told')) as string[] | null)?.join(' ') ?? '';
  const hears = async (what: string) => {
    let last = '';
    const isTold = async () => {
      await site.settle();
      last = await told();
      return last.includes(what);
    };
    await until(isTold, what, 15_000).catch(({ message }) => assert.fail(`${message}; told: ${last}`));
  };
  const open = async (address: string) => {
    await visitor.visit(address);
    await hears('ready');
  };
  return {
    visitor,
    open,
    told,
    hears,
    sells: async (address, { press = 'offramp-button', besides = /^$/ } = {}) => {
      const before = site.asks();
      await open(address);
      await visitor.press(press);
      await hears('completed');
      assert.equal((await told()).replace(besides, ''), SOLD);
      assert.equal(site.asks(), before + 1, 'The wallet is asked once.');
    },
  };
};
