// The wallets in this browser, by EIP-6963, with `window.ethereum` as fail-over. Knows who is there; does not choose.
import * as z from 'zod/mini';
import type { Provider } from '../ports.ts';
import { text } from '../schema.ts';

/** A wallet that made itself known. `rdns` and `name` are its own words and prove nothing. */
export interface FoundWallet {
  /** Reverse domain name, `io.metamask`; empty for `window.ethereum`. */
  rdns: string;
  name: string;
  /** A `data:` image, for an `<img>` only: an SVG in the page could run script (EIP-6963, security). */
  icon: string | null;
  provider: Provider;
}

const announced = z.object({
  info: z.object({
    rdns: text(200),
    name: text(80, 1),
    icon: text(200_000),
  }),
  provider: z.custom<Provider>((value) => typeof (value as Partial<Provider> | null)?.request === 'function'),
});

const MOST_WALLETS = 30;

/** Anybody may announce anything, a foreign object whose getters throw included. */
const read = (event: Event) => {
  try {
    return announced.safeParse((event as CustomEvent<unknown>).detail).data;
  } catch {
    return undefined;
  }
};

/**
 * Hears of wallets for as long as it lasts; the listener is called with the whole list on each news.
 * @returns its undo.
 */
export const discoverWallets = (listener: (wallets: readonly FoundWallet[]) => void): (() => void) => {
  let found: readonly FoundWallet[] = [];
  const hear = (event: Event) => {
    const data = read(event);
    // One wallet announces itself again on every request: the provider object is what tells two apart.
    if (!data || found.length >= MOST_WALLETS || found.some(({ provider }) => provider === data.provider)) return;
    const { rdns, name, icon } = data.info;
    found = [...found, { rdns, name, icon: icon.startsWith('data:image/') ? icon : null, provider: data.provider }];
    listener(found);
  };
  window.addEventListener('eip6963:announceProvider', hear);
  window.dispatchEvent(new Event('eip6963:requestProvider'));
  return () => window.removeEventListener('eip6963:announceProvider', hear);
};

const CHOSEN = 'offramp-button:wallet';

/** Keeps which wallet the person chose, by its `rdns`: a `uuid` is another one on each page (EIP-6963). */
export const rememberWallet = ({ rdns }: FoundWallet): void => {
  try {
    localStorage.setItem(CHOSEN, rdns);
  } catch {
    // Not kept: the person is asked again.
  }
};

/** The one wallet of a list that was chosen before; `undefined` where it is not there, or not the only one to say so. */
export const rememberedWallet = (wallets: readonly FoundWallet[]): FoundWallet | undefined => {
  try {
    const chosen = localStorage.getItem(CHOSEN);
    const [wallet, ...others] = wallets.filter(({ rdns }) => rdns === chosen);
    return others.length === 0 ? wallet : undefined;
  } catch {
    // No storage, no memory.
    return undefined;
  }
};

/** `window.ethereum`, for wallets that do not announce themselves. */
export const injectedWallet = (): FoundWallet | undefined => {
  try {
    const { ethereum } = window as { ethereum?: Partial<Provider> };
    if (typeof ethereum?.request !== 'function') return undefined;
    return { rdns: '', name: 'Browser wallet', icon: null, provider: ethereum as Provider };
  } catch {
    // A foreign object that throws when it is looked at is no wallet.
    return undefined;
  }
};
