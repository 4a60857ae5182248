// The store on Redis, for many machines. Knows Redis' commands and how it fails; does not know what is kept, or how to connect.
import { createChannels } from './channels.ts';
import type { Store } from './store.ts';

interface Commands {
  get(key: string): Promise<string | null>;
  set(key: string, value: string, options: { PX: number }): Promise<unknown>;
  eval(script: string, options: { keys: string[]; arguments: string[] }): Promise<unknown>;
  publish(channel: string, message: string): Promise<unknown>;
  wait(replicas: number, milliseconds: number): Promise<number>;
}

interface Listening {
  readonly isReady: boolean;
  connect(): Promise<unknown>;
  destroy(): void;
  on(event: 'error' | 'end', listener: () => void): unknown;
  subscribe(channel: string, listener: (message: string, channel: string) => void): Promise<unknown>;
  unsubscribe(channel: string): Promise<unknown>;
}

/** A client of the npm package `@redis/client` or `redis`, 5 or newer, as far as the store uses it. */
export interface RedisClient {
  readonly isReady: boolean;
  withAbortSignal(signal: AbortSignal): Commands;
  duplicate(): Listening;
  on(event: 'end', listener: () => void): unknown;
}

/** Options of `createRedisStore`. */
export interface RedisStoreOptions {
  /** What every key and channel begins with. Default `offramp:`. */
  prefix?: string;
  /** Milliseconds after which Redis counts as away. Default 1000. */
  timeout?: number;
  /** How many replicas must hold a swap before it counts (`WAIT`). Default 0. */
  replicas?: number;
}

// ARGV: '1' and what is expected, or '0' for nothing; '1' and what to write, or '0' to remove; milliseconds.
const SWAP = `
local held = redis.call('GET', KEYS[1])
if ARGV[1] == '1' then
  if held ~= ARGV[2] then return 0 end
elseif held then
  return 0
end
if ARGV[3] == '1' then
  redis.call('SET', KEYS[1], ARGV[4], 'PX', ARGV[5])
else
  redis.call('DEL', KEYS[1])
end
return 1`;

/** Redis takes whole milliseconds, and none below one. */
const lifeOf = (milliseconds: number): number => Math.max(1, Math.ceil(milliseconds));

const away = (): Error => new Error('Redis is not connected.');

/**
 * A store that many machines share, over a connected client: `createRedisStore(await createClient({ url }).connect())`.
 * Listens on a second connection of its own, made by `client.duplicate()` at the first need and ended with the client.
 *
 * While Redis is away every verb rejects: at once where the client knows it, else after `timeout`; the kit then answers 503 and
 * grants nothing. What was asked and not answered may still be done. No option of the client is needed for that; give it an
 * `error` listener, without which Node ends the process.
 *
 * A claim is worth what Redis remembers. Run it with `appendonly yes` and `appendfsync always`: with the default `everysec` a crash may
 * forget the last second or two, and an order whose claim is forgotten can be claimed again. Run it with `maxmemory-policy noeviction`.
 * Replication is asynchronous, so a failover may forget claims, too; `replicas` makes it unlikely and not impossible, as Redis'
 * page on WAIT says. Give no client that reads from replicas.
 */
export const createRedisStore = (
  client: RedisClient,
  { prefix = 'offramp:', timeout = 1000, replicas = 0 }: RedisStoreOptions = {},
): Store => {
  const channels = createChannels();
  const subscribed = new Set<string>();
  const turns = new Map<string, Promise<void>>();
  let listening: Listening | undefined;
  let connecting: Promise<unknown> | undefined;

  /** The client itself never gives up on a command that it has written, and keeps one that it could not write for later. */
  const inTime = async <T>(call: (signal: AbortSignal) => Promise<T>): Promise<T> => {
    const patience = new AbortController();
    const over = new Promise<never>((_, reject) => {
      patience.signal.onabort = () => reject(new Error(`Redis did not answer within ${timeout} ms.`));
    });
    const timer = setTimeout(() => patience.abort(), timeout);
    try {
      return await Promise.race([call(patience.signal), over]);
    } finally {
      clearTimeout(timer);
    }
  };
  const command = <T>(call: (commands: Commands) => Promise<T>): Promise<T> =>
    client.isReady ? inTime((signal) => call(client.withAbortSignal(signal))) : Promise.reject(away());

  const open = (): Listening => {
    if (listening) return listening;
    const second = client.duplicate();
    listening = second;
    // It reconnects by itself; whoever listens polls besides, and hears of the trouble from the other verbs.
    second.on('error', () => {});
    second.on('end', () => {
      if (listening === second) listening = undefined;
      subscribed.clear();
    });
    connecting = second.connect();
    connecting.catch(() => {
      if (listening === second) listening = undefined;
    });
    return second;
  };
  const hear = (message: string, channel: string): void => channels.tell(channel.slice(prefix.length), message);
  client.on('end', () => listening?.destroy());

  /** Brings Redis to know of a channel exactly while somebody listens to it. */
  const settle = async (channel: string): Promise<void> => {
    const wanted = channels.count(channel) > 0;
    if (wanted === subscribed.has(channel)) return;
    const second = open();
    if (wanted) {
      await inTime(async () => connecting);
      if (!second.isReady) throw away();
      await inTime(() => second.subscribe(prefix + channel, hear));
      subscribed.add(channel);
    } else {
      subscribed.delete(channel);
      await inTime(() => second.unsubscribe(prefix + channel));
    }
  };
  /** One after the other: the client forgets a channel that is subscribed to while it is being unsubscribed from. */
  const inTurn = (channel: string): Promise<void> => {
    const turn = (turns.get(channel) ?? Promise.resolve()).catch(() => {}).then(() => settle(channel));
    const last = turn.finally(() => {
      if (turns.get(channel) === last) turns.delete(channel);
    });
    turns.set(channel, last);
    return last;
  };

  return {
    get: async (key) => (await command((redis) => redis.get(prefix + key))) ?? undefined,
    set: async (key, value, milliseconds) => {
      await command((redis) => redis.set(prefix + key, value, { PX: lifeOf(milliseconds) }));
    },
    swap: async (key, expected, next, milliseconds) => {
      const texts = [expected, next].flatMap((text) => (text === undefined ? ['0', ''] : ['1', text]));
      const call = { keys: [prefix + key], arguments: [...texts, `${lifeOf(milliseconds)}`] };
      const written = (await command((redis) => redis.eval(SWAP, call))) === 1;
      if (written && replicas > 0) {
        const held = await command((redis) => redis.wait(replicas, Math.ceil(timeout / 2)));
        if (held < replicas) throw new Error(`${held} of ${replicas} replicas of Redis answered.`);
      }
      return written;
    },
    publish: async (channel, message) => {
      await command((redis) => redis.publish(prefix + channel, message));
    },
    subscribe: async (channel, listener) => {
      const end = channels.listen(channel, listener);
      const leave = () => {
        end();
        if (channels.count(channel) === 0) inTurn(channel).catch(() => {});
      };
      try {
        await inTurn(channel);
      } catch (error) {
        leave();
        throw error;
      }
      return leave;
    },
  };
};
