// What the server told this page, and the demo's own routes. Knows HTTP; does not know what is done with it.
import type { PageSetup } from '../partner.ts';

const written = document.querySelector('#setup')?.textContent;
// Without it nobody knows whether money here is real, so nothing may start.
if (!written) throw new Error('This page works only from the server that `npm start` runs.');

/** This run's addresses, put into the page by the server. */
export const setup = JSON.parse(written) as PageSetup;

const read = async <T>(response: Response): Promise<T> => {
  const body = (await response.json()) as T & { message?: string };
  if (!response.ok) throw new Error(body.message ?? `The demo answered ${response.status}.`);
  return body;
};

/** Reads one of the demo's routes. */
export const get = async <T>(path: string): Promise<T> => read<T>(await fetch(path, { cache: 'no-store' }));

/** Asks something of one of the demo's routes. */
export const post = async <T>(path: string, body: object = {}): Promise<T> =>
  read<T>(
    await fetch(path, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify(body),
    }),
  );
