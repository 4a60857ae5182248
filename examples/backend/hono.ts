// The kit in a Hono app, at /api/offramp. Here on Node; only `serve` and `getConnInfo` are Node's.
// This server is reached without a proxy, so the socket says who visits.
import { serve } from '@hono/node-server';
import { getConnInfo } from '@hono/node-server/conninfo';
import { Hono } from 'hono';
import { createOfframpHandler, ipFromHops } from 'offramp-button/server';
import { userOf } from './session.ts';

const { env } = process;
const sockets = new WeakMap<Request, string | undefined>();

const offramp = createOfframpHandler({
  apiKeyId: env.CDP_API_KEY_ID ?? '',
  apiKeySecret: env.CDP_API_KEY_SECRET ?? '',
  secret: env.OFFRAMP_SECRET ?? '',
  origins: [env.SITE_ORIGIN ?? ''],
  authorize: (request) => userOf(request, env.SESSION_KEY ?? ''),
  clientIp: (request) => ipFromHops(request, sockets.get(request), 0),
});

const app = new Hono();
// The kit sends its own CORS headers: keep `cors()` of the app off these paths.
app.all('/api/offramp/*', (c) => {
  sockets.set(c.req.raw, getConnInfo(c).remote.address);
  return offramp(c.req.raw);
});

export const server = serve({ fetch: app.fetch, port: Number(env.PORT ?? 3000), hostname: env.HOST ?? '127.0.0.1' });
