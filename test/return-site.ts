// Two sites for the return matrix: a partner's, with the real popup door and the real return page, and a provider's on another
// site, each with the COOP header a case asks for. Does not know what should come of it.
import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import { startVite } from './vite.ts';

/** Which page sends which `Cross-Origin-Opener-Policy`. */
export interface Setting {
  host?: string;
  /** The provider's page. */
  provider?: string;
  /** Only a redirect on the way to the provider's page. */
  hop?: string;
  /** The return page. */
  back?: string;
  /** Not a header: the press opens the provider's address at once, instead of a blank window that is sent there. */
  direct?: boolean;
}

export interface ReturnSite {
  /** The page with the button. */
  host(setting: Setting, nonce: string): string;
  /** A page that opens, on a press, a window which leaves for the provider itself (the same-tab presentation). */
  launcher(setting: Setting, nonce: string): string;
  /** A page that tries to open a window without a press. */
  intruder: string;
  /** A page of the other site, with this site in a frame that writes to its storage. */
  framed: string;
  /** A page of the partner's site that does nothing. */
  plain: string;
  close(): Promise<void>;
}

const page = (body: string, script = ''): string =>
  `<!doctype html><html lang="en"><meta charset="utf-8"><title>Test</title><body>${body}<script type="module">${script}</script></body></html>`;

const listening = `
  window.heard = [];
  addEventListener('message', ({ origin, data }) => origin === location.origin && heard.push({ road: 'opener', data }));
  new BroadcastChannel('offramp-button').onmessage = ({ data }) => heard.push({ road: 'channel', data });
  addEventListener('storage', ({ key, newValue }) =>
    key?.startsWith('offramp-button:returned:') && heard.push({ road: 'storage', data: JSON.parse(newValue) }));
  // WebKit tells only pages that have used their storage.
  localStorage.setItem('touched', '1');`;

const hostPage = (provider: string, direct: boolean): string =>
  page(
    '<button>Cash out</button>',
    `import { createPopup } from '/src/ports/popup.ts';
    ${listening}
    const popup = createPopup({ waiting: () => ({ title: 'Coinbase', text: 'One moment.' }) });
    window.signals = [];
    popup.onReturn((signal) => signals.push(signal));
    document.querySelector('button').onclick = () => {
      if (${direct}) window.opened = !!open(${JSON.stringify(provider)}, 'direct', 'popup');
      else {
        window.opened = popup.open();
        popup.go(${JSON.stringify(provider)});
      }
    };
    window.ready = true;`,
  );

const launcherPage = (leaving: string): string =>
  page(
    '<button>Go</button>',
    `${listening}
    window.alive = [];
    new BroadcastChannel('alive').onmessage = ({ data }) => alive.push(data);
    document.querySelector('button').onclick = () => { window.opened = !!open(${JSON.stringify(leaving)}); };
    window.ready = true;`,
  );

const leavingPage = (provider: string, sale: string): string =>
  page(
    '',
    `import { createPopup } from '/src/ports/popup.ts';
    createPopup({ waiting: () => ({ title: '', text: '' }) }).leave(${JSON.stringify(provider)}, ${JSON.stringify(sale)});`,
  );

/** The return page, which tells ten times a second that it is still there. */
const returnPage = page(
  '',
  `import '/src/return.ts';
  const alive = new BroadcastChannel('alive');
  setInterval(() => alive.postMessage({ search: location.search, words: document.body.innerText.trim() }), 100);`,
);

const providerPage = (back: string): string =>
  page('Cash out now', `setTimeout(() => { location.href = ${JSON.stringify(back)}; }, 100);`);

const listen = async (listener: RequestListener): Promise<{ port: number; close(): Promise<void> }> => {
  const server = createServer(listener).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (typeof address !== 'object' || !address) throw new Error('The server has no port.');
  return {
    port: address.port,
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
};

/** Starts both sites on loopback: `localhost` and `127.0.0.1` are two sites to a browser, and both are secure contexts. */
export const startReturnSite = async (): Promise<ReturnSite> => {
  const vite = await startVite(['src/ports/popup.ts', 'src/return.ts']);

  const answer: RequestListener = (request, response) => {
    const { pathname, searchParams } = new URL(request.url ?? '/', 'http://localhost');
    const send = (html: string, coop?: string | null) =>
      response
        .writeHead(200, { 'content-type': 'text/html', ...(coop && { 'cross-origin-opener-policy': coop }) })
        .end(html);
    const to = searchParams.get('to') ?? '';
    const coop = searchParams.get('coop');
    switch (pathname) {
      case '/host':
        return send(hostPage(to, searchParams.has('direct')), coop);
      case '/launcher':
        return send(launcherPage(to), coop);
      case '/leaving':
        return send(leavingPage(to, searchParams.get('sale') ?? ''));
      case '/return':
        return send(returnPage, coop);
      case '/provider':
        return send(providerPage(to), coop);
      case '/hop':
        return response.writeHead(302, { location: to, ...(coop && { 'cross-origin-opener-policy': coop }) }).end();
      case '/intruder':
        return send(page('', `setTimeout(() => { window.intruded = !!open('/plain'); });`));
      case '/plain':
        return send(page('Plain'));
      case '/framed':
        return send(
          page(
            `<iframe src="${partner}/writer"></iframe>`,
            `addEventListener('message', ({ data }) => { window.written = data; });`,
          ),
        );
      case '/writer':
        return send(page('', `localStorage.setItem('written', 'in a frame'); parent.postMessage('written', '*');`));
      default:
        return vite.middlewares(request, response, () => response.writeHead(404).end());
    }
  };

  const [one, other] = [await listen(answer), await listen(answer)];
  const partner = `http://localhost:${one.port}`;
  const provider = `http://127.0.0.1:${other.port}`;

  const address = (site: string, path: string, query: Record<string, string | undefined>): string => {
    const url = new URL(path, site);
    for (const [name, value] of Object.entries(query)) if (value) url.searchParams.set(name, value);
    return url.href;
  };
  const providerOf = ({ provider: coop, hop, back }: Setting, nonce: string): string => {
    const home = address(partner, '/return', { coop: back, 'offramp-sale': `sale.${nonce}` });
    const window = address(provider, '/provider', { coop, to: home });
    return hop ? address(provider, '/hop', { coop: hop, to: window }) : window;
  };

  return {
    host: (setting, nonce) =>
      address(partner, '/host', {
        coop: setting.host,
        to: providerOf(setting, nonce),
        direct: setting.direct ? 'yes' : undefined,
      }),
    launcher: (setting, nonce) => {
      const leaving = address(partner, '/leaving', { sale: 'sale', to: providerOf(setting, nonce) });
      return address(partner, '/launcher', { coop: setting.host, to: leaving });
    },
    intruder: `${partner}/intruder`,
    framed: `${provider}/framed`,
    plain: `${partner}/plain`,
    close: async () => {
      await one.close();
      await other.close();
      await vite.close();
    },
  };
};
