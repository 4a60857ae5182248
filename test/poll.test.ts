import { expect } from 'chai';
import { OfframpError } from '../src/errors.ts';
import { poll } from '../src/poll.ts';
import { createManualClock, settle } from './fixtures/manual-clock.ts';
import { NOON } from './fixtures/orders.ts';

/** A poll with everything in hand: when it asks, what it is answered, when it is nudged. */
const begin = ({ isGentle = false, holds = false, random = 0.5, isTold = false } = {}) => {
  const clock = { ...createManualClock(), random: () => random };
  const end = new AbortController();
  const asked: number[] = [];
  const told: OfframpError[] = [];
  const answers: number[] = [];
  const open: { answer: () => void; fail: (cause: unknown) => void; signal: AbortSignal }[] = [];
  let troubles: unknown[] = [];
  let nudge: (() => void) | undefined;
  const state = { isGentle, holds, isTold };
  const over = poll({
    ask: (signal) => {
      asked.push(clock.now() - NOON);
      const [trouble] = troubles;
      troubles = troubles.slice(1);
      if (trouble) return Promise.reject(trouble);
      if (!state.holds) return Promise.resolve(asked.length);
      return new Promise<number>((resolve, fail) => {
        open.push({ answer: () => resolve(asked.length), fail, signal });
      });
    },
    onAnswer: (answer) => void answers.push(answer),
    onError: (error) => told.push(error),
    onNudge: (listener) => {
      nudge = listener;
      return () => {
        nudge = undefined;
      };
    },
    isGentle: () => state.isGentle,
    isTold: () => state.isTold,
    clock,
    signal: end.signal,
  });
  return {
    clock,
    asked,
    told,
    answers,
    open,
    state,
    over,
    end: () => end.abort(),
    nudge: () => nudge?.(),
    isNudgeable: () => nudge !== undefined,
    /** The next asks fail so. */
    fail: (...causes: unknown[]) => {
      troubles = causes;
    },
  };
};

const pauses = (times: readonly number[]): number[] => times.slice(1).map((time, at) => time - (times[at] ?? 0));

describe('poll', () => {
  it('asks at once, and then every second while an answer is likely', async () => {
    const { clock, asked, answers, end } = begin();
    await settle();
    expect(asked).to.deep.equal([0]);
    await clock.advance(5000);
    expect(asked).to.deep.equal([0, 1000, 2000, 3000, 4000, 5000]);
    expect(answers).to.deep.equal([1, 2, 3, 4, 5, 6]);
    end();
  });

  it('slows down after half a minute, to every ten seconds and no slower', async () => {
    const { clock, asked, end } = begin();
    await clock.advance(120_000);
    const all = pauses(asked);
    const quick = all.findIndex((pause) => pause > 1000);
    expect(asked[quick]).to.equal(30_000);
    const slow = all.slice(quick);
    expect(slow.slice(0, 7)).to.deep.equal([1500, 2250, 3375, 5063, 7594, 10_000, 10_000]);
    expect(Math.max(...all)).to.equal(10_000);
    end();
  });

  it('is gentle while nothing is likely, and quick as soon as something is', async () => {
    const { clock, asked, state, end } = begin({ isGentle: true });
    await clock.advance(9000);
    expect(asked).to.deep.equal([0, 3000, 6000, 9000]);
    state.isGentle = false;
    await clock.advance(5000);
    expect(asked.slice(4)).to.deep.equal([12_000, 13_000, 14_000]);
    end();
  });

  for (const [random, first] of [
    [0, 800],
    [0.999, 1200],
  ] as const) {
    it(`spreads its asks: ${first} ms with ${random} for luck`, async () => {
      const { clock, asked, end } = begin({ random });
      await clock.advance(1300);
      expect(asked[1]).to.equal(first);
      end();
    });
  }

  it('has one request in flight, however long it takes', async () => {
    const { clock, asked, open, nudge, end } = begin({ holds: true });
    await clock.advance(60_000);
    nudge();
    await clock.advance(60_000);
    expect(asked).to.deep.equal([0]);
    open[0]?.answer();
    await settle();
    expect(asked).to.have.lengthOf(2);
    end();
  });

  it('asks at once when nudged', async () => {
    const { clock, asked, nudge, end } = begin({ isGentle: true });
    await clock.advance(100);
    nudge();
    await settle();
    expect(asked).to.deep.equal([0, 100]);
    end();
  });

  it('is quick again after a nudge', async () => {
    const { clock, asked, nudge, end } = begin();
    await clock.advance(100_000);
    nudge();
    await settle();
    const before = asked.length;
    await clock.advance(5000);
    expect(asked).to.have.lengthOf(before + 5);
    end();
  });

  it('asks again right after an answer that a nudge may have missed', async () => {
    const { asked, answers, open, state, nudge, end } = begin({ holds: true });
    await settle();
    nudge();
    state.holds = false;
    open[0]?.answer();
    await settle();
    expect(asked).to.deep.equal([0, 0]);
    expect(answers).to.have.lengthOf(2);
    end();
  });

  it('asks only once more, however often it was nudged', async () => {
    const { clock, asked, open, state, nudge, end } = begin({ holds: true });
    await settle();
    for (let times = 0; times < 5; times += 1) nudge();
    state.holds = false;
    open[0]?.answer();
    await clock.advance(500);
    expect(asked).to.deep.equal([0, 0]);
    end();
  });

  it('keeps the pause that the other side asked for, even when nudged', async () => {
    const { clock, asked, fail, nudge, end } = begin();
    fail(new OfframpError('backend-busy', { retryAfter: 20_000 }));
    await settle();
    await clock.advance(1000);
    expect(asked).to.deep.equal([0, 1000]);
    nudge();
    await clock.advance(19_999);
    expect(asked).to.have.lengthOf(2);
    await clock.advance(1);
    expect(asked).to.have.lengthOf(3);
    end();
  });

  it('adds its own pause to the one asked for, where nobody nudges', async () => {
    const { clock, asked, fail, end } = begin();
    await settle();
    fail(new OfframpError('backend-busy', { retryAfter: 20_000 }));
    await clock.advance(21_000);
    expect(asked).to.deep.equal([0, 1000]);
    await clock.advance(1500);
    expect(asked).to.deep.equal([0, 1000, 22_500]);
    end();
  });

  it('tells every error, goes on, and backs off meanwhile', async () => {
    const { clock, asked, told, answers, fail, end } = begin();
    await settle();
    fail(new OfframpError('backend-refused'), new TypeError('no network'), new OfframpError('backend-malformed'));
    await clock.advance(10_000);
    expect(told.map(({ code }) => code)).to.deep.equal(['backend-refused', 'backend-unreachable', 'backend-malformed']);
    expect(pauses(asked).slice(0, 4)).to.deep.equal([1000, 1500, 2250, 3375]);
    expect(answers).to.have.lengthOf(asked.length - 3);
    end();
  });

  it('never waits longer than ten seconds of itself, whatever fails', async () => {
    const { clock, asked, fail, end } = begin();
    await settle();
    fail(...Array.from({ length: 20 }, () => new OfframpError('backend-unreachable')));
    await clock.advance(120_000);
    expect(Math.max(...pauses(asked))).to.equal(10_000);
    end();
  });

  it('goes on after a listener that throws', async () => {
    const clock = createManualClock();
    const end = new AbortController();
    const told: OfframpError[] = [];
    let asked = 0;
    void poll({
      ask: async () => {
        asked += 1;
      },
      onAnswer: () => {
        throw new Error('a listener’s own');
      },
      onError: (error) => told.push(error),
      onNudge: () => () => {},
      isGentle: () => false,
      clock,
      signal: end.signal,
    });
    await clock.advance(5000);
    expect(asked).to.be.greaterThan(1);
    expect(told).not.to.have.lengthOf(0);
    end.abort();
  });

  it('asks nothing at first while the news are told, then once in half a minute, or when nudged', async () => {
    const { clock, asked, nudge } = begin({ isTold: true });
    await clock.advance(29_999);
    expect(asked).to.deep.equal([]);
    await clock.advance(1);
    expect(asked).to.deep.equal([30_000]);
    await clock.advance(1000);
    nudge();
    await settle();
    expect(asked).to.deep.equal([30_000, 31_000]);
  });

  it('goes on asking at its own pace after a failure, though the news are told', async () => {
    const { clock, asked, nudge, fail } = begin({ isTold: true });
    fail(new OfframpError('backend-unreachable'), new OfframpError('backend-unreachable'));
    nudge();
    await clock.advance(60_000);
    expect(pauses(asked)).to.deep.equal([1500, 2250, 30_000]);
  });

  it('asks at its own pace as soon as nothing is told any more', async () => {
    const { clock, asked, state, nudge } = begin({ isTold: true });
    state.isTold = false;
    nudge();
    await clock.advance(1000);
    expect(asked).to.deep.equal([0, 1000]);
  });

  it('ends when it is told to while it waits, and listens for nudges no more', async () => {
    const { clock, asked, over, isNudgeable, end } = begin();
    await settle();
    expect(isNudgeable()).to.equal(true);
    end();
    await over;
    expect(isNudgeable()).to.equal(false);
    await clock.advance(60_000);
    expect(asked).to.deep.equal([0]);
  });

  it('ends when it is told to in flight: the request is ended with it, and its answer is ignored', async () => {
    const { answers, told, open, over, isNudgeable, end } = begin({ holds: true });
    await settle();
    end();
    expect(open[0]?.signal.aborted).to.equal(true);
    open[0]?.answer();
    await over;
    expect(answers).to.deep.equal([]);
    expect(told).to.deep.equal([]);
    expect(isNudgeable()).to.equal(false);
  });

  it('does not tell the error of a request that it ended itself', async () => {
    const { told, open, over, end } = begin({ holds: true });
    await settle();
    end();
    open[0]?.fail(new DOMException('aborted', 'AbortError'));
    await over;
    expect(told).to.deep.equal([]);
  });

  it('ends within the pause that the other side asked for', async () => {
    const { over, fail, clock, end } = begin();
    await settle();
    fail(new OfframpError('backend-busy', { retryAfter: 300_000 }));
    await clock.advance(1000);
    end();
    await over;
  });
});
