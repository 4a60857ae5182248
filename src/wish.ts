// PURE. The attributes of a button → what it asks for, or an error that says what is wrong with them.
// Knows what a page may write; does not know what becomes of it.
import { findAsset } from './assets.ts';
import { OfframpError } from './errors.ts';
import { exactUnits } from './rules.ts';

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
type Written = { [Key in keyof Wish]?: string | null };

const COINBASE = 'https://pay.coinbase.com';
const DEFAULT = { asset: 'USDC', network: 'base' };

/** An address relative to the page, made absolute. Throws `no-endpoint` where it is none. */
export const absolute = (address: string, base: string): string => {
  if (URL.canParse(address, base)) return new URL(address, base).href;
  throw new OfframpError('no-endpoint', { message: 'An address of this button is not one.' });
};

/** Where Coinbase sends the person back to: without the mark of an earlier sale, and without a fragment, which would end the query. */
const wayBack = (address: string, base: string): string => {
  const url = new URL(absolute(address, base));
  url.hash = '';
  url.searchParams.delete('offramp-sale');
  return url.href;
};

/**
 * Reads what a page asks for.
 * @param page the page's own address and the base of its relative ones.
 * @throws OfframpError `no-endpoint`, `unknown-asset` or `bad-amount`.
 */
export const readWish = (written: Written, page: { href: string; base: string }): Wish => {
  if (!written.tokenEndpoint) throw new OfframpError('no-endpoint');
  const asset = findAsset(written.asset || DEFAULT.asset, written.network || DEFAULT.network);
  if (!asset) throw new OfframpError('unknown-asset');
  const isAmount = (text: string, decimals: number) => exactUnits(text, decimals) !== undefined;
  if (written.amount && !isAmount(written.amount, asset.decimals)) throw new OfframpError('bad-amount');
  if (written.fiatAmount && !isAmount(written.fiatAmount, 4)) throw new OfframpError('bad-amount');
  return {
    tokenEndpoint: absolute(written.tokenEndpoint, page.base),
    statusEndpoint: written.statusEndpoint ? absolute(written.statusEndpoint, page.base) : null,
    asset: asset.asset,
    network: asset.network,
    amount: written.amount || null,
    fiatAmount: written.fiatAmount || null,
    fiatCurrency: written.fiatCurrency || null,
    cashoutMethod: written.cashoutMethod || null,
    redirectUrl: wayBack(written.redirectUrl || page.href, page.base),
    // As `<img loading>` does, an unknown value is the default.
    presentation: written.presentation === 'redirect' ? 'redirect' : 'popup',
    payOrigin: written.payOrigin || COINBASE,
  };
};
