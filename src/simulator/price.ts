// What a sale is worth, in exact integer arithmetic. Knows fixed prices and the fee; does not know orders or pages.
import { formatUnits } from 'viem/utils';
import type { Asset } from '../assets.ts';

/** An amount as Coinbase's v1 API writes it: a decimal string without trailing zeros. */
export interface Amount {
  value: string;
  currency: string;
  cbrn: '';
}

/** What a sale brings, as in Coinbase's record of it. */
export interface Price {
  sellAmount: Amount;
  subtotal: Amount;
  fee: Amount;
  total: Amount;
  /** "Receive at least": Coinbase cancels where the total falls below this. */
  minimumTotal: Amount;
  /** Crypto for one unit of fiat. */
  exchangeRate: Amount;
  /** Fiat for one whole unit of crypto. */
  unitPrice: Amount;
}

// Both tables are US dollars times 10,000. The prices are made up, and round so that a person can check them.
const SCALE = 10_000n;
const DOLLARS: Readonly<Record<string, bigint>> = {
  USDC: 10_000n,
  EURC: 10_800n,
  ETH: 25_000_000n,
  cbBTC: 950_000_000n,
  POL: 5_000n,
  AVAX: 200_000n,
};
// The currencies that Coinbase's presetFiatAmount knows (docs.cdp.coinbase.com/onramp/reference).
const FIAT: Readonly<Record<string, bigint>> = { USD: 10_000n, EUR: 10_800n, GBP: 12_500n, CAD: 7_200n };
const FEE_PERCENT = 1n;
const SLIPPAGE_PERCENT = 1n;
const RATE_DECIMALS = 18;

/** Every fiat currency a sale can be paid in. */
export const fiatNames: readonly string[] = Object.keys(FIAT);

/** The fiat currency a sale is paid in: the wished one where it is known, US dollars otherwise. */
export const fiatOf = (wished: string): string => (Object.hasOwn(FIAT, wished) ? wished : 'USD');

const rates = (asset: Asset, currency: string): { price: bigint; fiat: bigint; one: bigint } => {
  const price = DOLLARS[asset.asset];
  const fiat = FIAT[currency];
  if (price === undefined || fiat === undefined) throw new RangeError(`No price of ${asset.asset} in ${currency}.`);
  return { price, fiat, one: 10n ** BigInt(asset.decimals) };
};

const amount = (value: bigint, decimals: number, currency: string): Amount => ({
  value: formatUnits(value, decimals),
  currency,
  cbrn: '',
});

/**
 * The price of `units` smallest units of an asset. Cents are cut off in favour of Coinbase.
 * @param percent of the usual market price, for a price that has dropped.
 */
export const priceOf = (asset: Asset, units: bigint, currency: string, percent = 100n): Price => {
  const { price, fiat, one } = rates(asset, currency);
  const market = (price * percent) / 100n;
  const subtotal = (units * market * 100n) / (fiat * one);
  const fee = (subtotal * FEE_PERCENT + 99n) / 100n;
  const total = subtotal - fee;
  const cents = (value: bigint) => amount(value, 2, currency);
  return {
    sellAmount: amount(units, asset.decimals, asset.asset),
    subtotal: cents(subtotal),
    fee: cents(fee),
    total: cents(total),
    minimumTotal: cents((total * (100n - SLIPPAGE_PERCENT)) / 100n),
    exchangeRate: amount((fiat * 10n ** BigInt(RATE_DECIMALS)) / market, RATE_DECIMALS, asset.asset),
    unitPrice: amount((market * SCALE) / fiat, 4, currency),
  };
};

/** How many smallest units `cents` of fiat are, cut off to whole units. */
export const unitsFor = (asset: Asset, cents: bigint, currency: string): bigint => {
  const { price, fiat, one } = rates(asset, currency);
  return (cents * fiat * one) / (price * 100n);
};

/** Reads a decimal string into an exact integer; `undefined` where it is no plain number or has too many decimals. */
export const parseDecimal = (text: string, decimals: number): bigint | undefined => {
  const [, whole, fraction = ''] = /^(\d{1,30})(?:\.(\d{1,30}))?$/.exec(text) ?? [];
  if (whole === undefined || fraction.length > decimals) return undefined;
  return BigInt(whole + fraction.padEnd(decimals, '0'));
};
