// The examples as projects: what each is built with, and how. Knows the frameworks' compilers; does not know what is tested.
import { cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { build, type InlineConfig, type UserConfig } from 'vite';
import type { Shelf } from './install.ts';

interface Project {
  /** The folder in `examples`. */
  folder: string;
  /** How the scripts in `pages` end that are for it. */
  ending: string;
  oxc?: UserConfig['oxc'];
  /** What is installed in place of what it names. */
  instead?: Record<string, string>;
}

const jsx = (importSource: string): UserConfig['oxc'] => ({ jsx: { runtime: 'automatic', importSource } });

const PROJECTS = {
  'react 19': { folder: 'react', ending: 'react.jsx', oxc: jsx('react') },
  'react 18': {
    folder: 'react',
    ending: 'react.jsx',
    oxc: jsx('react'),
    instead: { react: 'react-18/react', 'react-dom': 'react-18/react-dom' },
  },
  vue: { folder: 'vue', ending: 'vue.js' },
  svelte: { folder: 'svelte', ending: 'svelte.js' },
  angular: { folder: 'angular', ending: 'angular.js' },
  preact: { folder: 'preact', ending: 'preact.jsx', oxc: jsx('preact') },
  solid: { folder: 'solid', ending: 'solid.js' },
} satisfies Record<string, Project>;

export type ProjectName = keyof typeof PROJECTS;

export const projectNames = Object.keys(PROJECTS) as ProjectName[];

/** Installs an example. Gives its folder, and how Vite builds it. */
export const prepare = (shelf: Shelf, name: ProjectName, as: string): { root: string; config: InlineConfig } => {
  const { folder, instead, oxc }: Project = PROJECTS[name];
  const root = shelf.install(folder, as, instead);
  if (folder === 'vue') {
    // Its own settings are read; what they import is ours.
    const plugin = join(root, 'node_modules/@vitejs/plugin-vue');
    const code = `export { default } from '${pathToFileURL(resolve('test/frameworks/vue-plugin.js'))}';\n`;
    mkdirSync(plugin, { recursive: true });
    writeFileSync(join(plugin, 'package.json'), '{ "type": "module", "exports": "./index.js" }\n');
    writeFileSync(join(plugin, 'index.js'), code);
  }
  const hasOwn = folder === 'vue' || folder === 'svelte';
  const config: InlineConfig = {
    configFile: hasOwn && join(root, 'vite.config.js'),
    root,
    base: './',
    // As for somebody who works on it: frameworks then say what they do not like.
    mode: 'development',
    logLevel: 'error',
    ...(oxc && { oxc }),
  };
  return { root, config };
};

/** Copies the script of a kind (`page`, `server`, `hydrate`) into a project. Gives its name there. */
export const copyScript = (name: ProjectName, kind: string, root: string): string => {
  const script = `${kind}.${PROJECTS[name].ending}`;
  cpSync(join('test/frameworks/pages', script), join(root, script));
  return script;
};

/** Builds an example's own page, and `page.html`, which shows it and takes it away. Gives the path of the folder they are in. */
export const buildPages = async (shelf: Shelf, name: ProjectName): Promise<string> => {
  const as = name.replace(' ', '-');
  const { root, config } = prepare(shelf, name, as);
  const input = { index: join(root, 'index.html'), page: join(root, 'page.html') };
  const page = copyScript(name, 'page', root);
  writeFileSync(
    input.page,
    `<!doctype html><html lang="en"><div id="app"></div><script type="module" src="/${page}"></script></html>\n`,
  );
  if (name === 'angular') {
    // Angular's own builder compiles ahead and adds the script; here the compiler goes into the page.
    const html = readFileSync(join(root, 'src/index.html'), 'utf8');
    const script = `<script type="module">import '@angular/compiler'; import '/src/main.ts';</script>`;
    writeFileSync(input.index, html.replace('</body>', `${script}</body>`));
  }
  await build({ ...config, build: { outDir: 'built', minify: false, rolldownOptions: { input } } });
  return `/${as}/built`;
};
