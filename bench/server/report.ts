// Writes measures as lines of one table. Knows numbers; does not know what they are of.
import type { Result } from './load.ts';

const sorted = (times: readonly number[]): number[] => [...times].sort((one, other) => one - other);

const percentile = (times: readonly number[], part: number): number => times[Math.floor(times.length * part)] ?? 0;

const whole = (value: number): string => Math.round(value).toLocaleString('en-US');

/** Milliseconds at p50, p90 and p99. */
export const latencies = (times: readonly number[]): string => {
  const all = sorted(times);
  return [0.5, 0.9, 0.99].map((part) => percentile(all, part).toFixed(1).padStart(8)).join('');
};

/** Requests a second. */
export const rate = ({ times, took }: Result): number => (times.length / took) * 1000;

export const head = (): void =>
  console.log(`${''.padEnd(44)}${'requests'.padStart(10)}${'per s'.padStart(9)}     p50     p90     p99 ms  statuses`);

export const row = (name: string, result: Result, more = ''): void => {
  const statuses = [...result.statuses].map(([status, count]) => `${status}: ${whole(count)}`).join(', ');
  console.log(
    `${name.padEnd(44)}${whole(result.times.length).padStart(10)}${whole(rate(result)).padStart(9)}${latencies(result.times)}     ${statuses}${more}`,
  );
};

export const note = (name: string, text: string): void => console.log(`${name.padEnd(44)}${text}`);

/** Bytes as MB, with one decimal. */
export const mb = (bytes: number): string => `${(bytes / 1e6).toFixed(1)} MB`;

export { whole };
