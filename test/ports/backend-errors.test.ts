import { expect } from 'chai';
import { setupWorker } from 'msw/browser';
import { OfframpError } from '../../src/errors.ts';
import { createBackend } from '../../src/ports/backend.ts';
import type { Backend } from '../../src/ports.ts';
import {
  brokenBackend,
  coinbaseRecord,
  goneBackend,
  instruction,
  lyingBackend,
  PLACE,
  plainFetch,
  SECRET_TOKEN,
} from '../fixtures/backends.ts';

const worker = setupWorker();
const base = () => `${location.origin}${PLACE}/token`;
const backend = createBackend({ fetch: () => plainFetch, base });
const never = new AbortController().signal;
const SECRET_REF = 'secret-ref-9876';

const CALLS: [name: string, call: (door: Backend) => Promise<unknown>][] = [
  [
    'openSession',
    (door) =>
      door.openSession(
        base(),
        {
          saleId: 's',
          address: '0x',
          asset: 'USDC',
          network: 'base',
          redirectUrl: `https://shop.example/${SECRET_REF}`,
        },
        never,
      ),
  ],
  ['list', (door) => door.list(`status?ref=${SECRET_REF}`, never)],
  ['claim', (door) => door.claim(`claim/${SECRET_REF}`, { saleId: 's', transactionId: SECRET_REF }, true)],
  ['report', (door) => door.report(`claim/${SECRET_REF}`, `0x${'5c'.repeat(32)}`)],
  ['release', (door) => door.release(`claim/${SECRET_REF}`)],
];

/** The error a promise must end in; whichever it is, what it shows holds neither token nor address. */
const errorOf = async (promise: Promise<unknown>): Promise<OfframpError> => {
  const error = await promise.then(
    (value) => `no error, but ${JSON.stringify(value)}`,
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof OfframpError)) throw new Error(`Ended in ${error}`);
  const shown = `${error} ${error.advice} ${JSON.stringify(error)}`;
  for (const secret of [SECRET_TOKEN, SECRET_REF, location.origin, PLACE]) expect(shown).not.to.contain(secret);
  return error;
};

const listOf = (answer: unknown) => {
  worker.use(...lyingBackend(answer));
  return backend.list('status', never);
};

before(async () => {
  await worker.start({ quiet: true, onUnhandledFrame: 'error' });
});
after(() => worker.stop());
afterEach(() => worker.resetHandlers());

describe('a broken backend', () => {
  const statuses: [status: number, code: string, headers?: Record<string, string>, retryAfter?: number][] = [
    [400, 'backend-refused'],
    [401, 'backend-refused'],
    [403, 'backend-refused', { 'retry-after': '5' }],
    [404, 'backend-unreachable'],
    [405, 'backend-refused'],
    [408, 'backend-unreachable'],
    [409, 'backend-refused'],
    [413, 'backend-refused'],
    [429, 'backend-busy'],
    [429, 'backend-busy', { 'retry-after': '7' }, 7000],
    [429, 'backend-busy', { 'retry-after': '0' }, 0],
    [429, 'backend-busy', { 'retry-after': '86400' }, 300_000],
    [429, 'backend-busy', { 'retry-after': '99999999999999999999' }, 300_000],
    [429, 'backend-busy', { 'retry-after': 'Mon, 01 Jan 2001 00:00:00 GMT' }, 0],
    [429, 'backend-busy', { 'retry-after': 'Fri, 31 Dec 2100 23:59:59 GMT' }, 300_000],
    [429, 'backend-busy', { 'retry-after': 'soon' }],
    [429, 'backend-busy', { 'retry-after': '' }],
    [500, 'backend-unreachable'],
    [500, 'backend-unreachable', { 'retry-after': '3' }, 3000],
    [502, 'backend-unreachable'],
    [503, 'backend-unreachable'],
    [503, 'backend-busy', { 'retry-after': '3' }, 3000],
    [503, 'backend-unreachable', { 'retry-after': 'soon' }],
    [504, 'backend-unreachable'],
  ];
  for (const [status, code, headers = {}, retryAfter] of statuses) {
    it(`that answers ${status} ${JSON.stringify(headers)} is ${code} to every call`, async () => {
      worker.use(...brokenBackend(status, headers, { code: 'no', message: `${SECRET_TOKEN} ${SECRET_REF}` }));
      for (const [, call] of CALLS) expect(await errorOf(call(backend))).to.include({ code, retryAfter });
    });
  }

  it('that names an HTTP date is waited for until then', async () => {
    const date = new Date(Date.now() + 60_000).toUTCString();
    worker.use(...brokenBackend(429, { 'retry-after': date }));
    expect((await errorOf(backend.list('status', never))).retryAfter).to.be.within(50_000, 60_000);
  });

  for (const [name, body, code] of [
    ['says already-claimed', { code: 'already-claimed', message: SECRET_TOKEN }, 'already-claimed'],
    ['says order-expired', { code: 'order-expired' }, 'order-expired'],
    ['says order-refused', { code: 'order-refused' }, 'order-refused'],
    ['says something else', { code: 'gone' }, 'backend-refused'],
    ['says nothing', {}, 'backend-refused'],
    ['says a list', ['already-claimed'], 'backend-refused'],
  ] as const) {
    it(`that refuses a claim with 409 and ${name} is ${code}`, async () => {
      worker.use(...brokenBackend(409, {}, body));
      expect((await errorOf(backend.claim('claim', { saleId: 's', transactionId: 't' }, true))).code).to.equal(code);
    });
  }

  it('that refuses a claim with 409 and a page of HTML is backend-refused', async () => {
    const html = async () => new Response('<h1>already-claimed</h1>', { status: 409 });
    const door = createBackend({ fetch: () => html, base });
    expect((await errorOf(door.claim('claim', { saleId: 's', transactionId: 't' }, true))).code).to.equal(
      'backend-refused',
    );
  });

  for (const [name, call] of CALLS) {
    it(`whose network is gone is backend-unreachable to ${name}`, async () => {
      worker.use(...goneBackend());
      expect((await errorOf(call(backend))).code).to.equal('backend-unreachable');
    });

    it(`whose page's fetch throws what is no Error is backend-unreachable to ${name}`, async () => {
      const door = createBackend({ fetch: () => () => Promise.reject(`${SECRET_TOKEN}`), base });
      expect((await errorOf(call(door))).code).to.equal('backend-unreachable');
    });
  }
});

describe('a lying backend', () => {
  for (const [name, call] of CALLS) {
    it(`that answers HTML, half of a JSON or a megabyte is malformed to ${name}`, async () => {
      for (const lie of [
        `<!doctype html><p>${SECRET_TOKEN}`,
        '{"token":"secret-to',
        JSON.stringify({ token: 'x'.repeat(1_000_001) }),
      ]) {
        worker.use(...lyingBackend(lie));
        expect((await errorOf(call(backend))).code).to.equal('backend-malformed');
      }
    });

    if (name === 'report' || name === 'release') continue;
    it(`that answers nothing, or anything but an object, is malformed to ${name}`, async () => {
      for (const lie of ['', 'null', 'true', '7', '"token"', '[]', '{}']) {
        worker.use(...lyingBackend(lie));
        expect((await errorOf(call(backend))).code).to.equal('backend-malformed');
      }
    });
  }

  it('is malformed where a token, a reference, an address or a time is none', async () => {
    for (const lie of [
      { token: '' },
      { token: 7 },
      { token: 'x'.repeat(4097) },
      { token: SECRET_TOKEN, partnerUserRef: 'a b' },
      { token: SECRET_TOKEN, partnerUserRef: 'r'.repeat(50) },
      { token: SECRET_TOKEN, statusUrl: 7 },
      { token: SECRET_TOKEN, claimUrl: '' },
      { token: SECRET_TOKEN, now: 'today' },
      JSON.parse(`{"__proto__":{"token":"${SECRET_TOKEN}"}}`),
    ]) {
      worker.use(...lyingBackend(JSON.stringify(lie)));
      const [, openSession] = CALLS[0] ?? [];
      expect((await errorOf(openSession?.(backend) ?? Promise.resolve())).code).to.equal('backend-malformed');
    }
  });

  it('is malformed where an instruction is not whole', async () => {
    for (const lie of [
      {},
      { ...instruction, units: '25.0' },
      { ...instruction, units: '0' },
      { ...instruction, units: '-1' },
      { ...instruction, units: 25_000_000 },
      { ...instruction, chainId: '8453' },
      { ...instruction, to: 'vitalik.eth' },
      { ...instruction, token: undefined },
      { ...instruction, deadline: 'tomorrow' },
    ]) {
      worker.use(...lyingBackend({ instruction: lie }));
      const claim = backend.claim('claim', { saleId: 's', transactionId: 't' }, true);
      expect((await errorOf(claim)).code).to.equal('backend-malformed');
    }
  });

  it('cannot make its answer change what every object is', async () => {
    const row = JSON.stringify(coinbaseRecord).slice(0, -1);
    const pollution = '"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}}';
    const { transactions } = await listOf(`{"transactions":[${row},${pollution}}],${pollution}}`);
    expect(transactions).to.have.lengthOf(1);
    expect(({} as { polluted?: number }).polluted).to.equal(undefined);
    expect(transactions[0]).not.to.have.property('polluted');
    expect(Object.keys(transactions[0] ?? {}).sort()).to.deep.equal(Object.keys(coinbaseRecord).sort());
  });

  it('cannot hide a list in a prototype', async () => {
    worker.use(...lyingBackend(`{"__proto__":{"transactions":[${JSON.stringify(coinbaseRecord)}]}}`));
    expect((await errorOf(backend.list('status', never))).code).to.equal('backend-malformed');
    const row = '{"transaction_id":"1","status":"FAILED","__proto__":{"to_address":"0x1"}}';
    expect((await listOf(`{"transactions":[${row}]}`)).transactions[0]?.to_address).to.equal(undefined);
  });

  it('is refused a list of a million characters, and heard one that is just within', async () => {
    const of = (length: number) => `{"transactions":[],"pad":"${'x'.repeat(length - 28)}"}`;
    expect(of(1_000_000)).to.have.lengthOf(1_000_000);
    expect((await listOf(of(1_000_000))).transactions).to.deep.equal([]);
    worker.use(...lyingBackend(of(1_000_001)));
    expect((await errorOf(backend.list('status', never))).code).to.equal('backend-malformed');
  });
});
