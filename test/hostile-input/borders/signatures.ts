// Signed instructions: the keys that a page pins, the signature that comes with a claim, and the key that a backend is given.
// The one who attacks holds everything but the private keys, which are made anew in each run: a path finds the same damage again.
import assert from 'node:assert/strict';
import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import * as fc from 'fast-check';
import { readKeys } from '../../../src/instruction-key.ts';
import { createSignature } from '../../../src/ports/signature.ts';
import { claimAnswer } from '../../../src/schema.ts';
import { createInstructionSigner } from '../../../src/server/signature.ts';
import { instructionKeyOf } from '../../../src/server.ts';
import { textOf } from '../../fixtures/signing.ts';
import { border, checkError, checkKeys, orError } from '../border.ts';
import { parsed, type Sent, sent } from '../damage.ts';
import * as oracle from '../oracle.ts';
import { HOSTILE, words } from '../texts.ts';
import * as valid from '../valid.ts';

type Jwk = Record<string, unknown> & { d: string };
const jwkOf = (key: KeyObject, kid: string): Jwk => ({ ...key.export({ format: 'jwk' }), kid }) as Jwk;
const pairs = [
  generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey,
  generateKeyPairSync('ed25519').privateKey,
] as const;
const privates = pairs.map((key, index) => jwkOf(key, `key-${index}`));
const publics = privates.map(({ d: _, ...jwk }) => jwk);
const [ec = {}, okp = {}] = publics;

const LETTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-';
const isCoordinate = (text: unknown): boolean => oracle.isMadeOf(text, LETTERS, 43, 43);

/** Letters that are seen, and take one byte each. */
const isKid = (text: unknown): boolean =>
  typeof text === 'string' &&
  text.length > 0 &&
  text.length <= 128 &&
  [...text].every((one) => one > ' ' && one < '\x7f');

const INVALID = /^instruction-invalid$/;

const pinned = border<Sent>({
  name: 'attribute instruction-key: instruction-key.readKeys',
  share: 25,
  input: sent(ec, okp, publics, { keys: publics }, { ...ec, use: 'sig', alg: 'ES256' }, { ...okp, alg: 'Ed25519' }),
  judge: ({ text, isDamaged }) => {
    let keys: ReturnType<typeof readKeys>;
    try {
      keys = readKeys(text);
    } catch (thrown) {
      checkError(thrown, INVALID);
      assert.ok(isDamaged, 'right keys are refused');
      return 'refused';
    }
    assert.ok(keys.length > 0 && keys.length <= 10);
    assert.equal(new Set(keys.map(({ kid }) => kid)).size, keys.length, 'two keys of one name');
    for (const key of keys) {
      checkKeys(key, ['kty', 'crv', 'x', 'kid', 'use', 'alg', ...(key.kty === 'EC' ? ['y'] : [])]);
      assert.deepEqual([key.kty, key.crv], key.kty === 'EC' ? ['EC', 'P-256'] : ['OKP', 'Ed25519']);
      assert.ok(
        isCoordinate(key.x) && (key.kid === undefined || isKid(key.kid)) && (key.kty !== 'EC' || isCoordinate(key.y)),
      );
    }
    return 'accepted';
  },
});

const base64url = (text: string): string => Buffer.from(text).toString('base64url');

/** Each key's right answer for the sale "sale-1". */
const signed = await Promise.all(
  privates.map(async (jwk) => {
    const signature = await createInstructionSigner(JSON.stringify(jwk)).sign('sale-1', valid.instruction);
    const [head = '', , mark = ''] = signature.split('.');
    return {
      header: JSON.parse(Buffer.from(head, 'base64url').toString()) as object,
      mark,
      answer: { ...valid.claimAnswer, signature },
    };
  }),
);

/** What becomes of a right signature; `null`: nothing. */
type Forgery = null | { head: string } | { mark: string } | { whole: string };

const headers = fc
  .tuple(sent(...signed.map(({ header }) => header)), fc.constantFrom('', '', '=', '==', '.', '+', '\n'))
  .map(([{ text }, after]) => ({ head: base64url(text.slice(0, 5_000)) + after }));

const names: fc.Arbitrary<object> = fc.record(
  {
    alg: fc.constantFrom('ES256', 'EdDSA', 'Ed25519', 'none', 'None', '', 'HS256', 'RS256', 'ES384', 'es256', null, [
      'ES256',
    ]),
    kid: fc.constantFrom('key-0', 'key-1', 'key-2', 'KEY-0', '', '__proto__', null, 0, ['key-0']),
    saleId: fc.constantFrom('sale-1', 'sale-2', '', null, ['sale-1']),
    crit: fc.constantFrom(['b64'], [], null),
    b64: fc.boolean(),
    jwk: fc.constant(ec),
    jku: fc.constant(`https://${HOSTILE}.example/keys`),
    typ: fc.constantFrom('JWT', 'JOSE'),
  },
  { requiredKeys: ['alg', 'kid', 'saleId'] },
);

const marks = fc.oneof(
  fc.tuple(fc.nat(85), fc.constantFrom(...LETTERS)).map(([at, letter]) => ({ at, letter })),
  fc.constantFrom('', 'A'.repeat(86), '_'.repeat(86), 'AAAA', '=', `${'A'.repeat(86)}==`),
);

const forgeries: fc.Arbitrary<Forgery | { at: number; letter: string }> = fc.oneof(
  { weight: 4, arbitrary: fc.constant(null) },
  { weight: 2, arbitrary: headers },
  { weight: 2, arbitrary: names.map((header) => ({ head: base64url(JSON.stringify(header)) })) },
  { weight: 2, arbitrary: marks.map((mark) => (typeof mark === 'string' ? { mark } : mark)) },
  { weight: 1, arbitrary: words.map((whole) => ({ whole })) },
  { weight: 1, arbitrary: fc.constantFrom('..', '...', 'e30..', '..e30', 'bnVsbA..AAAA').map((whole) => ({ whole })) },
);

interface Claimed {
  key: number;
  sent: Sent;
  forgery: Forgery | { at: number; letter: string };
  saleId: string;
  pins: string;
}

const forge = ({ key, forgery }: Claimed): string => {
  const right = signed[key]?.answer.signature ?? '';
  if (forgery === null) return right;
  const [head, , mark = ''] = right.split('.');
  if ('whole' in forgery) return forgery.whole;
  if ('head' in forgery) return `${forgery.head}..${mark}`;
  if ('mark' in forgery) return `${head}..${forgery.mark}`;
  return `${head}..${mark.slice(0, forgery.at)}${forgery.letter}${mark.slice(forgery.at + 1)}`;
};

const RIGHT = textOf(valid.instruction);

const answers = border<Claimed>({
  name: 'claim answer: ports/signature.verify',
  share: 25,
  input: fc.integer({ min: 0, max: 1 }).chain((key) =>
    fc.record({
      key: fc.constant(key),
      sent: fc.oneof(
        { weight: 2, arbitrary: fc.constant({ text: JSON.stringify(signed[key]?.answer), isDamaged: false }) },
        { weight: 1, arbitrary: sent(signed[key]?.answer) },
      ),
      forgery: forgeries,
      saleId: fc.oneof(
        { weight: 9, arbitrary: fc.constant('sale-1') },
        fc.constantFrom('sale-2', '', 'SALE-1', 'sale-1 '),
      ),
      pins: fc.oneof(
        {
          weight: 6,
          arbitrary: fc.constantFrom(publics[key], { keys: publics }, publics).map((keys) => JSON.stringify(keys)),
        },
        { weight: 1, arbitrary: fc.constant(JSON.stringify(publics[1 - key])) },
        { weight: 1, arbitrary: sent(publics[key], { keys: publics }).map(({ text }) => text) },
        // The two keys with each other's names.
        {
          weight: 1,
          arbitrary: fc.constant(JSON.stringify(publics.map((jwk, at) => ({ ...jwk, kid: `key-${1 - at}` })))),
        },
      ),
    }),
  ),
  judge: async (input) => {
    const { sent: claimed, saleId, pins, key } = input;
    const { data } = claimAnswer.safeParse(parsed(claimed.text));
    if (!data) return 'refused';
    const signature = claimed.isDamaged ? data.signature : forge(input);
    const taken = await orError(() => createSignature().verify(pins, saleId, { ...data, signature }), INVALID);
    const isRight = !claimed.isDamaged && input.forgery === null && saleId === 'sale-1';
    const keys = JSON.stringify(publics[key]);
    assert.ok(
      taken || !isRight || ![keys, JSON.stringify(publics), JSON.stringify({ keys: publics })].includes(pins),
      'a right answer is refused',
    );
    if (!taken) return 'refused';
    // What was never signed is never taken: not another transfer, nor the same one for another sale.
    assert.equal(textOf(data.instruction), RIGHT, 'another transfer is taken');
    assert.equal(saleId, 'sale-1', 'it is taken for another sale');
    // Nor by a key that is not pinned.
    assert.ok(pins.includes(String(publics[key]?.x)), 'a key that is not pinned signs');
    const [head] = signature?.split('.') ?? [];
    assert.equal(head, signed[key]?.answer.signature.split('.')[0], 'another header is taken');
    return 'accepted';
  },
});

const pems = pairs.flatMap((key) => [
  key.export({ type: 'pkcs8', format: 'pem' }).toString(),
  ...(key.asymmetricKeyType === 'ec' ? [key.export({ type: 'sec1', format: 'pem' }).toString()] : []),
]);

/** A PEM with none to three of its letters changed, lost or doubled. */
const damagedPem = fc
  .tuple(
    fc.constantFrom(...pems),
    fc.array(fc.tuple(fc.nat(300), fc.constantFrom('', 'A', '/', '\n', ' ', '-', '\\n', '=', '\u0000', 'ſ')), {
      maxLength: 3,
    }),
  )
  .map(([pem, changes]) => ({
    text: changes.reduce((text, [at, letter]) => {
      const place = at % text.length;
      return `${text.slice(0, place)}${letter}${text.slice(place + 1)}`;
    }, pem),
    isDamaged: changes.length > 0,
  }));

const ofBackend = border<Sent>({
  name: 'server kit: signingKey',
  share: 15,
  input: fc.oneof(sent(...privates, { ...privates[0], use: 'sig', ext: true, key_ops: ['sign'] }), damagedPem),
  judge: async ({ text, isDamaged }) => {
    const checkRefused = (thrown: unknown): void => {
      const { message } = thrown as Error;
      assert.match(
        message,
        /^signingKey holds no key that instructions can be signed with\. Give a private P-256 or Ed25519 key/,
      );
      for (const { d } of privates) assert.ok(!`${thrown}${(thrown as Error).cause}`.includes(d), 'tells the key');
      assert.ok(isDamaged, 'a right key is refused');
    };
    let signer: ReturnType<typeof createInstructionSigner>;
    try {
      signer = createInstructionSigner(text);
      await signer.prove();
    } catch (thrown) {
      checkRefused(thrown);
      await assert.rejects(instructionKeyOf(text));
      return 'refused';
    }
    // What it signs, a page that pins its public half takes.
    const pin = await instructionKeyOf(text);
    assert.equal(readKeys(pin).length, 1);
    for (const { d } of privates) assert.ok(!pin.includes(d));
    const signature = await signer.sign('sale-1', valid.instruction);
    await createSignature().verify(pin, 'sale-1', { instruction: valid.instruction, signature });
    return 'accepted';
  },
});

export const signatureBorders = [pinned, answers, ofBackend];
