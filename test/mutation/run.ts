// `npm run mutate`: changes the money code in every small way, one at a time, and sees whether a test fails (stryker-mutator.io).
// `npm run mutate -- sale claims` does so in the files whose path contains one of the words. Ends with the survivors nobody explained.
import { globSync, readFileSync } from 'node:fs';
import { relative } from 'node:path';
import { Stryker } from '@stryker-mutator/core';

const EXPLAINED = 'test/mutation/survivors.md';

const plain = (path: string): string => path.replaceAll('\\', '/');
const oneLine = (code: string): string => code.trim().replace(/\s+/g, ' ');

const words = process.argv.slice(2);
const { mutate }: { mutate: string[] } = JSON.parse(readFileSync('stryker.config.json', 'utf8'));
const all = globSync(mutate).map(plain).sort();
const files = all.filter((path) => !words.length || words.some((word) => path.includes(word)));

const results = await new Stryker({ mutate: files }).runMutationTest();

/** Alive, or perhaps so: a machine that is busy lets a test time out. */
const doubtful = new Set<string>();
const survivors = new Set<string>();
for (const { fileName, location, replacement, status } of results) {
  if (status !== 'Survived' && status !== 'NoCoverage' && status !== 'Timeout') continue;
  const lines = readFileSync(fileName, 'utf8').split('\n');
  // Both count from one, and the end is the first place behind.
  const { start, end } = location;
  const touched = lines.slice(start.line - 1, end.line);
  const [line = ''] = touched;
  const after = (touched.at(-1)?.length ?? 0) - (end.column - 1);
  const text = touched.join('\n');
  const was = text.slice(start.column - 1, text.length - after);
  const mutant = `${plain(relative('.', fileName))} | ${oneLine(line)} | ${oneLine(was)} → ${oneLine(replacement)}`;
  doubtful.add(mutant);
  if (status !== 'Timeout') survivors.add(mutant);
}
// The indented lines; their headings say why.
const explained = readFileSync(EXPLAINED, 'utf8')
  .split('\n')
  .flatMap((line) => /^ {4}(.+)$/.exec(line)?.[1] ?? []);

const list = (title: string, mutants: readonly string[]): void => {
  if (!mutants.length) return;
  console.log([`\n${title}:`, ...mutants].join('\n    '));
  process.exitCode = 1;
};
const open = [...survivors].filter((mutant) => !explained.includes(mutant));
const inThisRun = explained.filter((mutant) => files.some((file) => mutant.startsWith(`${file} `)));
console.log(
  `\n${survivors.size} kinds of survivors, ${survivors.size - open.length} of them explained in ${EXPLAINED}`,
);
list('Neither killed by a test nor explained', open);
list(
  'Explained, but not alive any more',
  inThisRun.filter((mutant) => !doubtful.has(mutant)),
);
