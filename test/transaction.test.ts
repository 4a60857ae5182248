import { expect } from 'chai';
import { decodeFunctionData, encodeFunctionData, hexToBigInt, parseAbi, toEventSelector } from 'viem/utils';
import { allAssets } from '../src/assets.ts';
import { balanceCall, transferFilter, transferRequest } from '../src/transaction.ts';
import { FROM, order, seeded, TO, USDC_ON_BASE } from './fixtures/orders.ts';

const abi = parseAbi([
  'function transfer(address to, uint256 value) returns (bool)',
  'function balanceOf(address owner) view returns (uint256)',
]);
const native = order({ asset: 'ETH', token: null, amount: '0.5', units: '500000000000000000' });

describe('transferRequest', () => {
  it('is the plain transfer of a token, and nothing else', () => {
    expect(transferRequest(order())).to.deep.equal({
      from: FROM,
      to: USDC_ON_BASE,
      value: '0x0',
      data: encodeFunctionData({ abi, functionName: 'transfer', args: [TO, 25_000_000n] }),
      chainId: '0x2105',
    });
  });

  it('spells a token transfer out as ERC-20 does', () => {
    const words = [TO.slice(2).toLowerCase().padStart(64, '0'), (25_000_000).toString(16).padStart(64, '0')];
    expect(transferRequest(order()).data).to.equal(`0xa9059cbb${words.join('')}`);
  });

  it('is the plain transfer of a chain’s own currency, without data', () => {
    expect(transferRequest(native)).to.deep.equal({
      from: FROM,
      to: TO,
      value: '0x6f05b59d3b20000',
      chainId: '0x2105',
    });
  });

  it('names the chain of every asset, so that a wallet on another one refuses', () => {
    for (const { asset, network, chainId, token } of allAssets()) {
      const request = transferRequest(order({ asset, network, chainId, token }));
      expect(request.chainId).to.equal(`0x${chainId.toString(16)}`);
      expect(request.to).to.equal(token ?? TO);
    }
  });

  it('moves exactly the order’s units, however many', () => {
    const random = seeded(3);
    for (let times = 0; times < 300; times += 1) {
      const units = BigInt(1 + Math.floor(random() * 2 ** 52)) ** BigInt(1 + Math.floor(random() * 4));
      const { data, value } = transferRequest(order({ units: units.toString() }));
      const { functionName, args } = decodeFunctionData({ abi, data: data as `0x${string}` });
      expect([functionName, args]).to.deep.equal(['transfer', [TO, units]]);
      expect(value).to.equal('0x0');
      const own = transferRequest(order({ token: null, units: units.toString() }));
      expect(hexToBigInt(own.value as `0x${string}`)).to.equal(units);
      expect(own.value).not.to.match(/^0x0/);
    }
  });

  it('is refused for an amount that is no whole number of units', () => {
    expect(() => transferRequest(order({ units: '1.5' }))).to.throw();
    expect(() => transferRequest(order({ units: 'many' }))).to.throw();
  });

  it('is refused for more units than a call can hold, and for an address that is none', () => {
    expect(() => transferRequest(order({ units: (2n ** 256n).toString() }))).to.throw();
    for (const to of ['', '0x', TO.slice(0, -1), `${TO}0`, `0${TO}`, TO.replace('0x', ''), `0x${'g'.repeat(40)}`]) {
      expect(() => transferRequest(order({ to })), to).to.throw(RangeError, 'This is no address.');
    }
  });
});

describe('balanceCall', () => {
  it('asks the token for the owner’s balance', () => {
    const { to, data } = balanceCall(USDC_ON_BASE, FROM);
    expect(to).to.equal(USDC_ON_BASE);
    expect(decodeFunctionData({ abi, data: data as `0x${string}` })).to.deep.include({
      functionName: 'balanceOf',
      args: [FROM],
    });
  });
});

describe('transferFilter', () => {
  it('finds the token’s transfers from the sender to the deposit address, from a block on', () => {
    expect(transferFilter(order(), '0x64')).to.deep.equal({
      fromBlock: '0x64',
      toBlock: 'latest',
      address: USDC_ON_BASE,
      topics: [
        toEventSelector('event Transfer(address indexed from, address indexed to, uint256 value)'),
        `0x${FROM.slice(2).padStart(64, '0')}`,
        `0x${TO.slice(2).padStart(64, '0')}`,
      ],
    });
  });
});
