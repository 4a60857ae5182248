// A button from its first press on: joins the sale of its key, hears and tells it, draws it. Fetched on intent (`on-intent.ts`).
// Knows how a sale looks and puts the doors together; does not know how a sale goes on (`flow.ts`).
import type { PropertyValues } from 'lit';
import type { ButtonAttributes } from './attributes.ts';
import type { Frame } from './button-frame.ts';
import { openDoors, openQuotes } from './doors.ts';
import { OfframpError } from './errors.ts';
import { announce, type OfframpEventName, type PublicSale, publicSale } from './events.ts';
import { type Caller, type Flow, flowOf, type Watcher } from './flow.ts';
import { addPanelStyles } from './panel.styles.ts';
import { createArming } from './ports/arming.ts';
import type { Ahead } from './ports/blank-window.ts';
import type { FoundWallet } from './ports/discovery.ts';
import { isFramed, originLack } from './ports/sandbox.ts';
import { rememberConnected } from './ports/traces.ts';
import { createQuotes } from './quote.ts';
import { whenStaying } from './return.ts';
import { isOver, type Stage, stageNames } from './stages.ts';
import { view } from './view.ts';
import { createWalletChoice } from './wallet-choice.ts';
import { absolute, readQuoteWish, readWish } from './wish.ts';
import { WORDS, type Words } from './words.ts';

export interface CashOut {
  readonly stage: Stage;
  readonly sale: PublicSale | null;
  /** The press, whatever the button says now. */
  press(): void;
  start(by: Caller): void;
  /** A start whose press was before this code was there. */
  startWith(ahead: Ahead, by: Caller): void;
  send(): void;
  cancel(): void;
  reset(): void;
  /** The element is about to be drawn, in the page. */
  update(changed: PropertyValues): void;
  /** The element has left the page. */
  part(): void;
  frame(): Frame;
}

/** Milliseconds a press waits for a wallet to say which account it shows. */
const ACCOUNT = 4_000;

/** @param setState switches one of the element's CSS states. */
export const createCashOut = (button: ButtonAttributes, setState: (name: string, isOn: boolean) => void): CashOut => {
  let flow: Flow | undefined;
  let key = '';
  let leave: (() => void) | undefined;
  let told: Stage = 'idle';
  let shownError: OfframpError | undefined;
  let isChoosing = false;
  let isSameTab = false;
  let countdown: ReturnType<typeof setInterval> | undefined;
  let wasConnected = false;
  let early: Ahead | undefined;
  let joining: Promise<void> = Promise.resolve();
  let reading: Promise<void> = Promise.resolve();

  addPanelStyles(button);

  const isBusy = (): boolean => early !== undefined || (flow?.isBusy ?? false);
  const redraw = (): void => button.requestUpdate();
  const arming = createArming(redraw);
  const sendButton = () => button.shadowRoot?.querySelector<HTMLElement>('[part=send]') ?? null;
  const stage = (): Stage => flow?.sale.stage ?? 'idle';
  const words = (): Words => ({ ...WORDS, ...button.labels });
  const locale = (): string | undefined => button.locale || button.closest('[lang]')?.getAttribute('lang') || undefined;
  const page = (): { href: string; base: string } => ({ href: location.href, base: document.baseURI });
  const may = (step: OfframpEventName): boolean => {
    const sale = flow?.sale;
    return !sale || announce(button, step, { sale, previous: sale.stage }, true);
  };

  const hearError = (error: OfframpError): void => {
    shownError = error;
    redraw();
    const sale = flow?.sale;
    if (sale) announce(button, 'offramp-error', { sale, previous: sale.stage, error });
  };

  const enter = (next: Stage): void => {
    wasConnected = told === 'connecting' && next === 'idle' && flow?.sale.from !== null;
    if (wasConnected) rememberConnected(true);
    told = next;
    shownError = undefined;
    isChoosing = false;
    for (const name of stageNames) setState(name, name === next);
    clearInterval(countdown);
    countdown = next === 'ordered' ? setInterval(redraw, 1000) : undefined;
  };

  const hear = (error?: OfframpError): void => {
    const sale = flow?.sale;
    if (!sale) return;
    if (sale.stage !== told) {
      const previous = told;
      enter(sale.stage);
      const detail = { sale, previous, error };
      announce(button, `offramp-${sale.stage}`, detail);
      announce(button, 'offramp-change', detail);
    }
    setState('busy', isBusy());
    redraw();
  };

  const dropEarly = (): void => {
    early?.window?.close();
    early = undefined;
    setState('busy', isBusy());
    redraw();
  };

  /** Reads the account a wallet already shows, so that one press is enough for a returning visitor. */
  const readAccount = (): void => {
    const mine = flow;
    if (!mine) return;
    reading = mine.readAccount(button.address || undefined).then(() => rememberConnected(mine.sale.from !== null));
    redraw();
  };

  const choice = createWalletChoice({
    given: () => button.provider,
    preferred: () => button.wallet,
    isUnderWay: () => stage() !== 'idle' && !isOver(stage()),
    onNews: readAccount,
  });

  const watcher: Watcher = {
    wish: () => ({ ...readWish(button, page()), ...(isSameTab ? { presentation: 'redirect' } : {}) }),
    base: () => absolute(button.tokenEndpoint ?? '', document.baseURI),
    provider: () => choice.provider,
    sender: () => button.sender || undefined,
    fetch: () => button.fetch || globalThis.fetch,
    waiting: () => ({ title: words().waitingTitle, text: words().sayOpening }),
    ahead: () => {
      const opened = early?.window;
      early = undefined;
      return opened;
    },
    confirmsSend: () => button.confirmSend,
    // An empty attribute is a key that is missing, not a page without one.
    instructionKey: () => button.instructionKey ?? undefined,
    mayOpen: () => early?.may ?? may('offramp-before-open'),
    maySend: () => may('offramp-before-send'),
    onSale: (_, error) => hear(error),
    onError: hearError,
    onRecovered: () => {
      if (shownError?.code.startsWith('backend-')) shownError = undefined;
      redraw();
    },
  };

  const quotes = createQuotes(button, {
    ...openQuotes(() => watcher),
    wanted: () => (stage() === 'idle' && !button.disabled ? readQuoteWish(button, page()) : undefined),
  });

  const part = (): void => {
    leave?.();
    leave = undefined;
    flow = undefined;
    clearInterval(countdown);
    arming.watch(null);
  };

  const join = (): void => {
    if (!button.isConnected || flow) return;
    const joined = flowOf(key, openDoors);
    flow = joined;
    const unwatch = joined.watch(watcher);
    const unlisten = choice.listen();
    leave = () => {
      unwatch();
      unlisten();
    };
    // A sale that was over before this page is shown and not told again: a page may count what it hears.
    if (isOver(joined.sale.stage)) enter(joined.sale.stage);
    hear();
  };

  /** Settles on the wallet that is there. `false`: one is needed, and there is none to ask yet. */
  const hasWallet = (isNeeded: boolean): boolean => {
    const settled = choice.settle();
    if (!isNeeded) return true;
    isChoosing = settled === 'several';
    redraw();
    if (settled === 'none') hearError(new OfframpError('no-wallet').at(stage()));
    return settled === 'one';
  };

  const start = (by: Caller): void => {
    if (!flow || button.disabled) return;
    shownError = undefined;
    redraw();
    const lack = originLack();
    if (lack) hearError(new OfframpError('store-unavailable', lack).at(stage()));
    else if (hasWallet(!button.address && flow.sale.from === null)) flow.start(watcher, by);
  };

  const startWith = async (ahead: Ahead, by: Caller): Promise<void> => {
    early = ahead;
    setState('busy', true);
    redraw();
    await joining;
    await Promise.race([reading, new Promise((resolve) => setTimeout(resolve, ACCOUNT))]);
    // Taken by a second press meanwhile, or given up.
    if (early !== ahead) return;
    if (stage() === 'idle') start(by);
    // Not needed after all: there is no account yet, or the page's attributes are wrong.
    dropEarly();
  };

  const choose = (wallet: FoundWallet): void => {
    isChoosing = false;
    choice.choose(wallet);
    start('press');
  };

  const sendNow = (press: Event): void => {
    if (!arming.counts(press)) return;
    shownError = undefined;
    // After a reload the person chooses among several wallets again.
    if (hasWallet(!button.sender)) flow?.send(watcher, 'press');
  };

  const continueHere = (): void => {
    isSameTab = true;
    start('press');
    isSameTab = false;
  };

  const cancel = (): void => {
    isChoosing = false;
    dropEarly();
    flow?.cancel();
    redraw();
  };

  const reset = (): void => {
    shownError = undefined;
    flow?.reset();
  };

  return {
    get stage() {
      return stage();
    },
    get sale() {
      const sale = flow?.sale;
      return sale?.id ? publicSale(sale) : null;
    },

    press: () => {
      if (stage() === 'completed') reset();
      else if (stage() === 'ordered') {
        arming.hold();
        sendButton()?.focus();
      } else start('press');
    },
    start,
    startWith: (ahead, by) => void startWith(ahead, by),
    send: () => flow?.send(watcher, 'call'),
    cancel,
    reset,
    part,

    update: (changed) => {
      const next = button.name || button.tokenEndpoint || '';
      if (flow && next !== key) part();
      if (!leave) {
        key = next;
        leave = () => {};
        joining = whenStaying().then(join);
      } else if (['provider', 'address', 'wallet'].some((name) => changed.has(name))) choice.update();
    },

    frame: () => {
      void button.updateComplete.then(() => arming.watch(flow ? sendButton() : null));
      return view({
        sale: flow?.sale,
        words: words(),
        locale: locale(),
        error: shownError,
        isBusy: isBusy(),
        isArmed: arming.isReady,
        isSameTabWise: !isFramed(),
        wasConnected,
        quote: quotes.quote,
        wallets: isChoosing ? choice.wallets : undefined,
        now: flow?.now() ?? 0,
        onSend: sendNow,
        onCancel: cancel,
        onSameTab: continueHere,
        onNotSent: () => hasWallet(!button.sender) && flow?.sayNotSent(watcher),
        onChoose: choose,
      });
    },
  };
};
