// The closed table of what can be sold: (asset, network) → chain, token contract, decimals.
// Knows only what issuers publish; never learns an address or a decimal from a response (rule 9).

/** A chain as wallets know it. Used for `wallet_addEthereumChain` (EIP-3085), from these pinned values only. */
export interface Chain {
  /** Coinbase's name of the network, as in its v1 API. */
  network: Network;
  /** EIP-155 chain id. */
  chainId: number;
  /** What a person calls it. */
  name: string;
  currency: { name: string; symbol: string; decimals: number };
  rpcUrl: string;
  explorerUrl: string;
}

/** One row of the table: an asset on a network. */
export interface Asset {
  /** Coinbase's ticker, spelled as Coinbase does. */
  asset: string;
  network: Network;
  chainId: number;
  /** The ERC-20 contract, EIP-55 checksummed; `null` for the chain's own currency. */
  token: `0x${string}` | null;
  /** Decimal places of the smallest unit. */
  decimals: number;
}

export type Network = 'base' | 'ethereum' | 'optimism' | 'arbitrum' | 'polygon' | 'avacchain';

const ether = { name: 'Ether', symbol: 'ETH', decimals: 18 };

// Chain ids, currencies, RPC and explorer addresses: viem 2.57 `chains/definitions`.
const CHAINS: Record<Network, Chain> = {
  base: {
    network: 'base',
    chainId: 8453,
    name: 'Base',
    currency: ether,
    rpcUrl: 'https://mainnet.base.org',
    explorerUrl: 'https://basescan.org',
  },
  ethereum: {
    network: 'ethereum',
    chainId: 1,
    name: 'Ethereum',
    currency: ether,
    rpcUrl: 'https://ethereum.reth.rs/rpc',
    explorerUrl: 'https://etherscan.io',
  },
  optimism: {
    network: 'optimism',
    chainId: 10,
    name: 'OP Mainnet',
    currency: ether,
    rpcUrl: 'https://mainnet.optimism.io',
    explorerUrl: 'https://optimistic.etherscan.io',
  },
  arbitrum: {
    network: 'arbitrum',
    chainId: 42161,
    name: 'Arbitrum One',
    currency: ether,
    rpcUrl: 'https://arb1.arbitrum.io/rpc',
    explorerUrl: 'https://arbiscan.io',
  },
  polygon: {
    network: 'polygon',
    chainId: 137,
    name: 'Polygon',
    currency: { name: 'POL', symbol: 'POL', decimals: 18 },
    rpcUrl: 'https://polygon.drpc.org',
    explorerUrl: 'https://polygonscan.com',
  },
  avacchain: {
    network: 'avacchain',
    chainId: 43114,
    name: 'Avalanche',
    currency: { name: 'Avalanche', symbol: 'AVAX', decimals: 18 },
    rpcUrl: 'https://api.avax.network/ext/bc/C/rpc',
    explorerUrl: 'https://snowtrace.io',
  },
};

const row = (asset: string, network: Network, token: Asset['token'], decimals: number): Asset =>
  Object.freeze({ asset, network, chainId: CHAINS[network].chainId, token, decimals });

const ASSETS: readonly Asset[] = [
  // Native USDC (never bridged USDC.e or USDbC), 6 decimals:
  // developers.circle.com/stablecoins/usdc-contract-addresses, the same as viem 2.57 `tokens/definitions/usdc`.
  row('USDC', 'base', '0x833589fCD6eDb6E08f4c7C32D4f71b54bdA02913', 6),
  row('USDC', 'ethereum', '0xA0b86991c6218b36c1d19D4a2e9Eb0cE3606eB48', 6),
  row('USDC', 'optimism', '0x0b2C639c533813f4Aa9D7837CAf62653d097Ff85', 6),
  row('USDC', 'arbitrum', '0xaf88d065e77c8cC2239327C5EDb3A432268e5831', 6),
  row('USDC', 'polygon', '0x3c499c542cEF5E3811e1192ce70d8cC03d5c3359', 6),
  row('USDC', 'avacchain', '0xB97EF9Ef8734C71904D8002F8b6Bc66Dd9c48a6E', 6),
  // EURC, 6 decimals: developers.circle.com/stablecoins/eurc-contract-addresses (not deployed on the other three).
  row('EURC', 'base', '0x60a3E35Cc302bFA44Cb288Bc5a4F316Fdb1adb42', 6),
  row('EURC', 'ethereum', '0x1aBaEA1f7C830bD89Acc67eC4af516284b1bC33c', 6),
  row('EURC', 'avacchain', '0xC891EB4cbdEFf6e073e859e987815Ed1505c2ACD', 6),
  // cbBTC, 8 decimals, one address on both chains: Etherscan's contract page and Chainlink's CCIP directory of tokens.
  row('cbBTC', 'base', '0xcbB7C0000aB88B473b1f5aFd9ef808440eed33Bf', 8),
  row('cbBTC', 'ethereum', '0xcbB7C0000aB88B473b1f5aFd9ef808440eed33Bf', 8),
  // The chains' own currencies: 18 decimals, from the chain definitions above.
  row('ETH', 'base', null, 18),
  row('ETH', 'ethereum', null, 18),
  row('ETH', 'optimism', null, 18),
  row('ETH', 'arbitrum', null, 18),
  row('POL', 'polygon', null, 18),
  row('AVAX', 'avacchain', null, 18),
];

/** Coinbase's older spellings: `base-mainnet`, `networks/base-mainnet`, `avalanche-c-chain`. */
const plainNetwork = (network: string): string => {
  const name = network.replace(/^networks?\//, '').replace(/-mainnet$/, '');
  return name === 'avalanche-c-chain' ? 'avacchain' : name;
};

/** The row for an asset on a network, or `undefined` where it cannot be sold here. Letter case of the ticker is ignored. */
export const findAsset = (asset: string, network: string): Asset | undefined => {
  // Small letters: as a capital, a long s (U+017F) is an S too.
  const ticker = asset.toLowerCase();
  const name = plainNetwork(network);
  return ASSETS.find((known) => known.asset.toLowerCase() === ticker && known.network === name);
};

/** The chain of a network in the table. */
export const chainOf = (asset: Asset): Chain => CHAINS[asset.network];

/** Every row, for tables and tests. */
export const allAssets = (): readonly Asset[] => ASSETS;
