import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createOfframpHandler, type OfframpOptions } from '../../src/server.ts';
import { API_KEY_SECRET, createKit, SECRET, SHOP } from './fixture.ts';
import { WEBHOOK_SECRET } from './webhook-fixture.ts';

const good: OfframpOptions = {
  apiKeyId: 'organizations/1f06f0fd/apiKeys/22a221767839',
  apiKeySecret: API_KEY_SECRET,
  origins: [SHOP],
  authorize: () => 'ann',
  clientIp: () => '203.0.113.7',
  secret: SECRET,
};

const WRONG: [string, Record<string, unknown>, RegExp][] = [
  ['no apiKeyId', { apiKeyId: undefined }, /apiKeyId is missing.*Give/],
  ['an apiKeyId with a line break', { apiKeyId: 'a\nb' }, /apiKeyId is missing or not one/],
  ['no apiKeySecret', { apiKeySecret: '' }, /apiKeySecret is missing.*Give/],
  [
    'an apiKeySecret of no known form',
    { apiKeySecret: 'swordfish' },
    /apiKeySecret has a form that is not known.*Give/,
  ],
  ['no origins', { origins: undefined }, /origins is missing.*Give/],
  ['an empty list of origins', { origins: [] }, /origins is missing/],
  ['the origin *', { origins: ['*'] }, /origins holds "\*".*Write/],
  ['the origin null', { origins: ['null'] }, /not an exact web origin/],
  ['an origin with a path', { origins: ['https://shop.example/'] }, /not an exact web origin/],
  ['an origin with a wildcard', { origins: ['https://*.shop.example/'] }, /not an exact web origin/],
  ['an origin with a default port', { origins: ['https://shop.example:443'] }, /not an exact web origin/],
  ['an origin of another scheme', { origins: ['file:///home'] }, /not an exact web origin/],
  ['no authorize', { authorize: undefined }, /authorize is missing.*Give/],
  ['no clientIp', { clientIp: undefined }, /clientIp is missing.*Give/],
  ['no secret', { secret: undefined }, /secret is missing, short or not random.*Give/],
  ['a short secret', { secret: SECRET.slice(0, 31) }, /at least 32/],
  ['a secret of blanks', { secret: ' '.repeat(64) }, /secret is missing, short/],
  ['a short secret among blanks', { secret: SECRET.slice(0, 31).padEnd(64) }, /secret is missing, short/],
  ['a secret of one letter', { secret: 'x'.repeat(64) }, /secret is missing, short or not random/],
  ['a secret that is no text', { secret: new Uint8Array(64) }, /secret is missing/],
  ['an apiKeySecret of blanks', { apiKeySecret: '  ' }, /apiKeySecret is missing|apiKeySecret has a form/],
  ['an empty webhookSecret', { webhookSecret: '' }, /webhookSecret is empty or not one.*Give/],
  ['no webhookSecret in its list', { webhookSecret: [] }, /webhookSecret is empty/],
  ['an empty webhookSecret beside a good one', { webhookSecret: [WEBHOOK_SECRET, ''] }, /webhookSecret is empty/],
  ['a webhookSecret of blanks', { webhookSecret: ' '.repeat(36) }, /webhookSecret is empty/],
  ['a webhookSecret that is short', { webhookSecret: 'swordfish' }, /webhookSecret is empty or not one/],
  ['a webhookSecret that is null', { webhookSecret: null }, /webhookSecret is empty or not one/],
  ['a webhookSecret with its line break', { webhookSecret: `${WEBHOOK_SECRET}\n` }, /webhookSecret begins or ends/],
  ['an empty signingKey', { signingKey: '' }, /signingKey holds no key.*Give/],
  ['a signingKey of no known form', { signingKey: 'swordfish' }, /signingKey holds no key.*Give/],
  ['a signingKey that is null', { signingKey: null }, /signingKey holds no key/],
  ['a store that cannot swap', { store: { get() {}, set() {}, publish() {}, subscribe() {} } }, /store is not one/],
  ['a store that cannot publish', { store: { get() {}, set() {}, swap() {}, subscribe() {} } }, /store is not one/],
  ['a coinbase that is no address', { coinbase: 'pay' }, /coinbase is not a web address/],
  ['an apiKeyId that is the key', { apiKeyId: '-----BEGIN EC PRIVATE KEY-----swordfish' }, /apiKeyId is a secret/],
  ['an apiKeyId that is the key file', { apiKeyId: '{"name":"swordfish"}' }, /apiKeyId is a secret or a whole file/],
  ['a path without a slash', { path: 'api' }, /path is not one.*Give/],
  ['a path that ends in a slash', { path: '/api/' }, /path is not one/],
  ['a path that names another host', { path: '//evil.example' }, /path is not one/],
  ['an operator that is no function', { operator: true }, /operator is not a function/],
  ['a country that is no function', { country: 'US' }, /country is not a function/],
  ['a log that is no function', { log: console }, /log is not a function/],
  ['a proof that is no proof', { proveAddress: () => true }, /proveAddress is not one.*createAddressProof/],
  ['a limit of nothing', { limits: { tokensPerUser: 0 } }, /limits.tokensPerUser is not a limit/],
  ['a limit that nobody knows', { limits: { tokens: 5 } }, /limits.tokens is not a limit.*tokensPerUser/],
  ['a fetch that is no function', { fetch: 'fetch' }, /fetch is not a function/],
];

for (const [name, change, sentence] of WRONG) {
  test(`${name} stops the kit at start with a sentence`, () => {
    assert.throws(
      () => createOfframpHandler({ ...good, ...change } as OfframpOptions),
      (error: Error) => sentence.test(error.message) && !error.message.includes('swordfish'),
    );
  });
}

test('the options that are right make a handler', () => {
  assert.equal(typeof createOfframpHandler(good), 'function');
});

test('a hook that fails is told to the operator, not to the caller', async (t) => {
  const said = t.mock.method(console, 'error', () => {});
  const { ask } = createKit({
    authorize: () => {
      throw new Error('database password is hunter2');
    },
  });
  const answer = await ask('POST', '/token', {});
  assert.equal(answer.status, 500);
  assert.doesNotMatch(await answer.text(), /hunter2/);
  assert.match(`${said.mock.calls[0]?.arguments[0]}`, /hunter2/);
});

test('an authorize that returns no string is an error, not a user', async (t) => {
  t.mock.method(console, 'error', () => {});
  const { ask } = createKit({ authorize: () => true as unknown as string });
  assert.equal((await ask('POST', '/token', {})).status, 500);
});
