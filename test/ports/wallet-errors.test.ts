import { expect } from 'chai';
import { codesOf, hasCode } from '../../src/ports/wallet-errors.ts';

const deep = (levels: number): object => (levels === 0 ? { code: 4001 } : { cause: deep(levels - 1) });

const cyclic = (): object => {
  const error: Record<string, unknown> = { code: 4001 };
  error.cause = error;
  return error;
};

const hostile = {
  get code(): never {
    throw new Error('not for you');
  },
};

const revoked = (): object => {
  const { proxy, revoke } = Proxy.revocable({}, {});
  revoke();
  return proxy;
};

describe('the codes of what a wallet throws', () => {
  const found: [name: string, thrown: unknown, codes: number[]][] = [
    ['a number', { code: 4001 }, [4001]],
    ['a string', { code: '4001' }, [4001]],
    ['a negative string', { code: '-32002' }, [-32002]],
    ['zero', { code: 0 }, [0]],
    ['an Error', Object.assign(new Error('no'), { code: 4001 }), [4001]],
    ['the cause of an Error', new Error('no', { cause: { code: 4001 } }), [4001]],
    ['data', { data: { code: 4902 } }, [4902]],
    ['data.originalError', { code: -32603, data: { originalError: { code: 4902 } } }, [-32603, 4902]],
    ['originalError', { originalError: { code: 4902 } }, [4902]],
    ['error', { error: { code: 4902 } }, [4902]],
    [
      'many places, outermost first',
      { code: 1, data: { code: 2, cause: { code: 3 } }, error: { code: 4 } },
      [1, 2, 3, 4],
    ],
    ['five levels down', deep(5), [4001]],
  ];
  for (const [name, thrown, codes] of found) {
    it(`are read from ${name}`, () => expect(codesOf(thrown)).to.deep.equal(codes));
  }

  const none: [name: string, thrown: unknown][] = [
    ['undefined', undefined],
    ['null', null],
    ['a string', '4001'],
    ['a number', 4001],
    ['a function', () => 4001],
    ['a function that carries a code', Object.assign(() => {}, { code: 4001 })],
    ['an empty object', {}],
    ['a word for a code', { code: 'ACTION_REJECTED' }],
    ['a fraction', { code: 4001.5 }],
    ['not a number', { code: Number.NaN }],
    ['spaces around', { code: ' 4001 ' }],
    ['a hex string', { code: '0xfa1' }],
    ['a long string', { code: '4001000' }],
    ['a list', { code: [4001] }],
    ['the message alone', new Error('MetaMask: code 4001')],
    ['too deep a place', deep(6)],
    ['an object whose getter throws', hostile],
    ['a revoked proxy', revoked()],
  ];
  for (const [name, thrown] of none) {
    it(`are none in ${name}`, () => expect(codesOf(thrown)).to.deep.equal([]));
  }

  it('are read from an error that holds itself, and the reading ends', () => {
    const codes = codesOf(cyclic());
    expect(new Set(codes)).to.deep.equal(new Set([4001]));
    expect(codes).to.have.length.below(20);
  });

  it('are looked for one by one', () => {
    expect(hasCode({ code: -32603, data: { originalError: { code: 4902 } } }, 4902)).to.equal(true);
    expect(hasCode({ code: -32603, data: { originalError: { code: 4902 } } }, 4001)).to.equal(false);
    expect(hasCode(undefined, 4001)).to.equal(false);
  });
});
