// `npm run race`: two windows press "Send" for one order in the same moment, 200 times as two tabs and 200 times as two devices.
// `npm run race -- 50` runs 50 of each, `npm run race -- 50 profiles` of one kind. Knows what is printed; not how a round is run.
import { ARMS, type Kind, type Round, startRace } from './race.ts';

const FULL = 200;
/** After so many rounds one sale is followed to its payout in both windows. */
const FINISH_EVERY = 10;

const TITLES: Record<Kind, string> = {
  tabs: 'Two tabs of one browser',
  profiles: 'Two browsers with a user data directory each',
};

const isKind = (word: string): word is Kind => Object.hasOwn(TITLES, word);

/** The values in the middle, near the end and at the end, without their signs. */
const spread = (values: readonly number[]): string => {
  const sorted = values.map(Math.abs).sort((one, other) => one - other);
  const at = (share: number) => (sorted[Math.floor(share * (sorted.length - 1))] ?? Number.NaN).toFixed(1);
  return sorted.length
    ? `median ${at(0.5)}, 90 % within ${at(0.9)}, most ${at(1)} ms (${sorted.length} times)`
    : 'never';
};

const count = (words: readonly string[]): string => {
  const counts = new Map<string, number>();
  for (const word of words) counts.set(word, (counts.get(word) ?? 0) + 1);
  return [...counts]
    .sort(([, one], [, other]) => other - one)
    .map(([word, times]) => `${word || 'nothing'} ${times}`)
    .join(', ');
};

const sum = (values: readonly number[]): number => values.reduce((all, one) => all + one, 0);

const print = (kind: Kind, rounds: readonly Round[], seconds: number): void => {
  const of = <Value>(read: (round: Round) => Value): Value[] => rounds.map(read);
  console.log(`\n${TITLES[kind]}: ${rounds.length} rounds, ${(rounds.length / seconds).toFixed(2)} a second`);
  console.log(`  asks       ${sum(of(({ asks }) => asks))}`);
  console.log(`  transfers  ${sum(of(({ transfers }) => transfers))}`);
  console.log(`  presses    ${spread(of(({ gap }) => gap))} apart`);
  console.log(`  claims met ${spread(of(({ claimGap }) => claimGap).filter((gap) => gap !== undefined))} apart`);
  for (const { name } of ARMS[kind]) {
    const own = rounds.filter(({ arm }) => arm === name);
    if (!own.length) continue;
    console.log(`  ${name}: ${own.length} rounds; won by ${count(own.map(({ winner }) => winner))}`);
    console.log(`    the other heard: ${count(own.map(({ loser }) => loser))}`);
  }
};

/** Runs one kind of race. Gives how many violations there were. */
const race = async (kind: Kind, times: number): Promise<number> => {
  const { run, finish, audit, stop } = await startRace(kind);
  const rounds: Round[] = [];
  const violations: string[] = [];
  const started = performance.now();
  try {
    for (let number = 1; number <= times; number += 1) {
      const arm = ARMS[kind][(number - 1) % ARMS[kind].length];
      if (!arm) throw new Error(`There is no way to run ${kind}.`);
      const round = await run(arm);
      rounds.push(round);
      for (const violation of round.violations) violations.push(`round ${number} (${arm.name}): ${violation}`);
      if (number % FINISH_EVERY === 0) {
        await finish();
        console.log(`${kind}: ${number} of ${times}, ${violations.length} violations`);
      }
    }
    violations.push(...(await audit()));
  } catch (error) {
    violations.push(`round ${rounds.length + 1} broke off: ${error instanceof Error ? error.message : error}`);
  } finally {
    await stop();
  }
  print(kind, rounds, (performance.now() - started) / 1000);
  for (const violation of violations) console.log(`  ✗ ${violation}`);
  return violations.length;
};

const words = process.argv.slice(2);
const times = Number(words.find((word) => /^[1-9]\d*$/.test(word)) ?? FULL);
const kinds = words.filter(isKind);
let violations = 0;
for (const kind of kinds.length ? kinds : (['tabs', 'profiles'] as const)) violations += await race(kind, times);
console.log(`\n${violations} violations`);
process.exit(violations ? 1 : 0);
