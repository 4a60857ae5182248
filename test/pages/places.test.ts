// Whole sales on messy pages and in frames: hostile rules, old markup, a page that moves the button about, polluted prototypes, and
// each word that the sandbox of a frame may lack.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { launchChromium } from '../browsers.ts';
import { until } from '../drive.ts';
import { engines, LIMIT, type Shopper, startShopper } from './sell.ts';
import { type Site, startSite } from './site.ts';

let site: Site;
before(async () => {
  site = await startSite();
}, LIMIT);
after(() => site?.stop());

let made = 0;
const SCRIPTS = '<script src="/page.js"></script><script type="module" src="/button.js"></script>';

const tag = (attributes = ''): string => {
  made += 1;
  return `${site.tag} name="place-${made}" ${attributes}>Get paid</offramp-button>`;
};

const add = (html: string, headers: Record<string, string> = {}): string => site.add({ html, headers });

/** A page, of another site if not said otherwise, with a page of ours in a frame, the button in its middle. */
const framed = (
  sandbox: string | null,
  headers: Record<string, string> = {},
  first = '',
  of = site.elsewhere,
): string => {
  const inner = add(
    `<!doctype html><title>Shop</title>${first}<style>html, body { block-size: 100%; margin: 0 } body { display: grid; place-content: center }
    </style>${SCRIPTS}${tag()}`,
    headers,
  );
  return of(
    add(
      `<!doctype html><title>Embedder</title><script src="/page.js"></script>
      <iframe src="${inner}" width="480" height="400"${sandbox === null ? '' : ` sandbox="${sandbox}"`}></iframe>`,
    ),
  );
};

const WHOLE = ['scripts', 'same-origin', 'popups', 'popups-to-escape-sandbox', 'forms'];
const without = (...words: string[]): string =>
  WHOLE.filter((word) => !words.includes(word))
    .map((word) => `allow-${word}`)
    .join(' ');

/** How a part of the panel is to be read: what it says, how large, and what is really drawn at its place. */
const reading = (part: string): string => `(() => {
  const root = document.querySelector('offramp-button').shadowRoot;
  const words = root.querySelector('[part=${part}] bdi');
  words.scrollIntoView({ block: 'center' });
  const { x, y, width, height } = words.getBoundingClientRect();
  const { fontSize, color, visibility, direction, letterSpacing } = getComputedStyle(words);
  const before = ['::before', '::after'].map((name) => getComputedStyle(words.parentElement, name).content);
  return {
    says: words.innerText,
    size: parseFloat(fontSize),
    isRoomy: width > 60 && height > 12,
    isOnTop: root.elementFromPoint(x + width / 2, y + height / 2) === words,
    style: [visibility, direction, letterSpacing, ...before].join(),
    isSeen: color !== 'rgba(0, 0, 0, 0)',
  };
})()`;

const AT = `document.querySelector('offramp-button')`;

for (const engine of engines()) {
  describe(`in ${engine}`, () => {
    let shopper: Shopper;
    before(async () => {
      shopper = await startShopper(engine, site);
    }, LIMIT);
    after(() => shopper?.visitor.leave());

    it("a page's rules hide neither what is sent nor where it goes", LIMIT, async () => {
      const { visitor } = shopper;
      const page = `<!doctype html><html><title>Shop</title><link rel="stylesheet" href="/hostile.css">${SCRIPTS}
        ${tag('confirm-send')}<dl><dd>0x0</dd></dl>`;
      await shopper.open(add(page));
      await visitor.pressPart('button');
      await shopper.hears('ordered');
      const to = await visitor.read(`${AT}.sale.to`);
      const style = 'visible,ltr,normal,none,none';
      for (const [part, says] of [
        ['amount', '25 USDC'],
        ['address', to],
      ]) {
        const { size, ...rest } = (await visitor.read(reading(`${part}`))) as { size: number };
        assert.deepEqual(rest, { says, isRoomy: true, isOnTop: true, style, isSeen: true }, `${part}`);
        assert.ok(size >= 12, `${part}: ${size}px`);
      }
      const isReady = `!${AT}.shadowRoot.querySelector('[part=send]').hasAttribute('aria-disabled')`;
      await until(() => visitor.read(isReady), 'Send');
      // Where it closes the page comes to the front, and right after that no press counts.
      await until(async () => (await visitor.countWindows()) === 1, 'the window to close');
      await new Promise((resolve) => setTimeout(resolve, 600));
      await visitor.pressPart('send');
      await shopper.hears('completed');
    });

    it('an old page, from right to left, that moves, copies and takes away the button sells', LIMIT, () =>
      shopper.sells(
        add(`<html dir="rtl" lang="ar"><title>Shop</title>${SCRIPTS}<script src="/moving.js"></script>
          <main>${tag()}</main><aside></aside>`),
      ),
    );

    it('a page with things on every object sells', LIMIT, () =>
      // In a frame, because WebKit's driver does its work in the page that it looks at, and stumbles over them.
      shopper.sells(framed(null, {}, '<script src="/polluted.js"></script>'), { press: 'iframe' }),
    );

    it('a frame on a page of another site sells', LIMIT, () => shopper.sells(framed(null), { press: 'iframe' }));

    it('a frame in a sandbox sells, with the words it needs', LIMIT, () =>
      shopper.sells(framed(without('forms'), { 'permissions-policy': 'document-domain=()' }), { press: 'iframe' }),
    );

    for (const [word, code, others] of [
      ['same-origin', 'store-unavailable', []],
      ['popups', 'popup-blocked', ['popups-to-escape-sandbox']],
      ['popups-to-escape-sandbox', 'popup-blocked', []],
    ] as const) {
      // Firefox puts a blank window into no sandbox, so that a page cannot tell there.
      if (engine === 'Firefox' && word === 'popups-to-escape-sandbox') continue;
      it(`a frame without allow-${word} says so before anything is asked`, LIMIT, async () => {
        const { visitor } = shopper;
        await shopper.open(framed(without(word, ...others)));
        await visitor.press('iframe');
        await shopper.hears(`!${code}`);
        assert.match(await shopper.told(), new RegExp(`!${code}: .+ has to add allow-${word}\\.`));
        // A browser closes a window after it has said so to the page.
        await until(async () => (await visitor.countWindows()) === 1, 'the window to be closed');
        assert.doesNotMatch(await shopper.told(), /selling/);
      });
    }

    it('a frame on a page of its own site says so in every browser', LIMIT, async () => {
      await shopper.open(framed(without('popups-to-escape-sandbox'), {}, '', (page) => page));
      await shopper.visitor.press('iframe');
      await shopper.hears('!popup-blocked');
      assert.match(await shopper.told(), /!popup-blocked: .+ has to add allow-popups-to-escape-sandbox\./);
      assert.doesNotMatch(await shopper.told(), /selling/);
    });

    it('nothing is cut at 400 % zoom: a page of 320 pixels', LIMIT, async () => {
      const { visitor } = shopper;
      // The button is where a press on the middle of the frame lands.
      const inner = add(
        `<!doctype html><meta name="viewport" content="width=device-width">
        <style>body { padding-block: 270px; text-align: center }</style>${SCRIPTS}${tag('confirm-send')}`,
      );
      await shopper.open(add(`<!doctype html>${SCRIPTS}<iframe src="${inner}" width="320" height="600"></iframe>`));
      await visitor.press('iframe');
      await shopper.hears('ordered');
      // A page of its own site reaches into the frame after the sale as before.
      const [needed, there] = (await visitor.read(`(() => {
        const { scrollWidth, clientWidth } = document.querySelector('iframe').contentDocument.documentElement;
        return [scrollWidth, clientWidth];
      })()`)) as number[];
      assert.ok(needed);
      assert.equal(needed, there);
    });
  });
}

describe('printed', () => {
  it('the button shows what was sold and where it went, and nothing to press', LIMIT, async () => {
    const browser = await launchChromium();
    try {
      const page = await browser.newPage();
      await page.goto(add(`<!doctype html><title>Shop</title>${SCRIPTS}${tag('confirm-send')}`));
      await page.waitForFunction("told.includes('ready')");
      await page.click('offramp-button');
      await page.waitForFunction("told.includes('ordered')");
      const seen = () =>
        page.evaluate(() => {
          const root = document.querySelector('offramp-button')?.shadowRoot;
          return ['[part=amount]', '[part=address]', '[part=button]', '[part=send]'].map((part) =>
            root?.querySelector(part)?.checkVisibility(),
          );
        });
      assert.deepEqual(await seen(), [true, true, true, true]);
      await page.emulateMediaType('print');
      assert.deepEqual(await seen(), [true, true, false, false]);
    } finally {
      await browser.close();
    }
  });
});
