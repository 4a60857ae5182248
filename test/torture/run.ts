// `npm run torture`: schedules by the hundred thousand, in as many processes as there are processors, and a report that fails where
// something was violated or never happened. `-- --runs 1000 --seed 7`, and `--path` to play one schedule again. Then a
// million hostile inputs at every border (`--inputs`, 0 for none).
import { fork } from 'node:child_process';
import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';
import { add, type Counts, type Failure, noCounts, playChunk } from './chunk.ts';
import { FAULTS } from './faults.ts';

interface Work {
  seed: number;
  runs: number;
}

interface Done {
  counts: Counts;
  failure: Failure | undefined;
}

const CHUNK = 500;
const MANY_FAILURES = 25;
/** Less of them in a full run means that the schedules no longer lead anywhere. */
const LEAST_COMPLETED = 0.2;

const { values } = parseArgs({
  options: {
    runs: { type: 'string', default: '200000' },
    seed: { type: 'string' },
    path: { type: 'string' },
    inputs: { type: 'string', default: '1000000' },
    workers: { type: 'string', default: String(availableParallelism()) },
  },
});

const number = (value: number): string => value.toLocaleString('en');
const table = (counts: Record<string, number>): string =>
  Object.entries(counts)
    .sort(([, one], [, other]) => other - one)
    .map(([name, count]) => `  ${number(count).padStart(11)}  ${name}`)
    .join('\n');

const work = (): void => {
  // Stacks are for reading; a schedule that fails is played again in a process that keeps them.
  Error.stackTraceLimit = 0;
  process.on('message', async ({ seed, runs }: Work) => process.send?.(await playChunk(seed, runs)));
  process.on('disconnect', () => process.exit());
};

const replay = async (seed: number, path: string): Promise<void> => {
  const { failure } = await playChunk(seed, 1, path);
  console.log(failure ? failure.story : 'Nothing was violated.');
  process.exit(failure ? 1 : 0);
};

const runAll = async (
  seed: number,
  runs: number,
  workers: number,
): Promise<{ counts: Counts; failures: Failure[] }> => {
  const counts = noCounts();
  const failures: Failure[] = [];
  const started = performance.now();
  let given = 0;
  const progress = () => {
    const rate = counts.schedules / ((performance.now() - started) / 1000);
    console.log(
      `${number(counts.schedules)} of ${number(runs)} schedules, ${Math.round(rate)} a second, ${failures.length} violations`,
    );
  };
  const timer = setInterval(progress, 10_000);
  const one = () =>
    new Promise<void>((resolve, reject) => {
      const worker = fork(new URL(import.meta.url), { env: { ...process.env, TORTURE_WORKER: '1' } });
      const next = () => {
        if (given >= runs || failures.length >= MANY_FAILURES) return worker.disconnect();
        worker.send({ seed: seed + given / CHUNK, runs: Math.min(CHUNK, runs - given) } satisfies Work);
        given += CHUNK;
      };
      worker.on('message', (done: Done) => {
        add(counts, done.counts);
        if (done.failure) {
          failures.push(done.failure);
          console.log(
            `\n${done.failure.story}\nnpm run torture -- --seed ${done.failure.seed} --path ${done.failure.path}\n`,
          );
        }
        next();
      });
      // One that is killed has no code.
      worker.on('exit', (code, signal) =>
        code === 0 ? resolve() : reject(new Error(`A process ended with ${code ?? signal}.`)),
      );
      next();
    });
  await Promise.all(Array.from({ length: workers }, one));
  clearInterval(timer);
  return { counts, failures };
};

const report = (counts: Counts, failures: readonly Failure[], seed: number, runs: number): boolean => {
  const missed = FAULTS.filter((fault) => !counts.faults[fault]);
  const completed = counts.ends.completed ?? 0;
  console.log(`
schedules  ${number(counts.schedules)}, seeds ${seed} to ${seed + Math.ceil(runs / CHUNK) - 1}
steps      ${number(counts.steps)}, which led to ${number(counts.events)} events
prompts    ${number(counts.prompts)} requests to send, ${number(counts.transfers)} transfers
mistaken   ${number(counts.mistakenDoubles)} second transfers; each took a person's false "nothing was sent", a press on Send or a return on another device, two approvals
           ${number(counts.forgottenDoubles)} second transfers from a browser whose data of the site were wiped in between
           ${number(counts.forgottenWindows)} times a browser that was killed before it kept its second window asked for a quote of that one
           ${number(counts.mistakenWords)} times a page said "nothing was sent" of a transfer, after a person had said so falsely
           ${number(counts.elsewhereWords)} times a device that had sent nothing, or lost all it knew, said so

sales by their end
${table(counts.ends)}

faults by kind
${table(counts.faults)}
`);
  if (missed.length > 0) console.log(`Never happened: ${missed.join(', ')}.`);
  if (completed < counts.schedules * LEAST_COMPLETED) console.log(`Only ${completed} sales were completed.`);
  for (const { rules, seed: from, path } of failures) {
    console.log(`violated: rule ${rules.join(', ')}: npm run torture -- --seed ${from} --path ${path}`);
  }
  console.log(`${failures.length} violations`);
  const isWhole = counts.schedules === runs;
  if (!isWhole) console.log(`Only ${number(counts.schedules)} of ${number(runs)} schedules were played.`);
  return isWhole && failures.length === 0 && missed.length === 0 && completed >= counts.schedules * LEAST_COMPLETED;
};

/** Hostile input at every border, beside the schedules; it prints a report of its own. */
const attack = (inputs: string, seed: number): Promise<boolean> =>
  new Promise((resolve, reject) => {
    const borders = fork(new URL('../hostile-input/run.ts', import.meta.url), [
      '--inputs',
      inputs,
      '--seed',
      `${seed}`,
    ]);
    borders.on('error', reject);
    borders.on('exit', (code) => resolve(code === 0));
  });

const main = async (): Promise<void> => {
  const seed = values.seed === undefined ? Date.now() % 1_000_000_000 : Number(values.seed);
  if (values.path !== undefined) return replay(seed, values.path);
  const runs = Number(values.runs);
  const { counts, failures } = await runAll(seed, runs, Number(values.workers));
  const isRight = report(counts, failures, seed, runs);
  const isSafe = values.inputs === '0' || (await attack(values.inputs, seed));
  process.exitCode = isRight && isSafe ? 0 : 1;
};

if (process.env.TORTURE_WORKER) work();
else await main();
