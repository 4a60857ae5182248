// Sales between page loads: localStorage, because every tab sees it at once. Knows how a sale is kept; does not know what it means.
// What must survive a killed browser is in `claims.ts`, which writes strictly.
import type { Store } from '../ports.ts';
import { NO_SALE, type Sale } from '../sale.ts';
import { parseSale } from '../schema.ts';
import { isOver } from '../stages.ts';

const PREFIX = 'offramp-button:sale:';

/** Over sales are forgotten after a day, so that a returning visitor finds a fresh button. */
const KEPT_WHEN_OVER = 24 * 3_600_000;

const read = (text: string | null): Sale | undefined => {
  if (text === null || text.length > 65_536) return undefined;
  try {
    const kept = parseSale(JSON.parse(text));
    return kept && Object.freeze({ ...NO_SALE, ...kept });
  } catch {
    // Not our JSON: as good as nothing kept.
    return undefined;
  }
};

/** What is out of date is worse than nothing: a page would go on from there. */
const forget = (key: string): void => {
  try {
    localStorage.removeItem(PREFIX + key);
  } catch {
    // Switched off altogether, so nothing is kept either.
  }
};

export const createStore = (): Store => ({
  load: (key) => {
    try {
      const sale = read(localStorage.getItem(PREFIX + key));
      if (!sale) return undefined;
      const isStale = Date.now() + sale.skew - sale.startedAt > KEPT_WHEN_OVER;
      return isStale && isOver(sale.stage) ? undefined : sale;
    } catch {
      // Storage may be switched off or partitioned away; the sale then lives in this page alone.
      return undefined;
    }
  },

  save: (key, sale) => {
    try {
      localStorage.setItem(PREFIX + key, JSON.stringify(sale));
      return true;
    } catch {
      // Full, or switched off; who needs durability asks for it by the answer.
      forget(key);
      return false;
    }
  },

  onChange: (key, listener) => {
    const heard = (event: StorageEvent) => {
      if (event.key !== PREFIX + key) return;
      const sale = read(event.newValue);
      if (sale) listener(sale);
    };
    window.addEventListener('storage', heard);
    return () => window.removeEventListener('storage', heard);
  },
});
