// The package as somebody installs it, and a project that uses it: built, packed and unpacked in a folder outside of this one,
// with the packages that the project names and no others. Knows npm's layout; does not know what the project is.
import { execFile } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { build } from 'vite';

const run = promisify(execFile);

interface Manifest {
  name: string;
  dependencies?: Record<string, string>;
  devDependencies?: Record<string, string>;
}

const manifestOf = (folder: string): Manifest => JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));

/** Where this project has a package, or one of the tests' own, as React 18. */
const whereIs = (name: string): string => {
  const [own, rest] = name.startsWith('react-18/') ? ['test/frameworks/react-18', name.slice(9)] : ['.', name];
  return resolve(own, 'node_modules', rest);
};

const link = (name: string, from: string, folder: string): void => {
  const place = join(folder, 'node_modules', name);
  mkdirSync(dirname(place), { recursive: true });
  symlinkSync(realpathSync(from), place, 'dir');
};

export interface Shelf {
  /** The folder of everything. */
  readonly place: string;
  /** The packed package, unpacked. */
  readonly unpacked: string;
  /**
   * Copies an example and installs what it names; what this project does not have stays away.
   * @param instead another package in place of one that it names, `{ react: 'react-18/react' }`.
   * @returns its folder.
   */
  install(example: string, as?: string, instead?: Record<string, string>): string;
  /** Installs one package more. */
  link(name: string, folder: string): void;
  remove(): void;
}

/** Builds and packs the package: its modules, and the self-contained file or the types where they are asked for. Takes some seconds. */
export const packPackage = async (...parts: ('single' | 'types')[]): Promise<Shelf> => {
  const place = realpathSync(mkdtempSync(join(tmpdir(), 'offramp-button-')));
  const source = join(place, 'source');
  const outDir = join(source, 'dist');
  process.env.NODE_ENV = 'production';
  await build({ logLevel: 'silent', build: { outDir, emptyOutDir: true } });
  if (parts.includes('single')) await build({ logLevel: 'silent', mode: 'single', build: { outDir } });
  for (const name of ['package.json', 'README.md', 'LICENSE']) cpSync(name, join(source, name));
  if (parts.includes('types')) {
    const compiler = resolve('node_modules/typescript/bin/tsc');
    await run(process.execPath, [compiler, '-p', 'tsconfig.build.json', '--outDir', outDir]);
    await run(process.execPath, [resolve('tools/declarations.ts')], { cwd: source });
  }
  const { stdout } = await run('npm', ['pack', '--json', '--ignore-scripts', '--pack-destination', place], {
    cwd: source,
  });
  const [{ filename }] = JSON.parse(stdout) as [{ filename: string }];
  await run('tar', ['-xzf', join(place, filename), '-C', place]);
  const unpacked = join(place, 'package');
  const { name: own, dependencies = {} } = manifestOf(unpacked);
  // From here on projects are built as for somebody who works on them: frameworks then say what they do not like.
  process.env.NODE_ENV = 'development';

  return {
    place,
    unpacked,
    install: (example, as = example, instead = {}) => {
      const folder = join(place, as);
      cpSync(join('examples', example), folder, { recursive: true });
      const named = existsSync(join(folder, 'package.json')) ? manifestOf(folder) : undefined;
      cpSync(unpacked, join(folder, 'node_modules', own), { recursive: true });
      const wanted = { ...named?.dependencies, ...named?.devDependencies, ...dependencies };
      for (const name of Object.keys(wanted)) {
        const from = whereIs(instead[name] ?? name);
        if (name !== own && existsSync(from)) link(name, from, folder);
      }
      return folder;
    },
    link: (name, folder) => link(name, whereIs(name), folder),
    remove: () => rmSync(place, { recursive: true, force: true }),
  };
};
