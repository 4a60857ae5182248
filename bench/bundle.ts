// Bundles one entry in memory as a site's own build would: split into chunks, minified, for production.
// Knows the bundler; does not know what is bundled, nor what it weighs.
import { fileURLToPath } from 'node:url';
import { build, type InlineConfig, type Plugin, type Rolldown } from 'vite';

/** What a build gives, without a disk. */
export interface Bundle {
  /** File name → its bytes. The entry is `main.js`. */
  readonly files: ReadonlyMap<string, Uint8Array>;
  /** What a page asks for by itself: styles, the entry, and all that it imports. */
  readonly initial: readonly string[];
  /** File name → the code of its modules before minifying, by their path in the project. */
  readonly modules: ReadonlyMap<string, ReadonlyMap<string, string>>;
  /** The initial files and those that a module needs, wherever the bundler put it. `undefined`: it is in none. */
  upTo(module: string): readonly string[] | undefined;
}

/** The project's folder. */
export const ROOT = fileURLToPath(new URL('..', import.meta.url));

/** A module's path within the project, with the packages that are installed for it without what installs them. */
const placeOf = (id: string): string => {
  const path = id.replace(/^\0+/, '').replace(/\?.*$/, '');
  return path.startsWith(ROOT) ? path.slice(ROOT.length) : path;
};

const chunksOf = (output: Awaited<ReturnType<typeof build>>) => {
  const [result] = Array.isArray(output) ? output : [output];
  if (!result || !('output' in result)) throw new Error('The bundler is watching, and gives no bundle.');
  return result.output;
};

const bytesOf = (one: Rolldown.OutputChunk | Rolldown.OutputAsset): Uint8Array => {
  const content = one.type === 'chunk' ? one.code : one.source;
  return typeof content === 'string' ? Buffer.from(content) : content;
};

const bundleOf = (output: ReturnType<typeof chunksOf>): Bundle => {
  const chunks = new Map<string, Rolldown.OutputChunk>();
  for (const one of output) if (one.type === 'chunk') chunks.set(one.fileName, one);
  const entry = [...chunks.values()].find(({ isEntry }) => isEntry);
  if (!entry) throw new Error('The bundle has no entry.');
  const withImports = (name: string, seen = new Set<string>()): Set<string> => {
    if (seen.has(name) || !chunks.has(name)) return seen;
    seen.add(name);
    for (const next of chunks.get(name)?.imports ?? []) withImports(next, seen);
    return seen;
  };
  const styles = output.map(({ fileName }) => fileName).filter((name) => name.endsWith('.css'));
  const initial = [...styles, ...withImports(entry.fileName)];
  const modules = new Map(
    [...chunks].map(([name, chunk]) => [
      name,
      new Map(Object.entries(chunk.modules).map(([id, { code }]) => [placeOf(id), code ?? ''])),
    ]),
  );
  return {
    files: new Map(
      output.filter(({ fileName }) => !fileName.endsWith('.md')).map((one) => [one.fileName, bytesOf(one)]),
    ),
    initial,
    modules,
    upTo: (module) => {
      const [holder] = [...modules].find(([, parts]) => parts.has(module)) ?? [];
      return holder === undefined ? undefined : [...new Set([...initial, ...withImports(holder)])];
    },
  };
};

/** A peer that cannot do without something which it does not list loads as far as it can. */
const leaveUnknownOut: Plugin = {
  name: 'leave-unknown-out',
  enforce: 'pre',
  async resolveId(id, importer, options) {
    if (!importer || /^[./\0]/.test(id) || !/^[@\w]/.test(id)) return null;
    return (await this.resolve(id, importer, { ...options, skipSelf: true })) ?? { id, external: true };
  },
};

const config = (entry: string): InlineConfig => ({
  configFile: false,
  root: ROOT,
  mode: 'production',
  logLevel: 'silent',
  publicDir: false,
  plugins: [leaveUnknownOut],
  define: { 'process.env.NODE_ENV': '"production"', 'process.env.DEBUG': 'undefined', global: 'globalThis' },
  build: {
    write: false,
    target: 'es2022',
    lib: { entry, formats: ['es'], fileName: () => 'main.js', cssFileName: 'main' },
    rolldownOptions: { preserveEntrySignatures: 'allow-extension', output: { minify: true, comments: false } },
  },
});

/** Bundles a file of the project and all that it imports. */
export const bundle = async (entry: string): Promise<Bundle> =>
  bundleOf(chunksOf(await build(config(`${ROOT}${entry}`))));

/** The one file for a script tag, as `npm run build` makes it. */
export const bundleSingle = async (): Promise<Bundle> =>
  bundleOf(
    chunksOf(
      await build({
        configFile: `${ROOT}vite.config.ts`,
        root: ROOT,
        mode: 'single',
        logLevel: 'silent',
        build: { write: false },
      }),
    ),
  );
