// The package's builds. `vite build`: modules for npm, their dependencies left to the installer. `vite build --mode single`:
// one self-contained file for a script tag with `integrity`, which covers one file only (no chunks). `vite build --mode light`:
// the same as two files, the second fetched on intent, for whom the first byte counts more.
import { fileURLToPath } from 'node:url';
import { defineConfig, type Plugin, type UserConfig } from 'vite';

const source = (name: string): string => fileURLToPath(new URL(`src/${name}.ts`, import.meta.url));

const ENTRIES = [
  'index',
  'offramp-button',
  'return',
  'react',
  'jsx/react',
  'jsx/preact',
  'jsx/solid',
  'server',
  'simulator',
];

const modules: UserConfig = {
  publicDir: false,
  build: {
    target: 'es2022',
    // Left readable: who installs this wants to see what moves their visitors' money, and their own build minifies it.
    minify: false,
    lib: {
      entry: Object.fromEntries(ENTRIES.map((name) => [name, source(name)])),
      formats: ['es'],
    },
    rolldownOptions: {
      external: [/^(lit|viem|zod|hono|jose|react)($|\/)/],
      // What an entry shares with its chunk stays in the entry: one request less before the first press.
      preserveEntrySignatures: 'allow-extension',
      output: {
        entryFileNames: '[name].js',
        chunkFileNames: 'chunks/[name]-[hash].js',
        // React's server components: what keeps state and listens is for the browser.
        banner: ({ name }) => (name === 'react' ? `'use client';` : ''),
      },
    },
  },
};

/**
 * zod 4.6 goes through its own tables with `for … in`, and does not load in a page that has put anything on `Object.prototype`, as
 * old libraries do. Where somebody bundles the modules, such a page is theirs to know.
 */
const ownKeys: Plugin = {
  name: 'own-keys',
  transform: (code, id) =>
    id.includes('/node_modules/zod/')
      ? code.replace(/for \(const (\w+) in ([\w.]+)\)/g, 'for (const $1 of Object.keys($2))')
      : undefined,
};

const single: UserConfig = {
  publicDir: false,
  plugins: [ownKeys],
  resolve: { alias: { './on-intent.ts': source('at-once') } },
  build: {
    target: 'es2022',
    emptyOutDir: false,
    // The licences of what is bundled ask to go with it.
    license: { fileName: 'offramp-button.min.LICENSE.md' },
    lib: { entry: source('index'), formats: ['es'], fileName: () => 'offramp-button.min.js' },
    // Licences are in the file beside it, and nobody bundles it again who would want to be told of pure calls.
    rolldownOptions: { output: { codeSplitting: false, minify: true, comments: false } },
  },
};

const light: UserConfig = {
  publicDir: false,
  plugins: [ownKeys],
  build: {
    target: 'es2022',
    emptyOutDir: false,
    outDir: 'dist/light',
    license: { fileName: 'LICENSE.md' },
    lib: { entry: source('index'), formats: ['es'], fileName: () => 'offramp-button.js' },
    rolldownOptions: {
      preserveEntrySignatures: 'allow-extension',
      output: { chunkFileNames: '[name].js', minify: true, comments: false },
    },
  },
};

const builds: Record<string, UserConfig> = { single, light };

export default defineConfig(({ command, mode }) => {
  // Whatever the shell says: with `development` Vite would take the libraries' builds for it, and the bytes would be others.
  if (command === 'build') process.env.NODE_ENV = 'production';
  return builds[mode] ?? modules;
});
