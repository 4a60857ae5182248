// Asks again and again, one request at a time, at a pace that follows what is likely. Knows pauses; does not know what it asks.
import { OfframpError } from './errors.ts';
import type { Clock } from './ports.ts';

interface Polling<T> {
  ask: (signal: AbortSignal) => Promise<T>;
  onAnswer: (answer: T) => void | Promise<void>;
  onError: (error: OfframpError) => void;
  /** Hears that an answer is likely now; returns its undo. */
  onNudge: (listener: () => void) => () => void;
  /** While nothing is likely yet, the pace is gentle. */
  isGentle: () => boolean;
  /** While the news are told by others, asking is only a safety net. */
  isTold?: () => boolean;
  clock: Clock;
  signal: AbortSignal;
}

const QUICK = 1_000;
const GENTLE = 3_000;
const SLOWEST = 10_000;
const SAFETY_NET = 30_000;
/** How long after a sign of life the pace stays quick. */
const QUICK_FOR = 30_000;
const GROWTH = 1.5;

/** Runs until `signal` aborts. Errors are told and never end it: a network comes back. */
export const poll = async <T>({
  ask,
  onAnswer,
  onError,
  onNudge,
  isGentle,
  isTold = () => false,
  clock,
  signal,
}: Polling<T>): Promise<void> => {
  let quickSince = clock.now();
  let pause = 0;
  let wasNudged = false;
  let hasFailed = false;
  let nap = new AbortController();
  const undo = onNudge(() => {
    wasNudged = true;
    quickSince = clock.now();
    nap.abort();
  });
  /** One question. Milliseconds that the other side asked to wait. */
  const look = async (): Promise<number> => {
    hasFailed = false;
    try {
      const answer = await ask(signal);
      if (signal.aborted) return 0;
      await onAnswer(answer);
      if (clock.now() - quickSince < QUICK_FOR) pause = 0;
      return 0;
    } catch (cause) {
      if (signal.aborted) return 0;
      const error = cause instanceof OfframpError ? cause : new OfframpError('backend-unreachable', { cause });
      hasFailed = true;
      pause = Math.max(pause, QUICK);
      onError(error);
      return error.retryAfter ?? 0;
    }
  };
  try {
    // What others told a moment ago need not be asked for.
    for (let isAsked = !isTold(); !signal.aborted; isAsked = true) {
      wasNudged = false;
      const floor = isAsked ? await look() : 0;
      if (signal.aborted) return;
      const base = isGentle() ? GENTLE : QUICK;
      pause = Math.min(Math.max(pause * GROWTH, base), SLOWEST);
      // What the other side asked for is kept even when nudged; our own pause is not.
      if (floor > 0) await clock.wait(floor, signal);
      if (wasNudged || signal.aborted) continue;
      nap = new AbortController();
      // Where nobody answers, what tells the news may have fallen silent, too.
      await clock.wait(
        (isTold() && !hasFailed ? SAFETY_NET : pause) * (0.8 + 0.4 * clock.random()),
        AbortSignal.any([signal, nap.signal]),
      );
    }
  } finally {
    undo();
  }
};
