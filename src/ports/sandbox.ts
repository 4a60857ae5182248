// What the frame around this page forbids it (HTML, "sandboxing"), as far as a page can tell. Knows the attribute's words and
// what to say of each; does not know what a sale needs them for.

/** What is said of a frame that lacks one of the words. */
interface Lack {
  message: string;
  advice: string;
}

const lack = (message: string, word: string): Lack => ({
  message,
  advice: `The site has to add ${word} to the sandbox attribute of this button’s frame.`,
});

const OPAQUE = lack('In this frame nothing can be remembered, so nothing can be sold.', 'allow-same-origin');
const NO_WINDOW = lack('The Coinbase window cannot be opened from this frame.', 'allow-popups');
const CAGED = lack('The Coinbase window would be shut in with this frame.', 'allow-popups-to-escape-sandbox');

/** Whether another page is around this one. */
export const isFramed = (): boolean => window.parent !== window;

/** What keeps this page from having an origin of its own. */
export const originLack = (): Lack | undefined => (origin === 'null' ? OPAQUE : undefined);

/**
 * What keeps this blank window, or the lack of it, from becoming Coinbase's. In any sandbox, and nowhere else, setting `document.domain`
 * throws, to what it is already too; the window is about to leave, so that nothing comes of it where it does not.
 */
export const windowLack = (blank: Window | null): Lack | undefined => {
  if (!isFramed()) return undefined;
  if (!blank) return NO_WINDOW;
  try {
    const { document } = blank;
    Reflect.set(document, 'domain', document.domain);
  } catch (cause) {
    // Another error is of a window without a document, as blockers give.
    if ((cause as Error).name === 'SecurityError') return CAGED;
  }
  return undefined;
};
