// What more of something costs: a watched sale, a row of the asset table. Flat means: the hundredth costs what the tenth did.
// Knows a kit, a page and a bundle; the cost of buttons and label sets is in `instances.ts`.
import { setTimeout as pause } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { createKit, listOf, record, TOKEN } from '../test/server/fixture.ts';
import type { Bundle } from './bundle.ts';
import { brotliLength } from './bytes.ts';
import { countersOf } from './instances.ts';
import { launchQuiet } from './loading.ts';
import { openShop } from './shop.ts';
import { median } from './stats.ts';
import { visit } from './visitor.ts';

/** What each of so many costs. */
export interface Cost {
  count: number;
  /** Each, of heap or of brotli. */
  bytes: number;
}

const heapNow = async (): Promise<number> => {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  for (let times = 0; times < 3; times += 1) {
    collect();
    await pause(20);
  }
  return process.memoryUsage().heapUsed;
};

/** Heap of each of so many watched sales, in a kit of their own. */
const watchSales = async (count: number): Promise<number> => {
  const most = 1_000_000;
  const { ask, mint } = createKit({
    limits: { tokensPerUser: most, tokensPerIp: most, streamsPerUser: most, streamsPerProcess: most },
    fetch: async (input) => Response.json(`${input}`.endsWith('/token') ? { token: TOKEN } : listOf(record())),
  });
  const open = async (sale: string) => {
    // Each of a user of its own.
    const { statusUrl } = await mint(sale, sale);
    const { body } = await ask('GET', `${statusUrl}/events`, undefined, { 'x-user': sale });
    if (!body) throw new Error('The kit gave no stream.');
    const reader = body.getReader();
    await reader.read();
    return reader;
  };
  const warm = await open('warm');
  const before = await heapNow();
  const readers = [];
  for (let made = 0; made < count; made += 1) readers.push(await open(`sale-${made}`));
  const after = await heapNow();
  for (const reader of [warm, ...readers]) await reader.cancel();
  return (after - before) / count;
};

/** Sales that pages watch by a stream each, in the server kit: heap each, the median of `runs`. */
export const watchedOnServer = async (counts: readonly number[], runs: number): Promise<Cost[]> => {
  const costs: Cost[] = [];
  for (const count of counts) {
    const found: number[] = [];
    for (let run = 0; run < runs; run += 1) found.push(await watchSales(count));
    costs.push({ count, bytes: median(found) });
  }
  return costs;
};

/** Sales under way that one page watches, each with its button and its stream: heap each, and streams in all. */
export const watchedOnPage = async (
  own: Bundle,
  counts: readonly number[],
): Promise<(Cost & { streams: number })[]> => {
  const shop = await openShop(own, 'stream');
  shop.comesBack = false;
  const browser = await launchQuiet();
  try {
    const costs: (Cost & { streams: number })[] = [];
    for (const count of counts) {
      const visitor = await visit(browser, shop.url);
      await visitor.begin();
      await visitor.noted('selling');
      await pause(500);
      visitor.forget();
      const before = await countersOf(visitor.session);
      await visitor.page.evaluate((wanted) => {
        const first = document.querySelector('offramp-button');
        const kept = Object.entries(localStorage).find(([key]) => key.startsWith('offramp-button:sale:'));
        if (!first || !kept) throw new Error('There is no sale to copy.');
        for (let made = 0; made < wanted; made += 1) {
          localStorage.setItem(`offramp-button:sale:copy-${made}`, `${kept[1]}`);
          const button = first.cloneNode() as Element;
          Object.assign(button, { provider: first.provider });
          button.setAttribute('name', `copy-${made}`);
          document.body.append(button);
        }
      }, count);
      await pause(2_000);
      const streams = visitor.notes().filter(({ what }) => what.endsWith('/events')).length;
      visitor.forget();
      const after = await countersOf(visitor.session);
      costs.push({ count, bytes: (after.heap - before.heap) / count, streams });
      await visitor.leave();
    }
    return costs;
  } finally {
    await browser.close();
    await shop.close();
  }
};

/** The first row of a token in the minified table. */
const ROW = /[\w$]+\(([`'"])USDC\1,([`'"])base\2,([`'"])0x[0-9a-fA-F]{40}\3,6\)/;

/** Rows more in the table of assets, with tokens of their own: brotli each. */
export const assetRows = async (single: Bundle, counts: readonly number[]): Promise<Cost[]> => {
  const [bytes] = single.files.values();
  const code = Buffer.from(bytes ?? []).toString();
  const [row] = ROW.exec(code) ?? [];
  if (!row) throw new Error('The bundle has no row of USDC on base.');
  const whole = await brotliLength(Buffer.from(code));
  const newToken = (): string =>
    `0x${Array.from({ length: 40 }, () => Math.floor(Math.random() * 16).toString(16)).join('')}`;
  const costs: Cost[] = [];
  for (const count of counts) {
    const more = Array.from({ length: count }, () => row.replace(/0x[0-9a-fA-F]{40}/, newToken()));
    const longer = await brotliLength(Buffer.from(code.replace(row, [row, ...more].join(','))));
    costs.push({ count, bytes: (longer - whole) / count });
  }
  return costs;
};
