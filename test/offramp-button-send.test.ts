// The press on "Send": which ones count, and when. Real keys and a real pointer, since the whole point is to tell them from others.
import { sendKeys, sendMouse } from '@web/test-runner-commands';
import { expect } from 'chai';
import { createArming } from '../src/ports/arming.ts';
import {
  comeBack,
  later,
  list,
  part,
  placeButton,
  press,
  reach,
  reaches,
  settle,
  tidy,
  until,
  type World,
} from './fixtures/element-world.ts';
import { pressInFront, pressSend } from './fixtures/press-send.ts';

const isReady = ({ button }: World): boolean => part(button, 'send').getAttribute('aria-disabled') === null;
const asks = ({ provider }: World): number => provider.count('eth_sendTransaction');

/** A real press of the pointer in the middle of "Send". */
const click = async ({ button }: World): Promise<void> => {
  const { x, y, width, height } = part(button, 'send').getBoundingClientRect();
  await sendMouse({ type: 'click', position: [Math.round(x + width / 2), Math.round(y + height / 2)] });
};

/** When real keys came to the page, from now on. */
const noteKeys = (): number[] => {
  const times: number[] = [];
  const note = ({ isTrusted }: Event) => isTrusted && times.push(performance.now());
  addEventListener('keydown', note, true);
  later(() => removeEventListener('keydown', note, true));
  return times;
};

/** Whether this came as quickly, one after the other, as is meant where a page waits for half a second. */
const isQuick = (...times: number[]): boolean =>
  times.every((time, at) => at === 0 || time - (times[at - 1] ?? Number.NEGATIVE_INFINITY) < 400);

/** On a slow machine a driver's key is not always quick, and no hasty press then: `attempt` says so, and is made anew. */
const inHaste = async (attempt: () => Promise<boolean>): Promise<void> => {
  for (let tries = 0; tries < 5; tries += 1) {
    if (await attempt()) return;
    await tidy();
  }
  expect.fail('No press was quick enough.');
};

describe('a press on "Send"', () => {
  afterEach(tidy);

  it('does not count before it was there for 700 ms, which it shows', async () => {
    const world = await placeButton();
    await reach(world, 'ordered');
    const shownAt = performance.now();
    expect(isReady(world)).to.equal(false);
    await until(() => isReady(world));
    expect(performance.now() - shownAt).to.be.greaterThan(600);
    expect(asks(world)).to.equal(0);
    await pressSend(world);
    await reaches(world.button, 'settling');
    expect(asks(world)).to.equal(1);
  });

  it('that came too early puts off the next, and shortens no wait', async () => {
    // Without the way from a driver to the page, which may take longer than the wait.
    const send = document.body.appendChild(document.createElement('button'));
    later(() => send.remove());
    const arming = createArming(() => {});
    later(() => arming.watch(null));
    arming.watch(send);
    const press = { isTrusted: true } as Event;
    const begunAt = performance.now();
    await settle();
    expect(arming.counts(press)).to.equal(false);
    await until(() => arming.isReady);
    expect(performance.now() - begunAt).to.be.greaterThan(690);
    arming.hold();
    const heldAt = performance.now();
    await until(() => performance.now() - heldAt > 300);
    expect(arming.counts(press)).to.equal(false);
    await until(() => arming.isReady);
    expect(performance.now() - heldAt).to.be.greaterThan(790);
    expect(arming.counts(press)).to.equal(true);
  });

  it('of the pointer counts', async () => {
    const world = await placeButton();
    await reach(world, 'ordered');
    await pressInFront(world, () => click(world));
    await reaches(world.button, 'settling');
  });

  it("that a script makes counts never, nor does a script's press of the pointer before it", async () => {
    const world = await placeButton();
    await reach(world, 'ordered');
    await until(() => isReady(world));
    const send = part(world.button, 'send');
    send.dispatchEvent(new PointerEvent('pointerdown', { bubbles: true, composed: true }));
    send.click();
    send.dispatchEvent(new MouseEvent('click', { bubbles: true, composed: true, detail: 1 }));
    send.dispatchEvent(new KeyboardEvent('keydown', { key: 'Enter', bubbles: true, composed: true }));
    world.button.send();
    await settle();
    expect([world.button.stage, asks(world), isReady(world)]).to.deep.equal(['ordered', 0, true]);
  });

  it('does not count while less than half of it is on the screen', () =>
    inHaste(async () => {
      const world = await placeButton();
      const { button } = world;
      later(() => button.removeAttribute('style'));
      await reach(world, 'ordered');
      await until(() => isReady(world));
      part(button, 'send').focus();
      button.style.cssText = 'position: fixed; inset-block-start: -9999px';
      // Longer than anything is waited for on the screen.
      await new Promise((resolve) => setTimeout(resolve, 900));
      await sendKeys({ press: 'Enter' });
      await settle();
      expect([button.stage, asks(world)]).to.deep.equal(['ordered', 0]);
      const keys = noteKeys();
      const backAt = performance.now();
      button.removeAttribute('style');
      await settle();
      await sendKeys({ press: 'Enter' });
      await settle();
      if (!isQuick(backAt, ...keys, performance.now())) return false;
      // Back for a moment only, it waits again.
      expect([button.stage, asks(world), isReady(world)]).to.deep.equal(['ordered', 0, false]);
      return true;
    }));

  it('is not the second half of a double press on the button, which gives it the focus', () =>
    inHaste(async () => {
      const world = await placeButton();
      await reach(world, 'ordered');
      await until(() => isReady(world));
      const keys = noteKeys();
      part(world.button, 'button').focus();
      await sendKeys({ press: 'Enter' });
      await sendKeys({ press: 'Enter' });
      await settle();
      if (!isQuick(...keys, performance.now())) return false;
      expect([world.button.stage, asks(world), isReady(world)]).to.deep.equal(['ordered', 0, false]);
      return true;
    }));

  it('is not needed after a return: what the person did at Coinbase is enough', async () => {
    const world = await placeButton();
    press(world);
    await until(() => world.windows.opened.at(-1)?.addresses.length);
    comeBack(world);
    list(world);
    await reaches(world.button, 'settling');
    expect(asks(world)).to.equal(1);
  });

  it('counts again after the pause where the same order asks for it again', async () => {
    const world = await placeButton();
    await reach(world, 'ordered');
    world.provider.state.native = 0n;
    await pressSend(world);
    await until(() => part(world.button, 'error').textContent !== '');
    world.provider.state.native = 10n ** 18n;
    await pressSend(world);
    await reaches(world.button, 'settling');
  });
});
