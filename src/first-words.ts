// The words that a button needs before its first press has fetched the others.

/** See `words.ts` for all of them. */
export const FIRST_WORDS = {
  // The main button in `idle`, where the page's own slot is empty.
  idle: 'Cash out',

  // The blank window.
  waitingTitle: 'Coinbase',
  sayOpening: 'Opening Coinbase…',
} as const;
