// Every look of the element, for every person: axe, contrast, sizes, room. The list of looks is whole, or a test fails.
import axe from 'axe-core';
import { expect } from 'chai';
import { errorTable } from '../../src/errors.ts';
import type { OfframpButton } from '../../src/index.ts';
import type { Fate } from '../../src/sale.ts';
import { stageNames } from '../../src/stages.ts';
import { WORDS } from '../../src/words.ts';
import { inside, part, placeButton, tidy, until, type World, words } from '../fixtures/element-world.ts';
import { scenes } from './gallery.ts';
import { canFocus, faint, narrow, overflowing, ringless, setScheme, small, space } from './sight.ts';

/** What axe finds, and what it cannot tell of contrast, a line each. */
const findings = async (button: OfframpButton, options: axe.RunOptions): Promise<string[]> => {
  const { violations, incomplete } = await axe.run(button, options);
  return [...violations, ...incomplete.filter(({ id }) => id === 'color-contrast')].flatMap(({ id, nodes }) =>
    nodes.map(({ html, any }) => `${id}: ${html} ${any.map(({ message }) => message).join()}`),
  );
};

const EVERYTHING: axe.RunOptions = { rules: { 'target-size': { enabled: true } } };
const COLOURS: axe.RunOptions = { runOnly: ['color-contrast'] };

/** All that is said in a look, also to who does not see it. */
const said = (button: OfframpButton): string =>
  [
    button.textContent,
    inside(button).textContent,
    ...[...inside(button).querySelectorAll('[aria-label]')].map((element) => element.getAttribute('aria-label')),
  ]
    .join(' ')
    .replaceAll(/\s+/g, ' ');

const heard: string[] = [];

for (const { name, stage, code, show } of scenes) {
  describe(`the look "${name}"`, () => {
    let world: World;

    before(async () => {
      setScheme('light');
      world = await show();
      heard.push(said(world.button));
    });
    after(tidy);

    it('is what it is called', () => {
      expect(world.button.stage).to.equal(stage);
      if (!code) return;
      const codes = world.heard.map(({ detail }) => detail.error?.code);
      expect(codes.includes(code) || words(world.button, 'error').includes(errorTable[code].message)).to.equal(true);
      expect(words(world.button, 'error')).not.to.equal('');
    });

    it('has no finding of axe, light and dark', async () => {
      expect(await findings(world.button, EVERYTHING)).to.deep.equal([]);
      setScheme('dark');
      expect(await findings(world.button, COLOURS)).to.deep.equal([]);
    });

    it('is read and focused with enough contrast, light and dark', async () => {
      await until(() => canFocus(world.button));
      for (const scheme of ['light', 'dark'] as const) {
        setScheme(scheme);
        expect(faint(world.button), scheme).to.deep.equal([]);
        expect(ringless(world.button), scheme).to.deep.equal([]);
      }
    });

    it('has nothing to press that is smaller than 44 pixels', () => expect(small(world.button)).to.deep.equal([]));

    it('fits into 320 pixels, both directions, with text spaced as a person may', () => {
      for (const isSpaced of [false, true]) {
        if (isSpaced) space(world.button);
        for (const direction of ['ltr', 'rtl']) {
          const page = narrow(direction);
          expect(overflowing(world.button, page), direction).to.deep.equal([]);
          expect(page.scrollWidth).to.be.at.most(320);
        }
      }
      expect(small(world.button)).to.deep.equal([]);
    });
  });
}

describe('the gallery', () => {
  afterEach(tidy);

  it('has every stage, error and fate, each look under a name of its own', () => {
    expect(new Set(scenes.map(({ name }) => name)).size).to.equal(scenes.length);
    expect(scenes.map(({ stage }) => stage)).to.include.members(stageNames);
    expect(scenes.map(({ code }) => code)).to.include.members(Object.keys(errorTable));
    const fates: readonly Fate[] = ['cancelled', 'replaced', 'reverted'];
    expect(scenes.map(({ fate }) => fate)).to.include.members(fates);
  });

  it('has every word of ours in it', () => {
    // Of the blank window, which is no part of the page.
    const { waitingTitle: _, ...shown } = WORDS;
    const unseen = Object.entries(shown).filter(([, text]) => {
      const pattern = text.replaceAll(/[.*+?^$()|[\]\\]/g, '\\$&').replaceAll(/\{\w+\}/g, '.+');
      return !heard.some((all) => new RegExp(pattern).test(all));
    });
    expect(unseen).to.deep.equal([]);
  });

  it('is looked at by eyes that find what is wrong', async () => {
    setScheme('light');
    const { button } = await placeButton({ set: { textContent: 'x' } });
    const main = part(button, 'button');
    button.style.setProperty('--offramp-accent', '#9bc1ff');
    expect(faint(button)).to.deep.equal(['1.83: x']);
    main.style.outline = '3px solid #dddddd';
    expect(ringless(button)).to.have.lengthOf(1);
    main.style.minBlockSize = '20px';
    expect(small(button)).to.have.lengthOf(1);
    main.style.inlineSize = '400px';
    expect(overflowing(button, narrow('ltr'))).to.include('button');
    part(button, 'label').remove();
    expect((await findings(button, EVERYTHING)).join()).to.contain('button-name');
  });
});
