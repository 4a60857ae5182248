import { expect } from 'chai';
import { OfframpError } from '../../src/errors.ts';
import {
  createRequests,
  isAmong,
  isContract,
  isHash,
  quantity,
  type Requests,
  row,
  rows,
  word,
} from '../../src/ports/requests.ts';
import {
  createProvider,
  type FakeProvider,
  FROM,
  HASH,
  hang,
  OTHER,
  throwing,
  usdcOrder,
} from '../fixtures/provider.ts';

const requestsOf = (provider: FakeProvider | undefined): Requests => createRequests(provider);

const failure = async (promise: Promise<unknown>): Promise<unknown> => promise.catch((thrown: unknown) => thrown);

const isUnread = (read: () => unknown): void => {
  expect(read).to.throw(OfframpError).with.property('code', 'wallet-failed');
};

/** None of them may pass for a number or for bytes. */
const NO_HEX: unknown[] = [
  undefined,
  null,
  0,
  16,
  16n,
  true,
  '',
  '16',
  'x10',
  '10x10',
  ' 0x10',
  '0x10 ',
  '0x10\n',
  '0x1g',
  '-0x10',
  '0x1.0',
  // What a pattern reads as its text.
  ['0x10'],
  { toString: () => '0x10' },
];

describe('a quantity of the chain', () => {
  it('is a hex number of up to 256 bits, in any letter case', () => {
    expect(quantity('0x0')).to.equal(0n);
    expect(quantity('0xaB')).to.equal(171n);
    expect(quantity(`0x${'f'.repeat(64)}`)).to.equal(2n ** 256n - 1n);
  });
  it('cannot be empty', () => isUnread(() => quantity('0x')));
  it('cannot be longer, not by noughts either', () => {
    for (const long of [`0x1${'0'.repeat(64)}`, `0x${'0'.repeat(65)}`]) isUnread(() => quantity(long));
  });
  for (const value of NO_HEX) {
    it(`cannot be ${typeof value} ${JSON.stringify(typeof value === 'bigint' ? `${value}` : value)}`, () => {
      isUnread(() => quantity(value));
    });
  }
});

describe('bytes of the chain', () => {
  it('are given as they are, none of them too', () => {
    for (const bytes of ['0x', '0x00', '0xaBcd']) expect(word(bytes)).to.equal(bytes);
  });
  for (const value of NO_HEX) {
    it(`cannot be ${typeof value} ${JSON.stringify(typeof value === 'bigint' ? `${value}` : value)}`, () => {
      isUnread(() => word(value));
    });
  }
});

describe('rows of an answer', () => {
  it('are its objects, and an empty list has none', () => {
    const list = [{ a: 1 }, {}];
    expect(rows(list)).to.equal(list);
    expect(rows([])).to.deep.equal([]);
  });
  for (const answer of [null, undefined, {}, { length: 0 }, 'rows', [null], [{}, null], [{}, '0x'], [7], [undefined]]) {
    it(`cannot be read from ${JSON.stringify(answer)}: that would pass for "none"`, () => isUnread(() => rows(answer)));
  }
  it('may be a single one, or the "none" of a node', () => {
    const one = { hash: HASH };
    expect(row(one)).to.equal(one);
    expect(row(null)).to.equal(undefined);
    expect(row(undefined)).to.equal(undefined);
    for (const answer of ['0x', 7, false]) isUnread(() => row(answer));
  });
});

describe('a hash', () => {
  it('is 32 bytes of hex', () => {
    expect(isHash(HASH)).to.equal(true);
    for (const other of [HASH.slice(2), `${HASH}00`, HASH.slice(0, -1), '0x', null, [HASH]]) {
      expect(isHash(other)).to.equal(false);
    }
  });
});

describe('the code of an account', () => {
  const DELEGATION = `0xef0100${'ab'.repeat(20)}`;
  it('makes no contract of it where there is none, or where it only names one (EIP-7702)', () => {
    for (const code of ['0x', DELEGATION, DELEGATION.toUpperCase().replace('0X', '0x')]) {
      expect(isContract(code), code).to.equal(false);
    }
  });
  it('makes a contract of it in every other case', () => {
    for (const code of ['0x00', '0x6080', '0xef0100', `${DELEGATION}00`, DELEGATION.slice(0, -2), '0xef0101']) {
      expect(isContract(code), code).to.equal(true);
    }
  });
});

describe('an account', () => {
  it('may be at any place of the list, in any letter case', () => {
    expect(isAmong([OTHER, FROM.toUpperCase()], FROM)).to.equal(true);
    expect(isAmong([OTHER], FROM)).to.equal(false);
    expect(isAmong([], FROM)).to.equal(false);
  });
});

describe('a request', () => {
  it('is one, with the parameters it was given and none besides', async () => {
    const provider = createProvider();
    const { ask, isOnChain, read, accountsBy } = requestsOf(provider);
    await ask('eth_blockNumber');
    await ask('eth_getBalance', [FROM, 'latest']);
    await isOnChain(usdcOrder);
    await read(usdcOrder, 'eth_getCode', [FROM, 'latest']);
    await accountsBy('eth_accounts');
    expect(provider.asked).to.deep.equal([
      { method: 'eth_blockNumber', params: [] },
      { method: 'eth_getBalance', params: [FROM, 'latest'] },
      { method: 'eth_chainId', params: [] },
      { method: 'eth_getCode', params: [FROM, 'latest'] },
      { method: 'eth_chainId', params: [] },
      { method: 'eth_accounts', params: [] },
    ]);
  });

  it('is told apart from another chain by its number, however written', async () => {
    for (const [written, isSame] of [
      ['0x2105', true],
      ['0x02105', true],
      ['0x1', false],
    ] as const) {
      expect(await requestsOf(createProvider({}, { eth_chainId: () => written })).isOnChain(usdcOrder)).to.equal(
        isSame,
      );
    }
  });

  it('cannot be made without a wallet', async () => {
    expect(await failure(requestsOf(undefined).ask('eth_chainId'))).to.include({ code: 'no-wallet' });
  });

  it('that reads the chain is believed while the wallet is on it', async () => {
    const provider = createProvider({ block: 100 });
    expect(await requestsOf(provider).read(usdcOrder, 'eth_blockNumber')).to.equal('0x64');
    provider.state.chainId = 1;
    expect(await failure(requestsOf(provider).read(usdcOrder, 'eth_blockNumber'))).to.include({ code: 'wrong-chain' });
  });

  it('is not made once its stage is left', async () => {
    const provider = createProvider();
    const error = await failure(requestsOf(provider).ask('eth_chainId', [], AbortSignal.abort()));
    expect(error).to.be.instanceOf(OfframpError).with.property('code', 'wallet-failed');
    expect(provider.asked).to.deep.equal([]);
  });

  it('is not waited for once its stage is left, though the wallet never answers', async () => {
    const leave = new AbortController();
    const asked = failure(requestsOf(createProvider({}, { eth_chainId: hang })).ask('eth_chainId', [], leave.signal));
    leave.abort();
    expect(await asked)
      .to.be.instanceOf(OfframpError)
      .with.property('code', 'wallet-failed');
  });

  it('fails as the wallet fails, in its stage too', async () => {
    const thrown = { code: -32005 };
    const { ask } = requestsOf(createProvider({}, { eth_chainId: throwing(thrown) }));
    expect(await failure(ask('eth_chainId'))).to.equal(thrown);
    expect(await failure(ask('eth_chainId', [], new AbortController().signal))).to.equal(thrown);
  });

  it('for accounts leaves out what is none', async () => {
    for (const [answer, accounts] of [
      [
        [FROM, OTHER],
        [FROM, OTHER],
      ],
      // CAIP-10, a nested list, an address that goes on.
      [[`eip155:1:${FROM}`, [FROM], `${FROM}00`, FROM.slice(0, -1), null, 7, OTHER], [OTHER]],
      [{ 0: FROM, length: 1 }, []],
      [FROM, []],
      [null, []],
    ] as const) {
      const provider = createProvider({ accounts: answer });
      expect(await requestsOf(provider).accountsBy('eth_accounts')).to.deep.equal(accounts);
    }
  });
});
