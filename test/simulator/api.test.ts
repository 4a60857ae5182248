import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { exportJWK, exportSPKI, generateKeyPair } from 'jose';
import { createWorld, KEY_ID, ORIGIN, SELLER } from './world.ts';

const TOKEN = '/onramp/v1/token';
const LIST = '/onramp/v1/sell/user/ref/transactions';
const addresses = [{ address: SELLER, blockchains: ['base'] }];

describe('who may call the API', async () => {
  const now = Date.parse('2026-03-01T12:00:00Z') / 1000;
  const stranger = await generateKeyPair('EdDSA', { crv: 'Ed25519' });
  const refused: [string, Parameters<Awaited<ReturnType<typeof createWorld>>['sign']>[2]][] = [
    ['signed by another key', { key: stranger.privateKey }],
    ['of an unknown key id', { header: { alg: 'EdDSA', kid: 'other' }, claims: { sub: 'other' } }],
    ['without a key id', { header: { alg: 'EdDSA', kid: undefined } as never }],
    ['whose sub is not its kid', { claims: { sub: 'other' } }],
    ['of another issuer', { claims: { iss: 'me' } }],
    ['that has expired', { claims: { nbf: now - 120, exp: now } }],
    ['that is not valid yet', { claims: { nbf: now + 1, exp: now + 100 } }],
    ['without an end', { claims: { exp: undefined } }],
    ['without a beginning', { claims: { nbf: undefined } }],
    ['that lives longer than two minutes', { claims: { exp: now + 200 } }],
    ['for another path', { claims: { uris: ['POST coinbase.test:4401/onramp/v1/other'] } }],
    ['for another method', { claims: { uris: ['GET coinbase.test:4401/onramp/v1/token'] } }],
    ['for another host', { claims: { uris: ['POST api.developer.coinbase.com/onramp/v1/token'] } }],
    ['with a scheme in its uri', { claims: { uris: ['POST http://coinbase.test:4401/onramp/v1/token'] } }],
    ['for no request', { claims: { uris: undefined } }],
  ];
  for (const [what, signing] of refused) {
    test(`refuses a token ${what}, and tells nothing in the body`, async () => {
      const world = await createWorld();
      const response = await world.call('POST', TOKEN, { addresses }, signing);
      assert.equal(response.status, 401);
      assert.deepEqual(await response.json(), { code: 16, message: 'unauthorized', details: [] });
      assert.ok(response.headers.get('Simulator-Reason'));
    });
  }

  for (const Authorization of ['', 'Basic x', 'Bearer', 'Bearer a.b.c']) {
    test(`refuses "${Authorization}" as authorization`, async () => {
      const { simulator } = await createWorld();
      const request = new Request(ORIGIN + TOKEN, { method: 'POST', headers: { Authorization } });
      assert.equal((await simulator.fetch(request)).status, 401);
    });
  }

  test('refuses a uri that was signed with its query', async () => {
    const { call } = await createWorld();
    const uris = [`GET coinbase.test:4401${LIST}?page_size=1`];
    assert.equal((await call('GET', `${LIST}?page_size=1`, undefined, { claims: { uris } })).status, 401);
    assert.equal((await call('GET', `${LIST}?page_size=1`)).status, 200);
  });

  test('takes the older single uri and issuer', async () => {
    const { call } = await createWorld();
    const claims = { uris: undefined, uri: 'POST coinbase.test:4401/onramp/v1/token', iss: 'coinbase-cloud' };
    assert.equal((await call('POST', TOKEN, { addresses }, { claims })).status, 200);
  });

  test('takes ES256 and Ed25519 keys, as JWK and as PEM', async () => {
    for (const alg of ['ES256', 'EdDSA']) {
      const { privateKey, publicKey } = await generateKeyPair(alg, { extractable: true });
      for (const key of [await exportJWK(publicKey), await exportSPKI(publicKey)]) {
        const { call } = await createWorld({ keys: { [KEY_ID]: key } });
        const signing = { key: privateKey, header: { alg, kid: KEY_ID } };
        assert.equal((await call('POST', TOKEN, { addresses }, signing)).status, 200, `${alg} ${typeof key}`);
      }
    }
  });

  test('keeps JWTs in real time when its clock leaps', async () => {
    const { call, simulator } = await createWorld();
    simulator.advance(60 * 60_000);
    const response = await call('GET', LIST);
    assert.equal(response.status, 200);
    assert.equal(response.headers.get('Date'), 'Sun, 01 Mar 2026 13:00:00 GMT');
  });
});

describe('a session token', () => {
  test('is a base64 uuid of 48 characters', async () => {
    const { call } = await createWorld();
    const body = { addresses, assets: ['USDC'], clientIp: '203.0.113.7' };
    const { token, channel_id } = await (await call('POST', TOKEN, body)).json();
    assert.equal(token.length, 48);
    assert.match(atob(token), /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
    assert.equal(channel_id, '');
  });

  const bad: [string, unknown][] = [
    ['no JSON', '{'],
    ['no addresses', { assets: ['USDC'] }],
    ['empty addresses', { addresses: [] }],
    ['an address without blockchains', { addresses: [{ address: SELLER, blockchains: [] }] }],
    ['only destination wallets', { destinationWallets: [{ address: SELLER }] }],
    ['an address of another kind', { addresses: [{ address: 'bc1q', blockchains: ['base'] }] }],
    ['an EVM address on solana', { addresses: [{ address: SELLER, blockchains: ['base', 'solana'] }] }],
  ];
  for (const [what, body] of bad) {
    test(`is refused for ${what}`, async () => {
      const { call } = await createWorld();
      const response = await call('POST', TOKEN, body);
      assert.equal(response.status, 400);
      assert.equal((await response.json()).code, 3);
    });
  }

  test('is refused with the words Coinbase has for a wrong network', async () => {
    const { call } = await createWorld();
    const body = { addresses: [{ address: SELLER, blockchains: ['solana'] }] };
    const { message } = await (await call('POST', TOKEN, body)).json();
    assert.equal(message, `InvalidRequest: address [${SELLER}] is not valid for blockchain [solana]`);
  });
});

describe('the list of orders', () => {
  test('is empty for an unknown reference', async () => {
    const { list } = await createWorld();
    assert.deepEqual(await list(), { transactions: [], next_page_key: '', total_count: '0' });
  });

  test('has the fields of the v1 API', async () => {
    const { sell, first } = await createWorld();
    await sell();
    const { transaction_id, to_address, ...rest } = await first();
    assert.match(transaction_id, /^[0-9a-f-]{36}$/);
    assert.match(to_address, /^0x[0-9a-fA-F]{40}$/);
    const usd = (value: string) => ({ value, currency: 'USD', cbrn: '' });
    assert.deepEqual(rest, {
      status: 'TRANSACTION_STATUS_STARTED',
      asset: 'USDC',
      network: 'base',
      sell_amount: { value: '25', currency: 'USDC', cbrn: '' },
      total: usd('24.75'),
      subtotal: usd('25'),
      coinbase_fee: usd('0.25'),
      minimum_total: usd('24.5'),
      exchange_rate: { value: '1', currency: 'USDC', cbrn: '' },
      unit_price: usd('1'),
      from_address: SELLER,
      tx_hash: '',
      redirect_url: 'https://app.test/return?offramp-sale=s.n#end',
      payment_method: 'ACH_BANK_ACCOUNT',
      created_at: '2026-03-01T12:00:00.000Z',
      updated_at: '2026-03-01T12:00:00.000Z',
    });
  });

  test('is newest first and keeps references apart', async () => {
    const { sell, list, pass } = await createWorld();
    await sell({}, '1');
    pass(1_000);
    await sell({}, '2');
    await sell({ partnerUserRef: 'other' }, '3');
    const { transactions } = await list();
    assert.deepEqual(
      transactions.map(({ sell_amount }) => sell_amount.value),
      ['2', '1'],
    );
    assert.notEqual(transactions[0]?.to_address, transactions[1]?.to_address);
  });

  for (const [size, key] of [
    ['page_size', 'page_key'],
    ['pageSize', 'pageKey'],
  ]) {
    test(`is paged by ${size} and ${key}`, async () => {
      const { sell, list } = await createWorld();
      for (const amount of ['1', '2', '3']) await sell({}, amount);
      const one = await list(`${size}=2`);
      assert.equal(one.transactions.length, 2);
      assert.equal(one.total_count, '3');
      const two = await list(`${size}=2&${key}=${encodeURIComponent(one.next_page_key)}`);
      assert.deepEqual(
        two.transactions.map(({ sell_amount }) => sell_amount.value),
        ['1'],
      );
      assert.equal(two.next_page_key, '');
    });
  }

  test('refuses page sizes and keys that are none', async () => {
    const { call } = await createWorld();
    for (const query of [
      'page_size=0',
      'page_size=1001',
      'pageSize=x',
      'page_key=x',
      'page_key=e30=',
      'page_key=bnVsbA==',
    ])
      assert.equal((await call('GET', `${LIST}?${query}`)).status, 400, query);
  });
});

describe('every answer of the API', () => {
  test('has the date of the clock and no CORS headers', async () => {
    const { call } = await createWorld();
    for (const path of [LIST, '/onramp/v1/sell/config']) {
      const { headers } = await call('GET', path);
      assert.equal(headers.get('Date'), 'Sun, 01 Mar 2026 12:00:00 GMT');
      assert.deepEqual(
        [...headers.keys()].filter((name) => name.startsWith('access-control')),
        [],
      );
    }
  });

  test('is a plain 404 where there is no route', async () => {
    const { simulator } = await createWorld();
    for (const path of ['/onramp/v1/sell/nothing', '/onramp/v2/sell/config', '/onramp/v1', '/other']) {
      const response = await simulator.fetch(new Request(ORIGIN + path));
      assert.equal(response.status, 404, path);
      assert.equal((await response.json()).code, 5, path);
    }
  });
});
