// A shop: serves built examples, and has a backend by script. Knows the backend's contract; does not know who presses what.
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { extname, join, normalize } from 'node:path';
import type { SaleRecord } from '../../src/schema.ts';

const TYPES: Record<string, string> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript',
  '.css': 'text/css',
};

export interface Shop {
  readonly url: string;
  /** What Coinbase's list holds. */
  records: SaleRecord[];
  /** Status of the token endpoint. */
  tokenStatus: number;
  /** The token endpoint answers when this resolves. */
  tokenGate: Promise<void>;
  /** Pages by their path; other paths are files of a folder. */
  readonly pages: Map<string, string>;
  stop(): Promise<void>;
}

/** `POST /api/offramp/token` mints, `GET /api/offramp/sales` lists, everything else is a file below `folder`. */
export const openShop = async (folder: string): Promise<Shop> => {
  const server = createServer(async ({ method, url = '/' }, response) => {
    const { pathname } = new URL(url, 'http://localhost');
    const say = (body: unknown, status = 200) =>
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
    // By an app proxy, too, as a shop of Shopify's has.
    if (/^\/(api|apps)\/offramp\/token$/.test(pathname) && method === 'POST') {
      await shop.tokenGate;
      const token = { token: 'a-token', statusUrl: '/api/offramp/sales' };
      return say(shop.tokenStatus === 200 ? token : { code: 'refused', message: 'No.' }, shop.tokenStatus);
    }
    if (pathname === '/api/offramp/sales')
      return say({ transactions: shop.records, next_page_key: '', total_count: `${shop.records.length}` });
    if (pathname === '/favicon.ico') return response.writeHead(204).end();
    const type = TYPES[extname(pathname)] ?? 'text/html; charset=utf-8';
    const body = shop.pages.get(pathname) ?? (await readFile(join(folder, normalize(pathname))).catch(() => undefined));
    return body === undefined
      ? response.writeHead(404).end()
      : response.writeHead(200, { 'content-type': type }).end(body);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const shop: Shop = {
    url: `http://localhost:${(server.address() as AddressInfo).port}`,
    records: [],
    tokenStatus: 200,
    tokenGate: Promise.resolve(),
    pages: new Map(),
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
  return shop;
};
