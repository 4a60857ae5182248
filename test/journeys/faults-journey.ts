// What journeys through faults need beside the usual: the backend's answers, the roads of the return, words to wait for.
// Knows the page and the backend's status route; does not know faults.
import type { HTTPResponse, Page } from 'puppeteer-core';
import { until } from '../drive.ts';
import type { Tab } from './journey.ts';

/** The selector of the press that sends. */
export const SEND = '[part=send]';

/** One answer of the partner's backend to "what orders does this sale have?". */
interface Answer {
  ok: boolean;
  transactions: readonly Record<string, unknown>[];
}

/** An answer that holds no orders because something went wrong. */
export const isBad = ({ ok }: Answer): boolean => !ok;

interface Answers {
  /** All that came to the tab since the listening began. */
  readonly all: readonly Answer[];
  /** Waits for so many more that are as wanted. */
  hears(count: number, isWanted?: (answer: Answer) => boolean): Promise<void>;
}

const read = async (response: HTTPResponse): Promise<Answer> => {
  const body = response.ok() ? ((await response.json()) as Pick<Answer, 'transactions'>) : { transactions: [] };
  return { ok: response.ok(), transactions: body.transactions };
};

/** Begins to listen to the answers that come to a tab. */
export const answersOf = (tab: Tab): Answers => {
  const { page } = tab;
  const all: Answer[] = [];
  page.on('response', async (response) => {
    if (!/\/api\/offramp\/sales\/[^/]+$/.test(response.url())) return;
    // A document that was left takes its answers along.
    const answer = await read(response).catch(() => undefined);
    if (answer) all.push(answer);
  });
  return {
    all,
    hears: async (count, isWanted = () => true) => {
      const from = all.length;
      const what = `${count} more answers with orders`;
      const isHeard = () => all.slice(from).filter(isWanted).length >= count;
      // Told by events, the page asks but seldom of itself.
      await until(async () => isHeard() || void (await wake(tab)), what, 15_000 + count * 5_000);
    },
  };
};

/** Waits until the button's status line says this. */
export const says = (tab: Tab, words: string): Promise<unknown> =>
  until(async () => (await tab.words('status')) === words, `the words "${words}"`, 15_000);

/** The visitor turns to the page, which is a reason to poll now. */
export const wake = (tab: Tab): Promise<unknown> => tab.read(`dispatchEvent(new Event('focus'))`);

/** Begins to note on which roads return signals come to a tab: `opener`, `channel`. */
export const noteRoads = (tab: Tab): Promise<unknown> =>
  tab.read(`{
    window.roads = [];
    addEventListener('message', ({ data }) => data?.source === 'offramp-button' && roads.push('opener'));
    new BroadcastChannel('offramp-button').onmessage = () => roads.push('channel');
  }`);

/** Begins to note what Coinbase's window posts to a tab: the names of its events, and bare words. */
export const notePosted = (tab: Tab): Promise<unknown> =>
  tab.read(`{
    window.posted = [];
    addEventListener('message', ({ origin, data }) => {
      if (origin !== location.origin) posted.push(data.startsWith('{') ? JSON.parse(data).data.eventName : data);
    });
  }`);

/** The press that binds, in a window that shows the price. */
export const commit = async (window: Page): Promise<void> => {
  // The window may close itself before the click is told to be over.
  await window.click('#cash-out-now').catch((cause) => {
    if (!window.isClosed()) throw cause;
  });
};
