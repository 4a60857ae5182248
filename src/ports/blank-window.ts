// A blank window for Coinbase's page, opened in a press. Knows blockers and what they hand out; does not know what it is for.

const WIDTH = 460;
const HEIGHT = 720;

/** Read by the return page: this tab itself went to Coinbase, so it must not close. */
export const SAME_TAB = 'offramp-button:same-tab';

/** What a blank window says while it waits. */
export interface WaitingWords {
  title: string;
  text: string;
}

/** What a press did in its own task, before the code of a sale was there. */
export interface Ahead {
  /** The page's answer to `offramp-before-open`; `undefined`: it was not asked. */
  may: boolean | undefined;
  /** The window; `null`: it was blocked; `undefined`: none was tried. */
  window: Window | null | undefined;
}

const features = (): string => {
  const left = Math.max(0, Math.round(screenX + (outerWidth - WIDTH) / 2));
  const top = Math.max(0, Math.round(screenY + (outerHeight - HEIGHT) / 2));
  return `popup,width=${WIDTH},height=${HEIGHT},left=${left},top=${top}`;
};

/** Without inner HTML or inline style: a blank window inherits the page's content security policy. */
const fill = ({ document }: Window, { title, text }: WaitingWords): void => {
  document.title = title;
  document.documentElement.lang = globalThis.document.documentElement.lang || 'en';
  const words = document.createElement('p');
  words.role = 'status';
  words.textContent = text;
  document.body.append(words);
};

let opened = 0;

/** Opens it, in the press's own task. `null`: the browser blocked it. */
export const openBlank = (waiting: WaitingWords): Window | null => {
  let handle: Window | null;
  try {
    // The window gets a copy of this tab's marks: one left behind would make it keep itself open (`return.ts`).
    sessionStorage.removeItem(SAME_TAB);
  } catch {
    // No storage, no mark.
  }
  try {
    // A name of its own each time: with a fixed one, a second sale would navigate the first one's window.
    opened += 1;
    handle = window.open('about:blank', `offramp-${Date.now()}-${opened}`, features());
  } catch {
    return null;
  }
  // Blockers give null, undefined, a closed window or an object that is none.
  if (handle?.closed !== false) return null;
  try {
    fill(handle, waiting);
  } catch {
    // Some blockers hand out a window without a document; the words are a courtesy, the window decides.
  }
  return handle;
};
