// What a script can hand over that JSON cannot say: objects that throw when they are looked at, proxies, cycles, impostors.
// Knows values by name, so that a failure reads well; does not know who takes them.
import * as fc from 'fast-check';
import { HOSTILE, SECRET } from './texts.ts';
import { HASH } from './valid.ts';

const fail = (): never => {
  throw new TypeError(`${HOSTILE} ${SECRET}`);
};

const thenable = (then: (resolve: unknown, reject: (reason: unknown) => void) => void): object =>
  Object.defineProperty({}, 'then', { value: then });

const endless = (): object =>
  new Proxy({}, { get: (_, key) => (key === 'then' || typeof key === 'symbol' ? undefined : endless()) });

const cyclic = (): object => {
  const circle: Record<string, unknown> = { code: HOSTILE };
  for (const key of ['data', 'cause', 'error', 'originalError', 'message', 'id', 'receipts']) circle[key] = circle;
  return circle;
};

const getters = (): object =>
  Object.defineProperties(
    {},
    Object.fromEntries(
      [
        'code',
        'data',
        'message',
        'cause',
        'txHash',
        'id',
        'status',
        'length',
        'request',
        'toString',
        'info',
        'rdns',
      ].map((key) => [key, { get: fail, enumerable: true }]),
    ),
  );

const deep = (levels: number): unknown => {
  let value: unknown = { code: 4001 };
  for (let level = 0; level < levels; level += 1) value = { cause: value };
  return value;
};

/** Made anew each time: what one attack did to a value must not reach the next. */
const MAKERS: Readonly<Record<string, () => unknown>> = {
  undefined: () => undefined,
  null: () => null,
  true: () => true,
  zero: () => 0,
  NaN: () => Number.NaN,
  infinity: () => Number.POSITIVE_INFINITY,
  bigint: () => 25n,
  symbol: () => Symbol(HOSTILE),
  'empty text': () => '',
  'text null': () => 'null',
  'text 0x': () => '0x',
  'text 0x0': () => '0x0',
  'text -0x1': () => '-0x1',
  'text 0x2105': () => '0x2105',
  'decimal text': () => '8453',
  'full-width hex': () => '0x２１０５',
  hash: () => HASH,
  'short hash': () => HASH.slice(0, -1),
  'hash in capitals': () => HASH.toUpperCase(),
  'hash with a newline': () => `${HASH}\n`,
  'hash in an object': () => ({ hash: HASH, txHash: HASH, transactionHash: HASH, id: HASH }),
  'hash in a list': () => [HASH],
  'hash as a String object': () => new String(HASH),
  'long hex': () => `0x${'f'.repeat(60_000)}`,
  megabyte: () => HOSTILE.repeat(150_000),
  'lone surrogate': () => '\ud800',
  function: () => () => HASH,
  'throwing function': () => fail,
  class: () => class {},
  date: () => new Date(Number.NaN),
  regexp: () => /h0stile/g,
  map: () => new Map([['code', 4001]]),
  bytes: () => new Uint8Array(32),
  error: () => new Error(`${HOSTILE} ${SECRET}`),
  'error with an error': () => new Error(HOSTILE, { cause: new Error(SECRET) }),
  impostor: () => ({ name: 'OfframpError', code: 'order-expired', message: `${HOSTILE} ${SECRET}`, advice: SECRET }),
  'list of nothing': () => [null],
  'list with a hole': () => new Array(3),
  'list of itself': () => {
    const list: unknown[] = [];
    list.push(list);
    return list;
  },
  'list of garbage': () => [0, {}, 'x', Symbol(HOSTILE), [[]]],
  'no prototype': () => Object.create(null),
  polluted: () => JSON.parse(`{"__proto__":{"code":4001,"status":200,"id":"${HOSTILE}"},"constructor":{"code":4001}}`),
  frozen: () => Object.freeze({ code: HOSTILE, status: 200, receipts: Object.freeze([]) }),
  cyclic,
  getters,
  endless,
  'deep error': () => deep(10_000),
  'proxy that throws on reading': () => new Proxy({}, { get: fail }),
  'proxy of a list that throws': () => new Proxy([], { get: (_, key) => (key === 'then' ? undefined : fail()) }),
  'proxy that throws on keys': () => new Proxy({}, { ownKeys: fail, has: fail, getOwnPropertyDescriptor: fail }),
  'text that cannot be one': () => ({ toString: fail, valueOf: fail, [Symbol.toPrimitive]: fail }),
  'length that cannot be compared': () => ({ length: { toString: null, valueOf: null } }),
  'throwing thenable': () => Object.defineProperty({}, 'then', { get: fail }),
  'thenable that declines': () => thenable((_, reject) => reject({ code: HOSTILE })),
  'a rejection of nothing': () => thenable((_, reject) => reject(undefined)),
};

/** Throw even when they are asked what they are (`instanceof`). */
const UNTOUCHABLE: Readonly<Record<string, () => unknown>> = {
  'proxy that throws on everything': () => {
    const traps = Object.fromEntries(
      Reflect.ownKeys(Reflect)
        .filter((key) => typeof key === 'string')
        .map((key) => [key, fail]),
    );
    return new Proxy({}, traps);
  },
  'revoked proxy': () => {
    const { proxy, revoke } = Proxy.revocable({}, {});
    revoke();
    return proxy;
  },
};

/** Names of values. */
export const things: fc.Arbitrary<string> = fc.constantFrom(...Object.keys(MAKERS));
export const allThings: fc.Arbitrary<string> = fc.constantFrom(...Object.keys(MAKERS), ...Object.keys(UNTOUCHABLE));

/** The value of a name, made anew. */
export const make = (name: string): unknown => (MAKERS[name] ?? UNTOUCHABLE[name] ?? fail)();

/** What a wallet may throw: a code somewhere in it, in some shape, or anything at all. */
export interface Thrown {
  readonly code: number | string | boolean | null;
  readonly within: readonly string[];
  readonly thing: string;
}

export const thrown: fc.Arbitrary<Thrown> = fc.record({
  code: fc.constantFrom<Thrown['code']>(
    ...[4001, '4001', 5000, -32002, '-32002', 4100, 4200, -32601, -32000, -32602, -32603, 4902, 5730, 4001.5, 0, -4001],
    ...[
      '0xfa1',
      ' 4001',
      '4001 ',
      '4001n',
      '٤٠٠١',
      '４００１',
      '4e3',
      '40010000000',
      true,
      null,
      'ACTION_REJECTED',
      '',
    ],
  ),
  within: fc.array(fc.constantFrom('data', 'originalError', 'cause', 'error', 'data', 'info', '__proto__'), {
    maxLength: 7,
  }),
  thing: allThings,
});

/** The thrown value: the code, wrapped; beside it on every level something hostile. Without a code the thing itself. */
export const makeThrown = ({ code, within, thing }: Thrown): unknown => {
  if (code === null) return make(thing);
  const beside = { message: `${HOSTILE} ${SECRET}`, stack: SECRET };
  return [...within].reverse().reduce<object>(
    (inner, key) => {
      const outer = { ...beside };
      Object.defineProperty(outer, key, { value: inner, enumerable: true });
      return outer;
    },
    { code, ...beside },
  );
};
