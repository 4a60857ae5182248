// Makes the package's types of what tsc wrote to `dist`: imports name the files that are published, `./x.js`, since a compiler need
// not take `./x.ts` for `./x.d.ts`; and what no entry leads to goes. Part of `npm run build`.
import { existsSync, globSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

interface Manifest {
  exports: Record<string, string | { types: string }>;
}

const SPECIFIER = /(?<=\bfrom\s*['"]|\bimport\(\s*['"]|\bimport\s*['"])(\.[^'"]+)\.ts(?=['"])/g;

/** Whoever imports types alone in a module has its imports kept. */
const ownSpecifiers = (text: string): string[] => [...text.matchAll(SPECIFIER)].map(([, path = '']) => path);

const { exports }: Manifest = JSON.parse(readFileSync('package.json', 'utf8'));
const reached = new Set<string>();
const reach = (path: string): void => {
  if (reached.has(path)) return;
  if (!existsSync(path)) throw new Error(`${path} is not there.`);
  reached.add(path);
  const text = readFileSync(path, 'utf8');
  for (const specifier of ownSpecifiers(text)) reach(join(dirname(path), `${specifier}.d.ts`));
  writeFileSync(path, text.replace(SPECIFIER, '$1.js'));
};
for (const target of Object.values(exports)) if (typeof target !== 'string') reach(join(target.types));

for (const path of globSync('dist/**/*.d.ts')) if (!reached.has(path)) rmSync(path);
console.log(`${reached.size} files of types.`);
