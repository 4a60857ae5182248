// What a page tells its visitor in words. Knows the element's words; does not know what is true.
import { OfframpError } from '../../src/errors.ts';
import { isOver } from '../../src/stages.ts';
import { statusKey, WORDS } from '../../src/words.ts';
import type { Tab } from './tab.ts';

/** The status line and the error under it, as the element shows them. */
export const wordsOf = ({ flow, lastError }: Tab): string => {
  const { sale } = flow;
  const key = statusKey(sale, false, false);
  const error = lastError ?? (sale.error ? new OfframpError(sale.error) : undefined);
  return [key ? WORDS[key] : '', error?.message, error?.advice].filter(Boolean).join(' ');
};

/** Whether an ended sale is told as one for which nothing was sent. */
export const saysUnsent = (tab: Tab): boolean =>
  isOver(tab.flow.sale.stage) && /(^|[.;:] )nothing was sent/i.test(wordsOf(tab));
