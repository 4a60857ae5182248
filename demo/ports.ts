// Finds out whether ports are free, before anything is started on them. Knows nothing of what will listen there.
import { once } from 'node:events';
import { type AddressInfo, createServer, type Server } from 'node:net';

const listen = async (port: number): Promise<{ server: Server; port: number }> => {
  const server = createServer().listen(port, '127.0.0.1');
  await once(server, 'listening');
  return { server, port: (server.address() as AddressInfo).port };
};

/**
 * Finds free ports of 127.0.0.1: `first` and those after it, or any for 0.
 * @throws Error with one sentence for a person, when one is taken.
 */
export const findPorts = async (first: number, count: number): Promise<number[]> => {
  const wanted = Array.from({ length: count }, (_, index) => (first === 0 ? 0 : first + index));
  const open: Server[] = [];
  const found: number[] = [];
  try {
    for (const port of wanted) {
      const { server, port: got } = await listen(port).catch((error: NodeJS.ErrnoException) => {
        throw new Error(
          error.code === 'EADDRINUSE'
            ? `Port ${port} is taken: stop what listens there, or set PORT to another one.`
            : `Port ${port} cannot be used (${error.code}): set PORT to another one.`,
          { cause: error },
        );
      });
      open.push(server);
      found.push(got);
    }
  } finally {
    await Promise.all(open.map((server) => new Promise((resolve) => server.close(resolve))));
  }
  return found;
};
