// What a page may set on the element: attributes and properties, declared once. Knows names, types and what they are for;
// does not know what the element does with them.
import { LitElement } from 'lit';
import type { Provider, Sender } from './ports.ts';
import type { Words } from './words.ts';

/** The element's attributes and properties. Attributes are kebab-case, objects are properties only. */
export class ButtonAttributes extends LitElement {
  static override properties = {
    tokenEndpoint: { attribute: 'token-endpoint' },
    statusEndpoint: { attribute: 'status-endpoint' },
    quoteEndpoint: { attribute: 'quote-endpoint' },
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
    instructionKey: { attribute: 'instruction-key' },
    payOrigin: { attribute: 'pay-origin' },
    name: {},
    locale: {},
    disabled: { type: Boolean },
    provider: { attribute: false },
    sender: { attribute: false },
    address: { attribute: false },
    fetch: { attribute: false },
    labels: { attribute: false },
  } as const;

  /** Address of the backend's token endpoint. */
  declare tokenEndpoint: string | null;
  /** Address of a status endpoint, for a backend whose token answer names none. */
  declare statusEndpoint: string | null;
  /** Address of a quote endpoint: with it, an idle button with an `amount` shows what the sale would bring. */
  declare quoteEndpoint: string | null;
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
  /** The backend's public key, JSON of a JWK or JWK Set: with it, only instructions that it signed are followed (rule 15). */
  declare instructionKey: string | null;
  /** Origin of the sell window; only for a simulator. */
  declare payOrigin: string | null;
  /** Key of the sale; two buttons with one key show one sale. */
  declare name: string | null;
  /** BCP 47, for numbers. */
  declare locale: string | null;
  /** The main button cannot be pressed. */
  declare disabled: boolean;
  /** EIP-1193; when set, no wallet is looked for. */
  declare provider: Provider | null;
  /** The page's own way to send. */
  declare sender: Sender | null;
  /** The source address, where the page knows it. */
  declare address: string | null;
  /** Stands in for the browser's own, towards the backend. */
  declare fetch: typeof globalThis.fetch | null;
  /** Other words than the default ones. */
  declare labels: Partial<Words> | null;

  constructor() {
    super();
    this.confirmSend = false;
    this.disabled = false;
  }
}
