// A page with a button: the real flow behind the real doors, in a browser that the world holds in its hands.
// Knows how a page is put together; decides nothing.
import type { OfframpError } from '../../src/errors.ts';
import { createFlow, type Flow, type Watcher } from '../../src/flow.ts';
import type { Order } from '../../src/order.ts';
import { createBackend } from '../../src/ports/backend.ts';
import { createClaims, createHolder } from '../../src/ports/claims.ts';
import { createSignature } from '../../src/ports/signature.ts';
import { createStore } from '../../src/ports/store.ts';
import { createWallet } from '../../src/ports/wallet.ts';
import type { Clock, Popup, Provider, Sender } from '../../src/ports.ts';
import type { ReturnSignal, SaleRecord } from '../../src/schema.ts';
import type { Stage } from '../../src/stages.ts';
import type { Wish } from '../../src/wish.ts';
import type { Agenda } from './agenda.ts';
import type { Backend } from './backend.ts';
import type { Device } from './device.ts';

export const KEY = 'button';
export const SALE = `offramp-button:sale:${KEY}`;
export const RETURNED = 'offramp-button:returned:';

export interface Tab {
  readonly name: string;
  readonly device: Device;
  readonly isAlive: boolean;
  readonly sleepsUntil: number;
  readonly flow: Flow;
  readonly watcher: Watcher;
  /** Sale → its order, as it was first shown. */
  readonly shown: Map<string, Order>;
  /** The last write of the sale. */
  readonly lastSave: { stage: string; isKept: boolean; at: number } | undefined;
  readonly lastError: OfframpError | undefined;
  /** There is a button on the page. */
  readonly isShown: boolean;
  /** When a send could last begin: entering `ordered`, a press, a call, a return. */
  triggeredAt: number;
  /** When the list was asked for whose answer is the newest this page has. */
  listAskedAt: number;
  /** When it last gave a claim back to the backend. */
  releasedAt: number;
  /** Order → what Coinbase's list last told this page of it. */
  readonly told: Map<string, SaleRecord>;
  toldAt: number;
  /** The server's time of the newest list or event. */
  heardTime: number;
  /** The newest list, as it was. */
  list: readonly SaleRecord[];
  /** Sale → what was wrong with the order when it was picked. */
  readonly doubts: Map<string, string>;
  /** When the wallet last answered it about accounts and chain. */
  readonly readAt: { accounts: number; chain: number };
  /** Said in `unsure` although a request was open or sent; it counts where the page believes it. */
  falseWord: { orderId: string; at: number } | undefined;
  /** When a person first told it so, truly or not, since it is in doubt. */
  saidAt: number | undefined;
  isWindowOpen: boolean;
  hear(signal: ReturnSignal): void;
  wake(): void;
  join(): void;
  part(): void;
  die(): void;
}

export interface TabOptions {
  wish: Wish;
  confirms: boolean;
  preventsSend: boolean;
  hasSender: boolean;
  hasLocks: boolean;
}

export interface TabWatch {
  say(text: string): void;
  onGo(tab: Tab, url: URL, isSameTab: boolean): void;
  onSaved(tab: Tab, stage: string): void;
  /** An order is on the screen for the first time. */
  onShown(tab: Tab, order: Order): void;
  onStage(tab: Tab, previous: Stage): void;
}

let ids = 0;

const createTabClock = (agenda: Agenda, tab: Tab, wakes: Set<() => void>): Clock => ({
  now: () => Math.floor(agenda.now + tab.device.skew),
  wait: (ms, signal) =>
    new Promise((resolve) => {
      if (signal?.aborted) return resolve();
      const done = () => {
        signal?.removeEventListener('abort', abort);
        resolve();
      };
      const due = agenda.after(ms, done, tab);
      const abort = () => {
        agenda.cancel(due);
        resolve();
      };
      signal?.addEventListener('abort', abort, { once: true });
    }),
  onWake: (listener) => {
    wakes.add(listener);
    return () => wakes.delete(listener);
  },
  random: () => 0.5,
  randomId: () => {
    ids += 1;
    return `id-${ids}`;
  },
});

export const openTab = (
  name: string,
  device: Device,
  agenda: Agenda,
  backend: Backend,
  options: TabOptions,
  watch: TabWatch,
): Tab => {
  let isAlive = true;
  let lastSave: Tab['lastSave'];
  let lastError: OfframpError | undefined;
  const wakes = new Set<() => void>();
  const returns = new Set<(signal: ReturnSignal) => void>();

  const provider: Provider = {
    request: ({ method, params = [] }) => device.wallet.request(tab, method, params),
  };

  const sender: Sender = async ({ to, from, token, units, chainId }) => {
    const value = `0x${(token === null ? BigInt(units) : 0n).toString(16)}`;
    const data = `0xa9059cbb${to.slice(2).toLowerCase().padStart(64, '0')}${BigInt(units).toString(16).padStart(64, '0')}`;
    const request = { from, to: token ?? to, value, chainId: `0x${chainId.toString(16)}`, ...(token ? { data } : {}) };
    return { txHash: (await provider.request({ method: 'eth_sendTransaction', params: [request] })) as string };
  };

  const popup: Popup = {
    open: () => {
      tab.isWindowOpen = true;
      return true;
    },
    get isOpen() {
      return tab.isWindowOpen;
    },
    go: (url) => watch.onGo(tab, new URL(url), false),
    focus: () => tab.isWindowOpen,
    close: () => {
      tab.isWindowOpen = false;
    },
    leave: (url) => watch.onGo(tab, new URL(url), true),
    onReturn: (listener) => {
      returns.add(listener);
      return () => returns.delete(listener);
    },
    returned: (saleId) => {
      const kept = storage.getItem(RETURNED + saleId);
      storage.removeItem(RETURNED + saleId);
      return kept === null ? undefined : (JSON.parse(kept) as ReturnSignal);
    },
  };

  const onWrite = (key: string, value: string, isKept: boolean) => {
    if (key !== SALE) return;
    lastSave = { stage: /"stage":"(\w+)"/.exec(value)?.[1] ?? '', isKept, at: agenda.now };
    watch.onSaved(tab, lastSave.stage);
  };

  const tab: Tab = {
    name,
    device,
    get isAlive() {
      return isAlive;
    },
    get sleepsUntil() {
      return device.sleepsUntil;
    },
    get flow() {
      return flow;
    },
    get watcher() {
      return watcher;
    },
    shown: new Map(),
    get lastSave() {
      return lastSave;
    },
    get lastError() {
      return lastError;
    },
    get isShown() {
      return unwatch !== undefined;
    },
    triggeredAt: agenda.now,
    listAskedAt: 0,
    releasedAt: 0,
    told: new Map(),
    toldAt: 0,
    heardTime: Number.NaN,
    list: [],
    doubts: new Map(),
    readAt: { accounts: 0, chain: 0 },
    falseWord: undefined,
    saidAt: undefined,
    isWindowOpen: false,
    hear: (signal) => {
      if (!flow.isBusy) tab.triggeredAt = agenda.now;
      for (const listener of [...returns]) listener(signal);
    },
    wake: () => {
      for (const listener of [...wakes]) listener();
    },
    join: () => {
      unwatch ??= flow.watch(watcher);
    },
    part: () => {
      unwatch?.();
      unwatch = undefined;
    },
    die: () => {
      isAlive = false;
    },
  };

  const storage = device.storage.of(tab, onWrite);
  const clock = createTabClock(agenda, tab, wakes);
  let unwatch: (() => void) | undefined;
  const flow = createFlow(KEY, () => ({
    clock,
    popup,
    backend: createBackend({
      fetch: () => backend.fetchFor(tab),
      base: () => options.wish.tokenEndpoint,
      limit: backend.limitFor(tab),
      now: () => clock.now(),
      holder: createHolder({ databases: () => device.databases.of(tab), randomId: () => clock.randomId() }),
    }),
    signature: createSignature(),
    wallet: createWallet({ provider: () => provider, sender: () => (options.hasSender ? sender : undefined), clock }),
    store: createStore({
      storage: () => storage,
      page: () => pageOf(device, tab),
      now: () => clock.now(),
    }),
    claims: createClaims({
      databases: () => device.databases.of(tab),
      locks: () => (options.hasLocks ? device.locks.of(tab) : undefined),
    }),
  }));
  const watcher: Watcher = {
    wish: () => options.wish,
    base: () => options.wish.tokenEndpoint,
    provider: () => provider,
    sender: () => (options.hasSender ? sender : undefined),
    fetch: () => backend.fetchFor(tab),
    waiting: () => ({ title: '', text: '' }),
    mayOpen: () => true,
    maySend: () => !options.preventsSend,
    confirmsSend: () => options.confirms,
    instructionKey: () => undefined,
    onSale: (previous) => {
      if (!isAlive) return;
      const { id, order, stage } = flow.sale;
      if (order && !tab.shown.has(id)) {
        tab.shown.set(id, structuredClone(order));
        if (previous === 'selling') watch.onShown(tab, order);
      }
      if (stage !== previous) {
        lastError = undefined;
        if (stage === 'ordered') tab.triggeredAt = agenda.now;
        watch.say(`${name}: ${previous} → ${stage}`);
        watch.onStage(tab, previous);
      }
    },
    onError: (error) => {
      if (!isAlive) return;
      lastError = error;
      watch.say(`${name}: error ${error.code}: ${error.message}`);
    },
    onRecovered: () => {
      lastError = undefined;
    },
  };
  return tab;
};

/** Where the store door hears what other tabs write. */
const pageOf = (device: Device, tab: Tab): Pick<Window, 'addEventListener' | 'removeEventListener'> => {
  const undos = new Map<unknown, () => void>();
  return {
    addEventListener: (_: string, listener: unknown) => {
      undos.set(listener, device.storage.listen(tab, listener as (event: object) => void));
    },
    removeEventListener: (_: string, listener: unknown) => undos.get(listener)?.(),
  };
};
