// What a page hears: names, details and types, from the stage table. Knows no secret: a detail holds no token, no nonce, no address of a backend.
import type { OfframpError } from './offramp-error.ts';
import type { Fiat } from './order.ts';
import type { Sale } from './sale.ts';
import type { Stage } from './stages.ts';

/** A sale as a page may see it. */
export interface PublicSale {
  readonly id: string;
  readonly partnerUserRef: string | null;
  readonly asset: string;
  readonly network: string;
  /** Decimal string: what the page asked for, then what the order says. */
  readonly amount: string | null;
  readonly from: string | null;
  readonly to: string | null;
  readonly transactionId: string | null;
  readonly txHash: string | null;
  /** RFC 3339, on the server's clock: after this nothing is sent. */
  readonly deadline: string | null;
  /** Coinbase's status without its prefix, `STARTED`. */
  readonly status: string | null;
  /** What Coinbase says it pays out. */
  readonly fiat: Fiat | null;
}

/** The `detail` of every event; frozen. */
export interface OfframpDetail {
  readonly stage: Stage;
  readonly previous: Stage;
  readonly sale: PublicSale;
  readonly error?: OfframpError;
}

export const publicSale = ({ order, ...sale }: Sale): PublicSale =>
  Object.freeze({
    id: sale.id,
    partnerUserRef: sale.partnerUserRef,
    asset: sale.asset,
    network: sale.network,
    amount: sale.amount,
    from: sale.from,
    to: order?.to ?? null,
    transactionId: order?.transactionId ?? null,
    txHash: sale.txHash,
    deadline: order ? new Date(order.deadline).toISOString() : null,
    status: sale.status,
    fiat: sale.fiat && Object.freeze({ value: sale.fiat.value, currency: sale.fiat.currency }),
  });

export type OfframpEventName =
  | `offramp-${Stage}`
  | 'offramp-change'
  | 'offramp-error'
  | 'offramp-before-open'
  | 'offramp-before-send';

/** Every event of the element, by name. */
export type OfframpEventMap = { [Name in OfframpEventName]: CustomEvent<OfframpDetail> };

declare global {
  interface HTMLElementEventMap extends OfframpEventMap {}
}

/** Tells an element's listeners; `false`: a listener prevented it, where that is possible. */
export const announce = (
  target: EventTarget,
  name: OfframpEventName,
  { sale, previous, error }: { sale: Sale; previous: Stage; error?: OfframpError | undefined },
  cancelable = false,
): boolean => {
  const detail: OfframpDetail = { stage: sale.stage, previous, sale: publicSale(sale), ...(error ? { error } : {}) };
  return target.dispatchEvent(
    new CustomEvent(name, { bubbles: true, composed: true, cancelable, detail: Object.freeze(detail) }),
  );
};
