import { expect } from 'chai';
import { createClock } from '../../src/ports/clock.ts';
import { replace, restoreAll } from '../fixtures/page.ts';

const clock = createClock();

/** Runs everything that was due before: a task after all those already queued. */
const nextTask = () => new Promise((resolve) => setTimeout(resolve, 0));

/** Replaces the browser's timers for one test. Returns the timers that are set: what they run and after how long. */
const holdTimers = () => {
  const timers = new Map<number, { run: () => void; ms: number }>();
  replace(globalThis, 'setTimeout', (run: () => void, ms: number) => {
    const id = timers.size + 1;
    timers.set(id, { run, ms });
    return id;
  });
  replace(globalThis, 'clearTimeout', (id: number) => timers.delete(id));
  return timers;
};

const stateOf = async (promise: Promise<void>): Promise<'over' | 'waiting'> => {
  let state: 'over' | 'waiting' = 'waiting';
  void promise.then(() => {
    state = 'over';
  });
  for (let turns = 0; turns < 5; turns += 1) await Promise.resolve();
  return state;
};

/** A controller that counts who listens to its signal. */
const spiedController = () => {
  const controller = new AbortController();
  const { signal } = controller;
  const listening = new Set<unknown>();
  const add = signal.addEventListener.bind(signal);
  const remove = signal.removeEventListener.bind(signal);
  signal.addEventListener = (type: string, listener: EventListener) => {
    listening.add(listener);
    add(type, listener);
  };
  signal.removeEventListener = (type: string, listener: EventListener) => {
    listening.delete(listener);
    remove(type, listener);
  };
  return { signal, abort: () => controller.abort(), listeners: () => listening.size };
};

afterEach(restoreAll);

describe('a wait', () => {
  it('is over after its time, and not before', async () => {
    const timers = holdTimers();
    const wait = clock.wait(250);
    expect([...timers.values()].map(({ ms }) => ms)).to.deep.equal([250]);
    expect(await stateOf(wait)).to.equal('waiting');
    for (const { run } of timers.values()) run();
    expect(await stateOf(wait)).to.equal('over');
  });

  it('is over for real', async () => {
    const started = performance.now();
    await clock.wait(30);
    expect(performance.now() - started).to.be.at.least(28);
  });

  it('is over at once when it was aborted before, and sets no timer', async () => {
    const timers = holdTimers();
    expect(await stateOf(clock.wait(1e9, AbortSignal.abort()))).to.equal('over');
    expect(timers.size).to.equal(0);
  });

  it('is over at once when it is aborted, and leaves no timer and no listener', async () => {
    const timers = holdTimers();
    const { signal, ...leave } = spiedController();
    const wait = clock.wait(1e9, signal);
    expect(await stateOf(wait)).to.equal('waiting');
    leave.abort();
    expect(await stateOf(wait)).to.equal('over');
    expect(timers.size).to.equal(0);
    expect(leave.listeners()).to.equal(0);
  });

  it('leaves no listener behind when it ends by itself, so that many can share a signal', async () => {
    const { signal, listeners } = spiedController();
    for (let times = 0; times < 20; times += 1) await clock.wait(0, signal);
    expect(listeners()).to.equal(0);
  });

  for (const ms of [2 ** 31, 2 ** 32, 1e15, Number.POSITIVE_INFINITY]) {
    it(`of ${ms} ms is not over at once`, async () => {
      const leave = new AbortController();
      const wait = clock.wait(ms, leave.signal);
      let isOver = false;
      void wait.then(() => {
        isOver = true;
      });
      await nextTask();
      await nextTask();
      expect(isOver).to.equal(false);
      leave.abort();
      await wait;
    });
  }

  for (const ms of [0, -1, -1e15, Number.NEGATIVE_INFINITY]) {
    it(`of ${ms} ms is over in the next task`, () => clock.wait(ms));
  }
});

describe('waking up', () => {
  for (const [name, wake] of [
    ['focused', () => window.dispatchEvent(new Event('focus'))],
    ['online', () => window.dispatchEvent(new Event('online'))],
    ['shown from the history', () => window.dispatchEvent(new PageTransitionEvent('pageshow', { persisted: true }))],
    ['visible', () => document.dispatchEvent(new Event('visibilitychange'))],
  ] as const) {
    it(`is heard once when the page is ${name}, until it is undone`, () => {
      replace(document, 'visibilityState', 'visible');
      let heard = 0;
      const undo = clock.onWake(() => {
        heard += 1;
      });
      wake();
      expect(heard).to.equal(1);
      undo();
      wake();
      expect(heard).to.equal(1);
    });
  }

  it('is not heard when the page is hidden, blurred or offline', () => {
    replace(document, 'visibilityState', 'hidden');
    let heard = 0;
    const undo = clock.onWake(() => {
      heard += 1;
    });
    document.dispatchEvent(new Event('visibilitychange'));
    for (const name of ['blur', 'offline', 'pagehide']) window.dispatchEvent(new Event(name));
    undo();
    expect(heard).to.equal(0);
  });
});

describe('chance', () => {
  it('gives ids of 128 bits, safe in an address, never twice', () => {
    const ids = Array.from({ length: 1000 }, () => clock.randomId());
    for (const id of ids) expect(id).to.match(/^[0-9a-f]{32}$/);
    expect(new Set(ids).size).to.equal(1000);
  });

  it('gives numbers from 0 to below 1', () => {
    for (let times = 0; times < 1000; times += 1) expect(clock.random()).to.be.within(0, 1 - Number.EPSILON / 2);
  });

  it('tells the time of this machine', () => {
    const before = Date.now();
    expect(clock.now()).to.be.within(before, before + 1000);
  });
});
