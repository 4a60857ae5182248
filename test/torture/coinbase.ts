// Coinbase: orders by reference, their status as time and the chain decide, and what its list shows of them.
// Knows when an order is sold and when it is over; does not know pages or wallets.
import type { SaleRecord } from '../../src/schema.ts';
import type { Agenda } from './agenda.ts';
import { same, type Transaction } from './chain.ts';

const MINUTE = 60_000;
/** From "Cash out now" to the transfer (docs.cdp.coinbase.com, offramp integration guide). */
const LIFE = 30 * MINUTE;
const SEES_AFTER = 15_000;
const PAYS_AFTER = 40_000;
/** Records are made asynchronously; integrators wait up to two minutes for one. */
const LISTS_AFTER = 50_000;

export interface CoinbaseOrder {
  readonly id: string;
  readonly reference: string;
  readonly createdAt: number;
  readonly listedFrom: number;
  readonly to: string;
  readonly from: string;
  readonly asset: string;
  readonly network: string;
  readonly token: string | null;
  readonly amount: string;
  readonly units: bigint;
  /** Another address, for a list that changes its mind. */
  readonly otherTo: string;
  isCommitted: boolean;
  status: 'CREATED' | 'STARTED' | 'SUCCESS' | 'FAILED' | 'EXPIRED';
  txHash: string | undefined;
  /** What the list says instead of the truth. */
  shown: Partial<SaleRecord>;
}

export interface Coinbase {
  readonly orders: CoinbaseOrder[];
  /** What is chosen from now on is listed late. */
  listsLate: boolean;
  /** An order, listed from then on; not yet "Cash out now". */
  draw(reference: string, of: Wanted, createdAt?: number, listedFrom?: number): CoinbaseOrder;
  /** "Cash out now". */
  commit(order: CoinbaseOrder): void;
  /** The person's choice in the window, as soon as the list has it. */
  choose(reference: string, of: Wanted): CoinbaseOrder;
  isListed(order: CoinbaseOrder): boolean;
  fail(order: CoinbaseOrder): void;
  list(reference: string): SaleRecord[];
  /** The order that a transaction's movement pays. */
  paidBy(moves: Transaction['moves']): CoinbaseOrder | undefined;
  seeMined(transaction: Transaction): void;
}

export interface Wanted {
  from: string;
  asset: string;
  network: string;
  token: string | null;
  amount: string;
  units: bigint;
}

const isOver = ({ status }: CoinbaseOrder): boolean =>
  status === 'SUCCESS' || status === 'FAILED' || status === 'EXPIRED';

const addressOf = (number: number): string => `0xc0ffee${number.toString(16).padStart(34, '0')}`;

export const createCoinbase = (
  agenda: Agenda,
  say: (text: string) => void,
  onEnd: (order: CoinbaseOrder) => void,
): Coinbase => {
  const orders: CoinbaseOrder[] = [];
  /** Orders that a transfer has reached in time. */
  const reached = new Set<CoinbaseOrder>();

  const end = (order: CoinbaseOrder, status: CoinbaseOrder['status']): void => {
    if (isOver(order)) return;
    order.status = status;
    say(`Coinbase: ${order.id} is ${status}`);
    onEnd(order);
  };

  const isListed = ({ listedFrom }: CoinbaseOrder): boolean => agenda.now >= listedFrom;

  const record = (order: CoinbaseOrder): SaleRecord => ({
    transaction_id: order.id,
    status: `TRANSACTION_STATUS_${order.status}`,
    asset: order.asset,
    network: order.network,
    sell_amount: { value: order.amount, currency: order.asset },
    total: { value: '24.75', currency: 'USD' },
    from_address: order.from,
    to_address: order.to,
    payment_method: 'ACH_BANK_ACCOUNT',
    created_at: new Date(order.createdAt).toISOString(),
    ...(order.txHash === undefined ? {} : { tx_hash: order.txHash }),
    ...order.shown,
  });

  const coinbase: Coinbase = {
    orders,
    listsLate: false,

    draw: (
      reference,
      { from, asset, network, token, amount, units },
      createdAt = agenda.now,
      listedFrom = createdAt,
    ) => {
      const number = orders.length + 1;
      const order: CoinbaseOrder = {
        id: `order-${number}`,
        reference,
        createdAt,
        listedFrom,
        to: addressOf(number),
        otherTo: addressOf(number + 1_000_000),
        from,
        asset,
        network,
        token,
        amount,
        units,
        isCommitted: false,
        status: 'CREATED',
        txHash: undefined,
        shown: {},
      };
      orders.push(order);
      agenda.after(createdAt + LIFE - agenda.now, () => {
        if (!reached.has(order)) end(order, 'EXPIRED');
      });
      return order;
    },

    commit: (order) => {
      if (isOver(order)) return;
      order.isCommitted = true;
      order.status = 'STARTED';
    },

    choose: (reference, wanted) =>
      coinbase.draw(reference, wanted, agenda.now, agenda.now + (coinbase.listsLate ? LISTS_AFTER : 0)),

    isListed,
    fail: (order) => end(order, 'FAILED'),

    list: (reference) =>
      orders
        .filter((order) => order.reference === reference && isListed(order))
        .map(record)
        .reverse(),

    paidBy: (moves) =>
      moves &&
      orders.find(
        ({ to, otherTo, token, units }) =>
          (same(to, moves.to) || same(otherTo, moves.to)) &&
          same(token ?? '', moves.token ?? '') &&
          units === moves.units,
      ),

    seeMined: ({ moves, hash }) => {
      const order = orders.find(({ to }) => moves && same(to, moves.to));
      if (!order || isOver(order)) return;
      // Coins for an order that nobody committed to are credited, and never sold.
      if (order.isCommitted) reached.add(order);
      agenda.after(SEES_AFTER, () => {
        order.txHash ??= hash;
        if (order.isCommitted) agenda.after(PAYS_AFTER, () => end(order, 'SUCCESS'));
      });
    },
  };
  return coinbase;
};
