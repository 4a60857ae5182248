// What each stage does while it lasts. Knows one activity per stage and what its news mean; does not know how stages are
// entered, saved or told (`flow.ts`), nor how a wallet is asked (`sending.ts`).
import { OfframpError } from './errors.ts';
import type { Run } from './flow.ts';
import { listening } from './listening.ts';
import { isPaid, isUnchanged, type Order, pickOrder, recordOf } from './order.ts';
import { poll } from './poll.ts';
import { instantOf, isDead } from './rules.ts';
import { expectedOf, LONGEST_SELLING } from './sale.ts';
import type { ReturnSignal, SaleList, SaleRecord } from './schema.ts';
import type { Sending } from './sending.ts';
import type { Stage } from './stages.ts';

interface Activities {
  /** Started on entering the stage, ended by the signal on leaving it. */
  byStage: Partial<Record<Stage, (signal: AbortSignal) => unknown>>;
  hearReturn(signal: ReturnSignal): void;
  /** Ends the sale as the person wishes; one that may have been sent, of which this page does not know yet, goes on. */
  endByPerson(end: () => void): void;
}

const DEADLINE_CHECK = 15_000;
/** After this an unanswered wallet is "perhaps sent"; a late answer still counts. */
const PATIENCE = 120_000;
/** Another tab's last save may arrive a little after its lock was freed. */
const SAVE_LAG = 500;
/** Waited for in short pieces, because a machine may sleep over one of them. */
const SLOW_CLAIMS = { pieces: 20, each: 100 };

export const activities = (
  run: Run,
  { mint, sender }: { mint: (signal: AbortSignal) => Promise<void>; sender: Sending },
): Activities => {
  const { ports, sale, now, dispatch, applyRecord, tell, refresh } = run;
  const { clock, popup, backend, claims, store } = ports;
  const nudges = new Set<() => void>();
  let toldCode: string | undefined;
  let triedFor: string | undefined;
  /** The sale whose claims were looked at by this page. */
  let lookedFor: string | undefined;

  const nudge = () => {
    for (const listener of [...nudges]) listener();
  };

  const stream = listening(run, nudge);
  /** The server's time of the newest list, which an event must not be older than. */
  let heardAt = Number.NaN;

  /** In these, the chain is looked at with every answer, so that events alone are not enough. */
  const looksAtChain = (): boolean => {
    const { stage, attempt } = sale();
    return stage === 'unsure' || stage === 'settling' || (stage === 'ordered' && attempt !== null);
  };

  /** Hears and asks of this sale's orders for as long as the stage lasts. */
  const follow = (signal: AbortSignal, onList: (list: SaleList) => void | Promise<void>) => {
    const hear = (list: SaleList) => {
      if (toldCode) run.tellRecovered();
      toldCode = undefined;
      heardAt = instantOf(list.now);
      return onList(list);
    };
    // An event is a list like any other, but for its time: it may have waited in a buffer while the machine slept. One that is
    // older than what was heard is a reason to look.
    stream.listen(signal, (list) => void (instantOf(list.now) < heardAt ? nudge() : hear(list)));
    return poll({
      ask: (inFlight) => backend.list(sale().statusUrl ?? '', inFlight),
      onAnswer: (list) => {
        run.hearTime(list);
        return hear(list);
      },
      isTold: () => stream.isLive && !looksAtChain(),
      onError: (error) => {
        // The same trouble is told once, not at every try.
        if (error.code !== toldCode) tell(error);
        toldCode = error.code;
      },
      onNudge: (listener) => {
        nudges.add(listener);
        const unwake = clock.onWake(listener);
        return () => {
          nudges.delete(listener);
          unwake();
        };
      },
      isGentle: () => sale().stage === 'selling' && !sale().returned,
      clock,
      signal,
    });
  };

  /**
   * Ends an order that seems never to have been sent, after a look at the claims, where they can be read: one that a killed page
   * left, or that another tab took without being able to save, says that something may have been sent.
   */
  const endUnsent = async (order: Order, signal: AbortSignal, end: () => void): Promise<void> => {
    const tooSlow = async () => {
      for (let piece = 0; piece < SLOW_CLAIMS.pieces; piece += 1) await clock.wait(SLOW_CLAIMS.each, signal);
    };
    await Promise.race([sender.takeUp(order), tooSlow()]);
    if (!signal.aborted) end();
  };

  const endByPerson = (end: () => void): void => {
    const { id, order, stage } = sale();
    // A tab that went on and could not save has left nothing there, or our own state.
    const isTold = lookedFor === id && store.load(run.key)?.id === id;
    if (stage !== 'ordered' || !order || isTold) end();
    else void endUnsent(order, run.signal(), end);
  };

  const hearOfOrder = (
    { transactions }: SaleList,
    signal: AbortSignal,
    afterwards?: (record: SaleRecord | undefined) => void,
  ): void | Promise<void> => {
    const { order, stage } = sale();
    const record = order ? recordOf(transactions, order.transactionId) : undefined;
    if (order && record && stage === 'ordered') {
      if (!isUnchanged(record, order) && !isPaid(record))
        return endUnsent(order, signal, () => void dispatch({ type: 'fail', code: 'order-refused' }));
      if (isDead(record.status)) return endUnsent(order, signal, () => applyRecord(record));
    }
    if (record) applyRecord(record);
    if (!signal.aborted) afterwards?.(record);
  };

  const followOrder = (signal: AbortSignal, afterwards?: (record: SaleRecord | undefined) => void) =>
    follow(signal, (list) => hearOfOrder(list, signal, afterwards));

  const findOrder = ({ transactions }: SaleList) => {
    const { startedAt } = sale();
    const pick = pickOrder(transactions, expectedOf(sale()), now());
    if (pick.kind === 'order') {
      const { order, record } = pick;
      dispatch({ type: 'order', order, status: record.status, fiat: record.total ?? null });
      applyRecord(record);
    } else if (pick.kind === 'refused') {
      dispatch({ type: 'fail', code: pick.code }, new OfframpError(pick.code, pick));
    } else if (pick.kind === 'over' || now() - startedAt > LONGEST_SELLING) {
      const { status = '', tx_hash: txHash } = pick.kind === 'over' ? pick.record : {};
      dispatch({ type: 'fail', code: status === 'FAILED' ? 'order-failed' : 'order-expired', txHash });
    }
  };

  /** After a return signal the wallet is asked at once, the first time (rule 7). */
  const sendByItself = () => {
    const { id, stage, returned, asked, order } = sale();
    const mayAsk = stage === 'ordered' && returned && !asked && triedFor !== id && now() < (order?.deadline ?? 0);
    if (!mayAsk) return;
    // A page that prevented it, or a wallet that was not ready, is not tried again by ourselves.
    triedFor = id;
    if (!run.watchers().some((watcher) => watcher.confirmsSend())) sender.send('auto');
  };

  const hearReturn = ({ sale: id, nonce }: ReturnSignal) => {
    if (id !== sale().id || nonce !== sale().nonce) return;
    // Heard by one road, it is not left in the store for a later page.
    popup.returned(id);
    if (!dispatch({ type: 'returned', nonce })) return;
    nudge();
    sendByItself();
  };

  const hearKeptReturn = () => {
    const signal = popup.returned(sale().id);
    if (signal) hearReturn(signal);
  };

  /** The window closing is a reason to look, never an end (rule 13). */
  const watchWindow = async (signal: AbortSignal) => {
    while (popup.isOpen && !signal.aborted) await clock.wait(SAVE_LAG, signal);
    if (!signal.aborted) nudge();
    refresh();
  };

  const endAtDeadline = async (signal: AbortSignal): Promise<void> => {
    const { order } = sale();
    if (signal.aborted || !order) return;
    const left = order.deadline - now();
    if (left > 0) await clock.wait(Math.min(left, DEADLINE_CHECK), signal);
    else {
      // This machine's clock may be wrong, or have been set since, and the order have been paid from elsewhere. Where it cannot be
      // asked at once, as when a machine wakes, a poll may be heard in that time.
      const enough = clock.wait(DEADLINE_CHECK, signal);
      const hear = (list: SaleList) => {
        run.hearTime(list);
        return hearOfOrder(list, signal);
      };
      await Promise.race([backend.list(sale().statusUrl ?? '', signal).then(hear, () => enough), enough]);
      if (signal.aborted) return;
      if (now() >= order.deadline)
        return endUnsent(order, signal, () => void dispatch({ type: 'fail', code: 'order-expired' }));
      sendByItself();
    }
    return endAtDeadline(signal);
  };

  const byStage: Activities['byStage'] = {
    opening: mint,

    selling: (signal) => {
      hearKeptReturn();
      void watchWindow(signal);
      return follow(signal, findOrder);
    },

    ordered: async (signal) => {
      void followOrder(signal, () => void sender.reconcile());
      void endAtDeadline(signal);
      // A send that a listener has begun looks itself.
      const { isSending } = sender;
      await sender.recover(signal);
      if (signal.aborted) return;
      if (!isSending) lookedFor = sale().id;
      hearKeptReturn();
      sendByItself();
    },

    sending: async (signal) => {
      void followOrder(signal);
      if (sender.isAsking) await clock.wait(PATIENCE, signal);
      else {
        await claims.whenNobodyAsks(sale().id, signal);
        await clock.wait(SAVE_LAG, signal);
      }
      if (!signal.aborted) dispatch({ type: 'unsure' });
    },

    unsure: (signal) => followOrder(signal, () => void sender.reconcile()),
    // Once Coinbase has seen the transfer, the chain has nothing more to say.
    settling: (signal) => followOrder(signal, (record) => void (record?.tx_hash || sender.trace())),
  };

  return { byStage, hearReturn, endByPerson };
};
