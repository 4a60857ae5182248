// The front door: defines <offramp-button> and announces a return from Coinbase. The only module that registers.
import { OfframpButton } from './offramp-button.ts';
import { fetchCashOut } from './on-intent.ts';
import { isReturn } from './ports/traces.ts';

export type { OfframpErrorCode } from './errors.ts';
export type { OfframpDetail, OfframpEventMap, OfframpEventName, PublicSale } from './events.ts';
export { OfframpError } from './offramp-error.ts';
export type { Provider, Sender } from './ports.ts';
export type { Instruction } from './schema.ts';
export type { Stage } from './stages.ts';
export { OfframpButton };

if (globalThis.customElements) OfframpButton.define();
// It announces the return. Where it cannot be fetched, the page that waits finds out by asking its backend.
if (isReturn()) fetchCashOut().catch(() => {});
