// The door that verifies a backend's signature, and the keys a page may pin.
import { expect } from 'chai';
import { OfframpError } from '../../src/errors.ts';
import { readKeys } from '../../src/instruction-key.ts';
import { instructionText } from '../../src/instruction-text.ts';
import { createSignature } from '../../src/ports/signature.ts';
import type { ClaimAnswer } from '../../src/schema.ts';
import { instruction } from '../fixtures/orders.ts';
import { createSigner, type Signer, textOf } from '../fixtures/signing.ts';

/** The key of RFC 8037, appendix A.2. */
const ED25519 = { kty: 'OKP', crv: 'Ed25519', x: '11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo', kid: 'ed-1' };
/** `instruction()` for sale-1, signed with the private half of that key by Node's crypto. */
const SIGNED_BY_ED25519 =
  'eyJhbGciOiJFZERTQSIsImtpZCI6ImVkLTEiLCJzYWxlSWQiOiJzYWxlLTEifQ..eVbtYKXg8Wma_VihkBq1KkcMoZNJzGBYUObSDuIPfQUSsdOF3SN6Ela3peqM0jh238UpnTb2ugyGy9L9BpbtBg';

const signature = createSignature();

const errorOf = async (attempt: Promise<unknown>): Promise<OfframpError> => {
  const error = await attempt.then(
    () => undefined,
    (cause: unknown) => cause,
  );
  if (!(error instanceof OfframpError)) throw new Error(`not refused: ${error}`);
  expect(error.code).to.equal('instruction-invalid');
  return error;
};

describe('the text that is signed', () => {
  it('is the nine fields in their order, and no others', () => {
    const one = instruction();
    const reversed = Object.fromEntries(Object.entries({ ...one, more: 1 }).reverse()) as typeof one;
    expect(instructionText(one)).to.equal(textOf(one));
    expect(instructionText(reversed)).to.equal(textOf(one));
    expect(instructionText(one)).to.equal(
      '{"transactionId":"order-1","chainId":8453,"asset":"USDC","token":"0x833589fCD6eDb6E08f4c7C32D4f71b54bdA02913",' +
        '"to":"0xfB6916095ca1df60bB79Ce92cE3Ea74c37c5d359","from":"0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed",' +
        '"amount":"25","units":"25000000","deadline":"2026-01-15T12:27:00.000Z"}',
    );
  });
});

describe('the signature door', () => {
  let signer: Signer;
  let answer: ClaimAnswer;
  before(async () => {
    signer = await createSigner();
    answer = { instruction: instruction(), signature: await signer.sign('sale-1', instruction()) };
  });

  it('takes what the pinned key signed for the sale', async () => {
    await signature.verify(signer.pinned, 'sale-1', answer);
  });

  it('says what is wrong, one sentence for each', async () => {
    const other = await createSigner();
    const stranger = await createSigner('key-2');
    const messages = await Promise.all(
      [
        signature.verify(signer.pinned, 'sale-1', { instruction: answer.instruction }),
        signature.verify(signer.pinned, 'sale-1', { ...answer, signature: 'a.b.c' }),
        signature.verify(stranger.pinned, 'sale-1', answer),
        signature.verify(signer.pinned, 'sale-2', answer),
        signature.verify(other.pinned, 'sale-1', answer),
      ].map(async (attempt) => (await errorOf(attempt)).message),
    );
    expect(new Set(messages).size).to.equal(5);
    for (const message of messages) expect(message).to.match(/^[A-Z].+\.$/);
  });

  it('verifies with the browser’s own cryptography, even when a script has patched it later', async () => {
    const { subtle } = crypto;
    const forged = await (await createSigner()).sign('sale-1', instruction());
    Object.defineProperty(subtle, 'verify', { value: async () => true, configurable: true });
    try {
      await errorOf(signature.verify(signer.pinned, 'sale-1', { ...answer, signature: forged }));
    } finally {
      Reflect.deleteProperty(subtle, 'verify');
    }
  });

  it('takes Ed25519 where the browser knows it, and says where it does not before anything is signed', async () => {
    const knows = await crypto.subtle
      .importKey('jwk', { kty: 'OKP', crv: 'Ed25519', x: ED25519.x }, { name: 'Ed25519' }, false, ['verify'])
      .then(
        () => true,
        () => false,
      );
    const pinned = JSON.stringify(ED25519);
    const signed = { instruction: instruction(), signature: SIGNED_BY_ED25519 };
    if (knows) {
      await signature.canVerify(pinned);
      await signature.verify(pinned, 'sale-1', signed);
      const changed = { ...signed, instruction: instruction({ units: '25000001' }) };
      await errorOf(signature.verify(pinned, 'sale-1', changed));
    } else {
      expect((await errorOf(signature.canVerify(pinned))).advice).to.match(/Update/);
      await errorOf(signature.verify(pinned, 'sale-1', signed));
    }
  });

  it('takes nothing by a key that is a point off its curve', async () => {
    const pinned = JSON.stringify({ ...signer.publicKey, x: 'A'.repeat(43) });
    await errorOf(signature.verify(pinned, 'sale-1', answer));
  });

  it('can verify with a key of the widest reach', async () => {
    await signature.canVerify(signer.pinned);
  });
});

describe('the keys of a page', () => {
  const key = {
    kty: 'EC',
    crv: 'P-256',
    x: 'f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU',
    y: 'x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0',
    kid: 'key-1',
  };
  const kidsIn = (value: unknown) => readKeys(JSON.stringify(value)).map(({ kid }) => kid);

  it('are one JWK, a list, or a JWK Set, with members that a verifier has no use for', () => {
    const more = { ...key, kid: 'key-2', alg: 'ES256', use: 'sig', key_ops: ['verify'], ext: true };
    expect(kidsIn(key)).to.deep.equal(['key-1']);
    expect(kidsIn([key, more])).to.deep.equal(['key-1', 'key-2']);
    expect(kidsIn({ keys: [key, more, ED25519] })).to.deep.equal(['key-1', 'key-2', 'ed-1']);
  });

  const wrong: Record<string, unknown> = {
    nothing: null,
    'a number': 5,
    'a text': 'key-1',
    'an empty list': [],
    'a list in a list': [[key]],
    'no kid': { ...key, kid: undefined },
    'an empty kid': { ...key, kid: '' },
    'a kid that is no text': { ...key, kid: 1 },
    'one kid twice': [key, key],
    'another curve': { ...key, crv: 'P-384' },
    'a key for HMAC': { kty: 'oct', k: 'AAAA', kid: 'key-1' },
    'an RSA key': { kty: 'RSA', n: 'AAAA', e: 'AQAB', kid: 'key-1' },
    'a key for encryption': { ...key, use: 'enc' },
    'another algorithm’s key': { ...key, alg: 'ECDH-ES' },
    'half a point': { ...key, y: undefined },
    'a short point': { ...key, x: 'AAAA' },
    'a good key beside one that is none': [key, { kid: 'key-2' }],
    'eleven keys': Array.from({ length: 11 }, (_, at) => ({ ...key, kid: `key-${at}` })),
  };
  for (const [name, value] of Object.entries(wrong)) {
    it(`are not ${name}`, () => {
      expect(() => readKeys(JSON.stringify(value)))
        .to.throw(OfframpError)
        .with.property('code', 'instruction-invalid');
    });
  }

  it('are not a private key, which is said in so many words', () => {
    expect(() => readKeys(JSON.stringify({ keys: [{ ...key, d: 'A'.repeat(43) }] }))).to.throw(/private key/);
  });
});
