// Coinbase's v1 API as this kit uses it: each question's path and fields, and each answer cut to what is needed.
// Knows Coinbase's names; does not know users, claims, caches or HTTP's failures.
import { tokenAnswer } from '../schema.ts';
import { type CatalogConfig, cutConfig, cutOptions, type SellOptions } from './catalog.ts';
import { cutList, type SalesAnswer } from './list.ts';
import { cutQuote, type Estimate } from './quote.ts';
import { type Ask, malformed } from './upstream.ts';

const PAGE_SIZE = 50;
const OPERATOR_PAGE_SIZE = 100;

/** Whose crypto is to be sold, and the visitor's address on the Internet, which Coinbase asks for. */
interface Mint {
  address: string;
  asset: string;
  network: string;
  clientIp: string;
}

/** A place on Earth as Coinbase asks for it: ISO 3166-1, and the part of ISO 3166-2 after the hyphen. */
export interface Place {
  country: string;
  subdivision?: string | undefined;
}

/** What a price is asked for. Holds neither a source address nor a reference: with both, Coinbase would begin a record. */
export interface Wish extends Place {
  asset: string;
  network: string;
  amount: string;
  fiatCurrency: string;
  paymentMethod: string;
}

/** All calls throw {@link Refusal} on every failure. Only {@link Coinbase.mint} is never tried twice. */
export interface Coinbase {
  /** `POST /onramp/v1/token`. `now` is Coinbase's time, ISO. */
  mint(mint: Mint): Promise<{ token: string; now: string }>;
  /** `GET /onramp/v1/sell/user/{ref}/transactions`, the newest 50. An unknown reference has an empty list. */
  list(reference: string, pageKey?: string): Promise<SalesAnswer>;
  /** `GET /onramp/v1/sell/transactions`: the whole app's, 100 a page. Dates are ISO; the last one is not included. */
  transactions(page: {
    from?: string | undefined;
    to?: string | undefined;
    pageKey?: string | undefined;
  }): Promise<SalesAnswer>;
  /** `GET /onramp/v1/sell/config`. */
  config(): Promise<CatalogConfig>;
  /** `GET /onramp/v1/sell/options`, all that it names, not yet held against the kit's table. */
  options(place: Place): Promise<SellOptions>;
  /** `POST /onramp/v1/sell/quote`. @param turn waited for before every try. */
  quote(wish: Wish, turn: () => Promise<void>): Promise<Estimate>;
}

const queryOf = (fields: Record<string, string | undefined>): string => {
  const given = Object.entries(fields).filter((field): field is [string, string] => Boolean(field[1]));
  return given.length === 0 ? '' : `?${new URLSearchParams(given)}`;
};

/** What was read from an answer, or the refusal for an answer that is none. */
const demand = <T>(read: T | undefined): T => {
  if (read === undefined) throw malformed();
  return read;
};

export const createCoinbase = (ask: Ask): Coinbase => ({
  mint: async ({ address, asset, network, clientIp }) => {
    const { body, now } = await ask({
      route: 'token',
      method: 'POST',
      path: '/onramp/v1/token',
      body: { addresses: [{ address, blockchains: [network] }], assets: [asset], clientIp },
      repeatable: false,
    });
    return { token: demand(tokenAnswer.safeParse(body).data).token, now };
  },

  list: async (reference, pageKey) => {
    const { body, now } = await ask({
      route: 'sales',
      method: 'GET',
      path: `/onramp/v1/sell/user/${reference}/transactions`,
      query: queryOf({ page_size: `${PAGE_SIZE}`, page_key: pageKey }),
      repeatable: true,
    });
    return demand(cutList(body, now));
  },

  transactions: async ({ from, to, pageKey }) => {
    const { body, now } = await ask({
      route: 'transactions',
      method: 'GET',
      path: '/onramp/v1/sell/transactions',
      query: queryOf({ start_date: from, end_date: to, page_size: `${OPERATOR_PAGE_SIZE}`, page_key: pageKey }),
      repeatable: true,
    });
    return demand(cutList(body, now));
  },

  config: async () => {
    const { body } = await ask({ route: 'config', method: 'GET', path: '/onramp/v1/sell/config', repeatable: true });
    return demand(cutConfig(body));
  },

  options: async ({ country, subdivision }) => {
    const { body } = await ask({
      route: 'options',
      method: 'GET',
      path: '/onramp/v1/sell/options',
      query: queryOf({ country, subdivision }),
      repeatable: true,
    });
    return demand(cutOptions(body));
  },

  quote: async ({ asset, network, amount, fiatCurrency, country, subdivision, paymentMethod }, turn) => {
    const { body } = await ask({
      route: 'quote',
      method: 'POST',
      path: '/onramp/v1/sell/quote',
      body: {
        sell_currency: asset,
        sell_network: network,
        sell_amount: amount,
        cashout_currency: fiatCurrency,
        payment_method: paymentMethod,
        country,
        ...(subdivision && { subdivision }),
      },
      repeatable: true,
      turn,
    });
    return demand(cutQuote(body));
  },
});
