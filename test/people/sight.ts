// What eyes and fingers make of the element: contrast as WCAG 2.2 counts it, sizes of what is pressed, what reaches out of its place.
// Measures what a browser has computed; does not know which look it is.
import type { OfframpButton } from '../../src/index.ts';
import { inside, later } from '../fixtures/element-world.ts';

type Colour = readonly [red: number, green: number, blue: number, alpha: number];

const colour = (text: string): Colour => {
  const [, mode = '', numbers = ''] = /^(rgba?|color)\((?:srgb )?(.*)\)$/.exec(text) ?? [];
  const [red = 0, green = 0, blue = 0, alpha = 1] = numbers.split(/[,/\s]+/).map(Number);
  if (!mode) throw new Error(`"${text}" is a colour that this does not read.`);
  return mode === 'color' ? [red * 255, green * 255, blue * 255, alpha] : [red, green, blue, alpha];
};

const blend = ([red, green, blue, alpha]: Colour, [r, g, b]: Colour): Colour => {
  const mix = (one: number, other: number) => one * alpha + other * (1 - alpha);
  return [mix(red, r), mix(green, g), mix(blue, b), 1];
};

/** https://www.w3.org/TR/WCAG22/#dfn-relative-luminance */
const luminance = ([red, green, blue]: Colour): number => {
  const linear = (value: number) => (value <= 10.31475 ? value / 3294.6 : ((value / 255 + 0.055) / 1.055) ** 2.4);
  return 0.2126 * linear(red) + 0.7152 * linear(green) + 0.0722 * linear(blue);
};

/** https://www.w3.org/TR/WCAG22/#dfn-contrast-ratio */
const contrast = (one: Colour, other: Colour): number => {
  const [dark = 0, light = 0] = [luminance(one), luminance(other)].sort((a, b) => a - b);
  return (light + 0.05) / (dark + 0.05);
};

/** What an element is drawn in. */
const above = (element: Element): Element | null => {
  const root = element.getRootNode();
  return element.assignedSlot ?? element.parentElement ?? (root instanceof ShadowRoot ? root.host : null);
};

/** The colour that is seen behind what an element holds. The page's root must have one of its own. */
const behind = (element: Element | null): Colour => {
  if (!element) throw new Error('The page has no colour.');
  const { backgroundColor, opacity } = getComputedStyle(element);
  if (opacity !== '1')
    throw new Error(`${element.localName} lets through what is behind it: its contrast is not counted.`);
  const own = colour(backgroundColor);
  return own[3] === 1 ? own : blend(own, behind(above(element)));
};

/** Every text that is seen, and the element it is in. */
const texts = (button: OfframpButton): { text: string; element: Element }[] => {
  const found: { text: string; element: Element }[] = [];
  for (const root of [inside(button), button]) {
    const walker = document.createTreeWalker(root, NodeFilter.SHOW_TEXT);
    for (let node = walker.nextNode(); node; node = walker.nextNode()) {
      const range = document.createRange();
      range.selectNodeContents(node);
      const text = node.textContent?.trim();
      // The page's own label is drawn in the slot.
      const element = node.parentElement === button ? inside(button).querySelector('slot') : node.parentElement;
      if (text && element && range.getClientRects().length > 0) found.push({ text, element });
    }
  }
  return found;
};

/** Texts with less contrast than 4.5, also where nothing can be pressed: it is read all the same. */
export const faint = (button: OfframpButton): string[] =>
  texts(button)
    .map(({ text, element }) => {
      const drawn = behind(element);
      return { text, ratio: contrast(blend(colour(getComputedStyle(element).color), drawn), drawn) };
    })
    .filter(({ ratio }) => ratio < 4.5)
    .map(({ text, ratio }) => `${ratio.toFixed(2)}: ${text}`);

const pressable = (button: OfframpButton): HTMLElement[] =>
  [...inside(button).querySelectorAll<HTMLElement>('button, a, summary')].filter((element) =>
    element.checkVisibility(),
  );

/** What is pressed and is smaller than 44 pixels. */
export const small = (button: OfframpButton): string[] =>
  pressable(button)
    .map((element) => ({ element, box: element.getBoundingClientRect() }))
    .filter(({ box }) => Math.min(box.width, box.height) < 43.99)
    .map(({ element, box }) => `${element.textContent.trim()}: ${box.width} × ${box.height}`);

/** WebKit lets an element have the focus only in the window that is in front, which another page's may be for a moment. */
export const canFocus = (button: OfframpButton): boolean => {
  const [first] = pressable(button).filter((element) => !element.matches(':disabled'));
  window.focus();
  first?.focus();
  return !first || first.matches(':focus');
};

/** What has no focus ring with a contrast of 3 to what is around it. */
export const ringless = (button: OfframpButton): string[] =>
  pressable(button)
    .filter((element) => !element.matches(':disabled'))
    .filter((element) => {
      element.focus({ focusVisible: true } as FocusOptions);
      const { outlineStyle, outlineWidth, outlineColor } = getComputedStyle(element);
      const around = behind(above(element));
      const isSeen = outlineStyle !== 'none' && Number.parseFloat(outlineWidth) >= 2;
      return !isSeen || contrast(blend(colour(outlineColor), around), around) < 3;
    })
    .map((element) => `${element.textContent.trim()}: ${getComputedStyle(element).outline}`);

/** Boxes that reach out of a container, by part or tag. */
export const overflowing = (button: OfframpButton, container: Element): string[] => {
  const { left, right } = container.getBoundingClientRect();
  return [button, ...inside(button).querySelectorAll('*')]
    .filter((element) => {
      const box = element.getBoundingClientRect();
      return box.width > 0 && (box.left < left - 1 || box.right > right + 1);
    })
    .map((element) => element.getAttribute('part') ?? element.localName);
};

/** A page that is 320 pixels wide, as a window of 1280 at 400 % is. Returns what the button is in. */
export const narrow = (direction: string): HTMLElement => {
  const { documentElement, body } = document;
  later(() => {
    documentElement.removeAttribute('dir');
    body.style.removeProperty('inline-size');
  });
  documentElement.dir = direction;
  body.style.inlineSize = '320px';
  return body;
};

/** The spacing that a person may set, https://www.w3.org/TR/WCAG22/#text-spacing. */
export const space = (button: OfframpButton): void => {
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(
    '* { line-height: 1.5 !important; letter-spacing: 0.12em !important; word-spacing: 0.16em !important } p { margin-block-end: 2em !important }',
  );
  const root = inside(button);
  root.adoptedStyleSheets = [...root.adoptedStyleSheets, sheet];
};

/** The page in one colour scheme, as a page does it whose visitor wants it so. */
export const setScheme = (scheme: 'light' | 'dark'): void => {
  const { style } = document.documentElement;
  later(() => style.removeProperty('color-scheme'));
  later(() => style.removeProperty('background'));
  style.setProperty('color-scheme', scheme);
  style.setProperty('background', scheme === 'dark' ? '#121212' : '#ffffff');
};
