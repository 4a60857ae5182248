// Coinbase for servers that know only its real address: the runtime's `fetch` brings them to a simulator instead.
// Knows the API's host; opens no connection but to this machine.
import type { TestContext } from 'node:test';
import { createSimulator, type Simulator } from '../../src/simulator.ts';
import { API_KEY_SECRET, SHOP } from './fixture.ts';

const API = 'https://api.developer.coinbase.com';

/** What the server asked Coinbase for, and the simulator that answered. */
export interface Coinbase {
  simulator: Simulator;
  /** Bodies of the token requests. */
  tokens: { clientIp: string }[];
  /** Answers what is for Coinbase, and nothing else. */
  answer(request: Request): Promise<Response>;
  /** Walks through the sell window to "Cash out now". */
  cashOut(session: { token: string; partnerUserRef: string }): Promise<void>;
}

export const openCoinbase = (): Coinbase => {
  const x = Buffer.from(API_KEY_SECRET, 'base64').subarray(32).toString('base64url');
  const keys = { 'key-1': { kty: 'OKP', crv: 'Ed25519', x } };
  const simulator = createSimulator({ keys, chains: {}, allowedRedirects: [SHOP] });
  const tokens: { clientIp: string }[] = [];
  const step = (path: string, form?: Record<string, string>): Promise<Response> =>
    simulator.fetch(
      new Request(new URL(path, API), form && { method: 'POST', body: new URLSearchParams(form), headers: {} }),
    );
  return {
    simulator,
    tokens,
    answer: async (request) => {
      if (request.url.endsWith('/token')) tokens.push((await request.clone().json()) as { clientIp: string });
      return simulator.fetch(request);
    },
    cashOut: async ({ token, partnerUserRef }) => {
      const query = { sessionToken: token, partnerUserRef, redirectUrl: `${SHOP}/done`, defaultAsset: 'USDC' };
      const opened = await step(`/v3/sell/input?${new URLSearchParams({ ...query, defaultNetwork: 'base' })}`);
      const path = `${opened.headers.get('location')}`;
      await step(path, { amount: '25', method: 'FIAT_WALLET' });
      await step(`${path}/price`, {});
    },
  };
};

/** Until the test ends, `fetch` brings what is for Coinbase to this one. */
export const replaceCoinbase = (t: TestContext): Coinbase => {
  const coinbase = openCoinbase();
  const { fetch } = globalThis;
  t.mock.method(globalThis, 'fetch', (...[input, init]: Parameters<typeof fetch>) => {
    const request = new Request(input, init);
    return new URL(request.url).origin === API ? coinbase.answer(request) : fetch(input, init);
  });
  return coinbase;
};
