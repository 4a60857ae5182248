// `npm test`: gets the browsers, runs every test file where it belongs, ends with one line that counts.
// `npm test -- <words>` runs only the files whose path contains one of the words.
import { globSync, readFileSync } from 'node:fs';
import { findBrowsers, installAbsent } from './browsers.ts';
import { runBrowserTests } from './run-browser-tests.ts';
import { runNodeTests } from './run-node-tests.ts';

export interface Outcome {
  passed: number;
  failed: number;
}

// Node tests that drive browsers, servers and chains of their own: two files at a time, after the others.
const JOURNEYS = ['test/return-matrix.test.ts', 'test/journeys/', 'test/pages/'];

const words = process.argv.slice(2);
const files = globSync('test/**/*.test.ts')
  .map((path) => path.replaceAll('\\', '/'))
  .filter((path) => !words.length || words.some((word) => path.includes(word)))
  .sort();
// A test file runs in Node where it imports node:test, in the browsers otherwise.
const placeOf = (path: string): 'journeys' | 'node' | 'browsers' => {
  if (JOURNEYS.some((place) => path.startsWith(place))) return 'journeys';
  return /from 'node:test'/.test(readFileSync(path, 'utf8')) ? 'node' : 'browsers';
};
const inBrowsers = files.filter((path) => placeOf(path) === 'browsers');
const inNode = files.filter((path) => placeOf(path) === 'node');
const journeys = files.filter((path) => placeOf(path) === 'journeys');

installAbsent(findBrowsers().absent);
const browsers = findBrowsers();
if (browsers.absent.size === 3) {
  console.error('The tests need a browser: install Chromium, Chrome or Firefox (on Debian: apt install chromium).');
  process.exit(1);
}

const total: Outcome = { passed: 0, failed: 0 };
/** Runs one part of the tests. A part that throws is one failure, and the others still run. */
const part = async (name: string, of: readonly string[], run: () => Promise<Outcome>): Promise<void> => {
  if (!of.length) return;
  console.log(`\n${name}: ${of.length} files`);
  const started = performance.now();
  const outcome = await run().catch((error: unknown): Outcome => {
    console.log(error);
    return { passed: 0, failed: 1 };
  });
  total.passed += outcome.passed;
  total.failed += outcome.failed;
  const seconds = ((performance.now() - started) / 1000).toFixed(1);
  console.log(`${name}: ${outcome.passed} passed, ${outcome.failed} failed (${seconds} s)`);
};

await part('In browsers', inBrowsers, () => runBrowserTests(inBrowsers, browsers));
await part('In Node', inNode, () => runNodeTests(inNode, { concurrency: 2, timeout: 900_000 }));
await part('Journeys', journeys, () => runNodeTests(journeys, { concurrency: 2, timeout: 900_000 }));

console.log('');
for (const [engine, reason] of browsers.absent) console.log(`not run: ${engine} (${reason})`);
if (total.passed + total.failed === 0) {
  console.log('No test file was found.');
  total.failed = 1;
}
console.log(`${total.passed} passed, ${total.failed} failed`);
process.exit(total.failed ? 1 : 0);
