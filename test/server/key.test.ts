import assert from 'node:assert/strict';
import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import { test } from 'node:test';
import { decodeProtectedHeader, jwtVerify } from 'jose';
import { createSigner } from '../../src/server/jwt.ts';
import { readKey } from '../../src/server/key.ts';
import { makeSecret } from './fixture.ts';

const ec = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const ed = generateKeyPairSync('ed25519');
const pem = (key: KeyObject, type: 'pkcs8' | 'sec1') => key.export({ type, format: 'pem' }).toString();
const pair = ['d', 'x'].map((half) =>
  Buffer.from(`${ed.privateKey.export({ format: 'jwk' })[half as 'd']}`, 'base64url'),
);
const sec1 = pem(ec.privateKey, 'sec1');

const FORMS: [string, string, KeyObject, string][] = [
  ['64 bytes of base64', Buffer.concat(pair).toString('base64'), ed.publicKey, 'EdDSA'],
  ['64 bytes of base64 with a line break', `${Buffer.concat(pair).toString('base64')}\n`, ed.publicKey, 'EdDSA'],
  ['a PKCS#8 PEM', pem(ec.privateKey, 'pkcs8'), ec.publicKey, 'ES256'],
  ['a SEC1 PEM', sec1, ec.publicKey, 'ES256'],
  ['a SEC1 PEM with \\n written out', sec1.replaceAll('\n', '\\n'), ec.publicKey, 'ES256'],
  ['a PKCS#8 PEM with \\n written out', pem(ec.privateKey, 'pkcs8').replaceAll('\n', '\\n'), ec.publicKey, 'ES256'],
  ['a SEC1 PEM with Windows line ends', sec1.replaceAll('\n', '\r\n'), ec.publicKey, 'ES256'],
  ['a SEC1 PEM on one line', sec1.replaceAll('\n', ' '), ec.publicKey, 'ES256'],
  [
    'a SEC1 PEM after its parameters',
    `-----BEGIN EC PARAMETERS-----\nBggqhkjOPQMBBw==\n-----END EC PARAMETERS-----\n${sec1}`,
    ec.publicKey,
    'ES256',
  ],
  ['a PKCS#8 PEM of Ed25519', pem(ed.privateKey, 'pkcs8'), ed.publicKey, 'EdDSA'],
];

for (const [name, secret, publicKey, alg] of FORMS) {
  test(`a token signed with ${name} verifies, with Coinbase's claims`, async () => {
    const sign = createSigner('key-1', readKey(secret));
    const url = new URL('https://api.developer.coinbase.com/onramp/v1/sell/user/abc/transactions?page_size=50');
    const jwt = await sign('GET', url);
    const { payload, protectedHeader } = await jwtVerify(jwt, publicKey, { issuer: 'cdp', subject: 'key-1' });
    const { nonce, ...header } = protectedHeader;
    assert.deepEqual(header, { alg, kid: 'key-1', typ: 'JWT' });
    assert.match(`${nonce}`, /^[0-9a-f]{32}$/);
    assert.deepEqual(payload.uris, ['GET api.developer.coinbase.com/onramp/v1/sell/user/abc/transactions']);
    const { iat = 0, nbf, exp, aud } = payload;
    assert.deepEqual([nbf, exp, aud], [iat, iat + 120, undefined]);
    assert.ok(Math.abs(iat - Date.now() / 1000) < 5);
  });
}

test('each token has its own nonce', async () => {
  const sign = createSigner('key-1', readKey(await makeSecret()));
  const url = new URL('https://api.developer.coinbase.com/onramp/v1/token');
  const [one, two] = [await sign('POST', url), await sign('POST', url)];
  assert.notEqual(decodeProtectedHeader(one).nonce, decodeProtectedHeader(two).nonce);
});

const UNKNOWN: [string, string][] = [
  ['a word', 'swordfish'],
  ['32 bytes of base64', Buffer.alloc(32).toString('base64')],
  ['a public key', ec.publicKey.export({ type: 'spki', format: 'pem' }).toString()],
  ['an RSA key', '-----BEGIN RSA PRIVATE KEY-----\nAAAA\n-----END RSA PRIVATE KEY-----'],
  [
    'an encrypted key',
    ec.privateKey.export({ type: 'pkcs8', format: 'pem', cipher: 'aes-256-cbc', passphrase: 'x' }).toString(),
  ],
  ['a PEM cut short', sec1.slice(0, 100)],
];
for (const [name, secret] of UNKNOWN) {
  test(`${name} is refused at once, in a sentence without the secret`, () => {
    assert.throws(
      () => readKey(secret),
      ({ message }: Error) => /form that is not known. Give/.test(message) && !message.includes(secret.slice(0, 60)),
    );
  });
}

const other = generateKeyPairSync('ec', { namedCurve: 'P-384' });
const pkcs8 = pem(ec.privateKey, 'pkcs8');
const BROKEN: [string, string][] = [
  ['a SEC1 PEM of another curve', pem(other.privateKey, 'sec1')],
  ['a PKCS#8 PEM of another curve', pem(other.privateKey, 'pkcs8')],
  ['a PEM of no key', '-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----'],
  ['a PEM of no base64', '-----BEGIN PRIVATE KEY-----\nA=A=A\n-----END PRIVATE KEY-----'],
  ['a SEC1 PEM that lost a line', sec1.split('\n').toSpliced(2, 1).join('\n')],
  ['a PKCS#8 PEM that lost a line', pkcs8.split('\n').toSpliced(1, 1).join('\n')],
];
for (const [name, secret] of BROKEN) {
  test(`${name} is refused at once, in a sentence`, () => {
    assert.throws(
      () => readKey(secret),
      ({ message }: Error) => /holds no P-256 or Ed25519 private key, or not all of it. Give/.test(message),
    );
  });
}

test('the whole key file is refused at once, and the sentence says what of it to give', () => {
  const file = JSON.stringify({ name: 'organizations/o/apiKeys/k', privateKey: sec1 });
  assert.throws(() => readKey(file), /whole JSON file. Give only the text of its "privateKey"/);
});

test('halves of two Ed25519 keys are refused when first used, in a sentence', async () => {
  const [one, two] = [await makeSecret(), await makeSecret()].map((secret) => Buffer.from(secret, 'base64'));
  const mixed = Buffer.concat([one?.subarray(0, 32) ?? [], two?.subarray(32) ?? []] as Buffer[]).toString('base64');
  await assert.rejects(readKey(mixed), /length of an Ed25519 key, but is none. Give/);
});
