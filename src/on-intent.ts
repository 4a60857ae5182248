// Fetches what a sale needs, once for the page, when somebody means to begin one or one goes on. Knows whether it is there;
// does not know what it does.
import type { createCashOut } from './cash-out.ts';

type Create = typeof createCashOut;

let fetched: Create | undefined;
let fetching: Promise<Create> | undefined;
const waiting = new Set<() => void>();

/** What was fetched; `undefined`: nobody has meant to begin yet. */
export const cashOutCode = (): Create | undefined => fetched;

/** Rejects where it cannot be fetched; the next call tries again. */
export const fetchCashOut = (): Promise<Create> => {
  fetching ??= import('./cash-out.ts').then(
    ({ createCashOut }) => {
      fetched = createCashOut;
      for (const hear of [...waiting]) hear();
      return createCashOut;
    },
    (cause) => {
      fetching = undefined;
      throw cause;
    },
  );
  return fetching;
};

/** Hears when it has come. Returns its undo. */
export const onFetched = (listener: () => void): (() => void) => {
  waiting.add(listener);
  return () => waiting.delete(listener);
};
