// Puts the doors together for one flow. Knows which door is which; does not know what goes through them.
import type { Watcher } from './flow.ts';
import { createBackend } from './ports/backend.ts';
import { createClaims, createHolder } from './ports/claims.ts';
import { createClock } from './ports/clock.ts';
import { createPopup } from './ports/popup.ts';
import { createSignature } from './ports/signature.ts';
import { createStore } from './ports/store.ts';
import { createWallet } from './ports/wallet.ts';
import type { Backend, Clock, Ports } from './ports.ts';

const openBackend = (host: () => Watcher | undefined, { randomId }: Clock): Backend =>
  createBackend({
    fetch: () => host()?.fetch() ?? fetch,
    base: () => host()?.base() ?? '',
    holder: createHolder({ randomId }),
  });

/** The doors that a price comes through. */
export const openQuotes = (host: () => Watcher): { ask: Backend['quote']; clock: Clock } => {
  const clock = createClock();
  return { ask: openBackend(host, clock).quote, clock };
};

/** The browser's doors for a flow, with what its watcher brings: a page's wallet, sender, `fetch` and words. */
export const openDoors = (host: () => Watcher | undefined): Ports => {
  const clock = createClock();
  return {
    clock,
    popup: createPopup({
      waiting: () => host()?.waiting() ?? { title: '', text: '' },
      ahead: () => host()?.ahead?.(),
    }),
    backend: openBackend(host, clock),
    signature: createSignature(),
    wallet: createWallet({ provider: () => host()?.provider(), sender: () => host()?.sender(), clock }),
    store: createStore(),
    claims: createClaims(),
  };
};
