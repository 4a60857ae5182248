// Every error a sale can meet: one class, one table of codes. Knows the words; does not know who throws or shows them.
import type { Stage } from './stages.ts';

interface Row {
  /** What happened, one sentence. */
  message: string;
  /** What to do, one sentence. */
  advice: string;
  /** Whether the same sale can go on. */
  recoverable: boolean;
}

const TABLE = {
  'no-endpoint': {
    message: 'This button has no token endpoint.',
    advice: 'Set the token-endpoint attribute to the address of your backend.',
    recoverable: false,
  },
  'unknown-asset': {
    message: 'This asset cannot be sold on this network here.',
    advice: 'Choose an asset and a network from the list in the documentation.',
    recoverable: false,
  },
  'bad-amount': {
    message: 'The amount is not a number this asset can have.',
    advice: 'Give a plain decimal number greater than zero, such as 25 or 0.5.',
    recoverable: false,
  },
  'popup-blocked': {
    message: 'The browser blocked the Coinbase window.',
    advice: 'Press the button again, allow pop-ups for this site, or continue in this tab.',
    recoverable: true,
  },
  'backend-unreachable': {
    message: 'The site could not be reached.',
    advice: 'Check your connection; a cash-out that has begun goes on once the site answers.',
    recoverable: true,
  },
  'backend-refused': {
    message: 'The site refused the request.',
    advice: 'Sign in to the site again, then try once more.',
    recoverable: true,
  },
  'backend-malformed': {
    message: 'The site gave an answer that could not be understood.',
    advice: 'Try again later, or contact the site.',
    recoverable: true,
  },
  'backend-busy': {
    message: 'The site is busy.',
    advice: 'Wait a moment, then try again.',
    recoverable: true,
  },
  'no-wallet': {
    message: 'No wallet was found in this browser.',
    advice: 'Install or unlock a wallet, then press the button again.',
    recoverable: true,
  },
  'wallet-busy': {
    message: 'A request is already open in your wallet.',
    advice: 'Open your wallet and answer the request that is waiting there.',
    recoverable: true,
  },
  'wrong-chain': {
    message: 'Your wallet is on another network.',
    advice: 'Switch the network in your wallet, then press Send again.',
    recoverable: true,
  },
  'wrong-account': {
    message: 'Your wallet is on another account than the one this sale began with.',
    advice: 'Switch back to that account in your wallet, then press Send again.',
    recoverable: true,
  },
  'low-funds': {
    message: 'There is not enough in your wallet for this transfer and its network fee.',
    advice: 'Add funds to the wallet, then press Send again.',
    recoverable: true,
  },
  'wallet-failed': {
    message: 'The wallet reported a problem.',
    advice: 'Open your wallet to see whether it shows a transfer before you do anything else.',
    recoverable: true,
  },
  'order-ambiguous': {
    message: 'Coinbase shows more than one order for this sale.',
    advice: 'Nothing was sent; start a new cash-out and confirm it only once.',
    recoverable: false,
  },
  'order-refused': {
    message: 'The order at Coinbase is not one that can be paid from here.',
    advice: 'Nothing was sent; start a new cash-out and choose a bank account or cash balance at Coinbase.',
    recoverable: false,
  },
  'order-expired': {
    message: 'The time to send for this order is over.',
    advice: 'Do not send to its address any more; start a new cash-out.',
    recoverable: false,
  },
  'order-failed': {
    message: 'Coinbase did not complete the sale.',
    advice: 'If you sent crypto for it, look for it in your Coinbase account.',
    recoverable: false,
  },
  'already-claimed': {
    message: 'This order is already being paid in another window or device.',
    advice: 'Go on there; this page follows along.',
    recoverable: true,
  },
  'instruction-invalid': {
    message: 'The instructions to send do not match the order shown.',
    advice: 'Nothing was sent; contact the site.',
    recoverable: false,
  },
  'store-unavailable': {
    message: 'This browser does not let the page remember the sale.',
    advice: 'Nothing was sent; leave private browsing or allow site data, then try again.',
    recoverable: true,
  },
} as const satisfies Record<string, Row>;

/** The stable code of an error; switch on this. */
export type OfframpErrorCode = keyof typeof TABLE;

/** All codes with their words, for tables and tests. */
export const errorTable: Readonly<Record<OfframpErrorCode, Readonly<Row>>> = TABLE;

interface Details {
  /** The stage the sale was in. */
  stage?: Stage;
  /** What caused it. Never shown, never put into the message: it may hold what must not be told. */
  cause?: unknown;
  /** Replaces the table's message, for a case it does not fit. No token, key or full URL. */
  message?: string;
  /** Replaces the table's advice. No token, key or full URL. */
  advice?: string;
  /** Milliseconds to wait before trying again, as the other side asked (`Retry-After`). */
  retryAfter?: number;
}

/** What went wrong in a sale, in words for a person, with a stable `code` for a program. */
export class OfframpError extends Error {
  readonly code: OfframpErrorCode;
  readonly stage: Stage;
  readonly advice: string;
  readonly recoverable: boolean;
  readonly retryAfter: number | undefined;

  constructor(code: OfframpErrorCode, details: Details = {}) {
    const row = TABLE[code];
    super(details.message ?? row.message, { cause: details.cause });
    this.name = 'OfframpError';
    this.code = code;
    this.stage = details.stage ?? 'idle';
    this.advice = details.advice ?? row.advice;
    this.recoverable = row.recoverable;
    this.retryAfter = details.retryAfter;
  }

  /** A wallet may throw anything, and a proxy's trap must not throw once more where it is only looked at. */
  static override [Symbol.hasInstance](value: unknown): boolean {
    try {
      return Function.prototype[Symbol.hasInstance].call(OfframpError, value);
    } catch {
      return false;
    }
  }

  /** The same error, said of a stage. */
  at(stage: Stage): OfframpError {
    return new OfframpError(this.code, {
      stage,
      cause: this.cause,
      message: this.message,
      advice: this.advice,
      ...(this.retryAfter === undefined ? {} : { retryAfter: this.retryAfter }),
    });
  }
}
