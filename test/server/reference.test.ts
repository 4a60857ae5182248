import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createReferences } from '../../src/server/reference.ts';
import { SECRET } from './fixture.ts';

const references = createReferences(SECRET);

test('a reference is URL-safe and at most 49 characters, for any user and sale', async () => {
  for (const user of ['ann', '', 'ann@shop.example', '💶'.repeat(200)])
    assert.match(await references.make(user, 'sale-1'), /^[A-Za-z0-9_-]{1,49}$/);
});

test('the same user and sale have the same reference, on every machine with the secret', async () => {
  const again = createReferences(SECRET);
  assert.equal(await references.make('ann', 'sale-1'), await again.make('ann', 'sale-1'));
});

test('another sale, another user, another secret: another reference', async () => {
  const others = createReferences(`${SECRET}!`);
  const made = await Promise.all([
    references.make('ann', 'sale-1'),
    references.make('ann', 'sale-2'),
    references.make('bob', 'sale-1'),
    references.make('a', 'nnsale-1'),
    others.make('ann', 'sale-1'),
  ]);
  assert.equal(new Set(made).size, made.length);
});

test('a reference belongs to its user alone', async () => {
  const ann = await references.make('ann', 'sale-1');
  const bob = await references.make('bob', 'sale-1');
  assert.equal(await references.belongs(ann, 'ann'), true);
  assert.equal(await references.belongs(ann, 'bob'), false);
  assert.equal(await references.belongs(ann.slice(0, 20) + bob.slice(20), 'ann'), false);
  assert.equal(await references.belongs(bob.slice(0, 20) + ann.slice(20), 'ann'), false);
  assert.equal(await createReferences(`${SECRET}!`).belongs(ann, 'ann'), false);
});

test('a changed, shortened or lengthened reference belongs to nobody', async () => {
  const ann = await references.make('ann', 'sale-1');
  for (let at = 0; at < ann.length; at++) {
    const changed = ann.slice(0, at) + (ann[at] === 'A' ? 'B' : 'A') + ann.slice(at + 1);
    assert.equal(await references.belongs(changed, 'ann'), false);
  }
  for (const wrong of ['', ann.slice(1), `${ann}A`, `${ann}\n`, '%2e%2e', 'sale-1'])
    assert.equal(await references.belongs(wrong, 'ann'), false);
});

test('what the store calls a user or an IP tells neither, and is never the same for both', async () => {
  const [user, ip] = [await references.nameOf('user', '203.0.113.7'), await references.nameOf('ip', '203.0.113.7')];
  assert.notEqual(user, ip);
  assert.match(user, /^[A-Za-z0-9_-]{24}$/);
  assert.equal(await references.nameOf('user', '203.0.113.7'), user);
});
