// The right to ask a wallet for one order: taken in this browser and at the backend, found again after a crash, given back.
// Knows rules 3 and 15; does not know how a wallet is asked.
import { OfframpError } from './errors.ts';
import type { Run } from './flow.ts';
import { unsigned } from './instruction-key.ts';
import { isSameTransfer, type Order } from './order.ts';
import type { Attempt } from './sale.ts';
import type { ClaimAnswer } from './schema.ts';

export interface Claiming {
  /** `none`: not ours to ask, and why has been said. `kept`: this browser has it on its disk; `granted`: only the backend knows of it. */
  claim(order: Order, attempt: Attempt): Promise<'none' | 'kept' | 'granted'>;
  /** Whether a page of this sale that is gone has claimed the order, so that it goes on in doubt. */
  takeUp(order: Order): Promise<boolean>;
  /**
   * @param of which claim; another's is not taken off the disk.
   * @throws where this browser's claim is the only one, and could not be given back.
   */
  release(order: Order, claimUrl: string | null, of?: 'kept' | 'granted'): Promise<void>;
  /** A claim of this sale, left by a page that died before it could say what became of it. */
  recover(signal: AbortSignal): Promise<void>;
}

export const claiming = ({ key, ports, sale, now, pinned, dispatch, tell }: Run): Claiming => {
  const { backend, claims, signature } = ports;

  const takeLocal = async (order: Order, attempt: Attempt): Promise<'none' | 'kept' | 'granted'> => {
    try {
      const claim = { saleId: sale().id, attempt };
      return (await claims.take(order.transactionId, claim, { key, sale: sale() })) ? 'kept' : 'none';
    } catch (cause) {
      // The backend's claim alone is enough; neither is not (rule 3).
      if (sale().claimUrl) return 'granted';
      throw cause;
    }
  };

  const release: Claiming['release'] = async (order, claimUrl, of) => {
    // Safe to be lost: the same sale may claim again. Awaited, so that it cannot overtake that later claim.
    if (claimUrl) await backend.release(claimUrl).catch(() => {});
    if (of === 'granted') return;
    try {
      await claims.release(order.transactionId);
    } catch (cause) {
      if (!claimUrl) throw cause;
    }
  };

  /** Why the granted instruction is none to follow: it must be the very transfer that is shown, in time, and signed where a key is pinned. */
  const faultOf = async (answer: ClaimAnswer, order: Order, saleId: string): Promise<OfframpError | undefined> => {
    const { instruction } = answer;
    if (!isSameTransfer(instruction, order) || Date.parse(instruction.deadline) <= now())
      return new OfframpError('instruction-invalid');
    try {
      for (const keys of pinned()) await signature.verify(keys, saleId, answer);
      return undefined;
    } catch (cause) {
      return cause instanceof OfframpError ? cause : new OfframpError('instruction-invalid', { cause });
    }
  };

  const takeUp = async (order: Order): Promise<boolean> => {
    const { id } = sale();
    const found = await claims.find(order.transactionId);
    if (found?.saleId !== id) return false;
    dispatch({ type: 'claim-found', attempt: found.attempt }, undefined, id);
    return true;
  };

  return {
    takeUp,
    release,

    claim: async (order, attempt) => {
      const { claimUrl, id } = sale();
      const taken = await takeLocal(order, attempt);
      if (taken === 'none') {
        // Ours, or another sale's for the same order.
        if (!(await takeUp(order))) tell(new OfframpError('already-claimed'));
        return taken;
      }
      /** Gives the claim back and ends the sale: such an answer would come again. */
      const refuse = async (why: OfframpError): Promise<'none'> => {
        await release(order, claimUrl, taken);
        dispatch({ type: 'fail', code: 'instruction-invalid' }, why, id);
        return 'none';
      };
      if (!claimUrl) return pinned().length === 0 ? taken : refuse(unsigned());
      let answer: ClaimAnswer;
      try {
        answer = await backend.claim(claimUrl, { saleId: id, transactionId: order.transactionId }, taken === 'kept');
      } catch (cause) {
        // What is on the disk where this page could not write is another's.
        if (taken === 'kept') await claims.release(order.transactionId).catch(() => {});
        const error = cause instanceof OfframpError ? cause : undefined;
        if (error?.code !== 'order-expired' && error?.code !== 'order-refused') throw cause;
        // The backend looked at the order itself, by Coinbase's clock.
        dispatch({ type: 'fail', code: error.code }, error, id);
        return 'none';
      }
      const fault = await faultOf(answer, order, id);
      return fault ? refuse(fault) : taken;
    },

    recover: async (signal) => {
      const { order, id } = sale();
      const findOurs = async () => {
        const found = order && (await claims.find(order.transactionId));
        return found?.saleId === id ? found : undefined;
      };
      if (!(await findOurs())) return;
      await claims.whenNobodyAsks(id, signal);
      if (signal.aborted) return;
      const found = await findOurs();
      if (found) dispatch({ type: 'claim-found', attempt: found.attempt });
    },
  };
};
