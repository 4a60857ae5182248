// The doors to the world, as interfaces and nothing else. The flow knows these; it does not know what is behind them.
import type { OfframpError } from './errors.ts';
import type { Order } from './order.ts';
import type { Attempt, Fate, Sale } from './sale.ts';
import type {
  ClaimAnswer,
  Instruction,
  QuoteAnswer,
  QuoteLimits,
  QuoteRequest,
  ReturnSignal,
  SaleList,
  TokenAnswer,
} from './schema.ts';

/** EIP-1193. */
export interface Provider {
  request(args: { method: string; params?: readonly unknown[] }): Promise<unknown>;
  on?(event: string, listener: (value: never) => void): unknown;
  removeListener?(event: string, listener: (value: never) => void): unknown;
}

/** A page's own way to send, under the same claim. Rejects with code 4001 where the person declined. */
export type Sender = (instruction: Instruction) => Promise<{ txHash: string }>;

/** Coinbase's window, and what the return page says. */
export interface Popup {
  /** Opens a blank window in the press's own task. `false`: the browser blocked it. */
  open(): boolean;
  /** What to do about it that there is no window, where that is known. */
  readonly fault?: { advice: string } | undefined;
  /** Whether the window is known to be open. Under COOP it may be open and not known to be. */
  readonly isOpen: boolean;
  /** Sends the opened window to Coinbase. */
  go(url: string): void;
  /** Brings the window to the front; `false` where there is none to bring. */
  focus(): boolean;
  close(): void;
  /** Sends this tab to Coinbase, for the same-tab presentation. */
  leave(url: string, saleId: string): void;
  /** Hears return signals, from all three roads, each already checked for origin and shape. Returns its undo. */
  onReturn(listener: (signal: ReturnSignal) => void): () => void;
  /** A return signal left for a sale while no page listened. */
  returned(saleId: string): ReturnSignal | undefined;
}

/** What a sale would bring, or Coinbase's "no" to its amount with the limits that it named. */
export type Quote = ({ kind: 'price' } & QuoteAnswer) | { kind: 'refused'; limits?: QuoteLimits | undefined };

/** The partner's backend. Every method throws an `OfframpError` with a `backend-` code, or `already-claimed`. */
export interface Backend {
  openSession(
    endpoint: string,
    request: { saleId: string; address: string; asset: string; network: string; redirectUrl: string },
    signal: AbortSignal,
  ): Promise<TokenAnswer>;
  list(url: string, signal: AbortSignal): Promise<SaleList>;
  /** Gives the lists of a stream of events until it ends, the page is hidden, or `signal` aborts. Throws where it breaks or falls silent. */
  events(url: string, onList: (list: SaleList) => void, signal: AbortSignal): Promise<void>;
  /** @param isKept this browser has kept a claim of its own; where it has not, the backend grants to this page alone. */
  claim(url: string, claim: { saleId: string; transactionId: string }, isKept: boolean): Promise<ClaimAnswer>;
  report(url: string, txHash: string): Promise<void>;
  release(url: string): Promise<void>;
  quote(url: string, request: QuoteRequest, signal: AbortSignal): Promise<Quote>;
}

/** Whether instructions are the backend's own, by the public keys that a page pins, as it wrote them (rule 15). */
export interface Signature {
  /** @throws OfframpError `instruction-invalid` where this browser cannot verify with these keys. */
  canVerify(pinned: string): Promise<void>;
  /** @throws OfframpError `instruction-invalid` unless one of the keys signed exactly this instruction for this sale. */
  verify(pinned: string, saleId: string, answer: ClaimAnswer): Promise<void>;
}

/** What came of asking a wallet (rule 5). Only `unsure` may have moved money without our knowing. */
export type Outcome =
  | { kind: 'sent'; txHash: string }
  | { kind: 'declined' }
  | { kind: 'not-asked'; error: OfframpError }
  /** Approved, and known never to happen. */
  | { kind: 'undone'; error: OfframpError }
  /** `callsId`: where the wallet keeps it, if not under the id of the attempt. */
  | { kind: 'unsure'; error: OfframpError; callsId?: string };

/** What the chain says of an attempt without a hash: a transfer like it, its end, or whether the sender's nonce moved. */
export type Sighting = { txHash: string } | 'undone' | 'nonce-moved' | 'nothing' | 'unknown';

/** What the chain says of a hash that a wallet gave. */
export type Trace =
  /** Seen, not final; with the account's own `nonce`, a hex quantity, where it signed the transaction itself. */
  | { kind: 'waiting'; nonce?: string }
  | { kind: 'mined' }
  /** Mined, and another transfer than the order's. */
  | { kind: 'other' }
  /** The same transfer went through under another hash. */
  | { kind: 'repriced'; txHash: string }
  /** Proved never to happen. */
  | { kind: 'undone'; fate: Fate }
  /** The network does not show it: not yet, not any more, or a wallet's own number and no hash. */
  | { kind: 'lost' }
  | { kind: 'unknown' };

/** What is written down before an ask, and what the person should hear first. */
export type Prepared = Pick<Attempt, 'nonce' | 'block' | 'callsId'> & { caution?: OfframpError };

/** The visitor's wallet. */
export interface Wallet {
  /** The accounts the wallet has already shown to this page; asks nothing. */
  accounts(): Promise<string[]>;
  /** Asks the wallet for an account; `undefined` where the person declined. */
  connect(): Promise<string | undefined>;
  /** Brings the wallet to the order's chain and checks all that can be checked before an ask (rule 10). */
  prepare(order: Order, signal: AbortSignal): Promise<Prepared>;
  /**
   * Looks at account and chain once more, then asks once (rule 2). Never throws.
   * @param mayStill asked right before the request itself: looking may have taken longer than the order lives.
   * @param callsId the attempt's, where it goes as a batch.
   */
  ask(order: Order, mayStill: () => boolean, callsId?: string): Promise<Outcome>;
  /** Looks at the chain for an attempt's transfer; asks nothing. */
  look(order: Order, attempt: Attempt): Promise<Sighting>;
  /** Looks at the chain for a hash that the wallet gave for an attempt; asks nothing. */
  trace(order: Order, attempt: Attempt, txHash: string): Promise<Trace>;
}

/** Where sales are kept between page loads, and how tabs hear of each other's. */
export interface Store {
  load(key: string): Sale | undefined;
  /** `false`: nothing is kept here. */
  save(key: string, sale: Sale): boolean;
  /** Hears what other tabs save. Returns its undo. */
  onChange(key: string, listener: (sale: Sale) => void): () => void;
}

/** Who may ask, with what was written down before. */
export interface Claim {
  saleId: string;
  attempt: Attempt;
}

/** One right to ask per order, across tabs, windows and reloads (rule 3). */
export interface Claims {
  /**
   * `false`: somebody has it. Throws `store-unavailable` where nothing durable can be written.
   * @param of the sale and its key, for {@link left}.
   */
  take(transactionId: string, claim: Claim, of?: { key: string; sale: Sale }): Promise<boolean>;
  /** Who has it. */
  find(transactionId: string): Promise<Claim | undefined>;
  /** The sale of a key's newest claim, in `sending`, where it was not settled: a killed browser may lose what the store had. */
  left(key: string): Promise<Sale | undefined>;
  /** The sale is over: the claim stays, and its sale is left no more. Never throws. */
  settle(transactionId: string, claim: Claim): Promise<void>;
  release(transactionId: string): Promise<void>;
  /** Runs `work` unless another living page is at it; `false`: one is. Guards nothing by itself: a claim does. */
  alone(saleId: string, work: () => Promise<void>): Promise<boolean>;
  /** Resolves when no living page is at it. */
  whenNobodyAsks(saleId: string, signal: AbortSignal): Promise<void>;
}

/** Time and waking up. */
export interface Clock {
  /** Milliseconds since the epoch on this machine. */
  now(): number;
  /** Resolves after `ms`, or at once when aborted. */
  wait(ms: number, signal?: AbortSignal): Promise<void>;
  /** Hears that the page was shown, focused, restored or is online again. Returns its undo. */
  onWake(listener: () => void): () => void;
  /** A number in [0, 1), for jitter. */
  random(): number;
  /** URL-safe random text of 128 bits. */
  randomId(): string;
}

export interface Ports {
  popup: Popup;
  backend: Backend;
  signature: Signature;
  wallet: Wallet;
  store: Store;
  claims: Claims;
  clock: Clock;
}
