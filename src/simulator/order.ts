// One order and its life by the clock. Knows when Coinbase gives up, matches and pays; does not know lists or windows.
import { getAddress, toHex } from 'viem/utils';
import type { Asset } from '../assets.ts';
import { type ChainPort, findTransfer } from './chain.ts';
import type { Clock } from './clock.ts';
import type { FaultSwitches } from './faults.ts';
import { type Price, priceOf } from './price.ts';

/** How the money is paid out, by Coinbase's names. */
export type CashoutMethod = 'ACH_BANK_ACCOUNT' | 'FIAT_WALLET' | 'PAYPAL';

/** What a person calls each way to be paid. */
export const methodNames: Readonly<Record<CashoutMethod, { name: string; hint: string }>> = {
  ACH_BANK_ACCOUNT: { name: 'Bank account', hint: '1–3 business days' },
  FIAT_WALLET: { name: 'Coinbase balance', hint: 'At once' },
  PAYPAL: { name: 'PayPal', hint: 'Within minutes' },
};

type OrderStatus = 'STARTED' | 'SUCCESS' | 'FAILED' | 'EXPIRED';

/** What a person agreed to in the sell window. */
export interface Terms {
  partnerUserRef: string;
  asset: Asset;
  units: bigint;
  /** The fiat currency. */
  currency: string;
  method: CashoutMethod;
  from: `0x${string}`;
  redirectUrl: string;
}

/** How and when an order ends, and the price it ends with where that is another than agreed. */
interface Ending {
  at: number;
  status: OrderStatus;
  price?: Price;
}

/** What Coinbase makes of a transfer that it has seen: when it names its hash, and how the order ends by it. */
interface Match {
  txHash: string;
  namedAt: number;
  end: Ending;
}

/** An order at Coinbase. Times are milliseconds since the epoch by the simulator's clock. */
export interface Order extends Terms {
  transactionId: string;
  status: OrderStatus;
  /** Whether "Cash out now" was pressed. Crypto that comes without it is credited, but never sold. */
  committed: boolean;
  price: Price;
  to: `0x${string}`;
  txHash: string;
  createdAt: number;
  updatedAt: number;
  /** The block from which its transfer is looked for; `undefined` until the chain has answered. */
  since: bigint | undefined;
  /** How and when it ends where nothing is sent. */
  lapse: Ending;
  /** `undefined` until its transfer has been seen. */
  match: Match | undefined;
}

/** docs.cdp.coinbase.com: the crypto must be sent within 30 minutes. */
const SEND_WINDOW_MS = 30 * 60_000;
// Integrators saw an unsent order fail about 31 minutes after it was created.
const LAPSE_MS = 31 * 60_000;
const SETTLE_MS = 2_000;
const LATE_SETTLE_MS = 20_000;
const HASH_LAG_MS = 10_000;
const DROPPED_PRICE_PERCENT = 90n;

const freshAddress = (): `0x${string}` => getAddress(toHex(crypto.getRandomValues(new Uint8Array(20))));

/** A new order that waits for its transfer, to an address that nobody has used. */
export const startOrder = (terms: Terms, createdAt: number, since: bigint | undefined): Order => ({
  ...terms,
  transactionId: crypto.randomUUID(),
  status: 'STARTED',
  committed: false,
  price: priceOf(terms.asset, terms.units, terms.currency),
  to: freshAddress(),
  txHash: '',
  createdAt,
  updatedAt: createdAt,
  since,
  lapse: { at: createdAt + LAPSE_MS, status: 'FAILED' },
  match: undefined,
});

/** Leaps to when the time to send for an order is just over. */
export const leapPastWindow = (clock: Clock, { createdAt }: Order): void =>
  clock.leap(Math.max(0, createdAt + SEND_WINDOW_MS + 1_000 - clock.now()));

/** Ends an order that still waits. */
export const endOrder = (order: Order, { at, status, price }: Ending): void => {
  if (order.status !== 'STARTED') return;
  order.status = status;
  order.price = price ?? order.price;
  order.updatedAt = at;
};

/** What became of the transfer of an order, or `undefined` where it is not there yet or the chain does not answer. */
const look = async (order: Order, chain: ChainPort): Promise<string | undefined> => {
  const { since, asset, from, to, units } = order;
  if (since === undefined) return undefined;
  try {
    const { txHash, next } = await findTransfer(chain, { token: asset.token, from, to, units }, since);
    order.since = next;
    return txHash;
  } catch {
    return undefined;
  }
};

/** What Coinbase would pay at the dropped price: less than "Receive at least", which stays what was agreed. */
const droppedPrice = ({ asset, units, currency, price }: Order): Price => ({
  ...priceOf(asset, units, currency, DROPPED_PRICE_PERCENT),
  minimumTotal: price.minimumTotal,
});

const endingOf = (order: Order, seenAt: number, namedAt: number, faults: FaultSwitches): Ending => {
  // A block's own time may be of another clock than the simulator's, which leaps; so a transfer counts from when it is first seen.
  if (seenAt > order.createdAt + SEND_WINDOW_MS || faults.has('failure')) return { at: namedAt, status: 'FAILED' };
  const at = namedAt + (faults.has('late-success') ? LATE_SETTLE_MS : SETTLE_MS);
  return faults.has('price-drop') ? { at, status: 'FAILED', price: droppedPrice(order) } : { at, status: 'SUCCESS' };
};

/** Brings an order up to date: looks for its transfer, and ends it where its time has come. Never rejects. */
export const settleOrder = async (
  order: Order,
  { chain, clock, faults }: { chain: ChainPort | undefined; clock: Clock; faults: FaultSwitches },
): Promise<void> => {
  if (order.status !== 'STARTED') return;
  if (!order.match && chain && order.committed && !faults.has('unmatched-send')) {
    const txHash = await look(order, chain);
    // Another request may have looked in the meantime.
    if (txHash && !order.match && order.status === 'STARTED') {
      if (faults.has('late-send')) leapPastWindow(clock, order);
      const now = clock.now();
      const namedAt = now + (faults.has('tx-hash-lag') ? HASH_LAG_MS : 0);
      order.updatedAt = now;
      order.match = { txHash, namedAt, end: endingOf(order, now, namedAt, faults) };
    }
  }
  const { match, lapse } = order;
  if (match && !order.txHash && clock.now() >= match.namedAt) {
    order.txHash = match.txHash;
    order.updatedAt = match.namedAt;
  }
  const end = match?.end ?? lapse;
  if (clock.now() >= end.at) endOrder(order, end);
};
