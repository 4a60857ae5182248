// Many machines behind one Redis, as processes, with a Coinbase that lists an order for every reference.
// Knows how to start, ask and end them; does not know what is tested.
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { createReferences } from '../../src/server/reference.ts';
import { API_KEY_SECRET, listOf, record, SECRET, SHOP } from './fixture.ts';
import { type RedisServer, startRedis } from './redis-server.ts';

/** One machine. */
export interface Machine {
  url: string;
  /** A request of a signed-in visitor. */
  ask(method: string, path: string, body?: unknown, headers?: Record<string, string>): Promise<Response>;
  /** SIGKILL. */
  kill(): Promise<void>;
}

/** A site of two machines. */
export interface Site {
  redis: RedisServer;
  machines: readonly [Machine, Machine];
  /** Questions for lists so far. */
  lists(): number;
  /** The reference of a sale, as the token route makes it. */
  begin(saleId: string): Promise<string>;
  end(): Promise<void>;
}

const startCoinbase = async (): Promise<{ server: Server; url: string; lists: () => number }> => {
  let lists = 0;
  const server = createServer((request, response) => {
    const [, reference] = /\/user\/([^/]+)\/transactions/.exec(request.url ?? '') ?? [];
    lists += 1;
    // Every sale has an order of its own.
    const body = listOf(record({ transaction_id: `order-${reference}` }));
    response.setHeader('content-type', 'application/json').end(JSON.stringify(body));
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  return { server, url: `http://127.0.0.1:${typeof address === 'object' ? address?.port : 0}`, lists: () => lists };
};

const startMachine = async (redis: RedisServer, coinbase: string): Promise<Machine> => {
  const child: ChildProcess = fork(new URL('machine.ts', import.meta.url), [redis.url, coinbase, API_KEY_SECRET], {
    // Not those of a test runner.
    execArgv: [],
    // A kit tells its operator on stderr that its store is away, which is what is tested.
    stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
  });
  const [port] = await Promise.race([
    once(child, 'message'),
    once(child, 'exit').then(() => Promise.reject(new Error('A machine did not start.'))),
  ]);
  const url = `http://127.0.0.1:${port}`;
  return {
    url,
    ask: (method, path, body, headers = {}) =>
      fetch(`${url}${path}`, {
        method,
        headers: { 'x-user': 'ann', origin: SHOP, 'content-type': 'application/json', ...headers },
        ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
      }),
    kill: async () => {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const gone = once(child, 'exit');
      child.kill('SIGKILL');
      await gone;
    },
  };
};

const references = createReferences(SECRET);

/** Starts Redis, Coinbase and two machines. */
export const startSite = async (): Promise<Site> => {
  const redis = await startRedis('--appendonly', 'yes', '--appendfsync', 'always', '--maxmemory-policy', 'noeviction');
  const coinbase = await startCoinbase();
  const machines = [await startMachine(redis, coinbase.url), await startMachine(redis, coinbase.url)] as const;
  return {
    redis,
    machines,
    lists: coinbase.lists,
    begin: (saleId) => references.make('ann', saleId),
    end: async () => {
      await Promise.all(machines.map(({ kill }) => kill()));
      coinbase.server.closeAllConnections();
      coinbase.server.close();
      await redis.remove();
    },
  };
};
