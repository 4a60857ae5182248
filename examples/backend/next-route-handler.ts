// The kit as a Next.js route handler on Vercel: app/api/offramp/[...route]/route.ts.
// Functions run on many machines, so they share a Redis; `npm install @redis/client`.
import { createClient } from '@redis/client';
import { createOfframpHandler, createRedisStore, vercelClientIp } from 'offramp-button/server';
import { userOf } from './session.ts';

/** Every answer is one person's. */
export const dynamic = 'force-dynamic';
/** Seconds. An event stream that ends is opened again by the page. */
export const maxDuration = 300;

const { env } = process;

const open = async (): Promise<(request: Request) => Promise<Response>> => {
  const client = createClient({ url: env.REDIS_URL ?? '' });
  // The client connects again by itself; without a listener its error would end the process.
  client.on('error', (error) => console.error('Redis:', error.message));
  await client.connect();
  return createOfframpHandler({
    apiKeyId: env.CDP_API_KEY_ID ?? '',
    apiKeySecret: env.CDP_API_KEY_SECRET ?? '',
    secret: env.OFFRAMP_SECRET ?? '',
    origins: [env.SITE_ORIGIN ?? ''],
    authorize: (request) => userOf(request, env.SESSION_KEY ?? ''),
    clientIp: vercelClientIp,
    store: createRedisStore(client),
  });
};

let offramp: ReturnType<typeof open> | undefined;

/** Opens with the first request: `next build` loads this file, too, where there are no secrets and no Redis. */
const handle = async (request: Request): Promise<Response> => {
  offramp ??= open();
  return (await offramp)(request);
};

export { handle as DELETE, handle as GET, handle as OPTIONS, handle as PATCH, handle as POST };
