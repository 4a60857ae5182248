// A partner's site that serves the built button on pages with any headers and markup, with the server kit, the simulated Coinbase, a
// chain and a wallet that approves behind it. Knows how they are wired; does not know which pages there are, nor what comes of them.
import { createHash, randomBytes, randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { readFileSync, rmSync } from 'node:fs';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join, resolve } from 'node:path';
import { getRequestListener } from '@hono/node-server';
import { build } from 'vite';
import { startChain } from '../../demo/chain/chain.ts';
import { createControls } from '../../demo/control.ts';
import { createApiKey } from '../../demo/key.ts';
import { findPorts } from '../../demo/ports.ts';
import { createTestWallet } from '../../demo/wallet/wallet.ts';
import { createOfframpHandler } from '../../src/server.ts';
import { createSimulator } from '../../src/simulator.ts';
import { onFreePorts } from '../fixtures/free-ports.ts';

/** A page of the site. */
export interface Page {
  headers?: Record<string, string>;
  html: string;
}

export interface Site {
  /** Puts a page on the site. Returns its address. */
  add(page: Page): string;
  /** The same address on another site: to a browser `localhost` and `127.0.0.1` are two, and both are secure contexts. */
  elsewhere(address: string): string;
  /** What `integrity` and a policy say of one of the site's scripts. */
  hashOf(path: string): string;
  /** The button's tag, without its end: `pay-origin` and all that a sale needs but its name. */
  readonly tag: string;
  /** How often the wallet was asked to send. */
  asks(): number;
  /** Lets the simulated Coinbase look at the chain now. */
  settle(): Promise<void>;
  stop(): Promise<void>;
}

const TYPES: Record<string, string> = { js: 'text/javascript', css: 'text/css', html: 'text/html; charset=utf-8' };

/** Builds the two forms of the script tag. Returns where they are, and their undo. */
const buildButton = async (): Promise<{ place: string; remove(): void }> => {
  const place = resolve(`node_modules/.vite/pages-${process.pid}`);
  // What starts tests says "test", and Lit would be its development build.
  process.env.NODE_ENV = 'production';
  await build({ logLevel: 'silent', mode: 'single', build: { outDir: place } });
  await build({ logLevel: 'silent', mode: 'light', build: { outDir: join(place, 'light') } });
  return { place, remove: () => rmSync(place, { recursive: true, force: true }) };
};

const startChainAnywhere = async () => {
  const [port = 0] = await findPorts(0, 1);
  return startChain(port);
};

/** Starts it on 127.0.0.1. `stop` ends all of it. */
export const startSite = async (): Promise<Site> => {
  const [button, chain] = await Promise.all([buildButton(), onFreePorts(startChainAnywhere)]);
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const partner = `http://localhost:${port}`;
  const coinbase = `http://127.0.0.1:${port}`;
  const key = createApiKey();
  const webhookSecret = randomUUID();
  const simulator = createSimulator({
    keys: { [key.id]: key.publicJwk },
    chains: { base: chain.url },
    allowedRedirects: [partner],
    webhooks: { url: `${coinbase}/api/offramp/webhook`, secret: webhookSecret },
  });
  const wallet = createTestWallet(chain);
  wallet.setMode('approve');
  await wallet.call('eth_requestAccounts', []);
  const backend = createOfframpHandler({
    apiKeyId: key.id,
    apiKeySecret: key.secret,
    origins: [partner],
    // A frame on another site's page brings no cookie of a session; such a partner signs people in within the frame.
    authorize: () => 'visitor',
    clientIp: () => '192.0.2.1',
    secret: randomBytes(32).toString('base64url'),
    limits: { tokensPerUser: 1000, tokensPerIp: 1000 },
    coinbase,
    fetch: async (input, init) => simulator.fetch(new Request(input, init)),
    webhookSecret,
  });

  const pages = new Map<string, Page>();
  const files: Record<string, string> = {
    '/button.js': join(button.place, 'offramp-button.min.js'),
    '/light/offramp-button.js': join(button.place, 'light/offramp-button.js'),
    '/light/cash-out.js': join(button.place, 'light/cash-out.js'),
    '/page.js': 'test/pages/page.js',
    '/hostile.css': 'test/pages/hostile.css',
    '/polluted.js': 'test/pages/polluted.js',
    '/moving.js': 'test/pages/moving.js',
  };

  /** What a person in a hurry does in the sell window; where it sends them in the end. */
  const hurry = async (path: string): Promise<string> => {
    const go = async (to: string, form?: Record<string, string>): Promise<string> => {
      const init = form ? { method: 'POST', body: new URLSearchParams(form) } : {};
      const answer = await simulator.fetch(new Request(new URL(to, coinbase), init));
      return answer.headers.get('location') ?? '';
    };
    const visit = await go(path);
    const price = await go(visit, { amount: '25', method: 'ACH_BANK_ACCOUNT' });
    return go(price, {});
  };

  const send = (path: string): RequestListener => {
    const text = readFileSync(path);
    const type = TYPES[path.split('.').at(-1) ?? ''] ?? '';
    // A frame without an origin of its own is another origin to its own scripts.
    return (_, response) =>
      response.writeHead(200, { 'content-type': type, 'access-control-allow-origin': '*' }).end(text);
  };
  const api = getRequestListener(backend);
  const controls = getRequestListener(createControls(wallet, simulator).fetch);

  server.on('request', (request, response) => {
    const path = new URL(request.url ?? '/', partner).pathname;
    const page = pages.get(path);
    const file = files[path];
    if (page) response.writeHead(200, { 'content-type': TYPES.html, ...page.headers }).end(page.html);
    else if (file) send(file)(request, response);
    else if (path.startsWith('/api/offramp')) void api(request, response);
    else if (path.startsWith('/demo/wallet')) void controls(request, response);
    else if (path === '/v3/sell/input')
      void hurry(request.url ?? '').then((to) =>
        response
          .writeHead(200, { 'content-type': TYPES.html })
          .end(`<!doctype html><title>Coinbase</title><meta http-equiv="refresh" content="0; url=${to}">`),
      );
    else response.writeHead(404).end();
  });

  return {
    add: (page) => {
      const path = `/page-${pages.size + 1}`;
      pages.set(path, page);
      return partner + path;
    },
    elsewhere: (address) => address.replace(partner, coinbase),
    hashOf: (path) => {
      const content = readFileSync(files[path] ?? '');
      return `sha384-${createHash('sha384').update(content).digest('base64')}`;
    },
    tag: `<offramp-button token-endpoint="/api/offramp/token" amount="25" pay-origin="${coinbase}"`,
    asks: () => wallet.view().sendCount,
    settle: () => simulator.settle(),
    stop: async () => {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
      await chain.stop();
      button.remove();
    },
  };
};
