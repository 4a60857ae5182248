// PURE. One order of Coinbase's fresh list → the one transfer a claim may grant, or a refusal.
// Knows the rules of money about orders (6, 8, 9, 12); does not know claims or requests.
import { type Asset, findAsset } from '../assets.ts';
import { deadlineOf, exactUnits, instantOf, isAwaiting, isPayable, isSold } from '../rules.ts';
import { type Instruction, instruction, type SaleRecord } from '../schema.ts';
import { Refusal } from './refusal.ts';

const refuse = (message: string, code = 'order-refused'): never => {
  throw new Refusal(409, code, message);
};

const checkOpen = ({ status, tx_hash, payment_method }: SaleRecord): void => {
  if (tx_hash) refuse('Coinbase already has a transfer for this order.', 'already-claimed');
  if (!isAwaiting(status)) refuse('Coinbase does not wait for a transfer for this order.');
  if (!isSold(payment_method)) refuse('This order only moves crypto to a Coinbase account; it does not sell it.');
};

const amountOf = (record: SaleRecord, asset: Asset): { amount: string; units: string | undefined } => {
  const { value = '', currency = '' } = record.sell_amount ?? {};
  if (currency.toLowerCase() !== asset.asset.toLowerCase())
    refuse('Coinbase gave the amount in another currency than the one to be sent.');
  return { amount: value, units: exactUnits(value, asset.decimals)?.toString() };
};

/**
 * @param now milliseconds since the epoch on Coinbase's clock.
 * @throws Refusal 409 with `order-refused`, `order-expired` or `already-claimed`.
 */
export const makeInstruction = (record: SaleRecord | undefined, now: number): Instruction => {
  if (!record) return refuse('Coinbase has no such order for this sale.');
  checkOpen(record);
  const asset = findAsset(record.asset ?? '', record.network ?? '');
  if (!asset) return refuse('The asset or network of this order is not one that can be sold here.');
  const { from_address: from = '', to_address: to = '' } = record;
  if (!isPayable(to, from)) refuse('The deposit address of this order is not valid.');
  // A creation time ahead of the clock must not lengthen the order's life.
  const deadline = deadlineOf(Math.min(instantOf(record.created_at), now), asset.network);
  if (Number.isNaN(deadline)) refuse('Coinbase did not say when this order began.');
  if (now >= deadline) refuse('The time to send for this order is over.', 'order-expired');
  const granted = instruction.safeParse({
    transactionId: record.transaction_id,
    chainId: asset.chainId,
    asset: asset.asset,
    token: asset.token,
    to,
    from,
    ...amountOf(record, asset),
    deadline: new Date(deadline).toISOString(),
  });
  return granted.success ? granted.data : refuse('The amount or address of this order is not one that can be sent.');
};
