// What Coinbase said of orders without being asked, and whose orders those are: the newest word on each is kept.
// Knows which of two words is newer; does not know signatures, requests or who listens.
import { instantOf, isDead } from '../rules.ts';
import { parseList, type SaleRecord } from '../schema.ts';
import { cutList, type SalesAnswer } from './list.ts';
import type { Store } from './store.ts';

/** Longer than any order is looked at. */
const KEPT = 24 * 60 * 60_000;
const MOST_SWAPS = 100;
/** Orders of one list that are looked up; a reference has one or two. */
const MOST_LOOKED_UP = 10;
const MOST_REMEMBERED = 10_000;
/** What a later word may change. The order itself, its address and amount stay as they are listed. */
const CHANGING = ['status', 'tx_hash', 'updated_at', 'total'];

type Row = SalesAnswer['transactions'][number];

/** The fields that say something. */
const pick = (row: Row, names: readonly string[]): Row =>
  Object.fromEntries(names.flatMap((name) => (row[name] ? [[name, row[name]] as const] : [])));

const recordOf = (row: Row): SaleRecord | undefined => parseList({ transactions: [row] })?.transactions[0];

/** An order that has ended never waits again. An unknown status is no further than "started": it may mean anything. */
const rankOf = ({ status }: SaleRecord): number => {
  if (status === 'SUCCESS' || isDead(status)) return 3;
  return status === 'CREATED' ? 1 : 2;
};

/** Whether `next` is Coinbase's later word than `held` on one order. Words come twice and out of order. */
const isLater = (next: SaleRecord, held: SaleRecord): boolean => {
  const [after, before] = [rankOf(next), rankOf(held)];
  if (after !== before) return after > before;
  return instantOf(next.updated_at) > instantOf(held.updated_at);
};

/** `held`, with what `next`, a noted word, changes. The very same object where it changes nothing. */
const merge = (held: Row, next: Row): Row => {
  const [was, is] = [recordOf(held), recordOf(next)];
  if (!was || !is) return held;
  if (isLater(is, was)) return { ...held, ...next };
  // A transfer that was seen stays seen.
  return is.tx_hash && !was.tx_hash ? { ...held, tx_hash: next.tx_hash } : held;
};

/** Words of one store. */
export interface Changes {
  /** Notes Coinbase's word on an order; `body` is one record in any of its forms. @returns its id, or `undefined` for none. */
  note(body: unknown): Promise<string | undefined>;
  /** The list with what was said later of its orders. Remembers whose they are. */
  apply(reference: string, list: SalesAnswer): Promise<SalesAnswer>;
  /** Remembers whose order it is. The first word holds. */
  bind(transactionId: string, reference: string): Promise<void>;
  /** Remembers under which reference a sale of a page was begun. The first word holds: sale ids are the page's own. */
  bindSale(saleId: string, reference: string): Promise<void>;
  referenceOf(transactionId: string): Promise<string | undefined>;
  referenceOfSale(saleId: string): Promise<string | undefined>;
}

export const createChanges = (store: Store): Changes => {
  const bound = new Set<string>();
  const wordKey = (transactionId: string) => `word:${transactionId}`;
  const ownerKey = (transactionId: string) => `owner:${transactionId}`;
  const saleKey = (saleId: string) => `sale:${saleId}`;

  const bind = async (transactionId: string, reference: string): Promise<void> => {
    if (bound.has(transactionId)) return;
    await store.swap(ownerKey(transactionId), undefined, reference, KEPT);
    if (bound.size >= MOST_REMEMBERED) bound.clear();
    bound.add(transactionId);
  };

  return {
    bind,
    bindSale: async (saleId, reference) => {
      await store.swap(saleKey(saleId), undefined, reference, KEPT);
    },
    referenceOf: (transactionId) => store.get(ownerKey(transactionId)),
    referenceOfSale: (saleId) => store.get(saleKey(saleId)),

    note: async (body) => {
      const whole = cutList({ transactions: [body] }, new Date().toISOString())?.transactions[0];
      const transactionId = whole && recordOf(whole)?.transaction_id;
      if (!whole || transactionId === undefined) return undefined;
      const row = pick(whole, ['transaction_id', ...CHANGING]);
      const key = wordKey(transactionId);
      for (let swaps = 0; swaps < MOST_SWAPS; swaps++) {
        const text = await store.get(key);
        const held: Row = text === undefined ? row : JSON.parse(text);
        const next = merge(held, row);
        if (text !== undefined && next === held) return transactionId;
        if (await store.swap(key, text, JSON.stringify(next), KEPT)) return transactionId;
      }
      throw new Error('The store never swapped a word; see whether its swap compares with what its get returns.');
    },

    apply: async (reference, list) => {
      const update = async (row: Row, at: number): Promise<Row> => {
        const record = recordOf(row);
        if (!record || at >= MOST_LOOKED_UP || rankOf(record) === 3) return row;
        await bind(record.transaction_id, reference);
        const said = await store.get(wordKey(record.transaction_id));
        return said === undefined ? row : merge(row, JSON.parse(said));
      };
      return { ...list, transactions: await Promise.all(list.transactions.map(update)) };
    },
  };
};
