// The package as somebody installs it: built and packed from a copy of the sources in a folder elsewhere, unpacked into a shop's
// node_modules. Its dependencies are this project's own, linked: what they are is npm's business, and the network's.
import { execFile } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { promisify } from 'node:util';

export const run = promisify(execFile);

export interface PackageManifest {
  name: string;
  exports: Record<string, string | { types: string; default: string }>;
  sideEffects: string[];
  unpkg: string;
  jsdelivr: string;
  customElements: string;
  dependencies: Record<string, string>;
  peerDependencies: Record<string, string>;
}

export const packageManifest: PackageManifest = JSON.parse(readFileSync('package.json', 'utf8'));

/** Entries of code, by what one imports them by. */
export const codeEntries = Object.entries(packageManifest.exports).flatMap(([entry, target]) =>
  typeof target === 'string' ? [] : [{ entry, name: join(packageManifest.name, entry), ...target }],
);

/** What a build reads. */
const SOURCES = [
  'src',
  'tools',
  'vite.config.ts',
  'tsconfig.json',
  'tsconfig.build.json',
  'package.json',
  'README.md',
  'CHANGELOG.md',
  'CONTRIBUTING.md',
  'LICENSE',
];

export interface Packed {
  /** A folder whose node_modules hold the package. */
  shop: string;
  /** The package in it. */
  folder: string;
  /** What `npm pack` made. */
  tarball: string;
  /** Path → bytes of every file in it. */
  files: ReadonlyMap<string, number>;
  /** What the build said. */
  said: string;
  remove(): void;
}

const link = (from: string, to: string): void => {
  mkdirSync(dirname(to), { recursive: true });
  symlinkSync(from, to, 'junction');
};

const packInto = async (place: string): Promise<Packed> => {
  const source = join(place, 'source');
  for (const name of SOURCES) cpSync(name, join(source, name), { recursive: true });
  link(resolve('node_modules'), join(source, 'node_modules'));
  // A test runner may have a mode of its own.
  const { NODE_ENV: _, ...env } = process.env;
  const { stdout: said } = await run('npm', ['run', 'build'], { cwd: source, env });
  const { stdout } = await run('npm', ['pack', '--json', '--pack-destination', place], { cwd: source, env });
  const [{ filename, files }] = JSON.parse(stdout) as [{ filename: string; files: { path: string; size: number }[] }];
  const shop = join(place, 'shop');
  const folder = join(shop, 'node_modules', packageManifest.name);
  mkdirSync(folder, { recursive: true });
  const tarball = join(place, filename);
  await run('tar', ['-xzf', tarball, '-C', folder, '--strip-components=1']);
  const { dependencies, peerDependencies } = packageManifest;
  // With the types that a page in React compiles against.
  for (const name of [...Object.keys({ ...dependencies, ...peerDependencies }), 'react-dom', 'csstype'])
    link(resolve('node_modules', name), join(shop, 'node_modules', name));
  return {
    shop,
    folder,
    tarball,
    files: new Map(files.map(({ path, size }) => [path, size])),
    said,
    remove: () => rmSync(place, { recursive: true, force: true }),
  };
};

/** Builds, packs and installs. Takes some ten seconds. */
export const packPackage = async (): Promise<Packed> => {
  const place = mkdtempSync(join(tmpdir(), 'offramp-package-'));
  try {
    return await packInto(place);
  } catch (error) {
    rmSync(place, { recursive: true, force: true });
    throw error;
  }
};
