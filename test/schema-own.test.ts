// Answers read on a page that has put things on every object: what an answer does not have itself, it does not have.
import { expect } from 'chai';
import { NO_SALE } from '../src/no-sale.ts';
import { parseClaim, parseList, parseSale, readAs, tokenAnswer } from '../src/schema.ts';

/** Puts a field on every object while something is read and looked at. */
const withInherited = (fields: Record<string, unknown>, read: () => void): void => {
  Object.assign(Object.prototype, fields);
  try {
    read();
  } finally {
    for (const name of Object.keys(fields)) Reflect.deleteProperty(Object.prototype, name);
  }
};

describe('an answer, on a page with things on every object', () => {
  it('has no status address, claim address or time but its own', () => {
    const fields = {
      statusUrl: '/evil',
      claimUrl: '/evil',
      eventsUrl: '/evil',
      partnerUserRef: 'evil',
      now: '2020-01-01T00:00:00Z',
    };
    withInherited(fields, () => {
      const answer = readAs(tokenAnswer, JSON.parse('{"token":"t"}'));
      const { statusUrl, claimUrl, eventsUrl, partnerUserRef, now } = answer ?? { now: 'none' };
      expect([answer?.token, statusUrl, claimUrl, eventsUrl, partnerUserRef, now].join('|')).to.equal('t|||||');
    });
  });

  it('is none, where only every object has what it lacks', () => {
    withInherited({ token: 'evil', transactions: [] }, () => {
      expect(readAs(tokenAnswer, {}) === undefined).to.equal(true);
      expect(parseList({}) === undefined).to.equal(true);
    });
  });

  it('gives an order no address, hash or amount', () => {
    const fields = {
      to_address: 'evil',
      toAddress: 'evil',
      tx_hash: 'evil',
      sell_amount: { value: '1', currency: 'X' },
    };
    withInherited(fields, () => {
      const [record] =
        parseList(JSON.parse('{"transactions":[{"transaction_id":"a","status":"STARTED"}]}'))?.transactions ?? [];
      expect(record?.status).to.equal('STARTED');
      const { to_address, tx_hash, sell_amount } = record ?? {};
      expect([to_address, tx_hash, sell_amount].join('|')).to.equal('||');
    });
  });

  it('leaves an ask of the wallet undeclined, unrepeated and without a batch', () => {
    const attempt = { askedAt: 1, nonce: '0x1', block: '0x1' };
    withInherited({ isDeclined: true, isRepeat: true, callsId: '0x1', placed: '0x1' }, () => {
      for (const read of [parseClaim({ saleId: 'a', attempt }), parseSale({ ...NO_SALE, attempt })]) {
        const { isDeclined, isRepeat, callsId, placed } = read?.attempt ?? { isDeclined: 'none' };
        expect([isDeclined, isRepeat, callsId, placed].join('|')).to.equal('|||');
      }
    });
  });
});
