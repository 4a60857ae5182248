import assert from 'node:assert/strict';
import { test } from 'node:test';
import { decodeJwt } from 'jose';
import { tokenAnswer } from '../../src/schema.ts';
import { BODY, codeOf, createKit, FROM, SHOP, TOKEN } from './fixture.ts';

test('a token request mints once and answers with the token, a reference and where to ask on', async () => {
  const { ask, upstream } = createKit();
  upstream.headers = { date: 'Tue, 11 Aug 2026 15:00:05 GMT' };
  const answer = await ask('POST', '/api/offramp/token', BODY);
  assert.equal(answer.status, 200);
  assert.equal(answer.headers.get('cache-control'), 'no-store');
  const { partnerUserRef, ...body } = tokenAnswer.parse(await answer.json());
  assert.match(`${partnerUserRef}`, /^[A-Za-z0-9_-]{1,49}$/);
  assert.deepEqual(body, {
    token: TOKEN,
    statusUrl: `/api/offramp/sales/${partnerUserRef}`,
    claimUrl: `/api/offramp/sales/${partnerUserRef}/claim`,
    eventsUrl: `/api/offramp/sales/${partnerUserRef}/events`,
    now: '2026-08-11T15:00:05.000Z',
  });
  assert.equal(upstream.asked.length, 1);
  const [request] = upstream.asked;
  assert.equal(request?.url, 'https://api.developer.coinbase.com/onramp/v1/token');
  assert.deepEqual(await request?.json(), {
    addresses: [{ address: FROM, blockchains: ['base'] }],
    assets: ['USDC'],
    clientIp: '203.0.113.7',
  });
  const { uris } = decodeJwt(`${request?.headers.get('authorization')?.slice('Bearer '.length)}`);
  assert.deepEqual(uris, ['POST api.developer.coinbase.com/onramp/v1/token']);
});

for (const prefix of ['', '/offramp', '/a/b/c', '/token', '/api/sales', '/sales/sales']) {
  test(`the kit works under the prefix "${prefix}"`, async () => {
    const { ask } = createKit();
    const { statusUrl } = (await (await ask('POST', `${prefix}/token`, BODY)).json()) as { statusUrl: string };
    assert.ok(statusUrl.startsWith(`${prefix}/sales/`));
    assert.equal((await ask('GET', statusUrl)).status, 200);
  });
}

test('a path that begins with two slashes does not become another host', async () => {
  const { ask } = createKit();
  const answer = await ask('POST', '//evil.example/token', BODY);
  const { statusUrl } = (await answer.json()) as { statusUrl: string };
  assert.equal(new URL(statusUrl, SHOP).origin, SHOP);
});

test('minting again for the same sale gives the same reference, another sale another', async () => {
  const { mint } = createKit();
  const [one, again, other] = [await mint('sale-1'), await mint('sale-1'), await mint('sale-2')];
  assert.equal(one.partnerUserRef, again.partnerUserRef);
  assert.notEqual(one.partnerUserRef, other.partnerUserRef);
});

test('Coinbase is told the names of the table, however the page spells them', async () => {
  const { ask, upstream } = createKit();
  await ask('POST', '/token', { ...BODY, asset: 'usdc', network: 'base-mainnet' });
  const told = await upstream.asked[0]?.json();
  assert.deepEqual([told.addresses[0].blockchains, told.assets], [['base'], ['USDC']]);
});

const WRONG: [string, unknown, string][] = [
  ['no JSON', '{"saleId":', 'bad-request'],
  ['no object', '[]', 'bad-request'],
  ['an empty body', '', 'bad-request'],
  ['no sale id', { ...BODY, saleId: undefined }, 'bad-request'],
  ['a sale id with other characters', { ...BODY, saleId: 'a/../b' }, 'bad-request'],
  ['an address that is none', { ...BODY, address: 'shop.eth' }, 'bad-request'],
  ['an address of an object', { ...BODY, address: { toString: FROM } }, 'bad-request'],
  ['an unknown asset', { ...BODY, asset: 'DOGE' }, 'unknown-asset'],
  ['an unknown network', { ...BODY, network: 'base-sepolia' }, 'unknown-asset'],
  ['an asset that is not on the network', { ...BODY, asset: 'POL' }, 'unknown-asset'],
  ['a redirect to another origin', { ...BODY, redirectUrl: 'https://evil.example/' }, 'bad-redirect'],
  [
    'a redirect with a listed user name',
    { ...BODY, redirectUrl: 'https://shop.example@evil.example/' },
    'bad-redirect',
  ],
  ['a redirect to a script', { ...BODY, redirectUrl: 'javascript:alert(1)' }, 'bad-redirect'],
  ['a redirect that is a path', { ...BODY, redirectUrl: '//evil.example' }, 'bad-redirect'],
];
for (const [name, body, code] of WRONG) {
  test(`a token request with ${name} is a 400 ${code}, and nothing is minted`, async () => {
    const { ask, upstream } = createKit();
    assert.deepEqual(await codeOf(ask('POST', '/token', body)), [400, code]);
    assert.equal(upstream.asked.length, 0);
  });
}

const SPOOFS = [
  'x-forwarded-for',
  'x-real-ip',
  'x-client-ip',
  'cf-connecting-ip',
  'true-client-ip',
  'fastly-client-ip',
  'x-cluster-client-ip',
  'forwarded',
  'via',
];
for (const header of SPOOFS) {
  test(`the header ${header} does not change the IP that Coinbase is told`, async () => {
    const { ask, upstream } = createKit();
    const value = header === 'forwarded' ? 'for=198.51.100.66' : '198.51.100.66';
    await ask('POST', '/token', { ...BODY, clientIp: '198.51.100.66' }, { [header]: value });
    const told = await upstream.asked[0]?.text();
    assert.match(`${told}`, /"clientIp":"203\.0\.113\.7"/);
    assert.doesNotMatch(`${told}`, /198\.51\.100\.66/);
  });
}

test('an IPv4 visitor of a socket that listens on IPv6 is told and counted as the IPv4 visitor', async () => {
  let last = 0;
  const { ask, upstream } = createKit({ clientIp: () => `::ffff:203.0.113.${++last}`, limits: { tokensPerIp: 1 } });
  for (const user of ['ann', 'bob']) assert.equal((await ask('POST', '/token', BODY, { 'x-user': user })).status, 200);
  const told = await Promise.all(upstream.asked.map((request) => request.json()));
  assert.deepEqual(
    told.map((body) => (body as { clientIp: string }).clientIp),
    ['203.0.113.1', '203.0.113.2'],
  );
});

for (const ip of [undefined, '', 'unknown', '203.0.113.7:4711', '203.0.113.7, 10.0.0.1']) {
  test(`a clientIp of ${JSON.stringify(ip)} is the server's own error, and nothing is minted`, async (t) => {
    const said = t.mock.method(console, 'error', () => {});
    const { ask, upstream } = createKit({ clientIp: () => ip as string });
    assert.deepEqual(await codeOf(ask('POST', '/token', BODY)), [500, 'server-error']);
    assert.match(`${said.mock.calls[0]?.arguments[0]}`, /clientIp must return an IPv4 or IPv6 address/);
    assert.equal(upstream.asked.length, 0);
  });
}

test('a token request whose answer has no token is a 502', async () => {
  const { ask, upstream } = createKit();
  upstream.token = { channel_id: '' };
  assert.deepEqual(await codeOf(ask('POST', '/token', BODY)), [502, 'coinbase-malformed']);
});

test('the reference is never the page’s own choice', async () => {
  const { ask } = createKit();
  const answer = await ask('POST', '/token', { ...BODY, partnerUserRef: 'chosen', user: 'bob' }, { origin: SHOP });
  assert.doesNotMatch(await answer.text(), /chosen/);
});
