// The one error class. Its words are in `errors.ts`, which a page that only shows the button does not need.
import type { OfframpErrorCode } from './errors.ts';
import type { Stage } from './stages.ts';

export interface ErrorRow {
  /** What happened, one sentence. */
  message: string;
  /** What to do, one sentence. */
  advice: string;
  /** Whether the same sale can go on. */
  recoverable: boolean;
}

let rows: { readonly [Code in OfframpErrorCode]?: ErrorRow } = {};

/** Gives every code its words. */
export const fillErrors = (table: Readonly<Record<OfframpErrorCode, ErrorRow>>): void => {
  rows = table;
};

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
    const row = rows[code];
    super(details.message ?? row?.message ?? code, { cause: details.cause });
    this.name = 'OfframpError';
    this.code = code;
    this.stage = details.stage ?? 'idle';
    this.advice = details.advice ?? row?.advice ?? '';
    this.recoverable = row?.recoverable ?? true;
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
