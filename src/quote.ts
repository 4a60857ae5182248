// What a sale would bring, asked for while its button is idle and seen. Knows when to ask, and what an answer says; does not know
// how it looks. Nothing waits for it: a press never does, and an error is silence.
import type { ReactiveControllerHost } from 'lit';
import { OfframpError } from './errors.ts';
import type { Backend, Clock, Quote } from './ports.ts';
import type { QuoteRequest } from './schema.ts';

/** A quote's question and where to ask it. */
export interface QuoteWish {
  endpoint: string;
  request: QuoteRequest;
}

interface Doors {
  ask: Backend['quote'];
  clock: Clock;
  /** What to ask for now; `undefined`: nothing. */
  wanted: () => QuoteWish | undefined;
}

export interface Quotes {
  /** The newest answer to what is wanted now. */
  readonly quote: Quote | undefined;
}

/** Long enough for an amount to be typed. */
const SETTLED = 400;
/** Milliseconds after which a price is an old one. */
const FRESH = 60_000;

/** Whether an answer is about what was asked. */
const isAbout = (quote: Quote, { asset, network, amount }: QuoteRequest): boolean =>
  quote.kind === 'refused' || (quote.asset === asset && quote.network === network && quote.amount === amount);

/** Follows the price for as long as the button is in the page, on the screen and wants one. */
export const createQuotes = (button: ReactiveControllerHost & HTMLElement, { ask, clock, wanted }: Doors): Quotes => {
  let known: { key: string; quote: Quote | undefined; until: number } | undefined;
  let followed: string | undefined;
  let following = new AbortController();
  let isSeen = false;
  let page = new AbortController();

  const learn = (key: string, quote: Quote | undefined, life: number) => {
    known = { key, quote, until: clock.now() + life };
    button.requestUpdate();
  };

  const follow = async (key: string, { endpoint, request }: QuoteWish, signal: AbortSignal) => {
    await clock.wait(SETTLED, signal);
    while (!signal.aborted) {
      const rest = known?.key === key ? known.until - clock.now() : 0;
      if (rest > 0) {
        await clock.wait(rest, signal);
        continue;
      }
      try {
        const quote = await ask(endpoint, request, signal);
        if (!signal.aborted) learn(key, isAbout(quote, request) ? quote : undefined, FRESH);
      } catch (cause) {
        const asked = cause instanceof OfframpError ? (cause.retryAfter ?? 0) : 0;
        if (!signal.aborted) learn(key, undefined, Math.max(asked, FRESH));
      }
    }
  };

  const update = () => {
    const wish = isSeen && document.visibilityState === 'visible' ? wanted() : undefined;
    const key = wish && JSON.stringify(wish);
    if (key === followed) return;
    following.abort();
    following = new AbortController();
    followed = key;
    if (wish && key !== undefined) void follow(key, wish, following.signal);
  };

  button.addController({
    hostConnected: () => {
      page = new AbortController();
      const { signal } = page;
      const observer = new IntersectionObserver((entries) => {
        isSeen = entries.at(-1)?.isIntersecting ?? false;
        update();
      });
      observer.observe(button);
      signal.addEventListener('abort', () => observer.disconnect());
      document.addEventListener('visibilitychange', update, { signal });
    },
    hostDisconnected: () => {
      page.abort();
      isSeen = false;
      update();
    },
    hostUpdated: update,
  });

  return {
    get quote() {
      // Another amount's price would be a wrong one, even for a moment.
      const wish = wanted();
      return wish && known?.key === JSON.stringify(wish) ? known.quote : undefined;
    },
  };
};

/** The amount before fees where it is less or more than the limits, else `undefined`. */
export const limitsBroken = (quote: Quote): Quote['limits'] => {
  const { limits } = quote;
  if (quote.kind === 'refused' || !limits) return limits;
  // Only words depend on it, so that a rounding error moves no money.
  const gross = Number(quote.fiat.value) + Number(quote.fee.value);
  const isComparable = quote.fiat.currency === limits.currency && quote.fee.currency === limits.currency;
  const isWithin = gross >= Number(limits.min ?? 0) && gross <= Number(limits.max ?? Number.POSITIVE_INFINITY);
  return isComparable && !isWithin ? limits : undefined;
};
