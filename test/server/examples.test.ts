import assert from 'node:assert/strict';
import { once } from 'node:events';
import type { Server } from 'node:http';
import { registerHooks } from 'node:module';
import type { AddressInfo } from 'node:net';
import { type TestContext, test } from 'node:test';
import { createContext, runInContext } from 'node:vm';
import { SignJWT } from 'jose';
import { build } from 'vite';
import type { ClaimAnswer } from '../../src/schema.ts';
import { openCoinbase, replaceCoinbase } from './coinbase-by-fetch.ts';
import { API_KEY_SECRET, BODY, codeOf, SECRET, SHOP } from './fixture.ts';
import { endClients } from './redis-clients.ts';
import { startRedis } from './redis-server.ts';

// The examples import the package by its name, as a partner does; here that is the source, so that no build is needed.
// Their Redis client lives as long as its server; here it ends with its test.
const REPLACED: Record<string, URL> = {
  'offramp-button/server': new URL('../../src/server.ts', import.meta.url),
  '@redis/client': new URL('./redis-clients.ts', import.meta.url),
};
registerHooks({
  resolve: (specifier, context, next) => {
    const isExample = context.parentURL?.includes('/examples/') === true;
    return next((isExample && REPLACED[specifier]?.href) || specifier, context);
  },
});

const SESSION_KEY = 'the key of the sessions of the site in the test';

const ENV = {
  CDP_API_KEY_ID: 'key-1',
  CDP_API_KEY_SECRET: API_KEY_SECRET,
  OFFRAMP_SECRET: SECRET,
  SITE_ORIGIN: SHOP,
  SESSION_KEY,
};
// The examples read it where they are loaded; port 0 is any free one.
Object.assign(process.env, ENV, { PORT: '0' });

type Call = (path: string, init: RequestInit) => Promise<Response>;

const cookieOf = async (user: string): Promise<string> => {
  const session = new SignJWT({ sub: user }).setProtectedHeader({ alg: 'HS256' });
  return `theme=dark; session=${await session.sign(new TextEncoder().encode(SESSION_KEY))}`;
};

/** What a proxy would add, and what a visitor wrote of their own. */
interface Visit {
  headers?: Record<string, string>;
  clientIp: string;
}

/** A whole sale of Ann's, and what is refused, through a mounted kit. */
const exercise = async (t: TestContext, call: Call, { headers: proxy = {}, clientIp }: Visit): Promise<void> => {
  const coinbase = replaceCoinbase(t);
  const [ann, bob] = [await cookieOf('ann'), await cookieOf('bob')];
  const ask = (method: string, path: string, body?: object, headers: Record<string, string> = {}) =>
    call(path, {
      method,
      headers: {
        origin: SHOP,
        cookie: ann,
        ...proxy,
        ...(body && { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body && { body: JSON.stringify(body) }),
    });

  const token = '/api/offramp/token';
  // The tests of one example share its memory.
  const saleId = crypto.randomUUID();
  const body = { ...BODY, saleId };
  assert.deepEqual(await codeOf(ask('POST', token, body, { cookie: '' })), [401, 'not-signed-in']);
  assert.deepEqual(await codeOf(ask('POST', token, body, { cookie: `${ann.slice(0, -9)}AAAAAAAAA` })), [
    401,
    'not-signed-in',
  ]);
  const evil = { origin: 'https://shop.example.evil.example' };
  assert.deepEqual(await codeOf(ask('POST', token, body, evil)), [403, 'origin-refused']);
  const minted = await ask('POST', token, body);
  assert.equal(minted.status, 200);
  const session = (await minted.json()) as Record<'token' | 'partnerUserRef' | 'statusUrl' | 'claimUrl', string>;
  assert.deepEqual(
    coinbase.tokens.map((one) => one.clientIp),
    [clientIp],
  );
  assert.equal(session.statusUrl, `/api/offramp/sales/${session.partnerUserRef}`);

  const preflight = await ask('OPTIONS', token, undefined, { 'access-control-request-method': 'POST', cookie: '' });
  assert.deepEqual([preflight.status, preflight.headers.get('access-control-allow-origin')], [204, SHOP]);

  await coinbase.cashOut(session);
  const [order] = coinbase.simulator.orders();
  const status = await ask('GET', session.statusUrl);
  assert.match(await status.text(), /TRANSACTION_STATUS_STARTED/);
  assert.deepEqual(await codeOf(ask('GET', session.statusUrl, undefined, { cookie: bob })), [404, 'unknown-sale']);

  const events = await ask('GET', `${session.statusUrl}/events`);
  assert.equal(events.headers.get('content-type'), 'text/event-stream; charset=utf-8');
  let heard = '';
  for await (const chunk of events.body ?? []) {
    heard += new TextDecoder().decode(chunk);
    if (heard.includes('data:')) break;
  }
  assert.match(heard, /TRANSACTION_STATUS_STARTED/);

  const claim = (by: string) => ask('POST', session.claimUrl, { saleId: by, transactionId: order?.transactionId });
  const granted = await claim(saleId);
  assert.equal(((await granted.json()) as ClaimAnswer).instruction.units, '25000000');
  assert.deepEqual(await codeOf(claim('another')), [409, 'already-claimed']);
  assert.equal((await ask('DELETE', session.claimUrl)).status, 204);
  assert.equal((await claim('another')).status, 200);
  const txHash = `0x${'ab'.repeat(32)}`;
  assert.equal((await ask('PATCH', session.claimUrl, { txHash })).status, 204);
};

/** Calls a server over real HTTP, once it listens. */
const overHttp = async (t: TestContext, server: Server): Promise<Call> => {
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  if (!server.listening) await once(server, 'listening');
  const { address, port } = server.address() as AddressInfo;
  assert.equal(address, '127.0.0.1');
  return (path, init) => fetch(`http://127.0.0.1:${port}${path}`, init);
};

/** Calls an exported handler. */
const directly =
  (handler: (request: Request) => Promise<Response>): Call =>
  (path, init) =>
    handler(new Request(`${SHOP}${path}`, init));

const spoofed = { 'x-forwarded-for': '198.51.100.66' };

test('behind Node’s http', async (t) => {
  const { server } = await import('../../examples/backend/node-http.ts');
  const call = await overHttp(t, server);
  await exercise(t, call, { headers: spoofed, clientIp: '127.0.0.1' });
  assert.equal((await call('/elsewhere', {})).status, 404);
});

test('in Express, behind one proxy', async (t) => {
  const { server } = await import('../../examples/backend/express.ts');
  const headers = { 'x-forwarded-for': '198.51.100.66, 203.0.113.7' };
  await exercise(t, await overHttp(t, server), { headers, clientIp: '203.0.113.7' });
});

test('in Hono', async (t) => {
  const { server } = await import('../../examples/backend/hono.ts');
  await exercise(t, await overHttp(t, server as Server), { headers: spoofed, clientIp: '127.0.0.1' });
});

test('as a Next route handler, on a Redis', async (t) => {
  const redis = await startRedis();
  t.after(() => redis.remove());
  t.after(endClients);
  process.env.REDIS_URL = redis.url;
  const errors = t.mock.method(console, 'error', () => {});
  const route = await import('../../examples/backend/next-route-handler.ts');
  const call = directly((request) => route[request.method as 'GET' | 'POST' | 'PATCH' | 'DELETE' | 'OPTIONS'](request));
  const headers = { ...spoofed, 'x-vercel-forwarded-for': '203.0.113.7' };
  await exercise(t, call, { headers, clientIp: '203.0.113.7' });
  assert.equal(errors.mock.callCount(), 0);
});

/** A namespace of Durable Objects in this process: one object for each name, and one request in it at a time. */
const durableObjects = <T extends { fetch(request: Request): Promise<Response> }>(
  open: (storage: Map<string, { value: string; until: number }>) => T,
) => {
  const objects = new Map<unknown, { object: T; last: Promise<unknown> }>();
  return {
    count: () => objects.size,
    idFromName: (name: string) => `id of ${name}`,
    get: (id: unknown) => ({
      fetch: async (url: string, init: RequestInit): Promise<Response> => {
        const entry = objects.get(id) ?? { object: open(new Map()), last: Promise.resolve() };
        objects.set(id, entry);
        const answer = entry.last.then(() => entry.object.fetch(new Request(url, init)));
        entry.last = answer;
        return answer;
      },
    }),
  };
};

test('as a Cloudflare Worker, on Durable Objects', async (t) => {
  const { default: worker, OfframpKey } = await import('../../examples/backend/cloudflare-worker.ts');
  const namespace = durableObjects((kept) => {
    const storage = {
      get: async (key: string) => kept.get(key),
      put: async (key: string, entry: { value: string; until: number }) => void kept.set(key, entry),
      delete: async (key: string) => kept.delete(key),
      setAlarm: async () => {},
    };
    return new OfframpKey({ storage });
  });
  const call = directly((request) => worker.fetch(request, { ...ENV, OFFRAMP_STORE: namespace }));
  const headers = { ...spoofed, 'cf-connecting-ip': '203.0.113.7' };
  await exercise(t, call, { headers, clientIp: '203.0.113.7' });
  assert.ok(namespace.count() > 5);
  assert.equal((await call('/elsewhere', {})).status, 404);
});

test('a Durable Object lets one of many swaps through, and forgets in time', async (t) => {
  const { OfframpKey } = await import('../../examples/backend/cloudflare-worker.ts');
  const { createDurableStore } = await import('../../examples/backend/cloudflare-store.ts');
  t.mock.timers.enable({ apis: ['Date'] });
  const alarms: number[] = [];
  const opened: InstanceType<typeof OfframpKey>[] = [];
  const storages: Map<string, unknown>[] = [];
  const store = createDurableStore(
    durableObjects((kept) => {
      const object = new OfframpKey({
        storage: {
          get: async (key) => kept.get(key),
          put: async (key, entry) => void kept.set(key, entry),
          delete: async (key) => kept.delete(key),
          setAlarm: async (at) => void alarms.push(at),
        },
      });
      opened.push(object);
      storages.push(kept);
      return object;
    }),
  );
  const swaps = await Promise.all(['a', 'b', 'c'].map((next) => store.swap('key', undefined, next, 1000)));
  assert.deepEqual(swaps, [true, false, false]);
  assert.equal(await store.get('key'), 'a');
  assert.equal(await store.swap('key', 'b', 'c', 1000), false);
  assert.equal(await store.swap('key', 'a', 'd', 1000), true);
  assert.deepEqual(alarms, [1000, 1000]);
  t.mock.timers.tick(999);
  await opened[0]?.alarm();
  assert.equal(await store.get('key'), 'd');
  t.mock.timers.tick(1);
  assert.equal(await store.get('key'), undefined);
  await opened[0]?.alarm();
  assert.equal(storages[0]?.size, 0);
  assert.equal(await store.swap('key', undefined, 'e', 1000), true);
  await store.set('key', 'f', 1000);
  assert.equal(await store.swap('key', 'f', undefined, 1000), true);
  assert.equal(await store.get('key'), undefined);
});

for (const [runtime, connection] of [
  ['Deno', { remoteAddr: { hostname: '::ffff:203.0.113.7' } }],
  ['Bun', { requestIP: () => ({ address: '203.0.113.7' }) }],
] as const) {
  test(`in a fetch server of ${runtime}`, async (t) => {
    const { default: server } = await import('../../examples/backend/deno-bun.ts');
    await exercise(
      t,
      directly((request) => server.fetch(request, connection)),
      {
        headers: spoofed,
        clientIp: '203.0.113.7',
      },
    );
  });
}

/** What a runtime of Requests and Responses has beside the language itself (min-common-api.proposal.wintertc.org). */
const WEB = [
  ...['AbortController', 'AbortSignal', 'DOMException', 'Event', 'EventTarget', 'FormData', 'Blob', 'File', 'Headers'],
  ...['Request', 'Response', 'ReadableStream', 'WritableStream', 'TransformStream', 'TextEncoder', 'TextDecoder'],
  ...['URL', 'URLSearchParams', 'CryptoKey', 'crypto', 'atob', 'btoa', 'console', 'queueMicrotask', 'structuredClone'],
  ...['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval', 'Uint8Array', 'ArrayBuffer'],
];

test('the kit runs with nothing but the web’s own APIs', async () => {
  const output = await build({
    configFile: false,
    logLevel: 'silent',
    build: {
      write: false,
      minify: false,
      target: 'es2022',
      lib: { entry: 'src/server.ts', formats: ['iife'], name: 'kit', fileName: 'kit' },
      // What is left out stays an import, which an iife cannot have.
      rolldownOptions: { external: [] },
    },
  });
  const [bundle] = Array.isArray(output) ? output : [];
  const [chunk, ...others] = bundle?.output ?? [];
  assert.ok(chunk?.type === 'chunk');
  assert.deepEqual([chunk.imports, others], [[], []]);
  assert.doesNotMatch(chunk.code, /__vite-browser-external|\b(require|import)\(|['"]node:/);

  const coinbase = openCoinbase();
  const context = createContext({
    ...Object.fromEntries(WEB.map((name) => [name, Reflect.get(globalThis, name)])),
    fetch: (input: string, init: RequestInit) => coinbase.answer(new Request(input, init)),
  });
  const absent = ['process', 'Buffer', 'require', 'global', 'setImmediate', '__dirname', 'module'];
  assert.deepEqual(
    absent.map((name) => runInContext(`typeof ${name}`, context)),
    absent.map(() => 'undefined'),
  );
  const { createOfframpHandler } = runInContext(`${chunk.code}; kit`, context) as typeof import('../../src/server.ts');
  const handler = createOfframpHandler({
    apiKeyId: 'key-1',
    apiKeySecret: API_KEY_SECRET,
    secret: SECRET,
    origins: [SHOP],
    authorize: () => 'ann',
    clientIp: () => '203.0.113.7',
  });
  const ask = (method: string, path: string, body?: object) =>
    handler(
      new Request(`${SHOP}${path}`, {
        method,
        headers: { origin: SHOP, 'content-type': 'application/json' },
        ...(body && { body: JSON.stringify(body) }),
      }),
    );
  const minted = (await (await ask('POST', '/token', BODY)).json()) as Record<
    'token' | 'partnerUserRef' | 'statusUrl' | 'claimUrl',
    string
  >;
  await coinbase.cashOut(minted);
  assert.match(await (await ask('GET', minted.statusUrl)).text(), /TRANSACTION_STATUS_STARTED/);
  const transactionId = coinbase.simulator.orders()[0]?.transactionId;
  assert.equal((await ask('POST', minted.claimUrl, { saleId: 'sale-1', transactionId })).status, 200);
  assert.equal((await ask('GET', '/options?country=SG')).status, 200);
  const wish = { asset: 'USDC', network: 'base', amount: '25', country: 'SG' };
  assert.equal((await ask('POST', '/quote', wish)).status, 200);
  const events = await ask('GET', `${minted.statusUrl}/events`);
  assert.equal(events.status, 200);
  await events.body?.cancel();
});
