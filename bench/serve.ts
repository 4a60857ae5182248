// A local server as sites have one: HTTP/2, brotli, no cache. Knows files and pages by path; does not know what they show.
import { once } from 'node:events';
import { createSecureServer, type Http2ServerRequest, type Http2ServerResponse } from 'node:http2';
import type { AddressInfo } from 'node:net';
import { brotliCompressSync, constants } from 'node:zlib';
import type { Bundle } from './bundle.ts';
import { makeCertificate } from './certificate.ts';

type Answer = (request: Http2ServerRequest, response: Http2ServerResponse) => void;

export interface Server {
  port: number;
  close(): Promise<void>;
}

const TYPES: Record<string, string> = { html: 'text/html; charset=utf-8', js: 'text/javascript', css: 'text/css' };

const certificate = makeCertificate();

/** Listens on a free port of 127.0.0.1, with TLS that no browser trusts unless told to. */
export const listen = async (answer: Answer): Promise<Server> => {
  const server = createSecureServer({ ...certificate, allowHTTP1: true }, answer);
  const sessions = new Set<{ destroy(): void }>();
  server.on('session', (session) => {
    sessions.add(session);
    session.once('close', () => sessions.delete(session));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    close: async () => {
      for (const session of sessions) session.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
};

/** Files and pages by path, compressed once. `undefined` for a path that is not there. */
export interface Files {
  add(path: string, content: Uint8Array | string): void;
  addBundle(folder: string, made: Bundle): void;
  answer: Answer;
}

export const createFiles = (): Files => {
  const bodies = new Map<string, Buffer>();
  const add: Files['add'] = (path, content) => {
    const params = { [constants.BROTLI_PARAM_QUALITY]: 11 };
    bodies.set(path, brotliCompressSync(content, { params }));
  };
  return {
    add,
    addBundle: (folder, { files }) => {
      for (const [name, bytes] of files) add(`${folder}/${name}`, bytes);
    },
    answer: ({ url }, response) => {
      const path = (url ?? '/').replace(/\?.*$/, '');
      const body = bodies.get(path);
      if (!body) {
        response.writeHead(404, { 'content-type': 'text/plain' });
        return void response.end('not here');
      }
      response.writeHead(200, {
        'content-type': TYPES[path.slice(path.lastIndexOf('.') + 1)] ?? 'application/octet-stream',
        'content-encoding': 'br',
        'cache-control': 'no-store',
      });
      response.end(body);
    },
  };
};

/** A page that asks for a bundle of `folder`, with `body` as its content. */
export const pageOf = (folder: string, made: Bundle | undefined, body: string, head = ''): string => {
  const links = (made?.initial ?? []).map((name) => {
    if (name === 'main.js') return `<script type="module" src="${folder}/main.js"></script>`;
    return name.endsWith('.css')
      ? `<link rel="stylesheet" href="${folder}/${name}">`
      : `<link rel="modulepreload" href="${folder}/${name}">`;
  });
  return `<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>bench</title><link rel="icon" href="data:,">${head}${links.join('')}</head>
<body>${body}<div id="root"></div></body></html>`;
};
