import { expect } from 'chai';
import { errorTable, OfframpError, type OfframpErrorCode } from '../src/errors.ts';

const rows = Object.entries(errorTable);
const isSentence = (text: string) => /^[A-Z].*[^.]\.$/.test(text) && !/[.!?] /.test(text);

describe('errors', () => {
  for (const [code, { message, advice }] of rows) {
    it(`${code} says what happened and what to do, in one sentence each`, () => {
      expect(isSentence(message), message).to.equal(true);
      expect(isSentence(advice), advice).to.equal(true);
    });
    it(`${code} shows no address of anything`, () => {
      expect(`${message} ${advice}`).not.to.match(/:\/\/|0x|www\./);
    });
  }

  it('carry the words of their code', () => {
    const error = new OfframpError('low-funds', { stage: 'ordered' });
    expect(error).to.be.instanceOf(Error);
    expect(error).to.include({ name: 'OfframpError', code: 'low-funds', stage: 'ordered', recoverable: true });
    expect(error.message).to.equal(errorTable['low-funds'].message);
    expect(error.advice).to.equal(errorTable['low-funds'].advice);
  });

  it('keep everything but the stage when said of another stage', () => {
    const cause = new Error('inner');
    const details = { cause, message: 'It rained.', advice: 'Wait.', retryAfter: 3000 };
    const error = new OfframpError('backend-busy', details).at('selling');
    expect(error).to.include({ code: 'backend-busy', stage: 'selling', ...details });
  });

  it('do not put their cause into their words', () => {
    const error = new OfframpError('backend-refused', { cause: new Error('Bearer secret') });
    expect(`${error.message} ${error.advice} ${JSON.stringify(error)}`).not.to.contain('secret');
  });

  it('have codes in lower case with hyphens', () => {
    const codes: OfframpErrorCode[] = rows.map(([code]) => code as OfframpErrorCode);
    for (const code of codes) expect(code).to.match(/^[a-z]+(-[a-z]+)*$/);
    expect(codes).to.have.lengthOf(21);
  });
});
