// "Send" pressed in two windows in the same moment, a few times; `npm run race` does it 200 times.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { ARMS, type Kind, startRace } from './race.ts';

/** Every arm of a kind has its turn, and then again. */
const ROUNDS = 10;
const LIMIT = { timeout: 240_000 };

describe('rule 3: one claim per order, where "Send" is pressed in the same moment', () => {
  const race = async (kind: Kind): Promise<void> => {
    const arms = ARMS[kind];
    const { run, finish, audit, stop } = await startRace(kind);
    try {
      for (let number = 0; number < ROUNDS; number += 1) {
        const arm = arms[number % arms.length] ?? assert.fail();
        const { winner, violations } = await run(arm);
        assert.deepEqual(violations, [], `round ${number + 1}, ${arm.name}`);
        assert.ok(winner === 'first' || winner === 'second');
      }
      await finish();
      assert.deepEqual(await audit(), []);
    } finally {
      await stop();
    }
  };

  it('in two tabs: the wallet is asked once, and one transfer is made', LIMIT, () => race('tabs'));

  it('on two devices: the wallet is asked once, and one transfer is made', LIMIT, () => race('profiles'));
});
