// What became of an ask: looked for on the chain, and believed only with proof (rule 4). Knows what each proof means for a sale;
// does not know how a chain is read, and asks no wallet to send.
import type { Claiming } from './claiming.ts';
import { OfframpError } from './errors.ts';
import type { Run } from './flow.ts';
import type { Order } from './order.ts';
import type { Sighting, Trace } from './ports.ts';
import type { Attempt } from './sale.ts';

export interface Reconciling {
  /** Looks for the transfer of the last ask: in `unsure`, and in `ordered`, where it is believed unsent or was declined. */
  reconcile(): Promise<void>;
  /** Follows the hash that a wallet gave, in `settling`, until Coinbase has seen it or the chain has ended it. */
  trace(): Promise<void>;
  /** Whether a former ask of this order is still believed unsent; throws where that cannot be said. */
  isStillUnsent(order: Order, former: Attempt): Promise<boolean>;
  /** "Nothing was sent", where enough time is over and the chain agrees; throws where that cannot be said. */
  sayNotSent(order: Order, attempt: Attempt): Promise<void>;
  /** For other devices to know sooner; Coinbase finds the transfer by itself, so a lost report loses nothing. */
  report(claimUrl: string | null, txHash: string): Promise<void>;
}

/** How long a request may sit unseen in a wallet, or a transfer in no block, before its absence means something. */
const ENOUGH_TIME = 120_000;
/** A wallet may never answer a look at the chain; the sale must not wait for it. */
const LONGEST_LOOK = 20_000;

const TOO_EARLY = 'It is too early to be sure that nothing was sent.';
const NOT_CONFIRMED = {
  message: 'The network does not confirm yet that nothing was sent.',
  advice: 'Connect the wallet this sale began with and try again, or wait: Coinbase ends the order by itself.',
};
const UNDONE = {
  message: 'Your wallet says that the transfer was not carried out.',
  advice: 'Nothing was sent; press Send again if there is time left.',
};
const LOST = {
  message: 'The network does not show your transfer.',
  advice: 'Look into your wallet: it may need more signatures, or have dropped it; Coinbase ends the order by itself.',
};
const OTHER = {
  message: 'Your wallet made another transaction than the transfer shown here.',
  advice: 'Compare the address and the amount in your wallet with the ones shown here.',
};

export const reconciling = (run: Run, { release }: Pick<Claiming, 'release'>): Reconciling => {
  const { sale, dispatch, tell, now } = run;
  const { wallet, backend, clock, claims } = run.ports;
  let isLooking = false;
  /** The hash for which there is nothing more to find on the chain, or nothing new to say of it. */
  let finished: string | undefined;
  let told: string | undefined;

  /** What a machine slept over was true when it fell asleep; its clock may have been set back meanwhile. */
  const isOverslept = (since: number): boolean => Math.abs(clock.now() - since) > LONGEST_LOOK;

  const inTime = async <T>(look: Promise<T>, otherwise: T): Promise<T> => {
    const since = clock.now();
    const seen = await Promise.race([look, clock.wait(LONGEST_LOOK).then(() => otherwise)]);
    return isOverslept(since) ? otherwise : seen;
  };

  const look = (order: Order, attempt: Attempt): Promise<Sighting> =>
    inTime(wallet.look(order, attempt), 'unknown' as const);

  /** One look at a time: answers may be slower than the polls that start them. */
  const alone = async (work: () => Promise<void>): Promise<void> => {
    if (isLooking) return;
    isLooking = true;
    await work().finally(() => {
      isLooking = false;
    });
  };

  const report = async (claimUrl: string | null, txHash: string): Promise<void> => {
    if (claimUrl) await backend.report(claimUrl, txHash).catch(() => {});
  };

  const found = async (saleId: string, txHash: string): Promise<void> => {
    const { claimUrl } = sale();
    if (dispatch({ type: 'sent', txHash }, undefined, saleId)) await report(claimUrl, txHash);
  };

  const undone = async (saleId: string, order: Order): Promise<void> => {
    if (sale().id !== saleId || sale().stage !== 'unsure') return;
    await release(order, sale().claimUrl).catch(tell);
    dispatch({ type: 'not-sent', isKnown: true }, new OfframpError('wallet-failed', UNDONE), saleId);
  };

  const sayOnce = (txHash: string, words: { message: string; advice: string }) => {
    if (told === txHash + words.message) return;
    told = txHash + words.message;
    tell(new OfframpError('wallet-failed', words));
  };

  const hearTrace = async (seen: Trace, txHash: string, askedAt: number): Promise<void> => {
    const { claimUrl } = sale();
    switch (seen.kind) {
      case 'waiting':
        if (seen.nonce !== undefined) dispatch({ type: 'placed', txHash, nonce: seen.nonce });
        return;
      case 'mined':
        finished = txHash;
        return;
      case 'other':
        finished = txHash;
        return sayOnce(txHash, OTHER);
      case 'repriced':
        if (dispatch({ type: 'repriced', txHash: seen.txHash, instead: txHash })) await report(claimUrl, seen.txHash);
        return;
      case 'undone':
        return void dispatch({ type: 'undone', txHash, fate: seen.fate });
      case 'lost':
        if (now() - askedAt > ENOUGH_TIME) sayOnce(txHash, LOST);
    }
  };

  return {
    report,

    reconcile: () =>
      alone(async () => {
        const { id, order, attempt } = sale();
        if (!order || !attempt) return;
        const seen = await look(order, attempt);
        // Whichever ask made it, the order is paid; an end is that of the ask that was looked for.
        if (typeof seen === 'object') await found(id, seen.txHash);
        else if (seen === 'undone' && attempt.askedAt === sale().attempt?.askedAt)
          await claims.alone(id, () => undone(id, order));
      }),

    trace: () =>
      alone(async () => {
        const { id, order, attempt, txHash } = sale();
        if (!order || !attempt || !txHash || finished === txHash) return;
        const seen = await inTime(wallet.trace(order, attempt, txHash), { kind: 'unknown' });
        if (sale().id === id && sale().txHash === txHash) await hearTrace(seen, txHash, attempt.askedAt);
      }),

    isStillUnsent: async (order, former) => {
      const { id } = sale();
      const seen = await look(order, former);
      if (seen === 'nothing' || seen === 'undone') return true;
      // The wallet's own "no" needs no proof, only no proof of the contrary: a library may have repeated a request that was sent.
      if (typeof seen !== 'object' && former.isDeclined) return true;
      if (typeof seen !== 'object') throw new OfframpError('wallet-failed', NOT_CONFIRMED);
      await found(id, seen.txHash);
      return false;
    },

    sayNotSent: async (order, attempt) => {
      const { id, statusUrl } = sale();
      const checkTime = () => {
        const left = Math.ceil((attempt.askedAt + ENOUGH_TIME - now()) / 1000);
        const advice = `Look into your wallet, and say so again in ${left} seconds.`;
        if (left > 0) throw new OfframpError('wallet-busy', { message: TOO_EARLY, advice });
      };
      checkTime();
      // This machine's clock may have been set since.
      run.hearTime(await backend.list(statusUrl ?? '', run.signal()));
      checkTime();
      const since = clock.now();
      const seen = await look(order, attempt);
      if (typeof seen === 'object') return found(id, seen.txHash);
      if (seen === 'undone') return undone(id, order);
      // Coinbase may have spoken while the chain was looked at.
      if (sale().id !== id || sale().stage !== 'unsure') return;
      if (seen !== 'nothing') throw new OfframpError('wallet-failed', NOT_CONFIRMED);
      await release(order, sale().claimUrl);
      // A machine may sleep in the middle of it, and the prompt be approved meanwhile.
      if (isOverslept(since)) throw new OfframpError('wallet-failed', NOT_CONFIRMED);
      dispatch({ type: 'not-sent', isKnown: false }, undefined, id);
    },
  };
};
