import { expect } from 'chai';
import { getAddress } from 'viem/utils';
import { allAssets, chainOf, findAsset } from '../src/assets.ts';

/** What the issuers and chains publish, typed a second time by hand: chain id and decimals of each row. */
const PUBLISHED: Record<string, [chainId: number, decimals: number]> = {
  'USDC base': [8453, 6],
  'USDC ethereum': [1, 6],
  'USDC optimism': [10, 6],
  'USDC arbitrum': [42161, 6],
  'USDC polygon': [137, 6],
  'USDC avacchain': [43114, 6],
  'EURC base': [8453, 6],
  'EURC ethereum': [1, 6],
  'EURC avacchain': [43114, 6],
  'cbBTC base': [8453, 8],
  'cbBTC ethereum': [1, 8],
  'ETH base': [8453, 18],
  'ETH ethereum': [1, 18],
  'ETH optimism': [10, 18],
  'ETH arbitrum': [42161, 18],
  'POL polygon': [137, 18],
  'AVAX avacchain': [43114, 18],
};

/** What a wallet that does not have a network is told of it, typed a second time too: name, currency, RPC, explorer. */
const NETWORKS: Record<string, [name: string, currency: string, rpcUrl: string, explorerUrl: string]> = {
  base: ['Base', 'Ether', 'https://mainnet.base.org', 'https://basescan.org'],
  ethereum: ['Ethereum', 'Ether', 'https://ethereum.reth.rs/rpc', 'https://etherscan.io'],
  optimism: ['OP Mainnet', 'Ether', 'https://mainnet.optimism.io', 'https://optimistic.etherscan.io'],
  arbitrum: ['Arbitrum One', 'Ether', 'https://arb1.arbitrum.io/rpc', 'https://arbiscan.io'],
  polygon: ['Polygon', 'POL', 'https://polygon.drpc.org', 'https://polygonscan.com'],
  avacchain: ['Avalanche', 'Avalanche', 'https://api.avax.network/ext/bc/C/rpc', 'https://snowtrace.io'],
};

describe('assets', () => {
  it('are exactly the published ones, each once', () => {
    const rows = allAssets().map(({ asset, network, chainId, decimals }) => [
      `${asset} ${network}`,
      [chainId, decimals],
    ]);
    expect(rows).to.have.lengthOf(Object.keys(PUBLISHED).length);
    expect(Object.fromEntries(rows)).to.deep.equal(PUBLISHED);
  });

  for (const { asset, network, token } of allAssets()) {
    it(`${asset} on ${network} is found by its names`, () => {
      expect(findAsset(asset, network)).to.include({ asset, network });
      expect(findAsset(asset.toLowerCase(), network)).to.equal(findAsset(asset, network));
      expect(findAsset(asset, `${network}-mainnet`)).to.equal(findAsset(asset, network));
      expect(findAsset(asset, `networks/${network}-mainnet`)).to.equal(findAsset(asset, network));
      expect(findAsset(asset, `network/${network}`)).to.equal(findAsset(asset, network));
    });
    it(`${asset} on ${network} has a checksummed contract, or is the chain's own currency`, () => {
      const row = findAsset(asset, network);
      if (token) expect(token).to.equal(getAddress(token.toLowerCase() as `0x${string}`));
      else expect(row && chainOf(row).currency.symbol).to.equal(asset);
    });
    it(`${asset} on ${network} cannot be changed`, () => {
      const row = findAsset(asset, network);
      expect(Object.isFrozen(row)).to.equal(true);
      expect(row && chainOf(row).chainId).to.equal(row?.chainId);
    });
  }

  it('are on networks that a wallet and a person are told of as published', () => {
    for (const row of allAssets()) {
      const { network, chainId, name, currency, rpcUrl, explorerUrl } = chainOf(row);
      expect({ network, chainId }).to.deep.equal({ network: row.network, chainId: row.chainId });
      expect([name, currency.name, rpcUrl, explorerUrl]).to.deep.equal(NETWORKS[network]);
      expect(currency.decimals).to.equal(18);
    }
  });

  it('know the older name of Avalanche', () => {
    expect(findAsset('USDC', 'avalanche-c-chain')).to.equal(findAsset('USDC', 'avacchain'));
  });

  for (const [asset, network] of [
    ['DOGE', 'base'],
    ['USDC', 'solana'],
    ['USDC', 'base-sepolia'],
    // An older spelling only begins with "networks/", and only ends with "-mainnet".
    ['USDC', 'basenetworks/'],
    ['USDC', '-mainnetbase'],
    ['EURC', 'polygon'],
    ['ETH', 'avacchain'],
    ['', ''],
    ['constructor', 'base'],
    ['USDC', '__proto__'],
  ] as const) {
    it(`do not hold "${asset}" on "${network}"`, () => {
      expect(findAsset(asset, network)).to.equal(undefined);
    });
  }
});
