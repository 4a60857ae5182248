// docs/frameworks.md against the examples, and the examples against each other and their types.
import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { describe, it } from 'node:test';

const DOCS = readFileSync('docs/frameworks.md', 'utf8');

/** A block of code that names the file it is cut from; a line with an ellipsis stands for lines left out. */
const cuts = [...DOCS.matchAll(/<!-- (examples\/\S+) -->\n```\w+\n(.*?)\n```/gs)].map(([, path = '', code = '']) => ({
  path,
  pieces: code.split(/^…$/m).map((piece) => piece.replace(/^\n|\n$/g, '')),
}));

describe('docs/frameworks.md', () => {
  it('cuts a part out of every example that has one', () => {
    const shown = new Set(cuts.map(({ path }) => path.split('/')[1]));
    const there = globSync('examples/*/src').map((path) => path.replaceAll('\\', '/').split('/')[1]);
    assert.deepEqual([...shown].sort(), [...there, 'html'].sort());
  });

  for (const { path, pieces } of cuts) {
    it(`shows ${path} as it is`, () => {
      const file = readFileSync(path, 'utf8');
      let from = 0;
      for (const piece of pieces) {
        const at = file.indexOf(`${piece}\n`, from);
        assert.ok(at >= from, `not in ${path}, or not there: ${piece}`);
        from = at + piece.length;
      }
    });
  }

  it('leads to files that are there', () => {
    for (const [, path = ''] of DOCS.matchAll(/\]\((?!https:)([^)#]+)/g))
      assert.ok(globSync(new URL(path, 'file:///docs/').pathname.slice(1)).length, path);
  });
});
