// Which wallet a button works with: the page's own, the preferred, the only one, or the one the person chose.
// Knows what was found; does not ask a wallet for anything.

import {
  discoverWallets,
  type FoundWallet,
  injectedWallet,
  rememberedWallet,
  rememberWallet,
} from './ports/discovery.ts';
import type { Provider } from './ports.ts';

interface Wanted {
  /** The page's own provider; with one, no wallet is looked for. */
  given: () => Provider | null | undefined;
  /** An EIP-6963 `rdns`. */
  preferred: () => string | null | undefined;
  /** A sale goes on, and with it the wallet it began with; a new sale lets the person choose anew. */
  isUnderWay: () => boolean;
  /** The wallet, its accounts or the list changed. */
  onNews: () => void;
}

export interface WalletChoice {
  readonly provider: Provider | undefined;
  readonly wallets: readonly FoundWallet[];
  /** Begins to look and listen. Returns its undo. */
  listen(): () => void;
  /** The page's wishes changed. */
  update(): void;
  choose(wallet: FoundWallet): void;
  /** Makes sure of a wallet to ask: `several` to choose from, `none` in this browser, or `one`. */
  settle(): 'one' | 'several' | 'none';
}

export const createWalletChoice = ({ given, preferred, isUnderWay, onNews }: Wanted): WalletChoice => {
  let wallets: readonly FoundWallet[] = [];
  /** Chosen by the person, or settled on: stays, whoever announces itself later. */
  let chosen: FoundWallet | undefined;
  let heard: Provider | undefined;

  /** Anybody may claim a name (EIP-6963): where two do, neither is taken for it. */
  const preferredWallet = () => {
    const [wallet, ...others] = wallets.filter(({ rdns }) => rdns === preferred());
    return others.length === 0 ? wallet : undefined;
  };

  const wanted = () =>
    preferredWallet() ??
    chosen ??
    (wallets.length === 1 ? wallets[0] : undefined) ??
    (isUnderWay() ? rememberedWallet(wallets) : undefined);
  // Preact takes a property back by an empty text.
  const provider = () => given() || wanted()?.provider;

  const hear = (next: Provider | undefined) => {
    if (next === heard) return;
    const before = heard;
    heard = next;
    try {
      before?.removeListener?.('accountsChanged', onNews);
      next?.on?.('accountsChanged', onNews);
    } catch {
      // A wallet whose events do not work is read again at each press.
    }
  };

  const news = () => {
    hear(provider());
    onNews();
  };

  let isListening = false;
  let stop: (() => void) | undefined;

  const update = () => {
    if (isListening && !given()) {
      stop ??= discoverWallets((found) => {
        wallets = found;
        news();
      });
    } else {
      stop?.();
      stop = undefined;
    }
    news();
  };

  return {
    get provider() {
      return provider();
    },
    get wallets() {
      return wallets;
    },
    update,

    listen: () => {
      isListening = true;
      update();
      return () => {
        isListening = false;
        stop?.();
        stop = undefined;
        hear(undefined);
      };
    },

    choose: (wallet) => {
      chosen = wallet;
      rememberWallet(wallet);
      update();
    },

    settle: () => {
      chosen = wanted();
      if (provider()) return 'one';
      if (wallets.length > 1) return 'several';
      // A fail-over only, for wallets that do not announce themselves (EIP-6963).
      chosen = injectedWallet();
      update();
      return chosen ? 'one' : 'none';
    },
  };
};
