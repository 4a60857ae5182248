import assert from 'node:assert/strict';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { test } from 'node:test';
import { type HttpBindings, serve } from '@hono/node-server';
import { jwtVerify } from 'jose';
import { createOfframpHandler } from '../../src/server.ts';
import { API_KEY_SECRET, BODY, HASH, listOf, record, SECRET, SHOP, TOKEN } from './fixture.ts';

/** A server on loopback that ends with the test, and its address. */
const listen = async (t: { after(end: () => void): void }, fetch: Parameters<typeof serve>[0]['fetch']) => {
  const server = serve({ fetch, port: 0, hostname: '127.0.0.1' });
  t.after(() => server.close());
  await once(server, 'listening');
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
};

test('over real HTTP: token, status, claim, report, with a signed request for each question', async (t) => {
  const x = Buffer.from(API_KEY_SECRET, 'base64').subarray(32).toString('base64url');
  const uris: unknown[] = [];
  const coinbase = await listen(t, async (request: Request) => {
    const bearer = request.headers.get('authorization')?.slice('Bearer '.length) ?? '';
    const { payload } = await jwtVerify(bearer, { kty: 'OKP', crv: 'Ed25519', x });
    uris.push(payload.uris);
    return Response.json(request.method === 'POST' ? { token: TOKEN, channel_id: '' } : listOf(record()));
  });
  const addresses = new WeakMap<Request, string>();
  const handler = createOfframpHandler({
    apiKeyId: 'key-1',
    apiKeySecret: API_KEY_SECRET,
    origins: [SHOP],
    authorize: (request) => request.headers.get('x-user'),
    clientIp: (request) => addresses.get(request) ?? '',
    secret: SECRET,
    coinbase,
  });
  const shop = await listen(t, (request: Request, env: unknown) => {
    addresses.set(request, `${(env as HttpBindings).incoming.socket.remoteAddress}`);
    return handler(request);
  });
  const ask = (method: string, path: string, body?: object) =>
    fetch(`${shop}${path}`, {
      method,
      headers: { origin: SHOP, 'content-type': 'application/json', 'x-user': 'ann' },
      ...(body ? { body: JSON.stringify(body) } : {}),
    });

  const minted = await ask('POST', '/pay/token', BODY);
  assert.equal(minted.status, 200);
  assert.equal(minted.headers.get('access-control-allow-origin'), SHOP);
  const { statusUrl, claimUrl, partnerUserRef } = (await minted.json()) as Record<string, string>;
  const list = await ask('GET', `${statusUrl}`);
  assert.match(await list.text(), /TRANSACTION_STATUS_STARTED/);
  const claim = await ask('POST', `${claimUrl}`, { saleId: 'sale-1', transactionId: 'order-1' });
  assert.match(await claim.text(), /"units":"25000000"/);
  assert.equal((await ask('PATCH', `${claimUrl}`, { txHash: HASH })).status, 204);
  assert.equal((await ask('DELETE', `${claimUrl}`)).status, 409);

  const { host } = new URL(coinbase);
  const sales = `GET ${host}/onramp/v1/sell/user/${partnerUserRef}/transactions`;
  assert.deepEqual(uris, [[`POST ${host}/onramp/v1/token`], [sales], [sales]]);

  const large = await ask('POST', '/pay/token', { ...BODY, redirectUrl: `${SHOP}/${'x'.repeat(20_000)}` });
  assert.equal(large.status, 413);
});
