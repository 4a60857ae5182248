import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { allAssets } from '../../src/assets.ts';
import { createWorld, RETURN, SELLER } from './world.ts';

const CONFIG = '/onramp/v1/sell/config';
const OPTIONS = '/onramp/v1/sell/options';
const QUOTE = '/onramp/v1/sell/quote';
const ALL = '/onramp/v1/sell/transactions';
const wish = {
  sell_currency: 'USDC',
  sell_network: 'base',
  sell_amount: '25',
  cashout_currency: 'USD',
  payment_method: 'ACH_BANK_ACCOUNT',
  country: 'US',
  subdivision: 'CA',
};

for (const [method, path] of [
  ['GET', CONFIG],
  ['GET', OPTIONS],
  ['POST', QUOTE],
  ['GET', ALL],
] as const)
  test(`${path} is for signed requests only, and has the faults of the API`, async () => {
    const world = await createWorld();
    assert.equal((await world.call(method, path, undefined, { claims: { uris: ['GET other'] } })).status, 401);
    world.simulator.faults.set('api-429', true);
    const answer = await world.call(method, path);
    assert.equal(answer.status, 429);
    assert.equal((await answer.json()).message, 'rate_limit_exceeded');
  });

test('the config has countries with their subdivisions and ways to be paid, and no wrapper', async () => {
  const { countries } = await (await (await createWorld()).call('GET', CONFIG)).json();
  const us = countries.find(({ id }: { id: string }) => id === 'US');
  assert.ok(us.subdivisions.includes('CA'));
  assert.deepEqual(us.payment_methods, [{ id: 'ACH_BANK_ACCOUNT' }, { id: 'FIAT_WALLET' }, { id: 'CRYPTO_ACCOUNT' }]);
  assert.deepEqual(countries.find(({ id }: { id: string }) => id === 'SG').subdivisions, []);
});

describe('the options', () => {
  interface Network {
    name: string;
    chain_id: string;
    contract_address: string;
  }
  const ask = async (query: string, world?: Awaited<ReturnType<typeof createWorld>>) =>
    (world ?? (await createWorld())).call('GET', `${OPTIONS}?${query}`);
  const networksOf = async (response: Response, symbol: string): Promise<Network[]> =>
    (await response.json()).sell_currencies.find((row: { symbol: string }) => row.symbol === symbol)?.networks ?? [];

  test('have every asset of the table with its chain and contract, and some that are not in it', async () => {
    const { sell_currencies, cashout_currencies } = await (await ask('country=US&subdivision=CA')).json();
    for (const { asset, network, chainId, token } of allAssets()) {
      const row = sell_currencies.find(({ symbol }: { symbol: string }) => symbol === asset);
      const found = row.networks.find(({ name }: Network) => name === network);
      assert.deepEqual([found.chain_id, found.contract_address], [`${chainId}`, token ?? '']);
    }
    assert.ok(sell_currencies.some(({ symbol }: { symbol: string }) => symbol === 'SOL'));
    assert.deepEqual(cashout_currencies[0].limits[0], { id: 'ACH_BANK_ACCOUNT', min: '10', max: '50000' });
  });

  test('can be of some networks only', async () => {
    const names = (await networksOf(await ask('country=SG&networks=base,solana'), 'USDC')).map(({ name }) => name);
    assert.deepEqual(names, ['base']);
  });

  for (const query of ['', 'country=US', 'country=US&subdivision=ZZ', 'country=JP'])
    test(`are refused for "${query}"`, async () => assert.equal((await ask(query)).status, 400));

  test('name another contract where that fault is on', async () => {
    const world = await createWorld();
    world.simulator.faults.set('foreign-contract', true);
    const [base, ethereum] = await networksOf(await ask('country=SG', world), 'USDC');
    assert.notEqual(base?.contract_address, allAssets()[0]?.token);
    assert.equal(ethereum?.contract_address, allAssets()[1]?.token);
  });
});

describe('a quote', () => {
  test('is the price of the window, less the fee', async () => {
    const { quote_id, ...quote } = await (await (await createWorld()).call('POST', QUOTE, wish)).json();
    const money = (value: string, currency: string) => ({ value, currency, cbrn: '' });
    assert.deepEqual(quote, {
      cashout_total: money('24.75', 'USD'),
      cashout_subtotal: money('25', 'USD'),
      sell_amount: money('25', 'USDC'),
      coinbase_fee: money('0.25', 'USD'),
      offramp_url: '',
    });
    assert.match(quote_id, /^[0-9a-f-]{36}$/);
  });

  test('is asked for in either spelling, and answered in dollars where the currency is unknown', async () => {
    const camel = { sellCurrency: 'USDC', sellNetwork: 'base', sellAmount: '25', cashoutCurrency: 'SGD' };
    const { call } = await createWorld();
    const response = await call('POST', QUOTE, { ...camel, paymentMethod: 'FIAT_WALLET', country: 'SG' });
    assert.equal((await response.json()).cashout_total.currency, 'USD');
  });

  const refused: [string, object, RegExp][] = [
    ['an unknown asset', { sell_currency: 'DOGE' }, /sell_currency/],
    ['a network that the asset is not on', { sell_network: 'solana' }, /sell_currency/],
    ['no amount', { sell_amount: undefined }, /sell_amount/],
    ['a number for an amount', { sell_amount: 25 }, /sell_amount/],
    [
      'too little',
      { sell_amount: '5' },
      /^sell amount 5 is not within the payment method limits for ACH_BANK_ACCOUNT$/,
    ],
    ['too much', { sell_amount: '50001' }, /not within the payment method limits/],
    ['a way to be paid of another country', { payment_method: 'PAYPAL' }, /payment method PAYPAL is not supported by/],
    ['no subdivision of the United States', { subdivision: undefined }, /subdivision is required/],
    ['an unknown country', { country: 'JP' }, /country JP is not supported/],
  ];
  for (const [what, change, message] of refused)
    test(`is refused for ${what}`, async () => {
      const response = await (await createWorld()).call('POST', QUOTE, { ...wish, ...change });
      assert.equal(response.status, 400);
      assert.match((await response.json()).message, message);
    });

  test('is given ten times a second', async () => {
    const { call, pass } = await createWorld();
    const statuses = async (count: number) => {
      const answers = await Promise.all(Array.from({ length: count }, () => call('POST', QUOTE, wish)));
      // Asked at once, their signatures are checked in any order.
      return answers.map(({ status }) => status).sort();
    };
    assert.deepEqual(await statuses(12), [...Array(10).fill(200), 429, 429]);
    pass(999);
    assert.deepEqual(await statuses(1), [429]);
    pass(1);
    assert.deepEqual(await statuses(1), [200]);
  });

  test('begins a record only where it names its seller and a reference', async () => {
    const { call, list, simulator } = await createWorld();
    for (const change of [{}, { source_address: SELLER }, { partnerUserRef: 'ref' }])
      await call('POST', QUOTE, { ...wish, ...change });
    assert.deepEqual(simulator.orders(), []);
    const named = { source_address: SELLER, partnerUserId: 'ref', redirect_url: RETURN };
    await call('POST', QUOTE, { ...wish, ...named });
    assert.equal((await list()).transactions[0]?.status, 'TRANSACTION_STATUS_STARTED');
    assert.equal(simulator.orders()[0]?.committed, false);
  });
});

describe('the list of the whole app', () => {
  const START = Date.parse('2026-03-01T12:00:00Z');
  /** Two orders under two references, both over: the first 40 minutes before the second. */
  const withPast = async () => {
    const world = await createWorld();
    for (const partnerUserRef of ['one', 'two']) {
      await world.sell({ partnerUserRef });
      world.simulator.advance(40 * 60_000);
    }
    const read = async (query = '') => (await world.call('GET', `${ALL}${query}`)).json();
    return { ...world, read };
  };

  test('has the orders of all references that are over, newest first', async () => {
    const { read, sell } = await withPast();
    await sell({ partnerUserRef: 'three' });
    const { transactions, total_count } = await read();
    assert.equal(total_count, '2');
    assert.ok(transactions.every(({ status }: { status: string }) => status === 'TRANSACTION_STATUS_FAILED'));
    assert.ok(transactions[0].created_at > transactions[1].created_at);
  });

  test('is from a day on and until before another, in either spelling', async () => {
    const { read } = await withPast();
    const at = (minutes: number) => encodeURIComponent(new Date(START + minutes * 60_000).toISOString());
    assert.equal((await read(`?start_date=${at(0)}&end_date=${at(40)}`)).total_count, '1');
    assert.equal((await read(`?startDate=${at(1)}&endDate=${at(41)}`)).total_count, '1');
    assert.equal((await read('?start_date=2026-02-01&end_date=2026-03-01')).total_count, '0');
    assert.equal((await read('?start_date=soon')).code, 3);
  });

  test('comes in pages', async () => {
    const { read } = await withPast();
    const first = await read('?page_size=1');
    const second = await read(`?page_size=1&page_key=${encodeURIComponent(first.next_page_key)}`);
    assert.notEqual(first.transactions[0].transaction_id, second.transactions[0].transaction_id);
    assert.equal(second.next_page_key, '');
  });
});
