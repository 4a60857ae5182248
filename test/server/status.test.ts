// The age of an answer that was kept, and the time it tells.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createCache } from '../../src/server/cache.ts';
import { createChanges } from '../../src/server/changes.ts';
import type { Coinbase } from '../../src/server/coinbase.ts';
import { createStatus } from '../../src/server/status.ts';
import { createMemoryStore } from '../../src/server.ts';

const NOON = Date.parse('2026-01-15T12:00:00.000Z');

/** The status at some milliseconds of this machine after the first look, with Coinbase's clock at noon at that look. */
const tellTime = async (...moments: number[]): Promise<(string | number)[]> => {
  let clock = 5_000_000;
  let questions = 0;
  const store = createMemoryStore(() => 0);
  const list = async () => {
    questions += 1;
    return { transactions: [], next_page_key: '', total_count: '0', now: new Date(NOON).toISOString() };
  };
  const status = createStatus({ list } as unknown as Coinbase, createCache(store), createChanges(store), () => clock);
  const told: string[] = [];
  for (const moment of [0, ...moments]) {
    clock = 5_000_000 + moment;
    told.push((await status('user')).now.slice(14, 23));
  }
  return [...told, questions];
};

test('a kept answer tells Coinbase’s time of now, not that of the question', async () => {
  assert.deepEqual(await tellTime(1, 1_500, 2_000), ['00:00.000', '00:00.001', '00:01.500', '00:02.000', 1]);
});

test('a machine whose clock is far from that of the one that asked moves the time by at most an answer’s life', async () => {
  assert.deepEqual(await tellTime(-60_000, 60_000), ['00:00.000', '00:00.000', '00:02.000', 1]);
});
