// What a sale would bring, asked for before it is begun. Knows Coinbase's quote, its limits and its trap; does not know HTTP.
import { type Asset, findAsset } from '../assets.ts';
import { address } from '../schema.ts';
import type { Book } from './book.ts';
import { isWithinLimits, placeFault } from './catalog.ts';
import type { CashoutMethod } from './order.ts';
import { fiatOf, parseDecimal, priceOf } from './price.ts';

/** docs.cdp.coinbase.com/onramp: 10 requests a second of one app, in a sliding window. */
const MOST_A_SECOND = 10;

interface Wish {
  asset: Asset;
  units: bigint;
  currency: string;
  method: string;
}

const isObject = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null;

/** Fields by either spelling; both are taken on the wire. */
const reader = (body: unknown) => (snake: string) => {
  const camel = snake.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());
  const value = isObject(body) ? (body[snake] ?? body[camel]) : undefined;
  return typeof value === 'string' ? value : '';
};

const readWish = (field: (name: string) => string): Wish | string => {
  const country = field('country');
  const method = field('payment_method');
  const place = placeFault(country, field('subdivision'), method);
  if (place !== undefined) return place;
  // Without a network Coinbase takes the asset's default one.
  const asset = findAsset(field('sell_currency'), field('sell_network') || 'ethereum');
  if (!asset) return 'InvalidRequest: sell_currency is not supported on this network';
  const amount = field('sell_amount');
  const units = parseDecimal(amount, asset.decimals);
  if (!units) return 'InvalidRequest: sell_amount is missing or invalid';
  const currency = fiatOf(field('cashout_currency'));
  const { subtotal } = priceOf(asset, units, currency);
  return isWithinLimits(method, parseDecimal(subtotal.value, 2) ?? 0n)
    ? { asset, units, currency, method }
    : `sell amount ${amount} is not within the payment method limits for ${method}`;
};

export interface Quotes {
  /** Whether one more may be asked for in this second; counts it. */
  admit(): boolean;
  /** The body of the answer to `POST /onramp/v1/sell/quote`, or why there is none. */
  quote(body: unknown): Promise<{ answer: object } | { refusal: string }>;
  clear(): void;
}

/** @param now milliseconds, without leaps: requests come in real time. */
export const createQuotes = (now: () => number, book: Book): Quotes => {
  let asked: number[] = [];
  return {
    admit() {
      asked = asked.filter((at) => at > now() - 1000);
      if (asked.length >= MOST_A_SECOND) return false;
      asked.push(now());
      return true;
    },

    async quote(body) {
      const field = reader(body);
      const wish = readWish(field);
      if (typeof wish === 'string') return { refusal: wish };
      const { asset, units, currency, method } = wish;
      const source = address.safeParse(field('source_address'));
      const partnerUserRef = field('partner_user_ref') || field('partner_user_id');
      // Integrators saw a record with an address begin with a quote that names its seller, though nobody pressed anything.
      if (source.success && partnerUserRef)
        await book.place(
          {
            partnerUserRef,
            asset,
            units,
            currency,
            method: method as CashoutMethod,
            from: source.data as `0x${string}`,
            redirectUrl: field('redirect_url'),
          },
          false,
        );
      const { sellAmount, subtotal, total, fee } = priceOf(asset, units, currency);
      const money = { cashout_total: total, cashout_subtotal: subtotal, sell_amount: sellAmount, coinbase_fee: fee };
      return { answer: { ...money, quote_id: crypto.randomUUID(), offramp_url: '' } };
    },

    clear() {
      asked = [];
    },
  };
};
