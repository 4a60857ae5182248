// What a sale would bring: Coinbase's estimate, cut to what a button shows.
// Knows the shape of quotes and limits; does not know requests, users or caches.
import { findAsset } from '../assets.ts';
import { exactUnits, isSold } from '../rules.ts';
import { type QuoteAnswer, type QuoteLimits, type QuoteRequest, quoteAnswer } from '../schema.ts';
import type { Cache } from './cache.ts';
import type { Catalog, SellOptions } from './catalog.ts';
import type { Coinbase, Place, Wish } from './coinbase.ts';
import { Refusal } from './refusal.ts';
import { CoinbaseRefusal } from './upstream.ts';

/** What Coinbase pays out after its fee, in fiat. */
export interface Estimate {
  fiat: { value: string; currency: string };
  fee: { value: string; currency: string };
}

/** A 422 that also says between which amounts of fiat a sale must be. */
export class OutOfRange extends Refusal {
  readonly limits: QuoteLimits | undefined;

  constructor(limits: QuoteLimits | undefined) {
    super(422, 'amount-out-of-range', 'This amount cannot be sold by this way to be paid.');
    this.limits = limits;
  }
}

const DEFAULT_FIAT = 'USD';
/** The one way to be paid that all countries but Japan have (docs.cdp.coinbase.com, payment methods). */
const DEFAULT_METHOD = 'FIAT_WALLET';

const bad = (message: string, code = 'bad-request'): never => {
  throw new Refusal(400, code, message);
};

/** Milliseconds. A quote is an estimate: pages that show one price ask Coinbase once. */
const LIFE = 5_000;

/** The whole wish of a request. @param place where the backend says that the visitor is, for a page that does not say it. */
export const readWish = (request: QuoteRequest, place: Place | undefined): Wish => {
  const { amount, fiatCurrency = DEFAULT_FIAT, paymentMethod = DEFAULT_METHOD } = request;
  const known = findAsset(request.asset, request.network);
  if (!known) return bad('This asset cannot be sold on this network here.', 'unknown-asset');
  if (exactUnits(amount, known.decimals) === undefined)
    bad('The field amount is not a positive number that this asset can hold.', 'bad-amount');
  if (!isSold(paymentMethod)) bad('This way to be paid only moves crypto to a Coinbase account; it does not sell it.');
  const { country, subdivision } = request.country ? request : (place ?? {});
  if (!country) return bad('The field country is missing or wrong.');
  if (country === 'US' && !subdivision) bad('The field subdivision is missing: in the United States, prices differ.');
  return { asset: known.asset, network: known.network, amount, fiatCurrency, paymentMethod, country, subdivision };
};

type Row = Record<string, unknown>;

const isRow = (value: unknown): value is Row => typeof value === 'object' && value !== null && !Array.isArray(value);

/** @returns the two amounts, or `undefined` where the body is no quote. Coinbase's own pages also show it in a `data` wrapper. */
export const cutQuote = (body: unknown): Estimate | undefined => {
  const row: Row = isRow(body) ? (isRow(body.data) ? body.data : body) : {};
  const { fiat, fee } = quoteAnswer.shape;
  const total = fiat.safeParse(row.cashout_total);
  const cost = fee.safeParse(row.coinbase_fee);
  return total.data && cost.data ? { fiat: total.data, fee: cost.data } : undefined;
};

/** The least and the most in one currency by one way to be paid; `undefined` where Coinbase names none. */
const limitsOf = (options: SellOptions | undefined, currency: string, method: string): QuoteLimits | undefined => {
  const limits = options?.cashout_currencies.find(({ id }) => id === currency)?.limits;
  const found = limits?.find(({ id }) => id.toUpperCase() === method);
  if (!found || (found.min === undefined && found.max === undefined)) return undefined;
  return { ...(found.min && { min: found.min }), ...(found.max && { max: found.max }), currency };
};

const answerOf = (wish: Wish, { fiat, fee }: Estimate, options: SellOptions | undefined): QuoteAnswer => {
  const { asset, network, amount, paymentMethod } = wish;
  const limits = limitsOf(options, fiat.currency, paymentMethod);
  return { asset, network, amount, fiat, fee, paymentMethod, ...(limits && { limits }) };
};

// "… is not within the payment method limits for ACH_BANK_ACCOUNT".
const isAboutRange = (said: string): boolean => /\blimits?\b|\bminimum\b|\bmaximum\b/i.test(said);

interface Parts {
  coinbase: Coinbase;
  catalog: Catalog;
  cache: Cache;
  /** Waits for room in the app's limit of quotes. */
  turn: () => Promise<void>;
}

/** The answer to a wish, at most 5 seconds old. Throws {@link OutOfRange}, and {@link Refusal} for all else. */
export const createQuotes = ({ coinbase, catalog, cache, turn }: Parts): ((wish: Wish) => Promise<QuoteAnswer>) => {
  /** What Coinbase says, kept whichever it is; a price goes out even where the limits could not be had. */
  const find = async (wish: Wish): Promise<{ answer: QuoteAnswer } | { limits: QuoteLimits | undefined }> => {
    const options = await catalog.options(wish).catch((error: unknown) => {
      // A place that Coinbase does not know has no price either.
      if (error instanceof Refusal && error.status === 400) throw error;
      return undefined;
    });
    try {
      return { answer: answerOf(wish, await coinbase.quote(wish, turn), options) };
    } catch (error) {
      if (!(error instanceof CoinbaseRefusal)) throw error;
      if (isAboutRange(error.said)) return { limits: limitsOf(options, wish.fiatCurrency, wish.paymentMethod) };
      throw new Refusal(422, 'no-quote', 'Coinbase gives no price for this amount, country and way to be paid.');
    }
  };

  return async (wish) => {
    const { asset, network, amount, fiatCurrency, country, subdivision = '', paymentMethod } = wish;
    const key = ['quote', asset, network, amount, fiatCurrency, country, subdivision, paymentMethod].join(':');
    const found = await cache(key, LIFE, () => find(wish));
    if ('answer' in found) return found.answer;
    throw new OutOfRange(found.limits);
  };
};
