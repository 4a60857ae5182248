// What the frame around this page forbids it (HTML, "sandboxing"), as far as a page can tell. Knows the words that lift it;
// does not know what a sale needs them for.

/** What to do about a sandbox, one sentence. */
interface Lack {
  advice: string;
}

const lack = (word: string): Lack => ({
  advice: `If this frame has a sandbox, the site around it has to add ${word}.`,
});

/** Whether another page is around this one. */
export const isFramed = (): boolean => window.parent !== window;

/** What keeps this page from having an origin of its own, and with it anything that lasts. */
export const originLack = (): Lack | undefined => (origin === 'null' ? lack('allow-same-origin') : undefined);

/**
 * What keeps this blank window, or the lack of it, from becoming Coinbase's. In any sandbox, and nowhere else, setting `document.domain`
 * throws, to what it is already too; the window is about to leave, so that nothing comes of it where it does not.
 */
export const windowLack = (blank: Window | null): Lack | undefined => {
  if (!isFramed()) return undefined;
  if (!blank) return lack('allow-popups');
  try {
    const { document } = blank;
    Reflect.set(document, 'domain', document.domain);
  } catch (cause) {
    // Another error is of a window without a document, as blockers give.
    if ((cause as Error).name === 'SecurityError') return lack('allow-popups-to-escape-sandbox');
  }
  return undefined;
};
