// PURE. Coinbase's list → no order yet, one order, or a refusal; exact amounts; what may be sent.
// Knows the rules of money about orders (6, 8, 9, 12); does not know wallets, windows or time of its own.
import { type Asset, findAsset } from './assets.ts';
import type { OfframpErrorCode } from './errors.ts';
import { deadlineOf, exactUnits, instantOf, isAwaiting, isDead, isPayable, isSold, sameAddress } from './rules.ts';
import type { Instruction, SaleRecord } from './schema.ts';

/** What Coinbase waits for: one exact transfer, until a time. Frozen; what is shown is this, what is sent is this (rule 11). */
export interface Order {
  readonly transactionId: string;
  readonly asset: string;
  readonly network: string;
  /** EIP-155. */
  readonly chainId: number;
  /** ERC-20 contract from our table; `null` for the chain's own currency. */
  readonly token: string | null;
  readonly to: string;
  readonly from: string;
  /** Decimal string, as Coinbase gave it. */
  readonly amount: string;
  /** The same in the smallest unit, a decimal string. */
  readonly units: string;
  /** Milliseconds since the epoch on the server's clock, after which nothing is sent. */
  readonly deadline: number;
}

/** Fiat that Coinbase says the person receives. */
export interface Fiat {
  readonly value: string;
  readonly currency: string;
}

/** What a sale expects of its order. */
export interface Expected {
  asset: string;
  network: string;
  /** The address the session was minted for. */
  from: string;
  /** When the sale began, milliseconds on the server's clock. */
  startedAt: number;
}

export type Pick =
  | { kind: 'none' }
  | { kind: 'order'; order: Order; record: SaleRecord }
  | { kind: 'refused'; code: OfframpErrorCode; message?: string }
  | { kind: 'over'; record: SaleRecord };

/** Clocks of the page's backend and of Coinbase may differ by this much. */
const CLOCK_ALLOWANCE = 30_000;

const NONE: Pick = { kind: 'none' };
const refuse = (message: string): Pick => ({ kind: 'refused', code: 'order-refused', message });

const toOrder = (record: SaleRecord, asset: Asset, expected: Expected, createdAt: number): Pick => {
  const { to_address: to, sell_amount: sold } = record;
  if (!to || !sold) return NONE;
  if (!record.from_address || !sameAddress(record.from_address, expected.from))
    return refuse('The order at Coinbase is for another wallet address than the one this sale began with.');
  if (sold.currency.toLowerCase() !== asset.asset.toLowerCase())
    return refuse('Coinbase gave the amount in another currency than the one to be sent.');
  if (!isSold(record.payment_method))
    return refuse('The order at Coinbase only moves crypto to a Coinbase account; it does not sell it.');
  if (!isPayable(to, expected.from)) return refuse('The deposit address of the order is not valid.');
  const units = exactUnits(sold.value, asset.decimals);
  if (units === undefined) return refuse('The amount of the order is not one this asset can have.');
  return {
    kind: 'order',
    record,
    order: Object.freeze({
      transactionId: record.transaction_id,
      chainId: asset.chainId,
      asset: asset.asset,
      token: asset.token,
      to,
      from: record.from_address,
      amount: sold.value,
      units: units.toString(),
      network: asset.network,
      deadline: deadlineOf(createdAt, asset.network),
    }),
  };
};

/** Those that were made for this sale, ended or not. */
export const ordersSince = (records: readonly SaleRecord[], startedAt: number): SaleRecord[] =>
  records.filter(({ created_at }) => instantOf(created_at) >= startedAt - CLOCK_ALLOWANCE);

/**
 * Picks the one order of a sale from Coinbase's list, strictly (rule 8).
 * @param now milliseconds on the server's clock.
 */
export const pickOrder = (records: readonly SaleRecord[], expected: Expected, now: number): Pick => {
  const fresh = ordersSince(records, expected.startedAt);
  const open = fresh.filter(({ status }) => !isDead(status) && status !== 'SUCCESS');
  const hasSold = fresh.some(({ status }) => status === 'SUCCESS');
  if (open.length + Number(hasSold) > 1) return { kind: 'refused', code: 'order-ambiguous' };
  const record = open[0] ?? fresh.find(({ status }) => status === 'SUCCESS') ?? fresh[0];
  if (!record) return NONE;
  if (isDead(record.status)) return { kind: 'over', record };
  // An unknown status may become a known one; until then there is nothing to act on.
  if (!isAwaiting(record.status) && record.status !== 'SUCCESS') return NONE;
  const asset = findAsset(record.asset ?? '', record.network ?? '');
  if (!asset || asset !== findAsset(expected.asset, expected.network))
    return refuse('The order at Coinbase is for another asset or network than this button sells.');
  // A creation time ahead of the server's clock must not lengthen the order's life.
  return toOrder(record, asset, expected, Math.min(instantOf(record.created_at), now));
};

/** The record of a pinned order in a newer list, by its id alone (rule 8). */
export const recordOf = (records: readonly SaleRecord[], transactionId: string): SaleRecord | undefined =>
  records.find(({ transaction_id }) => transaction_id === transactionId);

/**
 * Whether a newer record still asks for exactly what was pinned and shown, for no longer than it did.
 * The order may come from a store that others can write to, so what is shown of it is held against what would be sent.
 */
export const isUnchanged = (record: SaleRecord, order: Order): boolean => {
  const asset = findAsset(record.asset ?? '', record.network ?? '');
  return (
    asset !== undefined &&
    asset === findAsset(order.asset, order.network) &&
    asset.chainId === order.chainId &&
    asset.token === order.token &&
    sameAddress(record.to_address ?? '', order.to) &&
    sameAddress(record.from_address ?? '', order.from) &&
    record.sell_amount?.currency.toLowerCase() === order.asset.toLowerCase() &&
    exactUnits(record.sell_amount.value, asset.decimals)?.toString() === order.units &&
    exactUnits(order.amount, asset.decimals)?.toString() === order.units &&
    order.deadline <= deadlineOf(instantOf(record.created_at), asset.network)
  );
};

/** Coinbase has seen a transfer for the order: nothing may be sent any more, whatever else of it has changed. */
export const isPaid = ({ tx_hash, status }: SaleRecord): boolean => Boolean(tx_hash) || status === 'SUCCESS';

/** The instruction a page's own sender gets, and what a backend's must equal. */
export const instructionOf = (order: Order): Instruction => ({
  transactionId: order.transactionId,
  chainId: order.chainId,
  asset: order.asset,
  token: order.token,
  to: order.to,
  from: order.from,
  amount: order.amount,
  units: order.units,
  deadline: new Date(order.deadline).toISOString(),
});

/** Whether the backend's instruction asks for the very transfer that is shown (rule 11). */
export const isSameTransfer = (instruction: Instruction, order: Order): boolean =>
  instruction.transactionId === order.transactionId &&
  instruction.chainId === order.chainId &&
  sameAddress(instruction.token ?? '', order.token ?? '') &&
  sameAddress(instruction.to, order.to) &&
  sameAddress(instruction.from, order.from) &&
  instruction.units === order.units;
