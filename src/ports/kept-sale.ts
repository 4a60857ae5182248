// A sale as it was kept, read back: checked, whole and frozen. Knows its shape; does not know where it was kept.
import { NO_SALE } from '../no-sale.ts';
import type { Sale } from '../sale.ts';
import { parseSale } from '../schema.ts';

/** `undefined` for what is none. */
export const readSale = (value: unknown): Sale | undefined => {
  const kept = parseSale(value);
  // The order as well: what is shown of it is what is sent (rule 11).
  return kept && Object.freeze({ ...NO_SALE, ...kept, order: kept.order && Object.freeze(kept.order) });
};
