// The server kit's door: one Request handler with the token, status and claim routes.
// Knows which part answers which route; does not know keys, stores or Coinbase's paths.
import { type Context, Hono } from 'hono';
import { cors } from 'hono/cors';
import { createMiddleware } from 'hono/factory';
import { methodNotAllowed } from 'hono/method-not-allowed';
import * as z from 'zod/mini';
import { findAsset } from './assets.ts';
import { claimReport, claimRequest, parseList, tokenRequest } from './schema.ts';
import { createClaims } from './server/claims.ts';
import { COINBASE, createCoinbase } from './server/coinbase.ts';
import { type Env, fromOrigins, json, signedIn, small } from './server/gate.ts';
import { makeInstruction } from './server/instruction.ts';
import { createSigner } from './server/jwt.ts';
import { readKey } from './server/key.ts';
import type { SalesAnswer } from './server/list.ts';
import { checkOptions, type OfframpOptions } from './server/options.ts';
import { createReferences } from './server/reference.ts';
import { Refusal } from './server/refusal.ts';
import { createSign } from './server/signature.ts';
import { createStatus } from './server/status.ts';
import { createMemoryStore } from './server/store.ts';

export type { OfframpOptions } from './server/options.ts';
export { instructionKeyOf } from './server/signature.ts';
export { createMemoryStore, type Store } from './server/store.ts';

// `/sales/token` is the token route of a kit mounted at `/sales`: no reference is the word "token".
const ROUTE = /\/(?:token|sales\/(?!token$)[^/]+(?:\/claim)?)$/;

/** With one slash at its start: answered back as a path, two would name another host. */
const pathOf = (request: Request): string => new URL(request.url).pathname.replace(/^\/+/, '/');

/** The last segments are the route; everything before them is where the backend mounted the handler. */
const routeOf = (request: Request): string => ROUTE.exec(pathOf(request))?.[0] ?? '/';

const read = async <T extends z.ZodMiniType>(c: Context, shape: T): Promise<z.infer<T>> => {
  const body: unknown = await c.req.json().catch(() => undefined);
  const result = shape.safeParse(body);
  if (result.success) return result.data;
  const field = result.error.issues[0]?.path.join('.');
  throw new Refusal(400, 'bad-request', field ? `The field ${field} is missing or wrong.` : 'The body is not right.');
};

const answer = (error: Error, c: Context): Response => {
  if (error instanceof Refusal) {
    if (error.retryAfter !== undefined) c.header('Retry-After', `${error.retryAfter}`);
    return c.json({ code: error.code, message: error.message }, error.status);
  }
  // A hook, the store or the key failed: the operator must see why, the caller must not.
  console.error(error);
  return c.json({ code: 'server-error', message: 'The server met a problem of its own.' }, 500);
};

const ip = z.union([z.ipv4(), z.ipv6()]);

/**
 * The backend's half of the button, for any runtime with Request and Response. Mount it under any prefix; it answers
 * `POST …/token`, `GET …/sales/:ref`, `POST PATCH DELETE …/sales/:ref/claim`.
 * @throws Error at once where an option is missing or wrong, with a sentence that says what to give.
 */
export const createOfframpHandler = (options: OfframpOptions): ((request: Request) => Promise<Response>) => {
  checkOptions(options);
  const { origins, authorize, clientIp, store = createMemoryStore() } = options;
  const coinbase = createCoinbase({
    base: options.coinbase ?? COINBASE,
    sign: createSigner(options.apiKeyId, readKey(options.apiKeySecret)),
    fetch: options.fetch ?? ((...request) => globalThis.fetch(...request)),
  });
  const references = createReferences(options.secret);
  const claims = createClaims(store);
  const sign = options.signingKey === undefined ? undefined : createSign(options.signingKey);
  const status = createStatus(coinbase, store);

  const user = signedIn(authorize);
  const owner = createMiddleware<Env>(async (c, next) => {
    if (!(await references.belongs(c.req.param('ref') ?? '', c.get('user'))))
      throw new Refusal(404, 'unknown-sale', 'There is no such sale.');
    await next();
  });

  const app = new Hono<Env>({ getPath: routeOf });
  app.onError(answer);
  app.notFound((c) => c.json({ code: 'not-found', message: 'There is nothing at this address.' }, 404));
  app.use(fromOrigins(origins));
  app.use(
    cors({
      origin: [...origins],
      allowMethods: ['POST', 'GET', 'PATCH', 'DELETE'],
      allowHeaders: ['content-type', 'authorization'],
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
    const { saleId, address, asset, network, redirectUrl } = await read(c, tokenRequest);
    const known = findAsset(asset, network);
    if (!known) throw new Refusal(400, 'unknown-asset', 'This asset cannot be sold on this network here.');
    if (!URL.canParse(redirectUrl) || !origins.includes(new URL(redirectUrl).origin))
      throw new Refusal(400, 'bad-redirect', 'The redirect address is not on an origin that this site allows.');
    const visitor = ip.safeParse(await clientIp(c.env.request));
    if (!visitor.success) throw new Error('clientIp must return an IPv4 or IPv6 address, without a port.');
    const reference = await references.make(c.get('user'), saleId);
    const { token, now } = await coinbase.mint({
      address,
      asset: known.asset,
      network: known.network,
      clientIp: visitor.data,
    });
    const sale = `${pathOf(c.env.request).slice(0, -'/token'.length)}/sales/${reference}`;
    return c.json({ token, partnerUserRef: reference, statusUrl: sale, claimUrl: `${sale}/claim`, now });
  });

  app.get('/sales/:ref', user, owner, async (c) => c.json<SalesAnswer>(await status(c.req.param('ref'))));

  app.post('/sales/:ref/claim', json, user, owner, small, async (c) => {
    const reference = c.req.param('ref');
    const { saleId, transactionId } = await read(c, claimRequest);
    await claims.check(reference, saleId, transactionId);
    const list = parseList(await coinbase.list(reference));
    const order = list?.transactions.find(({ transaction_id }) => transaction_id === transactionId);
    const instruction = await claims.grant(reference, saleId, makeInstruction(order, Date.parse(list?.now ?? '')));
    return c.json({ instruction, ...(sign && { signature: await sign(saleId, instruction) }) });
  });

  app.patch('/sales/:ref/claim', json, user, owner, small, async (c) => {
    const { txHash } = await read(c, claimReport);
    await claims.report(c.req.param('ref'), txHash);
    return c.body(null, 204);
  });

  app.delete('/sales/:ref/claim', user, owner, async (c) => {
    await claims.release(c.req.param('ref'));
    return c.body(null, 204);
  });

  return async (request) => app.fetch(request, { request });
};
