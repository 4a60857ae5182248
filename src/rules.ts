// PURE. What page and backend must judge alike about one order: its status, amount, address and time (rules 6, 8, 9, 12).
// Knows the rules; does not know lists, sales or requests.
import { isAddress } from 'viem/utils';
import { allAssets } from './assets.ts';

const MINUTE = 60_000;
/** 30 minutes from "Cash out now" to the transfer (docs.cdp.coinbase.com, offramp integration guide). */
const ORDER_LIFE = 30 * MINUTE;

/** Time a transfer needs to be confirmed before the order ends: longer on Ethereum itself. */
const margin = (network: string): number => (network === 'ethereum' ? 5 : 3) * MINUTE;

/** When nothing is sent any more, milliseconds since the epoch (rule 12). */
export const deadlineOf = (createdAt: number, network: string): number => createdAt + ORDER_LIFE - margin(network);

const RFC_3339 = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/i;

/**
 * RFC 3339 as milliseconds, and NaN for anything else: engines read other texts each in its own way, and what has no zone each
 * machine in its own time.
 */
export const instantOf = (value: string | undefined): number =>
  RFC_3339.test(value ?? '') ? Date.parse(value ?? '') : Number.NaN;

/** Only these two wait for a transfer (rule 6); every other value, known or not, does not. */
export const isAwaiting = (status: string): boolean => status === 'CREATED' || status === 'STARTED';

/** The order ended without a sale. */
export const isDead = (status: string): boolean => status === 'FAILED' || status === 'EXPIRED';

/** Cashing out to crypto only moves it to a Coinbase account; nothing is sold. */
export const isSold = (paymentMethod: string | undefined): boolean =>
  !/CRYPTO_(ACCOUNT|WALLET)/i.test(paymentMethod ?? '');

/**
 * A decimal string in the smallest unit, exactly.
 * @returns `undefined` for anything but a plain positive decimal that fits: viem's parseUnits rounds, this never does.
 */
export const exactUnits = (amount: string, decimals: number): bigint | undefined => {
  const parts = /^(\d{1,30})(?:\.(\d{1,36}))?$/.exec(amount);
  const whole = parts?.[1];
  if (whole === undefined) return undefined;
  const fraction = (parts?.[2] ?? '').replace(/0+$/, '');
  if (fraction.length > decimals) return undefined;
  const units = BigInt(whole + fraction.padEnd(decimals, '0'));
  return units > 0n ? units : undefined;
};

export const sameAddress = (one: string, other: string): boolean => one.toLowerCase() === other.toLowerCase();

const tokens = new Set(allAssets().map(({ token }) => token?.toLowerCase()));

/** Whether a deposit address can be one: right checksum, not zero or a precompile, not the sender, not a token's contract. */
export const isPayable = (to: string, from: string): boolean =>
  isAddress(to, { strict: true }) && BigInt(to) > 0xffffn && !sameAddress(to, from) && !tokens.has(to.toLowerCase());
