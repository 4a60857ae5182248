// Some thousand schedules of `npm run torture`, from one seed, so that every run of the tests plays the same ones.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { type Counts, playChunk } from './torture/chunk.ts';
import { FAULTS } from './torture/faults.ts';
import { schedule } from './torture/generate.ts';
import { play } from './torture/play.ts';
import { tell } from './torture/story.ts';

const SEED = 20_260_115;
const SCHEDULES = 2_000;

describe('a world where everything can go wrong at any step', () => {
  let counts: Counts | undefined;

  it('never sees the rules of money broken', async () => {
    const played = await playChunk(SEED, SCHEDULES);
    assert.equal(played.failure?.story, undefined);
    counts = played.counts;
  });

  it('was met with nearly every kind of fault, and still completed sales', () => {
    assert.ok(counts);
    const { faults, ends, transfers } = counts;
    const missed = FAULTS.filter((fault) => !faults[fault]);
    // The rarest come once in some thousand schedules; `npm run torture` wants every one.
    assert.ok(missed.length < FAULTS.length / 20, missed.join(', '));
    assert.ok((ends.completed ?? 0) > SCHEDULES / 5, JSON.stringify(ends));
    assert.ok(transfers > SCHEDULES / 5);
  });

  it('plays one schedule the same way each time', async () => {
    for (const one of fc.sample(schedule, { numRuns: 20, seed: SEED })) {
      assert.equal(tell(await play(one)), tell(await play(one)));
    }
  });
});
