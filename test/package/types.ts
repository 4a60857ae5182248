// The package's types, as pages compile against them, and as the examiners of packages see them.
import assert from 'node:assert/strict';
import { globSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, it } from 'node:test';
import { publint } from 'publint';
import { type Packed, run } from './packed.ts';

/** What a declaration imports of the package itself. */
const OWN_SPECIFIER = /\b(?:from|import|import\()\s*['"](\.[^'"]*)['"]/g;

const tsc = resolve('node_modules/typescript/bin/tsc');

const PAGE = `
import { OfframpButton, OfframpError, type Stage } from 'offramp-button';
import { OfframpButton as Plain } from 'offramp-button/element';
import { OfframpButton as InOneFile } from 'offramp-button/offramp-button.min.js';
import { announceReturn } from 'offramp-button/return';
import { createOfframpHandler } from 'offramp-button/server';
import { createSimulator } from 'offramp-button/simulator';

const isSame: typeof OfframpButton extends typeof Plain ? true : never = true;
const isSameAgain: typeof OfframpButton extends typeof InOneFile ? true : never = true;
const button = document.querySelector('offramp-button');
button?.addEventListener('offramp-completed', ({ detail }) => detail.sale.fiat?.value.toUpperCase());
const stage: Stage | undefined = button?.stage;
const returned: boolean = announceReturn();
// @ts-expect-error: there is no such stage.
const wrong: Stage = 'somewhere';
// @ts-expect-error: \`authorize\` and more are missing.
createOfframpHandler({});
// @ts-expect-error: nor may it be started with nothing.
createSimulator(1);
export { isSame, isSameAgain, stage, returned, wrong, OfframpError };
`;

const REACT = `
import { useRef } from 'react';
import { OfframpButton, type OfframpButtonElement, type OfframpDetail } from 'offramp-button/react';

export const Page = () => {
  const ref = useRef<OfframpButtonElement>(null);
  const note = ({ detail }: CustomEvent<OfframpDetail>) => detail.sale.amount;
  return (
    <>
      <OfframpButton
        ref={ref}
        tokenEndpoint="/api/token"
        confirmSend
        amount="25"
        className="big"
        labels={{ idle: 'Sell' }}
        fetch={fetch}
        onOfframpChange={note}
        onOfframpBeforeSend={(event) => event.preventDefault()}
        onOfframpCompleted={({ detail }) => detail.sale.fiat?.value.toUpperCase()}
      >
        Cash out
      </OfframpButton>
      {/* @ts-expect-error: there is no such stage. */}
      <OfframpButton onOfframpSomewhere={note} />
      {/* @ts-expect-error: an amount is words, so that no digit is lost. */}
      <OfframpButton amount={25} />
    </>
  );
};
`;

/** The plain tag in JSX, with how a framework writes what is not an attribute. */
const tagIn = (framework: string, event: string, object: string): string => `
import type {} from 'offramp-button/jsx/${framework}';

const isStopped = (event: CustomEvent) => event.preventDefault();
export const page = (
  <>
    <offramp-button token-endpoint="/api/token" confirm-send amount="25" class="big" ${object}={{ idle: 'Sell' }} ${event}offramp-before-send={isStopped}>
      Cash out
    </offramp-button>
    {/* @ts-expect-error: there is no such attribute. */}
    <offramp-button token-end-point={1} amuont="25" />
    {/* @ts-expect-error: nor such a value. */}
    <offramp-button amount={25} />
  </>
);
`;

const TAGS: Record<string, { source: string; jsx: string }> = {
  react: { source: tagIn('react', 'on', 'labels'), jsx: 'react' },
  preact: { source: tagIn('preact', 'on', 'labels'), jsx: 'preact' },
  solid: { source: tagIn('solid', 'on:', 'prop:labels'), jsx: 'solid-js' },
};

export const testTypes = (packed: () => Packed): void => {
  /** Compiles a shop's page, and fails with what the compiler says. */
  const compile = async (name: string, source: string, options: object): Promise<void> => {
    const { shop } = packed();
    const config = join(shop, `tsconfig.${name}.json`);
    const compilerOptions = { strict: true, noEmit: true, target: 'es2022', types: [], ...options };
    writeFileSync(config, JSON.stringify({ compilerOptions, files: [name] }));
    writeFileSync(join(shop, name), source);
    const check = run(process.execPath, [tsc, '-p', config]);
    await check.catch(({ stdout }: { stdout: string }) => assert.fail(stdout));
  };

  describe("the package's types", () => {
    const resolutions = {
      nodenext: { module: 'nodenext' },
      bundler: { module: 'esnext', moduleResolution: 'bundler' },
    };
    for (const [name, options] of Object.entries(resolutions)) {
      it(`are what a strict page compiles against, resolved by ${name}`, () =>
        compile(`page-${name}.ts`, PAGE, { ...options, skipLibCheck: false }));
    }

    it('know the React component, its properties and its events', () =>
      compile('page-react.tsx', REACT, { ...resolutions.bundler, jsx: 'react-jsx' }));

    for (const [framework, { source, jsx }] of Object.entries(TAGS)) {
      it(`know the plain tag in ${framework}'s JSX, once asked for`, () =>
        compile(`page-tag-${framework}.tsx`, source, {
          ...resolutions.bundler,
          jsx: framework === 'solid' ? 'preserve' : 'react-jsx',
          jsxImportSource: jsx,
        }));
    }

    it('name the files that are published, and hold none that no entry leads to', () => {
      const { folder } = packed();
      const files = globSync('dist/**/*.d.ts', { cwd: folder });
      for (const path of files)
        for (const [, name = ''] of readFileSync(join(folder, path), 'utf8').matchAll(OWN_SPECIFIER))
          assert.match(name, /\.js$/, path);
      assert.ok(!files.includes('dist/at-once.d.ts'));
    });
  });

  describe('an examiner of packages finds nothing', () => {
    it('wrong: publint', async () => {
      const { messages } = await publint({ pkgDir: packed().folder, pack: false, strict: true });
      assert.deepEqual(messages, []);
    });

    it('wrong with the types: attw', async () => {
      const attw = resolve('node_modules/@arethetypeswrong/cli/dist/index.js');
      const check = run(process.execPath, [attw, packed().tarball, '--profile', 'esm-only', '--format', 'ascii']);
      await check.catch(({ stdout }: { stdout: string }) => assert.fail(stdout));
    });
  });
};
