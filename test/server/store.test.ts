import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createMemoryStore } from '../../src/server.ts';

test('a value is kept until its time is over', async () => {
  let now = 0;
  const store = createMemoryStore(() => now);
  await store.set('a', '1', 100);
  now = 99;
  assert.equal(await store.get('a'), '1');
  now = 100;
  assert.equal(await store.get('a'), undefined);
});

test('a swap writes only where the key holds what was expected', async () => {
  const store = createMemoryStore();
  assert.equal(await store.swap('a', undefined, '1', 100), true);
  assert.equal(await store.swap('a', undefined, '2', 100), false);
  assert.equal(await store.swap('a', '0', '2', 100), false);
  assert.equal(await store.get('a'), '1');
  assert.equal(await store.swap('a', '1', '2', 100), true);
  assert.equal(await store.swap('a', '2', undefined, 100), true);
  assert.equal(await store.get('a'), undefined);
});

test('an expired value counts as nothing in a swap', async () => {
  let now = 0;
  const store = createMemoryStore(() => now);
  await store.set('a', '1', 100);
  now = 100;
  assert.equal(await store.swap('a', '1', '2', 100), false);
  assert.equal(await store.swap('a', undefined, '2', 100), true);
});

test('of a thousand swaps at once, one wins', async () => {
  const store = createMemoryStore();
  const won = await Promise.all(Array.from({ length: 1000 }, (_, at) => store.swap('a', undefined, `${at}`, 100)));
  assert.equal(won.filter(Boolean).length, 1);
});

test('what a sweep removes is only what has expired', async () => {
  let now = 0;
  const store = createMemoryStore(() => now);
  await store.set('short', '1', 1000);
  await store.set('long', '2', 200_000);
  now = 100_000;
  await store.set('new', '3', 1000);
  assert.deepEqual(await Promise.all(['short', 'long', 'new'].map(store.get)), [undefined, '2', '3']);
});

test('what is published is heard by everybody who listens to the channel, until they end it', async () => {
  const store = createMemoryStore();
  const heard: string[] = [];
  const listen = (name: string, channel: string) => store.subscribe(channel, (text) => heard.push(`${name}:${text}`));
  await store.publish('a', 'before');
  const [endOne] = [await listen('one', 'a'), await listen('two', 'a'), await listen('three', 'b')];
  await store.publish('a', 'x');
  endOne?.();
  endOne?.();
  await store.publish('a', 'y');
  assert.deepEqual(heard, ['one:x', 'two:x', 'two:y']);
});

test('a listener that listens twice hears twice, and ends once at a time', async () => {
  const store = createMemoryStore();
  let count = 0;
  const listener = () => {
    count += 1;
  };
  const end = await store.subscribe('a', listener);
  await store.subscribe('a', listener);
  await store.publish('a', '');
  end();
  await store.publish('a', '');
  assert.equal(count, 3);
});
