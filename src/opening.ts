// From the press to Coinbase's window: account, blank window, session, address. Knows what a page may wish for;
// does not know orders or sends.
import { OfframpError } from './errors.ts';
import type { Caller, Run, Watcher } from './flow.ts';
import { unsigned } from './instruction-key.ts';
import { payUrl, returnUrl } from './pay-url.ts';
import type { Wish } from './wish.ts';

interface Opening {
  /** The main press. Everything up to `window.open` happens in its own task. */
  press(watcher: Watcher, by: Caller): void;
  /** The activity of `opening`. */
  mint(signal: AbortSignal): Promise<void>;
}

/** A window that is gone by then was never shown. */
const PHANTOM = 250;

const UNTRIED = 'Check your connection, then try again.';

export const opening = ({ ports, sale, dispatch, tell, now, hearTime, pinned, signal: stageSignal }: Run): Opening => {
  const { popup, backend, wallet, clock, signature } = ports;
  /** What the press asked for, until its window has gone to Coinbase. */
  let pressed: Wish | undefined;
  let isBlocked = false;
  let isReopening = false;
  /** The page stopped the step; its own call then goes on without asking it again. */
  let isPrevented = false;

  const mayOpen = (watcher: Watcher, by: Caller): boolean => {
    isPrevented = !(by === 'call' && isPrevented) && !watcher.mayOpen();
    return !isPrevented;
  };

  const connect = async () => {
    if (!dispatch({ type: 'connect' })) return;
    try {
      const from = await wallet.connect();
      dispatch(from ? { type: 'connected', from } : { type: 'not-connected' });
    } catch (cause) {
      dispatch(
        { type: 'not-connected' },
        cause instanceof OfframpError ? cause : new OfframpError('wallet-failed', { cause }),
      );
    }
  };

  /** Makes a session for this sale; returns what the address of Coinbase's window needs. */
  const makeSession = async (wish: Wish, signal: AbortSignal) => {
    const { id, from, asset, network, amount } = sale();
    // The return from a former window says nothing of what is sold in this one.
    const nonce = clock.randomId();
    // What could not be verified at the end is said before anything is sold (rule 15).
    for (const keys of pinned()) await signature.canVerify(keys);
    const answer = await backend.openSession(
      wish.tokenEndpoint,
      { saleId: id, address: from ?? '', asset, network, redirectUrl: wish.redirectUrl },
      signal,
    );
    hearTime(answer);
    if (!answer.claimUrl && pinned().length > 0) throw unsigned();
    const partnerUserRef = answer.partnerUserRef ?? id;
    const statusUrl = answer.statusUrl ?? (wish.statusEndpoint && withRef(wish.statusEndpoint, partnerUserRef));
    if (!statusUrl) {
      throw new OfframpError('no-endpoint', {
        message: 'The backend gave no status address, and this button has none.',
      });
    }
    const { fiatAmount, fiatCurrency, cashoutMethod, payOrigin } = wish;
    const url = payUrl({
      payOrigin,
      token: answer.token,
      partnerUserRef,
      redirectUrl: returnUrl(wish.redirectUrl, id, nonce),
      asset,
      network,
      amount,
      fiatAmount,
      fiatCurrency,
      cashoutMethod,
    });
    if (!url)
      throw new OfframpError('no-endpoint', { message: 'The pay-origin of this button is not an https origin.' });
    const session = {
      nonce,
      partnerUserRef,
      statusUrl,
      claimUrl: answer.claimUrl ?? null,
      eventsUrl: answer.eventsUrl ?? null,
      skew: now() - clock.now(),
      at: now(),
    };
    return { url, session };
  };

  const go = (url: string) => {
    // A listener may have cancelled the sale when it was told of the session.
    if (sale().stage !== 'selling') return;
    if (sale().presentation === 'redirect') popup.leave(url, sale().id);
    else popup.go(url);
  };

  const mint = async (signal: AbortSignal) => {
    const wish = pressed;
    pressed = undefined;
    // No window: blocked, or closed when everybody had stopped watching.
    if (!wish)
      return void dispatch(
        { type: 'not-opened' },
        isBlocked ? new OfframpError('popup-blocked', popup.fault) : undefined,
      );
    const isPopup = sale().presentation === 'popup';
    const isShown = clock.wait(PHANTOM).then(() => popup.isOpen);
    try {
      const { url, session } = await makeSession(wish, signal);
      if (signal.aborted) return;
      if (isPopup && !popup.isOpen) {
        // Closed by the person meanwhile is a "no"; never shown at all is the browser's doing.
        const wasShown = await isShown;
        return void dispatch({ type: 'not-opened' }, wasShown ? undefined : new OfframpError('popup-blocked'));
      }
      if (dispatch({ type: 'session', ...session })) go(url);
    } catch (cause) {
      // Who left the stage has closed the window; by now it may be another sale's.
      if (signal.aborted) return;
      popup.close();
      const isTold = cause instanceof OfframpError && cause.code !== 'backend-unreachable';
      // Unlike a poll, this is not tried again by itself.
      const error = isTold ? cause : new OfframpError('backend-unreachable', { cause, advice: UNTRIED });
      dispatch({ type: 'fail', code: error.code }, error);
    }
  };

  /** A new window for a sale that is in Coinbase's hands: its token was single-use, so a new session is made. */
  const reopen = async (watcher: Watcher, by: Caller) => {
    const signal = stageSignal();
    if (isReopening || !mayOpen(watcher, by)) return;
    if (sale().presentation === 'popup' && !popup.open()) {
      return tell(
        new OfframpError(
          'popup-blocked',
          popup.fault ?? { advice: 'Press the button again, or allow pop-ups for this site.' },
        ),
      );
    }
    isReopening = true;
    const { id, returned } = sale();
    // The order may be found, or nobody watch any more, before there is a session: no blank window is left behind.
    const close = () => {
      if (sale().id === id) popup.close();
    };
    try {
      const { url, session } = await makeSession(watcher.wish(), signal);
      // Closed meanwhile, or come back from the former window: there is nothing to do in a new one.
      const isThere = popup.isOpen === (sale().presentation === 'popup');
      const isWanted = !signal.aborted && isThere && sale().returned === returned;
      if (isWanted && dispatch({ type: 'session', ...session })) go(url);
      else close();
    } catch (cause) {
      close();
      if (!signal.aborted) tell(cause);
    } finally {
      isReopening = false;
    }
  };

  return {
    mint,

    press: (watcher, by) => {
      const { stage, from } = sale();
      if (stage === 'selling' || stage === 'opening') {
        if (!popup.focus() && stage === 'selling') void reopen(watcher, by);
        return;
      }
      if (stage !== 'idle') return;
      let wish: Wish;
      try {
        wish = watcher.wish();
      } catch (cause) {
        return tell(cause);
      }
      if (from === null) return void connect();
      if (!mayOpen(watcher, by)) return;
      const { asset, network, amount, presentation } = wish;
      isBlocked = presentation === 'popup' && !popup.open();
      pressed = isBlocked ? undefined : wish;
      const at = clock.now();
      const id = clock.randomId();
      dispatch({ type: 'open', id, asset, network, amount, presentation, at });
    },
  };
};

const withRef = (endpoint: string, partnerUserRef: string): string => {
  const url = new URL(endpoint);
  url.searchParams.set('partnerUserRef', partnerUserRef);
  return url.href;
};
