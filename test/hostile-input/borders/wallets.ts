// A wallet that answers garbage and throws garbage, through the real wallet door. It may keep a sale from going on; it must not
// make the door throw anything but its own errors, ask for another transfer than the order's, or ask twice.
import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import type { Order } from '../../../src/order.ts';
import { discoverWallets, type FoundWallet, injectedWallet } from '../../../src/ports/discovery.ts';
import { createWallet } from '../../../src/ports/wallet.ts';
import { codesOf, hasCode } from '../../../src/ports/wallet-errors.ts';
import type { Provider } from '../../../src/ports.ts';
import type { Attempt } from '../../../src/sale.ts';
import { border, checkError, orError, type Verdict } from '../border.ts';
import { parsed, sent } from '../damage.ts';
import * as oracle from '../oracle.ts';
import { Target, within } from '../page.ts';
import { FROM, NOON, TO } from '../texts.ts';
import { allThings, make, makeThrown, type Thrown, things, thrown } from '../things.ts';
import * as valid from '../valid.ts';

const ORDERS: readonly Order[] = [
  Object.freeze(valid.order),
  Object.freeze({ ...valid.order, asset: 'ETH', token: null, amount: '0.5', units: '500000000000000000' }),
];
const CODES = /^(wallet-failed|wallet-busy|wrong-account|wrong-chain|low-funds|no-wallet|unknown-asset)$/;
const word = (value: bigint): string => `0x${value.toString(16).padStart(64, '0')}`;
const native = {
  from: FROM,
  to: TO,
  value: '0x6f05b59d3b20000',
  hash: valid.HASH,
  nonce: '0x7',
  input: '0x',
  blockNumber: '0x66',
};
const log = {
  address: valid.USDC,
  topics: ['0xddf252ad1be2c89b69c2b068fc378daa952ba7f163c4a11628f55a4df523b3ef', word(BigInt(FROM)), word(BigInt(TO))],
  data: word(25_000_000n),
  transactionHash: valid.HASH,
};

/** What a good wallet on Base answers, each of which may come damaged. */
const RIGHT = {
  eth_accounts: [FROM.toLowerCase()],
  eth_requestAccounts: [FROM],
  eth_chainId: '0x2105',
  wallet_switchEthereumChain: null,
  wallet_addEthereumChain: null,
  eth_getCode: '0x6080',
  eth_call: word(1n << 100n),
  eth_getBalance: '0xde0b6b3a7640000',
  eth_estimateGas: '0xc350',
  eth_gasPrice: '0xf4240',
  eth_getTransactionCount: '0x7',
  eth_blockNumber: '0x66',
  eth_getLogs: [log],
  eth_getBlockByNumber: { number: '0x66', transactions: [native] },
  eth_getTransactionByHash: native,
  eth_getTransactionReceipt: { status: '0x1', logs: [log], blockNumber: '0x64', transactionHash: valid.HASH },
  wallet_getCapabilities: { '0x2105': { atomic: { status: 'supported' } } },
  wallet_sendCalls: { id: '0xf00' },
  wallet_getCallsStatus: {
    version: '2.0.0',
    id: '0xf00',
    status: 200,
    receipts: [{ transactionHash: valid.HASH, status: '0x1' }],
  },
  eth_sendTransaction: valid.HASH,
} as const;
type Method = keyof typeof RIGHT;
const METHODS = Object.keys(RIGHT) as Method[];

type Answer = { text: string } | { thing: string } | { throws: Thrown };

const wrong = (method: Method): fc.Arbitrary<Answer> =>
  fc.oneof(
    { weight: 4, arbitrary: sent(RIGHT[method]).map(({ text }) => ({ text })) },
    { weight: 2, arbitrary: things.map((thing) => ({ thing })) },
    {
      weight: 2,
      arbitrary: thrown.map((throws) => ({ throws })),
    },
  );

interface Scene {
  wrongs: readonly (readonly [Method, Answer])[];
  order: Order;
  isContract: boolean;
}

const scenes = fc.record<Scene>({
  wrongs: fc.array(
    fc.constantFrom(...METHODS).chain((method) => fc.tuple(fc.constant(method), wrong(method))),
    { maxLength: 3 },
  ),
  order: fc.constantFrom(...ORDERS),
  isContract: fc.boolean(),
});

const answerOf = (answer: Answer): unknown => {
  if ('throws' in answer) throw makeThrown(answer.throws);
  return 'text' in answer ? parsed(answer.text) : make(answer.thing);
};

const createProvider = ({ wrongs, isContract }: Scene) => {
  const asked: { method: string; params: readonly unknown[] }[] = [];
  const wrongOnes = new Map(wrongs);
  const provider: Provider = {
    request: async ({ method, params = [] }) => {
      asked.push({ method, params });
      const answer = wrongOnes.get(method as Method);
      if (answer) return answerOf(answer);
      if (method === 'eth_getCode' && params[0] === FROM) return isContract ? '0x6080' : '0x';
      // The trial run of a transfer answers `true`, the balance a large number.
      const { data = '' } = (params[0] ?? {}) as { data?: string };
      if (method === 'eth_call' && data.startsWith('0xa9059cbb')) return word(1n);
      if (Object.hasOwn(RIGHT, method)) return structuredClone(RIGHT[method as Method]);
      throw { code: -32601 };
    },
  };
  return { provider, asked };
};

let waits = 0;
const clock = {
  now: () => NOON,
  wait: async () => {
    waits += 1;
    if (waits > 500) throw new Error('waits without end');
  },
  onWake: () => () => {},
  random: () => 0.5,
  randomId: () => 'f'.repeat(32),
};

const units = (order: Order): string => BigInt(order.units).toString(16);

/** The transfer that may be asked for, written by hand. */
const checkTransfer = (call: Record<string, unknown>, order: Order): void => {
  const { to, value, data } = call;
  if (order.token === null) {
    assert.deepEqual([to, value, data], [TO, `0x${units(order)}`, undefined]);
    return;
  }
  const wanted = `0xa9059cbb${TO.slice(2).toLowerCase().padStart(64, '0')}${units(order).padStart(64, '0')}`;
  assert.deepEqual([to, value, data], [valid.USDC, '0x0', wanted]);
};

const checkAsks = (
  asked: readonly { method: string; params: readonly unknown[] }[],
  order: Order,
  most: number,
): void => {
  const asks = asked.filter(({ method }) => method === 'eth_sendTransaction' || method === 'wallet_sendCalls');
  assert.ok(asks.length <= most, `asked to send ${asks.length} times`);
  assert.ok(asked.length < 1_000, `asked ${asked.length} times`);
  assert.ok(!asked.some(({ method }) => /sign|raw/i.test(method)));
  for (const { method, params } of asks) {
    const [request] = params as [Record<string, unknown>];
    assert.deepEqual([request.from, request.chainId], [FROM, '0x2105']);
    if (method === 'eth_sendTransaction') checkTransfer(request, order);
    else {
      const { calls } = request as { calls: Record<string, unknown>[] };
      assert.equal(calls.length, 1);
      checkTransfer(calls[0] ?? {}, order);
    }
  }
};

/** What is counted with must be a number as EIP-1474 writes one: a guess at another text would be a guess at money. */
const checkNumbers = ({ wrongs }: Scene, ...methods: readonly Method[]): void => {
  for (const [method, answer] of new Map(wrongs)) {
    if (!methods.includes(method)) continue;
    assert.ok(!('throws' in answer), `${method} threw`);
    const value = answerOf(answer);
    assert.ok(oracle.isQuantity(value), `takes ${JSON.stringify(value)?.slice(0, 99)} for a number`);
  }
};

const doorOf = (scene: Scene) => {
  waits = 0;
  const { provider, asked } = createProvider(scene);
  return { asked, wallet: createWallet({ provider: () => provider, sender: () => undefined, clock }) };
};

const accounts = border<Scene>({
  name: 'wallet answers: accounts, connect',
  share: 20,
  input: scenes,
  judge: async (scene) => {
    const { wallet, asked } = doorOf(scene);
    for (const account of await wallet.accounts()) assert.ok(oracle.isAddress(account));
    const taken = await orError(() => wallet.connect(), CODES);
    if (taken?.value !== undefined) assert.ok(oracle.isAddress(taken.value));
    checkAsks(asked, scene.order, 0);
    return taken ? 'accepted' : 'refused';
  },
});

const prepare = border<Scene>({
  name: 'wallet answers: prepare',
  share: 30,
  input: scenes,
  judge: async (scene) => {
    const { wallet, asked } = doorOf(scene);
    const taken = await orError(() => wallet.prepare(scene.order, new AbortController().signal), CODES);
    checkAsks(asked, scene.order, 0);
    if (!taken) return 'refused';
    checkNumbers(scene, 'eth_chainId', 'eth_getBalance');
    const { nonce, block } = taken.value as Attempt;
    for (const text of [nonce, block]) assert.ok(typeof text === 'string' && BigInt(text === '0x' ? 0 : text) >= 0n);
    return 'accepted';
  },
});

const ask = border<Scene & { mayStill: boolean; isBatch: boolean }>({
  name: 'wallet answers: ask',
  share: 40,
  input: fc
    .tuple(scenes, fc.record({ mayStill: fc.boolean(), isBatch: fc.boolean() }))
    .map(([one, other]) => ({ ...one, ...other })),
  judge: async (scene) => {
    const { wallet, asked } = doorOf(scene);
    const outcome = await wallet.ask(scene.order, () => scene.mayStill, scene.isBatch ? '0xf00' : undefined);
    checkAsks(asked, scene.order, scene.mayStill ? 1 : 0);
    const isAsked = asked.some(({ method }) => method === 'eth_sendTransaction' || method === 'wallet_sendCalls');
    if (isAsked) checkNumbers(scene, 'eth_chainId');
    if (outcome.kind === 'sent') assert.ok(isAsked && oracle.isHash(outcome.txHash), 'no hash');
    else if (outcome.kind !== 'declined') checkError(outcome.error, CODES);
    // Only a code that says so may pass for "was not sent" once the wallet has been asked.
    if (isAsked && outcome.kind === 'not-asked')
      assert.ok(
        ['eth_sendTransaction', 'wallet_sendCalls'].some((method) =>
          scene.wrongs.some(([name, answer]) => name === method && 'throws' in answer),
        ),
      );
    return outcome.kind === 'sent' ? 'accepted' : 'refused';
  },
});

const look = border<Scene & { attempt: Attempt; hash: string }>({
  name: 'wallet answers: look, trace',
  share: 30,
  input: fc
    .tuple(
      scenes,
      fc.record({
        attempt: fc.constantFrom<Attempt>(
          { askedAt: NOON, nonce: '0x7', block: '0x64' },
          { askedAt: NOON, nonce: '0x7', block: '0x64', placed: '0x7' },
          { askedAt: NOON, nonce: '0x7', block: '0x64', callsId: '0xf00' },
          { askedAt: NOON, nonce: 'h0stile', block: '-1' },
          { askedAt: NOON, nonce: null, block: null },
        ),
        hash: fc.constantFrom(valid.HASH, `0x${'ab'.repeat(32)}`, 'h0stile'),
      }),
    )
    .map(([one, other]) => ({ ...one, ...other })),
  judge: async (scene) => {
    const { wallet, asked } = doorOf(scene);
    const seen = await wallet.look(scene.order, scene.attempt);
    if (typeof seen === 'object') assert.ok(oracle.isHash(seen.txHash), 'sees no hash');
    else assert.ok(['undone', 'nonce-moved', 'nothing', 'unknown'].includes(seen));
    const trace = await wallet.trace(scene.order, scene.attempt, scene.hash);
    assert.ok(['waiting', 'mined', 'other', 'repriced', 'undone', 'lost', 'unknown'].includes(trace.kind));
    if (trace.kind === 'repriced') assert.ok(oracle.isHash(trace.txHash));
    checkAsks(asked, scene.order, 0);
    return seen === 'unknown' && trace.kind === 'unknown' ? 'refused' : 'accepted';
  },
});

/** The codes that a person would read in a thrown value, level by level. */
const plainCode = (code: Thrown['code']): number | undefined => {
  if (typeof code === 'number') return code % 1 === 0 ? code : undefined;
  if (typeof code !== 'string') return undefined;
  const digits = code.startsWith('-') ? code.slice(1) : code;
  return oracle.isMadeOf(digits, '0123456789', 1, 6) ? Number(code) : undefined;
};

const errors = border<Thrown>({
  name: 'wallet errors: codesOf',
  share: 40,
  input: thrown,
  judge: (input) => {
    const codes = codesOf(makeThrown(input));
    assert.ok(codes.every(Number.isInteger));
    if (input.code === null) {
      assert.ok(!hasCode(makeThrown(input), 4001) || input.thing === 'thenable that declines', 'a thing declines');
      return 'ignored';
    }
    const isSeen =
      input.within.length <= 5 &&
      input.within.every((key) => ['data', 'originalError', 'cause', 'error'].includes(key));
    const code = isSeen ? plainCode(input.code) : undefined;
    assert.deepEqual(codes, code === undefined ? [] : [code]);
    return codes.length > 0 ? 'accepted' : 'ignored';
  },
});

interface Announced {
  text: string;
  provider: 'good' | 'none' | string;
  detail: string | null;
}

const info = { uuid: '5c0e', name: 'Good Wallet', icon: 'data:image/svg+xml,<svg/>', rdns: 'example.good' };

const discovery = border<Announced>({
  name: 'wallets: ports/discovery',
  share: 25,
  input: fc.record({
    text: sent(info).map(({ text }) => text),
    provider: fc.oneof({ weight: 3, arbitrary: fc.constantFrom('good', 'good', 'good', 'none') }, allThings),
    detail: fc.oneof({ weight: 8, arbitrary: fc.constant(null) }, allThings),
  }),
  judge: ({ text, provider, detail }): Verdict => {
    const window = new Target();
    const wallet =
      provider === 'good' ? { request: async () => null } : provider === 'none' ? undefined : make(provider);
    const told: (readonly FoundWallet[])[] = [];
    within({ window, Event, localStorage: undefined }, () => {
      const undo = discoverWallets((wallets) => told.push(wallets));
      const value = detail === null ? { info: parsed(text), provider: wallet } : make(detail);
      for (let times = 0; times < 2; times += 1) {
        window.dispatchEvent({ type: 'eip6963:announceProvider', detail: value } as unknown as Event);
      }
      undo();
      assert.ok(!window.isHeard);
    });
    const found = within(
      { window: Object.defineProperty({}, 'ethereum', { get: () => make(detail ?? 'getters') }) },
      injectedWallet,
    );
    assert.ok(found === undefined || typeof found.provider.request === 'function');
    assert.ok(told.length <= 1, 'lists a wallet twice');
    const [one] = told[0] ?? [];
    if (!one) return 'ignored';
    assert.ok(one.provider === wallet && typeof one.provider.request === 'function');
    assert.ok(typeof one.name === 'string' && one.name.length > 0 && one.name.length <= 80);
    assert.ok(typeof one.rdns === 'string' && one.rdns.length <= 200);
    assert.ok(one.icon === null || (one.icon.startsWith('data:image/') && one.icon.length <= 200_000));
    return 'accepted';
  },
});

export const walletBorders = [accounts, prepare, ask, look, errors, discovery];
