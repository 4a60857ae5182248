// `npm run bench`: measures bytes, loading, many buttons, sales and growth, prints them and writes BENCHMARKS.md. `-- --quick` tries it
// with few repetitions, without the large peers, and writes nothing. Ends with 1 where the run cannot be believed.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { ROOT } from './bundle.ts';
import { byteMap } from './byte-map.ts';
import { buildFloors, buildOwn, floorBytes, measurePeers, ownBytes } from './bytes.ts';
import { type Check, checkLoads } from './checks.ts';
import { assetRows, watchedOnPage, watchedOnServer } from './growth.ts';
import { measureIdleness, measureInstances, measureLabels } from './instances.ts';
import { measureFirstPresses, measureLateness, measureReturns, measureSales } from './latency.ts';
import { loadPages } from './loading.ts';
import { describeMachine, loadNow, MOST_LOAD } from './machine.ts';
import { addPages, HTML, OURS, OURS_EARLY, VANILLA } from './pages.ts';
import { ABSENT, installPeers, PEERS } from './peers.ts';
import { reportOf } from './report.ts';
import { createFiles, listen } from './serve.ts';

const isQuick = process.argv.includes('--quick');
const RUNS = isQuick ? 2 : 15;
/** Times a few numbers are taken that are steady by themselves. */
const FEW = isQuick ? 1 : 5;
const SALES = isQuick ? 3 : 100;
/** Longer than any time limit of a fetch. */
const REST = isQuick ? 1_000 : 17_000;
const IDLE_SECONDS = isQuick ? 3 : 10;
const MANY = isQuick ? [10, 50] : [10, 100];

/** What was measured before something was changed, by whoever changed it: no run can find that out. */
const CHANGES = `${ROOT}bench/before-and-after.md`;

const begun = performance.now();
const seconds = (): string => `${((performance.now() - begun) / 1000).toFixed(0)} s`;
const step = async <Result>(what: string, work: () => Promise<Result>): Promise<Result> => {
  console.error(`${seconds().padStart(6)}  ${what} …`);
  return work();
};

const busy = loadNow();
if (busy > MOST_LOAD) console.error(`This machine has other work (load ${busy.toFixed(1)}): the times are too long.`);

const missing = installPeers();
const machine = await describeMachine();

const own = await step('our builds', buildOwn);
const floors = await buildFloors();
const weighed = await step('our bytes', () => ownBytes(own.split, own.single));
const map = await byteMap(own.split);
const light = PEERS.filter(({ isApp }) => !isApp);
const { measured, absent } = missing
  ? { measured: [], absent: [`No peer: they could not be installed (${missing}).`] }
  : await step('the peers’ bytes', () => measurePeers(isQuick ? light : PEERS));

const files = createFiles();
const pages = addPages(files, { own: own.split, ...floors, peers: measured });
const server = await listen(files.answer);
const origin = `https://localhost:${server.port}`;
const urlOf = (name: string): string => origin + (pages.find((page) => page.name === name)?.path ?? '/missing');

const buttons = pages.filter(({ isHeavy }) => !isHeavy);
const heavy = pages.filter(({ isHeavy, name }) => isHeavy || name === VANILLA);
const { loads, errors } = await step('loading', () => loadPages(origin, buttons, { runs: RUNS, lanes: 1 }));
const large =
  heavy.length > 1
    ? await step('loading the large peers', () => loadPages(origin, heavy, { runs: RUNS, lanes: 3 }))
    : { loads: new Map(), errors: [] };

const crowds = [VANILLA, 'bare Lit button', OURS].map((name) => ({ name, url: urlOf(name) }));
const instances = await step('many buttons', () => measureInstances(crowds, FEW));
const labels = await measureLabels(urlOf(OURS));
const idle = await step('an idle button', () => measureIdleness(urlOf(OURS), urlOf(HTML), IDLE_SECONDS));
await server.close();

const firstPresses = await step('first presses', () => measureFirstPresses(own.split, RUNS));
const { returns, presses } = await step('returns', () => measureReturns(own.split, RUNS));
const sales = await step(`${SALES} sales`, () => measureSales(own.split, SALES, REST));
// They wait more than they work.
const late = await step('changes', () =>
  Promise.all(
    (['webhook and stream', 'stream', 'polling'] as const).map((news) => measureLateness(own.split, news, RUNS)),
  ),
);

const watched = await step('growth', () => watchedOnServer([100, 1_000], FEW));
const onPage = await watchedOnPage(own.split, MANY);
const rows = await assetRows(own.single, [10, 100]);

const checks: Check[] = [
  {
    what: 'the machine had no other work when the run began',
    found: `load ${busy.toFixed(1)}, of at most ${MOST_LOAD.toFixed(1)}`,
    holds: busy <= MOST_LOAD,
  },
  ...checkLoads(loads, RUNS),
  ...[...errors, ...large.errors].map((found) => ({ what: 'every page shows a button', found, holds: false })),
];
const report = reportOf({
  date: new Date().toISOString().slice(0, 10),
  machine,
  own: weighed,
  floors: await floorBytes(floors),
  peers: measured.map(({ row }) => row).sort((one, other) => one.initial.brotli - other.initial.brotli),
  absent: [...absent, ...ABSENT],
  map,
  runs: RUNS,
  loads,
  heavyLoads: large.loads,
  hasSnippet: loads.has(OURS_EARLY),
  instances,
  idle,
  labels,
  sales,
  firstPresses,
  presses,
  returns,
  lateness: late.map(({ lateness }) => lateness),
  asking: [sales.asking, ...late.map(({ asking }) => asking).filter(({ news }) => news !== sales.asking.news)],
  server: watched,
  page: onPage,
  rows,
  checks,
  changes: existsSync(CHANGES) ? readFileSync(CHANGES, 'utf8').trim() : undefined,
});
console.log(report);

const isBelieved = checks.every(({ holds }) => holds);
if (isQuick) console.error(`${seconds()}. Tried only: BENCHMARKS.md is as it was.`);
else if (isBelieved) writeFileSync(`${ROOT}BENCHMARKS.md`, report);
else
  console.error(`${seconds()}. This run cannot be believed, for the reasons at its end: BENCHMARKS.md is as it was.`);
// Watches of the kit may still wait for their next look.
process.exit(isQuick || isBelieved ? 0 : 1);
