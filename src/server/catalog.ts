// Where Coinbase sells, by which ways it pays, and what: read tolerantly, and held against the kit's own table of assets.
// Knows the shapes of config and options; does not know caches or requests.
import * as z from 'zod/mini';
import { findAsset } from '../assets.ts';
import { text } from '../schema.ts';
import type { Cache } from './cache.ts';
import type { Coinbase, Place } from './coinbase.ts';
import type { Log } from './log.ts';
import { Refusal } from './refusal.ts';

const list = <T extends z.ZodMiniType>(inner: T) => z.array(inner).check(z.refine((all) => all.length <= 5000));
const decimal = z.string().check(z.regex(/^\d{1,30}(\.\d{1,36})?$/));

const method = z.object({ id: text(40, 1) });

/** `GET …/config`. */
export const configAnswer = z.object({
  countries: list(z.object({ id: text(8, 2), subdivisions: list(text(8, 1)), payment_methods: list(method) })),
});
export type CatalogConfig = z.infer<typeof configAnswer>;

const cashoutCurrency = z.object({
  id: text(8, 1),
  limits: list(z.object({ id: text(40, 1), min: z.optional(decimal), max: z.optional(decimal) })),
});

const sellCurrency = z.object({
  symbol: text(20, 1),
  name: text(80),
  networks: list(
    z.object({ name: text(40, 1), display_name: text(80), chain_id: text(20), contract_address: text(128) }),
  ),
});

/** `GET …/options`. Every network has the chain id and contract of the kit's own table; a chain's own currency has an empty contract. */
export const optionsAnswer = z.object({
  cashout_currencies: list(cashoutCurrency),
  sell_currencies: list(sellCurrency),
});
export type SellOptions = z.infer<typeof optionsAnswer>;

type Row = Record<string, unknown>;

const isRow = (value: unknown): value is Row => typeof value === 'object' && value !== null && !Array.isArray(value);

/** Some of Coinbase's pages show the answer in a `data` wrapper; none was seen on the wire. */
const unwrap = (body: unknown): Row => {
  const row = isRow(body) ? body : {};
  return isRow(row.data) ? row.data : row;
};

const rows = (value: unknown): Row[] => (Array.isArray(value) ? value.filter(isRow) : []);

const word = (value: unknown): string => (typeof value === 'string' || typeof value === 'number' ? `${value}` : '');

/** A limit that is no plain decimal is left out, not guessed. */
const decimalOf = (value: unknown): string | undefined => decimal.safeParse(word(value)).data;

/** @returns the countries, or `undefined` where the body is no config. */
export const cutConfig = (body: unknown): CatalogConfig | undefined => {
  const { countries } = unwrap(body);
  if (!Array.isArray(countries)) return undefined;
  const answer = {
    countries: rows(countries).map(({ id, subdivisions, payment_methods }) => ({
      id,
      subdivisions: Array.isArray(subdivisions) ? subdivisions : [],
      payment_methods: rows(payment_methods).map((one) => ({ id: one.id })),
    })),
  };
  return configAnswer.safeParse(answer).data;
};

/** @returns all that Coinbase names, or `undefined` where the body is no options. */
export const cutOptions = (body: unknown): SellOptions | undefined => {
  const { cashout_currencies: cashout, sell_currencies: sell } = unwrap(body);
  if (!Array.isArray(cashout) || !Array.isArray(sell)) return undefined;
  const answer = {
    cashout_currencies: rows(cashout).map(({ id, limits }) => ({
      id,
      limits: rows(limits).map((limit) => ({ id: limit.id, min: decimalOf(limit.min), max: decimalOf(limit.max) })),
    })),
    sell_currencies: rows(sell).map(({ symbol, name, networks }) => ({
      symbol,
      name: word(name),
      networks: rows(networks).map((network) => ({
        name: network.name,
        display_name: word(network.display_name),
        chain_id: word(network.chain_id),
        contract_address: word(network.contract_address),
      })),
    })),
  };
  return optionsAnswer.safeParse(answer).data;
};

/** How APIs write "no contract, the chain's own currency": nothing, zero, or the address of only e's. */
const NATIVE = /^(0x(0{40}|e{40}))?$/i;

type Network = SellOptions['sell_currencies'][number]['networks'][number];

/** The row by the kit's own table, or `undefined`: unknown ones are left out, differing ones are left out and told (rule 9). */
const hold = (symbol: string, network: Network, log: Log): { symbol: string; network: Network } | undefined => {
  const known = findAsset(symbol, network.name);
  if (!known) return undefined;
  const { chain_id, contract_address, display_name } = network;
  const isSameChain = chain_id === '' || chain_id === `${known.chainId}`;
  const isSameToken = known.token
    ? contract_address.toLowerCase() === known.token.toLowerCase()
    : NATIVE.test(contract_address);
  if (!isSameChain || !isSameToken) {
    log({ event: 'asset-dropped', asset: known.asset, network: known.network });
    return undefined;
  }
  const held = { name: known.network, display_name, chain_id: `${known.chainId}`, contract_address: known.token ?? '' };
  return { symbol: known.asset, network: held };
};

/** Only what this kit can sell: every asset, network and contract as in its own table. */
export const holdAgainstTable = ({ cashout_currencies, sell_currencies }: SellOptions, log: Log): SellOptions => ({
  cashout_currencies,
  sell_currencies: sell_currencies.flatMap(({ symbol, name, networks }) => {
    const held = networks.flatMap((network) => hold(symbol, network, log) ?? []);
    const [first] = held;
    return first ? [{ symbol: first.symbol, name, networks: held.map(({ network }) => network) }] : [];
  }),
});

/** Milliseconds that Coinbase's config and options are kept by the kit. Coinbase asks to call them now and then, and to cache. */
const LIFE = 60 * 60_000;
/** Seconds that a browser may keep them. */
export const CATALOG_MAX_AGE = 300;

/** What can be sold where, at most an hour old. */
export interface Catalog {
  config(): Promise<CatalogConfig>;
  /** Throws {@link Refusal} 400 for a place where Coinbase does not sell, without asking Coinbase about it. */
  options(place: Place): Promise<SellOptions>;
}

export const createCatalog = ({ coinbase, cache, log }: { coinbase: Coinbase; cache: Cache; log: Log }): Catalog => {
  const config = () => cache('config', LIFE, coinbase.config);

  /** Only places of the config: the caller's words must not fill the cache, nor each cost a question. */
  const demandPlace = async ({ country, subdivision }: Place): Promise<void> => {
    const known = (await config()).countries.find(({ id }) => id === country);
    if (!known) throw new Refusal(400, 'unknown-country', 'Coinbase does not sell in this country.');
    const { subdivisions } = known;
    if (subdivisions.length === 0 ? subdivision !== undefined : !subdivisions.includes(subdivision ?? ''))
      throw new Refusal(
        400,
        'unknown-subdivision',
        'Coinbase does not know this subdivision of the country, or needs one.',
      );
  };

  return {
    config,
    options: async (place) => {
      await demandPlace(place);
      const key = `options:${place.country}-${place.subdivision ?? ''}`;
      return cache(key, LIFE, async () => holdAgainstTable(await coinbase.options(place), log));
    },
  };
};
