// A claim's answer, signed: what the kit gives, the page's own verification takes.
import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { test } from 'node:test';
import { compactVerify, importJWK } from 'jose';
import { createSignature } from '../../src/ports/signature.ts';
import type { ClaimAnswer } from '../../src/schema.ts';
import { instructionKeyOf } from '../../src/server.ts';
import { textOf } from '../fixtures/signing.ts';
import { createKit } from './fixture.ts';

const pairs = {
  ES256: generateKeyPairSync('ec', { namedCurve: 'P-256' }),
  EdDSA: generateKeyPairSync('ed25519'),
};
const pemOf = (alg: keyof typeof pairs): string =>
  pairs[alg].privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
const jwkOf = (alg: keyof typeof pairs, kid?: string): string =>
  JSON.stringify({ ...pairs[alg].privateKey.export({ format: 'jwk' }), ...(kid && { kid }) });

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

const { publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
for (const [name, signingKey] of Object.entries({
  'an empty text': '',
  'a public key': JSON.stringify({ ...publicKey.export({ format: 'jwk' }), kid: '1' }),
  'another curve': JSON.stringify(
    generateKeyPairSync('ec', { namedCurve: 'P-384' }).privateKey.export({ format: 'jwk' }),
  ),
  'a secret': JSON.stringify({ kty: 'oct', k: 'AAAA', d: 'AAAA' }),
  'an RSA key': JSON.stringify(
    generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey.export({ format: 'jwk' }),
  ),
})) {
  test(`${name} is refused at start, with what to give`, () => {
    assert.throws(() => createKit({ signingKey }), /^Error: signingKey .+ Give a private P-256 or Ed25519 key/);
  });
}

for (const [name, signingKey] of Object.entries({
  'a PEM of another kind of key': generateKeyPairSync('rsa', { modulusLength: 2048 })
    .privateKey.export({ type: 'pkcs8', format: 'pem' })
    .toString(),
  'a JWK whose kid no page takes': jwkOf('ES256', 'my key'),
  'a point that is not on the curve': JSON.stringify({ ...JSON.parse(jwkOf('ES256')), x: 'A'.repeat(43) }),
})) {
  test(`${name} signs nothing, and the error says so without the key`, async () => {
    const error = await instructionKeyOf(signingKey).then(
      () => undefined,
      (cause: unknown) => cause,
    );
    assert.match(`${error}`, /^Error: signingKey holds no key/);
  });
}
