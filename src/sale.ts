// PURE. A sale and its one transition function: (sale, event) → sale. No DOM, no await, no clock.
// Knows which stage may follow which, and the rules of money about leaving `ordered`; does not know how anything is done.
import { OfframpError, type OfframpErrorCode } from './errors.ts';
import { NO_SALE } from './no-sale.ts';
import type { Expected, Fiat, Order } from './order.ts';
import { isAwaiting, isDead } from './rules.ts';
import { bare } from './schema.ts';
import { isOver, type Stage } from './stages.ts';

/** What the chain looked like right before the wallet was asked; reconciliation compares with it. */
export interface Attempt {
  /** Milliseconds on the server's clock. */
  readonly askedAt: number;
  /** The sender's next nonce and the newest block, hex quantities; `null` where the page's own sender sends. */
  readonly nonce: string | null;
  readonly block: string | null;
  /** The id of the batch of calls (EIP-5792), where the account sends by one. */
  readonly callsId?: string | undefined;
  /** The wallet said "no" to it, which is believed unless the chain shows the transfer. */
  readonly isDeclined?: boolean | undefined;
  /** An ask before this one was only believed to be unsent; `block` is from before that one. */
  readonly isRepeat?: boolean | undefined;
  /** The nonce that the transfer itself was seen to have, a hex quantity. */
  readonly placed?: string | undefined;
}

/** How the chain ended a transfer that a wallet had sent: withdrawn by the person, pushed out by another, or failed. */
export type Fate = 'cancelled' | 'replaced' | 'reverted';

/** One cash-out from press to payout. Plain JSON, so that it can be stored as it is. */
export interface Sale {
  /** Counts transitions, so that two tabs can tell which of two states is the newer. */
  readonly revision: number;
  readonly stage: Stage;
  /** Random, URL-safe; empty in `idle` before a first sale. */
  readonly id: string;
  /** 128 random bits; a return signal must carry them. */
  readonly nonce: string;
  readonly asset: string;
  readonly network: string;
  readonly amount: string | null;
  readonly from: string | null;
  readonly presentation: 'popup' | 'redirect';
  readonly partnerUserRef: string | null;
  /** As the backend gave them; resolved against the token endpoint when used. */
  readonly statusUrl: string | null;
  readonly claimUrl: string | null;
  readonly eventsUrl: string | null;
  /** When the sale began, milliseconds on the server's clock. */
  readonly startedAt: number;
  /** When Coinbase's window was opened last, on the same clock. */
  readonly openedAt: number;
  /** Server's clock minus this machine's, milliseconds. */
  readonly skew: number;
  /** A return signal with the nonce of the window opened last was heard (rule 7). */
  readonly returned: boolean;
  /** The person pressed "Send" for this order (rule 7). */
  readonly pressed: boolean;
  /** A wallet has been asked for this order before: never again by ourselves. */
  readonly asked: boolean;
  readonly order: Order | null;
  /** The last ask; kept in `ordered` too, to be looked for before another. */
  readonly attempt: Attempt | null;
  readonly txHash: string | null;
  /** Coinbase's status without its prefix, `STARTED`. */
  readonly status: string | null;
  readonly fiat: Fiat | null;
  /** Why the sale failed. */
  readonly error: OfframpErrorCode | null;
  /** Why the transfer never happened, where the chain proves that it did not. */
  readonly fate: Fate | null;
}

export type SaleEvent =
  | { type: 'connect' }
  | { type: 'connected'; from: string }
  | { type: 'not-connected' }
  | {
      type: 'open';
      id: string;
      asset: string;
      network: string;
      amount: string | null;
      presentation: Sale['presentation'];
      at: number;
    }
  | { type: 'not-opened' }
  | {
      type: 'session';
      nonce: string;
      partnerUserRef: string;
      statusUrl: string;
      claimUrl: string | null;
      eventsUrl: string | null;
      skew: number;
      at: number;
    }
  | { type: 'returned'; nonce: string }
  | { type: 'order'; order: Order; status: string; fiat: Fiat | null }
  | { type: 'press' }
  | { type: 'claim'; at: number; attempt: Attempt; isAuto: boolean }
  | { type: 'claim-found'; attempt: Attempt }
  | { type: 'sent'; txHash: string }
  /** `isKnown`: the wallet said so itself; otherwise the person did, and the chain agreed. */
  | { type: 'not-sent'; isKnown: boolean }
  | { type: 'unsure'; callsId?: string | undefined }
  | { type: 'placed'; txHash: string; nonce: string }
  | { type: 'repriced'; txHash: string; instead: string }
  | { type: 'undone'; txHash: string; fate: Fate }
  | { type: 'status'; status: string; txHash: string | null; fiat: Fiat | null }
  | { type: 'fail'; code: OfframpErrorCode; txHash?: string | undefined }
  | { type: 'cancel' }
  | { type: 'reset' };

/** Why a failed sale failed, in words. */
export const failureOf = ({ error, fate }: Sale): OfframpError | undefined =>
  error === null ? undefined : new OfframpError(error, fate === null ? {} : UNDONE);

const UNDONE = {
  message: 'The transfer did not go through.',
  advice: 'Start a new cash-out if you still want to sell.',
};

/** A sale that saw no order by then has none: Coinbase's tokens live five minutes, people take longer. */
export const LONGEST_SELLING = 2 * 3_600_000;
/** Coinbase ends an order within the hour. A sale without an end after this has a backend that no longer knows it. */
const LONGEST_KEPT = 3 * 24 * 3_600_000;

/**
 * Whether a new page shows it: what goes on, and an end that tells where money is; not an old "no" or a window left long ago.
 * @param at milliseconds on this machine's clock.
 */
export const isWorthShowing = ({ stage, order, startedAt, skew }: Sale, at: number): boolean => {
  const age = at + skew - startedAt;
  if (stage === 'selling') return age < LONGEST_SELLING;
  return order !== null && stage !== 'cancelled' && age < LONGEST_KEPT;
};

const askedAt = ({ attempt }: Sale): number => attempt?.askedAt ?? 0;

/** Whether another tab is ahead. Where two went on from one order, it is the one that asked a wallet last. */
export const isLaterThan = (other: Sale, mine: Sale): boolean => {
  // Two tabs that could not save may each have pinned an order: none is replaced, but by one that a wallet was asked for (rule 8).
  const isSame = !mine.order || !other.order || mine.order.transactionId === other.order.transactionId;
  if (!isSame && (other.stage === 'ordered' || isOver(other.stage))) return false;
  const asked = askedAt(other) - askedAt(mine);
  const steps = other.revision - mine.revision;
  return mine.stage === 'ordered' || mine.stage === 'cancelled' ? (asked || steps) > 0 : asked >= 0 && steps > 0;
};

/** What the order of a sale must be like. */
export const expectedOf = ({ asset, network, from, startedAt }: Sale): Expected => ({
  asset,
  network,
  from: from ?? '',
  startedAt,
});

const to = (sale: Sale, change: Partial<Sale>): Sale =>
  Object.freeze({ ...sale, ...change, revision: sale.revision + 1 });

const idle = (sale: Sale): Sale => to(sale, { ...NO_SALE, from: sale.from });

/** Coinbase's word on the pinned order, in the stages that listen for it. */
const onStatus = (sale: Sale, event: Extract<SaleEvent, { type: 'status' }>): Sale => {
  const { stage } = sale;
  if (stage !== 'ordered' && stage !== 'sending' && stage !== 'unsure' && stage !== 'settling') return sale;
  const seen = {
    status: event.status,
    fiat: event.fiat ?? sale.fiat,
    txHash: event.txHash ?? sale.txHash,
  };
  if (event.status === 'SUCCESS' && (stage === 'unsure' || stage === 'settling')) {
    return to(sale, { ...seen, stage: 'completed' });
  }
  if (isDead(event.status)) {
    const code = event.status === 'EXPIRED' ? 'order-expired' : 'order-failed';
    return to(sale, { ...seen, stage: 'failed', error: code });
  }
  // Coinbase has seen a transfer: whoever made it, nothing may be sent any more.
  if (stage !== 'settling' && (event.txHash || event.status === 'SUCCESS'))
    return to(sale, { ...seen, stage: 'settling' });
  const isNews = seen.status !== sale.status || seen.txHash !== sale.txHash || seen.fiat?.value !== sale.fiat?.value;
  return isNews ? to(sale, seen) : sale;
};

/** Whether the order may be sent now (rules 6, 7, 12). */
const maySend = (sale: Sale, at: number): boolean =>
  sale.order !== null &&
  sale.txHash === null &&
  isAwaiting(sale.status ?? '') &&
  (sale.returned || sale.pressed) &&
  at < sale.order.deadline;

/** Whether the chain's word on a hash is about this sale's transfer. */
const isSettling = (sale: Sale, txHash: string): boolean => sale.stage === 'settling' && sale.txHash === txHash;

/** What the sale becomes. The same object back means that nothing happened. */
export const transition = (sale: Sale, event: SaleEvent): Sale => {
  const { stage } = sale;
  switch (event.type) {
    case 'connect':
      return stage === 'idle' ? to(sale, { stage: 'connecting' }) : sale;
    case 'connected':
      if (stage === 'idle' && event.from === sale.from) return sale;
      return stage === 'connecting' || stage === 'idle' ? to(sale, { stage: 'idle', from: event.from }) : sale;
    case 'not-connected':
      if (stage === 'idle' && sale.from === null) return sale;
      return stage === 'connecting' || stage === 'idle' ? to(sale, { stage: 'idle', from: null }) : sale;
    case 'open': {
      if (stage !== 'idle' || sale.from === null) return sale;
      const { type: _, at, ...wish } = event;
      return to(sale, { ...NO_SALE, from: sale.from, ...wish, stage: 'opening', startedAt: at });
    }
    case 'not-opened':
      return stage === 'opening' ? idle(sale) : sale;
    case 'session': {
      // In `selling` the window was opened again: the same sale, a new session, and no return from it yet (rule 7).
      if (stage !== 'opening' && stage !== 'selling') return sale;
      const { type: _, at, ...session } = event;
      return to(sale, {
        ...session,
        stage: 'selling',
        startedAt: stage === 'opening' ? at : sale.startedAt,
        openedAt: at,
        returned: false,
      });
    }
    case 'returned':
      if (event.nonce !== sale.nonce || sale.returned || isOver(stage)) return sale;
      // A press before it may have been for another order.
      return to(sale, { returned: true, pressed: false });
    case 'order':
      if (stage !== 'selling') return sale;
      return to(sale, {
        stage: 'ordered',
        order: event.order,
        amount: event.order.amount,
        status: event.status,
        fiat: event.fiat,
      });
    case 'press':
      return stage === 'ordered' && !sale.pressed ? to(sale, { pressed: true }) : sale;
    case 'claim':
      if (stage !== 'ordered' || !maySend(sale, event.at) || (event.isAuto && sale.asked)) return sale;
      return to(sale, { stage: 'sending', attempt: event.attempt, asked: true });
    case 'claim-found':
      return stage === 'ordered' ? to(sale, { stage: 'sending', attempt: event.attempt, asked: true }) : sale;
    case 'sent':
      // In `ordered`: a former ask, believed unsent, was approved after all.
      if (stage !== 'sending' && stage !== 'unsure' && !(stage === 'ordered' && sale.attempt)) return sale;
      return to(sale, { stage: 'settling', txHash: event.txHash });
    case 'not-sent': {
      if (stage !== 'sending' && stage !== 'unsure') return sale;
      const isDeclined = event.isKnown && !sale.attempt?.isRepeat;
      const attempt = sale.attempt && isDeclined ? bare({ ...sale.attempt, isDeclined }) : sale.attempt;
      return to(sale, { stage: 'ordered', attempt, pressed: false });
    }
    case 'unsure': {
      const { callsId } = event;
      // A wallet's own id for a batch may come when the sale is in doubt already.
      if (stage !== 'sending' && (stage !== 'unsure' || callsId === undefined)) return sale;
      const attempt = sale.attempt && callsId !== undefined ? bare({ ...sale.attempt, callsId }) : sale.attempt;
      return to(sale, { stage: 'unsure', attempt });
    }
    case 'placed':
      if (!isSettling(sale, event.txHash) || !sale.attempt || sale.attempt.placed === event.nonce) return sale;
      return to(sale, { attempt: bare({ ...sale.attempt, placed: event.nonce }) });
    case 'repriced':
      return isSettling(sale, event.instead) ? to(sale, { txHash: event.txHash }) : sale;
    case 'undone':
      if (!isSettling(sale, event.txHash)) return sale;
      return to(sale, { stage: 'failed', error: 'order-failed', fate: event.fate });
    case 'status':
      return onStatus(sale, event);
    case 'fail':
      // Once a wallet may have been asked, only Coinbase's word or the chain's proof ends a sale: a page that slept must not.
      if (stage !== 'opening' && stage !== 'selling' && stage !== 'ordered') return sale;
      return to(sale, { stage: 'failed', error: event.code, txHash: event.txHash || sale.txHash });
    case 'cancel':
      return stage === 'selling' || stage === 'ordered' ? to(sale, { stage: 'cancelled' }) : sale;
    case 'reset':
      return isOver(stage) ? idle(sale) : sale;
  }
};
