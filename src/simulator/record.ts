// How an order looks in Coinbase's answers. Knows the fields of its v1 API and the faults of its form; changes nothing.
import type { FaultSwitches } from './faults.ts';
import type { Order } from './order.ts';

type Fields = Record<string, unknown>;

const FRESH_MS = 24 * 60 * 60_000;

/** Coinbase's enum, as its older answers number it; after its last, one that nobody has heard of. */
const NUMBERS = { EXPIRED: 2, STARTED: 3, SUCCESS: 4, FAILED: 5, SOMETHING_NEW: 6 } as const;

const statusOf = (order: Order, faults: FaultSwitches, now: number): keyof typeof NUMBERS => {
  const fresh = order.status === 'STARTED' && now - order.createdAt < FRESH_MS;
  return fresh && faults.has('unknown-status') ? 'SOMETHING_NEW' : order.status;
};

const record = (order: Order, faults: FaultSwitches, now: number): Fields => {
  const { price, asset } = order;
  const toBalance = faults.has('crypto-account-order');
  return {
    transaction_id: order.transactionId,
    status: `TRANSACTION_STATUS_${statusOf(order, faults, now)}`,
    asset: asset.asset,
    network: asset.network,
    sell_amount: faults.has('fiat-sell-amount') ? price.subtotal : price.sellAmount,
    // Null unless the cash-out is to fiat (api-reference, OfframpTransaction).
    total: toBalance ? null : price.total,
    subtotal: price.subtotal,
    coinbase_fee: price.fee,
    minimum_total: price.minimumTotal,
    exchange_rate: price.exchangeRate,
    unit_price: price.unitPrice,
    from_address: order.from,
    to_address: order.to,
    tx_hash: order.txHash,
    redirect_url: order.redirectUrl,
    payment_method: toBalance ? 'CRYPTO_ACCOUNT' : order.method,
    created_at: new Date(order.createdAt).toISOString(),
    updated_at: new Date(order.updatedAt).toISOString(),
  };
};

const camelKeys = (fields: Fields): Fields =>
  Object.fromEntries(
    Object.entries(fields).map(([key, value]) => [
      key.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase()),
      value,
    ]),
  );

/** The older rendering of the API: camelCase, `id`, and the network's long name. */
const camelCase = ({ transaction_id, network, ...rest }: Fields): Fields => ({
  id: transaction_id,
  network: `networks/${network}-mainnet`,
  ...camelKeys(rest),
});

/** The body of a webhook: the record in camelCase, flat, with its type (docs.cdp.coinbase.com, OfframpTransactionPayload). */
export const eventBody = (order: Order, eventType: string, faults: FaultSwitches, now: number): Fields => {
  const body = { eventType, ...camelKeys(record(order, faults, now)), partnerUserRef: order.partnerUserRef };
  if (!faults.has('webhook-without-reference')) return body;
  // As coinbase/onramp-v2-mobile-demo met them: never a reference, and in the first event no redirect address either.
  const isFirst = eventType === 'offramp.transaction.created';
  return { ...body, partnerUserRef: undefined, ...(isFirst && { redirectUrl: undefined }) };
};

interface Page {
  orders: readonly Order[];
  nextPageKey: string;
  totalCount: number;
}

/** The body of the answer to `GET /onramp/v1/sell/user/{ref}/transactions` and `GET /onramp/v1/sell/transactions`. */
export const listBody = ({ orders, nextPageKey, totalCount }: Page, faults: FaultSwitches, now: number): Fields => {
  const transactions = orders.map((order) => ({
    ...record(order, faults, now),
    ...(faults.has('numeric-status') && { status: NUMBERS[statusOf(order, faults, now)] }),
  }));
  return faults.has('camel-case-list')
    ? { transactions: transactions.map(camelCase), nextPageKey, totalCount }
    : // An int64 of protojson is a string.
      { transactions, next_page_key: nextPageKey, total_count: `${totalCount}` };
};

/** An order as the simulator last saw it, for tests and demo pages. */
export interface OrderSnapshot {
  readonly transactionId: string;
  readonly partnerUserRef: string;
  readonly status: Order['status'];
  /** Whether "Cash out now" was pressed. */
  readonly committed: boolean;
  readonly asset: string;
  readonly network: string;
  /** In crypto, a decimal string. */
  readonly amount: string;
  readonly from: string;
  readonly to: string;
  /** Empty until the transfer has been matched. */
  readonly txHash: string;
  /** ISO 8601, by the simulator's clock. */
  readonly createdAt: string;
  readonly updatedAt: string;
}

export const snapshot = (order: Order): OrderSnapshot =>
  Object.freeze({
    transactionId: order.transactionId,
    partnerUserRef: order.partnerUserRef,
    status: order.status,
    committed: order.committed,
    asset: order.asset.asset,
    network: order.asset.network,
    amount: order.price.sellAmount.value,
    from: order.from,
    to: order.to,
    txHash: order.txHash,
    createdAt: new Date(order.createdAt).toISOString(),
    updatedAt: new Date(order.updatedAt).toISOString(),
  });
