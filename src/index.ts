// The front door: defines <offramp-button> and announces a return from Coinbase. The only module that registers.
import { OfframpButton } from './offramp-button.ts';
import './return.ts';

export { OfframpError, type OfframpErrorCode } from './errors.ts';
export type { OfframpDetail, OfframpEventMap, OfframpEventName, PublicSale } from './events.ts';
export type { Provider, Sender } from './ports.ts';
export type { Instruction } from './schema.ts';
export type { Stage } from './stages.ts';
export { OfframpButton };

if (globalThis.customElements) OfframpButton.define();
