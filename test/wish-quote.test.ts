import { expect } from 'chai';
import { readQuoteWish, readWish } from '../src/wish.ts';

const PAGE = { href: 'https://shop.example/pay/out', base: 'https://shop.example/pay/' };
const KEY = { kty: 'EC', crv: 'P-256', x: 'A'.repeat(43), y: 'A'.repeat(43), kid: 'key-1' };

const read = (written: Parameters<typeof readQuoteWish>[0] = {}) =>
  readQuoteWish({ tokenEndpoint: '/token', quoteEndpoint: 'quote', amount: '25', ...written }, PAGE);

describe('a wish for a price', () => {
  it('is for what the button sells', () => {
    // As it goes over the wire.
    const sent = (written = {}) => JSON.parse(JSON.stringify(read(written)));
    expect(sent()).to.deep.equal({
      endpoint: 'https://shop.example/pay/quote',
      request: { asset: 'USDC', network: 'base', amount: '25' },
    });
    const more = {
      asset: 'ETH',
      network: 'optimism',
      amount: '0.5',
      fiatCurrency: 'EUR',
      cashoutMethod: 'ACH_BANK_ACCOUNT',
    };
    expect(sent(more).request).to.deep.equal({
      asset: 'ETH',
      network: 'optimism',
      amount: '0.5',
      fiatCurrency: 'EUR',
      paymentMethod: 'ACH_BANK_ACCOUNT',
    });
  });

  for (const [name, written] of Object.entries({
    'no quote endpoint': { quoteEndpoint: null },
    'an empty one': { quoteEndpoint: '' },
    'no amount': { amount: null },
    'an amount of fiat alone': { amount: null, fiatAmount: '25' },
    'an amount that is none': { amount: '25,5' },
    'an asset that cannot be sold': { asset: 'DOGE' },
    'no token endpoint': { tokenEndpoint: null },
    'an address that is none': { quoteEndpoint: 'javascript:alert(1)' },
  })) {
    it(`is none with ${name}, and throws nothing`, () => {
      expect(read(written)).to.equal(undefined);
    });
  }
});

describe('a wish with a key', () => {
  const withKey = (instructionKey: string | null) => readWish({ tokenEndpoint: '/token', instructionKey }, PAGE);

  it('is refused where the key is none, also where it is empty', () => {
    for (const key of ['', 'key-1', '{}', '[]']) {
      expect(() => withKey(key), key)
        .to.throw()
        .with.property('code', 'instruction-invalid');
    }
  });

  it('is like every other where the key is one, or there is none', () => {
    expect(withKey(JSON.stringify(KEY))).to.deep.equal(withKey(null));
  });
});
