// What the element shows of a sale: button, status, error, panel. Knows how a sale reads; does not know what presses do.
import { html, nothing, type TemplateResult } from 'lit';
import type { OfframpError } from './errors.ts';
import type { FoundWallet } from './ports/discovery.ts';
import type { Quote } from './ports.ts';
import { limitsBroken } from './quote.ts';
import { reviewPanel, walletChooser } from './review-panel.ts';
import { isAwaiting } from './rules.ts';
import { failureOf, NO_SALE, type Sale } from './sale.ts';
import { fill, formatFiat, statusKey, type Words } from './words.ts';

interface View {
  sale: Sale | undefined;
  words: Words;
  locale: string | undefined;
  error: OfframpError | undefined;
  /** Something was asked and is awaited. */
  isBusy: boolean;
  isDisabled: boolean;
  /** The wallet was connected a moment ago. */
  wasConnected: boolean;
  /** Wallets to choose from, while there is a choice to make. */
  wallets: readonly FoundWallet[] | undefined;
  /** What the sale would bring, where the page asks for it. */
  quote: Quote | undefined;
  /** Milliseconds since the epoch on the server's clock. */
  now: number;
  onPress: () => void;
  onSend: () => void;
  onCancel: () => void;
  onSameTab: () => void;
  onNotSent: () => void;
  onChoose: (wallet: FoundWallet) => void;
}

/** Why Coinbase would not take the amount. */
const limitsText = ({ words, locale, quote }: View): string => {
  const limits = quote && limitsBroken(quote);
  if (!quote || (quote.kind === 'price' && !limits)) return '';
  const { min, max, currency = '' } = limits ?? {};
  const money = (value: string) => formatFiat({ value, currency }, locale);
  const least = min === undefined ? '' : fill(words.sayLeast, { min: money(min) });
  const most = max === undefined ? '' : fill(words.sayMost, { max: money(max) });
  return [words.sayOutOfRange, least, most].filter(Boolean).join(' ');
};

/** The estimate, with its fee behind a press. No live region: a price that changes by itself is not read out. */
const price = ({ words, locale, quote }: View): TemplateResult | typeof nothing =>
  quote?.kind === 'price'
    ? html`<details part="quote">
        <summary>${fill(words.quote, { fiat: formatFiat(quote.fiat, locale) })}</summary>
        <p>${fill(words.quoteFee, { fee: formatFiat(quote.fee, locale) })}</p>
      </details>`
    : nothing;

const statusText = (view: View, sale: Sale, isSendable: boolean): string => {
  const { words, isBusy, wasConnected, wallets, locale } = view;
  if (wallets) return words.sayChoose;
  const key = statusKey(sale, sale.stage === 'ordered' && isBusy, isSendable);
  if (key) return fill(words[key], { fiat: formatFiat(sale.fiat, locale) });
  if (sale.stage !== 'idle') return '';
  return [limitsText(view), wasConnected ? words.sayConnected : ''].filter(Boolean).join(' ');
};

/** The whole of the element's shadow tree. The two live regions are always there: one that comes with its text is not read. */
export const view = (model: View): TemplateResult => {
  const { words, isBusy, isDisabled, wallets, locale, onCancel } = model;
  const sale = model.sale ?? NO_SALE;
  const { stage } = sale;
  const isSendable = stage === 'ordered' && !isBusy && isAwaiting(sale.status ?? '');
  const error = model.error ?? failureOf(sale);
  // Busy is not disabled: the button keeps its focus and its place.
  const isIdle = isBusy || stage === 'settling' || stage === 'unsure';
  return html`<button
      type="button"
      part="button"
      aria-describedby="status"
      ?disabled=${isDisabled}
      aria-disabled=${isIdle ? 'true' : nothing}
      @click=${model.onPress}
    >
      ${isBusy ? html`<span part="spinner" aria-hidden="true"></span>` : nothing}
      <span part="label">${stage === 'idle' ? html`<slot>${words.idle}</slot>` : words[stage]}</span>
    </button>
    ${stage === 'idle' ? price(model) : nothing}
    <p part="status" id="status" role="status">${statusText(model, sale, isSendable)}</p>
    <p part="error" role="alert">${error ? `${error.message} ${error.advice}` : ''}</p>
    ${
      wallets
        ? walletChooser(wallets, words, model.onChoose, onCancel)
        : reviewPanel({
            sale,
            words,
            locale,
            left: (sale.order?.deadline ?? 0) - model.now,
            isSendable,
            isBlocked: error?.code === 'popup-blocked',
            onSend: () => isSendable && model.onSend(),
            onCancel,
            onSameTab: model.onSameTab,
            onNotSent: model.onNotSent,
          })
    }`;
};
