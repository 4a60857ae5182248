// A store on Cloudflare's Durable Objects: what many isolates of a Worker share. One object for each key.
// Knows keys, strings and expiry; carries no messages: event streams look at the sale every two seconds anyway.
import type { Store } from 'offramp-button/server';

interface Entry {
  value: string;
  until: number;
}

interface Ask {
  verb: 'get' | 'set' | 'swap';
  expected?: string | undefined;
  next?: string | undefined;
  milliseconds?: number;
}

interface Storage {
  get(key: string): Promise<Entry | undefined>;
  put(key: string, entry: Entry): Promise<void>;
  delete(key: string): Promise<unknown>;
  setAlarm(at: number): Promise<void>;
}

/** A binding of Durable Objects of the class {@link OfframpKey}. */
export interface KeyNamespace {
  idFromName(name: string): unknown;
  get(id: unknown): { fetch(url: string, init: { method: string; body: string }): Promise<Response> };
}

/** One key. Cloudflare lets no other request in while the storage is awaited, so look and write are one step. */
export class OfframpKey {
  readonly #storage: Storage;

  constructor({ storage }: { storage: Storage }) {
    this.#storage = storage;
  }

  async fetch(request: Request): Promise<Response> {
    const { verb, expected, next, milliseconds = 0 }: Ask = await request.json();
    const entry = await this.#storage.get('entry');
    const value = entry && entry.until > Date.now() ? entry.value : undefined;
    if (verb === 'get') return Response.json({ value });
    if (verb === 'swap' && value !== expected) return Response.json({ done: false });
    if (next === undefined) await this.#storage.delete('entry');
    else {
      const until = Date.now() + milliseconds;
      await this.#storage.put('entry', { value: next, until });
      await this.#storage.setAlarm(until);
    }
    return Response.json({ done: true });
  }

  async alarm(): Promise<void> {
    const entry = await this.#storage.get('entry');
    if (entry && entry.until <= Date.now()) await this.#storage.delete('entry');
  }
}

export const createDurableStore = (namespace: KeyNamespace): Store => {
  const ask = async (key: string, question: Ask): Promise<{ value?: string; done?: boolean }> => {
    const object = namespace.get(namespace.idFromName(key));
    const answer = await object.fetch('https://store/', { method: 'POST', body: JSON.stringify(question) });
    if (!answer.ok) throw new Error(`The object of a key answered ${answer.status}.`);
    return answer.json();
  };
  return {
    get: async (key) => (await ask(key, { verb: 'get' })).value,
    set: async (key, next, milliseconds) => {
      await ask(key, { verb: 'set', next, milliseconds });
    },
    swap: async (key, expected, next, milliseconds) =>
      (await ask(key, { verb: 'swap', expected, next, milliseconds })).done === true,
    publish: async () => {},
    subscribe: async () => () => {},
  };
};
