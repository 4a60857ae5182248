// Runs test files with node:test, each in a process of its own. Does not know which files those are.
import { relative } from 'node:path';
import { run } from 'node:test';
import { inspect } from 'node:util';
import type { Outcome } from './run.ts';

interface Options {
  /** How many files at once. */
  concurrency: number;
  /** Milliseconds one file may take. */
  timeout: number;
}

/** What a test threw, without the wrapper that node:test puts around it. */
const words = ({ cause, message }: Error): string =>
  cause instanceof Error
    ? (cause.stack ?? cause.message)
    : typeof cause === 'string'
      ? cause
      : message || inspect(cause);

/** Runs the files and prints failures; suites are not counted, files that do not load or hold no test count as failed. */
export const runNodeTests = async (files: readonly string[], options: Options): Promise<Outcome> => {
  const outcome = { passed: 0, failed: 0 };
  const fail = (file: string | undefined, name: string, why: string) => {
    outcome.failed += 1;
    console.log(`\n✗ ${file ? `${relative('.', file)}: ` : ''}${name}\n  ${why.replaceAll('\n', '\n  ')}`);
  };
  // Left behind by the server of the browsers' tests; builds in these tests would be for development.
  delete process.env.NODE_ENV;
  for await (const event of run({ files: [...files], ...options })) {
    if (event.type === 'test:stdout' || event.type === 'test:stderr') process.stdout.write(event.data.message);
    if (event.type !== 'test:pass' && event.type !== 'test:fail') continue;
    const { name, file, details } = event.data;
    const isFile = files.includes(name);
    if (event.type === 'test:fail') {
      // A suite fails when a test in it does, which is counted already; by itself only when a hook of it threw.
      const isSuite = details.type === 'suite' && details.error.failureType === 'subtestsFailed';
      if (!isSuite && !(isFile && details.error.failureType === 'subtestsFailed'))
        fail(file, name, words(details.error));
    } else if (isFile) fail(undefined, name, 'This file holds no test.');
    else if (details.type === 'suite') continue;
    else if (event.data.skip !== undefined || event.data.todo !== undefined) fail(file, name, 'This test was skipped.');
    else outcome.passed += 1;
  }
  return outcome;
};
