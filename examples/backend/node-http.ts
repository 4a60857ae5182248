// The kit behind Node's own http, at /api/offramp. `@hono/node-server` makes web Requests of Node's.
// This server is reached without a proxy, so the socket says who visits.
import { createServer } from 'node:http';
import { getRequestListener } from '@hono/node-server';
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
  // Behind proxies of yours: their number in place of 0.
  clientIp: (request) => ipFromHops(request, sockets.get(request), 0),
});

const listener = getRequestListener((request, { incoming }) => {
  sockets.set(request, incoming.socket.remoteAddress);
  return offramp(request);
});

export const server = createServer((incoming, outgoing) => {
  if (incoming.url?.startsWith('/api/offramp/')) void listener(incoming, outgoing);
  else outgoing.writeHead(404).end();
}).listen(Number(env.PORT ?? 3000), env.HOST ?? '127.0.0.1');
