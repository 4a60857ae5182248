// Coinbase's list of a reference's orders, cut to the fields a page needs.
// Knows the field names; the page's `parseList` gives them meaning.
import * as z from 'zod/mini';
import { parseList } from '../schema.ts';

const SCALARS = [
  'transaction_id',
  'status',
  'asset',
  'network',
  'from_address',
  'to_address',
  'tx_hash',
  'payment_method',
  'created_at',
  'updated_at',
];
const MONEY = ['sell_amount', 'total', 'subtotal', 'coinbase_fee', 'exchange_rate', 'unit_price'];

type Row = Record<string, unknown>;

const scalar = z.union([z.string(), z.number()]);
const money = z.object({ value: scalar, currency: scalar });

/** One order of Coinbase's, cut. Which fields there are is up to Coinbase. */
export const saleRecord: z.ZodMiniType<Row> = z.object({
  ...Object.fromEntries(SCALARS.map((name) => [name, z.optional(scalar)])),
  ...Object.fromEntries(MONEY.map((name) => [name, z.optional(money)])),
});

/** {@link SalesAnswer}, for whoever reads one. */
export const salesAnswer = z.object({
  transactions: z.array(saleRecord),
  next_page_key: scalar,
  total_count: scalar,
  now: z.string(),
});

/** `GET …/sales/:ref`: Coinbase's list, and Coinbase's time as ISO. */
export interface SalesAnswer {
  transactions: Row[];
  next_page_key: string | number;
  total_count: string | number;
  now: string;
}

const isRow = (value: unknown): value is Row => typeof value === 'object' && value !== null && !Array.isArray(value);

const isScalar = (value: unknown): value is string | number => typeof value === 'string' || typeof value === 'number';

/** A field by its snake_case name, or its camelCase one: both are seen on the wire. */
const field = (row: Row, name: string): unknown => {
  const camel = name.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());
  const key = [name, camel].find((known) => Object.hasOwn(row, known));
  return key === undefined ? undefined : row[key];
};

const cutMoney = (value: unknown): Row | undefined =>
  isRow(value) && isScalar(value.value) && isScalar(value.currency)
    ? { value: value.value, currency: value.currency }
    : undefined;

const cutRecord = (row: Row): Row => {
  const out: Row = {};
  for (const name of SCALARS) {
    const value = field(row, name) ?? (name === 'transaction_id' ? field(row, 'id') : undefined);
    if (isScalar(value)) out[name] = value;
  }
  for (const name of MONEY) {
    const amount = cutMoney(field(row, name));
    if (amount) out[name] = amount;
  }
  return out;
};

/** @returns the cut list, or `undefined` where the body is none that a page could read. */
export const cutList = (body: unknown, now: string): SalesAnswer | undefined => {
  const rows = isRow(body) ? body.transactions : undefined;
  if (!isRow(body) || !Array.isArray(rows) || !rows.every(isRow)) return undefined;
  const scalar = (name: string) => {
    const value = field(body, name);
    return isScalar(value) ? value : '';
  };
  const answer = {
    transactions: rows.map(cutRecord),
    next_page_key: scalar('next_page_key'),
    total_count: scalar('total_count'),
    now,
  };
  return parseList(answer) && answer;
};
