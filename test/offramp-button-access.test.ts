// The element for everybody: words that are read out once, a keyboard, a focus that is never lost. Axe and sizes are in `people/`.
import { sendKeys } from '@web/test-runner-commands';
import { expect } from 'chai';
import type { OfframpButton } from '../src/index.ts';
import { WORDS } from '../src/words.ts';
import {
  comeBack,
  has,
  inside,
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
  words,
} from './fixtures/element-world.ts';
import { HASH } from './fixtures/orders.ts';
import { pressSend } from './fixtures/press-send.ts';
import { hang } from './fixtures/provider.ts';

/** The part that has the focus. */
const focused = (button: OfframpButton): string | null | undefined =>
  inside(button).activeElement?.getAttribute('part');

describe('the live regions of <offramp-button>', () => {
  afterEach(tidy);

  it('are the same two elements through the whole sale', async () => {
    const world = await placeButton();
    const [status, error] = [part(world.button, 'status'), part(world.button, 'error')];
    expect([status.role, error.role]).to.deep.equal(['status', 'alert']);
    for (const stage of ['selling', 'ordered', 'settling', 'completed'] as const) {
      if (stage === 'selling') await reach(world, stage);
      if (stage === 'ordered') list(world);
      if (stage === 'settling') await pressSend(world);
      if (stage === 'completed') list(world, { status: 'SUCCESS', tx_hash: HASH });
      await reaches(world.button, stage);
      expect(part(world.button, 'status') === status, stage).to.equal(true);
      expect(part(world.button, 'error') === error, stage).to.equal(true);
    }
    expect(inside(world.button).querySelectorAll('[role=status], [role=alert], [aria-live]')).to.have.lengthOf(2);
  });

  it('say each thing once', async () => {
    const world = await placeButton({ set: { locale: 'en-US' } });
    const said: string[] = [];
    const observer = new MutationObserver(() => said.push(words(world.button, 'status')));
    observer.observe(part(world.button, 'status'), { childList: true, characterData: true, subtree: true });
    later(() => observer.disconnect());
    await reach(world, 'completed');
    await settle();
    expect(said).to.deep.equal([
      WORDS.sayOpening,
      WORDS.saySelling,
      WORDS.sayUncommitted,
      WORDS.sayPreparing,
      WORDS.saySending,
      WORDS.saySettling,
      'Coinbase has paid out $24.75.',
    ]);
    expect(words(world.button, 'error')).to.equal('');
  });

  it('are not touched by the countdown, which ticks outside of them', async () => {
    const world = await placeButton();
    await reach(world, 'ordered');
    await settle();
    let touched = 0;
    const observer = new MutationObserver(() => {
      touched += 1;
    });
    for (const name of ['status', 'error'])
      observer.observe(part(world.button, name), { childList: true, characterData: true, subtree: true });
    later(() => observer.disconnect());
    const deadline = part(world.button, 'deadline');
    const before = deadline.textContent;
    expect(before).to.match(/^\d\d:\d\d$/);
    await until(() => deadline.textContent !== before);
    expect(has(world.button, ':is([role=status], [role=alert], [aria-live]) [part=deadline]')).to.equal(false);
    expect(touched).to.equal(0);
  });
});

describe('the focus of <offramp-button>', () => {
  afterEach(tidy);

  for (const key of ['Enter', 'Space']) {
    it(`on the button lets ${key} press it`, async () => {
      const { button, windows } = await placeButton();
      part(button, 'button').focus();
      await sendKeys(key === 'Space' ? { type: ' ' } : { press: key });
      await reaches(button, 'selling');
      expect(windows.opened).to.have.lengthOf(1);
    });
  }

  it('goes by Tab from the button to "Send", to "Cancel" and out', async () => {
    const world = await placeButton();
    const after = document.createElement('button');
    later(() => after.remove());
    document.body.append(after);
    await reach(world, 'ordered');
    part(world.button, 'button').focus();
    await sendKeys({ press: 'Tab' });
    expect(focused(world.button)).to.equal('send');
    await sendKeys({ press: 'Tab' });
    expect(focused(world.button)).to.equal('cancel');
    await sendKeys({ press: 'Tab' });
    expect(document.activeElement === after).to.equal(true);
  });

  it('stays on the button while it is busy, which is not disabled', async () => {
    const { button, backend } = await placeButton();
    backend.answerToken = hang;
    part(button, 'button').focus();
    press({ button });
    await settle();
    expect(button.stage).to.equal('opening');
    expect(part(button, 'button').getAttribute('aria-disabled')).to.equal('true');
    expect(part(button, 'button').matches(':disabled')).to.equal(false);
    expect(focused(button)).to.equal('button');
    expect(part(button, 'spinner').getAttribute('aria-hidden')).to.equal('true');
  });

  it('comes back to the button when what had it is gone', async () => {
    const world = await placeButton();
    await reach(world, 'ordered');
    world.provider.script('eth_sendTransaction', hang);
    await pressSend(world);
    await reaches(world.button, 'sending');
    expect(has(world.button, '[part=send]')).to.equal(false);
    expect(focused(world.button)).to.equal('button');
  });

  it('stays on "Send" when the send is stopped by a check', async () => {
    const world = await placeButton();
    await reach(world, 'ordered');
    world.provider.state.tokens = 0n;
    await pressSend(world);
    await until(() => words(world.button, 'error'));
    expect(focused(world.button)).to.equal('send');
  });

  it("is not taken from the page's own field", async () => {
    const world = await placeButton();
    const field = document.createElement('input');
    later(() => field.remove());
    document.body.append(field);
    await reach(world, 'ordered');
    field.focus();
    comeBack(world);
    await reaches(world.button, 'settling');
    expect(document.activeElement === field).to.equal(true);
  });
});
