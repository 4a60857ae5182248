// The kit in an Express 5 app, at /api/offramp. `@hono/node-server` makes web Requests of Express'.
// One proxy of yours stands in front, and nobody reaches the app past it.
import { getRequestListener } from '@hono/node-server';
import express from 'express';
import { createOfframpHandler, ipFromHops } from 'offramp-button/server';
import { userOf } from './session.ts';

const { env } = process;
const visits = new WeakMap<Request, express.Request>();

const app = express();
// How many proxies there are. Never `true`: then the visitor writes the address.
app.set('trust proxy', 1);

const offramp = createOfframpHandler({
  apiKeyId: env.CDP_API_KEY_ID ?? '',
  apiKeySecret: env.CDP_API_KEY_SECRET ?? '',
  secret: env.OFFRAMP_SECRET ?? '',
  origins: [env.SITE_ORIGIN ?? ''],
  // With express-session: `visits.get(request)?.session.userId ?? null`.
  authorize: (request) => userOf(request, env.SESSION_KEY ?? ''),
  // `req.ip` is Express' word; with 0 hops it is only brought to its plain form.
  clientIp: (request) => ipFromHops(request, visits.get(request)?.ip, 0),
});

const listener = getRequestListener((request, { incoming }) => {
  visits.set(request, incoming as express.Request);
  return offramp(request);
});

// Before `express.json()`, which would leave no body to read, and past `compression()`, which would hold events back.
app.all('/api/offramp/*route', listener);
app.use(express.json());

export const server = app.listen(Number(env.PORT ?? 3000), env.HOST ?? '127.0.0.1');
