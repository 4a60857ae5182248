import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { quoteAnswer, quoteRefusal } from '../../src/schema.ts';
import { configAnswer, optionsAnswer } from '../../src/server/catalog.ts';
import { codeOf, SHOP } from './fixture.ts';
import { openShop } from './shop.ts';

const WISH = { asset: 'USDC', network: 'base', amount: '25', fiatCurrency: 'USD', country: 'US', subdivision: 'CA' };
const usual = { ...WISH, paymentMethod: 'ACH_BANK_ACCOUNT' };

describe('GET config', () => {
  test('has countries and ways to be paid, for five minutes in the browser and an hour in the kit', async (t) => {
    const { read, asked } = await openShop(t);
    const { status, headers, body } = await read('/pay/config');
    assert.equal(status, 200);
    assert.equal(headers.get('cache-control'), 'private, max-age=300');
    assert.deepEqual(configAnswer.parse(body), body);
    assert.ok(body.countries.some(({ id }: { id: string }) => id === 'US'));
    await Promise.all([read('/pay/config'), read('/pay/config', 'bob'), read('/other/config')]);
    assert.deepEqual(asked, ['GET /onramp/v1/sell/config']);
  });
});

describe('GET options', () => {
  test('has what can be sold here, each with the contract of the kit’s own table, asked for once', async (t) => {
    const { read, asked } = await openShop(t);
    const { status, headers, body } = await read('/pay/options?country=US&subdivision=CA');
    assert.equal(status, 200);
    assert.equal(headers.get('cache-control'), 'private, max-age=300');
    assert.deepEqual(optionsAnswer.parse(body), body);
    const symbols = body.sell_currencies.map(({ symbol }: { symbol: string }) => symbol);
    assert.deepEqual(symbols, ['USDC', 'EURC', 'cbBTC', 'ETH', 'POL', 'AVAX']);
    assert.deepEqual(body.cashout_currencies[0].limits[0], { id: 'ACH_BANK_ACCOUNT', min: '10', max: '50000' });
    await read('/pay/options?country=US&subdivision=CA', 'bob');
    assert.deepEqual(asked, ['GET /onramp/v1/sell/config', 'GET /onramp/v1/sell/options?country=US&subdivision=CA']);
  });

  test('leaves out a row whose contract is another, and tells the log', async (t) => {
    const { read, simulator, events } = await openShop(t);
    simulator.faults.set('foreign-contract', true);
    const { body } = await read('/pay/options?country=SG');
    const usdc = body.sell_currencies.find(({ symbol }: { symbol: string }) => symbol === 'USDC');
    assert.deepEqual(
      usdc.networks.map(({ name }: { name: string }) => name),
      ['ethereum', 'optimism', 'arbitrum', 'polygon', 'avacchain'],
    );
    const dropped = events.filter(({ event }) => event === 'asset-dropped');
    assert.deepEqual(dropped, [{ event: 'asset-dropped', asset: 'USDC', network: 'base' }]);
    assert.doesNotMatch(JSON.stringify(body), /DeaDBeef/);
  });

  for (const [query, code] of [
    ['', 'bad-request'],
    ['country=us', 'bad-request'],
    ['country=US%26networks%3Dbase', 'bad-request'],
    ['country=XX', 'unknown-country'],
    ['country=US', 'unknown-subdivision'],
    ['country=US&subdivision=ZZ', 'unknown-subdivision'],
    ['country=SG&subdivision=CA', 'unknown-subdivision'],
  ])
    test(`with the query "${query}" is a 400 ${code}, and Coinbase is not asked for it`, async (t) => {
      const { ask, asked } = await openShop(t);
      assert.deepEqual(await codeOf(ask('GET', `/pay/options?${query}`)), [400, code]);
      assert.ok(!asked.some((one) => one.includes('options')));
    });
});

describe('POST quote', () => {
  test('is what would be paid out, the fee and the limits, and begins no record', async (t) => {
    const { ask, bodies, simulator } = await openShop(t);
    const answer = await ask('POST', '/pay/quote', usual);
    assert.equal(answer.status, 200);
    assert.equal(answer.headers.get('cache-control'), 'no-store');
    const body = await answer.json();
    assert.deepEqual(quoteAnswer.parse(body), body);
    assert.deepEqual(body, {
      asset: 'USDC',
      network: 'base',
      amount: '25',
      fiat: { value: '24.75', currency: 'USD' },
      fee: { value: '0.25', currency: 'USD' },
      paymentMethod: 'ACH_BANK_ACCOUNT',
      limits: { min: '10', max: '50000', currency: 'USD' },
    });
    assert.deepEqual(JSON.parse(`${bodies.at(-1)}`), {
      sell_currency: 'USDC',
      sell_network: 'base',
      sell_amount: '25',
      cashout_currency: 'USD',
      payment_method: 'ACH_BANK_ACCOUNT',
      country: 'US',
      subdivision: 'CA',
    });
    assert.deepEqual(simulator.orders(), []);
  });

  test('is asked for once by all who want the same within five seconds', async (t) => {
    const { ask, asked } = await openShop(t);
    const answers = await Promise.all(
      ['ann', 'bob', 'cid'].map((user) => ask('POST', '/quote', usual, { 'x-user': user })),
    );
    assert.ok(answers.every(({ status }) => status === 200));
    assert.equal(asked.filter((one) => one.includes('quote')).length, 1);
    await ask('POST', '/quote', { ...usual, amount: '26' });
    assert.equal(asked.filter((one) => one.includes('quote')).length, 2);
  });

  test('is another for each way to be paid', async (t) => {
    const { ask } = await openShop(t);
    const limitsBy = async (paymentMethod: string) =>
      (await (await ask('POST', '/quote', { ...usual, paymentMethod })).json()).limits.min;
    assert.deepEqual([await limitsBy('ACH_BANK_ACCOUNT'), await limitsBy('FIAT_WALLET')], ['10', '2']);
  });

  test('is refused to a user who asks more often than the partner allows, and to nobody else', async (t) => {
    const { ask } = await openShop(t, { limits: { quotesPerUser: 2 } });
    for (const _ of [1, 2]) assert.equal((await ask('POST', '/quote', usual)).status, 200);
    assert.deepEqual(await codeOf(ask('POST', '/quote', usual)), [429, 'too-many-requests']);
    assert.equal((await ask('POST', '/quote', usual, { 'x-user': 'bob' })).status, 200);
  });

  test('may leave out what the backend knows: the country, dollars, the Coinbase balance', async (t) => {
    const { ask, bodies } = await openShop(t, { country: async () => 'US-NY' });
    const answer = await ask('POST', '/pay/quote', { asset: 'usdc', network: 'base-mainnet', amount: '25' });
    const { paymentMethod, fiat, limits } = await answer.json();
    assert.deepEqual([paymentMethod, fiat.currency, limits.min], ['FIAT_WALLET', 'USD', '2']);
    assert.match(`${bodies.at(-1)}`, /"country":"US","subdivision":"NY"/);
  });

  test('is given in the currency that Coinbase can pay in, with the limits of that one', async (t) => {
    const { ask } = await openShop(t);
    const wish = { ...WISH, country: 'SG', subdivision: undefined, fiatCurrency: 'SGD' };
    const { fiat, limits } = await (await ask('POST', '/pay/quote', wish)).json();
    assert.deepEqual([fiat.currency, limits.currency], ['USD', 'USD']);
  });

  for (const amount of ['5', '60000'])
    test(`of ${amount} USDC is a 422 that says between which amounts a sale must be, also when asked again`, async (t) => {
      const { ask, asked } = await openShop(t);
      for (const _ of [1, 2]) {
        const answer = await ask('POST', '/pay/quote', { ...usual, amount });
        assert.equal(answer.status, 422);
        const { code, message, limits } = quoteRefusal.parse(await answer.json());
        assert.deepEqual([code, limits], ['amount-out-of-range', { min: '10', max: '50000', currency: 'USD' }]);
        assert.match(message, /^This amount cannot be sold/);
      }
      assert.equal(asked.filter((one) => one.includes('quote')).length, 1);
    });

  const refused: [string, object, number, string][] = [
    ['no amount', { amount: undefined }, 400, 'bad-request'],
    ['a number for an amount', { amount: 25 }, 400, 'bad-request'],
    ['an amount with an exponent', { amount: '1e3' }, 400, 'bad-request'],
    ['an amount of nothing', { amount: '0.000000' }, 400, 'bad-amount'],
    ['an amount with more decimals than the asset has', { amount: '25.0000001' }, 400, 'bad-amount'],
    ['an unknown asset', { asset: 'DOGE' }, 400, 'unknown-asset'],
    ['a network that the asset is not on', { asset: 'POL' }, 400, 'unknown-asset'],
    ['a currency that is none', { fiatCurrency: 'usd' }, 400, 'bad-request'],
    ['no country', { country: undefined }, 400, 'bad-request'],
    ['a country in words', { country: 'Germany' }, 400, 'bad-request'],
    ['a country where Coinbase does not sell', { country: 'XX' }, 400, 'unknown-country'],
    ['no subdivision of the United States', { subdivision: undefined }, 400, 'bad-request'],
    ['a subdivision that is none', { subdivision: 'ZZ' }, 400, 'unknown-subdivision'],
    ['a way to be paid that sells nothing', { paymentMethod: 'CRYPTO_ACCOUNT' }, 400, 'bad-request'],
    ['a way to be paid that is no word', { paymentMethod: 'ach; drop' }, 400, 'bad-request'],
    ['a way to be paid of another country', { paymentMethod: 'PAYPAL' }, 422, 'no-quote'],
  ];
  for (const [what, change, status, code] of refused)
    test(`with ${what} is a ${status} ${code}`, async (t) => {
      const { ask } = await openShop(t);
      assert.deepEqual(await codeOf(ask('POST', '/pay/quote', { ...usual, ...change })), [status, code]);
    });

  test('is given without limits where the options cannot be had', async (t) => {
    const { ask } = await openShop(t, {
      fetch: (input, init) =>
        `${input}`.includes('options') ? Promise.resolve(new Response('', { status: 404 })) : fetch(input, init),
    });
    const body = await (await ask('POST', '/pay/quote', usual)).json();
    assert.deepEqual([body.fiat.value, body.limits], ['24.75', undefined]);
  });

  test('is asked of Coinbase ten times a second at most; the others wait their turn, and none is refused by Coinbase', async (t) => {
    const { ask, events } = await openShop(t);
    const answers = await Promise.all(
      Array.from({ length: 15 }, (_, index) => ask('POST', '/pay/quote', { ...usual, amount: `${25 + index}` })),
    );
    assert.ok(answers.every(({ status }) => status === 200));
    const quotes = events.filter((event) => event.event === 'upstream' && event.route === 'quote');
    assert.deepEqual(
      quotes.map((event) => 'tries' in event && [event.status, event.tries]),
      Array(15).fill([200, 1]),
    );
  });
});

describe('GET transactions', () => {
  const operator = (request: Request) => request.headers.get('x-role') === 'operator';
  const ROLE = { 'x-role': 'operator', 'x-user': '' };

  test('are not there without the hook', async (t) => {
    const { ask, asked } = await openShop(t);
    assert.deepEqual(await codeOf(ask('GET', '/pay/transactions', undefined, ROLE)), [404, 'not-found']);
    assert.deepEqual(asked, []);
  });

  test('are for the operator only, and a signed-in user is none', async (t) => {
    const { ask, asked } = await openShop(t, { operator });
    assert.deepEqual(await codeOf(ask('GET', '/pay/transactions')), [403, 'not-operator']);
    assert.deepEqual(asked, []);
  });

  test('are the whole app’s between two days, page by page', async (t) => {
    const { ask, asked, mint, cashOut, simulator } = await openShop(t, { operator });
    for (const user of ['ann', 'bob']) await cashOut(await mint('sale', user));
    simulator.advance(40 * 60_000);
    const read = async (query: string) => (await ask('GET', `/pay/transactions${query}`, undefined, ROLE)).json();
    const { transactions, total_count } = await read('');
    assert.deepEqual([transactions.length, total_count], [2, '2']);
    assert.equal(transactions[0].status, 'TRANSACTION_STATUS_FAILED');
    assert.doesNotMatch(JSON.stringify(transactions), /redirect_url/);
    assert.equal((await read('?from=2020-01-01&to=2020-02-01')).total_count, '0');
    await read(`?from=2026-01-01T00:00:00Z&page_key=${encodeURIComponent('eyJndF9za2lwIjowLCJvdF9za2lwIjoxfQ==')}`);
    assert.deepEqual(asked.slice(-2), [
      'GET /onramp/v1/sell/transactions?start_date=2020-01-01&end_date=2020-02-01&page_size=100',
      'GET /onramp/v1/sell/transactions?start_date=2026-01-01T00%3A00%3A00Z&page_size=100&page_key=eyJndF9za2lwIjowLCJvdF9za2lwIjoxfQ%3D%3D',
    ]);
  });

  for (const query of ['from=yesterday', 'to=2026-13-01', 'from=2026-01-01%26page_size%3D1', 'page_key=%00'])
    test(`with the query "${query}" are a 400`, async (t) => {
      const { ask, asked } = await openShop(t, { operator });
      assert.deepEqual(await codeOf(ask('GET', `/pay/transactions?${query}`, undefined, ROLE)), [400, 'bad-request']);
      assert.deepEqual(asked, []);
    });
});

describe('every route', () => {
  const ROUTES: [string, string, unknown?][] = [
    ['GET', '/pay/config'],
    ['GET', '/pay/options?country=SG'],
    ['POST', '/pay/quote', usual],
    ['GET', '/pay/sales'],
    ['GET', '/pay/transactions'],
    ['GET', '/pay/address-proof'],
  ];
  const options = {
    operator: (request: Request) => request.headers.get('x-user') !== null,
    proveAddress: { challenge: () => ({ nonce: 'n', domain: 'd', expirationTime: 't' }), verify: () => true },
  };

  test('is for who is signed in, from a listed origin, by its own method', async (t) => {
    const { ask, asked } = await openShop(t, options);
    for (const [method, path, body] of ROUTES) {
      const [status] = await codeOf(ask(method, path, body, { 'x-user': '' }));
      assert.equal(status, path.includes('transactions') ? 403 : 401, path);
      const foreign = ask(method, path, body, { origin: 'https://evil.example' });
      assert.deepEqual(await codeOf(foreign), [403, 'origin-refused'], path);
      const crossSite = ask(method, path, body, { origin: '', 'sec-fetch-site': 'cross-site' });
      assert.deepEqual(await codeOf(crossSite), [403, 'origin-refused'], path);
      assert.deepEqual(await codeOf(ask('DELETE', path)), [405, 'method-not-allowed'], path);
    }
    assert.deepEqual(asked, []);
  });

  test('takes only JSON, and little of it', async (t) => {
    const { ask, asked } = await openShop(t);
    const text = ask('POST', '/pay/quote', JSON.stringify(usual), { 'content-type': 'text/plain' });
    assert.deepEqual(await codeOf(text), [415, 'not-json']);
    assert.deepEqual(await codeOf(ask('POST', '/pay/quote', { ...usual, x: 'x'.repeat(17_000) })), [413, 'too-large']);
    assert.deepEqual(await codeOf(ask('POST', '/pay/quote', '{"asset":')), [400, 'bad-request']);
    assert.deepEqual(asked, []);
  });

  const FAULTS = [
    ['api-401', 502, 'coinbase-refused'],
    ['api-429', 429, 'coinbase-busy'],
    ['api-5xx', 502, 'coinbase-unreachable'],
  ] as const;
  for (const [fault, status, code] of FAULTS)
    test(`says ${status} ${code} while Coinbase has the fault ${fault}, with CORS and without a cache`, async (t) => {
      const { ask, simulator } = await openShop(t, { operator: options.operator });
      simulator.faults.set(fault, true);
      // Past sales are told all the same (`history.test.ts`).
      for (const [method, path, body] of ROUTES.slice(0, -1).filter(([, asked]) => asked !== '/pay/sales')) {
        const answer = await ask(method, path, body);
        assert.equal(answer.headers.get('access-control-allow-origin'), SHOP);
        assert.equal(answer.headers.get('cache-control'), 'no-store');
        assert.equal(answer.headers.has('retry-after'), status === 429);
        assert.deepEqual(await codeOf(answer), [status, code], path);
      }
    });
});
