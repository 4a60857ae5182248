// The sell window as Request → Response: spends the token, walks a person to "Cash out now", redirects. Knows no HTML.
import { type Context, Hono } from 'hono';
import { formatUnits, getAddress } from 'viem/utils';
import { type Asset, findAsset } from '../assets.ts';
import type { Book } from './book.ts';
import type { FaultSwitches } from './faults.ts';
import type { CashoutMethod, Order, Terms } from './order.ts';
import { amountPage, gonePage, methodNames, type Page, pricePage, refusedPage, startedPage } from './pages.ts';
import { fiatOf, parseDecimal, priceOf, unitsFor } from './price.ts';
import { allowedRedirect } from './redirects.ts';
import { styles } from './styles.ts';
import type { Session, Tokens } from './tokens.ts';

/** One sell window, from its token to its redirect. */
export interface Sale {
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

interface Parts {
  faults: FaultSwitches;
  tokens: Tokens;
  book: Book;
  allowedRedirects: readonly string[];
}

const isMethod = (name: string): name is CashoutMethod => Object.hasOwn(methodNames, name);

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

const begin = (session: Session, query: Query): Sale | undefined => {
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

const termsOf = (sale: Sale, units: bigint): Terms => {
  const { partnerUserRef, asset, currency, method, from, redirectUrl } = sale;
  return { partnerUserRef, asset, units, currency, method, from, redirectUrl };
};

/** Says what is wrong with an amount, or gives its smallest units. */
const readAmount = ({ asset, currency }: Sale, text: string): bigint | string => {
  const units = parseDecimal(text, asset.decimals);
  if (units === undefined)
    return `Enter a plain number such as 25 or 0.5, with at most ${asset.decimals} decimal places.`;
  if (units === 0n) return 'Enter an amount greater than zero.';
  return priceOf(asset, units, currency).total.value === '0'
    ? 'Enter a larger amount; this one pays out nothing.'
    : units;
};

export interface SellWindow {
  routes: Hono;
  clear(): void;
}

export const createSellWindow = ({ faults, tokens, book, allowedRedirects }: Parts): SellWindow => {
  const sales = new Map<string, Sale>();
  const routes = new Hono();

  const show = (c: Context, page: Page, status: 200 | 400 | 404 | 422 = 200) => c.html(page, status);
  const step = (c: Context, { id }: Sale, name: '' | '/price' | '/started') =>
    c.redirect(`/v3/sell/window/${id}${name}`, 303);

  routes.use(async (c, next) => {
    await next();
    c.header('Cache-Control', 'no-store');
    c.header('X-Frame-Options', 'DENY');
    // No form-action: browsers apply it to the redirect after "Cash out now" too, and to every redirect after that.
    c.header(
      'Content-Security-Policy',
      "default-src 'none'; style-src 'self'; img-src data:; base-uri 'none'; frame-ancestors 'none'",
    );
    c.header('Referrer-Policy', 'no-referrer');
    c.header('X-Content-Type-Options', 'nosniff');
    if (faults.has('coop-same-origin')) c.header('Cross-Origin-Opener-Policy', 'same-origin');
    if (faults.has('coop-same-origin-allow-popups')) c.header('Cross-Origin-Opener-Policy', 'same-origin-allow-popups');
  });

  routes.get('/window.css', (c) => c.body(styles, 200, { 'Content-Type': 'text/css; charset=utf-8' }));

  routes.get('/input', (c) => {
    const query = c.req.query();
    const { sessionToken = '', partnerUserRef = '' } = query;
    const refuse = (reason: string) => show(c, refusedPage(reason), 400);
    if (!sessionToken)
      return refuse('Your project is configured to require secure initialization and requires a sessionToken.');
    if (!partnerUserRef) return refuse('partnerUserRef is missing.');
    if (partnerUserRef.length > 49) return refuse('partnerUserRef must be less than 50 characters.');
    if (!/^[A-Za-z0-9_-]+$/.test(partnerUserRef))
      return refuse('partnerUserRef may only have letters, digits, - and _.');
    const spent = tokens.spend(sessionToken);
    if ('refusal' in spent) return refuse(spent.refusal);
    const sale = begin(spent.session, query);
    if (!sale) return refuse('The session has no address for this asset on this network.');
    sales.set(sale.id, sale);
    const units = parseDecimal(sale.amount || '25', sale.asset.decimals) ?? 0n;
    book.open(termsOf(sale, units));
    return step(c, sale, '');
  });

  const saleOf = (c: Context): Sale | undefined => sales.get(c.req.param('id') ?? '');

  routes.get('/window/:id', (c) => {
    const sale = saleOf(c);
    if (!sale) return show(c, gonePage(), 404);
    return sale.committed ? step(c, sale, '/started') : show(c, amountPage(sale));
  });

  routes.post('/window/:id', async (c) => {
    const sale = saleOf(c);
    if (!sale) return show(c, gonePage(), 404);
    if (sale.committed) return step(c, sale, '/started');
    const form = await c.req.formData().catch(() => new FormData());
    const typed = `${form.get('amount') ?? ''}`.trim();
    const method = `${form.get('method') ?? ''}`;
    if (!sale.locked) sale.amount = typed.slice(0, 80);
    if (isMethod(method)) sale.method = method;
    const units = readAmount(sale, sale.amount);
    if (typeof units === 'string') return show(c, amountPage(sale, units), 422);

    const same = sale.terms?.units === units && sale.terms.method === sale.method;
    sale.terms = termsOf(sale, units);
    const former = same ? undefined : sale.order;
    if (!same) sale.order = undefined;
    if (faults.has('record-before-commit')) sale.order ??= book.place(sale.terms, false);
    if (former) book.withdraw(await former);
    await sale.order;
    return step(c, sale, '/price');
  });

  routes.get('/window/:id/price', (c) => {
    const sale = saleOf(c);
    if (!sale) return show(c, gonePage(), 404);
    if (sale.committed) return step(c, sale, '/started');
    return sale.terms ? show(c, pricePage(sale, sale.terms)) : step(c, sale, '');
  });

  routes.post('/window/:id/price', async (c) => {
    const sale = saleOf(c);
    if (!sale) return show(c, gonePage(), 404);
    if (!sale.terms) return step(c, sale, '');
    sale.committed = true;
    sale.order ??= book.place(sale.terms, true);
    book.commit(await sale.order);

    const target = faults.has('no-redirect') ? undefined : allowedRedirect(allowedRedirects, sale.redirectUrl);
    if (!target) return step(c, sale, '/started');
    if (faults.has('redirect-without-query')) target.search = '';
    return c.redirect(target.href, 303);
  });

  routes.get('/window/:id/started', (c) => {
    const sale = saleOf(c);
    if (!sale) return show(c, gonePage(), 404);
    return sale.committed && sale.terms ? show(c, startedPage(sale.terms)) : step(c, sale, '');
  });

  routes.all('*', (c) => show(c, gonePage(), 404));

  return { routes, clear: () => sales.clear() };
};
