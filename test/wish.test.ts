import { expect } from 'chai';
import { OfframpError } from '../src/errors.ts';
import { absolute, readWish, type Wish } from '../src/wish.ts';

const PAGE = { href: 'https://shop.example/pay/out?step=2', base: 'https://shop.example/pay/' };

const read = (written: Parameters<typeof readWish>[0] = {}): Wish =>
  readWish({ tokenEndpoint: '/token', ...written }, PAGE);

const codeOf = (act: () => unknown): string | undefined => {
  try {
    act();
  } catch (error) {
    if (error instanceof OfframpError) return error.code;
    throw error;
  }
  return undefined;
};

describe('a wish', () => {
  it('is filled with what a page leaves out', () => {
    expect(read()).to.deep.equal({
      tokenEndpoint: 'https://shop.example/token',
      statusEndpoint: null,
      asset: 'USDC',
      network: 'base',
      amount: null,
      fiatAmount: null,
      fiatCurrency: null,
      cashoutMethod: null,
      redirectUrl: 'https://shop.example/pay/out?step=2',
      presentation: 'popup',
      payOrigin: 'https://pay.coinbase.com',
    });
  });

  it('takes an empty attribute for one that is not there', () => {
    const empty = { asset: '', network: '', amount: '', fiatAmount: '', fiatCurrency: '', cashoutMethod: '' };
    expect(read({ ...empty, statusEndpoint: '', redirectUrl: '', payOrigin: '' })).to.deep.equal(read());
  });

  it('passes on what a page says', () => {
    const said = { amount: '25.50', fiatAmount: '20', fiatCurrency: 'EUR', cashoutMethod: 'ACH_BANK_ACCOUNT' };
    expect(read(said)).to.include(said);
    expect(read({ payOrigin: 'http://127.0.0.1:4401' }).payOrigin).to.equal('http://127.0.0.1:4401');
  });

  for (const [asset, network, expected] of [
    ['usdc', 'base', ['USDC', 'base']],
    ['USDC', 'base-mainnet', ['USDC', 'base']],
    ['CBBTC', 'ethereum', ['cbBTC', 'ethereum']],
    ['USDC', 'avalanche-c-chain', ['USDC', 'avacchain']],
    ['ETH', null, ['ETH', 'base']],
  ] as const) {
    it(`says ${asset} on ${network} in Coinbase's names`, () => {
      const wish = read({ asset, network });
      expect([wish.asset, wish.network]).to.deep.equal(expected);
    });
  }

  for (const [written, address] of [
    ['/token', 'https://shop.example/token'],
    ['token', 'https://shop.example/pay/token'],
    ['../token?x=1', 'https://shop.example/token?x=1'],
    ['//api.example/token', 'https://api.example/token'],
    ['https://api.example/token', 'https://api.example/token'],
  ] as const) {
    it(`makes "${written}" absolute`, () => {
      expect(read({ tokenEndpoint: written }).tokenEndpoint).to.equal(address);
      expect(read({ statusEndpoint: written }).statusEndpoint).to.equal(address);
    });
  }

  for (const [written, address] of [
    ['https://shop.example/pay/out#part', 'https://shop.example/pay/out'],
    ['https://shop.example/?offramp-sale=old.nonce&a=1', 'https://shop.example/?a=1'],
    ['https://shop.example/?a=b%20c&offramp-sale=old.nonce', 'https://shop.example/?a=b+c'],
    ['https://shop.example/?offramp-sale=one.a&offramp-sale=two.b', 'https://shop.example/'],
    ['back', 'https://shop.example/pay/back'],
    ['?done=1', 'https://shop.example/pay/?done=1'],
    ['#only', 'https://shop.example/pay/'],
  ] as const) {
    it(`leads back to ${address} for "${written}"`, () => {
      expect(read({ redirectUrl: written }).redirectUrl).to.equal(address);
    });
  }

  it('leads back to the page itself without its fragment and its old mark', () => {
    const page = { ...PAGE, href: 'https://shop.example/pay/out?step=2&offramp-sale=old.nonce#top' };
    expect(readWish({ tokenEndpoint: '/token' }, page).redirectUrl).to.equal('https://shop.example/pay/out?step=2');
  });

  for (const [written, presentation] of [
    ['redirect', 'redirect'],
    ['popup', 'popup'],
    ['auto', 'popup'],
    ['REDIRECT', 'popup'],
    ['iframe', 'popup'],
    ['', 'popup'],
    [null, 'popup'],
  ] as const) {
    it(`shows Coinbase in a ${presentation} for presentation ${written}`, () => {
      expect(read({ presentation: written as Wish['presentation'] }).presentation).to.equal(presentation);
    });
  }

  for (const [written, code] of [
    [{ tokenEndpoint: null }, 'no-endpoint'],
    [{ tokenEndpoint: '' }, 'no-endpoint'],
    [{ tokenEndpoint: 'https://' }, 'no-endpoint'],
    [{ statusEndpoint: 'https://' }, 'no-endpoint'],
    [{ redirectUrl: 'https://' }, 'no-endpoint'],
    [{ asset: 'DOGE' }, 'unknown-asset'],
    [{ network: 'base-sepolia' }, 'unknown-asset'],
    [{ asset: 'EURC', network: 'polygon' }, 'unknown-asset'],
    [{ amount: '0' }, 'bad-amount'],
    [{ amount: '-1' }, 'bad-amount'],
    [{ amount: '1e3' }, 'bad-amount'],
    [{ amount: '1,5' }, 'bad-amount'],
    [{ amount: ' 1' }, 'bad-amount'],
    [{ amount: '.5' }, 'bad-amount'],
    [{ amount: '0x10' }, 'bad-amount'],
    [{ amount: '1.1234567' }, 'bad-amount'],
    [{ fiatAmount: 'ten' }, 'bad-amount'],
    [{ fiatAmount: '1.23456' }, 'bad-amount'],
  ] as const) {
    it(`is refused as ${code}: ${JSON.stringify(written)}`, () => {
      expect(codeOf(() => read(written))).to.equal(code);
    });
  }

  it('is refused by the decimals of its own asset', () => {
    expect(read({ asset: 'ETH', amount: '0.000000000000000001' }).amount).to.equal('0.000000000000000001');
    expect(codeOf(() => read({ asset: 'cbBTC', amount: '0.000000001' }))).to.equal('bad-amount');
  });
});

describe('an address', () => {
  it('that is none is refused without being repeated', () => {
    try {
      absolute('https://secret:9999999/', PAGE.base);
    } catch (error) {
      expect(String(error)).not.to.contain('secret');
      return;
    }
    expect.fail('It was taken.');
  });
});
