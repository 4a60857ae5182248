// A visitor of the shop in Chromium, whose page notes when what happened. Knows presses and notes; does not know what is measured.
import { setTimeout as pause } from 'node:timers/promises';
import type { Browser, BrowserContext, CDPSession, Page } from 'puppeteer-core';

/** Something that happened in the page. */
export interface Note {
  what: string;
  /** Milliseconds since the epoch, with fractions. */
  at: number;
}

export interface Visitor {
  page: Page;
  session: CDPSession;
  press(): Promise<void>;
  /** Presses until a sale is under way: one that is over is put away first, and a wallet may have to be looked at first. */
  begin(): Promise<void>;
  /** Waits until this was noted, and gives its time. */
  noted(what: string, limit?: number): Promise<number>;
  /** Since the sale began, or `forget`. */
  notes(): Note[];
  forget(): void;
  leave(): Promise<void>;
}

/** Runs in the page before its own scripts. */
const takeNotes = (): void => {
  if (!location.pathname.endsWith('/sell.html')) return;
  const { tell } = globalThis as unknown as { tell(note: string): void };
  // Kept outside: what the page held of it would count as its own.
  const mark = (what: string): void => tell(JSON.stringify({ what, at: performance.timeOrigin + performance.now() }));
  Object.assign(globalThis, { mark });
  for (const name of ['offramp-change', 'offramp-error']) {
    addEventListener(name, (event) => {
      const { stage, error } = (event as CustomEvent<{ stage: string; error?: { code: string } }>).detail;
      mark(name === 'offramp-change' ? stage : `! ${error?.code}`);
    });
  }
  const hear = (): void => mark('signal heard');
  new BroadcastChannel('offramp-button').onmessage = hear;
  addEventListener('message', ({ origin }) => origin === location.origin && hear());
  addEventListener('storage', ({ key }) => key?.startsWith('offramp-button:returned:') && hear());
  const { fetch } = globalThis;
  globalThis.fetch = (...request) => {
    const [input] = request;
    const { pathname } = new URL(input instanceof Request ? input.url : input, location.href);
    if (pathname !== '/wallet') mark(`asks ${pathname.replace(/sales\/[^/]+/, 'sales/…')}`);
    return fetch(...request);
  };
  let task = 0;
  addEventListener(
    'click',
    () => {
      mark('press');
      task += 1;
      const mine = task;
      // Comes in a task of its own, after that of the press.
      const { port1, port2 } = new MessageChannel();
      port1.onmessage = () => {
        if (task === mine) task = 0;
        port1.close();
      };
      port2.postMessage('');
    },
    true,
  );
  const { open } = window;
  window.open = (...given) => {
    mark(task > 0 ? 'opens in the press’s task' : 'opens later');
    const opened = open.apply(window, given);
    mark('opened');
    return opened;
  };
};

const LIMIT = 20_000;

export const visit = async (browser: Browser, url: string): Promise<Visitor> => {
  const context: BrowserContext = await browser.createBrowserContext();
  const page = await context.newPage();
  const session = await page.createCDPSession();
  await session.send('Performance.enable');
  await session.send('Runtime.enable');
  await session.send('Runtime.addBinding', { name: 'tell' });
  let notes: Note[] = [];
  session.on('Runtime.bindingCalled', ({ payload }) => notes.push(JSON.parse(payload) as Note));
  await page.evaluateOnNewDocument(takeNotes);
  await page.goto(url, { waitUntil: 'load' });
  await page.evaluate(() => customElements.whenDefined('offramp-button').then(() => {}));

  const noted = async (what: string, limit = LIMIT): Promise<number> => {
    for (const end = Date.now() + limit; ; await pause(10)) {
      const found = notes.find((note) => note.what === what);
      if (found) return found.at;
      if (Date.now() > end)
        throw new Error(`"${what}" in vain; there were: ${notes.map((note) => note.what).join(', ')}`);
    }
  };
  const press = async (): Promise<void> => {
    const place = (await page.evaluate(`(() => {
      const { x, y, width, height } = document.querySelector('offramp-button').shadowRoot.querySelector('button').getBoundingClientRect();
      return { x: x + width / 2, y: y + height / 2 };
    })()`)) as { x: number; y: number };
    await page.mouse.click(place.x, place.y);
  };
  const stage = async (): Promise<string> =>
    (await page.evaluate(`document.querySelector('offramp-button').stage`)) as string;

  const forget = (): void => {
    notes = [];
  };

  return {
    page,
    session,
    press,
    noted,
    notes: () => notes,
    forget,
    begin: async () => {
      if ((await stage()) === 'completed') {
        await press();
        await page.waitForFunction(`document.querySelector('offramp-button').stage === 'idle'`);
      }
      forget();
      for (const end = Date.now() + LIMIT; Date.now() < end; ) {
        await press();
        for (let looks = 0; looks < 100; looks += 1) {
          if (notes.some(({ what }) => what === 'selling' || what === 'opening')) return;
          await pause(10);
        }
      }
      throw new Error(`No sale began; there were: ${notes.map(({ what }) => what).join(', ')}`);
    },
    leave: () => context.close(),
  };
};
