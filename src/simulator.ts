// Coinbase's off-ramp to test against: its API, its sell window, its clock and its faults, as one Request → Response value.
// Knows how Coinbase behaves; does not know who calls it, and never reaches Coinbase itself.
import { Hono } from 'hono';
import { createApi } from './simulator/api.ts';
import { createAuthority } from './simulator/authority.ts';
import { createBook } from './simulator/book.ts';
import { createClock } from './simulator/clock.ts';
import { createFaults, type Faults } from './simulator/faults.ts';
import { checkOptions, openChains, type SimulatorOptions } from './simulator/options.ts';
import { createQuotes } from './simulator/quote.ts';
import { type OrderSnapshot, snapshot } from './simulator/record.ts';
import { createTokens } from './simulator/tokens.ts';
import { createWebhooks } from './simulator/webhooks.ts';
import { createSellWindow } from './simulator/window.ts';

export type { PublicKey } from './simulator/authority.ts';
export type { ChainAccess } from './simulator/chain.ts';
export type { Fault, FaultName, Faults } from './simulator/faults.ts';
export type { SimulatorOptions } from './simulator/options.ts';
export type { OrderSnapshot } from './simulator/record.ts';
export type { WebhookOptions } from './simulator/webhooks.ts';

/** Coinbase's off-ramp, simulated. */
export interface Simulator {
  /** Answers as api.developer.coinbase.com and pay.coinbase.com do, both at one origin. */
  fetch(request: Request): Promise<Response>;
  /** What goes wrong. */
  faults: Faults;
  /** Leaps the clock of tokens and orders forward, in milliseconds. The time of JWTs does not leap. */
  advance(ms: number): void;
  /** Every order, newest first, as last seen: an order is brought up to date when its list is asked for. */
  orders(): readonly OrderSnapshot[];
  /**
   * Brings every order up to date and sends the webhooks that are due; resolves when they are answered. Call it now and then where
   * events are to come without anybody asking: the simulator has no timer.
   */
  settle(): Promise<void>;
  /** Forgets orders, tokens and windows, turns every fault off and takes leaps back. */
  reset(): void;
}

/** Makes a simulator. Throws a `TypeError` that says what is wrong with the options. */
export const createSimulator = (options: SimulatorOptions): Simulator => {
  checkOptions(options);
  const { keys, chains, allowedRedirects, now = Date.now } = options;
  const clock = createClock(now);
  const faults = createFaults();
  const tokens = createTokens(clock);
  const book = createBook({ clock, faults, chains: openChains(chains) });
  const quotes = createQuotes(clock.real, book);
  const sellWindow = createSellWindow({ faults, tokens, book, allowedRedirects });

  const app = new Hono();
  app.route('/onramp/v1', createApi({ clock, faults, authority: createAuthority(keys, clock), tokens, book, quotes }));
  app.route('/v3/sell', sellWindow.routes);
  app.notFound((c) =>
    c.json({ code: 5, message: `The simulator has no ${c.req.method} ${c.req.path}.`, details: [] }, 404),
  );

  const webhooks = options.webhooks && createWebhooks({ options: options.webhooks, clock, faults });
  const tell = async (): Promise<void> => webhooks?.look(book.all());

  return {
    fetch: async (request) => {
      const answer = await app.fetch(request);
      // Not waited for: whoever is told may be the one who asks.
      void tell();
      return answer;
    },
    faults: { list: faults.list, set: faults.set, clear: faults.clear },
    advance: clock.leap,
    orders: () => book.all().map(snapshot),
    async settle() {
      const references = new Set(book.all().map(({ partnerUserRef }) => partnerUserRef));
      for (const reference of references) await book.list(reference);
      await tell();
    },
    reset() {
      book.clear();
      tokens.clear();
      quotes.clear();
      sellWindow.clear();
      webhooks?.clear();
      faults.clear();
      clock.reset();
    },
  };
};
