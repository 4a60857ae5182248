import assert from 'node:assert/strict';
import { test } from 'node:test';
import { BODY, codeOf, createKit, SHOP } from './fixture.ts';
import { openShop } from './shop.ts';

interface Minted {
  statusUrl: string;
  claimUrl: string;
  partnerUserRef: string;
}

test('behind a proxy that takes a prefix away, the option path says where pages find the kit', async () => {
  const { ask } = createKit({ path: '/api/offramp' });
  const answer = await ask('POST', '/token', BODY);
  const { statusUrl, claimUrl, partnerUserRef } = (await answer.json()) as Minted;
  assert.equal(statusUrl, `/api/offramp/sales/${partnerUserRef}`);
  assert.equal(claimUrl, `/api/offramp/sales/${partnerUserRef}/claim`);
  // As the proxy hands it on.
  assert.equal((await ask('GET', statusUrl.replace('/api/offramp', ''))).status, 200);
  const history = (await (await ask('GET', '/sales')).json()) as { sales: Minted[] };
  assert.equal(history.sales[0]?.statusUrl, statusUrl);
});

test('a path of nothing is the root', async () => {
  const { ask } = createKit({ path: '' });
  const { statusUrl, partnerUserRef } = (await (await ask('POST', '/inner/token', BODY)).json()) as Minted;
  assert.equal(statusUrl, `/sales/${partnerUserRef}`);
});

for (const prefix of ['', '/token', '/sales', '/sales/sales', '/config', '/a/webhook']) {
  test(`under the prefix "${prefix}" each route is found`, async () => {
    const { ask, upstream } = createKit();
    const { statusUrl } = (await (await ask('POST', `${prefix}/token`, BODY)).json()) as Minted;
    assert.ok(statusUrl.startsWith(`${prefix}/sales/`));
    assert.equal((await ask('GET', statusUrl)).status, 200);
    assert.equal((await ask('GET', `${prefix}/sales`)).status, 200);
    upstream.answer = () => Response.json({ countries: [] });
    assert.deepEqual(await (await ask('GET', `${prefix}/config`)).json(), { countries: [] });
    assert.deepEqual(await codeOf(ask('GET', `${prefix}/options?country=US`)), [400, 'unknown-country']);
    assert.deepEqual(await codeOf(ask('POST', `${prefix}/quote`, {})), [400, 'bad-request']);
  });
}

test('no path of the kit names another host, however many slashes the request began with', async () => {
  const { ask } = createKit();
  for (const path of ['//token', '///evil.example/token', '//evil.example//token']) {
    const { statusUrl } = (await (await ask('POST', path, BODY)).json()) as Minted;
    assert.equal(new URL(statusUrl, SHOP).origin, SHOP);
  }
});

test('a user may mint ten tokens a minute, and another user is not held up by that', async (t) => {
  const { ask, asked, events } = await openShop(t);
  const mint = (saleId: string, user: string) => ask('POST', '/pay/token', { ...BODY, saleId }, { 'x-user': user });
  for (let count = 0; count < 10; count++) assert.equal((await mint(`sale-${count}`, 'ann')).status, 200);
  const refused = await mint('sale-10', 'ann');
  const seconds = Number(refused.headers.get('retry-after'));
  assert.ok(seconds >= 55 && seconds <= 60);
  assert.deepEqual(await codeOf(refused), [429, 'too-many-requests']);
  assert.equal((await mint('sale-0', 'bob')).status, 200);
  assert.equal(asked.length, 11);
  assert.deepEqual(
    events.filter(({ event }) => event === 'limited'),
    [{ event: 'limited', limit: 'tokens-per-user' }],
  );
});

test('an IP may mint twenty tokens a minute, whoever is signed in', async () => {
  let visitor = '203.0.113.7';
  const { ask } = createKit({ clientIp: () => visitor });
  const mint = (user: string) => ask('POST', '/token', BODY, { 'x-user': user });
  for (let count = 0; count < 20; count++) assert.equal((await mint(`user-${count}`)).status, 200);
  assert.deepEqual(await codeOf(mint('user-20')), [429, 'too-many-requests']);
  visitor = '203.0.113.8';
  assert.equal((await mint('user-20')).status, 200);
});

test('an IPv6 network of 64 bits counts as one visitor', async () => {
  let count = 0;
  const { ask } = createKit({ clientIp: () => `2001:db8:0:1::${++count}`, limits: { tokensPerIp: 2 } });
  const mint = (user: string) => ask('POST', '/token', BODY, { 'x-user': user });
  assert.deepEqual([(await mint('a')).status, (await mint('b')).status, (await mint('c')).status], [200, 200, 429]);
});

test('the limits are the partner’s to set, and a wrong request counts for none', async () => {
  const { ask } = createKit({ limits: { tokensPerUser: 1 } });
  for (let count = 0; count < 5; count++)
    assert.equal((await ask('POST', '/token', { ...BODY, address: 'x' })).status, 400);
  assert.equal((await ask('POST', '/token', BODY)).status, 200);
  assert.deepEqual(await codeOf(ask('POST', '/token', BODY)), [429, 'too-many-requests']);
});
