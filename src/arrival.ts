// Arriving from Coinbase: tells the button's page that the visitor is back, then closes the window.
// Knows the mark in its own address; does not know the sale, and says nothing of money: the signal means "look now".
import { RETURN_PARAMETER } from './ports/traces.ts';

const MARK = /^([A-Za-z0-9_-]{1,128})\.([A-Za-z0-9_-]{1,128})$/;

/** Key in `sessionStorage`: the sale for which this very tab left for Coinbase. */
const SAME_TAB = 'offramp-button:same-tab';

/** Milliseconds the messages get to leave before the window closes. */
const CLOSE_AFTER = 200;
/** Milliseconds after which a window that is still here will not close. */
const STAYS_AFTER = 1000;

/** Storage and history throw where the visitor or a sandbox forbids them; one closed road must not close the others. */
const attempt = <Result>(step: () => Result): Result | undefined => {
  try {
    return step();
  } catch {
    return undefined;
  }
};

/**
 * All roads at once: where Coinbase's or the host's page sends COOP there is no opener, where storage is partitioned
 * there is no channel. The listener takes the first and drops the rest.
 */
const announce = (sale: string, nonce: string): void => {
  const signal = { source: 'offramp-button', version: 1, type: 'returned', sale, nonce };
  attempt(() => window.opener?.postMessage(signal, location.origin));
  attempt(() => new BroadcastChannel('offramp-button').postMessage(signal));
  attempt(() => localStorage.setItem(`offramp-button:returned:${sale}`, JSON.stringify(signal)));
};

/** Takes the mark out of the address, so that a reload, a bookmark or a referrer does not repeat it. The rest stays letter by letter. */
const clean = (): void => {
  const rest = location.search
    .slice(1)
    .split('&')
    .filter((part) => !new URLSearchParams(part).has(RETURN_PARAMETER))
    .join('&');
  // Whole: a path with two slashes at its start, alone, would name another host.
  const address = new URL(location.href);
  address.search = rest;
  attempt(() => history.replaceState(history.state, '', address));
};

/** Whether this tab itself left for Coinbase. The mark is taken back: a window opened later would inherit a copy of it. */
const isSameTab = (sale: string): boolean =>
  attempt(() => {
    if (sessionStorage.getItem(SAME_TAB) !== sale) return false;
    sessionStorage.removeItem(SAME_TAB);
    return true;
  }) ?? false;

/** Says that the window can be closed: in the page's own words where it has some, and never on a page with a button. */
const sayItCanBeClosed = (): void => {
  const own = document.querySelector('[data-offramp-return]');
  if (own) {
    own.removeAttribute('hidden');
    return;
  }
  if (document.querySelector('offramp-button')) return;
  const words = document.createElement('p');
  words.setAttribute('role', 'status');
  document.body.append(words);
  // A live region is read out only when its words come after it.
  setTimeout(() => {
    words.textContent = 'You can close this window.';
  });
};

interface Arrival {
  returned: boolean;
  staying: Promise<void>;
}

const arrive = (): Arrival => {
  const elsewhere = { returned: false, staying: Promise.resolve() };
  if (typeof document === 'undefined') return elsewhere;
  const [, sale, nonce] = MARK.exec(new URLSearchParams(location.search).get(RETURN_PARAMETER) ?? '') ?? [];
  if (!sale || !nonce) return elsewhere;
  announce(sale, nonce);
  clean();
  if (isSameTab(sale)) return { returned: true, staying: Promise.resolve() };
  setTimeout(() => window.close(), CLOSE_AFTER);
  const staying = new Promise<void>((resolve) => {
    setTimeout(() => {
      sayItCanBeClosed();
      resolve();
    }, STAYS_AFTER);
  });
  return { returned: true, staying };
};

let arrival: Arrival | undefined;

/** Sends the return signal, once however often it is called. True where Coinbase sent the visitor to this page. */
export const announceReturn = (): boolean => {
  arrival ??= arrive();
  return arrival.returned;
};

/**
 * Resolves when this window is one that stays: at once on an ordinary page and in the tab that left for Coinbase,
 * after a second where the browser did not let the window close. A button begins nothing before that: its sale goes on in
 * the window that opened this one, and a wallet asked from here would be left without its page.
 */
export const whenStaying = (): Promise<void> => {
  arrival ??= arrive();
  return arrival.staying;
};
