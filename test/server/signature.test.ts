// A claim's answer, signed: what the kit gives, the page's own verification takes.
import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { test } from 'node:test';
import { setImmediate } from 'node:timers/promises';
import { inspect } from 'node:util';
import { compactVerify, importJWK } from 'jose';
import { createSignature } from '../../src/ports/signature.ts';
import type { ClaimAnswer } from '../../src/schema.ts';
import { instructionKeyOf, type LogEvent } from '../../src/server.ts';
import { textOf } from '../fixtures/signing.ts';
import { BODY, codeOf, createKit, makeSecret } from './fixture.ts';

const pairs = {
  ES256: generateKeyPairSync('ec', { namedCurve: 'P-256' }),
  EdDSA: generateKeyPairSync('ed25519'),
};
const pemOf = (alg: keyof typeof pairs): string =>
  pairs[alg].privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
const jwkOf = (alg: keyof typeof pairs, kid?: string): string =>
  JSON.stringify({ ...pairs[alg].privateKey.export({ format: 'jwk' }), ...(kid && { kid }) });

const until = async (isSo: () => boolean): Promise<void> => {
  for (let turns = 0; !isSo(); turns += 1) {
    assert.ok(turns < 1_000_000, 'It never came.');
    await setImmediate();
  }
};

const claim = async (signingKey: string): Promise<ClaimAnswer> => {
  const kit = createKit({ signingKey });
  const { claimUrl } = await kit.mint();
  const answer = await kit.ask('POST', claimUrl, { saleId: 'sale-1', transactionId: 'order-1' });
  assert.equal(answer.status, 200);
  return (await answer.json()) as ClaimAnswer;
};

for (const alg of ['ES256', 'EdDSA'] as const) {
  for (const [form, signingKey] of Object.entries({
    'JWK with a kid': jwkOf(alg, '2026-01'),
    'JWK without one': jwkOf(alg),
    PEM: pemOf(alg),
    'PEM on one line': pemOf(alg).replaceAll('\n', '\\n'),
  })) {
    test(`an ${alg} ${form} signs what the page verifies with its public half`, async () => {
      const answer = await claim(signingKey);
      const pinned = await instructionKeyOf(signingKey);
      assert.equal('d' in JSON.parse(pinned), false);
      await createSignature().verify(pinned, 'sale-1', answer);
      await assert.rejects(createSignature().verify(pinned, 'sale-2', answer));
      const changed = { ...answer.instruction, units: '25000001' };
      await assert.rejects(createSignature().verify(pinned, 'sale-1', { ...answer, instruction: changed }));
    });
  }

  test(`an ${alg} signature is a detached JWS over the nine fields in their order, for any library`, async () => {
    const { instruction, signature = '' } = await claim(jwkOf(alg, '2026-01'));
    const payload = Buffer.from(textOf(instruction)).toString('base64url');
    const key = await importJWK(JSON.parse(await instructionKeyOf(jwkOf(alg, '2026-01'))), alg);
    const { protectedHeader } = await compactVerify(signature.replace('..', `.${payload}.`), key);
    assert.deepEqual(protectedHeader, { alg, kid: '2026-01', saleId: 'sale-1' });
  });
}

test('the same claim, asked for again, is signed again', async () => {
  const kit = createKit({ signingKey: jwkOf('ES256') });
  const { claimUrl } = await kit.mint();
  const pinned = await instructionKeyOf(jwkOf('ES256'));
  for (let times = 0; times < 2; times += 1) {
    const answer = await kit.ask('POST', claimUrl, { saleId: 'sale-1', transactionId: 'order-1' });
    await createSignature().verify(pinned, 'sale-1', (await answer.json()) as ClaimAnswer);
  }
});

test('without a signing key there is no signature', async () => {
  const kit = createKit();
  const { claimUrl } = await kit.mint();
  const answer = await kit.ask('POST', claimUrl, { saleId: 'sale-1', transactionId: 'order-1' });
  assert.deepEqual(Object.keys((await answer.json()) as object), ['instruction']);
});

test('an ES256 SEC1 PEM, as openssl ecparam writes it, signs as well', async () => {
  const sec1 = pairs.ES256.privateKey.export({ type: 'sec1', format: 'pem' }).toString();
  await createSignature().verify(await instructionKeyOf(pemOf('ES256')), 'sale-1', await claim(sec1));
});

const { publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey;
const p384 = generateKeyPairSync('ec', { namedCurve: 'P-384' }).privateKey;
const jwkWith = (alg: keyof typeof pairs, change: object): string =>
  JSON.stringify({ ...JSON.parse(jwkOf(alg)), ...change });

for (const [name, signingKey] of Object.entries({
  'an empty text': '',
  'a text of blanks': '  \n',
  'a public key': JSON.stringify({ ...publicKey.export({ format: 'jwk' }), kid: '1' }),
  'a public PEM': publicKey.export({ type: 'spki', format: 'pem' }).toString(),
  'another curve': JSON.stringify(p384.export({ format: 'jwk' })),
  'a PEM of another curve': p384.export({ type: 'pkcs8', format: 'pem' }).toString(),
  'a secret': JSON.stringify({ kty: 'oct', k: 'AAAA', d: 'AAAA' }),
  'an RSA key': JSON.stringify(rsa.export({ format: 'jwk' })),
  'an RSA PEM': rsa.export({ type: 'pkcs8', format: 'pem' }).toString(),
  'a PEM that lost a line': pemOf('ES256').split('\n').toSpliced(1, 1).join('\n'),
  'a PEM without its end': pemOf('EdDSA').split('\n').slice(0, 2).join('\n'),
  'a JWK whose kid no page takes': jwkOf('ES256', 'my key'),
  'a JWK whose kid is empty': jwkWith('ES256', { kid: '' }),
  'a JWK without its public half': jwkWith('EdDSA', { x: undefined }),
  'a JWK with half a public key': jwkWith('ES256', { y: undefined }),
  'a JWK with a private half that is cut': jwkWith('EdDSA', { d: 'AAAA' }),
  'JSON that is cut': jwkOf('ES256').slice(0, -3),
  'a list of keys': `[${jwkOf('ES256')}]`,
})) {
  test(`${name} is refused at start, with what to give, and without the key`, () => {
    assert.throws(
      () => createKit({ signingKey }),
      ({ message, cause }: Error) =>
        /^signingKey .+ Give a private P-256 or Ed25519 key/.test(message) && cause === undefined,
    );
  });
}

const strange = { ES256: generateKeyPairSync('ec', { namedCurve: 'P-256' }), EdDSA: generateKeyPairSync('ed25519') };
for (const [name, signingKey] of Object.entries({
  'a point that is not on the curve': jwkWith('ES256', { x: 'A'.repeat(43) }),
  'an ES256 key whose halves are of two keys': jwkWith('ES256', {
    d: strange.ES256.privateKey.export({ format: 'jwk' }).d,
  }),
  'an EdDSA key whose halves are of two keys': jwkWith('EdDSA', {
    d: strange.EdDSA.privateKey.export({ format: 'jwk' }).d,
  }),
})) {
  test(`${name} is told right after the start, and no sale begins`, async (t) => {
    const said = t.mock.method(console, 'error', () => {});
    const events: LogEvent[] = [];
    const kit = createKit({ signingKey, log: (event) => events.push(event) });
    // Nobody has asked for anything.
    await until(() => said.mock.callCount() > 0);
    assert.match(`${said.mock.calls[0]?.arguments[0]}`, /^Error: signingKey holds no key .+ Give/);
    assert.deepEqual(events, [{ event: 'error', route: 'start', name: 'Error' }]);
    const { d } = JSON.parse(signingKey);
    assert.ok(!inspect(said.mock.calls[0]?.arguments[0]).includes(d), 'tells the key');

    assert.deepEqual(await codeOf(kit.ask('POST', '/token', BODY)), [500, 'server-error']);
    assert.deepEqual(kit.upstream.asked, []);
    await assert.rejects(instructionKeyOf(signingKey), /^Error: signingKey holds no key/);
  });
}

test('an API key whose halves are of two keys is told right after the start, too', async (t) => {
  const said = t.mock.method(console, 'error', () => {});
  const pairOf = async () => Buffer.from(await makeSecret(), 'base64');
  const apiKeySecret = Buffer.concat([(await pairOf()).subarray(0, 32), (await pairOf()).subarray(32)]);
  createKit({ apiKeySecret: apiKeySecret.toString('base64') });
  await until(() => said.mock.callCount() > 0);
  assert.match(`${said.mock.calls[0]?.arguments[0]}`, /^Error: apiKeySecret has the length of an Ed25519 key/);
});
