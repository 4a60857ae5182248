// The README's tables against the code. `node test/readme.test.ts --write` fills them in.
import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { test } from 'node:test';
import { allAssets } from '../src/assets.ts';
import { ButtonAttributes } from '../src/attributes.ts';
import { errorTable } from '../src/errors.ts';
import { createFaults } from '../src/simulator/faults.ts';
import { STAGES } from '../src/stages.ts';

const README = new URL('../README.md', import.meta.url);
const readme = readFileSync(README, 'utf8');

const table = (name: string): string[] => {
  const found = new RegExp(`<!-- ${name} -->\n([^]*?)<!-- /${name} -->`).exec(readme)?.[1];
  assert.ok(found, `README has a table of ${name}`);
  return found.trim().split('\n');
};

const code = (text: string): string => `\`${text}\``;

const generated = {
  errors: Object.entries(errorTable).map(
    ([name, { message, advice, recoverable }]) =>
      `| ${code(name)} | ${message} | ${advice} | ${recoverable ? 'yes' : 'no'} |`,
  ),
  assets: allAssets().map(
    ({ asset, network, chainId, token, decimals }) =>
      `| ${asset} | ${code(network)} | ${chainId} | ${token ? code(token) : "the chain's own"} | ${decimals} |`,
  ),
  faults: createFaults()
    .list()
    .map(({ name, description }) => `| ${code(name)} | ${description} |`),
};

if (process.argv.includes('--write')) {
  let text = readme;
  for (const [name, rows] of Object.entries(generated)) {
    const [head, rule] = table(name);
    const filled = `<!-- ${name} -->\n${[head, rule, ...rows].join('\n')}\n<!-- /${name} -->`;
    text = text.replace(new RegExp(`<!-- ${name} -->[^]*?<!-- /${name} -->`), () => filled);
  }
  writeFileSync(README, text);
}

for (const [name, rows] of Object.entries(generated)) {
  test(`the README's table of ${name} is the code's`, () => {
    assert.deepEqual(table(name).slice(2), rows);
  });
}

test("the README's stages and where they lead are the code's", () => {
  const rows = table('stages')
    .slice(2)
    .map((row) => row.split('|').map((cell) => [...cell.matchAll(/`([a-z]+)`/g)].map(([, word]) => word)));
  assert.deepEqual(
    rows.map(([, stage, , leaves]) => [stage?.[0], leaves]),
    Object.entries(STAGES).map(([stage, leaves]) => [stage, [...leaves]]),
  );
});

test("the README's attributes are the element's", () => {
  const rows = table('attributes')
    .slice(2)
    .map((row) => [...row.matchAll(/`([A-Za-z-]+)`/g)].slice(0, 2).map(([, word]) => word));
  const declared = Object.entries(ButtonAttributes.properties)
    .map(([property, options]) => [(options as { attribute?: string | false }).attribute ?? property, property])
    .filter(([attribute]) => attribute !== false);
  assert.deepEqual(rows, declared);
});
