// The server kit's door: one Request handler and the list of its routes.
// Knows which part answers which route; does not know keys, stores or Coinbase's paths.
import { Hono } from 'hono';
import { cors } from 'hono/cors';
import { createMiddleware } from 'hono/factory';
import { methodNotAllowed } from 'hono/method-not-allowed';
import * as z from 'zod/mini';
import { findAsset } from './assets.ts';
import {
  claimRelease,
  claimReport,
  claimRequest,
  parseList,
  type QuoteAnswer,
  quoteRequest,
  tokenRequest,
} from './schema.ts';
import type { Challenge } from './server/address-proof.ts';
import { CATALOG_MAX_AGE, type CatalogConfig, type SellOptions } from './server/catalog.ts';
import { type Env, fromOrigins, json, operated, signedIn, small, told } from './server/gate.ts';
import type { HistoryAnswer } from './server/history.ts';
import { makeInstruction } from './server/instruction.ts';
import type { SalesAnswer } from './server/list.ts';
import { checkOptions, type OfframpOptions } from './server/options.ts';
import { createParts } from './server/parts.ts';
import { mountOf, routeName, routeOf } from './server/paths.ts';
import { siteOf } from './server/proxies.ts';
import { answer, OWN_PROBLEM, pageQuery, periodQuery, placeQuery, read, readQuery } from './server/queries.ts';
import { readWish } from './server/quote.ts';
import { Refusal } from './server/refusal.ts';

export { type AddressProof, createAddressProof } from './server/address-proof.ts';
export type { LogEvent } from './server/log.ts';
export type { OfframpLimits, OfframpOptions } from './server/options.ts';
export { cloudflareClientIp, flyClientIp, ipFromHops, vercelClientIp } from './server/proxies.ts';
export { createRedisStore, type RedisClient, type RedisStoreOptions } from './server/redis.ts';
export { instructionKeyOf } from './server/signature.ts';
export { createMemoryStore, type Store } from './server/store.ts';
export {
  createWebhookSubscription,
  type WebhookSubscription,
  type WebhookSubscriptionOptions,
} from './server/subscription.ts';

/** The origin of a `blob:` is that of the page that made it, and a user's name is no part of an origin. */
const isOn = (origins: readonly string[], address: string): boolean => {
  if (!URL.canParse(address)) return false;
  const { protocol, username, password, origin } = new URL(address);
  return /^https?:$/.test(protocol) && !username && !password && origins.includes(origin);
};

const EVENT_STREAM = 'text/event-stream; charset=utf-8';

const ip = z.union([z.ipv4(), z.ipv6()]);
/** What a socket that listens on IPv6 writes before an IPv4 address (RFC 4291 2.5.5.2). */
const MAPPED = /^::ffff:(?=\d+\.)/i;

/**
 * The backend's half of the button, for any runtime with Request and Response. Mount it under any prefix; it answers
 * `POST …/token`, `GET …/config`, `GET …/options`, `POST …/quote`, `GET …/sales`, `GET …/sales/:ref`,
 * `GET …/sales/:ref/events`, `POST PATCH DELETE …/sales/:ref/claim`; with their options `GET …/transactions` and `GET …/address-proof`.
 * @throws Error at once where an option is missing or wrong, with a sentence that says what to give.
 */
export const createOfframpHandler = (options: OfframpOptions): ((request: Request) => Promise<Response>) => {
  checkOptions(options);
  const { origins, authorize, clientIp, operator, proveAddress } = options;
  const {
    log,
    coinbase,
    catalog,
    quotes,
    references,
    claims,
    signer,
    status,
    history,
    limits,
    changes,
    streams,
    webhook,
  } = createParts(options);

  const user = signedIn(authorize);
  const owner = createMiddleware<Env>(async (c, next) => {
    if (!(await references.belongs(c.req.param('ref') ?? '', c.get('user'))))
      throw new Refusal(404, 'unknown-sale', 'There is no such sale.');
    await next();
  });
  /** Where a page finds a sale. */
  const saleUrl = (request: Request, reference: string): string =>
    `${options.path ?? mountOf(request)}/sales/${reference}`;
  const placeOf = async (request: Request) => {
    const [, country, subdivision] =
      /^([A-Z]{2})(?:-([A-Z0-9]{1,3}))?$/.exec(`${await options.country?.(request)}`) ?? [];
    return country === undefined ? undefined : { country, subdivision };
  };

  const app = new Hono<Env>({ getPath: routeOf });
  app.onError(answer);
  app.notFound((c) => c.json({ code: 'not-found', message: 'There is nothing at this address.' }, 404));
  app.use(told(log));
  // It comes from Coinbase's servers, which have no origin and no user; the signature says who they are.
  app.post('/webhook', small, async (c) => {
    if (!webhook) return c.notFound();
    await webhook(c.req.raw.headers, new Uint8Array(await c.req.arrayBuffer()));
    return c.body(null, 204);
  });
  app.use(fromOrigins(origins));
  app.use(
    cors({
      origin: [...origins],
      allowMethods: ['POST', 'GET', 'PATCH', 'DELETE'],
      allowHeaders: ['content-type', 'authorization', 'last-event-id'],
      exposeHeaders: ['Retry-After'],
      credentials: true,
      maxAge: 600,
    }),
  );
  app.use(
    methodNotAllowed({
      app,
      onMethodNotAllowed: (c, methods) =>
        c.json({ code: 'method-not-allowed', message: 'This address does not take that method.' }, 405, {
          Allow: methods.join(', '),
        }),
    }),
  );

  app.post('/token', json, user, small, async (c) => {
    const { saleId, address, asset, network, redirectUrl, proof } = await read(c, tokenRequest);
    const known = findAsset(asset, network);
    if (!known) throw new Refusal(400, 'unknown-asset', 'This asset cannot be sold on this network here.');
    if (!isOn(origins, redirectUrl))
      throw new Refusal(400, 'bad-redirect', 'The redirect address is not on an origin that this site allows.');
    const visitor = ip.safeParse(`${await clientIp(c.env.request)}`.replace(MAPPED, ''));
    if (!visitor.success) throw new Error('clientIp must return an IPv4 or IPv6 address, without a port.');
    const name = await references.nameOf('user', c.get('user'));
    await limits.tokens(name, await references.nameOf('ip', siteOf(visitor.data)));
    if (proveAddress && !(proof && (await proveAddress.verify(c.get('user'), address, proof))))
      throw new Refusal(403, 'address-not-proved', 'Prove by a signature that this address is yours.');
    const reference = await references.make(c.get('user'), saleId);
    // An order that nobody could be told how to pay must not begin.
    await signer?.prove();
    const { token, now } = await coinbase.mint({
      address,
      asset: known.asset,
      network: known.network,
      clientIp: visitor.data,
    });
    await history.note(name, reference, known);
    await changes.bindSale(saleId, reference);
    const sale = saleUrl(c.env.request, reference);
    return c.json({
      token,
      partnerUserRef: reference,
      statusUrl: sale,
      claimUrl: `${sale}/claim`,
      eventsUrl: `${sale}/events`,
      now,
    });
  });

  if (proveAddress)
    app.get('/address-proof', user, async (c) => c.json<Challenge>(await proveAddress.challenge(c.get('user'))));

  app.get('/config', user, async (c) => {
    const config = await catalog.config();
    c.header('Cache-Control', `private, max-age=${CATALOG_MAX_AGE}`);
    return c.json<CatalogConfig>(config);
  });

  app.get('/options', user, async (c) => {
    const found = await catalog.options(readQuery(c, placeQuery));
    c.header('Cache-Control', `private, max-age=${CATALOG_MAX_AGE}`);
    return c.json<SellOptions>(found);
  });

  app.post('/quote', json, user, small, async (c) => {
    const wish = readWish(await read(c, quoteRequest), await placeOf(c.env.request));
    await limits.quotes(await references.nameOf('user', c.get('user')));
    return c.json<QuoteAnswer>(await quotes(wish));
  });

  app.get('/sales', user, async (c) => {
    const { page_key } = readQuery(c, pageQuery);
    const name = await references.nameOf('user', c.get('user'));
    await limits.pages(name);
    const urlOf = (reference: string) => saleUrl(c.env.request, reference);
    return c.json<HistoryAnswer>(await history.list(name, page_key, urlOf));
  });

  app.get('/sales/:ref', user, owner, async (c) => {
    const { page_key } = readQuery(c, pageQuery);
    if (page_key !== undefined) await limits.pages(await references.nameOf('user', c.get('user')));
    return c.json<SalesAnswer>(await status(c.req.param('ref'), page_key));
  });

  if (operator)
    app.get('/transactions', operated(operator), async (c) => {
      const { from, to, page_key } = readQuery(c, periodQuery);
      return c.json<SalesAnswer>(await coinbase.transactions({ from, to, pageKey: page_key }));
    });

  app.get('/sales/:ref/events', user, owner, async (c) => {
    c.header('Cache-Control', 'no-store, no-transform');
    // Nobody would ever end the stream of a HEAD.
    if (c.env.request.method === 'HEAD') return c.body(null, 200, { 'Content-Type': EVENT_STREAM });
    const stream = await streams.open(
      c.req.param('ref'),
      await references.nameOf('user', c.get('user')),
      c.req.header('last-event-id'),
      c.env.request.signal,
    );
    // A page that is told 204 does not come back (HTML standard, 9.2.2).
    if (!stream) return c.body(null, 204);
    return c.body(stream, 200, { 'Content-Type': EVENT_STREAM, 'X-Accel-Buffering': 'no' });
  });

  app.post('/sales/:ref/claim', json, user, owner, small, async (c) => {
    const reference = c.req.param('ref');
    const { transactionId, ...claimant } = await read(c, claimRequest);
    await claims.check(reference, claimant, transactionId);
    const list = parseList(await changes.apply(reference, await coinbase.list(reference)));
    const order = list?.transactions.find(({ transaction_id }) => transaction_id === transactionId);
    const instruction = await claims.grant(reference, claimant, makeInstruction(order, Date.parse(list?.now ?? '')));
    return c.json({ instruction, ...(signer && { signature: await signer.sign(claimant.saleId, instruction) }) });
  });

  app.patch('/sales/:ref/claim', json, user, owner, small, async (c) => {
    const { txHash } = await read(c, claimReport);
    await claims.report(c.req.param('ref'), txHash);
    return c.body(null, 204);
  });

  app.delete('/sales/:ref/claim', user, owner, small, async (c) => {
    // A page that names no holder, or a proxy that drops the body, frees only a claim without one.
    const { data } = claimRelease.safeParse(await c.req.json().catch(() => undefined));
    await claims.release(c.req.param('ref'), data?.holder);
    return c.body(null, 204);
  });

  return async (request) => {
    try {
      return await app.fetch(request, { request });
    } catch (thrown) {
      // Hono hands only Errors to `onError`; a hook or a store may throw anything.
      console.error(thrown);
      log({ event: 'error', route: routeName(request), name: typeof thrown });
      return Response.json(OWN_PROBLEM, { status: 500, headers: { 'cache-control': 'no-store' } });
    }
  };
};
