// One person's visit to the sell window: what it begins with and what may be typed. Knows no request, page or order book.
import { formatUnits, getAddress } from 'viem/utils';
import { type Asset, findAsset } from '../assets.ts';
import { type CashoutMethod, methodNames, type Order, type Terms } from './order.ts';
import { fiatOf, parseDecimal, priceOf, unitsFor } from './price.ts';
import type { Session } from './tokens.ts';

/** One visit to the sell window, from its token to its redirect. */
export interface Visit {
  id: string;
  partnerUserRef: string;
  asset: Asset;
  from: `0x${string}`;
  redirectUrl: string;
  currency: string;
  /** What is in the amount field. */
  amount: string;
  /** Whether the amount is locked. */
  locked: boolean;
  method: CashoutMethod;
  terms: Terms | undefined;
  /** Its order, which is placed at most once for the same terms, however often a form is sent. */
  order: Promise<Order> | undefined;
  committed: boolean;
}

export const isMethod = (name: string): name is CashoutMethod => Object.hasOwn(methodNames, name);

type Query = Readonly<Record<string, string>>;

/** What is sold: the asset and network of the URL, else the first of the session that can be sold. */
const choose = (session: Session, query: Query): { asset: Asset; from: `0x${string}` } | undefined => {
  const networks = session.addresses.flatMap(({ address, blockchains }) =>
    blockchains.map((network) => ({ network, address })),
  );
  const filter = session.assets?.map((name) => name.toUpperCase()) ?? [];
  const assets = query.defaultAsset ? [query.defaultAsset] : [...filter, 'USDC'];
  for (const { network, address } of networks) {
    for (const name of assets) {
      const asset = findAsset(name, network);
      const wanted = !query.defaultNetwork || findAsset(name, query.defaultNetwork) === asset;
      const sellable = filter.length === 0 || filter.includes(name.toUpperCase());
      if (asset && wanted && sellable) return { asset, from: getAddress(address) };
    }
  }
  return undefined;
};

/** The amount to begin with: in crypto, or as much crypto as the fiat is worth. Nonsense is left out, as Coinbase does. */
const preset = (asset: Asset, currency: string, { presetCryptoAmount = '', presetFiatAmount = '' }: Query): string => {
  if (presetCryptoAmount) return parseDecimal(presetCryptoAmount, asset.decimals) ? presetCryptoAmount : '';
  const cents = parseDecimal(presetFiatAmount, 2);
  return cents ? formatUnits(unitsFor(asset, cents, currency), asset.decimals) : '';
};

/** A visit with what its session and URL say, or `undefined` where the session has no address for what is to be sold. */
export const beginVisit = (session: Session, query: Query): Visit | undefined => {
  const chosen = choose(session, query);
  if (!chosen) return undefined;
  const currency = fiatOf(query.fiatCurrency ?? '');
  const amount = preset(chosen.asset, currency, query);
  const method = query.defaultCashoutMethod ?? '';
  return {
    ...chosen,
    id: crypto.randomUUID(),
    partnerUserRef: query.partnerUserRef ?? '',
    redirectUrl: query.redirectUrl ?? '',
    currency,
    amount,
    locked: query.disableEdit === 'true' && amount !== '',
    method: isMethod(method) ? method : 'ACH_BANK_ACCOUNT',
    terms: undefined,
    order: undefined,
    committed: false,
  };
};

/** What the person agrees to at these units. */
export const termsOf = (visit: Visit, units: bigint): Terms => {
  const { partnerUserRef, asset, currency, method, from, redirectUrl } = visit;
  return { partnerUserRef, asset, units, currency, method, from, redirectUrl };
};

/** Says what is wrong with an amount, or gives its smallest units. */
export const readAmount = ({ asset, currency }: Visit, text: string): bigint | string => {
  const units = parseDecimal(text, asset.decimals);
  if (units === undefined)
    return `Enter a plain number such as 25 or 0.5, with at most ${asset.decimals} decimal places.`;
  if (units === 0n) return 'Enter an amount greater than zero.';
  return priceOf(asset, units, currency).total.value === '0'
    ? 'Enter a larger amount; this one pays out nothing.'
    : units;
};
