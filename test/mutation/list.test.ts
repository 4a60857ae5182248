// Holds the list of what is mutated against the modules that money passes through.
import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';

/** The one path on which a wallet is asked, and the doors it goes through. */
const DOORS = ['src/sending.ts', 'src/ports/wallet.ts', 'src/ports/claims.ts', 'src/ports/signature.ts'];

/** What they need besides, and why it is not mutated. */
const OTHERS: Record<string, string> = {
  'src/errors.ts': 'words, which errors.test.ts reads row by row',
  'src/offramp-error.ts': 'the class around them, which decides nothing',
  'src/stages.ts': 'a table, which sale.test.ts holds against the transitions',
  'src/schema.ts': 'the border, which test/hostile-input attacks with generated values',
};

const plain = (path: string): string => path.replaceAll('\\', '/');

/** The modules that `path` imports at run time, by their paths. */
const importsOf = (path: string): string[] =>
  [...readFileSync(path, 'utf8').matchAll(/^import (?!type )[^'"]*from '(\.[^']+)'/gm)].map(([, from = '']) =>
    plain(join(path, '..', from)),
  );

const reached = (paths: readonly string[]): Set<string> => {
  const found = new Set<string>();
  const follow = (path: string): void => {
    if (found.has(path)) return;
    found.add(path);
    for (const next of importsOf(path)) follow(next);
  };
  for (const path of paths) follow(path);
  return found;
};

describe('the list of what is mutated', () => {
  const { mutate, mochaOptions }: { mutate: string[]; mochaOptions: { spec: string[] } } = JSON.parse(
    readFileSync('stryker.config.json', 'utf8'),
  );
  const mutated = globSync(mutate).map(plain);

  it('names tests that are there, without braces, which Mocha takes for letters', () => {
    for (const pattern of mochaOptions.spec) {
      assert.doesNotMatch(pattern, /[{}]/);
      assert.notDeepEqual(globSync(pattern), [], `${pattern} is not there`);
    }
  });

  it('holds every module between a press and a wallet', () => {
    const needed = [...reached(DOORS), 'src/sale.ts'].sort();
    assert.ok(needed.length > DOORS.length + 5, 'the reader of imports sees too little');
    assert.deepEqual(mutated.filter((path) => !needed.includes(path)).sort(), []);
    assert.deepEqual(needed.filter((path) => !mutated.includes(path)).sort(), Object.keys(OTHERS).sort());
  });
});
