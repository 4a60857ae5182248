// What every request must pass before a route sees it: origin, content type, size, a signed-in user.
// Knows headers; does not know sales.
import { bodyLimit } from 'hono/body-limit';
import { createMiddleware } from 'hono/factory';
import type { Log } from './log.ts';
import { routeName } from './paths.ts';
import { Refusal } from './refusal.ts';

/** `request` is the very object the runtime gave, for hooks that look it up; `user` is set by {@link signedIn}. */
export interface Env {
  Bindings: { request: Request };
  Variables: { user: string };
}

const MAX_BODY = 16 * 1024;

const isRead = (method: string): boolean => method === 'GET' || method === 'HEAD';

/**
 * Lets only listed origins in, exactly. Browsers send `Origin` with every writing request (Fetch 3.2), so none means no browser
 * of ours; they leave it out of same-origin reads, where `Sec-Fetch-Site` still betrays another site.
 */
export const fromOrigins = (origins: readonly string[]) =>
  createMiddleware(async (c, next) => {
    c.header('Cache-Control', 'no-store');
    c.header('X-Content-Type-Options', 'nosniff');
    const origin = c.req.header('origin');
    const allowed =
      origin === undefined
        ? isRead(c.req.method) && c.req.header('sec-fetch-site') !== 'cross-site'
        : origins.includes(origin);
    if (!allowed) throw new Refusal(403, 'origin-refused', 'This origin may not use this endpoint.');
    await next();
  });

/** A form or plain text can cross origins without a preflight; JSON cannot (Fetch 4.1.1). */
export const json = createMiddleware(async (c, next) => {
  if (!/^application\/json\s*(;|$)/i.test(c.req.header('content-type') ?? ''))
    throw new Refusal(415, 'not-json', 'Send the body as application/json.');
  await next();
});

const limit = bodyLimit({
  maxSize: MAX_BODY,
  onError: () => {
    throw new Refusal(413, 'too-large', 'The body is too large.');
  },
});

/** 16 kB, whatever Content-Length says: the limit believes it where it is there, and not every protocol holds a sender to it. */
export const small = createMiddleware(async (c, next) => {
  const headers = new Headers(c.req.raw.headers);
  headers.delete('content-length');
  c.req.raw = new Request(c.req.raw, { headers });
  return limit(c, next);
});

/** Sets `user`, or answers 401. */
export const signedIn = (authorize: (request: Request) => string | null | Promise<string | null>) =>
  createMiddleware<Env>(async (c, next) => {
    const user: unknown = await authorize(c.env.request);
    if (user === null || user === undefined || user === '')
      throw new Refusal(401, 'not-signed-in', 'Sign in to this site first.');
    if (typeof user !== 'string') throw new Error('authorize must return the user’s id as a string, or null.');
    c.set('user', user);
    await next();
  });

/** Lets only the operator in, by the hook that the partner gives. */
export const operated = (operator: (request: Request) => boolean | Promise<boolean>) =>
  createMiddleware<Env>(async (c, next) => {
    // A hook that gives something else than true or false was meant otherwise; nobody comes in by mistake.
    if ((await operator(c.env.request)) !== true)
      throw new Refusal(403, 'not-operator', 'Only the operator of this site may see this.');
    await next();
  });

/** Tells each answer to the log, without the reference in its path. */
export const told = (log: Log) =>
  createMiddleware<Env>(async (c, next) => {
    const began = Date.now();
    await next();
    const { error } = c;
    const route = routeName(c.env.request);
    if (error && !(error instanceof Refusal)) log({ event: 'error', route, name: error.name });
    const code = error instanceof Refusal ? { code: error.code } : {};
    log({ event: 'request', route, method: c.req.method, status: c.res.status, ...code, ms: Date.now() - began });
  });
