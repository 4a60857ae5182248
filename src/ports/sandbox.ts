// What the frame around this page forbids it (HTML, "sandboxing"), as far as a page can tell. Knows the words that lift it;
// does not know what a sale needs them for.

/** What to do about a sandbox, one sentence. */
interface Lack {
  advice: string;
}

const lack = (word: string): Lack => ({
  advice: `If this frame has a sandbox, the site around it has to add ${word}.`,
});

const ESCAPE = 'allow-popups-to-escape-sandbox';

/** Whether another page is around this one. */
export const isFramed = (): boolean => window.parent !== window;

/** What keeps this page from having an origin of its own, and with it anything that lasts. */
export const originLack = (): Lack | undefined => (origin === 'null' ? lack('allow-same-origin') : undefined);

/**
 * What keeps this blank window, or the lack of it, from becoming Coinbase's. A frame on a page of its own site can read what it has.
 * Elsewhere: in any sandbox, and nowhere else, setting `document.domain` throws, to what it is already too. Where it does not, the page
 * of the window's opener has it set as well, and one of the same site around it could reach into it no more.
 */
export const windowLack = (blank: Window | null): Lack | undefined => {
  if (!isFramed()) return undefined;
  if (!blank) return lack('allow-popups');
  if (window.frameElement) {
    return window.frameElement.matches(`[sandbox]:not([sandbox~=${ESCAPE} i])`) ? lack(ESCAPE) : undefined;
  }
  try {
    const { document } = blank;
    Reflect.set(document, 'domain', document.domain);
  } catch (cause) {
    // Another error is of a window without a document, as blockers give.
    if ((cause as Error).name === 'SecurityError') return lack(ESCAPE);
  }
  return undefined;
};
