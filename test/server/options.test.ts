import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createOfframpHandler, type OfframpOptions } from '../../src/server.ts';
import { API_KEY_SECRET, createKit, SECRET, SHOP } from './fixture.ts';

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
  ['no secret', { secret: undefined }, /secret is missing or short.*Give/],
  ['a short secret', { secret: 'x'.repeat(31) }, /at least 32/],
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
