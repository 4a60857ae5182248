// Where the simulated Coinbase sells, how it pays, and between which amounts. Knows made-up tables; does not know prices or orders.
import { allAssets } from '../assets.ts';
import { fiatNames } from './price.ts';

interface Country {
  id: string;
  subdivisions: readonly string[];
  methods: readonly string[];
}

// What integrators saw of the United States and of Singapore; the others are made up in their manner.
const COUNTRIES: readonly Country[] = [
  { id: 'US', subdivisions: ['CA', 'NY', 'TX', 'WA'], methods: ['ACH_BANK_ACCOUNT', 'FIAT_WALLET', 'CRYPTO_ACCOUNT'] },
  { id: 'CA', subdivisions: [], methods: ['FIAT_WALLET', 'PAYPAL', 'CRYPTO_ACCOUNT'] },
  { id: 'DE', subdivisions: [], methods: ['FIAT_WALLET', 'CRYPTO_ACCOUNT'] },
  { id: 'GB', subdivisions: [], methods: ['FIAT_WALLET', 'PAYPAL', 'CRYPTO_ACCOUNT'] },
  { id: 'SG', subdivisions: [], methods: ['FIAT_WALLET', 'CRYPTO_ACCOUNT'] },
];

/** Whole units of fiat that one sale may bring before fees. */
const LIMITS: Readonly<Record<string, { min: bigint; max: bigint }>> = {
  ACH_BANK_ACCOUNT: { min: 10n, max: 50_000n },
  FIAT_WALLET: { min: 2n, max: 1_000_000n },
  PAYPAL: { min: 10n, max: 10_000n },
  CRYPTO_ACCOUNT: { min: 2n, max: 1_000_000n },
};

/** An address that is nobody's token, for the fault `foreign-contract`. */
const FOREIGN = '0x00000000000000000000000000000000DeaDBeef';

/** What sells and where, that is not in the table of assets: a reader must do without it. */
const STRANGERS = [
  { symbol: 'SOL', name: 'Solana', network: 'solana', chainId: '0', contract: '' },
  { symbol: 'BTC', name: 'Bitcoin', network: 'bitcoin', chainId: '0', contract: '' },
  { symbol: 'USDC', name: 'USDC', network: 'sui', chainId: '0', contract: '0xdba3::usdc::USDC' },
];

/** The body of the answer to `GET /onramp/v1/sell/config`. */
export const configBody = () => ({
  countries: COUNTRIES.map(({ id, subdivisions, methods }) => ({
    id,
    subdivisions,
    payment_methods: methods.map((method) => ({ id: method })),
  })),
});

/** Why a way to be paid is not to be had at a place, in Coinbase's manner; `undefined` where it is. */
export const placeFault = (country: string, subdivision: string, method?: string): string | undefined => {
  const found = COUNTRIES.find(({ id }) => id === country);
  if (!found) return `InvalidRequest: country ${country} is not supported`;
  if (found.subdivisions.length > 0 && !found.subdivisions.includes(subdivision))
    return `InvalidRequest: subdivision is required for country ${country}`;
  return method === undefined || found.methods.includes(method)
    ? undefined
    : `InvalidRequest: payment method ${method} is not supported by country ${country}`;
};

/** Whether so many cents of fiat are between the limits of a way to be paid. */
export const isWithinLimits = (method: string, cents: bigint): boolean => {
  const limits = LIMITS[method];
  return limits !== undefined && cents >= limits.min * 100n && cents <= limits.max * 100n;
};

interface Row {
  symbol: string;
  name: string;
  network: string;
  chainId: string;
  contract: string;
}

/** The body of the answer to `GET /onramp/v1/sell/options`. @param isForeign whether USDC on Base has another contract. */
export const optionsBody = (country: string, networks: readonly string[], isForeign: boolean) => {
  const known = allAssets().map(({ asset, network, chainId, token }): Row => {
    const contract = isForeign && asset === 'USDC' && network === 'base' ? FOREIGN : (token ?? '');
    return { symbol: asset, name: asset, network, chainId: `${chainId}`, contract };
  });
  const wanted = [...known, ...STRANGERS].filter(({ network }) => networks.length === 0 || networks.includes(network));
  const methods = COUNTRIES.find(({ id }) => id === country)?.methods ?? [];
  return {
    cashout_currencies: fiatNames.map((id) => ({
      id,
      limits: methods.map((method) => ({
        id: method,
        min: `${LIMITS[method]?.min}`,
        max: `${LIMITS[method]?.max}`,
      })),
    })),
    sell_currencies: [...new Set(wanted.map(({ symbol }) => symbol))].map((symbol) => {
      const rows = wanted.filter((row) => row.symbol === symbol);
      return {
        id: `00000000-0000-4000-8000-${symbol.toLowerCase().padStart(12, '0')}`,
        name: rows[0]?.name,
        symbol,
        icon_url: '',
        networks: rows.map(({ network, chainId, contract }) => ({
          name: network,
          display_name: network,
          chain_id: chainId,
          contract_address: contract,
          icon_url: '',
        })),
      };
    }),
  };
};
