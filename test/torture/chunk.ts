// Some hundred schedules from one seed: played, counted, and the first violation shrunk to a short story.
// Knows fast-check; does not know processes or reports.
import fc from 'fast-check';
import type { Tally } from './faults.ts';
import { type Schedule, schedule } from './generate.ts';
import { play, watchUncaught } from './play.ts';
import { tell } from './story.ts';
import type { World } from './world.ts';

/** What was counted. Plain JSON, so that a process can send it. */
export interface Counts {
  schedules: number;
  steps: number;
  events: number;
  prompts: number;
  transfers: number;
  /** Second transfers after a person's false "nothing was sent", a press on "Send" and two approvals. */
  mistakenDoubles: number;
  /** Second transfers from a browser that had lost both the sale and the claim. */
  forgottenDoubles: number;
  /** Asks by a former window's return, in a browser that was killed before it had kept that there is a later one. */
  forgottenWindows: number;
  mistakenWords: number;
  elsewhereWords: number;
  faults: Record<string, number>;
  /** Sales by their end. */
  ends: Record<string, number>;
}

export interface Failure {
  seed: number;
  path: string;
  rules: string[];
  story: string;
}

export const noCounts = (): Counts => ({
  schedules: 0,
  steps: 0,
  events: 0,
  prompts: 0,
  transfers: 0,
  mistakenDoubles: 0,
  forgottenDoubles: 0,
  forgottenWindows: 0,
  mistakenWords: 0,
  elsewhereWords: 0,
  faults: {},
  ends: {},
});

const addAll = (sum: Record<string, number>, more: Iterable<[string, number]>): void => {
  for (const [name, count] of more) sum[name] = (sum[name] ?? 0) + count;
};

/** Adds what one process counted to what another did. */
export const add = (sum: Counts, more: Counts): void => {
  sum.schedules += more.schedules;
  sum.steps += more.steps;
  sum.events += more.events;
  sum.prompts += more.prompts;
  sum.transfers += more.transfers;
  sum.mistakenDoubles += more.mistakenDoubles;
  sum.forgottenDoubles += more.forgottenDoubles;
  sum.forgottenWindows += more.forgottenWindows;
  sum.mistakenWords += more.mistakenWords;
  sum.elsewhereWords += more.elsewhereWords;
  addAll(sum.faults, Object.entries(more.faults));
  addAll(sum.ends, Object.entries(more.ends));
};

const count = (counts: Counts, { early, steps }: Schedule, world: World): void => {
  const { referee, agenda, devices, chain, ended, tally } = world;
  const ends: Tally = new Map();
  for (const end of ended) {
    const stage = end.slice(end.indexOf(' ') + 1);
    ends.set(stage, (ends.get(stage) ?? 0) + 1);
  }
  add(counts, {
    schedules: 1,
    steps: early.length + steps.length,
    events: agenda.count,
    prompts: devices.reduce((sum, { wallet }) => sum + wallet.prompts.length, 0),
    transfers: chain.transactions.filter(({ state, moves, fails }) => state === 'mined' && moves && !fails).length,
    mistakenDoubles: referee.mistakenDoubles,
    forgottenDoubles: referee.forgottenDoubles,
    forgottenWindows: referee.forgottenWindows,
    mistakenWords: referee.mistakenWords,
    elsewhereWords: referee.elsewhereWords,
    faults: Object.fromEntries(tally),
    ends: Object.fromEntries(ends),
  });
};

let isWatched = false;

/**
 * Plays schedules from a seed, until one violates a rule.
 * @param path fast-check's, to play one schedule again.
 */
export const playChunk = async (
  seed: number,
  runs: number,
  path?: string,
): Promise<{ counts: Counts; failure: Failure | undefined }> => {
  if (!isWatched) watchUncaught();
  isWatched = true;
  const counts = noCounts();
  let hasFailed = false;
  const property = fc.asyncProperty(schedule, async (one) => {
    const world = await play(one);
    if (!hasFailed) count(counts, one, world);
    if (world.referee.violations.length === 0) return true;
    hasFailed = true;
    return false;
  });
  const result = await fc.check(property, { seed, numRuns: runs, ...(path === undefined ? {} : { path }) });
  const [shrunk] = result.counterexample ?? [];
  if (!shrunk) return { counts, failure: undefined };
  const world = await play(shrunk);
  const rules = [...new Set(world.referee.violations.map(({ rule }) => rule))];
  return { counts, failure: { seed, path: result.counterexamplePath ?? '', rules, story: tell(world) } };
};
