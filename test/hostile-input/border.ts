// What a border is to an attack: its inputs, and a judge that looks at what came of one. Knows how an error may read;
// does not know any border.
import assert from 'node:assert/strict';
import type * as fc from 'fast-check';
import { errorTable, OfframpError } from '../../src/errors.ts';
import { HOSTILE, SECRET } from './texts.ts';

/** What came of an input that met no defect. `ignored`: neither taken nor answered with an error. */
export type Verdict = 'accepted' | 'refused' | 'ignored';

/** One border of the house. */
export interface Border<Input = unknown> {
  readonly name: string;
  /** How many inputs it gets, relative to the others. */
  readonly share: number;
  readonly input: fc.Arbitrary<Input>;
  /** Throws where the border let through what it must not, or broke. */
  judge(input: Input): Verdict | Promise<Verdict>;
}

/** Keeps the type of a border's inputs between its two halves; afterwards nobody needs it. */
export const border = <Input>(parts: Border<Input>): Border => parts as unknown as Border;

/** A sentence that a person may read: short, printable, and nothing in it of what came from outside. */
export const checkWords = (...sentences: readonly string[]): void => {
  for (const sentence of sentences) {
    assert.equal(typeof sentence, 'string');
    const shown = JSON.stringify(sentence.slice(0, 300));
    assert.match(sentence, /^[A-Z][\x20-\x7e\u2019]{8,200}\.$/, `not a sentence: ${shown}`);
    for (const foreign of [HOSTILE, SECRET, '://', '0x', '__proto__']) {
      assert.ok(!sentence.includes(foreign), `told what came from outside: ${shown}`);
    }
  }
};

/** The one kind of error that may leave the page's side of a border. */
export const checkError = (thrown: unknown, codes: RegExp): void => {
  if (!(thrown instanceof OfframpError)) throw new Error('ended in no OfframpError', { cause: thrown });
  assert.ok(Object.hasOwn(errorTable, thrown.code), `no code of the table: ${thrown.code}`);
  assert.match(thrown.code, codes);
  checkWords(thrown.message, thrown.advice);
  const { retryAfter } = thrown;
  assert.ok(retryAfter === undefined || (retryAfter >= 0 && retryAfter <= 300_000), `waits ${retryAfter} ms`);
};

/** Runs what may end in such an error, and nothing else. */
export const orError = async (work: () => unknown, codes: RegExp): Promise<{ value: unknown } | undefined> => {
  try {
    return { value: await work() };
  } catch (thrown) {
    checkError(thrown, codes);
    return undefined;
  }
};

/** The keys that an accepted object may have, whatever was sent along; none by way of its prototype. */
export const checkKeys = (value: object, allowed: readonly string[]): void => {
  assert.ok([Object.prototype, null].includes(Object.getPrototypeOf(value)), 'a foreign prototype');
  const strange = Reflect.ownKeys(value).filter((key) => !allowed.includes(String(key)));
  assert.deepEqual(strange, [], 'keys that nobody asked for');
};
