// PURE. One order of Coinbase's fresh list → the one transfer a claim may grant, or a refusal.
// Knows the rules of money about orders (design 4: 6, 8, 9, 12); does not know claims or requests.
import { isAddress } from 'viem/utils';
import { type Asset, allAssets, findAsset } from '../assets.ts';
import { type Instruction, instruction, type SaleRecord } from '../schema.ts';
import { Refusal } from './refusal.ts';

const MINUTE = 60_000;
/** 30 minutes from "Cash out now" to the transfer (docs.cdp.coinbase.com, offramp integration guide). */
const ORDER_LIFE = 30 * MINUTE;

/** Time a transfer needs to be confirmed before the order ends: longer on Ethereum itself (P7). */
const margin = (network: string): number => (network === 'ethereum' ? 5 : 3) * MINUTE;

const refuse = (message: string, code = 'order-refused'): never => {
  throw new Refusal(409, code, message);
};

/** RFC 3339 with its zone: without one, each machine would read its own time. */
const timeOf = (value: string | undefined): number =>
  /(Z|[+-]\d\d:\d\d)$/i.test(value ?? '') ? Date.parse(value ?? '') : Number.NaN;

/** Exact units of a plain positive decimal, or `undefined`: viem's parseUnits rounds, this never does (P36). */
const exactUnits = (amount: string, decimals: number): string | undefined => {
  const [, whole, fraction = ''] = /^(\d{1,30})(?:\.(\d{1,36}))?$/.exec(amount) ?? [];
  const digits = fraction.replace(/0+$/, '');
  if (whole === undefined || digits.length > decimals) return undefined;
  return BigInt(whole + digits.padEnd(decimals, '0')).toString();
};

const tokens = new Set(allAssets().map(({ token }) => token?.toLowerCase()));

/** Right checksum, not zero or a precompile, not the sender, not a token's contract (P37). */
const isPayable = (to: string, from: string): boolean =>
  isAddress(to, { strict: true }) &&
  BigInt(to) > 0xffffn &&
  to.toLowerCase() !== from.toLowerCase() &&
  !tokens.has(to.toLowerCase());

const checkOpen = ({ status, tx_hash, payment_method }: SaleRecord): void => {
  if (tx_hash) refuse('Coinbase already has a transfer for this order.', 'already-claimed');
  if (status !== 'CREATED' && status !== 'STARTED') refuse('Coinbase does not wait for a transfer for this order.');
  if (/CRYPTO_(ACCOUNT|WALLET)/.test(payment_method ?? ''))
    refuse('This order only moves crypto to a Coinbase account; it does not sell it.');
};

const amountOf = (record: SaleRecord, asset: Asset): { amount: string; units: string | undefined } => {
  const { value = '', currency = '' } = record.sell_amount ?? {};
  if (currency.toUpperCase() !== asset.asset.toUpperCase())
    refuse('Coinbase gave the amount in another currency than the one to be sent.');
  return { amount: value, units: exactUnits(value, asset.decimals) };
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
  const deadline = Math.min(timeOf(record.created_at), now) + ORDER_LIFE - margin(asset.network);
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
