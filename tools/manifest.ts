// The custom elements manifest, https://github.com/webcomponents/custom-elements-manifest: what editors and documentation read of
// the element. Names come from the tables that the element runs by, words and types from its source.
// `node tools/manifest.ts --write` writes it into `dist`.
import { readFileSync, writeFileSync } from 'node:fs';
import { create, ts } from '@custom-elements-manifest/analyzer/index.js';
import { ButtonAttributes } from '../src/attributes.ts';
import { eventNames } from '../src/event-names.ts';
import { stageNames } from '../src/stages.ts';

interface Named {
  name: string;
  description?: string;
}

interface Member extends Named {
  kind: 'field' | 'method';
  privacy?: string;
  type?: { text: string };
}

/** A class as the analyzer finds it; it says more than is asked for here. */
interface FoundClass extends Named {
  summary?: string;
  members?: Member[];
  slots?: Named[];
  cssParts?: Named[];
  cssProperties?: Named[];
  cssStates?: Named[];
  events?: Named[];
}

const TAG = 'offramp-button';
const ELEMENT = 'dist/offramp-button.js';

const find = (path: string, name: string): FoundClass => {
  const source = ts.createSourceFile(path, readFileSync(path, 'utf8'), ts.ScriptTarget.ES2022, true);
  const { modules } = create({ modules: [source] }) as { modules: { declarations: FoundClass[] }[] };
  const found = modules[0]?.declarations.find((declaration) => declaration.name === name);
  if (!found) throw new Error(`${path} declares no ${name}.`);
  return found;
};

/** What Lit calls, not a page. */
const LIFE = ['properties', 'styles', 'connectedCallback', 'disconnectedCallback'];

const isPublic = ({ name, privacy = 'public' }: Member): boolean =>
  privacy === 'public' && !name.startsWith('#') && !LIFE.includes(name);

/** Without what the analyzer adds of the source that nobody can use. */
const plain = (member: Member): object => {
  const { kind, name, description, type, ...rest } = member;
  const { readonly, static: isStatic, parameters, return: returned } = rest as Record<string, unknown>;
  return { kind, name, description, static: isStatic, type, readonly, parameters, return: returned };
};

const described = (kept: Named[] = []): Named[] => kept.map(({ name, description = '' }) => ({ name, description }));

/** The whole manifest, as it is published. */
export const manifest = (): object => {
  const fields = find('src/attributes.ts', 'ButtonAttributes').members ?? [];
  const element = find('src/offramp-button.ts', 'OfframpButton');
  const fires = new Map(element.events?.map(({ name, description }) => [name, description]));
  const attributes = Object.entries(ButtonAttributes.properties as Record<string, { attribute?: string | false }>)
    .filter(([, { attribute }]) => attribute !== false)
    .map(([fieldName, { attribute = fieldName }]) => {
      const { type, description } = fields.find(({ name }) => name === fieldName) ?? {};
      return { name: attribute, fieldName, type, description };
    });
  const declaration = {
    kind: 'class',
    name: element.name,
    customElement: true,
    tagName: TAG,
    summary: element.summary,
    description: element.description,
    superclass: { name: 'LitElement', package: 'lit' },
    attributes,
    members: [...fields, ...(element.members ?? [])].filter(isPublic).map(plain),
    events: eventNames.map((name) => ({
      name,
      type: { text: 'CustomEvent<OfframpDetail>' },
      description: fires.get(name) ?? `The sale is \`${name.slice(8)}\` now.`,
    })),
    slots: described(element.slots),
    cssParts: described(element.cssParts),
    cssProperties: described(element.cssProperties),
    cssStates: [
      ...stageNames.map((name) => ({ name, description: `The sale is \`${name}\`.` })),
      ...described(element.cssStates),
    ],
  };
  const reference = { name: element.name, module: ELEMENT };
  return {
    schemaVersion: '2.1.0',
    readme: 'README.md',
    modules: [
      {
        kind: 'javascript-module',
        path: ELEMENT,
        declarations: [declaration],
        exports: [{ kind: 'js', name: element.name, declaration: reference }],
      },
      {
        kind: 'javascript-module',
        path: 'dist/index.js',
        declarations: [],
        exports: [
          { kind: 'js', name: element.name, declaration: reference },
          { kind: 'custom-element-definition', name: TAG, declaration: reference },
        ],
      },
    ],
  };
};

if (import.meta.main) {
  const text = `${JSON.stringify(manifest(), null, 2)}\n`;
  if (process.argv.includes('--write')) writeFileSync('dist/custom-elements.json', text);
  else console.log(text);
}
