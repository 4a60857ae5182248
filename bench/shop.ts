// A partner's site with everything behind it in this process: page, server kit, simulator, chain and wallet, and a person who presses
// "Cash out now" at Coinbase at once. Knows how these are wired; does not know what is measured.
import { setTimeout as pause } from 'node:timers/promises';
import { getRequestListener } from '@hono/node-server';
import { createOfframpHandler } from '../src/server.ts';
import { createSimulator } from '../src/simulator.ts';
import { FROM } from '../test/fixtures/orders.ts';
import { ordinary } from '../test/fixtures/wallets/ordinary.ts';
import { makeSecret, SECRET } from '../test/server/fixture.ts';
import { WEBHOOK_SECRET } from '../test/server/webhook-fixture.ts';
import { type Bundle, bundle } from './bundle.ts';
import { createFiles, listen, pageOf } from './serve.ts';

/** How a page hears of a change: the backend is told by webhooks, or looks by itself; the page has a stream, or asks. */
export type News = 'webhook and stream' | 'stream' | 'polling';

export interface Shop {
  /** The page with one button, of a wallet that knows this site. */
  url: string;
  /** The Cross-Origin-Opener-Policy of Coinbase's pages; none at first. */
  coop: string | undefined;
  /** Whether Coinbase pays out as soon as the transfer is there; otherwise `payOut` does. */
  paysAtOnce: boolean;
  /** Whether the person at Coinbase comes back. */
  comesBack: boolean;
  /** Coinbase pays out what was sent, in the moment of this call. */
  payOut(): Promise<void>;
  /** When Coinbase's page was asked for, by `Date.now`. */
  readonly visits: number[];
  close(): Promise<void>;
}

const API = '/api/offramp';
const KEY = 'key-1';
/** The simulator's `late-success`. */
const LATE = 20_000;

/** Runs in the page before the element is defined: the wallet, which lives in this process. */
const connect = (from: string): string => `
const button = document.querySelector('offramp-button');
if (location.search === '?address') button.address = '${from}';
button.provider = {
  async request({ method, params }) {
    globalThis.mark?.('wallet ' + method);
    const response = await fetch('/wallet', { method: 'POST', body: JSON.stringify({ method, params }) });
    const { result, error } = await response.json();
    if (error) throw error;
    return result;
  },
  on() {},
  removeListener() {},
};`;

/** Runs in the return page before the signal is sent. */
const NOTE_SIGNAL = `
const { postMessage } = BroadcastChannel.prototype;
BroadcastChannel.prototype.postMessage = function (message) {
  localStorage.setItem('bench:signal', performance.timeOrigin + performance.now());
  return postMessage.call(this, message);
};`;

/** @param own the button, split. */
export const openShop = async (own: Bundle, news: News): Promise<Shop> => {
  const wallet = ordinary();
  const secret = await makeSecret();
  const x = Buffer.from(secret, 'base64').subarray(32).toString('base64url');
  const visits: number[] = [];
  const files = createFiles();
  files.addBundle('/button', own);
  const back = await bundle('src/return.ts');
  files.addBundle('/return', back);
  /** Answers once the rest is there. */
  let backend: (request: Request) => Promise<Response> = async () => new Response(null, { status: 503 });
  const api = getRequestListener((request) => backend(request));

  const page = await listen((request, response) => {
    if (request.url.startsWith(API)) return void api(request, response);
    if (request.url === '/wallet') return void askWallet(request, response);
    files.answer(request, response);
  });
  const origin = `https://localhost:${page.port}`;
  const coinbase = await listen((request, response) => void person(request, response));
  const payOrigin = `https://127.0.0.1:${coinbase.port}`;

  const simulator = createSimulator({
    keys: { [KEY]: { kty: 'OKP', crv: 'Ed25519', x } },
    chains: { base: { request: (call) => wallet.request(call) } },
    allowedRedirects: [origin],
    ...(news === 'webhook and stream' && {
      webhooks: {
        url: `${origin}${API}/webhook`,
        secret: WEBHOOK_SECRET,
        fetch: (input, init) => kit(new Request(input, init)),
      },
    }),
  });
  simulator.faults.set('late-success', true);
  const most = 1_000_000;
  const kit = createOfframpHandler({
    apiKeyId: KEY,
    apiKeySecret: secret,
    origins: [origin],
    authorize: () => 'ann',
    // RFC 5737 keeps this address for documentation.
    clientIp: () => '192.0.2.1',
    secret: SECRET,
    webhookSecret: WEBHOOK_SECRET,
    coinbase: payOrigin,
    limits: { tokensPerUser: most, tokensPerIp: most, streamsPerUser: most, streamsPerProcess: most },
    fetch: (input, init) => simulator.fetch(new Request(input, init)),
  });
  backend = async (request) => {
    const answer = await kit(request);
    if (news !== 'polling' || !request.url.endsWith('/token') || !answer.ok) return answer;
    const { eventsUrl: _, ...session } = (await answer.json()) as Record<string, unknown>;
    return Response.json(session, { headers: { 'cache-control': 'no-store' } });
  };

  const payOut = async (): Promise<void> => {
    simulator.advance(LATE);
    if (news === 'webhook and stream') await simulator.settle();
  };

  const askWallet = getRequestListener(async (request) => {
    const { method, params } = (await request.json()) as { method: string; params?: unknown[] };
    try {
      const result = await wallet.request({ method, params: params ?? [] });
      if (method === 'eth_sendTransaction') {
        wallet.mine();
        // Coinbase sees the transfer; its own time to pay out begins.
        void simulator.settle().then(() => (shop.paysAtOnce ? payOut() : undefined));
      }
      return Response.json({ result });
    } catch (error) {
      return Response.json({ error });
    }
  });

  const step = (path: string, form?: Record<string, string>): Promise<Response> =>
    simulator.fetch(new Request(new URL(path, payOrigin), form && { method: 'POST', body: new URLSearchParams(form) }));

  /** Coinbase's window: the amount stands, and the person goes to the price and commits when the page has been shown. */
  const person = getRequestListener(async (request) => {
    const { pathname, search, searchParams } = new URL(request.url);
    const headers = { ...(shop.coop && { 'cross-origin-opener-policy': shop.coop }), 'cache-control': 'no-store' };
    if (pathname === '/leave') {
      const answer = await step(`${searchParams.get('visit')}/price`, {});
      return new Response(null, {
        status: 303,
        headers: { ...headers, location: answer.headers.get('location') ?? '' },
      });
    }
    visits.push(Date.now());
    const visit = (await step(pathname + search)).headers.get('location') ?? '';
    await step(visit, { amount: '25', method: 'FIAT_WALLET' });
    const leave = shop.comesBack ? `<script>location.replace('/leave?visit=${visit}')</script>` : '';
    return new Response(`<!doctype html><title>Coinbase</title><p>Coinbase${leave}`, {
      headers: { ...headers, 'content-type': 'text/html; charset=utf-8' },
    });
  });

  const tag = `<offramp-button token-endpoint="${API}/token" amount="25" pay-origin="${payOrigin}" redirect-url="/return.html">
Cash out</offramp-button><script>${connect(FROM)}</script>`;
  files.add('/sell.html', pageOf('/button', own, tag));
  files.add('/return.html', pageOf('/return', back, '', `<script>${NOTE_SIGNAL}</script>`));

  const shop: Shop = {
    url: `${origin}/sell.html`,
    coop: undefined,
    paysAtOnce: true,
    comesBack: true,
    payOut,
    visits,
    close: async () => {
      await page.close();
      await coinbase.close();
      // What the kit has under way ends by itself.
      await pause(0);
    },
  };
  return shop;
};
