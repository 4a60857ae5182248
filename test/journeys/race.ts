// Two windows that press "Send" for one order in the same moment, round after round: two of one browser, or one each of two.
// Knows the demo, the browsers and the chain; does not know how many rounds are run or what is printed of them.
import { setTimeout } from 'node:timers/promises';
import type { Browser, Page } from 'puppeteer-core';
import { type SimulatedDemo, startDemo } from '../../demo/demo.ts';
import { launchChromium } from '../browsers.ts';
import { until } from '../drive.ts';
import { onFreePorts } from '../fixtures/free-ports.ts';
import { beginTab, cashOut, HELD, newestBlock, type Tab, type Told, type Transfer, transfersOf } from './journey.ts';
import { type Lack, type Notes, RACE_SCRIPT } from './race-page.ts';

/**
 * `tabs`: two windows of one profile. `profiles`: two browsers with a user data directory each, as two devices, in the strongest
 * case they can make: the same person, signed in on both, with the very same sale. All that a backend sees of them is equal: user,
 * reference, sale, order. (A sale begun anew on another device has a reference and an order of its own.) The sale is carried
 * over as a sync of localStorage would; the claims, in IndexedDB, are not: only the backend's claim stands between the two.
 */
export type Kind = 'tabs' | 'profiles';

/** A way to run a round: what the windows go without. */
export interface Arm {
  name: string;
  lack: Lack;
}

/** What came of one round. */
export interface Round {
  arm: string;
  /** Milliseconds from the first window's press to the second's; negative where the second was first. */
  gap: number;
  /** The same between the two claims that met, at the backend or in the browser's store; `undefined` where they did not meet. */
  claimGap: number | undefined;
  asks: number;
  transfers: number;
  winner: 'first' | 'second' | 'both' | 'none';
  /** What the window that did not ask heard after its press. */
  loser: string;
  /** Sentences; empty where all was right. */
  violations: string[];
}

const USDC_25 = 25_000_000n;
const BUTTON = `document.querySelector('offramp-button')`;
const SEND = '[part=send]:not([aria-disabled])';
/** After so many milliseconds without a word to wallet or claim a window is at rest: what it does there takes tens. */
const QUIET = 250;

/** Every kind's arms, in the order in which rounds take them. */
export const ARMS: Record<Kind, readonly Arm[]> = {
  tabs: [
    { name: 'as it comes', lack: {} },
    { name: "with this browser's claim alone", lack: { deaf: true, unlocked: true, unclaimed: true } },
    { name: "with the backend's claim alone", lack: { deaf: true, unlocked: true, storeless: true } },
  ],
  profiles: [{ name: 'as it comes', lack: {} }],
};

const openWindow = async (browser: Browser, url: string): Promise<Tab> => {
  // Two windows, not two tabs of one: a tab behind another gets no press.
  const page = await browser.newPage({ type: 'window', windowBounds: { width: 1280, height: 1000 } });
  const tab = await beginTab(page);
  await page.evaluateOnNewDocument(RACE_SCRIPT);
  await page.goto(url, { waitUntil: 'domcontentloaded' });
  await tab.ready();
  return tab;
};

const notesOf = async (tab: Tab): Promise<Notes> => (await tab.read('race.notes()')) as Notes;

const isFor = ({ asset, to, units }: Transfer, address: string): boolean =>
  asset === 'USDC' && to.toLowerCase() === address && units === USDC_25;

interface Parts {
  demo: SimulatedDemo;
  first: Tab;
  second: Tab;
  messenger: Page | undefined;
}

const createRounds = ({ demo: { chain, wallet, simulator }, first, second, messenger }: Parts) => {
  const both = [first, second] as const;
  const notes = async () => [await notesOf(first), await notesOf(second)] as const;
  const paid = new Map<string, number>();
  let number = 0;

  /** Takes a new sale to `ordered` in both windows, and gives the order's address. */
  const placeOrder = async ({ unclaimed }: Lack): Promise<string> => {
    const name = `race-${number}`;
    for (const { read } of both) {
      await read(`race.begin(${JSON.stringify({ unclaimed })}), ${BUTTON}.name = '${name}'`);
      // With a pinned key a backend that offers no claim would end the sale before it began.
      await read(`${BUTTON}.removeAttribute('instruction-key')`);
    }
    await until(async () => (await notes()).every(({ isConnected }) => isConnected), 'the account');
    await cashOut(await first.pressForWindow());
    await until(async () => {
      // The visitor turns to the page, which is a reason to look for the order now.
      await first.read(`dispatchEvent(new Event('focus'))`);
      return (await first.stage()) === 'ordered';
    }, 'the order');
    const key = `offramp-button:sale:${name}`;
    const kept = await first.read(`localStorage.getItem('${key}')`);
    await messenger?.evaluate(`localStorage.setItem('${key}', ${JSON.stringify(kept)})`);
    await second.reaches('ordered');
    const [order] = simulator.orders();
    if (!order) throw new Error('Coinbase has no order.');
    return order.to.toLowerCase();
  };

  /** Waits until nothing more comes of the presses: asked, followed, or told why not. */
  const untilRest = async (told: () => readonly (readonly Told[])[]): Promise<void> => {
    const isPast = (one: Told) => one.startsWith('!') || one === 'sending' || one === 'unsure' || one === 'settling';
    const isAtRest = async () =>
      told().every((all) => all.some(isPast)) && (await notes()).every(({ quiet }) => quiet > QUIET);
    await until(isAtRest, `both windows to rest after ${told().join(' | ')}`, 20_000);
  };

  /** The person approves everything the wallet shows, and the chain takes it. */
  const approveAll = async (): Promise<void> => {
    const open = wallet.view().requests.filter(({ state }) => state === 'waiting');
    for (const { id } of open) await wallet.answer(id, true);
    for (const { txHash } of open) {
      if (txHash) await until(() => chain.rpc('eth_getTransactionReceipt', [txHash]), 'the receipt');
    }
  };

  const asksFor = (to: string): number =>
    wallet.view().requests.filter(({ transfer }) => transfer?.to.toLowerCase() === to).length;

  const run = async (arm: Arm): Promise<Round> => {
    number += 1;
    // A thousand USDC last for forty sales.
    if (number % 30 === 1) await chain.fund();
    const to = await placeOrder(arm.lack);
    const { visitor } = wallet.view();
    const firstBlock = (await newestBlock(chain)) + 1n;
    const before = await chain.usdcOf(visitor);
    const asked = wallet.view().sendCount;
    const marks = both.map(({ told }) => told.length);
    const told = () => both.map((tab, index) => tab.told.slice(marks[index]));

    const letGo: (() => Promise<void>)[] = [];
    for (const tab of both) {
      await tab.read(`race.begin(${JSON.stringify(arm.lack)})`);
      letGo.push(await tab.hold('[part=send]'));
    }
    await setTimeout(HELD);
    // Both pointers let go at once. Which of them is told first changes from round to round.
    const inTurn = number % 2 ? letGo : letGo.reverse();
    await Promise.all(inTurn.map((up) => up()));
    await untilRest(told);
    const [mine, theirs] = await notes();

    // An impatient person presses again, wherever that is possible, while the wallet still shows its request.
    for (const tab of both) {
      if (!(await tab.read(`Boolean(${BUTTON}.shadowRoot.querySelector('${SEND}'))`))) continue;
      const up = await tab.hold(SEND);
      await setTimeout(HELD);
      await up();
    }
    await untilRest(told);
    const [last, lastOther] = await notes();
    await approveAll();

    const moved = await transfersOf(chain, firstBlock);
    const asks = wallet.view().sendCount - asked;
    const spent = before - (await chain.usdcOf(visitor));
    paid.set(to, number);

    const winner = last.asks && lastOther.asks ? 'both' : last.asks ? 'first' : lastOther.asks ? 'second' : 'none';
    const met = ([at, otherAt]: [number, number]) => (at && otherAt ? otherAt - at : undefined);
    return {
      arm: arm.name,
      gap: theirs.pressedAt - mine.pressedAt,
      claimGap: met([mine.backendAt, theirs.backendAt]) ?? met([mine.storeAt, theirs.storeAt]),
      asks,
      transfers: moved.length,
      winner,
      loser: [...new Set(told()[winner === 'first' ? 1 : 0])].filter((one) => one !== 'before-send').join(' '),
      violations: [
        ...(asks === 1 ? [] : [`the wallet was asked ${asks} times`]),
        ...(last.asks + lastOther.asks === asks ? [] : [`the pages asked ${last.asks} and ${lastOther.asks} times`]),
        ...(moved.length === 1 ? [] : [`${moved.length} transfers were made`]),
        ...(moved.every((one) => isFor(one, to)) ? [] : ['a transfer went elsewhere']),
        ...(spent === USDC_25 ? [] : [`the visitor's balance fell by ${spent}`]),
      ],
    };
  };

  /** Follows the newest sale to its payout in both windows. */
  const finish = async (): Promise<void> => {
    const isSent = async ({ stage }: Tab) => ['settling', 'completed'].includes(await stage());
    for (const tab of both) await until(() => isSent(tab), 'the transfer to be seen', 15_000);
    simulator.advance(3_000);
    for (const tab of both) await tab.reaches('completed');
  };

  /** Looks once more at every order of the race, for what may have come late. Gives violations. */
  const audit = async (): Promise<string[]> => {
    await approveAll();
    const violations: string[] = [];
    for (const [to, round] of paid) {
      const got = await chain.usdcOf(to as `0x${string}`);
      if (asksFor(to) !== 1) violations.push(`round ${round}: the wallet was asked ${asksFor(to)} times in all`);
      if (got !== USDC_25) violations.push(`round ${round}: the order got ${got} in all`);
    }
    if (wallet.view().sendCount !== paid.size)
      violations.push(`${wallet.view().sendCount} asks for ${paid.size} orders`);
    return violations;
  };

  return { run, finish, audit };
};

/** Starts one demo and the browsers for a kind of race. `stop` ends all of it. */
export const startRace = async (kind: Kind) => {
  const demo: SimulatedDemo = await onFreePorts(() =>
    startDemo({ port: 0, limits: { tokensPerUser: 1000, tokensPerIp: 1000 } }),
  );
  const browsers: Browser[] = [];
  const stop = async (): Promise<void> => {
    for (const browser of browsers) await browser.close();
    await demo.stop();
  };
  const launch = async (): Promise<Browser> => {
    const browser = await launchChromium();
    browsers.push(browser);
    return browser;
  };
  try {
    await demo.wallet.call('eth_requestAccounts', []);
    const url = `${demo.url}/?confirm-send&redirect=/demo/return.html`;
    const one = await launch();
    const first = await openWindow(one, url);
    if (kind === 'tabs') {
      const second = await openWindow(one, url);
      return { ...createRounds({ demo, first, second, messenger: undefined }), stop };
    }
    const other = await launch();
    // The same person is signed in to the partner's site on both devices.
    await other.setCookie(...(await one.cookies()));
    const second = await openWindow(other, url);
    // Another page of the same site, which brings the sale: the button hears of it as of any other tab's.
    const messenger = await other.newPage({ type: 'window' });
    await messenger.goto(`${demo.url}/demo/page/harbor.svg`);
    return { ...createRounds({ demo, first, second, messenger }), stop };
  } catch (error) {
    await stop();
    throw error;
  }
};
