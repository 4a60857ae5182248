// JSON as an attacker sends it: valid answers with up to three fields damaged, and nonsense from the ground up. Knows what JSON
// text can say that an object literal cannot; does not know what the answers mean.
import * as fc from 'fast-check';
import { HOSTILE, keys, numbers, texts } from './texts.ts';

/** A tree that JSON.stringify writes; `@raw:name@` in it stands for text that no value can be written as. */
type Tree = unknown;

/** JSON text, and whether anything in it was damaged. */
export interface Sent {
  readonly text: string;
  readonly isDamaged: boolean;
}

const DEEP = 20_000;
const RAW: Readonly<Record<string, string>> = {
  infinity: '1e999',
  minusInfinity: '-1e999',
  tiny: '1e-999',
  minusZero: '-0',
  long: '9'.repeat(400),
  precise: `25.${'0'.repeat(400)}1`,
  twice: `{"value":"25","value":"26","to_address":"${HOSTILE}","currency":"USDC"}`,
  deepList: `${'['.repeat(DEEP)}${']'.repeat(DEEP)}`,
  deepObject: `${'{"a":'.repeat(DEEP)}1${'}'.repeat(DEEP)}`,
  polluted: `{"__proto__":{"token":"${HOSTILE}","status":"STARTED","value":"25","currency":"USDC","isAdmin":true}}`,
  built: `{"constructor":{"prototype":{"token":"${HOSTILE}","transactions":[]}}}`,
  thenable: '{"then":{},"toJSON":1,"toString":null,"valueOf":null}',
  megabyte: `"${'y'.repeat(1_000_000)}"`,
  crowd: `[${'{},'.repeat(5_000)}{}]`,
};
const marks = Object.keys(RAW).map((name) => `@raw:${name}@`);
const [heavy, light] = [/deep|megabyte|crowd/, /^(?!.*(deep|megabyte|crowd))/].map((kind) =>
  marks.filter((mark) => kind.test(mark)),
);

/** What JSON.stringify makes of a tree, with the marks replaced. */
export const toText = (tree: Tree): string =>
  (JSON.stringify(tree) ?? 'null').replace(/"@raw:(\w+)@"/g, (mark, name: string) => RAW[name] ?? mark);

const isObject = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null;

/** Sets a key that may be `__proto__`, as JSON.parse does: the object's own. */
const put = (object: object, key: string, value: unknown): void => {
  Object.defineProperty(object, key, { value, enumerable: true, configurable: true, writable: true });
};

const copy = (tree: Tree): Tree => {
  if (Array.isArray(tree)) return tree.map(copy);
  if (!isObject(tree)) return tree;
  const twin = {};
  for (const key of Object.keys(tree)) put(twin, key, copy(tree[key]));
  return twin;
};

type Path = readonly string[];

const pathsOf = (tree: Tree, path: Path = []): Path[] => [
  path,
  ...(isObject(tree) ? Object.keys(tree).flatMap((key) => pathsOf(tree[key], [...path, key])) : []),
];

/** Small changes to a right text, each of which has passed somebody's check before. */
const TWISTS: readonly ((text: string, n: number) => string)[] = [
  (text) => ` ${text}`,
  (text) => `${text} `,
  (text) => `${text}\n`,
  (text) => `${text}\u0000`,
  (text) => `\u202e${text}`,
  (text, n) => `${text.slice(0, n)}\u200b${text.slice(n)}`,
  (text) => text.replace(/\d/, (digit) => String.fromCharCode(0xff10 + Number(digit))),
  (text) => text.replace(/\d/g, (digit) => String.fromCharCode(0x660 + Number(digit))),
  (text) => text.replace(/[sS]/, '\u017f').replace('K', '\u212a'),
  (text) =>
    text.replace(/[aeopc]/i, (letter) => ({ a: 'а', e: 'е', o: 'о', p: 'р', c: 'с' })[letter.toLowerCase()] ?? letter),
  (text) => text.toUpperCase(),
  (text) => text.toLowerCase(),
  (text, n) => `${text.slice(0, n)}${text.slice(n + 1)}`,
  (text, n) => `${text.slice(0, n)}${text.charAt(n)}${text.slice(n)}`,
  (text, n) => `${text.slice(0, n)}${text.charAt(n) === '1' ? '2' : '1'}${text.slice(n + 1)}`,
  (text) => `0x${text}`,
  (text) => `-${text}`,
  (text) => `+${text}`,
  (text) => `${text}e1`,
  (text) => `${text}.0`,
  (text) => `${text}.0000001`,
  (text) => `0${text}`,
  (text) => text.replace(/Z$/, ''),
  (text) => text.replace(/Z$/, '+00:00'),
  (text) => text.replace(/Z$/, '-14:00'),
  (text) => text.replace('T', ' '),
  (text) => `${text}\ud800`,
  (text) => encodeURIComponent(text.replace(/[\ud800-\udfff]/g, '')),
  (text) => JSON.stringify(text),
  (text) => [...text].reverse().join(''),
  (text) => text.repeat(100),
  (text) => `${text}${HOSTILE}`,
];

const NUMBER_TWISTS: readonly ((value: number) => unknown)[] = [
  (value) => value + 1,
  (value) => value - 1,
  (value) => -value,
  (value) => value * 1000,
  (value) => value / 1000,
  (value) => value + 0.5,
  (value) => `${value}`,
  (value) => `0x${value.toString(16)}`,
  (value) => [value],
  (value) => value * 1e300,
];

const snake = (key: string): string => key.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
const camel = (key: string): string => key.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());

/** Any JSON of little depth, raw text included. */
const nonsense: fc.Arbitrary<Tree> = fc.letrec<{ tree: Tree; leaf: Tree }>((tie) => ({
  leaf: fc.oneof(fc.constantFrom<Tree>(null, true, false, [], {}), numbers, texts, fc.constantFrom(...(light ?? []))),
  tree: fc.oneof(
    { depthSize: 'small', maxDepth: 2 },
    tie('leaf'),
    fc.array(tie('tree'), { maxLength: 3 }),
    fc.array(fc.tuple(keys, tie('tree')), { maxLength: 4 }).map((entries) => {
      const object = {};
      for (const [key, value] of entries) put(object, key, value);
      return object;
    }),
  ),
})).tree;

type Change =
  | { do: 'replace'; with: Tree }
  | { do: 'remove' }
  | { do: 'add'; key: string; with: Tree }
  | { do: 'rename'; how: 'snake' | 'camel' | 'proto' }
  | { do: 'twist'; which: number; at: number }
  | { do: 'wrap'; how: 'list' | 'object' | 'text' }
  | { do: 'twin'; other: boolean };

const changes: fc.Arbitrary<Change> = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({ do: fc.constant('twist' as const), which: fc.nat(TWISTS.length - 1), at: fc.nat(44) }),
  },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('replace' as const), with: nonsense }) },
  { weight: 1, arbitrary: fc.constant<Change>({ do: 'remove' }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('add' as const), key: keys, with: nonsense }) },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant('rename' as const),
      how: fc.constantFrom('snake' as const, 'camel' as const, 'proto' as const),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant('wrap' as const),
      how: fc.constantFrom('list' as const, 'object' as const, 'text' as const),
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('twin' as const), other: fc.boolean() }) },
);

const twisted = (value: Tree, which: number, at: number): Tree => {
  if (typeof value === 'number') return NUMBER_TWISTS[which % NUMBER_TWISTS.length]?.(value);
  if (typeof value === 'string') return TWISTS[which]?.(value, at % (value.length + 1));
  return value === null ? '' : typeof value === 'boolean' ? !value : value;
};

const wrapped = (value: Tree, how: 'list' | 'object' | 'text'): Tree =>
  how === 'list' ? [value] : how === 'object' ? { value } : toText(value);

const isWithin = (tree: Tree, [key, ...rest]: Path): boolean =>
  key === undefined || (isObject(tree) && Object.hasOwn(tree, key) && isWithin(tree[key], rest));

/** One change at one place of a tree; changes the tree, gives the new root. */
const changed = (tree: Tree, path: Path, change: Change): Tree => {
  const [key, ...rest] = path;
  if (!isWithin(tree, path)) return tree;
  if (key !== undefined && isObject(tree) && rest.length > 0) {
    put(tree, key, changed(tree[key], rest, change));
    return tree;
  }
  const value = key === undefined ? tree : isObject(tree) ? tree[key] : undefined;
  const become = (next: Tree): Tree => {
    if (key === undefined || !isObject(tree)) return next;
    put(tree, key, next);
    return tree;
  };
  switch (change.do) {
    case 'replace':
      return become(copy(change.with));
    case 'twist':
      return become(twisted(value, change.which, change.at));
    case 'wrap':
      return become(wrapped(value, change.how));
    case 'add':
      if (isObject(value) && !Array.isArray(value)) put(value, change.key, copy(change.with));
      return tree;
    case 'twin':
      if (Array.isArray(tree))
        tree.splice(
          Number(key),
          0,
          change.other && isObject(value) ? { ...value, transaction_id: 'order-2' } : copy(value),
        );
      return tree;
    case 'remove':
      if (Array.isArray(tree)) tree.splice(Number(key), 1);
      else if (isObject(tree) && key !== undefined) delete tree[key];
      return tree;
    case 'rename': {
      if (key === undefined || !isObject(tree) || Array.isArray(tree)) return tree;
      delete tree[key];
      if (change.how === 'proto') put(tree, '__proto__', { [key]: value });
      else put(tree, change.how === 'snake' ? snake(key) : camel(key), value);
      return tree;
    }
  }
};

/** A valid tree with none to three of its places damaged, as a tree. */
export const damaged = (valid: Tree): fc.Arbitrary<{ tree: Tree; isDamaged: boolean }> => {
  const paths = pathsOf(valid);
  return fc.array(fc.tuple(fc.constantFrom(...paths), changes), { maxLength: 3, size: 'max' }).map((steps) => ({
    tree: steps.reduce((tree, [path, change]) => changed(tree, path, change), copy(valid)),
    isDamaged: steps.length > 0,
  }));
};

/** What a backend, a store or a stranger may send instead of one of these valid trees. */
export const sent = (...valid: readonly Tree[]): fc.Arbitrary<Sent> =>
  fc.oneof(
    {
      weight: 1000,
      arbitrary: fc.oneof(...valid.map(damaged)).map(({ tree, isDamaged }) => ({ text: toText(tree), isDamaged })),
    },
    { weight: 60, arbitrary: nonsense.map((tree) => ({ text: toText(tree), isDamaged: true })) },
    // No JSON at all, or JSON with something around it.
    {
      weight: 20,
      arbitrary: fc
        .tuple(
          fc.constantFrom(...valid),
          fc.constantFrom('', ' ', '\ufeff', '<html>', ")]}',\n", '\u0000'),
          fc.constantFrom('', '', '}', ' ', '\u0000', ',', '{}'),
          fc.nat(60),
        )
        .map(([tree, before, after, cut]) => ({
          text: `${before}${toText(tree).slice(0, -cut || undefined)}${after}`,
          isDamaged: true,
        })),
    },
    { weight: 5, arbitrary: texts.map((text) => ({ text, isDamaged: true })) },
    {
      weight: 2,
      arbitrary: fc
        .tuple(fc.constantFrom(...valid), fc.nat(), fc.constantFrom(...(heavy ?? [])))
        .map(([tree, at, mark]) => {
          const paths = pathsOf(tree);
          return {
            text: toText(changed(copy(tree), paths[at % paths.length] ?? [], { do: 'replace', with: mark })),
            isDamaged: true,
          };
        }),
    },
  );

/** The value of a JSON text, or `undefined` where it is none. */
export const parsed = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
};
