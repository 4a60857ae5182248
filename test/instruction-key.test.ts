// The public keys that a page may pin, as the texts a page may write.
import { expect } from 'chai';
import { OfframpError } from '../src/errors.ts';
import { readKeys } from '../src/instruction-key.ts';

/** The key of RFC 8037, appendix A.2. */
const ED25519 = { kty: 'OKP', crv: 'Ed25519', x: '11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo', kid: 'ed-1' };

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

  it('may name their algorithm as RFC 8037 and as RFC 9864 do', () => {
    for (const alg of ['EdDSA', 'Ed25519']) expect(kidsIn({ ...ED25519, alg })).to.deep.equal(['ed-1']);
  });

  it('needs no kid where it is the only one', () => {
    expect(kidsIn({ ...key, kid: undefined })).to.deep.equal([undefined]);
  });

  it('may be ten, and a kid may be 128 letters long', () => {
    const ten = Array.from({ length: 10 }, (_, at) => ({ ...key, kid: `key-${at}` }));
    expect(kidsIn(ten)).to.have.lengthOf(10);
    const kid = '!~'.repeat(64);
    expect(kidsIn({ ...key, kid })).to.deep.equal([kid]);
  });

  const wrong: Record<string, unknown> = {
    nothing: null,
    'a number': 5,
    'a text': 'key-1',
    'an empty list': [],
    'a list in a list': [[key]],
    'an empty kid': { ...key, kid: '' },
    'a kid that is no text': { ...key, kid: 1 },
    'a kid of 129 letters': { ...key, kid: 'k'.repeat(129) },
    'a kid that begins with a space': { ...key, kid: ' key-1' },
    'a kid that ends with a space': { ...key, kid: 'key-1 ' },
    'a kid in other letters than ASCII': { ...key, kid: 'schlüssel' },
    'one kid twice': [key, key],
    'two without a kid': [
      { ...key, kid: undefined },
      { ...ED25519, kid: undefined },
    ],
    'another curve': { ...key, crv: 'P-384' },
    'a key for HMAC': { kty: 'oct', k: 'AAAA', kid: 'key-1' },
    'an RSA key': { kty: 'RSA', n: 'AAAA', e: 'AQAB', kid: 'key-1' },
    'a key for encryption': { ...key, use: 'enc' },
    'another algorithm’s key': { ...key, alg: 'ECDH-ES' },
    'half a point': { ...key, y: undefined },
    'a short point': { ...key, x: 'AAAA' },
    'a point with a letter before it': { ...key, x: `A${key.x}` },
    'a point with a letter behind it': { ...key, x: `${key.x}A` },
    'a point in another base64': { ...key, x: key.x.replace(/^./, '+') },
    'a list with nothing in it but nothing': [null],
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

  for (const text of ['', 'key-1', '{', 'undefined', `${JSON.stringify(key)}x`]) {
    it(`are not read from ${JSON.stringify(text).slice(0, 20)}, which is no JSON`, () => {
      expect(() => readKeys(text))
        .to.throw(OfframpError)
        .with.property('code', 'instruction-invalid');
    });
  }

  it('come with advice where they are none', () => {
    expect(() => readKeys('key-1')).to.throw(OfframpError, /is not a public key\.$/);
    expect(() => readKeys('key-1'))
      .to.throw(OfframpError)
      .with.property('advice')
      .that.matches(/Set it to the JSON of a public JWK/);
  });

  it('are not a private key, which is said in so many words, with what to do about it', () => {
    const own = { ...key, d: 'A'.repeat(43) };
    for (const keys of [[own], [key, { ...own, kid: 'key-2' }]]) {
      const text = JSON.stringify({ keys });
      expect(() => readKeys(text)).to.throw(OfframpError, /is a private key, which every visitor can read/);
      expect(() => readKeys(text))
        .to.throw(OfframpError)
        .with.property('advice')
        .that.matches(/new pair of keys/);
    }
  });
});
