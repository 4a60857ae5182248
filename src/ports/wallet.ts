// The visitor's wallet behind EIP-1193: its accounts, and the one ask to send. Knows wallets' habits and errors; does not know sales.
// Only pure functions of viem are used: its client asks a wallet twice on some errors.
import { OfframpError } from '../errors.ts';
import { instructionOf, type Order } from '../order.ts';
import type { Clock, Outcome, Provider, Sender, Wallet } from '../ports.ts';
import { transferRequest } from '../transaction.ts';
import { callsIdOf, callsRequest, stateOfCalls } from './calls.ts';
import { preflight } from './preflight.ts';
import { createRequests, isAmong, isHash, type Requests } from './requests.ts';
import { type Reading, sightingOf } from './sighting.ts';
import { codesOf, hasCode } from './wallet-errors.ts';

interface WalletOptions {
  /** Read at each use: the person may choose another wallet. */
  provider: () => Provider | undefined;
  sender: () => Sender | undefined;
  clock: Clock;
}

const NOT_CONNECTED = {
  message: 'Your wallet is not connected to this page.',
  advice: 'Connect the account this sale began with, then press Send again.',
};

const TOO_LATE = {
  message: 'The wallet answered too late, and was not asked to send.',
  advice: 'Nothing was sent; press Send again if there is time left.',
};

const UNDONE = {
  message: 'Your wallet could not carry the transfer out.',
  advice: 'Nothing was sent; press Send again if there is time left.',
};

/** A batch that was approved is asked after this often, so many milliseconds apart. */
const CALLS_POLLS = 40;
const CALLS_PAUSE = 2_000;

/** EIP-1193 and EIP-5792 (and WalletConnect) for a person's "no". */
const isDeclined = (cause: unknown): boolean => hasCode(cause, 4001) || hasCode(cause, 5000);

/** An error before any ask to send, in our words. */
const translate = (cause: unknown): OfframpError => {
  if (cause instanceof OfframpError) return cause;
  if (hasCode(cause, -32002)) return new OfframpError('wallet-busy', { cause });
  return new OfframpError('wallet-failed', { cause });
};

/** An error of the ask itself (EIP-1193, EIP-1474, EIP-5792): known not to have sent, or not known. */
const judge = (cause: unknown): Outcome => {
  if (isDeclined(cause)) return { kind: 'declined' };
  const codes = codesOf(cause);
  if (codes.includes(-32002)) return { kind: 'unsure', error: new OfframpError('wallet-busy', { cause }) };
  // The wallet does not know the method or the account: it cannot have shown anything to approve.
  if ([4100, 4200, -32601].includes(codes[0] ?? 0)) {
    return { kind: 'not-asked', error: new OfframpError('wallet-failed', { cause }) };
  }
  return { kind: 'unsure', error: new OfframpError('wallet-failed', { cause }) };
};

const unsure = (callsId?: string): Outcome => ({
  kind: 'unsure',
  error: new OfframpError('wallet-failed'),
  ...(callsId === undefined ? {} : { callsId }),
});

const asOutcome = (answer: unknown): Outcome => (isHash(answer) ? { kind: 'sent', txHash: answer } : unsure());

export const createWallet = ({ provider, sender, clock }: WalletOptions): Wallet => {
  /** The wallet that is chosen now, for all requests that belong together. */
  const chosen = (): Requests => createRequests(provider());
  const reading: Reading = new Map();

  /** A batch that the person approved, until the wallet says what became of it. */
  const followCalls = async (callsId: string, requests: Requests): Promise<Outcome> => {
    for (let polls = 0; polls < CALLS_POLLS; polls += 1) {
      const state = await stateOfCalls(callsId, requests).catch(() => 'unknown' as const);
      if (state === 'undone') return { kind: 'undone', error: new OfframpError('wallet-failed', UNDONE) };
      if (state !== 'unknown') return { kind: 'sent', txHash: state.txHash };
      await clock.wait(CALLS_PAUSE);
    }
    return unsure(callsId);
  };

  /** The one and only request to send; nothing here or above repeats it (rule 2). */
  const askOnce = async (order: Order, callsId: string | undefined, requests: Requests): Promise<Outcome> => {
    const { ask } = requests;
    try {
      if (callsId === undefined) {
        return asOutcome(await ask('eth_sendTransaction', [transferRequest(order)]));
      }
      const kept = callsIdOf(await ask('wallet_sendCalls', [callsRequest(order, callsId)]));
      return kept === undefined ? unsure() : await followCalls(kept, requests);
    } catch (cause) {
      return judge(cause);
    }
  };

  return {
    accounts: async () =>
      chosen()
        .accountsBy('eth_accounts')
        .catch(() => []),

    connect: async () => {
      try {
        const [account] = await chosen().accountsBy('eth_requestAccounts');
        if (account) return account;
      } catch (cause) {
        if (isDeclined(cause)) return undefined;
        throw translate(cause);
      }
      throw new OfframpError('no-wallet', { message: 'The wallet shared no account.' });
    },

    prepare: async (order, signal) => {
      // A page's own sender may be no EIP-1193 wallet at all: it makes its own checks.
      if (sender()) return { nonce: null, block: null };
      try {
        return await preflight(order, chosen(), clock, signal);
      } catch (cause) {
        // Only the request to connect throws a bare "no" here; a declined switch is told as `wrong-chain`, with its cause.
        const isUnconnected = !(cause instanceof OfframpError) && isDeclined(cause);
        throw isUnconnected ? new OfframpError('wrong-account', NOT_CONNECTED) : translate(cause);
      }
    },

    ask: async (order, mayStill, callsId) => {
      const tooLate: Outcome = { kind: 'not-asked', error: new OfframpError('wallet-failed', TOO_LATE) };
      const send = sender();
      if (send) {
        if (!mayStill()) return tooLate;
        try {
          return asOutcome((await send(Object.freeze(instructionOf(order))))?.txHash);
        } catch (cause) {
          // Where a page's own way failed is not known: a code may be of something it did after it had sent.
          const outcome = judge(cause);
          return outcome.kind === 'not-asked' ? { ...outcome, kind: 'unsure' } : outcome;
        }
      }
      const requests = chosen();
      try {
        const accounts = await requests.accountsBy('eth_accounts');
        if (!isAmong(accounts, order.from)) throw new OfframpError('wrong-account');
        if (!(await requests.isOnChain(order))) throw new OfframpError('wrong-chain');
      } catch (cause) {
        return { kind: 'not-asked', error: translate(cause) };
      }
      return mayStill() ? askOnce(order, callsId, requests) : tooLate;
    },

    look: async (order, attempt) => sightingOf(order, chosen(), reading).look(attempt),

    trace: async (order, attempt, txHash) => sightingOf(order, chosen(), reading).trace(attempt, txHash),
  };
};
