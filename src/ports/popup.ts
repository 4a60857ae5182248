// Coinbase's window, and the roads by which the return page is heard. Knows window handles and how little they can be trusted;
// does not know what a return means.
import type { Popup } from '../ports.ts';
import { type ReturnSignal, returnSignal } from '../schema.ts';

interface PopupOptions {
  /** The words of the blank window while the session is made. */
  waiting: () => { title: string; text: string };
}

const CHANNEL = 'offramp-button';
const RETURNED = 'offramp-button:returned:';
/** Read by the return page: this tab itself went to Coinbase, so it must not close. */
const SAME_TAB = 'offramp-button:same-tab';
const WIDTH = 460;
const HEIGHT = 720;

const features = (): string => {
  const left = Math.max(0, Math.round(screenX + (outerWidth - WIDTH) / 2));
  const top = Math.max(0, Math.round(screenY + (outerHeight - HEIGHT) / 2));
  return `popup,width=${WIDTH},height=${HEIGHT},left=${left},top=${top}`;
};

/** Without inner HTML or inline style: a blank window inherits the page's content security policy. */
const fill = ({ document }: Window, { title, text }: { title: string; text: string }): void => {
  document.title = title;
  document.documentElement.lang = globalThis.document.documentElement.lang || 'en';
  const words = document.createElement('p');
  words.role = 'status';
  words.textContent = text;
  document.body.append(words);
};

/** Firefox refuses channels to a page whose site data is blocked; the other roads and polling remain. */
const openChannel = (): BroadcastChannel | undefined => {
  try {
    return new BroadcastChannel(CHANNEL);
  } catch {
    return undefined;
  }
};

const parse = (value: unknown): ReturnSignal | undefined => {
  try {
    return returnSignal.safeParse(typeof value === 'string' ? JSON.parse(value) : value).data;
  } catch {
    // Anybody may post anything; what is not ours is ignored (rule 13).
    return undefined;
  }
};

export const createPopup = ({ waiting }: PopupOptions): Popup => {
  let handle: Window | null = null;
  let opened = 0;

  const isOpen = (): boolean => handle?.closed === false;

  const close = (): void => {
    window.removeEventListener('pagehide', close);
    handle?.close();
    handle = null;
  };

  return {
    get isOpen() {
      return isOpen();
    },

    open: () => {
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
        handle = null;
      }
      if (!handle || !isOpen()) {
        // Blockers give null, undefined, a closed window or an object that is none.
        handle = null;
        return false;
      }
      try {
        fill(handle, waiting());
      } catch {
        // Some blockers hand out a window without a document; the words are a courtesy, the window decides.
      }
      // A blank window whose page has left would wait for ever.
      window.addEventListener('pagehide', close);
      return isOpen();
    },

    go: (url) => {
      window.removeEventListener('pagehide', close);
      handle?.location.replace(url);
    },

    focus: () => {
      if (!isOpen()) return false;
      handle?.focus();
      return true;
    },

    close,

    leave: (url, saleId) => {
      try {
        sessionStorage.setItem(SAME_TAB, saleId);
      } catch {
        // Without it the return page tries to close the tab, which a browser refuses for a tab the person opened.
      }
      location.assign(url);
    },

    onReturn: (listener) => {
      const page = new AbortController();
      const { signal } = page;
      const hear = (value: unknown) => {
        const heard = parse(value);
        if (heard) listener(heard);
      };
      window.addEventListener('message', ({ origin, data }) => origin === location.origin && hear(data), { signal });
      window.addEventListener('storage', ({ key, newValue }) => key?.startsWith(RETURNED) && hear(newValue), {
        signal,
      });
      const channel = openChannel();
      channel?.addEventListener('message', ({ data }) => hear(data), { signal });
      return () => {
        page.abort();
        channel?.close();
      };
    },

    returned: (saleId) => {
      try {
        const kept = localStorage.getItem(RETURNED + saleId);
        if (kept === null) return undefined;
        localStorage.removeItem(RETURNED + saleId);
        return parse(kept);
      } catch {
        // No storage: one of the other roads, or polling.
        return undefined;
      }
    },
  };
};
