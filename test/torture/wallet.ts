// A wallet with its own queue of prompts, which outlives every page, and a person who answers them whenever they like.
// Knows EIP-1193, EIP-5792 and the ways wallets break them; does not know sales.
import type { Agenda, Owner } from './agenda.ts';
import { type Chain, hex, type Transaction } from './chain.ts';
import { decode, isSendClass, readChain } from './chain-reads.ts';

/** What wallets answer in place of a hash. */
export const NON_HASHES = {
  "the text 'null'": 'null',
  null: null,
  'nothing at all': undefined,
  'an empty text': '',
  'a call id': 'call-1234',
  'a hash cut short': '0x1234',
  'a hash that is no transaction': `0x${'5afe'.repeat(16)}`,
  'a number': 1,
  'an object': { hash: `0x${'12'.repeat(32)}` },
} as const;
export type NonHash = keyof typeof NON_HASHES;

/** EIP-1193, EIP-1474, EIP-3085, EIP-5792, and what real wallets throw besides. */
export const CODES = [
  4001, 5000, 4100, 4200, 4900, 4901, 4902, 5700, 5710, 5720, 5730, 5740, 5750, 5760, 1013, -1, -32000, -32001, -32002,
  -32003, -32004, -32005, -32600, -32601, -32602, -32603, -32700,
] as const;
/** A wallet that tells the truth has not sent and will not send after these. */
export const CERTAIN: readonly number[] = [4001, 5000, 4100, 4200, -32601];
export const THROWN = ['an object', 'code as text', 'wrapped', 'a bare text', 'undefined'] as const;
export type Thrown = (typeof THROWN)[number];

export interface Prompt {
  readonly id: number;
  readonly tab: Owner;
  readonly method: string;
  readonly transaction: { from: string; to: string; value: bigint; data: string; chainId: number | undefined };
  readonly callsId: string | undefined;
  /** The chain the wallet was on when it was asked. */
  readonly chainId: number;
  state: 'open' | 'approved' | 'declined' | 'refused';
  sent: Transaction | undefined;
  /** Settles the page's request; a dead page hears nothing. */
  answer(value: unknown, ms?: number): void;
  refuse(error: unknown, ms?: number): void;
}

/** What happens to the next request of a kind. */
export interface WalletPlan {
  kind: 'send' | 'accounts' | 'chain' | 'switch' | 'read';
  fault:
    | 'never answered'
    | 'answered late'
    | 'answered slowly'
    | 'garbage'
    | { code: number; thrown: Thrown; isShown: boolean };
}

export interface WalletOptions {
  account: 'plain' | 'contract' | 'delegated';
  /** EIP-5792. */
  takesCalls: boolean;
  /** A second request while one is open is refused with -32002. */
  hasOnePrompt: boolean;
  /** An older wallet that sends on whatever chain it is on. */
  ignoresChainId: boolean;
  /** Tells of a new chain half a second before it is on it. */
  tellsChainEarly: boolean;
  from: string;
  homeChain: number;
}

export interface WalletWatch {
  say(text: string): void;
  planFor(kind: WalletPlan['kind']): WalletPlan | undefined;
  /** A page asks to send: the moment that counts. */
  onAsk(tab: Owner, prompt: Prompt): void;
  /** The prompt is in the wallet's queue. */
  onAsked(tab: Owner): void;
  /** A question about accounts or the chain is being answered. */
  onRead(tab: Owner, method: string): void;
  /** A plan has come true. */
  onPlan(plan: WalletPlan): void;
  onChainEarly(): void;
  onApproved(prompt: Prompt): void;
}

export interface Wallet {
  readonly options: WalletOptions;
  readonly prompts: Prompt[];
  readonly accounts: readonly string[];
  show(accounts: readonly string[]): void;
  readonly chainId: number;
  moveTo(chainId: number): void;
  /** When accounts or chain last changed. */
  readonly changedAt: { accounts: number; chain: number };
  request(tab: Owner, method: string, params: readonly unknown[]): Promise<unknown>;
  /** The person confirms; `nonHash`: what the wallet then answers instead. */
  approve(prompt: Prompt, how?: Approval): Transaction | undefined;
  /** Answers what was left unanswered. */
  answerAll(): void;
  decline(prompt: Prompt, code?: number, thrown?: Thrown): void;
}

export interface Approval {
  answer?: unknown;
  isSilent?: boolean;
  delay?: number;
  error?: unknown;
  isStuck?: boolean;
  fails?: boolean;
}

/** Nearly as long as an order lives. */
const LATE = 1_600_000;
/** Long for a wallet, but within a page's patience. */
const SLOW = 25_000;
const SOON = 5;
const BUNDLER = 'b0'.repeat(16);
const ENTRY_POINT = `0x${'e4'.repeat(20)}`;

export const thrownOf = (code: number, as: Thrown): unknown => {
  if (as === 'a bare text') return `error ${code}`;
  if (as === 'undefined') return undefined;
  if (as === 'code as text') return { code: String(code), message: 'no' };
  if (as === 'wrapped') return { code: -32603, message: 'no', data: { originalError: { code, message: 'no' } } };
  return { code, message: 'no' };
};

export const createWalletSide = (agenda: Agenda, chain: Chain, options: WalletOptions, watch: WalletWatch): Wallet => {
  const prompts: Prompt[] = [];
  let at = options.homeChain;
  let reported = at;
  /** Questions that nobody answers, until somebody does. */
  const hanging: (() => void)[] = [];
  let bundles = 0;
  let accounts: readonly string[] = [options.from];
  const changedAt = { accounts: 0, chain: 0 };

  const kindOf = (method: string): WalletPlan['kind'] => {
    if (isSendClass(method)) return 'send';
    if (method === 'eth_accounts' || method === 'eth_requestAccounts') return 'accounts';
    if (method === 'eth_chainId') return 'chain';
    return method.startsWith('wallet_switch') || method.startsWith('wallet_add') ? 'switch' : 'read';
  };

  const execute = ({ transaction, chainId, callsId }: Prompt, { isStuck = false, fails = false }: Approval) => {
    const { from, to, value, data } = transaction;
    const on = options.ignoresChainId ? chainId : (transaction.chainId ?? chainId);
    if (on !== options.homeChain) return undefined;
    const content = { from, to, value, data, moves: decode(transaction) };
    const isBatch = callsId !== undefined;
    if (options.account === 'plain' || (options.account === 'delegated' && !isBatch)) {
      return chain.broadcast(content, { isStuck, fails });
    }
    bundles += 1;
    // EIP-7702: a transaction to oneself. ERC-4337: somebody else's to an entry point, and the account's own nonce does not move.
    const outer =
      options.account === 'delegated'
        ? { from, to: from }
        : { from: `0x${BUNDLER}${bundles.toString(16).padStart(8, '0')}`, to: ENTRY_POINT };
    return chain.broadcast({ ...content, ...outer, value: 0n, data: '0xe9ae5c53' }, { isStuck, fails });
  };

  const callsStatus = (id: unknown): unknown => {
    const prompt = prompts.find((one) => one.callsId === id && one.state === 'approved');
    if (!prompt) throw { code: 5730, message: 'no such bundle' };
    const { sent } = prompt;
    const about = { version: '2.0.0', id, chainId: hex(options.homeChain), atomic: true };
    if (sent?.state === 'mined') {
      const receipt = chain.receipt(sent.hash);
      return { ...about, status: sent.fails ? 500 : 200, receipts: receipt ? [receipt] : [] };
    }
    return { ...about, status: sent && sent.state !== 'waiting' ? 400 : 100 };
  };

  const open = (tab: Owner, method: string, params: readonly unknown[], plan: WalletPlan | undefined) =>
    new Promise<unknown>((resolve, reject) => {
      const [first] = params as [Record<string, unknown>?];
      const [call] = method === 'wallet_sendCalls' ? ((first?.calls ?? []) as Record<string, unknown>[]) : [first];
      const chainId = first?.chainId === undefined ? undefined : Number(first.chainId);
      const settleWith = (act: () => void, ms = SOON) => void agenda.after(ms, act, tab);
      const prompt: Prompt = {
        id: prompts.length + 1,
        tab,
        method,
        transaction: {
          from: String(first?.from),
          to: String(call?.to),
          value: BigInt(String(call?.value ?? 0)),
          data: String(call?.data ?? '0x'),
          chainId,
        },
        callsId: method === 'wallet_sendCalls' ? String(first?.id) : undefined,
        chainId: at,
        state: 'open',
        sent: undefined,
        answer: (value, ms) => settleWith(() => resolve(value), ms),
        refuse: (error, ms) => settleWith(() => reject(error), ms),
      };
      watch.onAsk(tab, prompt);
      const fault = plan?.fault;
      const isBusy = options.hasOnePrompt && prompts.some(({ state }) => state === 'open');
      prompts.push(prompt);
      if (isBusy) {
        prompt.state = 'refused';
        prompt.refuse({ code: -32002, message: 'already pending' });
      } else if (typeof fault === 'object') {
        if (!fault.isShown || CERTAIN.includes(fault.code)) prompt.state = 'refused';
        prompt.refuse(thrownOf(fault.code, fault.thrown));
      } else if (fault === 'garbage') {
        prompt.state = 'refused';
        prompt.answer('null');
      }
      if (prompt.state === 'open') watch.say(`wallet: prompt ${prompt.id} is open`);
      watch.onAsked(tab);
    });

  const quickAnswer = (method: string, params: readonly unknown[]): unknown => {
    if (method === 'eth_accounts' || method === 'eth_requestAccounts') return [...accounts];
    if (method === 'eth_chainId') return hex(reported);
    if (method === 'wallet_getCallsStatus') return callsStatus(params[0]);
    if (method === 'wallet_getCapabilities') {
      if (!options.takesCalls) throw { code: -32601, message: 'unknown method' };
      return { [hex(options.homeChain)]: { atomic: { status: 'supported' } } };
    }
    if (method === 'wallet_switchEthereumChain' || method === 'wallet_addEthereumChain') {
      const wanted = Number((params[0] as { chainId: string }).chainId);
      reported = wanted;
      if (options.tellsChainEarly) {
        watch.onChainEarly();
        agenda.after(500, () => wallet.moveTo(wanted));
      } else wallet.moveTo(wanted);
      return null;
    }
    return readChain(chain, options, at === options.homeChain, method, params);
  };

  const wallet: Wallet = {
    options,
    prompts,
    get accounts() {
      return accounts;
    },
    show: (list) => {
      accounts = list;
      changedAt.accounts = agenda.now;
    },
    changedAt,
    get chainId() {
      return at;
    },
    moveTo: (chainId) => {
      if (at !== chainId) changedAt.chain = agenda.now;
      at = chainId;
      reported = chainId;
    },

    request: (tab, method, params) => {
      if (!tab.isAlive) return new Promise(() => {});
      const kind = kindOf(method);
      const plan = watch.planFor(kind);
      if (plan) watch.onPlan(plan);
      if (kind === 'send') {
        const isKnown = method === 'eth_sendTransaction' || options.takesCalls;
        if (isKnown) return open(tab, method, params, plan);
      }
      // Looking through blocks is a loop of many equal questions; none of them is a moment that matters.
      if (method === 'eth_getBlockByNumber') return Promise.resolve(quickAnswer(method, params));
      return new Promise((resolve, reject) => {
        const fault = plan?.fault;
        const work = () => {
          try {
            if (typeof fault === 'object') throw thrownOf(fault.code, fault.thrown);
            resolve(fault === 'garbage' ? null : quickAnswer(method, params));
            if (kind === 'accounts' || kind === 'chain') watch.onRead(tab, method);
          } catch (cause) {
            reject(cause);
          }
        };
        if (fault === 'never answered') hanging.push(() => agenda.after(SOON, work, tab));
        else agenda.after(fault === 'answered late' ? LATE : fault === 'answered slowly' ? SLOW : SOON, work, tab);
      });
    },

    approve: (prompt, how = {}) => {
      if (prompt.state !== 'open') return undefined;
      const wanted = prompt.transaction.chainId;
      if (!options.ignoresChainId && wanted !== undefined && wanted !== at) {
        prompt.state = 'refused';
        prompt.refuse({ code: 4901, message: 'another chain' });
        return undefined;
      }
      prompt.state = 'approved';
      const sent = execute(prompt, how);
      prompt.sent = sent;
      watch.onApproved(prompt);
      const hash = sent?.hash ?? `0x${'ff'.repeat(32)}`;
      const usual = prompt.callsId === undefined ? hash : { id: prompt.callsId };
      if (how.isSilent) return sent;
      if ('error' in how) prompt.refuse(how.error, how.delay);
      else prompt.answer('answer' in how ? how.answer : usual, how.delay);
      return sent;
    },

    answerAll: () => {
      for (const answer of hanging.splice(0)) answer();
    },

    decline: (prompt, code = 4001, thrown = 'an object') => {
      if (prompt.state !== 'open') return;
      prompt.state = 'declined';
      prompt.refuse(thrownOf(code, thrown));
    },
  };
  return wallet;
};
