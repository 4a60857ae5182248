// What a person hears of the time that is left, and of errors: each thing once, whatever is drawn anew. The time is the test's own.
import { expect } from 'chai';
import type { OfframpButton } from '../src/index.ts';
import { leftKey, WORDS } from '../src/words.ts';
import {
  later,
  part,
  placeButton,
  press,
  reach,
  reaches,
  settle,
  tidy,
  until,
  wake,
  words,
} from './fixtures/element-world.ts';
import { MINUTE, record } from './fixtures/orders.ts';
import { replace, restoreAll } from './fixtures/page.ts';
import { pressSend } from './fixtures/press-send.ts';
import { keepSale } from './people/gallery-ways.ts';

const SECOND = 1000;

/** The page's clock in the test's hands. */
const holdTime = () => {
  let now = Date.now();
  replace(Date, 'now', () => now);
  later(restoreAll);
  return async (button: OfframpButton, ms: number) => {
    now += ms;
    // As the countdown does each second.
    button.requestUpdate();
    await button.updateComplete;
  };
};

/** What a live region says from now on. */
const hearing = (button: OfframpButton, name: 'status' | 'error'): string[] => {
  const said: string[] = [];
  const observer = new MutationObserver(() => said.push(words(button, name)));
  observer.observe(part(button, name), { childList: true, characterData: true, subtree: true });
  later(() => observer.disconnect());
  return said;
};

/** A button that comes to an order of which so many minutes are left, and what it said from before that. */
const waiting = async (left: number) => {
  const { button, backend } = await placeButton({ set: { locale: 'en-US' } });
  const said = hearing(button, 'status');
  const alarms = hearing(button, 'error');
  button.name = keepSale({ stage: 'ordered', asked: true }, left);
  await reaches(button, 'ordered');
  await settle();
  return { button, backend, said, alarms };
};

const also = (late: string): string => `${WORDS.sayOrdered} ${late}`;

describe('the time left to send', () => {
  afterEach(tidy);

  it('is said at 10, 5 and 1 minutes, once each, and at no other second', async () => {
    const pass = holdTime();
    const { button, said } = await waiting(12);
    expect(said).to.deep.equal([WORDS.sayOrdered]);
    for (let second = 1; second < 12 * 60; second += 1) await pass(button, SECOND);
    expect(words(button, 'deadline')).to.equal('0:01');
    expect(said).to.deep.equal([
      WORDS.sayOrdered,
      also(WORDS.sayTenLeft),
      also(WORDS.sayFiveLeft),
      also(WORDS.sayOneLeft),
    ]);
  });

  it('is said once to who comes back with four and a half minutes left', async () => {
    const pass = holdTime();
    const { button, said } = await waiting(4.5);
    for (let second = 0; second < 60; second += 1) await pass(button, SECOND);
    expect(said).to.deep.equal([also(WORDS.sayFiveLeft)]);
  });

  it('is not said where there is enough of it', async () => {
    const { said } = await waiting(20);
    expect(said).to.deep.equal([WORDS.sayOrdered]);
  });

  for (const [slept, late] of [
    [9, WORDS.sayFiveLeft],
    [11.5, WORDS.sayOneLeft],
  ] as const) {
    it(`is said once after ${slept} of 12 minutes were slept over`, async () => {
      const pass = holdTime();
      const { button, said } = await waiting(12);
      await pass(button, slept * MINUTE);
      wake();
      await settle();
      expect(said).to.deep.equal([WORDS.sayOrdered, also(late)]);
    });
  }

  it('is over in one alert for who slept over the end', async () => {
    const pass = holdTime();
    const { button, backend, said, alarms } = await waiting(12);
    backend.records = [record({ status: 'EXPIRED' })];
    await pass(button, 13 * MINUTE);
    wake();
    await until(() => button.stage === 'failed');
    await settle();
    expect(alarms).to.have.lengthOf(1);
    expect(said.at(-1)).to.equal(WORDS.sayFailedUnsure);
  });

  it('is told by a table that leaves no time out', () => {
    const at = (minutes: number) => leftKey(minutes * MINUTE);
    expect([0, 0.99, 1, 4.99, 5, 9.99, 10, 27].map(at)).to.deep.equal([
      'sayOneLeft',
      'sayOneLeft',
      'sayFiveLeft',
      'sayFiveLeft',
      'sayTenLeft',
      'sayTenLeft',
      undefined,
      undefined,
    ]);
  });
});

describe('the alerts of <offramp-button>', () => {
  afterEach(tidy);

  it('say an error once, however often the button is drawn', async () => {
    const world = await placeButton();
    await reach(world, 'ordered');
    const said = hearing(world.button, 'error');
    world.provider.state.native = 0n;
    await pressSend(world);
    await until(() => words(world.button, 'error'));
    for (let times = 0; times < 5; times += 1) {
      world.button.requestUpdate();
      await settle();
    }
    expect(said).to.have.lengthOf(1);
  });

  it('say it again after a press that met it again', async () => {
    const { button } = await placeButton({ set: { amount: 'many' } });
    const said = hearing(button, 'error');
    for (let times = 1; times <= 3; times += 1) {
      press({ button });
      await settle();
      expect(said, `press ${times}`).to.have.lengthOf(times);
    }
    expect(new Set(said.map((text) => text.trim())).size).to.equal(1);
  });
});
