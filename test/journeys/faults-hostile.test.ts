// What others may try on the way: forged returns, calls from scripts, noise, a kept sale that was changed. None of it moves money.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Page } from 'puppeteer-core';
import { WORDS } from '../../src/words.ts';
import { until } from '../drive.ts';
import { commit } from './faults-journey.ts';
import { assertTold, cashOut, goOn, LIMIT, OPENED, PAID, type Tab, useJourneys } from './journey.ts';

const USDC_25 = 25_000_000n;
const OFFERED = `page ${OPENED} ordered`;
const BACK = 'redirect=/demo/return.html';
const KEPT = `'offramp-button:sale:/api/offramp/token'`;

interface KeptSale {
  id: string;
  nonce: string;
  stage: string;
  returned: boolean;
  asked: boolean;
  order: Record<string, unknown>;
}

const keptSale = async (tab: Tab): Promise<KeptSale> =>
  (await tab.read(`JSON.parse(localStorage.getItem(${KEPT}))`)) as KeptSale;

/** Another page of the same site, without a button. */
const otherPage = async (tab: Tab): Promise<Page> => {
  const page = await tab.page.browserContext().newPage();
  await page.goto(new URL('/demo/return.html', tab.page.url()).href);
  return page;
};

const signalOf = (sale: string, nonce: string) => ({
  source: 'offramp-button',
  version: 1,
  type: 'returned',
  sale,
  nonce,
});

/** Counts what comes to the tab on every road. */
const countHeard = (tab: Tab): Promise<unknown> =>
  tab.read(`{
    window.heard = { message: 0, channel: 0, storage: 0 };
    addEventListener('message', () => heard.message++);
    addEventListener('storage', ({ key }) => key?.startsWith('offramp-button:returned:') && heard.storage++);
    new BroadcastChannel('offramp-button').onmessage = () => heard.channel++;
  }`);

const untilHeard = (tab: Tab, road: 'message' | 'channel' | 'storage', count: number): Promise<unknown> =>
  until(async () => ((await tab.read(`heard.${road}`)) as number) >= count, `${count} by ${road}`);

describe('somebody else', () => {
  const visitor = useJourneys();

  /** The page of a visitor whose wallet says yes to everything at once. */
  const arrive = async (query = `?${BACK}`): Promise<Tab> => {
    await visitor.connectBefore();
    visitor.wallet.setMode('approve');
    return visitor.open(query);
  };

  /** A sale with its order on the page, and "Cash out now" not pressed. */
  const arriveUncommitted = async (): Promise<{ tab: Tab; window: Page }> => {
    visitor.fault('record-before-commit');
    const tab = await arrive();
    const window = await tab.pressForWindow();
    await goOn(window);
    await tab.reaches('ordered');
    return { tab, window };
  };

  const assertNothingHappened = async (tab: Tab, told = OFFERED): Promise<void> => {
    await tab.polls(2);
    assertTold(tab, told);
    assert.equal(await tab.words('status'), WORDS.sayUncommitted);
    await visitor.assertUnmoved(0);
  };

  it('who forges a return has no wallet asked', LIMIT, async () => {
    const { tab, window } = await arriveUncommitted();
    await countHeard(tab);
    const { id, nonce } = await keptSale(tab);
    const wrong = [...nonce].reverse().join('');
    assert.notEqual(wrong, nonce);

    // Another page of the same site: the sale is right, the nonce is not.
    const other = await otherPage(tab);
    await other.evaluate(
      (signal) => {
        new BroadcastChannel('offramp-button').postMessage(signal);
        new BroadcastChannel('offramp-button').postMessage(JSON.stringify(signal));
        localStorage.setItem(`offramp-button:returned:${signal.sale}`, JSON.stringify(signal));
      },
      signalOf(id, wrong),
    );
    await untilHeard(tab, 'channel', 2);
    await untilHeard(tab, 'storage', 1);
    // Coinbase's window has the nonce in its address, but is of another origin.
    await window.evaluate(
      (signal) => {
        opener.postMessage(signal, '*');
        opener.postMessage(JSON.stringify(signal), '*');
      },
      signalOf(id, nonce),
    );
    await untilHeard(tab, 'message', 2);
    await assertNothingHappened(tab);

    // The forged signal that was left in the storage is found by the next document.
    await tab.reload('ordered');
    await assertNothingHappened(tab, `${OFFERED} page ordered`);
    await commit(window);
    await tab.reaches('completed');
    assertTold(tab, `${OFFERED} page ordered before-send sending ${PAID}`);
    await visitor.assertMoved('USDC', USDC_25);
  });

  it('who calls send() before the return has no wallet asked', LIMIT, async () => {
    const { tab, window } = await arriveUncommitted();
    await tab.read(`{
      const button = document.querySelector('offramp-button');
      for (let times = 0; times < 3; times++) { button.send(); button.start(); }
    }`);
    await assertNothingHappened(tab);
    await commit(window);
    await tab.reaches('completed');
    assertTold(tab, `${OFFERED} before-send sending ${PAID}`);
    await visitor.assertMoved('USDC', USDC_25);
  });

  it('who floods page and channel with messages is not heard', LIMIT, async () => {
    const { tab, window } = await arriveUncommitted();
    const faults: unknown[] = [];
    tab.page.on('pageerror', (error) => faults.push(error));
    await countHeard(tab);
    const { id, nonce, ...before } = await keptSale(tab);
    const other = await otherPage(tab);
    const count = (await other.evaluate(
      (right) => {
        const noise = [
          ...[null, undefined, 0, '', '{', 'null', [], {}, [right], new Date(), new Map([['sale', right.sale]])],
          ...Object.keys(right).map((key) => ({ ...right, [key]: undefined })),
          ...Object.keys(right).map((key) => ({ ...right, [key]: [right[key as keyof typeof right]] })),
          { ...right, version: '1' },
          { ...right, type: 'sent', txHash: `0x${'1'.repeat(64)}` },
          { ...right, nonce: right.nonce.toUpperCase() },
          { ...right, nonce: `${right.nonce} ` },
          { ...right, sale: `${right.sale}x` },
          JSON.parse(`{"__proto__":${JSON.stringify(right)}}`),
          'x'.repeat(1_000_000),
        ];
        const channel = new BroadcastChannel('offramp-button');
        for (let times = 0; times < 20; times += 1) for (const one of noise) channel.postMessage(one);
        for (const one of noise)
          localStorage.setItem(`offramp-button:returned:${right.sale}`, JSON.stringify(one) ?? '');
        return noise.length;
      },
      signalOf(id, nonce),
    )) as number;
    await untilHeard(tab, 'channel', 20 * count);
    await assertNothingHappened(tab);
    assert.deepEqual(await keptSale(tab), { id, nonce, ...before });
    assert.deepEqual(faults, []);
    await commit(window);
    await tab.reaches('completed');
    await visitor.assertMoved('USDC', USDC_25);
  });

  it('who changes the kept sale gets nothing sent', { timeout: 120_000 }, async () => {
    const tab = await arrive(`?confirm-send&${BACK}`);
    await cashOut(await tab.pressForWindow());
    await tab.reaches('ordered');
    await until(async () => (await keptSale(tab)).returned, 'the return');
    const sale = await keptSale(tab);
    const [, other] = visitor.demo.chain.accounts;

    /** Lays this sale into the storage and comes to a page that sends by itself after a return. */
    const resume = async (order: KeptSale['order']): Promise<void> => {
      await tab.page.goto(`${visitor.demo.url}/demo/return.html`);
      await tab.read(`localStorage.setItem(${KEPT}, ${JSON.stringify(JSON.stringify({ ...sale, order }))})`);
      tab.told.splice(0);
      await tab.page.goto(`${visitor.demo.url}/?${BACK}`, { waitUntil: 'domcontentloaded' });
      await tab.ready();
    };

    const changes: Record<string, KeptSale['order']> = {
      to: { to: other },
      units: { units: '26000000' },
      'units and amount': { units: '26000000', amount: '26' },
      amount: { amount: '1' },
      deadline: { deadline: (sale.order.deadline as number) + 3_600_000 },
      chain: { chainId: 1 },
      network: { network: 'ethereum' },
      token: { token: null },
      from: { from: other },
    };
    for (const [what, change] of Object.entries(changes)) {
      await resume({ ...sale.order, ...change });
      await tab.hears('!order-refused').catch((cause) => {
        throw new Error(`${what}: ${(cause as Error).message}`);
      });
      assert.equal(await tab.stage(), 'failed', what);
      assert.ok(!tab.told.includes('sending'), what);
      await visitor.assertUnmoved(0);
    }

    await resume({ ...sale.order, transactionId: 'another' });
    await tab.hears('!backend-malformed');
    await tab.polls(2);
    assert.equal(await tab.stage(), 'ordered');
    await visitor.assertUnmoved(0);

    // Unchanged, it is sent: nothing else kept the others from it.
    await resume(sale.order);
    await tab.reaches('completed');
    await visitor.assertMoved('USDC', USDC_25);
  });
});
