// Whole sales: the real flow over the real backend, wallet and store doors, with every answer in the attacker's hands. Whatever
// comes in, a wallet is asked at most once, and only for the transfer that right answers ask for.
import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import { createFlow, type Watcher } from '../../../src/flow.ts';
import type { Order } from '../../../src/order.ts';
import { createBackend } from '../../../src/ports/backend.ts';
import { createStore } from '../../../src/ports/store.ts';
import { createWallet } from '../../../src/ports/wallet.ts';
import type { Ports } from '../../../src/ports.ts';
import { type ReturnSignal, returnSignal } from '../../../src/schema.ts';
import type { Wish } from '../../../src/wish.ts';
import { createManualClock, settle } from '../../fixtures/manual-clock.ts';
import { createProvider } from '../../fixtures/provider.ts';
import { border, checkError } from '../border.ts';
import { parsed, type Sent, sent } from '../damage.ts';
import * as oracle from '../oracle.ts';
import { createStorage, Target } from '../page.ts';
import { FROM, NOON } from '../texts.ts';
import * as valid from '../valid.ts';
import { checkOrder, checkUnchanged } from './orders.ts';

const BASE = 'https://shop.example/api/token';
const WISH: Wish = {
  tokenEndpoint: BASE,
  statusEndpoint: null,
  asset: 'USDC',
  network: 'base',
  amount: null,
  fiatAmount: null,
  fiatCurrency: null,
  cashoutMethod: null,
  redirectUrl: 'https://shop.example/back',
  presentation: 'popup',
  payOrigin: 'https://pay.coinbase.com',
};

interface Story {
  token: Sent;
  /** The lists as they come, the last one again and again. */
  lists: readonly Sent[];
  claim: Sent;
  signal: Sent;
  isForged: boolean;
  presses: boolean;
  stored: Sent | null;
}

const right = (tree: object): Sent => ({ text: JSON.stringify(tree), isDamaged: false });

/** Mostly right, so that a story goes far before something is wrong. */
const mostly = (tree: object, times: number): fc.Arbitrary<Sent> =>
  fc.oneof({ weight: times, arbitrary: fc.constant(right(tree)) }, { weight: 1, arbitrary: sent(tree) });

const [LIST = {}] = valid.lists;

const stories = fc.record<Story>({
  token: mostly(valid.tokenAnswer, 5),
  lists: fc.array(mostly(LIST, 2), { minLength: 1, maxLength: 4 }),
  claim: mostly(valid.claimAnswer, 3),
  signal: mostly(valid.returnSignal, 3),
  isForged: fc.boolean(),
  presses: fc.boolean(),
  stored: fc.oneof({ weight: 3, arbitrary: fc.constant(null) }, { weight: 1, arbitrary: sent(valid.sale()) }),
});

const answer = ({ text }: Sent): Response => new Response(text, { status: 200 });

/** The transfer of an order, encoded by hand. */
const transferOf = ({ to, token, units }: Order): unknown[] => {
  const hex = BigInt(units).toString(16);
  if (token === null) return [to, `0x${hex}`, undefined];
  return [token, '0x0', `0xa9059cbb${to.slice(2).toLowerCase().padStart(64, '0')}${hex.padStart(64, '0')}`];
};

const run = (story: Story) => {
  const clock = createManualClock({ now: NOON, timers: new Set() });
  const storage = createStorage();
  if (story.stored) storage.setItem('offramp-button:sale:shop', story.stored.text.slice(0, 1_000_000));
  const provider = createProvider({ accounts: [FROM] });
  const served: string[] = [];
  const left = [...story.lists];
  const fetch = async (_: unknown, { method }: RequestInit = {}) => {
    if (method === 'POST' && served.length === 0 && !tokenServed) {
      tokenServed = true;
      return answer(story.token);
    }
    if (method === 'POST') return answer(story.claim);
    if (method !== 'GET') return new Response('{}');
    const [next = right(LIST)] = left;
    if (left.length > 1) left.shift();
    served.push(next.text);
    return answer(next);
  };
  let tokenServed = story.stored !== null;
  const asked: Ask[] = [];
  provider.script('eth_sendTransaction', ([request]) => {
    asked.push({ request: request as Record<string, unknown>, order: flow.sale.order, served: served.length });
    return valid.HASH;
  });
  const returns = new Set<(signal: ReturnSignal) => void>();
  const claimed = new Map<string, unknown>();
  const ports = {
    clock,
    backend: createBackend({
      fetch: () => fetch as typeof globalThis.fetch,
      base: () => BASE,
      limit: () => new AbortController().signal,
    }),
    wallet: createWallet({ provider: () => provider, sender: () => undefined, clock }),
    store: createStore({ storage: () => storage, page: () => new Target() as unknown as Window, now: clock.now }),
    signature: { canVerify: async () => {}, verify: async () => {} },
    claims: {
      take: async (id: string, claim: unknown) => !claimed.has(id) && Boolean(claimed.set(id, claim)),
      find: async (id: string) => claimed.get(id),
      left: async () => undefined,
      settle: async (id: string, claim: unknown) => void claimed.set(id, claim),
      release: async (id: string) => void claimed.delete(id),
      alone: async (_: string, work: () => Promise<void>) => work().then(() => true),
      whenNobodyAsks: async () => {},
    },
    popup: {
      isOpen: true,
      open: () => true,
      go: () => {},
      focus: () => false,
      close: () => {},
      leave: () => {},
      onReturn: (listener: (signal: ReturnSignal) => void) => {
        returns.add(listener);
        return () => returns.delete(listener);
      },
      returned: () => undefined,
    },
  } as unknown as Ports;
  const errors: unknown[] = [];
  const watcher: Watcher = {
    wish: () => WISH,
    base: () => BASE,
    provider: () => provider,
    sender: () => undefined,
    fetch: () => fetch as typeof globalThis.fetch,
    waiting: () => ({ title: '', text: '' }),
    mayOpen: () => true,
    maySend: () => true,
    confirmsSend: () => false,
    instructionKey: () => undefined,
    onSale: () => {},
    onError: (error) => errors.push(error),
    onRecovered: () => {},
  };
  const flow = createFlow('shop', () => ports);
  return { flow, watcher, clock, asked, errors, served, returns, provider };
};

const passes =
  (check: (text: string) => void) =>
  (text: string): boolean => {
    try {
      check(text);
      return true;
    } catch {
      return false;
    }
  };

interface Ask {
  request: Record<string, unknown>;
  order: Order | null;
  /** How many lists had been served by then. */
  served: number;
}

/** @param startedAt of a sale that began here; `undefined` for one that was found in storage. */
const checkAsk = ({ request, order, served: count }: Ask, served: readonly string[], startedAt?: number): void => {
  assert.ok(order && Object.isFrozen(order), 'asked without an order that nobody can change');
  assert.deepEqual([request.to, request.value, request.data], transferOf(order));
  assert.deepEqual([oracle.small(String(request.from)), request.chainId], [oracle.small(FROM), '0x2105']);
  assert.ok(oracle.isExactly(BigInt(order.units), order.amount, 6), `shows ${order.amount} and sends ${order.units}`);
  assert.ok(oracle.isDepositAddress(order.to, FROM) || startedAt === undefined);
  const seen = served.slice(0, count);
  // The list that was asked for right before; a poll may have brought one after it.
  assert.ok(seen.slice(-2).some(passes((text) => checkUnchanged(order, text))), 'asked although the order had changed');
  if (startedAt === undefined) return;
  const expected = { asset: 'USDC', network: 'base', from: FROM, startedAt };
  const isPicked = passes((text) => checkOrder(order, text, expected, Number.POSITIVE_INFINITY));
  assert.ok(seen.some(isPicked), 'no list that was served asks for this order alone');
};

const whole = border<Story>({
  name: 'whole sales: flow over the real doors',
  share: 5,
  input: stories,
  judge: async (story) => {
    const { flow, watcher, clock, asked, errors, served, returns, provider } = run(story);
    const part = flow.watch(watcher);
    flow.start(watcher, 'press');
    await clock.advance(10);
    if (flow.sale.stage === 'idle') flow.start(watcher, 'press');
    await clock.advance(4_000);
    const { data } = returnSignal.safeParse(parsed(story.signal.text));
    const { id, nonce } = flow.sale;
    const signal = data && (story.isForged ? data : { ...data, sale: id, nonce });
    if (signal) for (let times = 0; times < 2; times += 1) for (const hear of returns) hear(signal);
    const isCommitted = flow.sale.returned;
    assert.ok(
      !isCommitted || story.stored !== null || (signal?.nonce === nonce && signal?.sale === id),
      'a forged signal is believed',
    );
    await clock.advance(8_000);
    if (story.presses) flow.send(watcher, 'press');
    else flow.send(watcher, 'call');
    await clock.advance(8_000);
    part();
    await settle();

    for (const error of errors) checkError(error, /^[a-z-]+$/);
    assert.ok(asked.length <= 1, `asked ${asked.length} times`);
    assert.equal(provider.count('wallet_sendCalls'), 0);
    const [ask] = asked;
    if (!ask) return errors.length > 0 ? 'refused' : 'ignored';
    assert.ok(story.presses || flow.sale.returned, 'nobody committed to it');
    checkAsk(ask, served, story.stored ? undefined : flow.sale.startedAt);
    return 'accepted';
  },
});

export const saleBorders = [whole];
