// The document on the element's looks: that it says what the code does.
import assert from 'node:assert/strict';
import { globSync, readFileSync, statSync } from 'node:fs';
import { describe, it } from 'node:test';
import { stageNames } from '../../src/stages.ts';
import { listOf, SHEETS } from '../../tools/screens.ts';

const text = readFileSync('docs/looks.md', 'utf8');
const source = globSync('src/*.ts')
  .map((path) => readFileSync(path, 'utf8'))
  .join('\n');

const found = (where: string, pattern: RegExp): string[] =>
  [...new Set([...where.matchAll(pattern)].map(([, name = '']) => name))].sort();

/** Names in the first column of the table that begins with this heading. */
const column = (heading: string): string[] => {
  const [, rest = ''] = text.split(`| ${heading} |`);
  return found(rest.split('\n\n')[0] ?? '', /^\| `([\w-]+)` \|/gm);
};

describe('docs/looks.md', () => {
  it('lists the parts that there are', () => {
    const drawn = found(source, /(?:part="|, ')([a-z]+)(?:"|'\))/g).filter((name) =>
      source.includes(`@csspart ${name} `),
    );
    assert.deepEqual(column('part'), drawn);
    assert.deepEqual(column('part'), found(source, /@csspart ([a-z]+)/g));
  });

  it('lists the custom properties that there are, with their values', () => {
    assert.deepEqual(column('property'), found(source, /var\((--offramp-[a-z-]+)/g));
    for (const [, name, light, dark] of source.matchAll(/var\((--offramp-[a-z-]+), light-dark\((#\w+), (#\w+)\)/g))
      assert.match(text, new RegExp(`\`${name}\` \\|.*\\| \`${light}\` \\| \`${dark}\` \\|`));
  });

  it('lists the states that there are', () => {
    const [, states = ''] = /^States, for `:state\(…\)`: ([\s\S]*?)while/m.exec(text) ?? [];
    assert.deepEqual(found(states, /`(\w+)`/g), [...stageNames, 'busy'].sort());
  });

  it('has each look of the gallery, with its sentence', () => {
    for (const isError of [false, true]) assert.ok(text.includes(listOf(isError)), 'run node tools/screens.ts --list');
  });

  it('shows a picture of each theme, small enough to be kept', () => {
    for (const { file } of SHEETS) assert.ok(text.includes(`](screens/${file}.png)`), file);
    const bytes = SHEETS.map(({ file }) => statSync(`docs/screens/${file}.png`).size);
    assert.ok(bytes.reduce((sum, size) => sum + size, 0) < 1_500_000, `${bytes}`);
  });
});
