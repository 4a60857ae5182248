// The partner's site: who is signed in, the server kit behind /api/offramp, and the page. What a real site would have,
// and nothing of the simulator, the chain or the test wallet.
import { randomBytes, randomUUID } from 'node:crypto';
import { rm } from 'node:fs/promises';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createServer as createVite, type Plugin } from 'vite';
import { createOfframpHandler, instructionKeyOf, type OfframpLimits } from '../src/server.ts';
import { type ApiKey, createSigningKey } from './key.ts';

/** What the page must know of the server that serves it. */
export interface PageSetup {
  mode: 'simulated' | 'coinbase';
  /** Only in simulated mode. */
  payOrigin?: string;
  usdc?: string;
  rpcUrl?: string;
}

const root = fileURLToPath(new URL('..', import.meta.url));

/** Signs every visitor in with the first page, by a cookie that scripts cannot read. */
const createSessions = (port: number) => {
  const known = new Set<string>();
  // Cookies are shared by all ports of a host, so two demos on one machine need two names.
  const name = `harbor-session-${port}`;
  const read = (cookies: string | null | undefined): string | undefined => {
    const id = new RegExp(`(?:^|; )${name}=([^;]+)`).exec(cookies ?? '')?.[1];
    return id !== undefined && known.has(id) ? id : undefined;
  };
  return {
    userOf: (request: Request): string | null => read(request.headers.get('cookie')) ?? null,
    welcome(request: IncomingMessage, response: ServerResponse): void {
      if (read(request.headers.cookie)) return;
      const id = randomUUID();
      known.add(id);
      response.setHeader('Set-Cookie', `${name}=${id}; Path=/; HttpOnly; SameSite=Lax`);
    },
  };
};

/** A text as the value of an attribute in double quotes. */
const quoted = (text: string): string => `"${text.replaceAll('&', '&amp;').replaceAll('"', '&quot;')}"`;

/** Puts this run's addresses and its public key into the page, where a real site would have written its own. */
const fillIn = (setup: PageSetup, instructionKey: string): Plugin => ({
  name: 'demo-page',
  transformIndexHtml: {
    // After Vite's own: its client would look for a server of hot updates, and there is none.
    order: 'post',
    handler: (html) => ({
      html: html
        .replace(/\s*<script[^>]*@vite\/client[^>]*><\/script>/, '')
        .replace(/\s+pay-origin="[^"]*"/, setup.payOrigin ? ` pay-origin="${setup.payOrigin}"` : '')
        .replace(/(?<= instruction-key=)"[^"]*"/, () => quoted(instructionKey)),
      tags: [{ tag: 'script', attrs: { type: 'application/json', id: 'setup' }, children: JSON.stringify(setup) }],
    }),
  },
});

// The opener policies a partner's site may have, for `/?coop=same-origin`.
const openerPolicies = new Set(['same-origin', 'same-origin-allow-popups']);

/** The site's two halves: a backend that answers Requests, and a page that answers Node's own. */
export const createPartner = async (options: {
  port: number;
  origins: string[];
  key: Pick<ApiKey, 'id' | 'secret'>;
  /** Where Coinbase's API is; left out for Coinbase itself. */
  coinbase?: string;
  /** What Coinbase's webhooks are signed with; left out where none come. */
  webhookSecret?: string;
  setup: PageSetup;
  /** Whether a reload shows what was changed in the source meanwhile. */
  watch: boolean;
  /** Whether the server's cache is for this run only. */
  passing: boolean;
  limits?: OfframpLimits | undefined;
}) => {
  const { port, origins, key, coinbase, webhookSecret, setup, watch, passing, limits } = options;
  const sessions = createSessions(port);
  const signingKey = createSigningKey();
  const backend = createOfframpHandler({
    apiKeyId: key.id,
    apiKeySecret: key.secret,
    origins,
    authorize: sessions.userOf,
    // Coinbase refuses private addresses, and on a loopback server every visitor has one: this is the address that
    // RFC 5737 keeps for documentation. A real site gives the socket's address, or what its own proxy vouches for.
    clientIp: () => '192.0.2.1',
    // Prices and limits differ by country. A real site asks its user, or goes by the address.
    country: () => 'US-NY',
    secret: randomBytes(32).toString('base64url'),
    signingKey,
    ...(coinbase && { coinbase }),
    ...(limits && { limits }),
    ...(webhookSecret && { webhookSecret }),
  });

  // One cache per port: two demos starting at once must not write the same files.
  const cacheDir = join(root, 'node_modules/.vite', `demo-${port}`);
  const vite = await createVite({
    configFile: false,
    root,
    appType: 'mpa',
    logLevel: 'error',
    clearScreen: false,
    cacheDir,
    plugins: [fillIn(setup, await instructionKeyOf(signingKey))],
    // Without `development`: libraries' warnings to their own users are no business of whoever opens the console here.
    resolve: { conditions: ['module', 'browser'] },
    server: {
      middlewareMode: true,
      hmr: false,
      ws: false,
      cors: false,
      ...(!watch && { watch: null }),
      warmup: { clientFiles: ['./demo/page/page.ts'] },
    },
    optimizeDeps: { entries: ['index.html', 'demo/return.html'] },
  });

  const page = (request: IncomingMessage, response: ServerResponse): void => {
    const { pathname, searchParams } = new URL(request.url ?? '/', 'http://localhost');
    if (pathname === '/' || pathname.endsWith('.html')) {
      sessions.welcome(request, response);
      const policy = searchParams.get('coop') ?? '';
      if (openerPolicies.has(policy)) response.setHeader('Cross-Origin-Opener-Policy', policy);
    }
    vite.middlewares(request, response);
  };

  const stop = async (): Promise<void> => {
    await vite.close();
    if (passing) await rm(cacheDir, { recursive: true, force: true });
  };
  return { backend, page, stop };
};
