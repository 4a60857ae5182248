// The one path on which a wallet is asked to send: check, claim, leave `ordered`, ask once, and make sense of the answer.
// Knows the rules of money 1–5, 7, 10–12; does not know how a wallet or a claim works, nor what becomes of an ask later.
import { claiming } from './claiming.ts';
import { OfframpError } from './errors.ts';
import type { Run } from './flow.ts';
import { isPaid, isUnchanged, type Order, ordersSince, pickOrder, recordOf } from './order.ts';
import type { Outcome } from './ports.ts';
import { reconciling } from './reconciling.ts';
import { instantOf, isAwaiting } from './rules.ts';
import { type Attempt, expectedOf, type Sale } from './sale.ts';
import { bare } from './schema.ts';

/** `press`: the person's, in the review panel. `call`: the page's. `auto`: after a return signal, once. */
type By = 'press' | 'call' | 'auto';

export interface Sending {
  /** From the check to the wallet's answer. */
  readonly isSending: boolean;
  /** A wallet request made by this page is unanswered. */
  readonly isAsking: boolean;
  send(by: By): void;
  /** Whether another page of this sale, living or not, has claimed the order, so that it goes on as being sent. */
  takeUp(order: Order): Promise<boolean>;
  /** Takes up a claim of this sale that no living page is using: the wallet may have been asked. */
  recover(signal: AbortSignal): Promise<void>;
  /** Looks for the transfer of an ask whose outcome is not known. */
  reconcile(): Promise<void>;
  /** Follows the transfer that a wallet said it sent. */
  trace(): Promise<void>;
  sayNotSent(): Promise<void>;
}

/** A send under way, of the sale it is for. */
interface Current {
  readonly saleId: string;
  readonly by: By;
  hasLooked: boolean;
  /** Nothing but the person's press says that this order was committed to. */
  needsPress: boolean;
  isAsking: boolean;
}

const busy = (
  message: string,
  advice = 'Decline it there, or reload this page if your wallet shows none; then send again.',
): OfframpError => new OfframpError('wallet-busy', { message, advice });

/** What was checked is old after this, as where the machine slept meanwhile: longer than a claim takes. */
const LONGEST_CHECKED = 30_000;

export const sending = (run: Run): Sending => {
  const { ports, sale, dispatch, applyRecord, tell, now, refresh } = run;
  const { wallet, backend, claims } = ports;
  const { claim, takeUp, release, recover } = claiming(run);
  const { reconcile, trace, isStillUnsent, sayNotSent, report } = reconciling(run, { release });
  /** A wallet may keep a request open long after its sale is over. */
  let current: Current | undefined;
  let isPrevented = false;
  let isSaying = false;
  /** The order whose caution the person has been told. */
  let cautioned: string | undefined;

  const isStillOrdered = (order: Order): boolean =>
    sale().stage === 'ordered' && sale().order?.transactionId === order.transactionId;

  /** Coinbase's newest word right before the claim (rules 6 and 12). `false`: there is nothing to send any more. */
  const confirmOrder = async (order: Order, mine: Current, signal: AbortSignal): Promise<boolean> => {
    const list = await backend.list(sale().statusUrl ?? '', signal);
    run.hearTime(list);
    const record = recordOf(list.transactions, order.transactionId);
    if (!record) throw new OfframpError('backend-malformed');
    if (!isUnchanged(record, order) && !isPaid(record)) {
      dispatch({ type: 'fail', code: 'order-refused' });
      return false;
    }
    applyRecord(record);
    if (!isStillOrdered(order) || !isAwaiting(sale().status ?? '')) return false;
    // The person may have gone back in Coinbase's window and committed to another one than the one that was listed first (rule 7).
    const pick = pickOrder(list.transactions, expectedOf(sale()), now());
    const fault = pick.kind === 'refused' ? pick.code : now() < order.deadline ? undefined : 'order-expired';
    // Nor does a return say which of two it was for, where one has ended: that takes the person's press.
    // Nor whether it was for one that an earlier window left behind.
    const { startedAt, openedAt, pressed, returned } = sale();
    const isOnlyOne = ordersSince(list.transactions, startedAt).length === 1;
    const isOfWindow = openedAt === startedAt || instantOf(record.created_at) >= openedAt;
    if (fault) {
      dispatch({ type: 'fail', code: fault });
      return false;
    }
    const isPressed = pressed || mine.by === 'press';
    mine.needsPress = !isOfWindow || !(isOnlyOne || isPressed);
    // Another order was committed to, which is not listed yet.
    if (isPressed && returned && !isOfWindow) throw new OfframpError('order-ambiguous');
    return isPressed || !mine.needsPress;
  };

  const conclude = async (former: Sale, order: Order, asked: Attempt, outcome: Outcome): Promise<void> => {
    const { id: saleId, claimUrl } = former;
    if (outcome.kind === 'sent') dispatch({ type: 'sent', txHash: outcome.txHash }, undefined, saleId);
    const { id, stage, attempt, txHash } = sale();
    if (outcome.kind === 'sent') {
      const message = 'A transfer was sent for a cash-out that is over.';
      if (id !== saleId || (txHash === null && stage !== 'completed'))
        tell(new OfframpError('wallet-failed', { message }));
      return report(claimUrl, outcome.txHash);
    }
    if (id !== saleId) return;
    // Another tab has asked since, where none hears of the other's lock: the sale, and the claim, are that ask's.
    const isLatest = attempt?.askedAt === asked.askedAt;
    if (outcome.kind === 'unsure') {
      const { error, callsId } = outcome;
      if (!isLatest || !dispatch({ type: 'unsure', callsId }, error, saleId)) tell(error);
      return;
    }
    // Known not to have been sent. Freed before `ordered` is entered: a crash between the two then resumes as unsure.
    if (!isLatest || (stage !== 'sending' && stage !== 'unsure')) return;
    await release(order, claimUrl).catch(tell);
    dispatch({ type: 'not-sent', isKnown: true }, 'error' in outcome ? outcome.error : undefined, saleId);
  };

  /** Claims, leaves `ordered`, asks. Nothing on this path is ever repeated by itself. */
  const ask = async (order: Order, attempt: Attempt, mine: Current): Promise<void> => {
    const asking = sale();
    const { id, claimUrl } = asking;
    const checkedAt = now();
    // A return that comes meanwhile may be of another order.
    const isMeant = () => !mine.needsPress || sale().pressed;
    if (!isStillOrdered(order)) return;
    const claimed = await claim(order, attempt);
    if (claimed === 'none') return;
    mine.isAsking = true;
    // Out of `ordered` before the wallet is asked, and kept (rules 1 and 3).
    const isStill = isStillOrdered(order);
    const event = { type: 'claim', at: now(), attempt, isAuto: mine.by === 'auto' } as const;
    if (!isStill || !isMeant() || !dispatch(event, undefined, id)) {
      mine.isAsking = false;
      if (isStill && !isMeant()) tell(new OfframpError('order-ambiguous'));
      return release(order, claimUrl, claimed);
    }
    // Still this sale, known to be in time and soon after the checks, still waited for by Coinbase, and with somebody to see it.
    const isInTime = () => run.knowsTime() && now() < Math.min(order.deadline, checkedAt + LONGEST_CHECKED);
    const isWaitedFor = () => sale().id === id && sale().stage === 'sending' && isAwaiting(sale().status ?? '');
    const mayStill = () => isMeant() && isWaitedFor() && isInTime() && run.watchers().length > 0;
    // A page that finds an older state of this sale, and no claim, would ask again, and backends grant one sale's claim again.
    const { keeps } = run;
    const isRemembered = keeps() === 'all' || (claimUrl && (claimed === 'kept' || keeps() === 'nothing'));
    const outcome: Outcome = isRemembered
      ? await wallet.ask(order, mayStill, attempt.callsId)
      : { kind: 'not-asked', error: new OfframpError('store-unavailable') };
    mine.isAsking = false;
    await conclude(asking, order, attempt, outcome);
  };

  /** Everything before the claim. `undefined`: there is nothing to ask, and why has been said. */
  const check = async (order: Order, mine: Current, signal: AbortSignal): Promise<Attempt | undefined> => {
    try {
      const { attempt: former } = sale();
      const { caution, ...before } = await wallet.prepare(order, signal);
      // A caution is for the person, who goes on by pressing once more.
      if (caution && !(mine.by === 'press' && cautioned === order.transactionId)) {
        cautioned = order.transactionId;
        throw caution;
      }
      if (former && !(await isStillUnsent(order, former))) return undefined;
      if (!(await confirmOrder(order, mine, signal))) return undefined;
      // Looked for from the first ask on, whatever came of the later ones; a "no" to a repetition is not kept as one.
      const isRepeat = former !== null && !former.isDeclined;
      const repeat = { block: former?.block ?? before.block, ...(isRepeat ? { isRepeat } : {}) };
      // Later than the former, whatever became of the clock: tabs tell by it which ask is the last.
      const askedAt = Math.max(now(), (former?.askedAt ?? 0) + 1);
      return bare({ askedAt, ...before, ...repeat });
    } catch (cause) {
      // Left meanwhile, by Cancel or the deadline: what was being checked no longer matters.
      if (signal.aborted) return undefined;
      throw cause;
    }
  };

  return {
    reconcile,
    trace,

    get isSending() {
      return current?.saleId === sale().id;
    },
    get isAsking() {
      return current?.saleId === sale().id && current.isAsking;
    },

    send: (by) => {
      const { id: saleId, stage, attempt: former } = sale();
      if (stage !== 'ordered' || current?.saleId === saleId) return;
      // What was asked before may still be open in the wallet: whether it is to be asked again is the person's to say.
      if (by === 'call' && former && !former.isDeclined)
        return tell(
          busy('An earlier request may still be open in your wallet.', 'Decline it there, then press “Send”.'),
        );
      if (current?.isAsking) return tell(busy('A request of an earlier cash-out is still open in your wallet.'));
      // Set before anything else: a double press finds it.
      const mine = { saleId, by, hasLooked: false, needsPress: true, isAsking: false };
      current = mine;
      const signal = run.signal();
      const start = async () => {
        if (by === 'press') dispatch({ type: 'press' });
        const { order, returned, pressed } = sale();
        if (!order || !(returned || pressed)) return;
        isPrevented = !(by === 'call' && isPrevented) && !run.watchers().every((watcher) => watcher.maySend());
        if (isPrevented || signal.aborted) return;
        refresh();
        const isMine = await claims.alone(saleId, async () => {
          // Before anything can end the sale: a claim that a killed page left says that something may have been sent.
          if (await takeUp(order)) return;
          mine.hasLooked = true;
          const attempt = await check(order, mine, signal);
          if (attempt) await ask(order, attempt, mine);
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

    // A send under way that has looked may have taken the claim that would be found.
    takeUp: async (order) => !(current?.saleId === sale().id && current.hasLooked) && (await takeUp(order)),

    recover: async (signal) => {
      if (current?.saleId !== sale().id) await recover(signal);
    },

    sayNotSent: async () => {
      const { id, stage, order, attempt } = sale();
      if (stage !== 'unsure' || !order || !attempt || isSaying) return;
      isSaying = true;
      const signal = run.signal();
      try {
        // A request that a page of this browser still waits for can be approved at any moment.
        const isOpen = current?.isAsking || !(await claims.alone(id, () => sayNotSent(order, attempt)));
        if (isOpen) tell(busy('The request is still open in your wallet.'));
      } catch (cause) {
        if (!signal.aborted) tell(cause);
      } finally {
        isSaying = false;
      }
    },
  };
};
