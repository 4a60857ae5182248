import { expect } from 'chai';
import { NO_SALE } from '../src/no-sale.ts';
import type { Sale } from '../src/sale.ts';
import { type Stage, stageNames } from '../src/stages.ts';
import { fill, formatFiat, formatLeft, statusKey, WORDS, type Words } from '../src/words.ts';

const key = (stage: Stage, change: Partial<Sale> = {}, { isPreparing = false, isSendable = true } = {}) =>
  statusKey({ ...NO_SALE, stage, ...change }, isPreparing, isSendable);
const ASKED = { asked: true, attempt: { askedAt: 0, nonce: '0x7', block: '0x64' } };

const DECLINED = { asked: true, attempt: { ...ASKED.attempt, isDeclined: true } };

describe('words', () => {
  it('name the button in every stage', () => {
    for (const stage of stageNames) expect(WORDS[stage].trim(), stage).not.to.equal('');
  });

  it('say something in every stage but the first', () => {
    for (const stage of stageNames) {
      const said: keyof Words | undefined = key(stage);
      if (stage === 'idle') expect(said).to.equal(undefined);
      else expect(said && WORDS[said], stage).to.be.a('string');
    }
  });

  for (const [said, stage, change, view] of [
    ['saySelling', 'selling', {}, {}],
    ['sayReturned', 'selling', { returned: true }, {}],
    ['sayOrdered', 'ordered', { returned: true }, {}],
    ['sayUncommitted', 'ordered', {}, {}],
    ['sayPreparing', 'ordered', {}, { isPreparing: true, isSendable: false }],
    ['sayWaiting', 'ordered', { returned: true }, { isSendable: false }],
    ['saySending', 'sending', {}, {}],
    ['sayUnsure', 'unsure', ASKED, {}],
    ['saySettling', 'settling', { txHash: '0x1' }, {}],
    ['sayCompleted', 'completed', { txHash: '0x1', fiat: { value: '24', currency: 'USD' } }, {}],
    ['sayCompletedPlain', 'completed', { txHash: '0x1' }, {}],
    ['sayFailedUnsent', 'failed', {}, {}],
    ['sayFailedUnsure', 'failed', ASKED, {}],
    ['sayFailedSent', 'failed', { ...ASKED, txHash: '0x1' }, {}],
    ['sayCancelled', 'cancelled', {}, {}],
    ['sayFailedUnsure', 'cancelled', ASKED, {}],
    ['sayAgain', 'ordered', { ...ASKED, returned: true }, {}],
    ['sayOrdered', 'ordered', { ...DECLINED, returned: true }, {}],
    ['sayCancelled', 'cancelled', DECLINED, {}],
    ['sayFateCancelled', 'failed', { ...ASKED, txHash: '0x1', fate: 'cancelled' }, {}],
    ['sayFateReplaced', 'failed', { ...ASKED, txHash: '0x1', fate: 'replaced' }, {}],
    ['sayFateReverted', 'failed', { ...ASKED, txHash: '0x1', fate: 'reverted' }, {}],
  ] as const) {
    it(`say ${said} in ${stage} with ${JSON.stringify({ ...change, ...view })}`, () => {
      expect(key(stage, change, view)).to.equal(said);
    });
  }

  it('say that nothing was sent only where no wallet was asked', () => {
    for (const stage of stageNames) {
      const said = key(stage, ASKED);
      if (said) expect(WORDS[said], stage).not.to.include('Nothing was sent');
    }
  });
});

describe('fill', () => {
  it('puts values into their places, as often as they come', () => {
    expect(fill('{a} and {b}, {a}', { a: '1', b: '2' })).to.equal('1 and 2, 1');
  });
  it('leaves a place that nothing is known for', () => {
    expect(fill('{a} {b}', { a: '1' })).to.equal('1 {b}');
  });
  it('does not fill what a value brings along', () => {
    expect(fill('{a}', { a: '{b}$&', b: '2' })).to.equal('{b}$&');
  });
});

describe('formatFiat', () => {
  it('follows the reader', () => {
    expect(formatFiat({ value: '1234.5', currency: 'USD' }, 'en-US')).to.equal('$1,234.50');
    expect(formatFiat({ value: '1234.5', currency: 'EUR' }, 'de-DE').replace(/\s/g, ' ')).to.equal('1.234,50 €');
  });
  it('is Coinbase’s own words where the currency or the locale is none', () => {
    expect(formatFiat({ value: '5', currency: 'Doubloons' }, 'en')).to.equal('5 Doubloons');
    expect(formatFiat({ value: '5', currency: 'USD' }, 'not a locale')).to.equal('5 USD');
  });
  it('is nothing where nothing is known', () => expect(formatFiat(null, 'en')).to.equal(''));
});

describe('formatLeft', () => {
  for (const [ms, text] of [
    [27 * 60_000, '27:00'],
    [61_000, '1:01'],
    [59_999, '0:59'],
    [1, '0:00'],
    [0, '0:00'],
    [-5000, '0:00'],
  ] as const) {
    it(`says ${text} for ${ms} ms`, () => expect(formatLeft(ms)).to.equal(text));
  }
});
