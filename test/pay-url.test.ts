import { expect } from 'chai';
import { payUrl, returnUrl } from '../src/pay-url.ts';

const PARTS = {
  payOrigin: 'https://pay.coinbase.com',
  token: 'token-1',
  partnerUserRef: 'ref-1',
  redirectUrl: 'https://shop.example/back?offramp-sale=sale-1.nonce-1',
  asset: 'USDC',
  network: 'base',
  amount: '25',
  fiatAmount: null,
  fiatCurrency: 'EUR',
  cashoutMethod: 'ACH_BANK_ACCOUNT',
};

const open = (change: Partial<typeof PARTS | { amount: null; fiatAmount: string }> = {}): URL => {
  const url = payUrl({ ...PARTS, ...change });
  if (!url) throw new Error('There is no address.');
  return new URL(url);
};

describe('payUrl', () => {
  it('opens Coinbase’s sell page with everything it is told, by Coinbase’s names', () => {
    const url = open();
    expect(url.origin + url.pathname).to.equal('https://pay.coinbase.com/v3/sell/input');
    expect(Object.fromEntries(url.searchParams)).to.deep.equal({
      sessionToken: 'token-1',
      partnerUserRef: 'ref-1',
      redirectUrl: 'https://shop.example/back?offramp-sale=sale-1.nonce-1',
      defaultAsset: 'USDC',
      defaultNetwork: 'base',
      presetCryptoAmount: '25',
      fiatCurrency: 'EUR',
      defaultCashoutMethod: 'ACH_BANK_ACCOUNT',
    });
    expect(url.hash).to.equal('');
  });

  it('leaves out what is not given', () => {
    const url = payUrl({ ...PARTS, amount: null, fiatCurrency: null, cashoutMethod: null });
    expect([...new URL(url ?? '').searchParams.keys()]).to.deep.equal([
      'sessionToken',
      'partnerUserRef',
      'redirectUrl',
      'defaultAsset',
      'defaultNetwork',
    ]);
  });

  it('gives the fiat amount only without a crypto amount, which Coinbase prefers', () => {
    expect(open({ amount: null, fiatAmount: '20' }).searchParams.get('presetFiatAmount')).to.equal('20');
    const both = payUrl({ ...PARTS, fiatAmount: '20' });
    expect(new URL(both ?? '').searchParams.has('presetFiatAmount')).to.equal(false);
  });

  it('keeps what it is told inside its parameters', () => {
    const token = 'a&redirectUrl=https://evil.example/#?b c+d%20é';
    const url = open({ token });
    expect(url.searchParams.get('sessionToken')).to.equal(token);
    expect(url.searchParams.getAll('redirectUrl')).to.deep.equal([PARTS.redirectUrl]);
    expect(url.hash).to.equal('');
  });

  for (const [payOrigin, origin] of [
    ['https://pay.coinbase.com/', 'https://pay.coinbase.com'],
    ['https://pay.coinbase.com:443', 'https://pay.coinbase.com'],
    ['HTTPS://PAY.COINBASE.COM', 'https://pay.coinbase.com'],
    ['https://simulator.example:8443', 'https://simulator.example:8443'],
    // Browsers show such names as punycode; so does the address that is opened.
    ['https://cöinbase.example', 'https://xn--cinbase-90a.example'],
    ['http://localhost:4401', 'http://localhost:4401'],
    ['http://127.0.0.1:4401', 'http://127.0.0.1:4401'],
    ['http://[::1]:4401', 'http://[::1]:4401'],
  ] as const) {
    it(`opens ${origin} for "${payOrigin}"`, () => expect(open({ payOrigin }).origin).to.equal(origin));
  }

  for (const payOrigin of [
    '',
    ' ',
    'pay.coinbase.com',
    '/v3/sell',
    '//evil.example',
    'javascript:alert(1)',
    'javascript://pay.coinbase.com/%0aalert(1)',
    'data:text/html,hello',
    'blob:https://pay.coinbase.com/1',
    'file:///etc/hosts',
    'ftp://pay.coinbase.com',
    'http://pay.coinbase.com',
    'http://localhost.evil.example',
    'http://127.0.0.1.evil.example',
    'http://127.0.0.2:4401',
    'http://0.0.0.0:4401',
    'http://192.168.0.1',
    'https://user@pay.coinbase.com',
    'https://user:secret@pay.coinbase.com',
    'https://:secret@pay.coinbase.com',
    'https://pay.coinbase.com@evil.example',
    'https://pay.coinbase.com/path',
    'https://evil.example/pay.coinbase.com',
    'https://',
    'null',
  ]) {
    it(`opens nothing for "${payOrigin}"`, () => expect(payUrl({ ...PARTS, payOrigin })).to.equal(undefined));
  }

  it('takes nothing but the origin', () => {
    const url = open({ payOrigin: 'https://pay.coinbase.com?partnerUserRef=evil#there' });
    expect(url.searchParams.getAll('partnerUserRef')).to.deep.equal(['ref-1']);
    expect(url.hash).to.equal('');
  });
});

describe('returnUrl', () => {
  it('carries the sale and its nonce', () => {
    expect(returnUrl('https://shop.example/back', 'sale-1', 'nonce-1')).to.equal(
      'https://shop.example/back?offramp-sale=sale-1.nonce-1',
    );
  });

  it('keeps the page’s own query and fragment', () => {
    expect(returnUrl('https://shop.example/back?cart=7&x=a%20b#pay', 'sale-1', 'nonce-1')).to.equal(
      'https://shop.example/back?cart=7&x=a+b&offramp-sale=sale-1.nonce-1#pay',
    );
  });

  it('puts its mark in the place of older ones', () => {
    const url = returnUrl('https://shop.example/?offramp-sale=a.b&cart=7&offramp-sale=c.d', 'sale-1', 'nonce-1');
    expect(new URL(url).searchParams.getAll('offramp-sale')).to.deep.equal(['sale-1.nonce-1']);
    expect(new URL(url).searchParams.get('cart')).to.equal('7');
  });
});
