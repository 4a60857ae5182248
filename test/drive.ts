// A browser as a visitor has it: one window, a press, what other windows come and go. The same for all three engines.
import { setTimeout as pause } from 'node:timers/promises';
import type { Page } from 'puppeteer-core';
import { Builder, By, Capabilities, type WebElement } from 'selenium-webdriver';
import { type Engine, launchChromium, launchFirefox, startWebKit } from './browsers.ts';

export interface Visitor {
  visit(url: string): Promise<void>;
  /** A real press of the pointer, which lets the page open a window. */
  press(selector: string): Promise<void>;
  /** As `press`, on a part of the button. */
  pressPart(name: string): Promise<void>;
  /** The value of an expression in the first window. It goes through JSON. */
  read(expression: string): Promise<unknown>;
  /** How many windows and tabs are open. */
  countWindows(): Promise<number>;
  /** Closes every window but the first. */
  closeOthers(): Promise<void>;
  leave(): Promise<void>;
}

/** Waits until `condition` gives something true, and gives it. Throws after `limit` milliseconds, with what it last saw. */
export const until = async <Value>(condition: () => Promise<Value>, what: string, limit = 10_000): Promise<Value> => {
  const end = Date.now() + limit;
  for (;;) {
    const value = await condition();
    if (value) return value;
    if (Date.now() > end) throw new Error(`Waited ${limit} ms in vain: ${what}`);
    await pause(50);
  }
};

const inTime = (work: Promise<unknown>): Promise<unknown> =>
  Promise.race([work, pause(5000, undefined, { ref: false })]).catch(() => undefined);

const withPuppeteer = async (launch: typeof launchChromium | typeof launchFirefox): Promise<Visitor> => {
  const browser = await launch();
  const [first] = await browser.pages();
  const page: Page = first ?? (await browser.newPage());
  return {
    visit: async (url) => {
      await page.goto(url);
    },
    press: (selector) => page.click(selector),
    pressPart: (name) => page.click(`offramp-button >>> [part=${name}]`),
    read: async (expression) => JSON.parse((await page.evaluate(`JSON.stringify(${expression}) ?? 'null'`)) as string),
    countWindows: async () => (await browser.pages()).length,
    closeOthers: async () => {
      for (const other of await browser.pages()) if (other !== page) await other.close();
    },
    leave: async () => {
      await inTime(browser.close());
      browser.process()?.kill('SIGKILL');
    },
  };
};

const withWebKit = async (): Promise<Visitor> => {
  const { port, capabilities, stop } = await startWebKit();
  const driver = await new Builder()
    .usingServer(`http://127.0.0.1:${port}`)
    .withCapabilities(new Capabilities(capabilities))
    .build();
  const first = await driver.getWindowHandle();
  const closeOthers = async () => {
    for (const handle of await driver.getAllWindowHandles()) {
      if (handle === first) continue;
      await driver.switchTo().window(handle);
      await driver.close();
    }
    await driver.switchTo().window(first);
  };
  return {
    visit: (url) => driver.get(url),
    press: (selector) => driver.findElement(By.css(selector)).click(),
    pressPart: async (name) => {
      const find = `return document.querySelector('offramp-button').shadowRoot.querySelector('[part=${name}]')`;
      await (await driver.executeScript<WebElement>(find)).click();
    },
    read: async (expression) =>
      JSON.parse(await driver.executeScript<string>(`return JSON.stringify(${expression}) ?? 'null'`)),
    countWindows: async () => (await driver.getAllWindowHandles()).length,
    closeOthers,
    leave: async () => {
      // A window that COOP cut off and that is still open makes `quit` hang.
      await inTime(closeOthers());
      await inTime(driver.quit());
      await stop();
    },
  };
};

/** Starts an engine with one window. `leave` ends it. */
export const startVisitor = (engine: Engine): Promise<Visitor> => {
  if (engine === 'WebKit') return withWebKit();
  return withPuppeteer(engine === 'Chromium' ? launchChromium : launchFirefox);
};
