// A simulator and a kit in front of it, each a server of its own on loopback, and a browser's requests over real HTTP.
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { type HttpBindings, serve } from '@hono/node-server';
import { createOfframpHandler, ipFromHops, type LogEvent, type OfframpOptions } from '../../src/server.ts';
import { createSimulator } from '../../src/simulator.ts';
import { API_KEY_SECRET, BODY, SECRET, SHOP } from './fixture.ts';

interface Ending {
  after(end: () => void): void;
}

/** A server on loopback that ends with the test, and its address. */
export const listen = async (t: Ending, fetch: Parameters<typeof serve>[0]['fetch']): Promise<string> => {
  const server = serve({ fetch, port: 0, hostname: '127.0.0.1' });
  t.after(() => server.close());
  await once(server, 'listening');
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
};

const x = Buffer.from(API_KEY_SECRET, 'base64').subarray(32).toString('base64url');

/** What the shop asked Coinbase: method, path and query. */
export const openShop = async (t: Ending, changes: Partial<OfframpOptions> = {}) => {
  const simulator = createSimulator({
    keys: { 'key-1': { kty: 'OKP', crv: 'Ed25519', x } },
    chains: {},
    allowedRedirects: [SHOP],
  });
  const asked: string[] = [];
  const bodies: string[] = [];
  const coinbase = await listen(t, async (request: Request) => {
    const { pathname, search } = new URL(request.url);
    asked.push(`${request.method} ${pathname}${search}`);
    bodies.push(await request.clone().text());
    return simulator.fetch(request);
  });
  const events: LogEvent[] = [];
  const sockets = new WeakMap<Request, string | undefined>();
  const handler = createOfframpHandler({
    apiKeyId: 'key-1',
    apiKeySecret: API_KEY_SECRET,
    origins: [SHOP],
    authorize: (request) => request.headers.get('x-user'),
    clientIp: (request) => ipFromHops(request, sockets.get(request), 0),
    secret: SECRET,
    coinbase,
    log: (event) => events.push(event),
    ...changes,
  });
  const shop = await listen(t, (request: Request, env: unknown) => {
    sockets.set(request, (env as HttpBindings).incoming.socket.remoteAddress);
    return handler(request);
  });

  /** A request of Ann's browser; a header set to '' is left out. */
  const ask = (method: string, path: string, body?: unknown, headers: Record<string, string> = {}) => {
    const all = {
      'x-user': 'ann',
      origin: SHOP,
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    };
    return fetch(`${shop}${path}`, {
      method,
      headers: Object.entries({ ...all, ...headers }).filter(([, value]) => value !== ''),
      ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
  };
  const read = async (path: string, user = 'ann') => {
    const answer = await ask('GET', path, undefined, { 'x-user': user });
    return { status: answer.status, headers: answer.headers, body: await answer.json() };
  };
  const mint = async (saleId: string, user = 'ann') => {
    const answer = await ask('POST', '/pay/token', { ...BODY, saleId }, { 'x-user': user });
    return (await answer.json()) as { token: string; partnerUserRef: string; statusUrl: string; claimUrl: string };
  };
  /** Walks through Coinbase's window to "Cash out now". */
  const cashOut = async ({ token, partnerUserRef }: { token: string; partnerUserRef: string }): Promise<void> => {
    const query = { sessionToken: token, partnerUserRef, redirectUrl: `${SHOP}/done`, defaultAsset: 'USDC' };
    const step = async (path: string, form?: Record<string, string>) =>
      fetch(new URL(path, coinbase), {
        redirect: 'manual',
        ...(form && { method: 'POST', body: new URLSearchParams(form) }),
      });
    const opened = await step(`/v3/sell/input?${new URLSearchParams({ ...query, defaultNetwork: 'base' })}`);
    const path = `${opened.headers.get('location')}`;
    await step(path, { amount: '25', method: 'FIAT_WALLET' });
    await step(`${path}/price`, {});
  };
  return { simulator, asked, bodies, events, ask, read, mint, cashOut, coinbase, handler };
};
