// The button as a page draws it before the script, with a declarative shadow root, and what the script makes of it.
import { expect } from 'chai';
import type { OfframpButton } from '../src/index.ts';
import { earlyCss, earlyHash, snippet, TAG } from '../tools/snippet.ts';
import { later, settle, tidy, until } from './fixtures/element-world.ts';

const SCRIPT = new URL('../src/index.ts', import.meta.url).href;

interface Early {
  readonly page: Window & typeof globalThis;
  readonly button: OfframpButton;
  upgrade(): Promise<void>;
}

/** The snippet in a page of its own, whose script comes when it is told to. */
const place = async (tag = TAG): Promise<Early> => {
  const frame = document.createElement('iframe');
  later(() => frame.remove());
  frame.srcdoc = `<!doctype html><base href="${document.baseURI}"><body>${snippet(tag)}<p id="after">After it.</p></body>`;
  const loaded = new Promise((resolve) => frame.addEventListener('load', resolve));
  document.body.append(frame);
  await loaded;
  const page = frame.contentWindow as (Window & typeof globalThis) | null;
  const button = page?.document.querySelector('offramp-button');
  if (!page || !button) throw new Error('The frame has no button.');
  return {
    page,
    button,
    upgrade: async () => {
      const script = page.document.createElement('script');
      script.type = 'module';
      script.textContent = `import '${SCRIPT}'`;
      page.document.head.append(script);
      await until(() => page.customElements.get('offramp-button'));
      await button.updateComplete;
    },
  };
};

const inside = ({ button }: Early): ShadowRoot => {
  if (!button.shadowRoot) throw new Error('This engine has no declarative shadow roots.');
  return button.shadowRoot;
};

/** What is drawn, without Lit's comments and what only one of the two has. */
const drawn = (early: Early): string[] =>
  [...inside(early).querySelectorAll('*')]
    .filter(({ localName }) => localName !== 'style')
    .map((element) => {
      const attributes = [...element.attributes].filter(({ name }) => name !== 'aria-disabled');
      const own = [...element.childNodes].filter(({ nodeType }) => nodeType === Node.TEXT_NODE);
      const text = own.map((node) => node.textContent?.trim()).join('');
      return `${element.localName} ${attributes.map(({ name, value }) => `${name}=${value}`).sort()} ${text}`;
    });

const places = ({ page, button }: Early): number[] =>
  [button, inside({ page, button } as Early).querySelector('button'), page.document.querySelector('#after')].flatMap(
    (element) => {
      const { x, y, width, height } = element?.getBoundingClientRect() ?? new DOMRect();
      return [x, y, width, height];
    },
  );

describe('a button that is drawn before the script', () => {
  afterEach(tidy);

  it('is what the script draws, in the same place, and is drawn once', async () => {
    const early = await place();
    const before = drawn(early);
    const wasAt = places(early);
    expect(before[0]).to.match(/^button /);
    await early.upgrade();
    expect(drawn(early)).to.deep.equal(before);
    expect(places(early)).to.deep.equal(wasAt);
    expect(inside(early).querySelectorAll('style')).to.have.lengthOf(0);
  });

  it('shows the page’s own words', async () => {
    const early = await place(TAG.replace('Cash out', 'Sell my crypto'));
    const slot = inside(early).querySelector('slot');
    expect(slot?.assignedNodes().map((node) => node.textContent)).to.deep.equal(['Sell my crypto']);
  });

  it('says that it is loading where it is pressed, and cannot be taken for one that works', async () => {
    const early = await place();
    const button = inside(early).querySelector('button');
    const status = inside(early).querySelector('[part=status]');
    if (!button || !status) throw new Error('There is no button.');
    const said = () => early.page.getComputedStyle(status, '::after').content;
    expect(button.getAttribute('aria-disabled')).to.equal('true');
    expect(said()).not.to.match(/Loading/);
    // WebKit draws a focus in the window in front alone.
    await until(() => {
      early.page.focus();
      button.focus();
      return button.matches(':focus');
    });
    expect(said()).to.match(/Loading/);
  });

  it('works once the script is there, and keeps the focus', async () => {
    const early = await place();
    inside(early).querySelector('button')?.focus();
    await early.upgrade();
    await settle();
    const button = inside(early).querySelector('button');
    expect(button?.hasAttribute('aria-disabled')).to.equal(false);
    expect(inside(early).activeElement).to.equal(button);
    expect(early.button.matches(':state(idle)')).to.equal(true);
    // Drawn anew like the others: the old one is nobody's now.
    early.button.disabled = true;
    await early.button.updateComplete;
    expect(button?.disabled).to.equal(true);
    expect(inside(early).querySelectorAll('button')).to.have.lengthOf(1);
  });

  it('has no script and no style attribute, and one style whose hash is told', async () => {
    const html = snippet(TAG);
    expect(html).not.to.match(/<script| on\w+=| style=/);
    expect(html.match(/<style>(.*?)<\/style>/)?.[1]).to.equal(earlyCss());
    expect(await earlyHash()).to.match(/^sha256-[A-Za-z0-9+/]{43}=$/);
  });
});
