import { expect } from 'chai';
import { allAssets } from '../src/assets.ts';
import { deadlineOf, instantOf, isPayable, isSold } from '../src/rules.ts';
import { FROM, MINUTE, NOON, OTHER, TO } from './fixtures/orders.ts';

describe('the time an order was made', () => {
  for (const written of [
    '2026-01-15T12:00:00Z',
    '2026-01-15T12:00:00.000Z',
    '2026-01-15T14:00:00+02:00',
    '2026-01-15T06:30:00-05:30',
    '2026-01-15T23:45:00+11:45',
  ]) {
    it(`is read from ${written}, the same moment everywhere`, () => expect(instantOf(written)).to.equal(NOON));
  }

  for (const written of [
    undefined,
    '',
    'today',
    // Without a zone each machine would read its own time into it.
    '2026-01-15T12:00:00',
    '2026-01-15 12:00:00',
    '2026-01-15',
    '1768478400000',
    'Thu Jan 15 2026 12:00:00 GMT+0200',
    'Thu Jan 15 2026 12:00:00 +02:00 (home)',
    // What some engines read, and RFC 3339 does not know.
    '2026-01-15T12:00:00Z (UTC)',
    '+002026-01-15T12:00:00Z',
    'Z',
  ]) {
    it(`is not read from ${JSON.stringify(written)}`, () => expect(instantOf(written)).to.satisfy(Number.isNaN));
  }
});

describe('the time until which an order is sent for', () => {
  for (const network of new Set(allAssets().map((asset) => asset.network))) {
    const minutes = network === 'ethereum' ? 25 : 27;
    it(`is ${minutes} minutes on ${network}`, () => {
      expect(deadlineOf(NOON, network)).to.equal(NOON + minutes * MINUTE);
    });
  }
});

describe('a cash-out method', () => {
  it('sells where it pays fiat, also where Coinbase does not name it', () => {
    for (const method of ['ACH_BANK_ACCOUNT', 'PAYPAL', 'FIAT_WALLET', 'RTP', '', undefined]) {
      expect(isSold(method), method).to.equal(true);
    }
  });
  it('sells nothing where it only moves crypto, under whatever prefix', () => {
    for (const method of ['CRYPTO_ACCOUNT', 'CRYPTO_WALLET', 'PAYMENT_METHOD_CRYPTO_ACCOUNT']) {
      expect(isSold(method), method).to.equal(false);
    }
  });
});

describe('a deposit address', () => {
  it('can be paid in its checksum, and in small letters without one', () => {
    expect(isPayable(TO, FROM)).to.equal(true);
    expect(isPayable(TO.toLowerCase(), FROM)).to.equal(true);
  });
  it('cannot be paid with one letter in another case', () => {
    for (const [place, letter] of [...TO].entries()) {
      const other = letter === letter.toLowerCase() ? letter.toUpperCase() : letter.toLowerCase();
      if (place < 2 || other === letter) continue;
      expect(isPayable(TO.slice(0, place) + other + TO.slice(place + 1), FROM), `letter ${place}`).to.equal(false);
    }
  });
  it('is not an address that belongs to the chain itself', () => {
    const low = (number: number) => `0x${number.toString(16).padStart(40, '0')}`;
    for (const number of [0, 1, 9, 0x100, 0xffff]) expect(isPayable(low(number), FROM), low(number)).to.equal(false);
    expect(isPayable(low(0x10000), FROM)).to.equal(true);
  });
  it('is not the sender, however spelled', () => {
    for (const to of [FROM, FROM.toLowerCase()]) {
      expect(isPayable(to, FROM)).to.equal(false);
      expect(isPayable(to, FROM.toLowerCase())).to.equal(false);
    }
    expect(isPayable(OTHER, FROM)).to.equal(true);
  });
  it('is no token’s contract, of whatever network', () => {
    for (const { token } of allAssets()) {
      if (token) for (const to of [token, token.toLowerCase()]) expect(isPayable(to, FROM), to).to.equal(false);
    }
  });
});
