// Runs a sale: transition, save, tell, then start the new stage's one activity. Knows the order of things; the doors do them,
// `sale.ts` decides them, `sending.ts` holds the one path on which a wallet is asked. Belongs to the page, not to an element.
import { activities } from './activities.ts';
import { OfframpError } from './errors.ts';
import { NO_SALE } from './no-sale.ts';
import { opening } from './opening.ts';
import type { Ports, Provider, Sender } from './ports.ts';
import { failureOf, isLaterThan, isWorthShowing, type Sale, type SaleEvent, transition } from './sale.ts';
import type { SaleRecord } from './schema.ts';
import { sending } from './sending.ts';
import { isOver, type Stage } from './stages.ts';
import type { Wish } from './wish.ts';

/** Who shows a sale: what it wants, what it allows, and how it hears. An element is one. */
export interface Watcher {
  /** What the page asks for now. Throws `no-endpoint`, `unknown-asset`, `bad-amount` or `instruction-invalid`. */
  wish(): Wish;
  /** Absolute address that the backend's relative ones are resolved against. */
  base(): string;
  provider(): Provider | undefined;
  sender(): Sender | undefined;
  fetch(): typeof fetch;
  /** The words of the blank window. */
  waiting(): { title: string; text: string };
  /** A window that was opened in the press itself; `null`: it was blocked; `undefined`: none was tried. */
  ahead?(): Window | null | undefined;
  /** The cancelable events; synchronous. */
  mayOpen(): boolean;
  maySend(): boolean;
  /** The page wants a press on "Send" always. */
  confirmsSend(): boolean;
  /** The public keys of signed instructions, as the page wrote them; `undefined`: it pins none (rule 15). */
  instructionKey(): string | undefined;
  /** The sale changed: a new stage where `previous` differs from its own. */
  onSale(previous: Stage, error?: OfframpError): void;
  onError(error: OfframpError): void;
  /** The backend answers again. */
  onRecovered(): void;
}

/** Who wants a step: the person by a press, or the page by a call. */
export type Caller = 'press' | 'call';

/** What every part of a running sale shares. */
export interface Run {
  /** Under which the sale is kept. */
  readonly key: string;
  readonly ports: Ports;
  sale(): Sale;
  /** Milliseconds on the server's clock. */
  now(): number;
  /** `false`: this machine's clock was set back since the server's time was heard, so that the time is not known. */
  knowsTime(): boolean;
  /** Learns the server's time from an answer. */
  hearTime(answer: { now?: string | undefined }): void;
  /** `false`: nothing happened. @param saleId whose event it is, where an answer may come when its own sale is long over. */
  dispatch(event: SaleEvent, error?: OfframpError, saleId?: string): boolean;
  /** Coinbase's word on the pinned order, as far as it leads. */
  applyRecord(record: SaleRecord): void;
  tell(error: unknown): void;
  /** What was told of the backend is no longer so. */
  tellRecovered(): void;
  /** Has the watchers drawn again without a change of the sale. */
  refresh(): void;
  watchers(): readonly Watcher[];
  /** The keys that the watchers pin: an instruction must verify with each. */
  pinned(): readonly string[];
  /** Ends with the present stage. */
  signal(): AbortSignal;
  /** What the store has of the sale: `all`, as it is now; `less`, an earlier state; or nothing. */
  keeps(): 'all' | 'less' | 'nothing';
}

export interface Flow {
  readonly sale: Sale;
  /** Something was asked of a wallet or a backend and is awaited. */
  readonly isBusy: boolean;
  /** Milliseconds on the server's clock. */
  now(): number;
  /** Joins; the sale goes on while somebody watches. Returns its undo. */
  watch(watcher: Watcher): () => void;
  /** The main press: connects, opens, or brings Coinbase's window back. */
  start(watcher: Watcher, by: Caller): void;
  /** Sends the order. `press` is the person's on "Send" in the review panel. */
  send(watcher: Watcher, by: Caller): void;
  /** The person says that nothing was sent; believed only where the chain agrees (rule 4). */
  sayNotSent(watcher: Watcher): void;
  cancel(): void;
  reset(): void;
  /** Reads the account that the wallet already shows; asks nothing. */
  readAccount(address?: string): Promise<void>;
}

export const createFlow = (key: string, makePorts: (host: () => Watcher | undefined) => Ports): Flow => {
  const watchers = new Set<Watcher>();
  let host: Watcher | undefined;
  let undos: (() => void)[] = [];
  let activity = new AbortController();
  /** How many stages were entered. */
  let entries = 0;

  const ports = makePorts(() => host);
  const { clock, store, popup, wallet, claims } = ports;

  /** Saved sales that a page can take up; what comes before `selling` lives and dies with its own page. */
  const goesOn = ({ stage }: Sale): boolean => stage !== 'idle' && stage !== 'connecting' && stage !== 'opening';

  const kept = (): Sale | undefined => {
    const saved = store.load(key);
    return saved && goesOn(saved) ? saved : undefined;
  };

  const first = kept();
  let sale: Sale = first && isWorthShowing(first, clock.now()) ? first : NO_SALE;
  /** The sale that the store was last known to hold. */
  let storedId = first?.id;
  let skew = sale.skew;
  /** When the server's time was heard, on this machine's clock. */
  let heardAt = Number.NEGATIVE_INFINITY;

  const tell = (cause: unknown) => {
    const error = cause instanceof OfframpError ? cause : new OfframpError('wallet-failed', { cause });
    for (const watcher of [...watchers]) watcher.onError(error.at(sale.stage));
  };

  const refresh = () => {
    for (const watcher of [...watchers]) watcher.onSale(sale.stage);
  };

  const renew = () => {
    activity.abort();
    activity = new AbortController();
  };

  const become = (next: Sale, error?: OfframpError) => {
    const previous = sale;
    sale = next;
    const isEntered = next.stage !== previous.stage || next.id !== previous.id;
    if (isEntered) renew();
    entries += isEntered ? 1 : 0;
    const entry = entries;
    const { id: saleId, attempt, order } = next;
    if (isEntered && isOver(next.stage) && attempt && order)
      void claims.settle(order.transactionId, { saleId, attempt });
    const told = (error ?? (isEntered && next.stage === 'failed' ? failureOf(next) : undefined))?.at(previous.stage);
    for (const watcher of [...watchers]) watcher.onSale(previous.stage, told);
    if (told) for (const watcher of [...watchers]) watcher.onError(told);
    // A listener may have moved the sale on to another stage; then that move has begun its own activity.
    if (isEntered && entries === entry) begin();
  };

  /** Takes over what another tab did: a later state of this sale, or a sale where we have none. */
  const adopt = (other: Sale | undefined) => {
    if (!other || !goesOn(other)) return;
    storedId = other.id;
    const isLater = other.id === sale.id && isLaterThan(other, sale);
    // Two tabs pressed at the same moment: who has no session yet gives way, or one of two sales would be forgotten.
    const isFree = !goesOn(sale) || isOver(sale.stage);
    const isNew = other.id !== sale.id && isFree && !isOver(other.stage) && isWorthShowing(other, clock.now());
    if (!isLater && !isNew) return;
    if (sale.stage === 'opening') popup.close();
    become(other);
  };

  const dispatch = (event: SaleEvent, error?: OfframpError, saleId = sale.id): boolean => {
    const there = kept();
    // Another tab took away what it could not replace, and may have opened a window that is not known here (rule 7).
    if (!there && storedId === sale.id) sale = Object.freeze({ ...sale, nonce: '', returned: false });
    adopt(there);
    if (saleId !== sale.id) return false;
    const next = transition(sale, event);
    if (next === sale) return false;
    storedId = store.save(key, next) ? next.id : undefined;
    become(next, error);
    return true;
  };

  const applyRecord = (record: SaleRecord) => {
    const { status, tx_hash: txHash, total: fiat = null } = record;
    // One word may lead through two stages, as SUCCESS does where this page had not sent.
    while (dispatch({ type: 'status', status, txHash: txHash || null, fiat }));
  };

  const run: Run = {
    key,
    ports,
    sale: () => sale,
    now: () => clock.now() + skew,
    knowsTime: () => clock.now() >= heardAt,
    hearTime: ({ now }) => {
      if (now === undefined) return;
      heardAt = clock.now();
      skew = Date.parse(now) - heardAt;
    },
    dispatch,
    applyRecord,
    tell,
    tellRecovered: () => {
      for (const watcher of [...watchers]) watcher.onRecovered();
    },
    refresh,
    watchers: () => [...watchers],
    pinned: () => [...new Set([...watchers].flatMap((watcher) => watcher.instructionKey() ?? []))],
    signal: () => activity.signal,
    keeps: () => (storedId === sale.id ? 'all' : store.load(key)?.id === sale.id ? 'less' : 'nothing'),
  };

  const door = opening(run);
  const sender = sending(run);
  const { byStage, hearReturn, endByPerson } = activities(run, { mint: door.mint, sender });

  const begin = () => {
    if (watchers.size > 0) void byStage[sale.stage]?.(activity.signal);
  };

  return {
    get sale() {
      return sale;
    },
    get isBusy() {
      return sale.stage === 'connecting' || sale.stage === 'opening' || sale.stage === 'sending' || sender.isSending;
    },
    now: run.now,

    watch: (watcher) => {
      const isFirst = watchers.size === 0;
      if (isFirst) adopt(kept());
      watchers.add(watcher);
      host = watcher;
      if (isFirst) {
        // News of another sale may be late; what is kept is not.
        const hear = (other: Sale) => adopt(other.id === sale.id ? other : kept());
        renew();
        undos = [popup.onReturn(hearReturn), store.onChange(key, hear)];
        begin();
        // What the store had written last may be lost with a killed browser; what was claimed is not.
        if (!sale.order || isOver(sale.stage)) void claims.left(key).then((left) => watchers.size > 0 && adopt(left));
      }
      return () => {
        watchers.delete(watcher);
        const [other] = watchers;
        if (host === watcher && other) host = other;
        if (other) return;
        for (const undo of undos) undo();
        activity.abort();
        if (sale.stage === 'opening') popup.close();
      };
    },

    start: (watcher, by) => {
      host = watcher;
      adopt(kept());
      if (isOver(sale.stage)) dispatch({ type: 'reset' });
      door.press(watcher, by);
    },

    send: (watcher, by) => {
      host = watcher;
      sender.send(by);
    },

    sayNotSent: (watcher) => {
      host = watcher;
      void sender.sayNotSent();
    },

    cancel: () => {
      const end = (type: 'not-opened' | 'not-connected' | 'cancel') => {
        if (dispatch({ type })) popup.close();
      };
      if (sale.stage === 'opening') end('not-opened');
      else if (sale.stage === 'connecting') end('not-connected');
      else endByPerson(() => end('cancel'));
    },

    reset: () => void dispatch({ type: 'reset' }),

    readAccount: async (address) => {
      const { signal } = activity;
      const [from] = address ? [address] : await wallet.accounts();
      // Overtaken by a connection, the answer is an old one.
      if (sale.stage === 'idle' && !signal.aborted)
        dispatch(from ? { type: 'connected', from } : { type: 'not-connected' });
    },
  };
};

/** Two copies of this script on a page share their flows, so that they never run one sale twice. */
const REGISTRY = Symbol.for('offramp-button@1');

/** The page's flow for a key, made on first use. */
export const flowOf = (key: string, makePorts: (host: () => Watcher | undefined) => Ports): Flow => {
  const page = globalThis as { [REGISTRY]?: Map<string, Flow> };
  page[REGISTRY] ??= new Map();
  const flows = page[REGISTRY];
  const flow = flows.get(key) ?? createFlow(key, makePorts);
  flows.set(key, flow);
  return flow;
};
