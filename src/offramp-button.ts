// The element: attributes in, presses in; view, states, events out. Knows how a sale looks and puts the doors together;
// does not know how a sale goes on (`flow.ts`).
import type { PropertyValues, TemplateResult } from 'lit';
import { whenStaying } from './arrival.ts';
import { ButtonAttributes } from './attributes.ts';
import { openDoors, openQuotes } from './doors.ts';
import { OfframpError } from './errors.ts';
import { announce, type OfframpEventName, type PublicSale, publicSale } from './events.ts';
import { type Caller, type Flow, flowOf, type Watcher } from './flow.ts';
import { styles } from './offramp-button.styles.ts';
import type { FoundWallet } from './ports/discovery.ts';
import { createQuotes } from './quote.ts';
import { isOver, type Stage, stageNames } from './stages.ts';
import { view } from './view.ts';
import { createWalletChoice } from './wallet-choice.ts';
import { absolute, readQuoteWish, readWish, type Wish } from './wish.ts';
import { WORDS, type Words } from './words.ts';

/**
 * One button that takes a visitor from crypto in their wallet to money in their bank, through Coinbase Offramp.
 *
 * @summary Cash out crypto to a bank account.
 * @slot - The button's label before a sale.
 * @csspart button - The main button.
 * @csspart label - Its text.
 * @csspart spinner - Shown while something is awaited.
 * @csspart panel - Wallets to choose from, or the transfer to review.
 * @csspart amount - What is sent.
 * @csspart address - Where it is sent.
 * @csspart deadline - The time left to send.
 * @csspart send - Sends the transfer.
 * @csspart cancel - Gives the sale up.
 * @csspart quote - What the sale would bring, and its fee.
 * @csspart status - What is going on, in a sentence.
 * @csspart error - What went wrong, and what to do.
 * @cssstate busy - Something was asked and is awaited. Each stage is a state of its own, too.
 * @cssproperty --offramp-accent - The main colour; `--offramp-on-accent` is the colour on it.
 * @cssproperty --offramp-text - Also `--offramp-quiet`, `--offramp-surface`, `--offramp-line`, `--offramp-error`, `--offramp-radius`.
 * @fires offramp-change - A new stage; also as `offramp-<stage>`.
 * @fires offramp-error - Something went wrong, ended or recoverable.
 * @fires offramp-before-open - Cancelable: Coinbase's window is about to open.
 * @fires offramp-before-send - Cancelable: the wallet is about to be asked.
 */
export class OfframpButton extends ButtonAttributes {
  static override styles = styles;

  /** Registers the element, once; a second copy of the script warns and does no harm. */
  static define(tag = 'offramp-button', registry = globalThis.customElements): void {
    const known = registry.get(tag);
    if (!known) registry.define(tag, this);
    else if (known !== this) console.warn(`<${tag}> is already defined; this second copy is not used.`);
  }

  #internals: ElementInternals | undefined;
  #flow: Flow | undefined;
  #key = '';
  #leave: (() => void) | undefined;
  #told: Stage = 'idle';
  #error: OfframpError | undefined;
  #isChoosing = false;
  #isSameTab = false;
  #countdown: ReturnType<typeof setInterval> | undefined;
  #wasConnected = false;
  #focused: Element | null | undefined;

  constructor() {
    super();
    try {
      this.#internals = this.attachInternals();
    } catch {
      // Some polyfills have none; states are then missing and nothing else.
    }
    this.#setState('idle', true);
  }

  /** Where the sale is. */
  get stage(): Stage {
    return this.#flow?.sale.stage ?? 'idle';
  }

  /** The sale as events show it; `null` before the first. */
  get sale(): PublicSale | null {
    const sale = this.#flow?.sale;
    return sale?.id ? publicSale(sale) : null;
  }

  override connectedCallback(): void {
    super.connectedCallback();
    this.requestUpdate();
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    // A move is a removal and an insertion in one task; only a removal that lasts ends the watching.
    queueMicrotask(() => {
      if (!this.isConnected) this.#part();
    });
  }

  /** The press, from code: call it in a person's press, or the browser blocks Coinbase's window. Goes on where `offramp-before-open` was prevented. */
  start(): void {
    this.#start('call');
  }

  #start(by: Caller): void {
    const flow = this.#flow;
    if (!flow || this.disabled) return;
    this.#error = undefined;
    this.requestUpdate();
    if (!this.#hasWallet(!this.address && flow.sale.from === null)) return;
    flow.start(this.#watcher, by);
  }

  /** Goes on with a send that `offramp-before-send` stopped. Without a return from Coinbase only the person's press sends. */
  send(): void {
    this.#flow?.send(this.#watcher, 'call');
  }

  /** Gives the sale up, where nothing has been asked of a wallet yet. */
  cancel(): void {
    this.#isChoosing = false;
    this.#flow?.cancel();
    this.requestUpdate();
  }

  /** Clears a sale that is over. */
  reset(): void {
    this.#error = undefined;
    this.#flow?.reset();
  }

  get #words(): Words {
    return { ...WORDS, ...this.labels };
  }

  readonly #choice = createWalletChoice({
    given: () => this.provider,
    preferred: () => this.wallet,
    isUnderWay: () => this.stage !== 'idle' && !isOver(this.stage),
    onNews: () => this.#readAccount(),
  });

  readonly #watcher: Watcher = {
    wish: () => this.#wish(),
    base: () => absolute(this.tokenEndpoint ?? '', document.baseURI),
    provider: () => this.#choice.provider,
    sender: () => this.sender ?? undefined,
    fetch: () => this.fetch ?? globalThis.fetch,
    waiting: () => ({ title: this.#words.waitingTitle, text: this.#words.sayOpening }),
    confirmsSend: () => this.confirmSend,
    // An empty attribute is a key that is missing, not a page without one.
    instructionKey: () => this.instructionKey ?? undefined,
    mayOpen: () => this.#may('offramp-before-open'),
    maySend: () => this.#may('offramp-before-send'),
    onSale: (_, error) => this.#hear(error),
    onError: (error) => this.#hearError(error),
    onRecovered: () => this.#hearRecovered(),
  };

  readonly #quotes = createQuotes(this, {
    ...openQuotes(() => this.#watcher),
    wanted: () => (this.stage === 'idle' && !this.disabled ? readQuoteWish(this.written, this.#page) : undefined),
  });

  protected override willUpdate(changed: PropertyValues): void {
    this.#focused = this.shadowRoot?.activeElement;
    if (!this.isConnected) return;
    const key = this.name || this.tokenEndpoint || '';
    if (this.#flow && key !== this.#key) this.#part();
    if (!this.#leave) {
      this.#key = key;
      this.#leave = () => {};
      void whenStaying().then(() => this.#join());
    } else if (['provider', 'address', 'wallet'].some((name) => changed.has(name))) this.#choice.update();
  }

  protected override updated(): void {
    // What had the focus is gone with its stage: the focus goes back to the button.
    if (this.#focused && !this.#focused.isConnected)
      this.renderRoot.querySelector<HTMLElement>('[part=button]')?.focus();
  }

  protected override render(): TemplateResult {
    const flow = this.#flow;
    return view({
      sale: flow?.sale,
      words: this.#words,
      locale: this.#locale,
      error: this.#error,
      isBusy: flow?.isBusy ?? false,
      isDisabled: this.disabled,
      wasConnected: this.#wasConnected,
      quote: this.#quotes.quote,
      wallets: this.#isChoosing ? this.#choice.wallets : undefined,
      now: flow?.now() ?? 0,
      onPress: () => this.#press(),
      onSend: () => this.#sendNow(),
      onCancel: () => this.cancel(),
      onSameTab: () => this.#continueHere(),
      onNotSent: () => this.#hasWallet(!this.sender) && flow?.sayNotSent(this.#watcher),
      onChoose: (wallet) => this.#choose(wallet),
    });
  }

  get #locale(): string | undefined {
    return this.locale || this.closest('[lang]')?.getAttribute('lang') || undefined;
  }

  #press(): void {
    if (this.stage === 'completed') this.reset();
    else if (this.stage === 'ordered') this.renderRoot.querySelector<HTMLElement>('[part=send]')?.focus();
    else this.#start('press');
  }

  #sendNow(): void {
    this.#error = undefined;
    // After a reload the person chooses among several wallets again.
    if (this.#hasWallet(!this.sender)) this.#flow?.send(this.#watcher, 'press');
  }

  #continueHere(): void {
    this.#isSameTab = true;
    this.#start('press');
    this.#isSameTab = false;
  }

  #may(step: OfframpEventName): boolean {
    const sale = this.#flow?.sale;
    return !sale || announce(this, step, { sale, previous: sale.stage }, true);
  }

  #hearRecovered(): void {
    if (this.#error?.code.startsWith('backend-')) this.#error = undefined;
    this.requestUpdate();
  }

  #join(): void {
    if (!this.isConnected || this.#flow) return;
    const flow = flowOf(this.#key, openDoors);
    this.#flow = flow;
    const unwatch = flow.watch(this.#watcher);
    const unlisten = this.#choice.listen();
    this.#leave = () => {
      unwatch();
      unlisten();
    };
    // A sale that was over before this page is shown and not told again: a page may count what it hears.
    if (isOver(flow.sale.stage)) this.#enter(flow.sale.stage);
    this.#hear();
  }

  #part(): void {
    this.#leave?.();
    this.#leave = undefined;
    this.#flow = undefined;
    clearInterval(this.#countdown);
    this.#countdown = undefined;
  }

  /** Reads the account a wallet already shows, so that one press is enough for a returning visitor. */
  #readAccount(): void {
    void this.#flow?.readAccount(this.address ?? undefined);
    this.requestUpdate();
  }

  /** Settles on the wallet that is there. `false`: one is needed, and there is none to ask yet. */
  #hasWallet(isNeeded: boolean): boolean {
    const settled = this.#choice.settle();
    if (!isNeeded) return true;
    this.#isChoosing = settled === 'several';
    this.requestUpdate();
    if (settled === 'none') this.#hearError(new OfframpError('no-wallet'));
    return settled === 'one';
  }

  #choose(wallet: FoundWallet): void {
    this.#isChoosing = false;
    this.#choice.choose(wallet);
    this.#start('press');
  }

  #hear(error?: OfframpError): void {
    const sale = this.#flow?.sale;
    if (!sale) return;
    const { stage } = sale;
    if (stage !== this.#told) {
      const before = this.#told;
      this.#enter(stage);
      const detail = { sale, previous: before, error };
      announce(this, `offramp-${stage}`, detail);
      announce(this, 'offramp-change', detail);
    }
    const isBusy = this.#flow?.isBusy ?? false;
    this.#setState('busy', isBusy);
    this.requestUpdate();
  }

  #hearError(error: OfframpError): void {
    this.#error = error;
    this.requestUpdate();
    const sale = this.#flow?.sale;
    if (sale) announce(this, 'offramp-error', { sale, previous: sale.stage, error });
  }

  #enter(stage: Stage): void {
    this.#wasConnected = this.#told === 'connecting' && stage === 'idle' && this.#flow?.sale.from !== null;
    this.#told = stage;
    this.#error = undefined;
    this.#isChoosing = false;
    for (const name of stageNames) this.#setState(name, name === stage);
    clearInterval(this.#countdown);
    this.#countdown = stage === 'ordered' ? setInterval(() => this.requestUpdate(), 1000) : undefined;
  }

  #setState(name: string, isOn: boolean): void {
    try {
      if (isOn) this.#internals?.states.add(name);
      else this.#internals?.states.delete(name);
    } catch {
      // Chrome before 125 wants dashed names: no states there.
    }
  }

  get #page(): { href: string; base: string } {
    return { href: location.href, base: document.baseURI };
  }

  #wish(): Wish {
    return readWish(this.#isSameTab ? { ...this.written, presentation: 'redirect' } : this.written, this.#page);
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'offramp-button': OfframpButton;
  }
}
