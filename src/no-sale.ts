// The sale of a button before its first press.
import type { Sale } from './sale.ts';

/** Before the first press. */
export const NO_SALE: Sale = Object.freeze({
  revision: 0,
  stage: 'idle',
  id: '',
  nonce: '',
  asset: '',
  network: '',
  amount: null,
  from: null,
  presentation: 'popup',
  partnerUserRef: null,
  statusUrl: null,
  claimUrl: null,
  eventsUrl: null,
  startedAt: 0,
  openedAt: 0,
  skew: 0,
  returned: false,
  pressed: false,
  asked: false,
  order: null,
  attempt: null,
  txHash: null,
  status: null,
  fiat: null,
  error: null,
  fate: null,
});
