// The element: attributes in, presses in; view, states, events out. Knows how a sale looks and puts the doors together;
// does not know how a sale goes on (`flow.ts`).
import { html, LitElement, nothing, type PropertyValues, type TemplateResult } from 'lit';
import { findAsset } from './assets.ts';
import { OfframpError } from './errors.ts';
import { announce, type PublicSale, publicSale } from './events.ts';
import { type Flow, flowOf, type Watcher } from './flow.ts';
import { styles } from './offramp-button.styles.ts';
import type { Wish } from './opening.ts';
import { exactUnits, isAwaiting } from './order.ts';
import { createBackend } from './ports/backend.ts';
import { createClaims } from './ports/claims.ts';
import { createClock } from './ports/clock.ts';
import { discoverWallets, type FoundWallet, injectedWallet } from './ports/discovery.ts';
import { createPopup } from './ports/popup.ts';
import { createStore } from './ports/store.ts';
import { createWallet } from './ports/wallet.ts';
import type { Provider, Sender } from './ports.ts';
import { whenStaying } from './return.ts';
import { reviewPanel, walletChooser } from './review-panel.ts';
import type { Stage } from './stages.ts';
import { fill, formatFiat, statusKey, WORDS, type Words } from './words.ts';

type Step = 'offramp-before-open' | 'offramp-before-send';

const COINBASE = 'https://pay.coinbase.com';

const makePorts = (host: () => Watcher | undefined) => {
  const clock = createClock();
  return {
    clock,
    popup: createPopup({ waiting: () => host()?.waiting() ?? { title: '', text: '' } }),
    backend: createBackend({
      fetch: () => host()?.fetch() ?? fetch,
      base: () => host()?.base() ?? '',
    }),
    wallet: createWallet({ provider: () => host()?.provider(), sender: () => host()?.sender(), clock }),
    store: createStore(),
    claims: createClaims(),
  };
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
export class OfframpButton extends LitElement {
  static override styles = styles;

  static override properties = {
    tokenEndpoint: { attribute: 'token-endpoint' },
    statusEndpoint: { attribute: 'status-endpoint' },
    asset: {},
    network: {},
    amount: {},
    fiatAmount: { attribute: 'fiat-amount' },
    fiatCurrency: { attribute: 'fiat-currency' },
    cashoutMethod: { attribute: 'cashout-method' },
    redirectUrl: { attribute: 'redirect-url' },
    wallet: {},
    presentation: {},
    confirmSend: { attribute: 'confirm-send', type: Boolean },
    payOrigin: { attribute: 'pay-origin' },
    name: {},
    locale: {},
    disabled: { type: Boolean },
    provider: { attribute: false },
    sender: { attribute: false },
    address: { attribute: false },
    fetch: { attribute: false },
    labels: { attribute: false },
  };

  /** Registers the element, once; a second copy of the script warns and does no harm. */
  static define(tag = 'offramp-button', registry = globalThis.customElements): void {
    const known = registry.get(tag);
    if (!known) registry.define(tag, this);
    else if (known !== this) console.warn(`<${tag}> is already defined; this second copy is not used.`);
  }

  /** Address of the backend's token endpoint. */
  declare tokenEndpoint: string | null;
  /** Address of a status endpoint, for a backend whose token answer names none. */
  declare statusEndpoint: string | null;
  /** Coinbase's ticker; `USDC` by default. */
  declare asset: string | null;
  /** Coinbase's network name; `base` by default. */
  declare network: string | null;
  /** Amount of crypto, a decimal string. */
  declare amount: string | null;
  /** Amount of fiat, a decimal string; passed to Coinbase where there is no `amount`. */
  declare fiatAmount: string | null;
  /** ISO 4217; passed to Coinbase. */
  declare fiatCurrency: string | null;
  /** Coinbase's name of a cash-out method; passed to Coinbase. */
  declare cashoutMethod: string | null;
  /** The return page; this page by default. */
  declare redirectUrl: string | null;
  /** Preferred wallet, an EIP-6963 `rdns`. */
  declare wallet: string | null;
  /** `auto`, `popup` or `redirect` (same tab); anything else is `auto`. */
  declare presentation: string | null;
  /** Waits for a press on "Send" always. */
  declare confirmSend: boolean;
  /** Origin of the sell window; only for a simulator. */
  declare payOrigin: string | null;
  /** Key of the sale; two buttons with one key show one sale. */
  declare name: string | null;
  /** BCP 47, for numbers. */
  declare locale: string | null;
  declare disabled: boolean;
  /** EIP-1193; when set, no wallet is looked for. */
  declare provider: Provider | null;
  /** The page's own way to send. */
  declare sender: Sender | null;
  /** The source address, where the page knows it. */
  declare address: string | null;
  declare fetch: typeof globalThis.fetch | null;
  /** Other words than the default ones. */
  declare labels: Partial<Words> | null;

  #internals: ElementInternals | undefined;
  #flow: Flow | undefined;
  #key = '';
  #leave: (() => void) | undefined;
  #told: Stage = 'idle';
  #error: OfframpError | undefined;
  #wallets: readonly FoundWallet[] = [];
  #chosen: FoundWallet | undefined;
  #isChoosing = false;
  #isSameTab = false;
  #countdown: ReturnType<typeof setInterval> | undefined;
  #stopListening: (() => void) | undefined;
  #prevented: Step | undefined;
  #allowed: Step | undefined;

  constructor() {
    super();
    this.confirmSend = false;
    this.disabled = false;
    try {
      this.#internals = this.attachInternals();
    } catch {
      // Some polyfills have none; states are then missing and nothing else.
    }
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
    // A move is a removal and an insertion in one task; only a removal that lasts ends the watching (P57).
    queueMicrotask(() => {
      if (!this.isConnected) this.#part();
    });
  }

  /** The press, from code: call it in a person's press, or the browser blocks Coinbase's window. Goes on where `offramp-before-open` was prevented. */
  start(): void {
    this.#goOn('offramp-before-open', () => this.#start());
  }

  #start(): void {
    const flow = this.#flow;
    if (!flow || this.disabled) return;
    this.#error = undefined;
    this.requestUpdate();
    if (flow.sale.from === null && !flow.sale.id && !this.#chooseWallet()) return;
    flow.start(this.#watcher);
  }

  /** Goes on with a send that `offramp-before-send` stopped. Without a return from Coinbase only the person's press sends. */
  send(): void {
    this.#goOn('offramp-before-send', () => this.#flow?.send(false));
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

  get #provider(): Provider | undefined {
    return this.provider ?? this.#chosen?.provider;
  }

  readonly #watcher: Watcher = {
    wish: () => this.#wish(),
    base: () => this.#absolute(this.tokenEndpoint ?? ''),
    provider: () => this.#provider,
    sender: () => this.sender ?? undefined,
    fetch: () => this.fetch ?? globalThis.fetch,
    waiting: () => ({ title: this.#words.waitingTitle, text: this.#words.sayOpening }),
    confirmsSend: () => this.confirmSend,
    mayOpen: () => this.#ask('offramp-before-open'),
    maySend: () => this.#ask('offramp-before-send'),
    onSale: (previous, error) => this.#hear(previous, error),
    onError: (error) => this.#hearError(error),
  };

  protected override willUpdate(changed: PropertyValues): void {
    if (!this.isConnected) return;
    const key = this.name || this.tokenEndpoint || '';
    if (this.#flow && key !== this.#key) this.#part();
    if (!this.#leave) {
      this.#key = key;
      this.#leave = () => {};
      void whenStaying().then(() => this.#join());
    } else if (['provider', 'address', 'wallet'].some((name) => changed.has(name))) this.#readAccount();
  }

  protected override updated(): void {
    const active = this.shadowRoot?.activeElement;
    // What had the focus is gone with its stage: the focus goes back to the button (P72).
    if (this.#hadFocus && !active) this.#button?.focus();
    this.#hadFocus = active !== null && active !== undefined && active !== this.#button;
  }

  #hadFocus = false;

  get #button(): HTMLElement | null {
    return this.renderRoot.querySelector('[part=button]');
  }

  protected override render(): TemplateResult {
    const words = this.#words;
    const sale = this.#flow?.sale;
    const stage = sale?.stage ?? 'idle';
    const isBusy = this.#flow?.isBusy ?? false;
    const isSendable = sale?.stage === 'ordered' && !isBusy && isAwaiting(sale.status ?? '');
    const key = sale && statusKey(sale, stage === 'ordered' && isBusy, isSendable);
    const fiat = formatFiat(sale?.fiat ?? null, this.#locale);
    const error = this.#error ?? (sale?.error ? new OfframpError(sale.error) : undefined);
    const status = this.#isChoosing
      ? words.sayChoose
      : key
        ? fill(words[key], { fiat })
        : stage === 'idle' && this.#wasConnected
          ? words.sayConnected
          : '';
    return html`<button
        type="button"
        part="button"
        aria-describedby="status"
        ?disabled=${this.disabled}
        aria-disabled=${isBusy || stage === 'settling' || stage === 'unsure' ? 'true' : nothing}
        @click=${this.#press}
      >
        ${isBusy ? html`<span part="spinner" aria-hidden="true"></span>` : nothing}
        <span part="label">${stage === 'idle' ? html`<slot>${words.idle}</slot>` : words[stage]}</span>
      </button>
      <p part="status" id="status" role="status">${status}</p>
      <p part="error" role="alert">${error ? `${error.message} ${error.advice}` : ''}</p>
      ${
        this.#isChoosing
          ? walletChooser(this.#wallets, words, this.#choose, () => this.cancel())
          : sale
            ? reviewPanel({
                sale,
                words,
                locale: this.#locale,
                left: (sale.order?.deadline ?? 0) - (this.#flow?.now() ?? 0),
                isSendable,
                isBlocked: this.#error?.code === 'popup-blocked',
                onSend: () => isSendable && this.#flow?.send(true),
                onCancel: () => this.cancel(),
                onSameTab: this.#continueHere,
                onNotSent: () => this.#flow?.sayNotSent(),
              })
            : nothing
      }`;
  }

  #wasConnected = false;

  get #locale(): string | undefined {
    return this.locale || this.closest('[lang]')?.getAttribute('lang') || undefined;
  }

  #press(): void {
    if (this.stage === 'completed') this.reset();
    else if (this.stage === 'ordered') this.renderRoot.querySelector<HTMLElement>('[part=send]')?.focus();
    else this.#start();
  }

  #continueHere = (): void => {
    this.#isSameTab = true;
    this.#start();
    this.#isSameTab = false;
  };

  /** A step that the page itself prevented and now calls for is not asked about again. */
  #goOn(step: Step, go: () => void): void {
    if (this.#prevented === step) this.#allowed = step;
    this.#prevented = undefined;
    go();
    this.#allowed = undefined;
  }

  #ask(step: Step): boolean {
    const flow = this.#flow;
    if (!flow || this.#allowed === step) return true;
    const mayGo = announce(this, step, { sale: flow.sale, previous: flow.sale.stage }, true);
    this.#prevented = mayGo ? undefined : step;
    return mayGo;
  }

  #join(): void {
    if (!this.isConnected || this.#flow) return;
    const flow = flowOf(this.#key, makePorts);
    this.#flow = flow;
    const unwatch = flow.watch(this.#watcher);
    const undiscover = discoverWallets((wallets) => {
      this.#wallets = wallets;
      this.#readAccount();
      this.requestUpdate();
    });
    this.#leave = () => {
      unwatch();
      undiscover();
    };
    this.#hear(this.#told);
    this.#readAccount();
  }

  #part(): void {
    this.#leave?.();
    this.#leave = undefined;
    this.#flow = undefined;
    this.#stopListening?.();
    this.#stopListening = undefined;
    clearInterval(this.#countdown);
    this.#countdown = undefined;
  }

  /** Reads the account a wallet already shows, so that one press is enough for a returning visitor (P15). */
  #readAccount(): void {
    if (!this.#provider) {
      const preferred = this.#wallets.find(({ rdns }) => rdns === this.wallet);
      this.#chosen = preferred ?? (this.#wallets.length === 1 ? this.#wallets[0] : undefined);
    }
    const provider = this.#provider;
    this.#stopListening?.();
    const changed = () => void this.#flow?.readAccount(this.address ?? undefined);
    provider?.on?.('accountsChanged', changed);
    this.#stopListening = () => provider?.removeListener?.('accountsChanged', changed);
    changed();
  }

  /** `false`: there is no wallet to ask yet. */
  #chooseWallet(): boolean {
    if (this.#provider || this.address || this.sender) return true;
    if (this.#wallets.length > 1) {
      this.#isChoosing = true;
      return false;
    }
    this.#chosen = injectedWallet();
    if (this.#chosen) return true;
    this.#hearError(new OfframpError('no-wallet'));
    return false;
  }

  #choose = (wallet: FoundWallet): void => {
    this.#isChoosing = false;
    this.#chosen = wallet;
    this.#readAccount();
    this.#start();
  };

  #hear(previous: Stage, error?: OfframpError): void {
    const sale = this.#flow?.sale;
    if (!sale) return;
    const { stage } = sale;
    if (stage !== this.#told) {
      const before = this.#told;
      this.#told = stage;
      this.#error = undefined;
      this.#isChoosing = false;
      this.#wasConnected = before === 'connecting' && stage === 'idle' && sale.from !== null;
      this.#show(stage);
      const detail = { sale, previous: before, error };
      announce(this, `offramp-${stage}`, detail);
      announce(this, 'offramp-change', detail);
    } else if (previous !== stage && error) this.#error = error;
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

  #show(stage: Stage): void {
    for (const state of [...(this.#internals?.states ?? [])]) if (state !== 'busy') this.#setState(state, false);
    this.#setState(stage, true);
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

  #absolute(address: string): string {
    if (URL.canParse(address, document.baseURI)) return new URL(address, document.baseURI).href;
    throw new OfframpError('no-endpoint', { message: 'An address of this button is not one.' });
  }

  #wish(): Wish {
    if (!this.tokenEndpoint) throw new OfframpError('no-endpoint');
    const asset = findAsset(this.asset ?? 'USDC', this.network ?? 'base');
    if (!asset) throw new OfframpError('unknown-asset');
    const isBadFiat = this.fiatAmount && exactUnits(this.fiatAmount, 18) === undefined;
    if ((this.amount && exactUnits(this.amount, asset.decimals) === undefined) || isBadFiat) {
      throw new OfframpError('bad-amount');
    }
    const redirectUrl = new URL(this.#absolute(this.redirectUrl ?? location.href));
    redirectUrl.hash = '';
    redirectUrl.searchParams.delete('offramp-sale');
    return {
      tokenEndpoint: this.#absolute(this.tokenEndpoint),
      statusEndpoint: this.statusEndpoint ? this.#absolute(this.statusEndpoint) : null,
      asset: asset.asset,
      network: asset.network,
      amount: this.amount || null,
      fiatAmount: this.fiatAmount,
      fiatCurrency: this.fiatCurrency,
      cashoutMethod: this.cashoutMethod,
      redirectUrl: redirectUrl.href,
      presentation: this.#isSameTab || this.presentation === 'redirect' ? 'redirect' : 'popup',
      payOrigin: this.payOrigin ?? COINBASE,
    };
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'offramp-button': OfframpButton;
  }
}
