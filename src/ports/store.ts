// Sales between page loads: localStorage, because every tab sees it at once. Knows how a sale is kept; does not know what it means.
// What must survive a killed browser is in `claims.ts`, which writes strictly.
import type { Store } from '../ports.ts';
import type { Sale } from '../sale.ts';
import { isOver } from '../stages.ts';
import { readSale } from './kept-sale.ts';
import { saleKey } from './traces.ts';

interface StoreOptions {
  /** Read at each use: a browser may throw where storage is switched off. */
  storage?: () => Storage;
  /** Who hears what other tabs write. */
  page?: () => Pick<Window, 'addEventListener' | 'removeEventListener'>;
  /** Milliseconds since the epoch on this machine. */
  now?: () => number;
}

/** Over sales are forgotten after a day, so that a returning visitor finds a fresh button. */
const KEPT_WHEN_OVER = 24 * 3_600_000;

const read = (text: string | null): Sale | undefined => {
  if (text === null || text.length > 65_536) return undefined;
  try {
    return readSale(JSON.parse(text));
  } catch {
    // Not our JSON: as good as nothing kept.
    return undefined;
  }
};

/** What is out of date is worse than nothing: a page would go on from there. */
const forget = (storage: () => Storage, key: string): void => {
  try {
    storage().removeItem(saleKey(key));
  } catch {
    // Switched off altogether, so nothing is kept either.
  }
};

export const createStore = ({
  storage = () => window.localStorage,
  page = () => window,
  now = () => Date.now(),
}: StoreOptions = {}): Store => ({
  load: (key) => {
    try {
      const sale = read(storage().getItem(saleKey(key)));
      if (!sale) return undefined;
      const isStale = now() + sale.skew - sale.startedAt > KEPT_WHEN_OVER;
      return isStale && isOver(sale.stage) ? undefined : sale;
    } catch {
      // Storage may be switched off or partitioned away; the sale then lives in this page alone.
      return undefined;
    }
  },

  save: (key, sale) => {
    try {
      storage().setItem(saleKey(key), JSON.stringify(sale));
      return true;
    } catch {
      // Full, or switched off; who needs durability asks for it by the answer.
      forget(storage, key);
      return false;
    }
  },

  onChange: (key, listener) => {
    const heard = (event: StorageEvent) => {
      if (event.key !== saleKey(key)) return;
      const sale = read(event.newValue);
      if (sale) listener(sale);
    };
    page().addEventListener('storage', heard);
    return () => page().removeEventListener('storage', heard);
  },
});
