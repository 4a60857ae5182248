// Serves the gallery and opens it in a Chromium: for pictures, and for media that only its protocol can play.
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { Browser, Page } from 'puppeteer-core';
import { until } from '../drive.ts';
import { startVite } from '../vite.ts';
import type { Gallery, Shown } from './gallery-page.ts';

const PAGE = `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <meta name="color-scheme" content="light dark">
    <title>The looks of offramp-button</title>
    <link rel="icon" href="data:,">
    <style>
      html { background: light-dark(#ffffff, #121212); font: 16px/1.5 system-ui, sans-serif }
      body { max-inline-size: 440px; margin: 0; padding: 12px }
    </style>
  </head>
  <body><script type="module" src="/test/people/gallery-page.ts"></script></body>
</html>`;

/** Features of CSS media queries, by name. */
export type Media = Record<string, string>;

export interface OpenGallery {
  readonly page: Page;
  readonly shown: readonly Shown[];
  /** Plays what a visitor wants of every page. */
  wish(media: Media): Promise<void>;
  show(name: string): Promise<void>;
  /** Calls what the gallery's page offers. */
  call<Name extends 'findings' | 'look'>(
    name: Name,
    ...given: Parameters<Gallery[Name]>
  ): Promise<Awaited<ReturnType<Gallery[Name]>>>;
  close(): Promise<void>;
}

export const openGallery = async (browser: Browser): Promise<OpenGallery> => {
  const vite = await startVite(['test/people/gallery-page.ts']);
  const server = createServer((request, response) => {
    if (request.url !== '/') return vite.middlewares(request, response);
    response.setHeader('content-type', 'text/html; charset=utf-8');
    response.end(PAGE);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (typeof address !== 'object' || !address) throw new Error('There is no port.');

  const page = await browser.newPage();
  const session = await page.createCDPSession();
  await page.goto(`http://127.0.0.1:${address.port}/`);
  await until(() => page.evaluate('typeof gallery === "object"'), 'the gallery', 30_000);
  const call = (name: string, ...given: unknown[]) =>
    page.evaluate(`gallery.${name}(${given.map((one) => JSON.stringify(one)).join()})`);

  return {
    page,
    shown: (await page.evaluate('gallery.shown')) as Shown[],
    wish: async (media) => {
      const features = Object.entries(media).map(([name, value]) => ({ name, value }));
      await session.send('Emulation.setEmulatedMedia', { features });
    },
    show: async (name) => void (await call('show', name)),
    call: call as OpenGallery['call'],
    close: async () => {
      await page.close();
      server.close();
      await vite.close();
    },
  };
};
