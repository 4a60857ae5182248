// The simulator's time: real time plus the leaps it was told to make. Knows no order and starts no timer.

/** Two readings of one clock, in milliseconds since the epoch. */
export interface Clock {
  /** Without leaps: what the rest of the world calls now. */
  real(): number;
  /** With leaps: what Coinbase calls now. */
  now(): number;
  /** Moves `now` forward. */
  leap(ms: number): void;
  reset(): void;
}

export const createClock = (real: () => number): Clock => {
  let leaped = 0;
  return {
    real,
    now: () => real() + leaped,
    leap(ms) {
      if (!Number.isFinite(ms) || ms < 0)
        throw new RangeError('The clock only leaps forward, by milliseconds of 0 or more.');
      leaped += ms;
    },
    reset() {
      leaped = 0;
    },
  };
};
