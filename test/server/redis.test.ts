import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { createClient } from '@redis/client';
import { createRedisStore } from '../../src/server.ts';
import { type RedisServer, startRedis } from './redis-server.ts';

let redis: RedisServer;
const clients: { destroy(): void }[] = [];

/** A client of a machine of its own, connected. */
const connect = async (port = redis.port) => {
  const client = createClient({ socket: { port, host: '127.0.0.1', reconnectStrategy: 50 } });
  client.on('error', () => {});
  clients.push(client);
  await client.connect();
  return client;
};
const createStore = async (options: Parameters<typeof createRedisStore>[1] = {}) =>
  createRedisStore(await connect(), { timeout: 5000, ...options });

/** Tries until it holds. */
const until = async (holds: () => Promise<boolean> | boolean): Promise<void> => {
  for (let tries = 0; tries < 2000; tries++) {
    if (await holds()) return;
    await pause(10);
  }
  throw new Error('It never held.');
};

before(async () => {
  redis = await startRedis('--appendonly', 'yes', '--appendfsync', 'always', '--repl-diskless-sync-delay', '0');
});
after(async () => {
  for (const client of clients) client.destroy();
  await redis.remove();
});

test('a value is kept until its time is over', async () => {
  const store = await createStore();
  await store.set('life', '1', 2000);
  assert.equal(await store.get('life'), '1');
  await until(async () => (await store.get('life')) === undefined);
  await store.set('short', '1', 0.2);
  await until(async () => (await store.get('short')) === undefined);
});

test('a swap writes only where the key holds what was expected', async () => {
  const store = await createStore();
  assert.equal(await store.swap('swap', undefined, '1', 10_000), true);
  assert.equal(await store.swap('swap', undefined, '2', 10_000), false);
  assert.equal(await store.swap('swap', '0', '2', 10_000), false);
  assert.equal(await store.get('swap'), '1');
  assert.equal(await store.swap('swap', '1', '', 10_000), true);
  assert.equal(await store.swap('swap', undefined, '2', 10_000), false, 'an empty text is not nothing');
  assert.equal(await store.swap('swap', '', undefined, 10_000), true);
  assert.equal(await store.get('swap'), undefined);
  assert.equal(await store.swap('swap', '1', '2', 10_000), false, 'nothing is not a text');
});

test('a swapped value expires, and then counts as nothing', async () => {
  const store = await createStore();
  assert.equal(await store.swap('gone', undefined, '1', 50), true);
  await until(async () => store.swap('gone', undefined, '2', 10_000));
  assert.equal(await store.get('gone'), '2');
});

test('of a thousand swaps at once from two machines, one wins', async () => {
  const stores = [await createStore(), await createStore()] as const;
  const won = await Promise.all(
    Array.from({ length: 1000 }, (_, at) => stores[at % 2 === 0 ? 0 : 1].swap('race', undefined, `${at}`, 10_000)),
  );
  assert.equal(won.filter(Boolean).length, 1);
});

test('two prefixes are two stores', async () => {
  const [one, other] = [await createStore({ prefix: 'one:' }), await createStore({ prefix: 'other:' })];
  await one.set('a', '1', 10_000);
  assert.equal(await other.get('a'), undefined);
  let heard = '';
  await other.subscribe('a', (message) => {
    heard += message;
  });
  await one.publish('a', 'x');
  await other.publish('a', 'y');
  await until(() => heard !== '');
  assert.equal(heard, 'y');
});

test('what one machine publishes is heard on another by everybody who listens, until they end it', async () => {
  const [near, far] = [await createStore(), await createStore()];
  const heard: string[] = [];
  const endOne = await far.subscribe('news', (text) => heard.push(`one:${text}`));
  const endTwo = await far.subscribe('news', (text) => heard.push(`two:${text}`));
  await near.publish('news', 'a');
  await until(() => heard.length === 2);
  endOne();
  endOne();
  await near.publish('news', 'b');
  await until(() => heard.length === 3);
  endTwo();
  // Ended and begun again in one breath: the channel must not be lost in between.
  await far.subscribe('news', (text) => heard.push(`three:${text}`));
  await near.publish('news', 'c');
  await until(() => heard.length === 4);
  assert.deepEqual(heard, ['one:a', 'two:a', 'two:b', 'three:c']);
});

test('a channel that nobody listens to any more is not listened to at Redis either', async () => {
  const client = await connect();
  const store = createRedisStore(client);
  const count = async () => Number((await client.pubSubNumSub(['offramp:quiet']))['offramp:quiet']);
  const ends = await Promise.all(Array.from({ length: 20 }, () => store.subscribe('quiet', () => {})));
  assert.equal(await count(), 1);
  for (const end of ends) end();
  await until(async () => (await count()) === 0);
});

test('the second connection ends with the client', async () => {
  const [watching, client] = [await connect(), await connect()];
  await createRedisStore(client).subscribe('end', () => {});
  const count = async () => Number((await watching.pubSubNumSub(['offramp:end']))['offramp:end']);
  assert.equal(await count(), 1);
  client.destroy();
  await until(async () => (await count()) === 0);
});

test('while Redis hangs every verb rejects in time, and goes on when it is back', async (t) => {
  const store = await createStore({ timeout: 300 });
  // A disk may take longer to keep it than the store under test waits.
  await (await createStore()).set('hang', '1', 60_000);
  redis.freeze();
  t.after(() => redis.thaw());
  const began = performance.now();
  const verbs = [
    store.get('hang'),
    store.set('hang', '2', 1000),
    store.swap('hang', '1', '3', 1000),
    store.publish('hang', ''),
    store.subscribe('hang', () => {}),
  ];
  for (const { status } of await Promise.allSettled(verbs)) assert.equal(status, 'rejected');
  const took = performance.now() - began;
  assert.ok(took < 2000, `${took} ms`);
  t.diagnostic(`five verbs rejected after ${Math.round(took)} ms`);
  redis.thaw();
  await until(() =>
    store.get('hang').then(
      () => true,
      () => false,
    ),
  );
});

test('while Redis is dead every verb rejects at once, nothing waits to be done later, and what was kept is there again', async (t) => {
  // What is prepared waits longer than the store under test does: a disk may be busy.
  const [store, patient] = [await createStore({ timeout: 300 }), await createStore()];
  let heard = '';
  await patient.subscribe('dead', (text) => {
    heard += text;
  });
  assert.equal(await patient.swap('dead', undefined, 'kept', 60_000), true);
  await redis.kill();
  await until(() =>
    store.get('dead').then(
      () => false,
      (error: Error) => /not connected/.test(error.message),
    ),
  );
  const began = performance.now();
  const verbs = [store.swap('dead', 'kept', undefined, 1), store.set('dead', 'late', 1), store.publish('dead', 'late')];
  for (const { status } of await Promise.allSettled(verbs)) assert.equal(status, 'rejected');
  t.diagnostic(`three verbs rejected after ${(performance.now() - began).toFixed(1)} ms`);
  await redis.start();
  let kept: string | undefined;
  await until(() =>
    store.get('dead').then(
      (value) => {
        kept = value;
        return true;
      },
      () => false,
    ),
  );
  assert.equal(kept, 'kept');
  await until(async () => {
    // A disk that is still busy may be too slow for it once more.
    await store.publish('dead', 'x').catch(() => {});
    return heard !== '';
  });
  assert.match(heard, /^x+$/);
});

test('a swap that too few replicas hold is not granted', async (t) => {
  const store = await createStore({ replicas: 1, timeout: 3000 });
  await assert.rejects(store.swap('replica', undefined, '1', 10_000), /0 of 1 replicas/);
  const replica = await startRedis('--replicaof', '127.0.0.1', `${redis.port}`);
  t.after(() => replica.remove());
  const link = await connect(replica.port);
  await until(async () => (await link.info('replication')).includes('master_link_status:up'));
  assert.equal(await store.swap('replica', '1', '2', 10_000), true);
  assert.equal(await link.get('offramp:replica'), '2');
  await replica.kill();
  await assert.rejects(store.swap('replica', '2', '3', 10_000), /0 of 1 replicas/);
});
