// Which file and which dependency the button's bytes are: what the one file would be smaller by, were that part left out.
// Knows bundles; does not know budgets.
import { minifySync } from 'vite';
import type { Bundle } from './bundle.ts';
import { brotliLength } from './bytes.ts';

export interface Part {
  /** A file of the project, or a package. */
  name: string;
  modules: number;
  minified: number;
  /** Bytes of brotli that the whole is smaller without it. What parts have in common counts for none of them. */
  brotli: number;
}

/** `src/a.ts` for itself; a package's files together, under its name. */
const groupOf = (path: string): string => {
  const [, , scope = '', name = ''] = /^(.*\/)?node_modules\/(@[^/]+|[^/]+)(?:\/([^/]+))?/.exec(path) ?? [];
  if (!scope) return path;
  return scope.startsWith('@') ? `${scope}/${name}` : scope;
};

/** Also what nobody uses within the part: others do. */
const minified = (code: string): Uint8Array =>
  Buffer.from(minifySync('part.js', code, { module: true, compress: { unused: false } }).code);

/** Groups of modules with their code before minifying. */
const groupsOf = (made: Bundle): Map<string, string[]> => {
  const groups = new Map<string, string[]>();
  for (const modules of made.modules.values()) {
    for (const [path, code] of modules) {
      if (!code.trim()) continue;
      const group = groupOf(path);
      groups.set(group, [...(groups.get(group) ?? []), code]);
    }
  }
  return groups;
};

/** Each part's name and its bytes, minified for itself, by name. */
export const minifiedParts = (made: Bundle): [name: string, bytes: number][] =>
  [...groupsOf(made)]
    .map(([name, codes]): [string, number] => [name, minified(codes.join('\n')).length])
    .sort(([one], [other]) => (one < other ? -1 : 1));

/** The parts of a bundle, largest first. */
export const byteMap = async (made: Bundle): Promise<Part[]> => {
  const groups = [...groupsOf(made)];
  // Each part is minified for itself: leaving one out must not change the names in the others.
  const texts = new Map(groups.map(([name, codes]) => [name, minified(codes.join('\n'))]));
  const without = (left: string | undefined): Promise<number> =>
    brotliLength(Buffer.concat([...texts].flatMap(([name, bytes]) => (name === left ? [] : [bytes]))));
  const whole = await without(undefined);
  const parts = await Promise.all(
    groups.map(async ([name, codes]) => ({
      name,
      modules: codes.length,
      minified: texts.get(name)?.length ?? 0,
      brotli: whole - (await without(name)),
    })),
  );
  return parts.sort((one, other) => other.brotli - one.brotli);
};
