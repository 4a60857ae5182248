// How the element looks and what of it a page may change: words, states, colours, room.
import { emulateMedia } from '@web/test-runner-commands';
import { expect } from 'chai';
import { type Stage, stageNames } from '../src/stages.ts';
import { WORDS } from '../src/words.ts';
import {
  has,
  inside,
  later,
  list,
  part,
  placeButton,
  reach,
  reachable,
  tidy,
  until,
  words,
} from './fixtures/element-world.ts';
import { FROM, TO } from './fixtures/orders.ts';
import { hang } from './fixtures/provider.ts';
import { narrow, overflowing } from './people/sight.ts';

/** A visitor's wish, in the one engine whose driver can play it; elsewhere the machine's own stays. */
const emulate = async (media: Parameters<typeof emulateMedia>[0]): Promise<void> => {
  if (!navigator.userAgent.includes('Chrome/')) return;
  await emulateMedia(media);
  later(() => void emulateMedia({ colorScheme: 'light', reducedMotion: 'no-preference' }));
};

describe('the looks of <offramp-button>', () => {
  afterEach(tidy);

  for (const stage of ['idle', ...reachable] as Stage[]) {
    it(`are a state of CSS in ${stage}, and no other stage's`, async () => {
      const world = await placeButton();
      await reach(world, stage);
      expect(stageNames.filter((name) => world.button.matches(`:state(${name})`))).to.deep.equal([stage]);
      const isBusy = stage === 'connecting' || stage === 'opening' || stage === 'sending';
      expect(world.button.matches(':state(busy)')).to.equal(isBusy);
      expect(has(world.button, '[part=spinner]')).to.equal(isBusy);
    });

    it(`need no style that a content security policy forbids in ${stage}`, async () => {
      const world = await placeButton();
      await reach(world, stage);
      const root = inside(world.button);
      expect(root.adoptedStyleSheets).to.have.lengthOf(2);
      expect(root.querySelectorAll('[style], style, link, script')).to.have.lengthOf(0);
    });
  }

  it('show the whole order: amount, fiat, network, both addresses, letter by letter from left to right', async () => {
    const world = await placeButton({ set: { locale: 'en-US' } });
    await reach(world, 'ordered');
    const shown = [...inside(world.button).querySelectorAll('dd')].map(({ textContent }) => textContent.trim());
    expect(shown.slice(0, 5)).to.deep.equal(['25 USDC', '$24.75', 'Base', FROM, TO]);
    expect(words(world.button, 'amount')).to.equal('25 USDC');
    expect(words(world.button, 'address')).to.equal(TO);
    expect(words(world.button, 'send')).to.equal('Send 25 USDC');
    for (const name of ['amount', 'address', 'deadline'])
      expect(part(world.button, name).querySelector('bdi')?.dir, name).to.equal('ltr');
  });

  it('link to the transfer once there is one', async () => {
    const world = await placeButton();
    await reach(world, 'settling');
    const link = inside(world.button).querySelector('a');
    expect(link?.href).to.equal(`https://basescan.org/tx/${world.button.sale?.txHash}`);
    expect(link?.rel).to.equal('noopener');
  });

  it("write fiat in the reader's way", async () => {
    const world = await placeButton({ set: { locale: 'de-DE' } });
    await reach(world, 'ordered');
    expect(inside(world.button).querySelectorAll('dd')[1]?.textContent.trim()).to.equal('24,75\u00a0$');
  });

  it('say when Coinbase is not ready for the transfer, and then cannot be sent', async () => {
    const world = await placeButton();
    await reach(world, 'ordered');
    list(world, { status: 'PENDING_REVIEW' });
    await until(() => words(world.button, 'status') === WORDS.sayWaiting);
    expect(part(world.button, 'send').getAttribute('aria-disabled')).to.equal('true');
    part(world.button, 'send').click();
    list(world, { status: 'STARTED' });
    await until(() => words(world.button, 'status') === WORDS.sayUncommitted);
    await until(() => part(world.button, 'send').getAttribute('aria-disabled') === null);
    expect(world.provider.count('eth_sendTransaction')).to.equal(0);
  });

  it("have the page's label before a sale, and the stage's words in it", async () => {
    const world = await placeButton({ set: { textContent: 'Get paid' } });
    const { button } = world;
    const shown = part(button, 'label').querySelector('slot')?.assignedNodes();
    expect(shown?.map(({ textContent }) => textContent)).to.deep.equal(['Get paid']);

    await reach(world, 'selling');
    expect(has(button, 'slot')).to.equal(false);
    expect(words(button, 'label')).to.equal(WORDS.selling);
  });

  it('have words of their own without a label, and the ones the page replaces', async () => {
    const world = await placeButton({ set: { labels: { selling: 'Zurück zu Coinbase' } } });
    expect(words(world.button, 'label')).to.equal(WORDS.idle);
    await reach(world, 'selling');
    expect(words(world.button, 'label')).to.equal('Zurück zu Coinbase');
    expect(words(world.button, 'status')).to.equal(WORDS.saySelling);
    world.button.labels = { saySelling: 'Weiter bei Coinbase.' };
    await world.button.updateComplete;
    expect(words(world.button, 'label')).to.equal(WORDS.selling);
    expect(words(world.button, 'status')).to.equal('Weiter bei Coinbase.');
  });

  it('are nothing while the element is hidden', async () => {
    const { button } = await placeButton();
    expect(getComputedStyle(button).display).to.equal('inline-block');
    button.hidden = true;
    expect(getComputedStyle(button).display).to.equal('none');
  });

  for (const stage of ['idle', 'connecting', 'ordered', 'unsure'] as const) {
    it(`break words that are longer than a narrow screen in ${stage}, of our own or of the page`, async () => {
      const long = 'Auszahlungsbestätigungsverfahrensüberprüfung';
      const labels = Object.fromEntries(Object.keys(WORDS).map((key) => [key, `${long} {amount}`]));
      const { button, ...world } = await placeButton({ set: { labels, textContent: long } });
      await reach({ button, ...world }, stage);
      for (const direction of ['ltr', 'rtl']) expect(overflowing(button, narrow(direction))).to.deep.equal([]);
    });
  }

  it("take the page's colours and font", async () => {
    const { button } = await placeButton();
    button.style.setProperty('--offramp-accent', 'rgb(1, 2, 3)');
    button.style.setProperty('--offramp-on-accent', 'rgb(4, 5, 6)');
    button.style.fontSize = '30px';
    const { backgroundColor, color, fontSize } = getComputedStyle(part(button, 'button'));
    expect([backgroundColor, color, fontSize]).to.deep.equal(['rgb(1, 2, 3)', 'rgb(4, 5, 6)', '30px']);
  });

  it('follow the colour scheme of a page that has both', async () => {
    const { button } = await placeButton();
    later(() => document.documentElement.style.removeProperty('color-scheme'));
    const colourIn = (scheme: string): string => {
      document.documentElement.style.colorScheme = scheme;
      return getComputedStyle(button).color;
    };
    const [light, dark] = [colourIn('light'), colourIn('dark')];
    expect(light).not.to.equal(dark);
    await emulate({ colorScheme: 'dark' });
    expect(colourIn('light dark')).to.equal(matchMedia('(prefers-color-scheme: dark)').matches ? dark : light);
  });

  it('stand still for who wants less motion: a ring of dots in the place of a turning one', async () => {
    const world = await placeButton();
    world.backend.answerToken = hang;
    await reach(world, 'opening');
    const spinner = () => {
      const { animationName, borderBlockStartStyle } = getComputedStyle(part(world.button, 'spinner'));
      return [animationName, borderBlockStartStyle];
    };
    expect(spinner()).to.deep.equal(['turn', 'solid']);
    await emulate({ reducedMotion: 'reduce' });
    const isStill = matchMedia('(prefers-reduced-motion: reduce)').matches;
    expect(spinner()).to.deep.equal(isStill ? ['none', 'dotted'] : ['turn', 'solid']);
  });
});
