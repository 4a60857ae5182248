// Attacks every border of the house with generated inputs, and counts. Knows how to run, time, shrink and repeat; does not know
// what any border takes (`borders/`).
import * as fc from 'fast-check';
import type { Border, Verdict } from './border.ts';
import { borders } from './borders.ts';

/** An input that a border did not stand, as small as it could be made, and how to make it again. */
export interface Failure {
  readonly seed: number;
  readonly path: string;
  readonly input: string;
  readonly error: string;
}

/** What came of the attack on one border. */
export interface Attacked extends Record<Verdict, number> {
  readonly border: string;
  readonly inputs: number;
  /** Milliseconds of work that the slowest input took, measured again on its own, and its beginning. */
  readonly slowest: number;
  readonly slowestInput: string;
  readonly failures: readonly Failure[];
}

interface Attack {
  /** How many inputs altogether; each border gets its share, and at least one. */
  inputs: number;
  /** The same seed makes the same inputs. */
  seed: number;
  /** Hears how many inputs are done, of how many. */
  onProgress?: (done: number, of: number, border: string) => void;
  /** Only the borders whose names contain this. */
  only?: string;
}

/** Inputs between two signs of life. */
const CHUNK = 2_000;
/** A border that fails is not attacked further. */
const MOST_FAILURES = 1;
const SLOW_ONES = 3;

const shorten = (text: string, length = 2_000): string =>
  text.length > length ? `${text.slice(0, length)}… (${text.length} letters)` : text;

const prototypes = [Object.prototype, Array.prototype, String.prototype, Function.prototype, Promise.prototype];
const countOfKeys = (): string => prototypes.map((prototype) => Reflect.ownKeys(prototype).length).join();

const wordsOf = (error: unknown): string => {
  const said = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return error instanceof Error && error.cause !== undefined ? `${said}\ncaused by ${wordsOf(error.cause)}` : said;
};

const attack = async (
  { name, input, judge }: Border,
  inputs: number,
  seed: number,
  onChunk: (done: number) => void,
): Promise<Attacked> => {
  const counts: Record<Verdict, number> = { accepted: 0, refused: 0, ignored: 0 };
  const failures: Failure[] = [];
  const strays: unknown[] = [];
  const slow: { ms: number; input: unknown }[] = [];
  const stray = (reason: unknown) => void strays.push(reason);
  const clean = countOfKeys();

  const property = fc.asyncProperty(input, async (value) => {
    const began = performance.now();
    const verdict = await judge(value);
    const ms = performance.now() - began;
    counts[verdict] += 1;
    if (slow.length < SLOW_ONES || ms > (slow.at(-1)?.ms ?? 0)) {
      slow.push({ ms, input: value });
      slow.sort((one, other) => other.ms - one.ms).splice(SLOW_ONES);
    }
    if (countOfKeys() !== clean) throw new Error('A prototype was changed.');
    const [reason] = strays.splice(0);
    if (reason !== undefined) throw new Error('A promise was rejected and nobody heard it.', { cause: reason });
  });

  process.on('unhandledRejection', stray);
  let done = 0;
  while (done < inputs && failures.length < MOST_FAILURES) {
    const numRuns = Math.min(CHUNK, inputs - done);
    const ran = await fc.check(property, { seed: seed + done, numRuns, includeErrorInReport: true });
    if (ran.failed) {
      const { seed: from, counterexamplePath, counterexample, errorInstance } = ran;
      failures.push({
        seed: from,
        path: counterexamplePath ?? '',
        input: shorten(fc.stringify(counterexample?.[0])),
        error: shorten(wordsOf(errorInstance)),
      });
    }
    done += ran.numRuns;
    onChunk(done);
    // Rejections that nobody hears are told between tasks.
    await new Promise((resolve) => setImmediate(resolve));
  }
  process.off('unhandledRejection', stray);

  // Timed once more on their own: a pause of the machine is no slow input.
  let [slowest, slowestInput] = [0, ''];
  for (const one of slow) {
    const times: number[] = [];
    for (let round = 0; round < 3; round += 1) {
      const began = process.cpuUsage();
      await Promise.resolve(judge(one.input)).catch(() => {});
      times.push(process.cpuUsage(began).user / 1000);
    }
    const best = Math.min(...times);
    if (best > slowest) [slowest, slowestInput] = [best, shorten(fc.stringify(one.input), 120)];
  }
  return { border: name, inputs: done, ...counts, slowest, slowestInput, failures };
};

/** Attacks every border with its share of the inputs, one after the other. Prints nothing. */
export const attackAll = async ({ inputs, seed, onProgress, only = '' }: Attack): Promise<Attacked[]> => {
  const chosen = borders.filter(({ name }) => name.includes(only));
  const shares = chosen.reduce((sum, { share }) => sum + share, 0);
  const results: Attacked[] = [];
  let before = 0;
  for (const border of chosen) {
    const part = Math.max(1, Math.ceil((inputs * border.share) / shares));
    results.push(await attack(border, part, seed, (done) => onProgress?.(before + done, inputs, border.name)));
    before += part;
  }
  return results;
};

/** Judges one input again, found by border, seed and path. Rejects as the border does. */
export const replay = async (name: string, seed: number, path: string): Promise<void> => {
  const border = borders.find((one) => one.name === name);
  if (!border) throw new Error(`There is no border "${name}".`);
  await fc.assert(
    fc.asyncProperty(border.input, async (value) => void (await border.judge(value))),
    { seed, path, endOnFailure: true },
  );
};
