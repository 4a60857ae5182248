// Two versions of the script at one sale, in two tabs or on one page: they share what is kept, and the wallet is asked once.
import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import type { HTTPRequest } from 'puppeteer-core';
import { build, type Rolldown } from 'vite';
import { until } from '../drive.ts';
import { cashOut, goOn, LIMIT, type Tab, useJourneys } from './journey.ts';

const USDC_25 = 25_000_000n;
const SEND = '[part=send]';
/** Has two buttons send at the same moment, as no person can: by the page's call, which counts once Coinbase has sent the visitor back. */
const callSend = (tag: string): string => `document.querySelector('${tag}').send()`;

/** The backend has no claims, and so no part in what is asked of the wallet: what the versions share in the browser decides alone. */
const WITHOUT_CLAIMS = `{
  const button = document.querySelector('offramp-button');
  button.removeAttribute('instruction-key');
  button.fetch = async (...request) => {
    const answer = await fetch(...request);
    if (!new URL(answer.url).pathname.endsWith('/token')) return answer;
    return Response.json({ ...(await answer.json()), claimUrl: undefined }, { status: answer.status });
  };
}`;

/** Lets a tab be made deaf to others; runs before the page's own scripts. */
const MAY_DEAFEN = `addEventListener('storage', (event) => window.isDeaf && event.stopImmediatePropagation())`;
/** Leaves a tab with what localStorage says now: what another tab writes may come too late. */
const DEAFEN = `{
  const now = { ...localStorage };
  Storage.prototype.getItem = (key) => now[key] ?? null;
  window.isDeaf = true;
}`;

/** Waits until the sale knows that the visitor is back. */
const untilReturned = async ({ read }: Tab): Promise<void> => {
  const isKept = `Object.values(localStorage).some((text) => text.includes('"returned":true'))`;
  await until(() => read(isKept), 'the return to be heard');
};

/** The self-contained file of another version: its words are not the page's own. */
const buildOther = async (): Promise<string> => {
  const output = (await build({
    mode: 'single',
    logLevel: 'silent',
    build: { write: false },
    plugins: [
      {
        name: 'another-version',
        enforce: 'pre',
        transform: (code, id) => {
          if (!id.endsWith('/src/words.ts')) return null;
          const changed = code.replace("send: 'Send", "send: 'Other: send");
          assert.notEqual(changed, code);
          return changed;
        },
      },
    ],
  })) as Rolldown.RolldownOutput[];
  const file = output[0]?.output.find(({ fileName }) => fileName.endsWith('.min.js'));
  assert.ok(file?.type === 'chunk');
  return file.code;
};

describe('two versions', () => {
  const visitor = useJourneys();
  let other: string;
  before(async () => {
    other = await buildOther();
  });

  /** Gives a tab the other version from its next document on, in the place of the page's own, or beside it at an address of its own. */
  const giveOther = async ({ page }: Tab, path: string): Promise<void> => {
    await page.setRequestInterception(true);
    page.on('request', (request: HTTPRequest) => {
      const isIt = new URL(request.url()).pathname === path;
      void (isIt ? request.respond({ contentType: 'text/javascript', body: other }) : request.continue());
    });
  };

  const sendWords = (tab: Tab, tag = 'offramp-button'): Promise<unknown> =>
    tab.read(`document.querySelector('${tag}').shadowRoot.querySelector('${SEND}').textContent.trim()`);

  it(
    'in two tabs show one sale, and told to send before they hear of each other ask once: they share the claim',
    LIMIT,
    async () => {
      await visitor.connectBefore();
      const first = await visitor.open('?confirm-send');
      const second = await visitor.open('?confirm-send');
      await giveOther(second, '/src/index.ts');
      for (const tab of [first, second]) {
        await tab.page.evaluateOnNewDocument(MAY_DEAFEN);
        await tab.reload('idle');
        await tab.read(WITHOUT_CLAIMS);
      }
      await first.page.bringToFront();
      const window = await first.pressForWindow();
      await goOn(window);
      await second.reaches('selling');
      await window.bringToFront();
      await window.click('#cash-out-now');
      await Promise.all([first.reaches('ordered'), second.reaches('ordered')]);
      assert.match(`${await sendWords(second)}`, /^Other: /);
      assert.doesNotMatch(`${await sendWords(first)}`, /^Other: /);

      await untilReturned(first);
      for (const tab of [first, second]) await tab.read(DEAFEN);
      await Promise.all([first, second].map((tab) => tab.read(callSend('offramp-button'))));
      await visitor.untilAsked();
      await Promise.all([first.polls(2), second.polls(2)]);
      await visitor.assertUnmoved(1);
      await visitor.answer(true);
      await Promise.all([first.reaches('completed'), second.reaches('completed')]);
      await visitor.assertMoved('USDC', USDC_25);
    },
  );

  it(
    'one after the other in a tab: an update of the script goes on with the sale where it was, and asks once',
    LIMIT,
    async () => {
      await visitor.connectBefore();
      visitor.wallet.setMode('approve');
      const tab = await visitor.open('?confirm-send');
      await cashOut(await tab.pressForWindow());
      await tab.reaches('ordered');
      await giveOther(tab, '/src/index.ts');
      await tab.reload('ordered');
      assert.match(`${await sendWords(tab)}`, /^Other: /);
      await tab.press(SEND);
      await tab.reaches('completed');
      await visitor.assertMoved('USDC', USDC_25);
    },
  );

  it('on one page, the second under a tag of its own, are one sale, and ask once', LIMIT, async () => {
    await visitor.connectBefore();
    const tab = await visitor.open('?confirm-send');
    const warned: string[] = [];
    tab.page.on('console', (line) => warned.push(line.text()));
    await giveOther(tab, '/other.js');
    await tab.read(WITHOUT_CLAIMS);
    // Its own class under a second tag; the first tag is taken, which it says.
    await tab.read(`import('/other.js').then(({ OfframpButton }) => {
      OfframpButton.define('other-button');
      const one = document.querySelector('offramp-button');
      const two = document.createElement('other-button');
      for (const { name, value } of one.attributes) two.setAttribute(name, value);
      Object.assign(two, { provider: one.provider, fetch: one.fetch });
      one.after(two);
    })`);
    await until(async () => warned.some((line) => line.includes('offramp-button')), 'the warning');
    assert.deepEqual(
      warned.filter((line) => line.includes('offramp-button')),
      ['<offramp-button> is already defined; this second copy is not used.'],
    );
    await cashOut(await tab.pressForWindow());
    await tab.reaches('ordered');
    assert.equal(await tab.read(`document.querySelector('other-button').stage`), 'ordered');
    assert.match(`${await sendWords(tab, 'other-button')}`, /^Other: /);
    await untilReturned(tab);
    await tab.read(`${callSend('offramp-button')}; ${callSend('other-button')}`);
    await visitor.untilAsked();
    await tab.polls(2);
    await visitor.assertUnmoved(1);
    await visitor.answer(true);
    await tab.reaches('completed');
    assert.equal(await tab.read(`document.querySelector('other-button').stage`), 'completed');
    await visitor.assertMoved('USDC', USDC_25);
  });
});
