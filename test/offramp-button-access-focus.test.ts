// The focus through whole sales by keyboard: never lost to the page, never moved without a press, and Escape that costs nothing.
import { sendKeys } from '@web/test-runner-commands';
import { expect } from 'chai';
import type { OfframpButton } from '../src/index.ts';
import { isOver } from '../src/stages.ts';
import { WORDS } from '../src/words.ts';
import {
  has,
  inside,
  later,
  list,
  panelButton,
  part,
  placeButton,
  press,
  reach,
  reachable,
  reaches,
  settle,
  tidy,
  until,
  words,
} from './fixtures/element-world.ts';
import { HASH } from './fixtures/orders.ts';
import { pressInFront } from './fixtures/press-send.ts';
import { throwing } from './fixtures/provider.ts';
import { announceWallets, priced } from './people/gallery-ways.ts';

/** What has the focus, by part or tag; `the page` where the element has lost it. */
const focused = (button: OfframpButton): string => {
  const found = document.activeElement === button ? inside(button).activeElement : null;
  return found ? (found.getAttribute('part') ?? found.localName) : 'the page';
};

/** Where the focus was after each event and each drawing from now on; the same place twice is one. */
const follow = (button: OfframpButton): string[] => {
  const places: string[] = [];
  const look = () => {
    const place = focused(button);
    if (place !== places.at(-1)) places.push(place);
  };
  const observer = new MutationObserver(look);
  observer.observe(inside(button), { childList: true, characterData: true, attributes: true, subtree: true });
  for (const name of ['offramp-change', 'offramp-error']) button.addEventListener(name, look);
  inside(button).addEventListener('focusin', look);
  later(() => observer.disconnect());
  look();
  return places;
};

const key = async (name: string): Promise<void> => {
  await sendKeys({ press: name });
  await settle();
};

/** From "Review transfer" to "Send", and the press on it. */
const reviewAndSend = async (button: OfframpButton): Promise<void> => {
  await key('Enter');
  await pressInFront({ button }, () => key('Enter'));
};

describe('the focus of a person with a keyboard', () => {
  afterEach(tidy);

  it('is never lost on the way from the press to the payout and back', async () => {
    const world = await placeButton();
    const { button } = world;
    part(button, 'button').focus();
    const places = follow(button);
    await key('Enter');
    await reaches(button, 'selling');
    await key('Tab');
    list(world);
    await reaches(button, 'ordered');
    await settle();
    await reviewAndSend(button);
    await reaches(button, 'settling');
    await settle();
    list(world, { status: 'SUCCESS', tx_hash: HASH });
    await reaches(button, 'completed');
    await key('Enter');
    await reaches(button, 'idle');
    expect(places).to.deep.equal(['button', 'cancel', 'button', 'send', 'button']);
  });

  it('is never lost where the wallet says no, and says nothing for certain', async () => {
    const world = await placeButton();
    const { button, provider } = world;
    await reach(world, 'ordered');
    provider.script('eth_sendTransaction', throwing({ code: 4001 }));
    part(button, 'button').focus();
    const places = follow(button);
    await reviewAndSend(button);
    await until(() => provider.count('eth_sendTransaction') === 1 && button.stage === 'ordered');
    await settle();
    provider.script('eth_sendTransaction', throwing({ code: -32603 }));
    await reviewAndSend(button);
    await reaches(button, 'unsure');
    await settle();
    await key('Tab');
    // To "Nothing was sent", past the panel.
    panelButton(button, WORDS.notSent).focus();
    await key('Enter');
    expect(places).not.to.include('the page');
    expect(focused(button)).not.to.equal('the page');
  });

  it('goes back to the button from a wallet that was chosen, and from "Cancel"', async () => {
    announceWallets('One', 'Another');
    const { button } = await placeButton({ hasProvider: false });
    part(button, 'button').focus();
    const places = follow(button);
    await key('Enter');
    await key('Tab');
    await key('Tab');
    await key('Tab');
    expect(focused(button)).to.equal('cancel');
    await key('Enter');
    expect(has(button, '[part=panel]')).to.equal(false);
    expect(focused(button)).to.equal('button');
    await key('Enter');
    await key('Tab');
    await key('Enter');
    await until(() => words(button, 'status') === WORDS.sayConnected);
    expect(focused(button)).to.equal('button');
    expect(places).not.to.include('the page');
  });

  for (const stage of ['connecting', 'selling', 'ordered'] as const) {
    it(`goes back to the button from "Cancel" in ${stage}`, async () => {
      const world = await placeButton();
      await reach(world, stage);
      part(world.button, 'cancel').focus();
      const places = follow(world.button);
      await key('Enter');
      await until(() => world.button.stage !== stage);
      await settle();
      expect(places).to.deep.equal(['cancel', 'button']);
    });
  }

  it('goes back to the button from a price that a sale takes away', async () => {
    const { button } = await priced()();
    inside(button).querySelector('summary')?.focus();
    button.start();
    await reaches(button, 'selling');
    expect(focused(button)).to.equal('button');
  });

  it('stays where it is while an error comes and goes', async () => {
    const { button, windows } = await placeButton();
    windows.areBlocked = true;
    part(button, 'button').focus();
    const places = follow(button);
    await key('Enter');
    await until(() => words(button, 'error'));
    windows.areBlocked = false;
    await key('Enter');
    await reaches(button, 'selling');
    expect(places).to.deep.equal(['button']);
  });
});

describe('Escape', () => {
  afterEach(tidy);

  for (const stage of reachable.filter((one) => !isOver(one))) {
    it(`gives nothing up in ${stage}`, async () => {
      const world = await placeButton();
      await reach(world, stage);
      for (const element of inside(world.button).querySelectorAll<HTMLElement>('button')) {
        element.focus();
        await key('Escape');
      }
      expect(world.button.stage).to.equal(stage);
      expect(world.windows.opened.some(({ closed }) => closed)).to.equal(false);
    });
  }

  it('does not choose or leave a wallet', async () => {
    announceWallets('One', 'Another');
    const { button } = await placeButton({ hasProvider: false });
    press({ button });
    await settle();
    panelButton(button, 'One').focus();
    await key('Escape');
    expect(words(button, 'status')).to.equal(WORDS.sayChoose);
  });
});
