// The kit in a fetch server of Deno (`deno serve -A deno-bun.ts`) or Bun (`bun deno-bun.ts`), at /api/offramp.
// This server is reached without a proxy, so the socket says who visits; each of the two tells it in its own way.
import { createOfframpHandler, ipFromHops } from 'offramp-button/server';
import { userOf } from './session.ts';

type Connection = { remoteAddr: { hostname: string } } | { requestIP(request: Request): { address: string } | null };

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

export default {
  /** Seconds, for Bun: longer than the 15 between two heartbeats of an event stream. */
  idleTimeout: 60,
  fetch: async (request: Request, connection: Connection): Promise<Response> => {
    if (!new URL(request.url).pathname.startsWith('/api/offramp/')) return new Response('Not found', { status: 404 });
    const address = 'requestIP' in connection ? connection.requestIP(request)?.address : connection.remoteAddr.hostname;
    sockets.set(request, address);
    return offramp(request);
  },
};
