// The right to ask a wallet, once, for one order: who has it, and whether a transfer was made (rule 3).
// Knows compare-and-set on the store; does not know Coinbase or HTTP.
import type { Instruction } from '../schema.ts';
import { Refusal } from './refusal.ts';
import type { Store } from './store.ts';

/** Longer than any order lives (30 minutes), so that a claim is never forgotten while its order can be paid. */
const KEPT = 24 * 60 * 60_000;
/** A swap fails only because another succeeded, and a claim changes a few times in its life; more means a broken store. */
const MOST_SWAPS = 100;

/** Who asks for an order: a sale, and the browser it is open in where the page tells. */
interface Claimant {
  saleId: string;
  holder?: string | undefined;
}

interface Claim {
  /** Who was granted what; absent where a transfer was reported without a claim. */
  grant?: Claimant & {
    instruction: Instruction;
    /** Another for every answer that granted it, so that no swap that was asked for before it can still change the claim. */
    mark: string;
  };
  txHash?: string;
}

/** All verbs throw {@link Refusal} 409 where the claim forbids it. */
export interface Claims {
  /** Throws where this claimant could not be granted this order now. Grants nothing. */
  check(reference: string, claimant: Claimant, transactionId: string): Promise<void>;
  /** Grants, or repeats an equal grant. One per reference and per order. */
  grant(reference: string, claimant: Claimant, instruction: Instruction): Promise<Instruction>;
  /** Notes the transfer that was made. */
  report(reference: string, txHash: string): Promise<void>;
  /** Gives the claim back, after the person declined. Only its holder may: another browser's request may still be open. */
  release(reference: string, holder?: string): Promise<void>;
}

const taken = () =>
  new Refusal(409, 'already-claimed', 'This order is already being paid in another window or on another device.');

const isHolder = ({ txHash, grant }: Claim, { saleId, holder }: Claimant, transactionId: string): boolean =>
  // Once a transfer is known, nobody may ask a wallet again, its own sale included.
  !txHash && grant?.saleId === saleId && grant.holder === holder && grant.instruction.transactionId === transactionId;

/** Whether two instructions ask for one and the same transfer. */
const isSame = (one: Instruction, other: Instruction): boolean =>
  JSON.stringify({ ...one, deadline: '' }) === JSON.stringify({ ...other, deadline: '' });

export const createClaims = (store: Store): Claims => {
  const keyOf = (reference: string) => `claim:${reference}`;
  const parse = (text: string | undefined): Claim => (text === undefined ? {} : JSON.parse(text));

  /** Compare-and-set until it holds. `change` gives the same claim back to leave it, `undefined` to remove it. */
  const update = async (reference: string, change: (claim: Claim) => Claim | undefined): Promise<Claim | undefined> => {
    for (let swaps = 0; swaps < MOST_SWAPS; swaps++) {
      const text = await store.get(keyOf(reference));
      const claim = parse(text);
      const next = change(claim);
      if (next === claim) return claim;
      if (await store.swap(keyOf(reference), text, next && JSON.stringify(next), KEPT)) return next;
    }
    throw new Error('The store never swapped a claim; see whether its swap compares with what its get returns.');
  };

  /** An order belongs for good to the reference that first claimed it, so one claim per reference is one per order too. */
  const bind = async (transactionId: string, reference: string): Promise<void> => {
    const key = `order:${transactionId}`;
    if (await store.swap(key, undefined, reference, KEPT)) return;
    if ((await store.get(key)) !== reference) throw taken();
  };

  return {
    check: async (reference, claimant, transactionId) => {
      const claim = parse(await store.get(keyOf(reference)));
      if ((claim.grant || claim.txHash) && !isHolder(claim, claimant, transactionId)) throw taken();
    },
    grant: async (reference, claimant, instruction) => {
      await bind(instruction.transactionId, reference);
      const mark = crypto.randomUUID();
      let former: string | undefined;
      // A release that the store did not answer in time may still be carried out, after its sale has asked to be granted again.
      const claim = await update(reference, (held) => {
        if (!held.grant && !held.txHash) return { grant: { ...claimant, instruction, mark } };
        if (!held.grant || !isHolder(held, claimant, instruction.transactionId)) throw taken();
        // Somebody else of this sale has marked it anew since the first look, which is as good.
        if (former !== undefined && former !== held.grant.mark) return held;
        former = held.grant.mark;
        return { ...held, grant: { ...held.grant, mark } };
      });
      const granted = claim?.grant?.instruction ?? instruction;
      if (!isSame(granted, instruction))
        throw new Refusal(409, 'order-refused', 'The order at Coinbase is not the same as when it was claimed.');
      return granted;
    },
    // Taken even without a claim: a transfer that was made must be known, or somebody may be asked for a second.
    report: async (reference, txHash) => {
      const hash = txHash.toLowerCase();
      await update(reference, (held) => {
        if (held.txHash && held.txHash !== hash)
          throw new Refusal(409, 'already-reported', 'Another transfer was already reported for this sale.');
        return held.txHash ? held : { ...held, txHash: hash };
      });
    },
    release: async (reference, holder) => {
      await update(reference, (held) => {
        if (held.txHash)
          throw new Refusal(409, 'already-reported', 'A transfer was reported for this sale; its claim stays.');
        if (held.grant && held.grant.holder !== holder) throw taken();
        return held.grant ? undefined : held;
      });
    },
  };
};
