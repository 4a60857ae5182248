// PURE. The address of Coinbase's sell window and of the way back. Knows docs.cdp.coinbase.com "Generating an Offramp URL";
// does not know who opens it. The address holds the token: it is never stored, logged or put into an event.

interface PayUrl {
  payOrigin: string;
  token: string;
  partnerUserRef: string;
  redirectUrl: string;
  asset: string;
  network: string;
  amount: string | null;
  fiatAmount: string | null;
  fiatCurrency: string | null;
  cashoutMethod: string | null;
}

const isLoopback = (hostname: string): boolean =>
  hostname === 'localhost' || hostname === '127.0.0.1' || hostname === '[::1]';

/** An https origin, or http on this machine for a simulator; `undefined` for anything else. */
const asOrigin = (text: string): string | undefined => {
  if (!URL.canParse(text)) return undefined;
  const { protocol, hostname, username, password, pathname, origin } = new URL(text);
  if (username || password || pathname !== '/') return undefined;
  return protocol === 'https:' || (protocol === 'http:' && isLoopback(hostname)) ? origin : undefined;
};

/** `undefined` where `payOrigin` is not an origin that may be opened. */
export const payUrl = (parts: PayUrl): string | undefined => {
  const origin = asOrigin(parts.payOrigin);
  if (!origin) return undefined;
  const url = new URL('/v3/sell/input', origin);
  const query: Record<string, string | null> = {
    sessionToken: parts.token,
    partnerUserRef: parts.partnerUserRef,
    redirectUrl: parts.redirectUrl,
    defaultAsset: parts.asset,
    defaultNetwork: parts.network,
    presetCryptoAmount: parts.amount,
    // Ignored by Coinbase beside a crypto amount.
    presetFiatAmount: parts.amount ? null : parts.fiatAmount,
    fiatCurrency: parts.fiatCurrency,
    defaultCashoutMethod: parts.cashoutMethod,
  };
  for (const [name, value] of Object.entries(query)) if (value) url.searchParams.set(name, value);
  return url.href;
};

/** The return page's address, carrying the sale and its nonce. */
export const returnUrl = (redirectUrl: string, saleId: string, nonce: string): string => {
  const url = new URL(redirectUrl);
  url.searchParams.set('offramp-sale', `${saleId}.${nonce}`);
  return url.href;
};
