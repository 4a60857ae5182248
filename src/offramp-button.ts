// The element: attributes in, presses in. Light, so that a page which only shows the button pays for little more than that:
// everything from the first press on is in `cash-out.ts`, fetched when somebody means to press, or when a sale goes on.
import { nothing, type PropertyValues, type TemplateResult } from 'lit';
import { ButtonAttributes } from './attributes.ts';
import { type Frame, frame, slotted } from './button-frame.ts';
import type { CashOut } from './cash-out.ts';
import { announce, type PublicSale } from './events.ts';
import { FIRST_WORDS } from './first-words.ts';
import { NO_SALE } from './no-sale.ts';
import { styles } from './offramp-button.styles.ts';
import { OfframpError } from './offramp-error.ts';
import { cashOutCode, fetchCashOut, onFetched } from './on-intent.ts';
import { type Ahead, openBlank } from './ports/blank-window.ts';
import { isSaleKept, saleKey, wasConnected } from './ports/traces.ts';
import type { Stage } from './stages.ts';

/** What tells that somebody may be about to press. */
const INTENTS = ['pointerenter', 'pointerdown', 'focusin'];

const NOT_FETCHED = {
  message: 'A part of this button could not be loaded.',
  advice: 'Check your connection, then reload this page.',
};

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
 * @cssstate busy - Something was asked and is awaited.
 * @cssproperty --offramp-accent - The main colour.
 * @cssproperty --offramp-on-accent - The colour on it.
 * @cssproperty --offramp-text - The text.
 * @cssproperty --offramp-quiet - Text of less weight.
 * @cssproperty --offramp-surface - What the panel stands on.
 * @cssproperty --offramp-line - Edges.
 * @cssproperty --offramp-error - What went wrong.
 * @cssproperty --offramp-radius - Corners.
 * @fires offramp-change - A new stage, whichever; each stage has an event of its own as well.
 * @fires offramp-error - Something went wrong, ended or recoverable.
 * @fires offramp-before-open - Cancelable: Coinbase's window is about to open.
 * @fires offramp-before-send - Cancelable: the wallet is about to be asked.
 */
export class OfframpButton extends ButtonAttributes {
  static override styles = styles;

  /** Registers the element, once, under as many tags as are asked for; a second copy of the script warns and does no harm. */
  static define(tag = 'offramp-button', registry = globalThis.customElements): void {
    const known = registry.get(tag);
    if (known) {
      if (known !== this && !(known.prototype instanceof this))
        console.warn(`<${tag}> is already defined; this second copy is not used.`);
      return;
    }
    try {
      registry.define(tag, this);
    } catch {
      // A class may have one tag alone.
      registry.define(tag, class extends this {});
    }
  }

  #internals: ElementInternals | undefined;
  #cashOut: CashOut | undefined;
  /** A press that waits for the code. */
  #early: Ahead | undefined;
  #error: OfframpError | undefined;
  #leave: (() => void) | undefined;
  #focused: Element | null | undefined;
  #drawnBefore: ChildNode[] = [];

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
    return this.#cashOut?.stage ?? 'idle';
  }

  /** The sale as events show it; `null` before the first. */
  get sale(): PublicSale | null {
    return this.#cashOut?.sale ?? null;
  }

  override connectedCallback(): void {
    super.connectedCallback();
    this.requestUpdate();
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    // A move is a removal and an insertion in one task; only a removal that lasts ends the watching.
    queueMicrotask(() => {
      if (this.isConnected) return;
      this.#leave?.();
      this.#leave = undefined;
      this.#dropEarly();
      this.#cashOut?.part();
    });
  }

  /** The press, from code: call it in a person's press, or the browser blocks Coinbase's window. Goes on where `offramp-before-open` was prevented. */
  start(): void {
    if (this.#cashOut) this.#cashOut.start('call');
    else this.#startEarly('call');
  }

  /** Goes on with a send that `offramp-before-send` stopped. Without a return from Coinbase only the person's press sends. */
  send(): void {
    this.#cashOut?.send();
  }

  /** Gives the sale up, where nothing has been asked of a wallet yet. */
  cancel(): void {
    this.#dropEarly();
    this.#cashOut?.cancel();
  }

  /** Clears a sale that is over. */
  reset(): void {
    this.#cashOut?.reset();
  }

  protected override createRenderRoot(): HTMLElement | DocumentFragment {
    // What the page drew before the script, in a declarative shadow root, stands until the same is drawn here.
    this.#drawnBefore = [...(this.shadowRoot?.childNodes ?? [])];
    const root = super.createRenderRoot();
    this.renderOptions.renderBefore = null;
    return root;
  }

  protected override firstUpdated(): void {
    const drawn = this.#drawnBefore.splice(0);
    // Where Lit's client for server rendering took it over, nothing was drawn after it.
    if (this.renderRoot.lastChild !== drawn.at(-1)) for (const node of drawn) node.remove();
  }

  protected override willUpdate(changed: PropertyValues): void {
    this.#focused = this.shadowRoot?.activeElement;
    if (!this.isConnected) return;
    this.#cashOut ??= cashOutCode()?.(this, (name, isOn) => this.#setState(name, isOn));
    if (this.#cashOut) this.#cashOut.update(changed);
    else this.#listen();
  }

  protected override updated(): void {
    // What had the focus is gone with its stage: the focus goes back to the button.
    if (this.#focused && !this.#focused.isConnected)
      this.renderRoot.querySelector<HTMLElement>('[part=button]')?.focus();
  }

  protected override render(): TemplateResult {
    return frame(this.#cashOut?.frame() ?? this.#firstFrame(), this.disabled, () => this.#press());
  }

  #firstFrame(): Frame {
    const isBusy = this.#early !== undefined;
    return {
      label: slotted(this.labels?.idle ?? FIRST_WORDS.idle),
      isBusy,
      isIdle: isBusy,
      quote: nothing,
      status: '',
      error: this.#error ? `${this.#error.message} ${this.#error.advice}` : '',
      panel: nothing,
    };
  }

  #press(): void {
    if (this.#cashOut) this.#cashOut.press();
    else this.#startEarly('press');
  }

  get #key(): string {
    return this.name || this.tokenEndpoint || '';
  }

  /** Waits for a reason to fetch the code. */
  #listen(): void {
    if (!this.#leave) {
      const page = new AbortController();
      const { signal } = page;
      for (const intent of INTENTS) this.addEventListener(intent, () => this.#fetch(), { signal });
      // Another tab began a sale that this button shows too.
      addEventListener('storage', ({ key }) => key === saleKey(this.#key) && this.#fetch(), { signal });
      const unhear = onFetched(() => this.requestUpdate());
      this.#leave = () => {
        page.abort();
        unhear();
      };
    }
    if (isSaleKept(this.#key) || (this.quoteEndpoint && this.amount)) this.#fetch();
  }

  /** Fetches ahead of a press; only a press tells that it failed. */
  #fetch(): void {
    fetchCashOut().catch(() => {});
  }

  /** A press before the code is there: what must happen in the press's own task does, the rest when the code has come. */
  #startEarly(by: 'press' | 'call'): void {
    if (this.disabled || this.#early) return;
    const early = this.#openAhead();
    this.#early = early;
    this.#error = undefined;
    this.#setState('busy', true);
    this.requestUpdate();
    fetchCashOut().then(
      async () => {
        // Drawn once with the code, so that it is joined to its sale.
        this.requestUpdate();
        await this.updateComplete;
        if (this.#early !== early) return;
        this.#early = undefined;
        this.#cashOut?.startWith(early, by);
      },
      (cause) => this.#early === early && this.#failEarly(cause),
    );
  }

  /** Opens Coinbase's window where it will most likely be needed: browsers allow it in the press alone. */
  #openAhead(): Ahead {
    const isLikely = this.address || wasConnected();
    if (!isLikely || !this.tokenEndpoint || this.presentation === 'redirect')
      return { may: undefined, window: undefined };
    const may = announce(this, 'offramp-before-open', { sale: NO_SALE, previous: 'idle' }, true);
    const { waitingTitle: title, sayOpening: text } = { ...FIRST_WORDS, ...this.labels };
    return { may, window: may ? openBlank({ title, text }) : undefined };
  }

  #dropEarly(): void {
    this.#early?.window?.close();
    if (this.#early) this.#setState('busy', false);
    this.#early = undefined;
    this.requestUpdate();
  }

  #failEarly(cause: unknown): void {
    this.#dropEarly();
    this.#error = new OfframpError('backend-unreachable', { ...NOT_FETCHED, cause });
    announce(this, 'offramp-error', { sale: NO_SALE, previous: 'idle', error: this.#error });
  }

  #setState(name: string, isOn: boolean): void {
    try {
      if (isOn) this.#internals?.states.add(name);
      else this.#internals?.states.delete(name);
    } catch {
      // Chrome before 125 wants dashed names: no states there.
    }
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'offramp-button': OfframpButton;
  }
}
