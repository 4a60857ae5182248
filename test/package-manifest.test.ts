// The custom elements manifest against the code and the README: each name is in all of them, or in none.
import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { LitElement } from 'lit';
import { ButtonAttributes } from '../src/attributes.ts';
import { eventNames } from '../src/event-names.ts';
import { OfframpButton } from '../src/offramp-button.ts';
import { stageNames } from '../src/stages.ts';
import { manifest } from '../tools/manifest.ts';

interface Named {
  name: string;
  description?: string;
  kind?: string;
  type?: { text: string };
  readonly?: boolean;
  static?: boolean;
}

interface Declaration extends Named {
  tagName: string;
  attributes: (Named & { fieldName: string })[];
  members: Named[];
  events: Named[];
  slots: Named[];
  cssParts: Named[];
  cssProperties: Named[];
  cssStates: Named[];
}

interface Manifest {
  modules: {
    path: string;
    declarations: Declaration[];
    exports: { kind: string; name: string; declaration: { name: string; module: string } }[];
  }[];
}

const { modules } = JSON.parse(JSON.stringify(manifest())) as Manifest;
const [element] = modules.flatMap(({ declarations }) => declarations);
if (!element) throw new Error('The manifest declares no element.');

const readme = readFileSync('README.md', 'utf8');
const sources = globSync('src/*.ts').map((path) => readFileSync(path, 'utf8'));

const namesOf = (all: readonly Named[]): string[] => all.map(({ name }) => name).sort();
const sorted = (all: Iterable<string>): string[] => [...new Set(all)].sort();
const inSource = (pattern: RegExp): string[] =>
  sorted(sources.flatMap((source) => [...source.matchAll(pattern)].map(([, name = '']) => name)));
/** The words in code of one of the README's sentences. */
const inReadme = (sentence: RegExp): string[] => {
  const [, found] = sentence.exec(readme) ?? [];
  assert.ok(found, `README has ${sentence}`);
  return sorted([...found.matchAll(/`([^`]+)`/g)].flatMap(([, words = '']) => words.replaceAll('()', '').split(' ')));
};

const table = ButtonAttributes.properties as Record<string, { attribute?: string | false; type?: unknown }>;

describe('the custom elements manifest', () => {
  it('has every attribute, with its property and its type', () => {
    const expected = Object.entries(table)
      .filter(([, { attribute }]) => attribute !== false)
      .map(([name, { attribute = name, type }]) => [attribute, name, type === Boolean ? 'boolean' : 'string | null']);
    assert.deepEqual(
      element.attributes.map(({ name, fieldName, type }) => [name, fieldName, type?.text]),
      expected,
    );
  });

  it('has every property and method of the class that a page may use, and no other', () => {
    const life = new Set([...Object.getOwnPropertyNames(LitElement.prototype), 'constructor', 'disconnectedCallback']);
    // Protected in the source, which only types know.
    for (const name of ['willUpdate', 'updated', 'firstUpdated', 'createRenderRoot', 'connectedCallback', 'render'])
      life.add(name);
    const own = Object.getOwnPropertyNames(OfframpButton.prototype).filter((name) => !life.has(name));
    assert.deepEqual(
      namesOf(element.members.filter((member) => !member.static)),
      sorted([...Object.keys(table), ...own]),
    );
    assert.deepEqual(namesOf(element.members.filter((member) => member.static)), ['define']);
    assert.deepEqual(namesOf(element.members.filter(({ readonly }) => readonly)), inReadme(/Read-only: ([^.]+)\./));
    const methods = element.members.filter((member) => member.kind === 'method' && !member.static);
    assert.deepEqual(namesOf(methods), inReadme(/Methods: ([^.]+)\.\n/));
  });

  it('has every event', () => {
    assert.deepEqual(namesOf(element.events), sorted(eventNames));
    const announced = inSource(/\b(?:announce|may)\([^)]*?'(offramp-[a-z-]+)'/g);
    assert.deepEqual(
      announced,
      eventNames.filter((name) => !stageNames.some((stage) => name === `offramp-${stage}`)).sort(),
    );
  });

  it('has every part that is drawn, and those that README names', () => {
    const drawn = sorted([...inSource(/\bpart="([a-z]+)"/g), ...inSource(/\bline\([^;]*?, '([a-z]+)'\)/g)]);
    assert.deepEqual(namesOf(element.cssParts), drawn);
    assert.deepEqual(namesOf(element.cssParts), inReadme(/Parts: ([^.]+)\./));
  });

  it('has every state and every custom property', () => {
    assert.deepEqual(namesOf(element.cssStates), sorted([...stageNames, 'busy']));
    assert.deepEqual(namesOf(element.cssProperties), inSource(/var\((--offramp-[a-z-]+)/g));
    assert.deepEqual(namesOf(element.cssProperties), inReadme(/Custom properties: ([^.]+)\./));
  });

  it('has a word on everything, and nothing private', () => {
    const { attributes, members, events, slots, cssParts, cssProperties, cssStates } = element;
    for (const { name, description } of [
      ...attributes,
      ...members,
      ...events,
      ...slots,
      ...cssParts,
      ...cssProperties,
      ...cssStates,
    ])
      assert.ok(description, `${name} has a description`);
    assert.doesNotMatch(JSON.stringify(modules), /"(#|_)|"privacy"/);
  });

  it('says which module defines the tag', () => {
    const [definition] = modules.flatMap(({ path, exports }) =>
      exports.filter(({ kind }) => kind === 'custom-element-definition').map((found) => ({ path, ...found })),
    );
    assert.deepEqual(definition, {
      path: 'dist/index.js',
      kind: 'custom-element-definition',
      name: 'offramp-button',
      declaration: { name: 'OfframpButton', module: 'dist/offramp-button.js' },
    });
    assert.equal(element.tagName, 'offramp-button');
  });
});
