// Coinbase's window, and the roads by which the return page is heard. Knows window handles and how little they can be trusted;
// does not know what a return means.
import type { Popup } from '../ports.ts';
import { type ReturnSignal, returnSignal } from '../schema.ts';
import { openBlank, SAME_TAB, type WaitingWords } from './blank-window.ts';
import { windowLack } from './sandbox.ts';

interface PopupOptions {
  /** The words of the blank window while the session is made. */
  waiting: () => WaitingWords;
  /** A window that was opened in the press, before this was there; `null`: it was blocked; `undefined`: none was tried. */
  ahead?: () => Window | null | undefined;
}

const CHANNEL = 'offramp-button';
const RETURNED = 'offramp-button:returned:';

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

export const createPopup = ({ waiting, ahead = () => undefined }: PopupOptions): Popup => {
  let handle: Window | null = null;
  let fault: Popup['fault'];

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

    get fault() {
      return fault;
    },

    open: () => {
      const early = ahead();
      handle = early === undefined ? openBlank(waiting()) : early;
      if (!isOpen()) handle = null;
      fault = windowLack(handle);
      if (fault) close();
      if (!handle) return false;
      // A blank window whose page has left would wait for ever.
      window.addEventListener('pagehide', close);
      return true;
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
