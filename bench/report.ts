// Writes what was measured as Markdown, for the console and for BENCHMARKS.md. Knows tables; measures nothing.
import type { Part } from './byte-map.ts';
import type { BytesRow, OwnBytes, Weight } from './bytes.ts';
import type { Check } from './checks.ts';
import type { Cost } from './growth.ts';
import type { Idleness, Instances } from './instances.ts';
import type { Asking, Lateness, Presses, Return, Sales } from './latency.ts';
import type { Load } from './loading.ts';
import { HTML, OURS_EARLY, VANILLA } from './pages.ts';
import { median } from './stats.ts';

export interface Results {
  date: string;
  machine: string;
  own: OwnBytes;
  floors: BytesRow[];
  peers: BytesRow[];
  /** What is not measured, and why. */
  absent: readonly string[];
  map: Part[];
  runs: number;
  loads: ReadonlyMap<string, readonly Load[]>;
  heavyLoads: ReadonlyMap<string, readonly Load[]>;
  hasSnippet: boolean;
  instances: Instances[];
  idle: Idleness;
  labels: Cost[];
  sales: Sales;
  firstPresses: Presses;
  presses: Presses;
  returns: Return[];
  lateness: Lateness[];
  asking: Asking[];
  server: Cost[];
  page: (Cost & { streams: number })[];
  rows: Cost[];
  checks: Check[];
  /** Markdown that is kept by hand. */
  changes: string | undefined;
}

const kB = (bytes: number): string => {
  const thousands = bytes / 1000;
  return thousands < 10 ? thousands.toFixed(2) : thousands < 100 ? thousands.toFixed(1) : thousands.toFixed(0);
};
const KiB = (bytes: number): string => (bytes / 1024).toFixed(2);
const ms = (value: number): string => (value < 10 ? value.toFixed(1) : Math.round(value).toLocaleString('en-US'));
const times = (value: number): string => (value < 10 ? value.toFixed(2) : value.toFixed(1));

const table = (head: readonly string[], rows: readonly (readonly (string | number)[])[]): string =>
  [
    `| ${head.join(' | ')} |`,
    `|---|${head
      .slice(1)
      .map(() => '--:')
      .join('|')}|`,
    ...rows.map((row) => `| ${row.join(' | ')} |`),
  ].join('\n');

const weights = ({ minified, gzip, brotli }: Weight): string[] => [kB(minified), kB(gzip), `**${kB(brotli)}**`];

const bytes = ({ own, floors, peers, absent }: Results): string => {
  const ours = (name: string, weight: Weight) => [
    name,
    weight.files,
    ...weights(weight),
    '',
    times(weight.brotli / own.initial.brotli),
  ];
  const theirs = ({ name, initial, all, note }: BytesRow) => [
    note ? `${name}, ${note}` : name,
    initial.files,
    ...weights(initial),
    all.files > initial.files ? `${kB(all.brotli)} (${all.files} files)` : '',
    times(initial.brotli / own.initial.brotli),
  ];
  const head = [
    '',
    'files',
    'minified',
    'gzip',
    'brotli',
    'brotli with all that may come later',
    '× our initial script',
  ];
  const notThere = absent.length > 0 ? `\n\nNot measured. ${absent.join(' ')}` : '';
  return `## Bytes

kB of 1,000 bytes, each file compressed for itself (gzip 9, brotli 11), bundled by Vite with all dependencies, for production. A peer
is its smallest realistic page with its button or widget.

${table(head, [
  ours('offramp-button: initial script', own.initial),
  ...own.steps.map(({ step, weight }) => ours(`offramp-button: ${step}`, weight)),
  ours('offramp-button: everything of an EVM sale', own.sale),
  ours('offramp-button: the single file', own.single),
  ...floors.map(theirs),
  ...peers.map(theirs),
])}${notThere}`;
};

const byteMap = ({ map, own }: Results): string => `## What the bytes are

Our modules and dependencies, and by how much brotli all of it would be smaller without each (what parts have in common counts for none).

${table(
  ['', 'modules', 'minified', 'brotli', 'part'],
  map
    .filter(({ brotli }) => brotli > 0)
    .map(({ name, modules, minified, brotli }) => [
      name,
      modules,
      minified,
      brotli,
      `${((brotli / own.sale.brotli) * 100).toFixed(1)} %`,
    ]),
)}`;

const loadRows = (loads: Results['loads']): string[][] => {
  const middle = (all: readonly Load[], field: keyof Load): number => median(all.map((load) => load[field]));
  const base = loads.get(VANILLA) ?? [];
  const ratio = (all: readonly Load[], field: keyof Load): string => times(middle(all, field) / middle(base, field));
  return [...loads].map(([name, all]) => [
    name,
    ms(middle(all, 'visible')),
    ratio(all, 'visible'),
    ms(middle(all, 'script')),
    ratio(all, 'script'),
    ms(middle(all, 'blocking')),
    kB(middle(all, 'heap')),
    `${middle(all, 'requests')}`,
    middle(all, 'shift').toFixed(3),
  ]);
};

const LOADED = ['', 'visible ms', 'ratio', 'script ms', 'ratio', 'blocking ms', 'heap kB', 'requests', 'layout shift'];

const loading = ({ loads, heavyLoads, runs, hasSnippet }: Results): string => {
  const visible = (name: string): number => median((loads.get(name) ?? []).map((load) => load.visible));
  const snippet = hasSnippet
    ? `\n\nWith the snippet the button is there at ${times(visible(OURS_EARLY) / visible(HTML))} × plain HTML.`
    : '\n\nThe page with the declarative-shadow-DOM snippet was left out: the build has printed none (`dist/snippet.html`).';
  const heavy =
    heavyLoads.size > 0
      ? `\n\nThe large peers, several side by side, with a vanilla button among them:\n\n${table(LOADED, loadRows(heavyLoads))}`
      : '';
  return `## Loading

Chromium, processor four times slower, slow 4G, HTTP/2, brotli, nothing cached; medians of ${runs} interleaved loads. Visible: from
navigation to the frame with a button. Blocking: what tasks took beyond 50 ms. Ratios are to the vanilla button of the same run
(plain HTML is ${times(visible(HTML) / visible(VANILLA))} of it).

${table(LOADED, loadRows(loads))}${snippet}${heavy}`;
};

const many = ({ instances, idle }: Results): string => `## Many buttons on one page

Processor four times slower; each button.

${table(
  [
    '',
    ...(instances[0]?.crowds ?? []).map(({ count }) => `ms, of ${count}`),
    ...(instances[0]?.crowds ?? []).map(({ count }) => `KiB, of ${count}`),
    'listeners',
    'bytes left after 1,000 add/remove, each',
    'listeners left, all',
  ],
  instances.map(({ name, crowds, residue }) => [
    name,
    ...crowds.map((crowd) => crowd.ms.toFixed(2)),
    ...crowds.map((crowd) => KiB(crowd.bytes)),
    (crowds.at(-1)?.listeners ?? 0).toFixed(1),
    residue.bytes.toFixed(1),
    residue.listeners,
  ]),
)}

Idle for ${idle.seconds} s, against the same page without a button: ${idle.timers} timers and frames since navigation, ${idle.requests} requests, ${ms(idle.work)} ms of work.`;

const selling = ({ sales, firstPresses, presses, returns, lateness, asking }: Results): string => {
  const press = (name: string, { count, inTask, call, done }: Presses) => [
    name,
    `${inTask} of ${count}`,
    ms(call),
    ms(done),
  ];
  const asks = ({ news, count, what }: Asking) => [
    news,
    count,
    what.map((one) => one.replace('asks /api/offramp', '')).join(' '),
  ];
  return `## A sale

With the server kit and the simulator in one process, a person who goes through Coinbase’s window at once, and a wallet that agrees at
once; nothing slowed but where it says so.

${table(
  ['press → `window.open`', 'in the press’s own task', 'ms to the call', 'ms to its end'],
  [
    press('first press, the rest not fetched yet (slow 4G, processor ÷ 4)', firstPresses),
    press('later presses', presses),
  ],
)}

${table(
  ['return signal →', 'heard, ms', 'asks the backend, ms', 'wallet is asked to send, ms', 'scripts fetched'],
  returns.map(({ news, coop, heard, asked, prompt, scripts }) => [
    `${news}; Coinbase’s opener policy: ${coop}`,
    ms(heard),
    ms(asked),
    ms(prompt),
    scripts,
  ]),
)}

${table(
  ['paid out at Coinbase → `offramp-completed`', 'sales', 'median ms', 'worst ms'],
  lateness.map(({ news, count, median: middle, worst }) => [news, count, ms(middle), ms(worst)]),
)}

${table(['requests of a completed sale', 'median', 'of the last one, in order'], asking.map(asks))}

Left behind by each of ${sales.count} sales: ${sales.bytes.toFixed(0)} bytes; by all of them: ${sales.listeners} listeners.`;
};

const growth = ({ instances, labels, server, page, rows }: Results): string => {
  const ours = instances.at(-1)?.crowds ?? [];
  const lines = (what: string, unit: (bytes: number) => string, costs: readonly Cost[]) => [
    what,
    costs.map(({ count, bytes: each }) => `${unit(each)} (of ${count})`).join(', '),
  ];
  const inKiB = (value: number): string => `${KiB(value)} KiB`;
  return `## Growth

What each costs when there are more of them.

${table(
  ['each', 'of so many'],
  [
    lines('button on a page', inKiB, ours),
    lines('button with 60 labels of its own, more than one without', inKiB, labels),
    lines('sale under way on a page, with its button and its stream', inKiB, page),
    lines('sale that is watched by a stream, in the server kit', inKiB, server),
    lines('row of the asset table, brotli', (value) => `${value.toFixed(1)} bytes`, rows),
  ],
)}`;
};

const before = ({ changes }: Results): string => (changes ? `## Before and after\n\n${changes}` : '');

const checked = ({ checks }: Results): string => `## Whether this run can be believed

${table(
  ['', 'found', ''],
  checks.map(({ what, found, holds }) => [what, found, holds ? 'holds' : '**does not hold**']),
)}`;

/** The whole report. */
export const reportOf = (results: Results): string => `# Benchmarks

Written by \`npm run bench\`; not to be edited. ${results.date}, on ${results.machine}.

${[bytes, byteMap, loading, many, selling, growth, before, checked]
  .map((part) => part(results))
  .filter(Boolean)
  .join('\n\n')}
`;
