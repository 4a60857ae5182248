import { expect } from 'chai';
import { NO_SALE } from '../src/no-sale.ts';

import {
  address,
  bare,
  claimAnswer,
  claimReport,
  claimRequest,
  instruction,
  knownNetworks,
  parseClaim,
  parseSale,
  returnSignal,
  tokenAnswer,
  tokenRequest,
  txHash,
} from '../src/schema.ts';
import { instruction as goodInstruction } from './fixtures/backends.ts';
import { FROM, HASH, usdcOrder } from './fixtures/provider.ts';

interface Schema {
  safeParse(value: unknown): { success: boolean };
}

/** A test for each value: whether a schema lets it in. `change` is laid over a good value. */
const table = (schema: Schema, good: object, rows: { allowed: object[]; refused: object[] }) => {
  it('lets the good one in', () => expect(schema.safeParse(good).success).to.equal(true));
  for (const [isAllowed, changes] of [
    [true, rows.allowed],
    [false, rows.refused],
  ] as const) {
    for (const change of changes) {
      const words = JSON.stringify(change, (_, value) => (value === undefined ? 'missing' : value));
      it(`${isAllowed ? 'allows' : 'refuses'} ${words.length > 90 ? `${words.slice(0, 80)}… (${words.length})` : words}`, () => {
        expect(schema.safeParse({ ...good, ...change }).success).to.equal(isAllowed);
      });
    }
  }
  it('refuses what is no object', () => {
    for (const value of [undefined, null, 'text', 7, true, [], [good], JSON.stringify(good)]) {
      expect(schema.safeParse(value).success).to.equal(false);
    }
  });
};

describe('a hash', () => {
  for (const good of [HASH, HASH.toUpperCase().replace('0X', '0x')]) {
    it(`is ${good.slice(0, 8)}…`, () => expect(txHash.safeParse(good).success).to.equal(true));
  }
  for (const bad of [
    HASH.slice(0, -1),
    `${HASH}0`,
    HASH.slice(2),
    `0X${HASH.slice(2)}`,
    `0x${'g'.repeat(64)}`,
    `${HASH}\n`,
    'null',
    '',
    null,
    7,
  ]) {
    it(`is not ${JSON.stringify(bad)}`, () => expect(txHash.safeParse(bad).success).to.equal(false));
  }
});

describe('an address', () => {
  it('may have any letter case', () => {
    for (const good of [FROM, `0x${FROM.slice(2).toUpperCase()}`])
      expect(address.safeParse(good).success).to.equal(true);
  });
  for (const bad of [FROM.slice(0, -1), `${FROM}0`, FROM.slice(2), `${FROM}\n`, ` ${FROM}`, 'vitalik.eth', '', null]) {
    it(`is not ${JSON.stringify(bad)}`, () => expect(address.safeParse(bad).success).to.equal(false));
  }
});

describe('a request for a token', () => {
  table(
    tokenRequest,
    { saleId: 'sale-1', address: FROM, asset: 'USDC', network: 'base', redirectUrl: 'https://shop.example/' },
    {
      allowed: [{ saleId: 'a'.repeat(128) }, { extra: 1 }],
      refused: [
        { saleId: '' },
        { saleId: 'a b' },
        { saleId: '../x' },
        { saleId: 'a'.repeat(129) },
        { saleId: undefined },
        { address: 'me' },
        { asset: 'x'.repeat(21) },
        { network: 7 },
        { redirectUrl: '' },
        { redirectUrl: 'x'.repeat(2049) },
      ],
    },
  );
});

describe('the answer with a token', () => {
  table(
    tokenAnswer,
    { token: 'token' },
    {
      allowed: [
        { channel_id: '' },
        { partnerUserRef: 'r'.repeat(49) },
        { statusUrl: '/status?x=1', claimUrl: 'https://shop.example/claim', eventsUrl: 'events' },
        { now: '2026-08-11T15:20:00Z' },
        { now: '2026-08-11T15:20:00.123+02:00' },
      ],
      refused: [
        { token: '' },
        { token: undefined },
        { token: null },
        { token: 'x'.repeat(4097) },
        { partnerUserRef: '' },
        { partnerUserRef: 'r'.repeat(50) },
        { partnerUserRef: 'a&b' },
        { statusUrl: null },
        { claimUrl: 7 },
        { now: 'today' },
        { now: '2026-08-11' },
        { now: '2026-13-45T00:00:00Z' },
        { now: 1_700_000_000_000 },
      ],
    },
  );

  it('brings nothing along that is not named', () => {
    const { data } = tokenAnswer.safeParse(JSON.parse('{"token":"t","channel_id":"c","__proto__":{"statusUrl":"/x"}}'));
    expect(data).to.deep.equal({ token: 't' });
    expect(data?.statusUrl).to.equal(undefined);
  });
});

describe('an instruction', () => {
  table(instruction, goodInstruction, {
    allowed: [{ token: null }, { units: '1' }, { units: `9${'0'.repeat(77)}` }],
    refused: [
      { units: '0' },
      { units: '01' },
      { units: '-1' },
      { units: '1.0' },
      { units: '1e6' },
      { units: '0x1' },
      { units: ' 1' },
      { units: '١' },
      { units: `9${'0'.repeat(78)}` },
      { units: 25 },
      { chainId: 0 },
      { chainId: -1 },
      { chainId: 1.5 },
      { chainId: '1' },
      { token: undefined },
      { token: '' },
      { to: '' },
      { to: undefined },
      { from: null },
      { transactionId: '' },
      { transactionId: 'x'.repeat(129) },
      { amount: undefined },
      { deadline: 'soon' },
      { deadline: undefined },
    ],
  });
});

describe('a claim', () => {
  table(
    claimRequest,
    { saleId: 's', transactionId: 't' },
    { allowed: [], refused: [{ saleId: 'a/b' }, { transactionId: '' }] },
  );
  table(
    claimAnswer,
    { instruction: goodInstruction },
    {
      allowed: [{ signature: 'a..b' }],
      refused: [{ instruction: {} }, { signature: 7 }, { signature: 'x'.repeat(8193) }],
    },
  );
  table(claimReport, { txHash: HASH }, { allowed: [], refused: [{ txHash: '0x1' }, { txHash: undefined }] });

  const kept = { saleId: 'sale-1', attempt: { askedAt: 1, nonce: '0x1', block: '0x2' } };
  it('that was kept is read, also where the page sent by itself', () => {
    expect(parseClaim(kept)).to.deep.equal(kept);
    const bare = { saleId: 'sale-1', attempt: { askedAt: 1, nonce: null, block: null } };
    expect(parseClaim({ ...bare, extra: 1 })).to.deep.equal(bare);
  });
  for (const bad of [
    undefined,
    null,
    {},
    { ...kept, saleId: '<b>' },
    { ...kept, attempt: null },
    { ...kept, attempt: { askedAt: 1 } },
    { ...kept, attempt: { ...kept.attempt, askedAt: '1' } },
  ]) {
    it(`is none in ${JSON.stringify(bad)}`, () => expect(parseClaim(bad)).to.equal(undefined));
  }
});

describe('a return signal', () => {
  table(
    returnSignal,
    { source: 'offramp-button', version: 1, type: 'returned', sale: 'sale-1', nonce: 'n_1' },
    {
      allowed: [{ amount: '25' }],
      refused: [
        { source: 'other' },
        { version: 2 },
        { version: '1' },
        { type: 'sent' },
        { sale: '' },
        { sale: '<b>' },
        { sale: 'a'.repeat(129) },
        { nonce: undefined },
        { nonce: 'a.b' },
        { nonce: 7 },
      ],
    },
  );
  it('brings nothing along, least of all money', () => {
    const signal = { source: 'offramp-button', version: 1, type: 'returned', sale: 's', nonce: 'n' };
    expect(returnSignal.safeParse({ ...signal, to: FROM, amount: '9' }).data).to.deep.equal(signal);
  });
});

describe('a kept sale', () => {
  const sale = { ...NO_SALE, stage: 'ordered', id: 'sale-1', nonce: 'n', order: usdcOrder };
  const refused: object[] = [
    { stage: 'unknown' },
    { stage: 'constructor' },
    { revision: 1.5 },
    { id: 'a b' },
    { nonce: 7 },
    { from: 'me' },
    { presentation: 'tab' },
    { partnerUserRef: 'r'.repeat(65) },
    { statusUrl: '' },
    { startedAt: '1' },
    { skew: null },
    { returned: 'yes' },
    { pressed: 1 },
    { asked: null },
    { order: null },
    { order: {} },
    { order: { ...usdcOrder, units: '0' } },
    { order: { ...usdcOrder, chainId: 0 } },
    { order: { ...usdcOrder, token: '0x1' } },
    { attempt: {} },
    { fiat: { value: '1' } },
    { error: 'unknown' },
    { stage: 'selling', order: null },
  ];
  it('is read where it is whole', () => {
    expect(parseSale(sale)).to.deep.equal(sale);
    expect(parseSale({ ...NO_SALE })).to.deep.equal(NO_SALE);
    expect(parseSale({ ...sale, stage: 'selling', order: null, statusUrl: '/status' })).to.include({
      stage: 'selling',
    });
    expect(parseSale({ ...sale, error: 'order-failed', token: 'x' })).to.deep.equal({ ...sale, error: 'order-failed' });
  });
  for (const change of refused) {
    it(`is none with ${JSON.stringify(change)}`, () => expect(parseSale({ ...sale, ...change })).to.equal(undefined));
  }
});

it('reads what stands beside something nested without an end', () => {
  const deep = JSON.parse('['.repeat(100_000) + ']'.repeat(100_000));
  expect(parseSale({ ...NO_SALE, deep })).to.deep.equal(NO_SALE);
  expect(bare({ deep, near: [1] })).to.deep.include({ near: [1] });
});

it('knows each network of the table once', () => {
  expect(knownNetworks).to.deep.equal(['base', 'ethereum', 'optimism', 'arbitrum', 'polygon', 'avacchain']);
});
