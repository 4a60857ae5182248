// The one path on which a wallet is asked to send: check, claim, leave `ordered`, ask once, and make sense of the answer.
// Knows the rules of money 1–5, 7, 10–12; does not know how a wallet or a claim works.
import { OfframpError } from './errors.ts';
import type { Run } from './flow.ts';
import { isSameTransfer, isUnchanged, type Order, recordOf } from './order.ts';
import type { Outcome, Sighting } from './ports.ts';
import { isAwaiting } from './rules.ts';
import type { Attempt } from './sale.ts';

export interface Sending {
  /** From the check to the wallet's answer. */
  readonly isSending: boolean;
  /** A wallet request made by this page is unanswered. */
  readonly isAsking: boolean;
  /** `press`: the person's, in the review panel. `call`: the page's. `auto`: after a return signal, once. */
  send(by: 'press' | 'call' | 'auto'): void;
  /** Takes up a claim of this sale that no living page is using: the wallet may have been asked. */
  recover(signal: AbortSignal): Promise<void>;
  /** Looks for the transfer of an attempt; the activity of `unsure` beside the poll. */
  reconcile(): Promise<void>;
  sayNotSent(): Promise<void>;
}

/** How long a request may sit unseen in a wallet before "nothing was sent" can be believed. */
const ENOUGH_TIME = 120_000;
/** A wallet may never answer a look at the chain; the sale must not wait for it. */
const LONGEST_LOOK = 20_000;

export const sending = (run: Run): Sending => {
  const { ports, sale, dispatch, applyRecord, tell, now, refresh } = run;
  const { wallet, backend, claims, clock } = ports;
  /** The send under way, and the sale it is for: a wallet may keep a request open long after its sale is over. */
  let current: { saleId: string; isAsking: boolean } | undefined;
  let isLooking = false;
  let isPrevented = false;

  const isStillOrdered = (order: Order): boolean =>
    sale().stage === 'ordered' && sale().order?.transactionId === order.transactionId;

  /** Coinbase's newest word right before the claim (rules 6 and 12). `false`: there is nothing to send any more. */
  const confirmOrder = async (order: Order, signal: AbortSignal): Promise<boolean> => {
    const list = await backend.list(sale().statusUrl ?? '', signal);
    run.hearTime(list);
    const record = recordOf(list.transactions, order.transactionId);
    if (!record) throw new OfframpError('backend-malformed');
    if (!isUnchanged(record, order)) {
      dispatch({ type: 'fail', code: 'order-refused' });
      return false;
    }
    applyRecord(record);
    if (!isStillOrdered(order) || !isAwaiting(sale().status ?? '')) return false;
    if (now() < order.deadline) return true;
    dispatch({ type: 'fail', code: 'order-expired' });
    return false;
  };

  const releaseAll = async (order: Order, claimUrl: string | null): Promise<void> => {
    // Safe to be lost: the same sale may claim again. Awaited, so that it cannot overtake that later claim.
    if (claimUrl) await backend.release(claimUrl).catch(() => {});
    try {
      await claims.release(order.transactionId);
    } catch (cause) {
      if (!claimUrl) throw cause;
    }
  };

  const takeLocal = async (order: Order, attempt: Attempt): Promise<boolean> => {
    try {
      return await claims.take(order.transactionId, { saleId: sale().id, attempt });
    } catch (cause) {
      // The backend's claim alone is enough; neither is not (rule 3).
      if (sale().claimUrl) return true;
      throw cause;
    }
  };

  /** The right to ask, from this browser and from the backend where it gives one. `false`: not ours to ask. */
  const claim = async (order: Order, attempt: Attempt): Promise<boolean> => {
    const { claimUrl, id } = sale();
    if (!(await takeLocal(order, attempt))) {
      const holder = await claims.find(order.transactionId);
      // Ours, from a page that died before it could say what became of it; else another sale's for the same order.
      if (holder?.saleId === id) dispatch({ type: 'claim-found', attempt: holder.attempt });
      else tell(new OfframpError('already-claimed'));
      return false;
    }
    if (!claimUrl) return true;
    try {
      const { instruction } = await backend.claim(claimUrl, { saleId: id, transactionId: order.transactionId });
      if (isSameTransfer(instruction, order)) return true;
    } catch (cause) {
      await claims.release(order.transactionId).catch(() => {});
      const error = cause instanceof OfframpError ? cause : undefined;
      if (error?.code !== 'order-expired' && error?.code !== 'order-refused') throw cause;
      // The backend looked at the order itself, by Coinbase's clock.
      dispatch({ type: 'fail', code: error.code }, error, id);
      return false;
    }
    await releaseAll(order, claimUrl);
    dispatch({ type: 'fail', code: 'instruction-invalid' }, undefined, id);
    return false;
  };

  const report = async (claimUrl: string | null, txHash: string): Promise<void> => {
    // For other devices to know sooner; Coinbase finds the transfer by itself, so a lost report loses nothing.
    if (claimUrl) await backend.report(claimUrl, txHash).catch(() => {});
  };

  const conclude = async (saleId: string, order: Order, outcome: Outcome): Promise<void> => {
    const { id, stage, claimUrl } = sale();
    if (id !== saleId) return;
    if (outcome.kind === 'sent') {
      dispatch({ type: 'sent', txHash: outcome.txHash }, undefined, saleId);
      return report(claimUrl, outcome.txHash);
    }
    if (outcome.kind === 'unsure') {
      if (!dispatch({ type: 'unsure' }, outcome.error, saleId)) tell(outcome.error);
      return;
    }
    // Known not to have been sent. Freed before `ordered` is entered: a crash between the two then resumes as unsure.
    if (stage !== 'sending' && stage !== 'unsure') return;
    await releaseAll(order, claimUrl).catch(tell);
    dispatch({ type: 'not-sent' }, outcome.kind === 'not-asked' ? outcome.error : undefined, saleId);
  };

  /** Claims, leaves `ordered`, asks. Nothing on this path is ever repeated by itself. */
  const ask = async (order: Order, attempt: Attempt, isAuto: boolean, mine: { isAsking: boolean }): Promise<void> => {
    const { id, claimUrl } = sale();
    if (!isStillOrdered(order) || !(await claim(order, attempt))) return;
    mine.isAsking = true;
    // Out of `ordered` before the wallet is asked, and kept (rules 1 and 3).
    if (!isStillOrdered(order) || !dispatch({ type: 'claim', at: now(), attempt, isAuto }, undefined, id)) {
      mine.isAsking = false;
      return releaseAll(order, claimUrl);
    }
    // Still this sale, in time, and with somebody to see it.
    const mayStill = () =>
      sale().id === id && sale().stage === 'sending' && now() < order.deadline && run.watchers().length > 0;
    const outcome: Outcome =
      run.isKept() || claimUrl
        ? await wallet.ask(order, mayStill)
        : { kind: 'not-asked', error: new OfframpError('store-unavailable') };
    mine.isAsking = false;
    await conclude(id, order, outcome);
  };

  const check = async (order: Order, signal: AbortSignal): Promise<Attempt | undefined> => {
    try {
      const before = await wallet.prepare(order, signal);
      return (await confirmOrder(order, signal)) ? { askedAt: now(), ...before } : undefined;
    } catch (cause) {
      // Left meanwhile, by Cancel or the deadline: what was being checked no longer matters.
      if (signal.aborted) return undefined;
      throw cause;
    }
  };

  const look = async (order: Order, attempt: Attempt): Promise<Sighting> =>
    Promise.race([wallet.look(order, attempt), clock.wait(LONGEST_LOOK).then(() => 'unknown' as const)]);

  /** "Nothing was sent", where enough time is over and the chain agrees (rule 4); throws where that cannot be said. */
  const checkNotSent = async (saleId: string, order: Order, attempt: Attempt): Promise<void> => {
    const left = Math.ceil((attempt.askedAt + ENOUGH_TIME - now()) / 1000);
    if (left > 0) {
      throw new OfframpError('wallet-busy', {
        message: 'It is too early to be sure that nothing was sent.',
        advice: `Look into your wallet, and say so again in ${left} seconds.`,
      });
    }
    const seen = await look(order, attempt);
    if (typeof seen === 'object') return void dispatch({ type: 'sent', txHash: seen.txHash }, undefined, saleId);
    if (seen !== 'nothing') {
      throw new OfframpError('wallet-failed', {
        message: 'The network does not confirm yet that nothing was sent.',
        advice: 'Connect the wallet this sale began with and try again, or wait: Coinbase ends the order by itself.',
      });
    }
    // Coinbase may have spoken while the chain was looked at.
    if (sale().id !== saleId || sale().stage !== 'unsure') return;
    await releaseAll(order, sale().claimUrl);
    dispatch({ type: 'not-sent' }, undefined, saleId);
  };

  return {
    get isSending() {
      return current?.saleId === sale().id;
    },
    get isAsking() {
      return current?.saleId === sale().id && current.isAsking;
    },

    send: (by) => {
      const { id: saleId, stage } = sale();
      if (stage !== 'ordered' || current?.saleId === saleId) return;
      if (current?.isAsking) {
        return tell(
          new OfframpError('wallet-busy', {
            message: 'A request of an earlier cash-out is still open in your wallet.',
            advice: 'Decline it there, or reload this page if your wallet shows none; then send again.',
          }),
        );
      }
      // Set before anything else: a double press finds it.
      const mine = { saleId, isAsking: false };
      current = mine;
      const signal = run.signal();
      const start = async () => {
        if (by === 'press') dispatch({ type: 'press' });
        const { order, returned, pressed } = sale();
        if (!order || !(returned || pressed)) return;
        isPrevented = !(by === 'call' && isPrevented) && !run.watchers().every((watcher) => watcher.maySend());
        if (isPrevented || signal.aborted) return;
        // Signatures cannot be verified yet, and what does not verify is never sent (rule 15).
        if (run.watchers().some((watcher) => watcher.pinsKey())) {
          return void dispatch({ type: 'fail', code: 'instruction-invalid' }, undefined, saleId);
        }
        refresh();
        const isMine = await claims.alone(saleId, async () => {
          const attempt = await check(order, signal);
          if (attempt) await ask(order, attempt, by === 'auto', mine);
        });
        // Two tabs hear one return signal; the one that comes second has nothing to say.
        if (!isMine && by !== 'auto') throw new OfframpError('already-claimed');
      };
      void start()
        .catch(tell)
        .finally(() => {
          if (current === mine) current = undefined;
          refresh();
        });
    },

    recover: async (signal) => {
      const { order, id } = sale();
      const isOurs = async () => {
        const claim = order && (await claims.find(order.transactionId));
        return claim?.saleId === id ? claim : undefined;
      };
      if (current?.saleId === id || !(await isOurs())) return;
      await claims.whenNobodyAsks(id, signal);
      if (signal.aborted) return;
      const claim = await isOurs();
      if (claim) dispatch({ type: 'claim-found', attempt: claim.attempt });
    },

    reconcile: async () => {
      const { id, stage, order, attempt, claimUrl } = sale();
      if (isLooking || stage !== 'unsure' || !order || !attempt) return;
      isLooking = true;
      const seen = await look(order, attempt).finally(() => {
        isLooking = false;
      });
      // Asked again meanwhile, what was seen is not about that ask.
      if (typeof seen !== 'object' || sale().attempt?.askedAt !== attempt.askedAt) return;
      if (dispatch({ type: 'sent', txHash: seen.txHash }, undefined, id)) await report(claimUrl, seen.txHash);
    },

    sayNotSent: async () => {
      const { id, stage, order, attempt } = sale();
      if (stage !== 'unsure' || !order || !attempt) return;
      try {
        // A request that a page of this browser still waits for can be approved at any moment.
        const isOpen = current?.isAsking || !(await claims.alone(id, () => checkNotSent(id, order, attempt)));
        if (!isOpen) return;
        tell(
          new OfframpError('wallet-busy', {
            message: 'The request is still open in your wallet.',
            advice: 'Decline it there, or reload this page if your wallet shows none; then you can send again.',
          }),
        );
      } catch (cause) {
        tell(cause);
      }
    },
  };
};
