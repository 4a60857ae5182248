// Messages, each by itself, through the shapes of `schema.ts`: what passes is what was asked for, and nothing rides along.
import assert from 'node:assert/strict';
import type { ZodMiniType } from 'zod/mini';
import * as schema from '../../../src/schema.ts';
import { border, checkKeys } from '../border.ts';
import { parsed, sent } from '../damage.ts';
import * as oracle from '../oracle.ts';
import * as valid from '../valid.ts';

type Fields = Record<string, unknown>;
type Test = (value: unknown) => boolean;

const isText =
  (most: number, least = 0): Test =>
  (value) =>
    typeof value === 'string' && value.length >= least && value.length <= most;
const isInstant: Test = (value) => isText(40)(value) && oracle.instantOf(value) !== undefined;
const isOneOf =
  (...values: unknown[]): Test =>
  (value) =>
    values.includes(value);
const absentOr =
  (test: Test): Test =>
  (value) =>
    value === undefined || test(value);
const isUnits: Test = (value) => oracle.isMadeOf(value, '0123456789', 1, 78) && !value.startsWith('0');
const isWhole: Test = (value) => typeof value === 'number' && value > 0 && value % 1 === 0 && value <= 2 ** 53;

const TOKEN_ANSWER = {
  token: isText(4096, 1),
  partnerUserRef: absentOr((value) => oracle.isIdentifier(value, 49)),
  statusUrl: absentOr(isText(2048, 1)),
  claimUrl: absentOr(isText(2048, 1)),
  eventsUrl: absentOr(isText(2048, 1)),
  now: absentOr(isInstant),
};
const INSTRUCTION: Record<string, Test> = {
  transactionId: isText(128, 1),
  chainId: isWhole,
  asset: isText(20),
  token: (value) => value === null || oracle.isAddress(value),
  to: oracle.isAddress,
  from: oracle.isAddress,
  amount: isText(80),
  units: isUnits,
  deadline: isInstant,
};
const RETURN_SIGNAL = {
  source: isOneOf('offramp-button'),
  version: isOneOf(1),
  type: isOneOf('returned'),
  sale: (value: unknown) => oracle.isIdentifier(value),
  nonce: (value: unknown) => oracle.isIdentifier(value),
};
const TOKEN_REQUEST = {
  saleId: (value: unknown) => oracle.isIdentifier(value),
  address: oracle.isAddress,
  asset: isText(20),
  network: isText(40),
  redirectUrl: isText(2048, 1),
};

const checkFields = (value: unknown, tests: Record<string, Test>): void => {
  assert.ok(typeof value === 'object' && value !== null);
  checkKeys(value, Object.keys(tests));
  for (const [key, test] of Object.entries(tests)) {
    assert.ok(test((value as Fields)[key]), `${key} is none: ${JSON.stringify((value as Fields)[key])?.slice(0, 99)}`);
  }
};

const shape = (name: string, of: ZodMiniType, tests: Record<string, Test>, share: number, ...answers: object[]) =>
  border({
    name: `messages: schema.${name}`,
    share,
    input: sent(...answers),
    judge: ({ text, isDamaged }) => {
      const value = parsed(text);
      const { data, success } = of.safeParse(value);
      assert.ok(success || isDamaged, 'a right message is refused');
      if (!success) return 'refused';
      checkFields(data, tests);
      // Read from own fields only: what a prototype holds is not what was sent.
      for (const key of Object.keys(data as Fields)) assert.ok(Object.hasOwn(value as object, key));
      return 'accepted';
    },
  });

const claimAnswer = border({
  name: 'messages: schema.claimAnswer',
  share: 20,
  input: sent(valid.claimAnswer),
  judge: ({ text, isDamaged }) => {
    const { data } = schema.claimAnswer.safeParse(parsed(text));
    assert.ok(data || isDamaged, 'a right answer is refused');
    if (!data) return 'refused';
    checkKeys(data, ['instruction', 'signature']);
    assert.ok(absentOr(isText(8192))(data.signature));
    checkFields(data.instruction, INSTRUCTION);
    return 'accepted';
  },
});

const claim = border({
  name: 'storage: schema.parseClaim',
  share: 20,
  input: sent(valid.claim),
  judge: ({ text, isDamaged }) => {
    const data = schema.parseClaim(parsed(text));
    assert.ok(data || isDamaged, 'a right claim is refused');
    if (!data) return 'refused';
    checkKeys(data, ['saleId', 'attempt']);
    assert.ok(oracle.isIdentifier(data.saleId) && Number.isFinite(data.attempt.askedAt));
    checkKeys(data.attempt, ['askedAt', 'nonce', 'block', 'callsId', 'isRepeat', 'placed']);
    return 'accepted';
  },
});

export const shapeBorders = [
  shape('tokenAnswer', schema.tokenAnswer, TOKEN_ANSWER, 40, valid.tokenAnswer, valid.plainTokenAnswer),
  claimAnswer,
  shape('instruction', schema.instruction, INSTRUCTION, 20, valid.instruction),
  shape('returnSignal', schema.returnSignal, RETURN_SIGNAL, 40, valid.returnSignal),
  shape('tokenRequest', schema.tokenRequest, TOKEN_REQUEST, 20, valid.tokenRequest),
  shape(
    'claimRequest',
    schema.claimRequest,
    { saleId: (value) => oracle.isIdentifier(value), transactionId: isText(128, 1) },
    10,
    valid.claimRequest,
  ),
  shape('claimReport', schema.claimReport, { txHash: oracle.isHash }, 10, valid.claimReport),
  claim,
];
