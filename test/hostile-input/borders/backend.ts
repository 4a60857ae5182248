// The partner's backend through the real door, with its answers in the attacker's hands.
import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import { createBackend } from '../../../src/ports/backend.ts';
import type { Quote } from '../../../src/ports.ts';
import { limitsBroken } from '../../../src/quote.ts';
import { formatFiat } from '../../../src/words.ts';
import { type Border, border, checkKeys, orError } from '../border.ts';
import { type Sent, sent } from '../damage.ts';
import * as oracle from '../oracle.ts';
import { times, urls, words } from '../texts.ts';
import { make, things } from '../things.ts';
import * as valid from '../valid.ts';

const BASE = 'https://shop.example/api/token';
const CODES = /^(backend-(unreachable|refused|malformed|busy)|already-claimed|order-expired|order-refused)$/;

type Answer =
  | { kind: 'response'; status: number; body: Sent; headers: Record<string, string> }
  | { kind: 'throws'; thing: string }
  | { kind: 'gives'; thing: string }
  | { kind: 'looks like one'; ok: boolean; text: string; header: string };

const HTTP_DATES = fc.constantFrom(
  ...[
    'Thu, 15 Jan 2026 12:00:00 GMT',
    'Thu, 15 Jan 2026 12:00:00',
    'Thu Jan 15 12:00:00 2026',
    '2026-01-15 12:00',
    '0',
    '-1',
    'x',
  ],
  ...[
    'Thu, 15 Jan 2026 12:00:00 +0500',
    '99999999999999999999',
    '٥',
    '1e3',
    '5',
    '120',
    '3.5',
    'Thu, 01 Jan 12026 00:00:00 GMT',
  ],
);

const headers = fc.record(
  { date: fc.oneof(HTTP_DATES, times), 'retry-after': fc.oneof(HTTP_DATES, words), 'content-type': words },
  { requiredKeys: [] },
);

const answers = (...bodies: readonly object[]): fc.Arbitrary<Answer> =>
  fc.oneof(
    {
      weight: 8,
      arbitrary: fc.record({
        kind: fc.constant('response' as const),
        status: fc.oneof(
          { weight: 3, arbitrary: fc.constant(200) },
          {
            weight: 1,
            arbitrary: fc.constantFrom(
              201,
              204,
              299,
              400,
              401,
              403,
              404,
              408,
              409,
              409,
              409,
              410,
              418,
              422,
              429,
              500,
              502,
              503,
              503,
              599,
            ),
          },
        ),
        body: fc.oneof(
          { weight: 4, arbitrary: sent(...bodies) },
          { weight: 1, arbitrary: sent(...valid.errorBodies, valid.quoteRefusal) },
        ),
        headers,
      }),
    },
    { weight: 1, arbitrary: fc.record({ kind: fc.constantFrom('throws' as const, 'gives' as const), thing: things }) },
    {
      weight: 1,
      arbitrary: fc.record({
        kind: fc.constant('looks like one' as const),
        ok: fc.boolean(),
        text: things,
        header: things,
      }),
    },
  );

/** Header values that cannot be on a wire are left out. */
const headersOf = (wanted: Record<string, string>): Headers => {
  const made = new Headers();
  for (const [name, value] of Object.entries(wanted)) {
    try {
      made.set(name, value);
    } catch {
      // Not to be written at all.
    }
  }
  return made;
};

const give = (answer: Answer): unknown => {
  switch (answer.kind) {
    case 'response': {
      const { status, body, headers: wanted } = answer;
      return new Response(status === 204 ? null : body.text, { status, headers: headersOf(wanted) });
    }
    case 'throws':
      throw make(answer.thing);
    case 'gives':
      return make(answer.thing);
    case 'looks like one':
      return {
        ok: answer.ok,
        status: 200,
        text: async () => make(answer.text),
        headers: { get: () => make(answer.header) },
      };
  }
};

const REQUEST = { saleId: 'sale-1', address: '0x1', asset: 'USDC', network: 'base', redirectUrl: BASE };
/** One that never aborts, and is nobody else's: listeners add up. */
const never = (): AbortSignal => new AbortController().signal;
type Door = ReturnType<typeof createBackend>;

const call = (
  name: string,
  share: number,
  bodies: readonly object[],
  ask: (door: Door, url: string) => Promise<unknown>,
  check: (value: object, answer: Extract<Answer, { kind: 'response' }>) => void,
): Border =>
  border<{ url: string; answer: Answer }>({
    name: `backend door: ${name}`,
    share,
    input: fc.record({
      url: fc.oneof({ weight: 4, arbitrary: fc.constant('/api/x') }, urls),
      answer: answers(...bodies),
    }),
    judge: async ({ url, answer }) => {
      const asked: string[] = [];
      const door = createBackend({
        fetch: () => async (address) => {
          asked.push(String(address));
          return give(answer) as Response;
        },
        base: () => BASE,
        limit: never,
      });
      const taken = await orError(() => ask(door, url), CODES);
      assert.ok(asked.length <= 1, 'asked more than once');
      for (const address of asked) assert.ok(oracle.isWebUrl(address), `asked ${address.slice(0, 99)}`);
      if (!taken) {
        const isRight =
          answer.kind === 'response' && !answer.body.isDamaged && answer.status === 200 && url === '/api/x';
        assert.ok(!isRight || !isOf(bodies, answer.body.text), 'a right answer is refused');
        return 'refused';
      }
      if (taken.value === undefined) return 'accepted';
      // What only looks like a Response, but holds nothing of use, cannot give an answer.
      assert.equal(answer.kind, 'response');
      if (answer.kind === 'response') check(taken.value as object, answer);
      assert.ok(!JSON.stringify(taken.value).includes('"__proto__"'));
      return 'accepted';
    },
  });

const isOf = (bodies: readonly object[], text: string): boolean => bodies.some((body) => JSON.stringify(body) === text);

/** The time in an answer is the backend's own, or that of its `Date`, and has a zone. */
const timeFrom = (value: object, { body, headers: { date = '' } }: Extract<Answer, { kind: 'response' }>): void => {
  const { now } = value as { now?: unknown };
  if (now === undefined) return;
  assert.ok(oracle.instantOf(now) !== undefined, `the time ${now}`);
  if (!body.text.includes(JSON.stringify(now))) assert.match(date, / GMT$/, 'a time without a zone is told');
};

const isPlain = (text: unknown): boolean => oracle.fractionOf(text) !== undefined && String(text).length <= 67;
const isCurrency = (text: unknown): boolean => oracle.isMadeOf(text, 'ABCDEFGHIJKLMNOPQRSTUVWXYZ', 3, 3);

/** Only amounts that are ones, in words that the element's own sentences can hold; none of it moves money. */
const checkQuote = (quote: Quote, status: number): void => {
  const { kind, limits } = quote;
  if (limits) {
    const { min, max, currency } = limits;
    assert.ok(isCurrency(currency) && [min ?? '0', max ?? '0'].every(isPlain), 'limits that are none');
  }
  checkKeys(limits ?? {}, ['min', 'max', 'currency']);
  assert.equal(kind === 'price', status >= 200 && status < 300, `${kind} for ${status}`);
  const broken = limitsBroken(quote);
  assert.ok(broken === undefined || broken === limits);
  if (kind !== 'price') return;
  checkKeys(quote, ['kind', 'asset', 'network', 'amount', 'fiat', 'fee', 'paymentMethod', 'limits']);
  assert.ok(isPlain(quote.amount), `the amount ${quote.amount}`);
  for (const money of [quote.fiat, quote.fee]) {
    checkKeys(money, ['value', 'currency']);
    assert.ok(isPlain(money.value) && isCurrency(money.currency), JSON.stringify(money));
    for (const locale of ['en', 'de', 'ar-EG']) assert.ok(formatFiat(money, locale).length < 200, 'a long price');
  }
};

export const backendBorders = [
  call(
    'openSession',
    40,
    [valid.tokenAnswer, valid.plainTokenAnswer],
    (door, url) => door.openSession(url, REQUEST, never()),
    (value, answer) => {
      const { token, partnerUserRef } = value as { token: unknown; partnerUserRef?: unknown };
      assert.ok(typeof token === 'string' && token.length > 0 && token.length <= 4096);
      assert.ok(partnerUserRef === undefined || oracle.isIdentifier(partnerUserRef, 49));
      timeFrom(value, answer);
    },
  ),
  call(
    'list',
    40,
    valid.lists,
    (door, url) => door.list(url, never()),
    (value, answer) => {
      const { transactions } = value as { transactions: { transaction_id: unknown; status: unknown }[] };
      assert.ok(Array.isArray(transactions) && transactions.length <= 1000);
      for (const { transaction_id: id, status } of transactions) {
        assert.ok(typeof id === 'string' && id.length > 0 && id.length <= 128);
        assert.ok(typeof status === 'string' && status.length <= 80);
      }
      timeFrom(value, answer);
    },
  ),
  call(
    'claim',
    20,
    [valid.claimAnswer],
    (door, url) => door.claim(url, valid.claimRequest, true),
    (value) => {
      const { instruction } = value as { instruction: { to: unknown; units: string } };
      assert.ok(oracle.isAddress(instruction.to) && BigInt(instruction.units) > 0n);
    },
  ),
  call(
    'quote',
    30,
    [valid.quoteAnswer],
    (door, url) => door.quote(url, valid.quoteRequest, never()),
    (value, { status }) => checkQuote(value as Quote, status),
  ),
  call(
    'report',
    10,
    [{}],
    (door, url) => door.report(url, valid.HASH),
    () => assert.fail('report gives nothing'),
  ),
  call(
    'release',
    10,
    [{}],
    (door, url) => door.release(url),
    () => assert.fail('release gives nothing'),
  ),
];
