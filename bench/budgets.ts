// Part of `npm run check`: the button may not weigh more than its budgets. By bytes and counts, never by time.
// `node bench/budgets.ts --write` notes what each module weighs now, so that a broken budget can say which has grown.
import { readFileSync, writeFileSync } from 'node:fs';
import { ROOT } from './bundle.ts';
import { minifiedParts } from './byte-map.ts';
import { buildOwn, ownBytes } from './bytes.ts';

/**
 * Bytes of brotli. The last two hold what is reached; 20,000 was the aim, of which Lit, zod and viem alone are 14,000 (see the byte
 * map in BENCHMARKS.md).
 */
const BUDGETS = {
  initial: 8_500,
  'up to the open window': 12_000,
  sale: 43_300,
  single: 42_300,
} as const;
/** Files that the page asks for before the first press. */
const INITIAL_FILES = 1;

const NOTED = `${ROOT}bench/module-bytes.json`;

const { split, single } = await buildOwn();
const parts = minifiedParts(split);

if (process.argv.includes('--write')) {
  writeFileSync(NOTED, `${JSON.stringify(Object.fromEntries(parts), null, 2)}\n`);
  console.log('bench/module-bytes.json is up to date.');
}

/** The modules that weigh more than when they were noted, most first. */
const grown = (): string => {
  const noted = JSON.parse(readFileSync(NOTED, 'utf8')) as Record<string, number>;
  const more = parts
    .map(([name, bytes]) => ({ name, by: bytes - (noted[name] ?? 0) }))
    .filter(({ by }) => by > 0)
    .sort((one, other) => other.by - one.by)
    .slice(0, 5)
    .map(({ name, by }) => `${name} by ${by}${name in noted ? '' : ' (it is new)'}`);
  return more.length > 0
    ? `Grown since they were noted, in minified bytes: ${more.join(', ')}.`
    : 'No module has grown since they were noted; the bundler or a dependency puts them together in another way.';
};

const weights = await ownBytes(split, single);
const found: Record<keyof typeof BUDGETS, number> = {
  initial: weights.initial.brotli,
  'up to the open window':
    weights.steps.find(({ step }) => step === 'up to the open window')?.weight.brotli ?? Number.POSITIVE_INFINITY,
  sale: weights.sale.brotli,
  single: weights.single.brotli,
};
const NAMES: Record<keyof typeof BUDGETS, string> = {
  initial: 'The initial script',
  'up to the open window': 'Everything up to the open window',
  sale: 'Everything of an EVM sale',
  single: 'The single file',
};

const faults: string[] = [];
for (const name of Object.keys(BUDGETS) as (keyof typeof BUDGETS)[]) {
  const line = `${NAMES[name]}: ${found[name]} bytes of brotli, of at most ${BUDGETS[name]}`;
  console.log(`${line}.`);
  if (found[name] > BUDGETS[name]) faults.push(`${line}: ${found[name] - BUDGETS[name]} too many.`);
}
if (weights.initial.files !== INITIAL_FILES)
  faults.push(`Before the first press ${weights.initial.files} files are asked for, and not ${INITIAL_FILES}.`);

if (faults.length > 0) {
  console.error(`\n${[...faults, grown()].join('\n')}`);
  process.exitCode = 1;
}
