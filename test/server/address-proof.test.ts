import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { privateKeyToAccount } from 'viem/accounts';
import { createSiweMessage } from 'viem/siwe';
import { challengeAnswer } from '../../src/server/address-proof.ts';
import { createAddressProof } from '../../src/server.ts';
import { BODY, codeOf, SECRET } from './fixture.ts';
import { openShop } from './shop.ts';

/** Test accounts; the keys are hashes of words, of use nowhere. */
const ann = privateKeyToAccount(`0x${'a1'.repeat(32)}`);
const eve = privateKeyToAccount(`0x${'e5'.repeat(32)}`);
const DOMAIN = 'shop.example';

const setUp = () => {
  const time = { now: Date.parse('2026-03-01T12:00:00Z') };
  const proof = createAddressProof({ domain: [DOMAIN, 'www.shop.example'], secret: SECRET, clock: () => time.now });
  /** What the page of a user builds, with changes. */
  const write = async (changes: Partial<Parameters<typeof createSiweMessage>[0]> = {}, user = 'ann') => {
    const { nonce, domain, expirationTime } = await proof.challenge(user);
    return createSiweMessage({
      address: ann.address,
      chainId: 8453,
      domain,
      nonce,
      uri: `https://${domain}/cash-out`,
      version: '1',
      issuedAt: new Date(time.now),
      expirationTime: new Date(expirationTime),
      ...changes,
    });
  };
  const sign = async (message: string, account = ann) => ({
    message,
    signature: await account.signMessage({ message }),
  });
  return { time, proof, write, sign };
};

describe('a proof of an address', () => {
  test('is a signed message with the nonce of the user, good for ten minutes and as often as they like', async () => {
    const { time, proof, write, sign } = setUp();
    const signed = await sign(await write());
    assert.equal(await proof.verify('ann', ann.address, signed), true);
    assert.equal(await proof.verify('ann', ann.address.toLowerCase(), signed), true);
    time.now += 10 * 60_000 - 1;
    assert.equal(await proof.verify('ann', ann.address, signed), true);
    time.now += 1;
    assert.equal(await proof.verify('ann', ann.address, signed), false);
  });

  test('ends with its nonce, even where the message has no end of its own', async () => {
    const { time, proof, write, sign } = setUp();
    const signed = await sign((await write()).replace(/\nExpiration Time: .*/, ''));
    assert.equal(await proof.verify('ann', ann.address, signed), true);
    time.now += 10 * 60_000;
    assert.equal(await proof.verify('ann', ann.address, signed), false);
  });

  test('is of no use to another user, for another address, or by another account', async () => {
    const { proof, write, sign } = setUp();
    const message = await write();
    assert.equal(await proof.verify('eve', ann.address, await sign(message)), false);
    assert.equal(await proof.verify('ann', eve.address, await sign(message)), false);
    assert.equal(await proof.verify('ann', ann.address, await sign(message, eve)), false);
    assert.equal(await proof.verify('eve', eve.address, await sign(await write({ address: eve.address }), eve)), false);
  });

  test('may be shown by each listed domain, and by no other', async () => {
    const { proof, write, sign } = setUp();
    const www = await write({ domain: 'www.shop.example', uri: 'https://www.shop.example/' });
    assert.equal(await proof.verify('ann', ann.address, await sign(www)), true);
    for (const changes of [
      { domain: 'evil.example', uri: 'https://evil.example/' },
      { uri: 'https://evil.example/' },
      { domain: 'www.shop.example' },
      { domain: 'shop.example:8443', uri: 'https://shop.example:8443/' },
    ])
      assert.equal(await proof.verify('ann', ann.address, await sign(await write(changes))), false);
  });

  test('with a nonce that nobody gave, or gave another day, is none', async () => {
    const { proof, write, sign, time } = setUp();
    const { nonce } = await proof.challenge('ann');
    const later = (Number.parseInt(nonce.slice(0, 11), 16) + 60_000).toString(16).padStart(11, '0');
    for (const forged of ['12345678', 'f'.repeat(47), `${later}${nonce.slice(11)}`, `${nonce}00`])
      assert.equal(await proof.verify('ann', ann.address, await sign(await write({ nonce: forged }))), false);
    const other = createAddressProof({ domain: DOMAIN, secret: `${SECRET}!`, clock: () => time.now });
    assert.equal(await other.verify('ann', ann.address, await sign(await write())), false);
  });

  test('that is not valid yet, or of another version, or no message at all, is none', async () => {
    const { time, proof, write, sign } = setUp();
    const soon = await write({ notBefore: new Date(time.now + 1000) });
    const second = (await write()).replace('Version: 1', 'Version: 2');
    for (const message of [soon, second, 'I am Ann.', ''])
      assert.equal(await proof.verify('ann', ann.address, await sign(message)), false);
    const message = await write();
    for (const signature of ['0x', '0x12', 'signature', `0x${'00'.repeat(65)}`, `0x${'ff'.repeat(65)}`])
      assert.equal(await proof.verify('ann', ann.address, { message, signature }), false);
  });

  test('changed by a letter is none', async () => {
    const { proof, write, sign } = setUp();
    const { message, signature } = await sign(await write({ statement: 'Sell 25 USDC' }));
    const changed = message.replace('25 USDC', '26 USDC');
    assert.equal(await proof.verify('ann', ann.address, { message: changed, signature }), false);
  });

  for (const [what, options, sentence] of [
    ['a domain with a scheme', { domain: 'https://shop.example', secret: SECRET }, /domain is not one. Give/],
    ['no domain', { domain: [], secret: SECRET }, /domain is not one. Give/],
    ['a short secret', { domain: DOMAIN, secret: 'short' }, /secret is missing, short or not random. Give/],
    ['a secret of blanks', { domain: DOMAIN, secret: ' '.repeat(64) }, /secret is missing/],
  ] as const)
    test(`${what} stops it at start with a sentence`, () => {
      assert.throws(() => createAddressProof(options), sentence);
    });
});

describe('a kit that asks for proof', () => {
  const proveAddress = createAddressProof({ domain: DOMAIN, secret: SECRET });

  test('mints only for an address that the user signed for', async (t) => {
    const { ask, read, asked } = await openShop(t, { proveAddress });
    const body = { ...BODY, address: ann.address };
    assert.deepEqual(await codeOf(ask('POST', '/pay/token', body)), [403, 'address-not-proved']);
    const challenge = challengeAnswer.parse((await read('/pay/address-proof')).body);
    const { nonce, domain, expirationTime } = challenge;
    const message = createSiweMessage({
      address: ann.address,
      chainId: 8453,
      domain,
      nonce,
      uri: `https://${domain}/`,
      version: '1',
      expirationTime: new Date(expirationTime),
    });
    const proof = { message, signature: await ann.signMessage({ message }) };
    const other = ask('POST', '/pay/token', { ...body, address: eve.address, proof });
    assert.deepEqual(await codeOf(other), [403, 'address-not-proved']);
    assert.deepEqual(await codeOf(ask('POST', '/pay/token', { ...body, proof }, { 'x-user': 'eve' })), [
      403,
      'address-not-proved',
    ]);
    assert.deepEqual(asked, []);
    assert.equal((await ask('POST', '/pay/token', { ...body, proof })).status, 200);
  });

  test('gives its challenge to who is signed in, and keeps it nowhere', async (t) => {
    const { ask, read } = await openShop(t, { proveAddress });
    assert.deepEqual(await codeOf(ask('GET', '/pay/address-proof', undefined, { 'x-user': '' })), [
      401,
      'not-signed-in',
    ]);
    const { headers, body } = await read('/pay/address-proof');
    assert.equal(headers.get('cache-control'), 'no-store');
    assert.notEqual(body.nonce, (await read('/pay/address-proof', 'bob')).body.nonce);
  });

  test('without the option there is no such route, and a proof in the body changes nothing', async (t) => {
    const { ask } = await openShop(t);
    assert.deepEqual(await codeOf(ask('GET', '/pay/address-proof')), [404, 'not-found']);
    const proof = { message: 'I am Ann.', signature: '0x' };
    assert.equal((await ask('POST', '/pay/token', { ...BODY, proof })).status, 200);
  });
});
