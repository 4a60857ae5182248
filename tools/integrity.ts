// What a page pins: the hashes of the files for a script tag, as built. `node tools/integrity.ts` prints the tag and the import map;
// with `--write` the hash in the tags of the README and of the examples is this build's.
import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';

const hashOf = (path: string): string => `sha384-${createHash('sha384').update(readFileSync(path)).digest('base64')}`;

/** The README's tag: found by its script, whatever stands before it. */
const IN_README = /(src="[^"]*offramp-button\.min\.js"[^>]*?\bintegrity=")([^"]*)(")/g;

/** Whose tags are written. */
const PINNED = [
  'README.md',
  'examples/html/index.html',
  'examples/shopify/sections/cash-out.liquid',
  'examples/wordpress/custom-html.html',
];

/** The README with this hash in each of its tags. */
export const withHash = (readme: string, hash: string): string =>
  readme.replace(IN_README, (_, start: string, __, end: string) => start + hash + end);

/** The hashes in the README's tags. */
export const hashesIn = (readme: string): string[] => [...readme.matchAll(IN_README)].map(([, , hash = '']) => hash);

export const singleHash = (dist = 'dist'): string => hashOf(`${dist}/offramp-button.min.js`);

/** The second of the two files has a name of its own in the first; only an import map can pin it. */
const importMap = (dist: string): string =>
  JSON.stringify({ integrity: { '/offramp-button/cash-out.js': hashOf(`${dist}/light/cash-out.js`) } }, null, 2);

if (import.meta.main) {
  const hash = singleHash();
  console.log(`One file:

<script type="module" src="/offramp-button.min.js" integrity="${hash}" crossorigin="anonymous"></script>

Two files, of dist/light, here in /offramp-button/. An import map comes before any module:

<script type="importmap">
${importMap('dist')}
</script>
<script type="module" src="/offramp-button/offramp-button.js" integrity="${hashOf('dist/light/offramp-button.js')}" crossorigin="anonymous"></script>
`);
  if (process.argv.includes('--write')) {
    for (const path of PINNED) writeFileSync(path, withHash(readFileSync(path, 'utf8'), hash));
    console.log('The tags of the README and of the examples have this hash.');
  }
}
