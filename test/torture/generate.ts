// Schedules by chance: what sort of world, then step after step. Knows what is likely to lead somewhere; does not know what happens.
import fc from 'fast-check';
import type { NetFault, Verb } from './backend.ts';
import type { Answered, Do, Plain, Step, When } from './commands.ts';
import { CERTAIN, CODES, NON_HASHES, type NonHash, THROWN, type WalletPlan } from './wallet.ts';
import { POINTS, type Setup } from './world.ts';

export interface Schedule {
  setup: Setup;
  /** Steps that wait for a moment from the beginning on. */
  early: Step[];
  steps: Step[];
}

const LONGEST = 22;

/** True once in so many. */
const rarely = (times: number): fc.Arbitrary<boolean> => fc.nat(times - 1).map((n) => n === times - 1);

const mostly = <T>(usual: T, ...others: T[]): fc.Arbitrary<T> =>
  fc.nat(others.length + 3).map((n) => others[n - 4] ?? usual);

const setup: fc.Arbitrary<Setup> = fc.record({
  devices: mostly<1 | 2>(1, 2, 2),
  tabs: mostly<1 | 2>(1, 2, 2),
  hasClaims: fc.boolean(),
  hasEvents: rarely(4),
  tellsTime: rarely(8).map((is) => !is),
  sold: mostly<Setup['sold']>(0, 1, 2, 3),
  account: mostly<Setup['account']>('plain', 'contract', 'delegated'),
  takesCalls: fc.boolean(),
  hasOnePrompt: rarely(5),
  ignoresChainId: rarely(6),
  tellsChainEarly: rarely(4),
  hasLocks: rarely(6).map((is) => !is),
  hasSender: rarely(10),
  isSameTab: rarely(6),
  listsLate: rarely(8),
  confirms: rarely(4),
  preventsSend: rarely(10),
  skewHours: mostly(0, 6, -6),
  warm: fc.integer({ min: 0, max: 12 }),
  until: fc.constantFrom<Setup['until']>('any', 'any', 'asked', 'asked', 'asked', 'reloaded', 'ordered', 'late'),
  isCopied: rarely(3),
  ending: fc.nat(255),
});

const code = fc.constantFrom(...CODES);
const thrown = mostly(...THROWN);

const answered: fc.Arbitrary<Answered> = fc.oneof(
  { weight: 6, arbitrary: fc.constant<Answered>({ kind: 'hash' }) },
  { weight: 6, arbitrary: fc.constantFrom('silent' as const, 'late', 'stuck', 'fails').map((kind) => ({ kind })) },
  {
    weight: 4,
    arbitrary: fc
      .constantFrom(...(Object.keys(NON_HASHES) as NonHash[]))
      .map((as) => ({ kind: 'non-hash' as const, as })),
  },
  {
    weight: 2,
    // An honest wallet does not say "declined" of what it has sent.
    arbitrary: fc.record({
      kind: fc.constant('error' as const),
      code: fc.constantFrom(...CODES.filter((one) => !CERTAIN.includes(one))),
      thrown,
    }),
  },
);

const VERBS: readonly Verb[] = ['session', 'list', 'list', 'events', 'claim', 'claim', 'report', 'release', 'release'];
const NET: readonly NetFault[] = [
  'request lost',
  'request late',
  'answer lost',
  'answer delayed',
  'answer late',
  'request duplicated',
  'requests reordered',
  'old answer repeated',
  'network error',
  'status 500',
  'status 429',
  'status 503 with a pause',
  'status 403',
  'status 404',
  'answer malformed',
  'another instruction',
];

const plan: fc.Arbitrary<WalletPlan> = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({
      kind: fc.constant('send' as const),
      fault: fc.record({ code, thrown, isShown: fc.boolean() }),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constantFrom('accounts' as const, 'chain', 'switch', 'read'),
      fault: fc.constantFrom('never answered' as const, 'answered late', 'answered slowly', 'garbage'),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constantFrom('accounts' as const, 'switch', 'read'),
      fault: fc.record({ code, thrown, isShown: fc.constant(false) }),
    }),
  },
);

const slow: fc.Arbitrary<WalletPlan> = fc.record({
  kind: fc.constantFrom('accounts' as const, 'chain'),
  fault: fc.constant('answered slowly' as const),
});

/** A clock is seldom set while a machine sleeps. */
const hours = mostly(0, 0, -6);

const plain = (...names: Plain[]): fc.Arbitrary<Do> => fc.constantFrom(...names).map((name) => ({ do: name }) as Do);

const what: fc.Arbitrary<Do> = fc.oneof(
  { weight: 40, arbitrary: plain('go') },
  { weight: 12, arbitrary: plain('send') },
  {
    weight: 8,
    arbitrary: plain('start', 'send twice', 'send everywhere', 'call send', 'call start', 'cancel', 'reset'),
  },
  {
    weight: 8,
    arbitrary: fc.record({
      do: fc.constant('not sent' as const),
      isTruthful: fc.boolean(),
      isPatient: fc.boolean(),
    }),
  },
  { weight: 9, arbitrary: fc.record({ do: fc.constant('approve' as const), which: fc.nat(2), answered }) },
  { weight: 4, arbitrary: fc.record({ do: fc.constant('decline' as const), which: fc.nat(2) }) },
  { weight: 5, arbitrary: fc.record({ do: fc.constant('crash' as const), isCommitted: fc.boolean() }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('kill browser' as const), isLost: fc.boolean() }) },
  { weight: 6, arbitrary: plain('reload', 'open tab', 'part', 'join') },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant('discard' as const),
      what: fc.constantFrom('all' as const, 'sales', 'claims'),
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constant('disk' as const),
      is: fc.constantFrom('sales full' as const, 'claims full', 'claims refused', 'well'),
    }),
  },
  { weight: 2, arbitrary: plain('delay news', 'copy sale') },
  {
    weight: 10,
    arbitrary: fc.record({
      do: fc.constant('net' as const),
      verb: fc.constantFrom(...VERBS),
      fault: fc.constantFrom(...NET),
    }),
  },
  { weight: 8, arbitrary: fc.record({ do: fc.constant('wallet' as const), plan }) },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant('sleep' as const),
      ms: fc.constantFrom(2_400_000, 2_400_000, 180_000),
      hours,
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('clock' as const), hours: fc.constantFrom(6, -6) }) },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant('account' as const),
      is: fc.constantFrom('other' as const, 'other', 'locked', 'right'),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant('chain id' as const),
      is: fc.constantFrom('other' as const, 'other', 'right'),
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({ do: fc.constant('commit' as const), road: fc.constantFrom('all' as const, 'kept', 'none') }),
  },
  {
    weight: 4,
    arbitrary: fc.record({ do: fc.constant('signal' as const), is: fc.constantFrom('forged' as const, 'replayed') }),
  },
  {
    weight: 5,
    arbitrary: fc.record({
      do: fc.constant('coinbase' as const),
      trouble: fc.constantFrom(
        'early' as const,
        'early',
        'second',
        'old',
        'unknown',
        'known again',
        'failed',
        'changed',
      ),
    }),
  },
  {
    weight: 5,
    arbitrary: fc.record({
      do: fc.constant('chain' as const),
      trouble: fc.constantFrom('speed up' as const, 'cancel', 'drop', 'hurry', 'other'),
    }),
  },
);

const when: fc.Arbitrary<When> = fc.oneof(
  { weight: 5, arbitrary: fc.record({ events: fc.nat(14) }) },
  {
    weight: 4,
    arbitrary: fc.record({ ms: fc.constantFrom(0, 300, 300, 700, 700, 700, 2_500, 2_500, 12_000) }),
  },
  { weight: 1, arbitrary: fc.record({ away: fc.constantFrom(60_000, 130_000, 130_000, 1_500_000) }) },
  { weight: 1, arbitrary: fc.record({ before: fc.constantFrom(20_000, 60_000) }) },
  { weight: 3, arbitrary: fc.record({ point: fc.constantFrom(...POINTS) }) },
);

const step: fc.Arbitrary<Step> = fc.record({ when, tab: mostly(0, 1, 2, 3), what });

/** Between the checks and the wallet's answer, where a change hurts most. */
const atMoment: fc.Arbitrary<Step> = fc.record({
  when: fc.record({
    point: fc.constantFrom(...POINTS, 'claim granted', 'sale saved as sending', 'sale saved as sending'),
  }),
  tab: mostly(0, 1, 2, 3),
  what: fc.oneof(
    fc.record({ do: fc.constant('account' as const), is: fc.constantFrom('other' as const, 'locked') }),
    fc.record({ do: fc.constant('chain id' as const), is: fc.constant('other' as const) }),
    fc.record({ do: fc.constant('crash' as const), isCommitted: fc.boolean() }),
    fc.record({ do: fc.constant('kill browser' as const), isLost: fc.boolean() }),
    fc.record({ do: fc.constant('sleep' as const), ms: fc.constantFrom(2_400_000, 1_500_000, 60_000, 25_000), hours }),
    fc.record({ do: fc.constant('wallet' as const), plan: fc.oneof(plan, slow) }),
    fc.record({
      do: fc.constant('coinbase' as const),
      trouble: fc.constantFrom('second' as const, 'unknown', 'changed', 'failed'),
    }),
    fc.record({ do: fc.constant('signal' as const), is: fc.constant('forged' as const) }),
    what,
  ),
});

export const schedule: fc.Arbitrary<Schedule> = fc.record({
  setup,
  early: fc.oneof(
    { weight: 2, arbitrary: fc.constant<Step[]>([]) },
    { weight: 3, arbitrary: fc.array(atMoment, { minLength: 1, maxLength: 3, size: 'max' }) },
  ),
  steps: fc.array(step, { maxLength: LONGEST, size: 'max' }),
});
