// Stands in for `on-intent.ts` in the self-contained file, in which everything comes with the script.
import { createCashOut } from './cash-out.ts';

type Create = typeof createCashOut;

/** The code, always there. */
export const cashOutCode = (): Create | undefined => createCashOut;

export const fetchCashOut = async (): Promise<Create> => createCashOut;

/** Nothing is waited for. */
export const onFetched = (): (() => void) => () => {};
