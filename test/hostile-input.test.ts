// Everything that crosses a border, with generated inputs: a part of what `node test/hostile-input/run.ts` does in full, and by
// name what these attacks have found.
import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import { findAsset } from '../src/assets.ts';
import { OfframpError } from '../src/errors.ts';
import { isUnchanged, pickOrder } from '../src/order.ts';
import { createBackend } from '../src/ports/backend.ts';
import { discoverWallets, injectedWallet } from '../src/ports/discovery.ts';
import { createStore } from '../src/ports/store.ts';
import { instantOf, isSold } from '../src/rules.ts';
import { parseList, parseSale, tokenAnswer } from '../src/schema.ts';
import { readWish } from '../src/wish.ts';
import { type Attacked, attackAll } from './hostile-input/attack.ts';
import { borders } from './hostile-input/borders.ts';
import { createStorage, Target, within } from './hostile-input/page.ts';
import { FROM, NOON } from './hostile-input/texts.ts';
import { make } from './hostile-input/things.ts';
import * as valid from './hostile-input/valid.ts';
import { BODY, codeOf, createKit } from './server/fixture.ts';

const INPUTS = 15_000;

describe('hostile input', () => {
  let results: Attacked[] = [];
  before(async () => {
    results = await attackAll({ inputs: INPUTS, seed: 7 });
  });

  for (const { name } of borders) {
    it(`does no harm at the border ${name}`, () => {
      const result = results.find(({ border }) => border === name);
      assert.ok(result && result.inputs > 0, 'nothing was tried');
      assert.deepEqual(result.failures, []);
      // An attack that only ever bounces off, or is always let in, proves nothing.
      assert.ok(result.accepted > 0, 'nothing right was among it');
      if (!name.includes('pay-url.returnUrl'))
        assert.ok(result.refused + result.ignored > 0, 'nothing wrong was among it');
    });
  }

  it('is the same for the same seed', async () => {
    const only = 'amounts';
    const [one, other] = [
      await attackAll({ inputs: 500, seed: 3, only }),
      await attackAll({ inputs: 500, seed: 3, only }),
    ];
    const counts = ({ accepted, refused }: Attacked) => [accepted, refused];
    assert.deepEqual(one.map(counts), other.map(counts));
  });
});

/** A text's length that is none, and cannot be compared. */
const LENGTH = { length: { toString: null, valueOf: null } };
const EXPECTED = { asset: 'USDC', network: 'base', from: FROM, startedAt: NOON - 120_000 };
const pageOf = (written: object) =>
  readWish({ tokenEndpoint: '/token', ...written }, { href: 'https://shop.example/', base: 'https://shop.example/' });

describe('what attacks have found', () => {
  it('is no message: an object whose length cannot be compared', () => {
    for (const field of ['token', 'statusUrl', 'claimUrl', 'partnerUserRef']) {
      assert.equal(tokenAnswer.safeParse({ ...valid.tokenAnswer, [field]: LENGTH }).success, false);
    }
    assert.equal(parseList({ transactions: [valid.record({ status: LENGTH })] }), undefined);
    assert.equal(parseSale(valid.sale({ statusUrl: LENGTH })), undefined);
  });

  it('is no 500 of the server kit: such an object in a request', async () => {
    const { ask } = createKit();
    assert.deepEqual(await codeOf(ask('POST', '/token', { ...BODY, asset: LENGTH })), [400, 'bad-request']);
  });

  it('is no asset: a ticker with a long s', () => {
    assert.equal(findAsset('U\u017fDC', 'base'), undefined);
    const list = parseList({ transactions: [valid.record({ sell_amount: { value: '25', currency: 'U\u017fDC' } })] });
    assert.equal(pickOrder(list?.transactions ?? [], EXPECTED, NOON).kind, 'refused');
  });

  it('is no time: what is not RFC 3339, or has no zone', () => {
    for (const text of ['2026-01-15Z', '1 Z', 'Jan 15 2026 12:00 Z', '2026-01-15 12:00:00Z', '2026-01-15T12:00Z']) {
      assert.ok(Number.isNaN(instantOf(text)), text);
    }
    for (const now of ['2026-01-15T12:00:00', '2026-01-15T12:00:00.000', '2026-01-15T12:00']) {
      assert.equal(tokenAnswer.safeParse({ token: 't', now }).success, false, now);
    }
  });

  for (const date of ['Thu, 15 Jan 2026 12:00:00', 'Thu Jan 15 12:00:00 2026', 'Thu, 01 Jan 12026 00:00:00 GMT']) {
    it(`is no time of the backend: the Date "${date}"`, async () => {
      const fetch = async () => Response.json({ transactions: [] }, { headers: { date } });
      const door = createBackend({ fetch: () => fetch, base: () => 'https://shop.example/' });
      assert.equal((await door.list('/', new AbortController().signal)).now, undefined);
    });
  }

  it('is no refused quote: what a page’s own fetch throws, though it throws again when it is looked at', async () => {
    for (const name of ['getters', 'proxy that throws on reading', 'proxy that throws on keys']) {
      const fetch = async () => {
        throw make(name);
      };
      const door = createBackend({ fetch: () => fetch, base: () => 'https://shop.example/' });
      await assert.rejects(
        door.quote('/quote', valid.quoteRequest, new AbortController().signal),
        (error) => error instanceof OfframpError && error.code === 'backend-unreachable',
      );
    }
  });

  it('is no sale: a cash-out to a crypto account, however it is spelled', () => {
    for (const method of ['CRYPTO_ACCOUNT', 'crypto_wallet', 'Payment_Method_Crypto_Account']) {
      assert.equal(isSold(method), false, method);
    }
  });

  it('is no stored sale: one whose deadline no Date can hold', () => {
    assert.ok(parseSale(valid.sale()));
    assert.equal(parseSale(valid.sale({ order: { ...valid.order, deadline: 1e300 } })), undefined);
  });

  it('is frozen: the order of a stored sale', () => {
    const storage = createStorage();
    storage.setItem('offramp-button:sale:shop', JSON.stringify(valid.sale()));
    const sale = createStore({ storage: () => storage, now: () => NOON }).load('shop');
    assert.ok(Object.isFrozen(sale) && Object.isFrozen(sale?.order));
    assert.ok(
      sale?.order &&
        isUnchanged(parseList(valid.lists[0])?.transactions[0] ?? { transaction_id: '', status: '' }, sale.order),
    );
  });

  for (const [written, code] of [
    [{ tokenEndpoint: 'javascript:alert(1)' }, 'no-endpoint'],
    [{ tokenEndpoint: 'https://user:pass@shop.example/token' }, 'no-endpoint'],
    [{ redirectUrl: 'data:text/html,x' }, 'no-endpoint'],
    [{ redirectUrl: 'https://user@shop.example/' }, 'no-endpoint'],
    [{ payOrigin: {} }, 'no-endpoint'],
    [{ asset: Symbol('USDC') }, 'unknown-asset'],
    [{ amount: 25n }, 'bad-amount'],
    [{ amount: 0 }, 'bad-amount'],
    [{ amount: 1e21 }, 'bad-amount'],
  ] as const) {
    it(`is no wish: ${JSON.stringify(Object.entries(written).map(([name, value]) => [name, String(value)]))}`, () => {
      assert.throws(
        () => pageOf(written),
        (error) => error instanceof OfframpError && error.code === code,
      );
    });
  }

  it('is kept as a text: an amount that a script set as a number', () => {
    assert.equal(pageOf({ amount: 25 }).amount, '25');
  });

  it('is not told to Coinbase: the password in the address of a page', () => {
    const page = { href: 'https://user:pass@shop.example/pay', base: 'https://user:pass@shop.example/' };
    const wish = readWish({ tokenEndpoint: '/token' }, page);
    assert.deepEqual(
      [wish.redirectUrl, wish.tokenEndpoint],
      ['https://shop.example/pay', 'https://shop.example/token'],
    );
  });

  it('is no wallet: an announcement that throws when it is looked at', () => {
    const window = new Target();
    const told: unknown[] = [];
    within({ window, Event }, () => {
      discoverWallets((wallets) => told.push(wallets));
      for (const name of ['getters', 'proxy that throws on reading', 'revoked proxy']) {
        window.dispatchEvent({ type: 'eip6963:announceProvider', detail: make(name) } as unknown as Event);
        window.dispatchEvent({
          type: 'eip6963:announceProvider',
          detail: { info: make(name), provider: {} },
        } as unknown as Event);
      }
    });
    assert.deepEqual(told, []);
    within({ window: { ethereum: make('getters') } }, () => assert.equal(injectedWallet(), undefined));
  });

  for (const redirectUrl of ['https://user:pass@shop.example/', 'blob:https://shop.example/5c0e']) {
    it(`is no way back for the server kit: ${redirectUrl}`, async () => {
      const { ask } = createKit();
      assert.deepEqual(await codeOf(ask('POST', '/token', { ...BODY, redirectUrl })), [400, 'bad-redirect']);
    });
  }

  for (const length of ['5', 'x']) {
    it(`is not read by the server kit: a large body with Content-Length: ${length}`, async () => {
      const { ask } = createKit();
      const body = { ...BODY, pad: 'x'.repeat(100_000) };
      assert.deepEqual(await codeOf(ask('POST', '/token', body, { 'content-length': length })), [413, 'too-large']);
    });
  }

  it('is answered by the server kit: a hook that throws what is no error', async () => {
    const told = console.error;
    console.error = () => {};
    try {
      for (const thrown of [undefined, 'no', { code: 1 }]) {
        const authorize = () => {
          throw thrown;
        };
        assert.deepEqual(await codeOf(createKit({ authorize }).ask('POST', '/token', BODY)), [500, 'server-error']);
      }
    } finally {
      console.error = told;
    }
  });
});
