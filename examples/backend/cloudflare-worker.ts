// The kit as a Cloudflare Worker, at /api/offramp. In wrangler.toml: a Durable Object binding OFFRAMP_STORE of the class
// OfframpKey, and the secrets below. Nobody reaches a Worker past Cloudflare, so its header says who visits.
import { cloudflareClientIp, createOfframpHandler } from 'offramp-button/server';
import { createDurableStore, type KeyNamespace } from './cloudflare-store.ts';
import { userOf } from './session.ts';

export { OfframpKey } from './cloudflare-store.ts';

interface Env {
  CDP_API_KEY_ID: string;
  CDP_API_KEY_SECRET: string;
  OFFRAMP_SECRET: string;
  SITE_ORIGIN: string;
  SESSION_KEY: string;
  OFFRAMP_STORE: KeyNamespace;
}

/** One kit for each request: a Worker ends the timers and questions of a request with it, so no other may wait for them. */
const offramp = (request: Request, env: Env): Promise<Response> =>
  createOfframpHandler({
    apiKeyId: env.CDP_API_KEY_ID,
    apiKeySecret: env.CDP_API_KEY_SECRET,
    secret: env.OFFRAMP_SECRET,
    origins: [env.SITE_ORIGIN],
    authorize: (asked) => userOf(asked, env.SESSION_KEY),
    clientIp: cloudflareClientIp,
    store: createDurableStore(env.OFFRAMP_STORE),
  })(request);

export default {
  fetch: async (request: Request, env: Env): Promise<Response> =>
    new URL(request.url).pathname.startsWith('/api/offramp/')
      ? offramp(request, env)
      : new Response('Not found', { status: 404 }),
};
