// The rules of the house that no tool knows: who may import whom, what is never imported, how long a file may be.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { existsSync, globSync, readFileSync, rmSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { promisify } from 'node:util';
import { build } from 'vite';

const run = promisify(execFile);

const LEAVES = ['assets.ts', 'errors.ts', 'offramp-error.ts', 'stages.ts', 'no-sale.ts'];
const SHARED = [...LEAVES, 'schema.ts', 'rules.ts'];
/** What backend and page must judge alike of a signed instruction. */
const SIGNED = ['instruction-key.ts', 'instruction-text.ts'];
/** No document, no clock, no network. */
const PURE = [...SHARED, ...SIGNED, 'order.ts', 'sale.ts', 'transaction.ts', 'pay-url.ts', 'wish.ts'];
const CORE = [...PURE, 'ports.ts', 'poll.ts'];
const DOOR = [...SHARED, 'order.ts', 'sale.ts', 'transaction.ts', 'ports.ts'];
const WALLET = [
  'ports/wallet-errors.ts',
  'ports/requests.ts',
  'ports/calls.ts',
  'ports/preflight.ts',
  'ports/sighting.ts',
];

/**
 * Module, or folder with a slash at its end → what it may import within src; after `type `, only by `import type`.
 * The longest key that fits a file holds. A new file needs a row here, unless its folder has one.
 */
const ARROWS: Record<string, readonly string[]> = {
  'stages.ts': [],
  'assets.ts': [],
  'arrival.ts': ['ports/traces.ts'],
  'return.ts': ['arrival.ts'],
  'offramp-error.ts': ['stages.ts', 'type errors.ts'],
  'errors.ts': ['offramp-error.ts'],
  'schema.ts': LEAVES,
  'rules.ts': ['assets.ts'],
  'order.ts': SHARED,
  'sale.ts': [...SHARED, 'order.ts'],
  'instruction-key.ts': ['errors.ts'],
  'instruction-text.ts': ['type schema.ts'],
  'transaction.ts': [...SHARED, 'order.ts'],
  'pay-url.ts': [...SHARED, 'sale.ts'],
  'wish.ts': [...SHARED, 'order.ts', 'instruction-key.ts'],
  'quote.ts': ['errors.ts', 'type ports.ts', 'type schema.ts'],
  'ports.ts': ['type errors.ts', 'type order.ts', 'type sale.ts', 'type schema.ts'],
  'poll.ts': ['errors.ts', 'ports.ts'],
  'ports/': DOOR,
  'ports/signature.ts': [...DOOR, ...SIGNED],
  'ports/backend.ts': [...DOOR, 'ports/events.ts'],
  'ports/traces.ts': [],
  'ports/blank-window.ts': [],
  'ports/popup.ts': [...DOOR, 'ports/blank-window.ts', 'ports/sandbox.ts'],
  'ports/store.ts': [...DOOR, 'ports/kept-sale.ts', 'ports/traces.ts'],
  'ports/claims.ts': [...DOOR, 'ports/kept-sale.ts'],
  // The wallet door, in rooms of its own.
  'ports/wallet.ts': [...DOOR, ...WALLET],
  'ports/preflight.ts': [...DOOR, ...WALLET],
  'ports/sighting.ts': [...DOOR, ...WALLET],
  'ports/calls.ts': [...DOOR, ...WALLET],
  // A flow and the parts that run for it: the parts know the flow's types, the flow the parts.
  'activities.ts': [...CORE, 'type flow.ts', 'type sending.ts', 'listening.ts'],
  'listening.ts': [...CORE, 'type flow.ts'],
  'opening.ts': [...CORE, 'type flow.ts'],
  'claiming.ts': [...CORE, 'type flow.ts'],
  'reconciling.ts': [...CORE, 'type flow.ts', 'type claiming.ts'],
  'sending.ts': [...CORE, 'type flow.ts', 'claiming.ts', 'reconciling.ts'],
  'flow.ts': [...CORE, 'activities.ts', 'opening.ts', 'sending.ts'],
  // What a page and a person see. None of it knows a door but by its types.
  'words.ts': [...SHARED, 'order.ts', 'sale.ts', 'first-words.ts'],
  'events.ts': [...PURE, 'type ports.ts'],
  'event-names.ts': ['stages.ts', 'type events.ts'],
  'attributes.ts': [...LEAVES, 'type ports.ts', 'words.ts'],
  'review-panel.ts': [...PURE, 'words.ts', 'type ports/'],
  'offramp-button.styles.ts': [],
  'view.ts': [...PURE, 'button-frame.ts', 'words.ts', 'review-panel.ts', 'quote.ts', 'type ports.ts', 'type ports/'],
  // The element, light; what it fetches on intent puts the house together.
  'button-frame.ts': [],
  'first-words.ts': [],
  'no-sale.ts': ['type sale.ts'],
  'panel.styles.ts': [],
  'on-intent.ts': ['cash-out.ts'],
  'offramp-button.ts': [
    ...LEAVES,
    'first-words.ts',
    'events.ts',
    'attributes.ts',
    'button-frame.ts',
    'offramp-button.styles.ts',
    'on-intent.ts',
    'type cash-out.ts',
    'ports/blank-window.ts',
    'ports/traces.ts',
  ],
  'doors.ts': [...CORE, 'type flow.ts', 'ports/'],
  'wallet-choice.ts': [...LEAVES, 'type ports.ts', 'ports/discovery.ts'],
  'cash-out.ts': [
    ...CORE,
    'flow.ts',
    'words.ts',
    'events.ts',
    'type attributes.ts',
    'type button-frame.ts',
    'view.ts',
    'panel.styles.ts',
    'doors.ts',
    'wallet-choice.ts',
    'quote.ts',
    'ports/traces.ts',
    'ports/arming.ts',
    'ports/sandbox.ts',
    'type ports/',
    'return.ts',
  ],
  'at-once.ts': ['cash-out.ts'],
  'index.ts': [
    ...LEAVES,
    'events.ts',
    'type ports.ts',
    'type schema.ts',
    'offramp-button.ts',
    'on-intent.ts',
    'ports/traces.ts',
  ],
  // Around the element, for frameworks.
  'react.ts': ['attributes.ts', 'event-names.ts', 'type events.ts', 'index.ts', 'type jsx/'],
  'jsx/': ['type attributes.ts', 'type events.ts', 'type offramp-button.ts', 'type jsx/'],
  'server.ts': [...SHARED, 'server/'],
  'server/': [...SHARED, ...SIGNED, 'server/'],
  'simulator.ts': [...SHARED, 'simulator/'],
  'simulator/': [...SHARED, 'simulator/'],
};

/** Part of src → the packages it may import. viem and zod by the sub-paths that are pure and small. */
const PACKAGES: readonly [part: RegExp, allowed: RegExp][] = [
  [/^(return|arrival)\.ts$/, /^$/],
  [/^(server|simulator)(\.ts|\/)/, /^(hono(\/.+)?|jose|zod\/mini|viem\/(utils|siwe))$/],
  [/^react\.ts$/, /^(react|lit)$/],
  [/^jsx\//, /^(react|preact|solid-js)$/],
  [/./, /^(lit(\/.+)?|zod\/mini|viem\/utils)$/],
];

/** viem's ways to send: they ask a wallet a second time on -32000 and -32602, and drop `chainId` (rule 2). */
const SENDERS = /\b(createWalletClient|walletActions|sendTransaction|sendRawTransaction|writeContract|sendCalls)\b/;

const LONGEST = 300;
/** Tests are tables and sentences read from the top, never at once. */
const LONGEST_TEST = 450;
interface Import {
  clause: string;
  from: string;
}

/** Static imports, re-exports and dynamic imports of a source text. */
const importsOf = (source: string): Import[] =>
  [
    ...source.matchAll(/^\s*(?:import|export)\b([^;'"`]*?)\bfrom\s*['"]([^'"]+)['"]/gm),
    ...source.matchAll(/^\s*import()\s*['"]([^'"]+)['"]/gm),
    ...source.matchAll(/\bimport()\(\s*['"]([^'"]+)['"]/g),
  ].map(([, clause = '', from = '']) => ({ clause, from }));

const modules = globSync('**/*.ts', { cwd: 'src' })
  .map((path) => path.replaceAll('\\', '/'))
  .sort()
  .map((path) => {
    const source = readFileSync(join('src', path), 'utf8');
    return { path, source, imports: importsOf(source) };
  });

const isOfTypes = ({ clause }: Import): boolean => /^\s*type\b/.test(clause);

/** The module of src that a relative import of another one means. */
const targetOf = (path: string, from: string): string => normalize(join(dirname(path), from)).replaceAll('\\', '/');

/** The modules that come back to `path` when their run-time imports are followed. */
const circleOf = (path: string, way: readonly string[] = []): readonly string[] | undefined => {
  if (way.includes(path)) return path === way[0] ? [...way, path] : undefined;
  for (const one of modules.find((module) => module.path === path)?.imports ?? []) {
    if (!one.from.startsWith('.') || isOfTypes(one)) continue;
    const circle = circleOf(targetOf(path, one.from), [...way, path]);
    if (circle) return circle;
  }
  return undefined;
};

const fits = (path: string, place: string): boolean => (place.endsWith('/') ? path.startsWith(place) : path === place);

const rowOf = (path: string): readonly string[] | undefined => {
  const [key] = Object.keys(ARROWS)
    .filter((place) => fits(path, place))
    .sort((one, other) => other.length - one.length);
  return key === undefined ? undefined : ARROWS[key];
};

describe('the reader of imports', () => {
  it('sees every way to import', () => {
    const source = [
      "import a from './a.ts';",
      "import { type B, b } from 'b';",
      'import {\n  c,\n  d,\n} from "./c.ts";',
      "import './e.ts';",
      "export * from './f.ts';",
      "export { g } from './g.ts';",
      "const h = await import('./h.ts');",
      "import type { I } from './i.ts';",
      "// not an import from 'j'",
      "export const from = 'k';",
    ].join('\n');
    const found = importsOf(source).map(({ from }) => from);
    assert.deepEqual(found.sort(), ['./a.ts', './c.ts', './e.ts', './f.ts', './g.ts', './h.ts', './i.ts', 'b']);
  });
});

describe('each module of src', () => {
  it('is there to be looked at', () => assert.ok(modules.length > 4));

  for (const { path, source, imports } of modules) {
    it(`${path} imports only what it may`, () => {
      const allowed = rowOf(path);
      assert.ok(allowed, `${path} has no row in the table of arrows`);
      for (const one of imports) {
        if (!one.from.startsWith('.')) continue;
        const target = targetOf(path, one.from);
        assert.ok(
          modules.some((module) => module.path === target),
          `${path} imports ${target}, which is not there`,
        );
        const mayEnter = (place: string): boolean =>
          place.startsWith('type ') ? isOfTypes(one) && fits(target, place.slice(5)) : fits(target, place);
        assert.ok(allowed.some(mayEnter), `${path} → ${target} is not an arrow of the house`);
      }
    });

    it(`${path} is not needed by what it needs`, () => assert.equal(circleOf(path)?.join(' → '), undefined));

    it(`${path} imports only the packages of its part`, () => {
      const [, allowed] = PACKAGES.find(([part]) => part.test(path)) ?? [];
      for (const { from, clause } of imports) {
        if (from.startsWith('.')) continue;
        assert.match(from, allowed ?? /^$/, `${path} imports ${from}`);
        assert.doesNotMatch(clause, SENDERS, `${path} imports a way to send from ${from}`);
      }
    });

    it(`${path} begins by saying what it knows`, () => assert.match(source, /^(\/\/ |\/\*\*)/));
  }

  it('is named in the table of arrows only if it exists', () => {
    // Rows of modules to come would let a wrong arrow in unseen.
    const gone = Object.keys(ARROWS).filter((place) => !existsSync(join('src', place)));
    assert.deepEqual(gone, []);
  });
});

describe('each file', () => {
  const files = globSync('{src,demo,test,bench,examples,tools}/**/*.{ts,js}', {
    exclude: ['**/node_modules/**'],
  }).map((path) => path.replaceAll('\\', '/'));

  for (const path of files.sort()) {
    it(`${path} can be held in one look`, () => {
      const lines = readFileSync(path, 'utf8').split('\n').length - 1;
      assert.ok(lines <= (path.startsWith('test/') ? LONGEST_TEST : LONGEST), `${path} has ${lines} lines`);
    });

    // A test's titles say it; modules of src are looked at above.
    if (!path.endsWith('.test.ts') && !path.startsWith('src/'))
      it(`${path} begins by saying what it is`, () => assert.match(readFileSync(path, 'utf8'), /^(\/\/ |\/\*\*)/));
  }
});

describe('each entry of the package', () => {
  interface Manifest {
    exports: Record<string, string | { types: string; default: string }>;
  }
  const { exports }: Manifest = JSON.parse(readFileSync('package.json', 'utf8'));
  // Files of words are no code, and the self-contained file is its own build.
  const entries = Object.entries(exports).flatMap(([entry, target]) =>
    typeof target === 'string' || target.default.endsWith('.min.js') ? [] : [{ entry, ...target }],
  );
  // Within node_modules, where the built modules find their dependencies.
  const built = `node_modules/.vite/house-${process.pid}`;

  before(() => build({ logLevel: 'silent', build: { outDir: built } }));
  after(() => rmSync(built, { recursive: true, force: true }));

  for (const { entry, types, default: code } of entries) {
    it(`${entry} has a source, and types beside its code`, () => {
      const source = code.replace(/^\.\/dist\//, 'src/').replace(/\.js$/, '.ts');
      assert.ok(existsSync(source), `${source} is not there`);
      assert.equal(types, code.replace(/\.js$/, '.d.ts'));
    });

    it(`${entry} imports in plain Node, as built, without an error or a word`, async () => {
      const script = `await import(${JSON.stringify(code.replace('./dist', `./${built}`))})`;
      const { stdout, stderr } = await run(process.execPath, ['--input-type=module', '--eval', script]);
      assert.equal(stdout + stderr, '');
    });
  }
});
