// `createClient` of `@redis/client`, for code that opens a client and never ends it. Knows which clients were made.
import { createClient as create } from '@redis/client';

const clients: { destroy(): void }[] = [];

export const createClient: typeof create = (options) => {
  const client = create(options);
  clients.push(client);
  return client;
};

export const endClients = (): void => {
  for (const client of clients.splice(0)) client.destroy();
};
