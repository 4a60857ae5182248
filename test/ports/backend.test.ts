import { expect } from 'chai';
import { setupWorker } from 'msw/browser';
import { OfframpError } from '../../src/errors.ts';
import { createBackend } from '../../src/ports/backend.ts';
import type { Backend } from '../../src/ports.ts';
import {
  coinbaseRecord,
  goodBackend,
  type Heard,
  instruction,
  lyingBackend,
  PLACE,
  plainFetch,
  SECRET_TOKEN,
  slowBackend,
  stallingBackend,
} from '../fixtures/backends.ts';

const worker = setupWorker();
const base = () => `${location.origin}${PLACE}/token`;
const backend = createBackend({ fetch: () => plainFetch, base });
const never = new AbortController().signal;

const request = {
  saleId: 'sale-1',
  address: '0xabcdefabcdefabcdefabcdefabcdefabcdef0001',
  asset: 'USDC',
  network: 'base',
  redirectUrl: 'https://shop.example/return',
};

/** Every call of the door, each at its own address. */
const CALLS: [name: string, call: (door: Backend) => Promise<unknown>][] = [
  ['openSession', (door) => door.openSession(base(), request, never)],
  ['list', (door) => door.list('status?ref=secret-ref', never)],
  ['claim', (door) => door.claim('claim/secret-ref', { saleId: 'sale-1', transactionId: 'order-1' }, true)],
  ['report', (door) => door.report('claim/secret-ref', `0x${'5c'.repeat(32)}`)],
  ['release', (door) => door.release('claim/secret-ref')],
];

const errorOf = async (promise: Promise<unknown>): Promise<OfframpError> => {
  const error = await promise.then(
    (value) => `no error, but ${JSON.stringify(value)}`,
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof OfframpError)) throw new Error(`Ended in ${error}`);
  return error;
};

before(async () => {
  await worker.start({ quiet: true, onUnhandledFrame: 'error' });
});
after(() => worker.stop());
afterEach(() => worker.resetHandlers());

describe('a good backend', () => {
  it('is asked for a session by POST, and its answer is taken as it is', async () => {
    const heard: Heard[] = [];
    worker.use(...goodBackend(heard));
    expect(await backend.openSession(base(), request, never)).to.deep.equal({
      token: SECRET_TOKEN,
      partnerUserRef: 'ref-1',
      statusUrl: 'status?ref=ref-1',
      claimUrl: 'claim/ref-1',
      now: '2026-08-11T15:20:00.000Z',
    });
    expect(heard).to.deep.equal([
      {
        method: 'POST',
        path: `${PLACE}/token`,
        accept: 'application/json',
        contentType: 'application/json',
        body: request,
      },
    ]);
  });

  it('is asked for the list by GET without a body', async () => {
    const heard: Heard[] = [];
    worker.use(...goodBackend(heard));
    const { transactions } = await backend.list('status?ref=ref-1', never);
    expect(transactions).to.have.lengthOf(1);
    expect(transactions[0]).to.include({ transaction_id: coinbaseRecord.transaction_id, status: 'STARTED' });
    expect(heard).to.deep.equal([
      {
        method: 'GET',
        path: `${PLACE}/status?ref=ref-1`,
        accept: 'application/json',
        contentType: null,
        body: undefined,
      },
    ]);
  });

  it('is asked for a claim by POST, told of it by PATCH, and freed by DELETE', async () => {
    const heard: Heard[] = [];
    worker.use(...goodBackend(heard));
    const claim = { saleId: 'sale-1', transactionId: 'order-1' };
    const txHash = `0x${'5c'.repeat(32)}`;
    expect(await backend.claim('claim/ref-1', claim, true)).to.deep.equal({ instruction, signature: 'a..b' });
    expect(await backend.report('claim/ref-1', txHash)).to.equal(undefined);
    expect(await backend.release('claim/ref-1')).to.equal(undefined);
    expect(heard.map(({ method, path, body }) => [method, path, body])).to.deep.equal([
      ['POST', `${PLACE}/claim/ref-1`, claim],
      ['PATCH', `${PLACE}/claim/ref-1`, { txHash }],
      ['DELETE', `${PLACE}/claim/ref-1`, undefined],
    ]);
  });

  it('is told which browser claims and frees a claim, where that is known', async () => {
    const asked: [string, string, unknown][] = [];
    const noting: typeof fetch = async (address, init) => {
      asked.push([`${init?.method}`, new URL(`${address}`).search, JSON.parse(`${init?.body ?? null}`)]);
      return Response.json({ instruction });
    };
    let phone = 'phone';
    const holder = async (isKept: boolean) => (isKept ? phone : 'page');
    const door = createBackend({ fetch: () => noting, base, holder });
    for (const isKept of [true, false]) {
      await door.claim('claim/ref-1', { saleId: 'sale-1', transactionId: 'order-1' }, isKept);
      phone = 'wiped phone';
      await door.release('claim/ref-1');
    }
    // Taken by a page that is gone.
    await door.release('claim/ref-2');
    expect(asked).to.deep.equal([
      ...['phone', 'page'].flatMap((holder) => [
        ['POST', '', { saleId: 'sale-1', transactionId: 'order-1', holder }],
        ['DELETE', '', { holder }],
      ]),
      ['DELETE', '', { holder: 'wiped phone' }],
    ]);
  });

  for (const [name, call] of CALLS) {
    it(`is asked once by ${name}, not from a cache${/report|release/.test(name) ? ', and heard out though the page closes' : ''}`, async () => {
      const made: RequestInit[] = [];
      const counting = async (_: unknown, init: RequestInit = {}) => {
        made.push(init);
        return new Response(null, { status: 503 });
      };
      await errorOf(call(createBackend({ fetch: () => counting as typeof fetch, base })));
      expect(made).to.have.lengthOf(1);
      expect(made[0]).to.include({ cache: 'no-store', keepalive: /report|release/.test(name) });
    });
  }

  it('may be as plain as Coinbase itself: a token and no more', async () => {
    worker.use(...lyingBackend({ token: SECRET_TOKEN, channel_id: '' }, { date: 'Tue, 11 Aug 2026 15:20:00 GMT' }));
    const { token, now: _, ...more } = await backend.openSession(base(), request, never);
    expect(token).to.equal(SECRET_TOKEN);
    expect(more).to.deep.equal({});
  });

  it('tells its time in the answer rather than in the Date header', async () => {
    const headers = { date: 'Tue, 11 Aug 2026 15:20:00 GMT' };
    worker.use(...lyingBackend({ transactions: [], now: '2026-08-11T16:00:00Z' }, headers));
    expect((await backend.list('status', never)).now).to.equal('2026-08-11T16:00:00Z');
  });

  it('tells its time in the Date header where the answer has none', async () => {
    const dated = async () =>
      Response.json({ transactions: [] }, { headers: { date: 'Tue, 11 Aug 2026 15:20:00 GMT' } });
    const door = createBackend({ fetch: () => dated, base });
    expect((await door.list('status', never)).now).to.equal('2026-08-11T15:20:00.000Z');
  });

  for (const date of ['soon', '', undefined]) {
    it(`tells no time where the Date header is ${JSON.stringify(date)}`, async () => {
      const dated = async () => Response.json({ transactions: [] }, { headers: date === undefined ? {} : { date } });
      const door = createBackend({ fetch: () => dated, base });
      expect((await door.list('status', never)).now).to.equal(undefined);
    });
  }

  it('is reached by the fetch that the page has set last', async () => {
    let own: typeof fetch = async () => Response.json({ transactions: [], now: '2026-01-01T00:00:00Z' });
    const door = createBackend({ fetch: () => own, base });
    await door.list('status', never);
    own = async () => Response.json({ transactions: [], now: '2026-02-02T00:00:00Z' });
    expect((await door.list('status', never)).now).to.equal('2026-02-02T00:00:00Z');
  });
});

describe('a slow backend', () => {
  for (const [name, call] of CALLS) {
    it(`is not waited for beyond the time limit by ${name}`, async () => {
      const { handlers, letGo } = slowBackend();
      worker.use(...handlers);
      const error = await errorOf(call(createBackend({ fetch: () => plainFetch, base, timeout: 100 })));
      letGo();
      expect(error.code).to.equal('backend-unreachable');
    });
  }

  it('is not waited for when its answer stalls half-way', async () => {
    const { handlers, letGo } = stallingBackend();
    worker.use(...handlers);
    const error = await errorOf(createBackend({ fetch: () => plainFetch, base, timeout: 500 }).list('status', never));
    letGo();
    expect(error.code).to.equal('backend-unreachable');
  });

  for (const [name, call] of CALLS) {
    it(`is not waited for by ${name} where the page's own fetch heeds no signal`, async () => {
      const deaf = () => new Promise<Response>(() => {});
      const error = await errorOf(call(createBackend({ fetch: () => deaf, base, timeout: 20 })));
      expect(error.code).to.equal('backend-unreachable');
    });
  }

  it('is left alone as soon as the stage is left', async () => {
    const { handlers, isHeard, letGo } = slowBackend();
    worker.use(...handlers);
    const leave = new AbortController();
    const ended = errorOf(backend.list('status', leave.signal));
    await isHeard;
    leave.abort();
    expect((await ended).code).to.equal('backend-unreachable');
    letGo();
  });

  it('is not even asked where the stage was left before', async () => {
    const heard: Heard[] = [];
    worker.use(...goodBackend(heard));
    expect((await errorOf(backend.list('status', AbortSignal.abort()))).code).to.equal('backend-unreachable');
    expect(heard).to.deep.equal([]);
  });
});

describe('an address from a backend', () => {
  for (const [given, asked] of [
    ['status?ref=1', '/shop/api/status?ref=1'],
    ['/status', '/status'],
    ['../status', '/shop/status'],
    ['?ref=1', '/shop/api/token?ref=1'],
    ['https://other.example/status', 'https://other.example/status'],
    ['http://localhost:9/status', 'http://localhost:9/status'],
  ] as const) {
    it(`"${given}" is resolved against the token endpoint`, async () => {
      const asked_: string[] = [];
      const noting = async (url: unknown) => {
        asked_.push(`${url}`);
        return Response.json({ transactions: [] });
      };
      await createBackend({ fetch: () => noting, base: () => 'https://shop.example/shop/api/token' }).list(
        given,
        never,
      );
      expect(asked_).to.deep.equal([asked.startsWith('/') ? `https://shop.example${asked}` : asked]);
    });
  }

  for (const given of [
    'javascript:alert(1)',
    'JAVASCRIPT:alert(1)',
    ' javascript:alert(1)',
    'data:application/json,{"transactions":[]}',
    'blob:https://shop.example/1',
    'file:///etc/passwd',
    'ftp://shop.example/',
    'https://user@shop.example/',
    'https://user:word@shop.example/',
    'https://:word@shop.example/',
    '//user@shop.example/',
    'https://',
    'http://[',
  ]) {
    it(`"${given}" is never asked`, async () => {
      let calls = 0;
      const counting = async () => {
        calls += 1;
        return Response.json({ transactions: [] });
      };
      const door = createBackend({ fetch: () => counting, base });
      for (const [, call] of [
        ['list', () => door.list(given, never)],
        ['claim', () => door.claim(given, { saleId: 's', transactionId: 't' }, true)],
        ['report', () => door.report(given, 'h')],
        ['release', () => door.release(given)],
      ] as const) {
        const error = await errorOf(call());
        expect(error.code).to.equal('backend-malformed');
        expect(`${error} ${error.advice} ${JSON.stringify(error)}`)
          .not.to.contain('shop.example')
          .and.not.to.contain('alert');
      }
      expect(calls).to.equal(0);
    });
  }
});
