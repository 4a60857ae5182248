// The door that verifies a backend's signature.
import { expect } from 'chai';
import { OfframpError } from '../../src/errors.ts';
import { instructionText } from '../../src/instruction-text.ts';
import { createSignature } from '../../src/ports/signature.ts';
import type { ClaimAnswer } from '../../src/schema.ts';
import { instruction } from '../fixtures/orders.ts';
import { base64Url, createSigner, type Signer, textOf } from '../fixtures/signing.ts';

/** The key of RFC 8037, appendix A.2. */
const ED25519 = { kty: 'OKP', crv: 'Ed25519', x: '11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo', kid: 'ed-1' };
/** `instruction()` for sale-1, signed with the private half of that key by Node's crypto. */
const SIGNED_BY_ED25519 =
  'eyJhbGciOiJFZERTQSIsImtpZCI6ImVkLTEiLCJzYWxlSWQiOiJzYWxlLTEifQ..eVbtYKXg8Wma_VihkBq1KkcMoZNJzGBYUObSDuIPfQUSsdOF3SN6Ela3peqM0jh238UpnTb2ugyGy9L9BpbtBg';
/** The same, with the name that RFC 9864 gives the algorithm. */
const SIGNED_AS_RFC_9864_NAMES_IT =
  'eyJhbGciOiJFZDI1NTE5Iiwia2lkIjoiZWQtMSIsInNhbGVJZCI6InNhbGUtMSJ9..Q2VGroGx3Ek0YeMW8dHrm_TrNkcGM3R2m0rqxDqpJCpnqoO8a74UuQDavHAnFqwEjJEI9C5aXYUBwjp7-JE4Dw';

const signature = createSignature();

type Module = typeof import('../../src/ports/signature.ts');

/** The door of a page whose browser gives this cryptography; `load` gives a copy of the module, which takes it when it is loaded. */
const doorWith = async (own: unknown, load: () => Promise<Module>): Promise<typeof signature> => {
  const known = Object.getOwnPropertyDescriptor(globalThis, 'crypto') ?? {};
  Object.defineProperty(globalThis, 'crypto', { value: own, configurable: true, writable: true });
  try {
    return (await load()).createSignature();
  } finally {
    Object.defineProperty(globalThis, 'crypto', known);
  }
};

const refusing = (cause: unknown) => ({ subtle: { importKey: () => Promise.reject(cause), verify: async () => true } });
const UNKNOWN = new DOMException('Unrecognized name.', 'NotSupportedError');
const OFF_CURVE = new DOMException('Not on the curve.', 'DataError');
const STRANGE = { name: 'NotSupportedError' };

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

  it('needs no name of a key where there is one', async () => {
    const { kid: _, ...bare } = signer.publicKey;
    const sign = (header: Record<string, unknown>) => signer.sign('sale-1', answer.instruction, header);
    for (const [pinned, header] of [
      [bare, {}],
      [bare, { kid: undefined }],
      [signer.publicKey, { kid: undefined }],
    ] as const) {
      await signature.verify(JSON.stringify(pinned), 'sale-1', { ...answer, signature: await sign(header) });
    }
    const two = JSON.stringify([signer.publicKey, (await createSigner('key-2')).publicKey]);
    const unnamed = { ...answer, signature: await sign({ kid: undefined }) };
    expect((await errorOf(signature.verify(two, 'sale-1', unnamed))).message).to.match(/does not know\.$/);
  });

  it('says what is wrong, one sentence for each', async () => {
    const other = await createSigner();
    const stranger = await createSigner('key-2');
    const signedBy = async (header: Record<string, unknown>) => ({
      ...answer,
      signature: await signer.sign('sale-1', answer.instruction, header),
    });
    for (const [pinned, saleId, given, sentence] of [
      [signer.pinned, 'sale-1', { ...answer, signature: undefined }, /its backend gives none\.$/],
      [signer.pinned, 'sale-1', { ...answer, signature: 'a.b.c' }, /is not one\.$/],
      [stranger.pinned, 'sale-1', answer, /a key that this page does not know\.$/],
      [signer.pinned, 'sale-1', await signedBy({ alg: 'HS256' }), /another way than their key allows\.$/],
      [signer.pinned, 'sale-1', await signedBy({ crit: ['exp'] }), /another way than their key allows\.$/],
      [signer.pinned, 'sale-2', answer, /for another cash-out\.$/],
      [other.pinned, 'sale-1', answer, /changed on their way\.$/],
    ] as const) {
      expect((await errorOf(signature.verify(pinned, saleId, given))).message)
        .to.match(/^[A-Z]/)
        .and.match(sentence);
    }
  });

  for (const header of ['null', '5', '"ES256"', '{', '']) {
    it(`takes ${header || 'nothing'} for no header`, async () => {
      const [, mark] = (answer.signature ?? '').split('..');
      const attempt = signature.verify(signer.pinned, 'sale-1', {
        ...answer,
        signature: `${base64Url(header)}..${mark}`,
      });
      expect((await errorOf(attempt)).message).to.match(/is not one\.$/);
    });
  }

  it('takes a signature only with nothing before or behind it', async () => {
    for (const signed of [
      `.${answer.signature}`,
      ` ${answer.signature}`,
      `${answer.signature}.`,
      `${answer.signature}=`,
    ]) {
      const attempt = signature.verify(signer.pinned, 'sale-1', { ...answer, signature: signed });
      expect((await errorOf(attempt)).message).to.match(/is not one\.$/);
    }
  });

  it('reads every letter of base64url in a signature', async () => {
    let signed = '';
    while (!/\.\..*(-.*_|_.*-)/.test(signed)) signed = await signer.sign('sale-1', answer.instruction);
    await signature.verify(signer.pinned, 'sale-1', { ...answer, signature: signed });
  });

  it('writes every letter of base64url of what was signed, wherever its padding would be', async () => {
    for (const id of ['~~~~???>>>>', '~~~~???>>>>1', '~~~~???>>>>12', 'ordre-é-中']) {
      const odd = instruction({ transactionId: id });
      const signed = await signer.sign('sale-1', odd);
      await signature.verify(signer.pinned, 'sale-1', { instruction: odd, signature: signed });
    }
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
      expect((await errorOf(signature.verify(pinned, 'sale-1', changed))).message).to.match(/changed on their way/);
      const named = { ...signed, signature: SIGNED_AS_RFC_9864_NAMES_IT };
      await signature.verify(pinned, 'sale-1', named);
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

  it('cannot verify on a page that is not secure, and says so instead of letting anything through', async () => {
    for (const bare of [
      await doorWith(undefined, () => import('../../src/ports/signature.ts?in-no-crypto' as string)),
      await doorWith({}, () => import('../../src/ports/signature.ts?in-no-subtle' as string)),
    ]) {
      for (const attempt of [() => bare.canVerify(signer.pinned), () => bare.verify(signer.pinned, 'sale-1', answer)]) {
        const { message, advice } = await errorOf(attempt());
        expect(message).to.match(/because it is not secure\.$/);
        expect(advice).to.match(/begins with https/);
      }
    }
  });

  it('asks for a newer browser where this one does not know the kind of key', async () => {
    const old = await doorWith(refusing(UNKNOWN), () => import('../../src/ports/signature.ts?in-old' as string));
    const { message, advice, cause } = await errorOf(old.canVerify(JSON.stringify(ED25519)));
    expect([message, advice, cause]).to.deep.equal([
      'This browser cannot verify the site’s instructions.',
      'Update it, then try again.',
      UNKNOWN,
    ]);
  });

  it('calls a key that the browser refuses for another reason no public key', async () => {
    for (const [cause, strict] of [
      [
        OFF_CURVE,
        await doorWith(refusing(OFF_CURVE), () => import('../../src/ports/signature.ts?in-strict' as string)),
      ],
      [STRANGE, await doorWith(refusing(STRANGE), () => import('../../src/ports/signature.ts?in-strange' as string))],
    ] as const) {
      const error = await errorOf(strict.canVerify(JSON.stringify(ED25519)));
      expect(error.message).to.match(/is not a public key\.$/);
      expect(error.cause).to.equal(cause);
    }
  });
});
