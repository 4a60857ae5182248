// The sell window as Request → Response: spends the token, walks a person to "Cash out now", redirects. Knows no HTML.
import { type Context, Hono } from 'hono';
import type { Book } from './book.ts';
import type { FaultSwitches } from './faults.ts';
import { messages } from './messages.ts';
import { amountPage, gonePage, type Page, pricePage, refusedPage, startedPage } from './pages.ts';
import { parseDecimal } from './price.ts';
import { allowedRedirect } from './redirects.ts';
import { styles } from './styles.ts';
import type { Tokens } from './tokens.ts';
import { beginVisit, isMethod, readAmount, termsOf, type Visit } from './visit.ts';

interface Parts {
  faults: FaultSwitches;
  tokens: Tokens;
  book: Book;
  allowedRedirects: readonly string[];
}

export interface SellWindow {
  routes: Hono;
  clear(): void;
}

export const createSellWindow = ({ faults, tokens, book, allowedRedirects }: Parts): SellWindow => {
  const visits = new Map<string, Visit>();
  const routes = new Hono();

  const show = (c: Context, page: Page, status: 200 | 400 | 404 | 422 = 200) => c.html(page, status);
  const step = (c: Context, { id }: Visit, name: '' | '/price' | '/started') =>
    c.redirect(`/v3/sell/window/${id}${name}`, 303);

  routes.use(async (c, next) => {
    await next();
    c.header('Cache-Control', 'no-store');
    c.header('X-Frame-Options', 'DENY');
    // No form-action: browsers apply it to the redirect after "Cash out now" too, and to every redirect after that.
    c.header(
      'Content-Security-Policy',
      "default-src 'none'; script-src 'self'; style-src 'self'; img-src data:; base-uri 'none'; frame-ancestors 'none'",
    );
    c.header('Referrer-Policy', 'no-referrer');
    c.header('X-Content-Type-Options', 'nosniff');
    if (faults.has('coop-same-origin')) c.header('Cross-Origin-Opener-Policy', 'same-origin');
    if (faults.has('coop-same-origin-allow-popups')) c.header('Cross-Origin-Opener-Policy', 'same-origin-allow-popups');
  });

  routes.get('/window.css', (c) => c.body(styles, 200, { 'Content-Type': 'text/css; charset=utf-8' }));

  routes.get('/window.js', (c) =>
    c.body(faults.has('window-messages') ? messages : '', 200, { 'Content-Type': 'text/javascript; charset=utf-8' }),
  );

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
    const visit = beginVisit(spent.session, query);
    if (!visit) return refuse('The session has no address for this asset on this network.');
    visits.set(visit.id, visit);
    const units = parseDecimal(visit.amount || '25', visit.asset.decimals) ?? 0n;
    book.open(termsOf(visit, units));
    return step(c, visit, '');
  });

  const visitOf = (c: Context): Visit | undefined => visits.get(c.req.param('id') ?? '');

  routes.get('/window/:id', (c) => {
    const visit = visitOf(c);
    if (!visit) return show(c, gonePage(), 404);
    return visit.committed ? step(c, visit, '/started') : show(c, amountPage(visit));
  });

  routes.post('/window/:id', async (c) => {
    const visit = visitOf(c);
    if (!visit) return show(c, gonePage(), 404);
    if (visit.committed) return step(c, visit, '/started');
    const form = await c.req.formData().catch(() => new FormData());
    const typed = `${form.get('amount') ?? ''}`.trim();
    const method = `${form.get('method') ?? ''}`;
    if (!visit.locked) visit.amount = typed.slice(0, 80);
    if (isMethod(method)) visit.method = method;
    const units = readAmount(visit, visit.amount);
    if (typeof units === 'string') return show(c, amountPage(visit, units), 422);

    const same = visit.terms?.units === units && visit.terms.method === visit.method;
    visit.terms = termsOf(visit, units);
    const former = same ? undefined : visit.order;
    if (!same) visit.order = undefined;
    if (faults.has('record-before-commit')) visit.order ??= book.place(visit.terms, false);
    if (former) book.withdraw(await former);
    await visit.order;
    return step(c, visit, '/price');
  });

  routes.get('/window/:id/price', (c) => {
    const visit = visitOf(c);
    if (!visit) return show(c, gonePage(), 404);
    if (visit.committed) return step(c, visit, '/started');
    return visit.terms ? show(c, pricePage(visit, visit.terms)) : step(c, visit, '');
  });

  routes.post('/window/:id/price', async (c) => {
    const visit = visitOf(c);
    if (!visit) return show(c, gonePage(), 404);
    if (!visit.terms) return step(c, visit, '');
    visit.committed = true;
    visit.order ??= book.place(visit.terms, true);
    book.commit(await visit.order);

    const target = faults.has('no-redirect') ? undefined : allowedRedirect(allowedRedirects, visit.redirectUrl);
    if (!target) return step(c, visit, '/started');
    if (faults.has('redirect-without-query')) target.search = '';
    return c.redirect(target.href, 303);
  });

  routes.get('/window/:id/started', (c) => {
    const visit = visitOf(c);
    if (!visit) return show(c, gonePage(), 404);
    return visit.committed && visit.terms ? show(c, startedPage(visit.terms)) : step(c, visit, '');
  });

  routes.all('*', (c) => show(c, gonePage(), 404));

  return { routes, clear: () => visits.clear() };
};
