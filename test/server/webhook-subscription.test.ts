import assert from 'node:assert/strict';
import { test } from 'node:test';
import { decodeJwt } from 'jose';
import { createWebhookSubscription } from '../../src/server.ts';
import { API_KEY_SECRET, SHOP } from './fixture.ts';

const URL = `${SHOP}/api/offramp/webhook`;

const subscribe = async (answer: Response, url = URL) => {
  let asked: Request | undefined;
  const result = await createWebhookSubscription({
    apiKeyId: 'key-1',
    apiKeySecret: API_KEY_SECRET,
    url,
    fetch: async (input, init) => {
      asked = new Request(input, init);
      return answer;
    },
  });
  return { asked, result };
};

test('a subscription is asked for as CDP documents it, and its secret is given back', async () => {
  const { asked, result } = await subscribe(
    Response.json({ subscriptionId: 'sub-1', secret: 'secret-1', isEnabled: true }, { status: 201 }),
  );
  assert.deepEqual(result, { subscriptionId: 'sub-1', secret: 'secret-1' });
  assert.equal(asked?.url, 'https://api.cdp.coinbase.com/platform/v2/data/webhooks/subscriptions');
  const { uris } = decodeJwt(`${asked?.headers.get('authorization')?.slice('Bearer '.length)}`);
  assert.deepEqual(uris, ['POST api.cdp.coinbase.com/platform/v2/data/webhooks/subscriptions']);
  const { eventTypes, isEnabled, target } = (await asked?.json()) ?? {};
  assert.deepEqual(
    eventTypes,
    ['created', 'updated', 'success', 'failed'].map((name) => `offramp.transaction.${name}`),
  );
  assert.deepEqual([isEnabled, target], [true, { url: URL, method: 'POST' }]);
});

test('a secret where older answers have it is found', async () => {
  const { result } = await subscribe(Response.json({ subscriptionId: 'sub-1', metadata: { secret: 'secret-1' } }));
  assert.equal(result.secret, 'secret-1');
});

test('what CDP says against it is told', async () => {
  const refusal = Response.json({ errorType: 'unauthorized', errorMessage: 'Not authenticated.' }, { status: 401 });
  await assert.rejects(subscribe(refusal), /^Error: CDP answered 401: Not authenticated\.$/);
  await assert.rejects(subscribe(new Response('', { status: 500 })), /500: no reason/);
});

test('an answer without a secret is an error', async () => {
  await assert.rejects(subscribe(Response.json({ subscriptionId: 'sub-1' })), /told no secret/);
  await assert.rejects(subscribe(new Response('<html>')), /told no secret/);
});

test('an address that is not https is refused before CDP is asked', async () => {
  await assert.rejects(subscribe(Response.json({}), 'http://shop.example/webhook'), /https address/);
});
