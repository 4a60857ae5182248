// PURE. The attributes of a button → what it asks for, or an error that says what is wrong with them.
// Knows what a page may write; does not know what becomes of it.
import { findAsset } from './assets.ts';
import { OfframpError, type OfframpErrorCode } from './errors.ts';
import { readKeys } from './instruction-key.ts';
import { exactUnits } from './rules.ts';
import { type QuoteRequest, quoteRequest } from './schema.ts';

/** What the page asks for, read at the press. Addresses are absolute. */
export interface Wish {
  tokenEndpoint: string;
  statusEndpoint: string | null;
  asset: string;
  network: string;
  amount: string | null;
  fiatAmount: string | null;
  fiatCurrency: string | null;
  cashoutMethod: string | null;
  redirectUrl: string;
  presentation: 'popup' | 'redirect';
  payOrigin: string;
}

/** The attributes as the page wrote them. */
type Written = { [Key in keyof Wish | 'instructionKey' | 'quoteEndpoint']?: string | null };

const COINBASE = 'https://pay.coinbase.com';
const DEFAULT = { asset: 'USDC', network: 'base' };

const NO_ADDRESS = { message: 'An address of this button is not one.' };

/** Without a name and password: browsers ask nothing of an address that has them, and a page opened with them must not pass them on. */
const bare = (address: string): URL => {
  const url = new URL(address);
  url.username = '';
  url.password = '';
  return url;
};

/** An address of the web relative to the page, made absolute. Throws `no-endpoint` where it is none, or names a user. */
export const absolute = (address: string, base: string): string => {
  const from = bare(base);
  const url = URL.canParse(address, from) ? new URL(address, from) : undefined;
  if (url && /^https?:$/.test(url.protocol) && !url.username && !url.password) return url.href;
  throw new OfframpError('no-endpoint', NO_ADDRESS);
};

/** Where Coinbase sends the person back to: without the mark of an earlier sale, and without a fragment, which would end the query. */
const wayBack = (address: string): string => {
  const url = new URL(address);
  url.hash = '';
  url.searchParams.delete('offramp-sale');
  return url.href;
};

/** What was written, `null` for nothing. A script may set a number; anything else that is no text throws, rather than being left out. */
const textOf = (value: unknown, code: OfframpErrorCode): string | null => {
  if (value === null || value === undefined || value === false || value === '') return null;
  if (typeof value === 'string') return value;
  if (typeof value === 'number') return `${value}`;
  throw new OfframpError(code);
};

const amountOf = (value: unknown, decimals: number): string | null => {
  const amount = textOf(value, 'bad-amount');
  if (amount !== null && exactUnits(amount, decimals) === undefined) throw new OfframpError('bad-amount');
  return amount;
};

/** Coinbase's own words, which it takes or leaves. */
const wordOf = (value: unknown): string | null => (typeof value === 'string' && value !== '' ? value : null);

/**
 * Reads what a page asks for.
 * @param page the page's own address and the base of its relative ones.
 * @throws OfframpError `no-endpoint`, `unknown-asset` or `bad-amount`.
 */
export const readWish = (written: Written, page: { href: string; base: string }): Wish => {
  const addressOf = (value: unknown): string | null => {
    const address = textOf(value, 'no-endpoint');
    return address === null ? null : absolute(address, page.base);
  };
  const tokenEndpoint = addressOf(written.tokenEndpoint);
  if (tokenEndpoint === null) throw new OfframpError('no-endpoint');
  const ticker = textOf(written.asset, 'unknown-asset') ?? DEFAULT.asset;
  const asset = findAsset(ticker, textOf(written.network, 'unknown-asset') ?? DEFAULT.network);
  if (!asset) throw new OfframpError('unknown-asset');
  // A key that cannot be read is told at the press, before anything is sold.
  if (written.instructionKey !== null && written.instructionKey !== undefined) readKeys(written.instructionKey);
  return {
    tokenEndpoint,
    statusEndpoint: addressOf(written.statusEndpoint),
    asset: asset.asset,
    network: asset.network,
    amount: amountOf(written.amount, asset.decimals),
    fiatAmount: amountOf(written.fiatAmount, 4),
    fiatCurrency: wordOf(written.fiatCurrency),
    cashoutMethod: wordOf(written.cashoutMethod),
    redirectUrl: wayBack(addressOf(written.redirectUrl) ?? bare(page.href).href),
    // As `<img loading>` does, an unknown value is the default.
    presentation: written.presentation === 'redirect' ? 'redirect' : 'popup',
    payOrigin: textOf(written.payOrigin, 'no-endpoint') ?? COINBASE,
  };
};

/** The question for a quote; `undefined` where the page asks for none, or for something that cannot be sold. */
export const readQuoteWish = (
  written: Written,
  page: Parameters<typeof readWish>[1],
): { endpoint: string; request: QuoteRequest } | undefined => {
  if (!written.quoteEndpoint || !written.amount) return undefined;
  try {
    const { asset, network, amount, fiatCurrency, cashoutMethod } = readWish(written, page);
    const request = { asset, network, amount, fiatCurrency: fiatCurrency ?? undefined };
    const { data } = quoteRequest.safeParse({ ...request, paymentMethod: cashoutMethod ?? undefined });
    return data && { endpoint: absolute(written.quoteEndpoint, page.base), request: data };
  } catch {
    // What is wrong with the attributes is said at the press.
    return undefined;
  }
};
