// What a sale puts into the element's frame: label, price, status, error, panel. Knows how a sale reads; does not know what presses do.
import { html, nothing, type TemplateResult } from 'lit';
import { type Frame, slotted } from './button-frame.ts';
import type { OfframpError } from './errors.ts';
import { NO_SALE } from './no-sale.ts';
import type { FoundWallet } from './ports/discovery.ts';
import type { Quote } from './ports.ts';
import { limitsBroken } from './quote.ts';
import { reviewPanel, walletChooser } from './review-panel.ts';
import { isAwaiting } from './rules.ts';
import { failureOf, type Sale } from './sale.ts';
import { fill, formatFiat, leftKey, statusKey, type Words } from './words.ts';

interface View {
  sale: Sale | undefined;
  words: Words;
  locale: string | undefined;
  error: OfframpError | undefined;
  /** Something was asked and is awaited. */
  isBusy: boolean;
  /** "Send" has been there long enough to be pressed. */
  isArmed: boolean;
  /** Coinbase may take this page's place, where its window was blocked: in a frame it shows nothing. */
  isSameTabWise: boolean;
  /** The wallet was connected a moment ago. */
  wasConnected: boolean;
  /** Wallets to choose from, while there is a choice to make. */
  wallets: readonly FoundWallet[] | undefined;
  /** What the sale would bring, where the page asks for it. */
  quote: Quote | undefined;
  /** Milliseconds since the epoch on the server's clock. */
  now: number;
  onSend: (press: Event) => void;
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
  return sentences(words.sayOutOfRange, least, most);
};

/** The estimate, with its fee behind a press. No live region: a price that changes by itself is not read out. */
const price = ({ words, locale, quote }: View): TemplateResult | typeof nothing =>
  quote?.kind === 'price'
    ? html`<details part="quote">
        <summary>${fill(words.quote, { fiat: formatFiat(quote.fiat, locale) })}</summary>
        <p>${fill(words.quoteFee, { fee: formatFiat(quote.fee, locale) })}</p>
      </details>`
    : nothing;

const sentences = (...some: string[]): string => some.filter(Boolean).join(' ');

const statusText = (view: View, sale: Sale, isSendable: boolean, left: number): string => {
  const { words, isBusy, wasConnected, wallets, locale } = view;
  if (wallets) return words.sayChoose;
  const isOrdered = sale.stage === 'ordered';
  const key = statusKey(sale, isOrdered && isBusy, isSendable);
  const late = isOrdered && !isBusy ? leftKey(left) : undefined;
  if (key) return sentences(fill(words[key], { fiat: formatFiat(sale.fiat, locale) }), late ? words[late] : '');
  return sale.stage === 'idle' ? sentences(limitsText(view), wasConnected ? words.sayConnected : '') : '';
};

const spaces = new WeakMap<OfframpError, string>();
let space = '';

/** An error in words. Of a new press the same words are said again: by a space more or less, or a live region would be silent. */
const errorText = (error: OfframpError, isOfPress: boolean): string => {
  if (isOfPress && !spaces.has(error)) {
    space = space ? '' : '\u00a0';
    spaces.set(error, space);
  }
  return `${error.message} ${error.advice}${spaces.get(error) ?? ''}`;
};

/** What the element shows of a sale. */
export const view = (model: View): Frame => {
  const { words, isBusy, wallets, locale, onCancel } = model;
  const sale = model.sale ?? NO_SALE;
  const { stage } = sale;
  const isSendable = stage === 'ordered' && !isBusy && isAwaiting(sale.status ?? '');
  const left = (sale.order?.deadline ?? 0) - model.now;
  const error = model.error ?? failureOf(sale);
  return {
    label: stage === 'idle' ? slotted(words.idle) : words[stage],
    isBusy,
    isIdle: isBusy || stage === 'settling' || stage === 'unsure',
    quote: stage === 'idle' ? price(model) : nothing,
    status: statusText(model, sale, isSendable, left),
    error: error ? errorText(error, error === model.error) : '',
    panel: wallets
      ? walletChooser(wallets, words, model.onChoose, onCancel)
      : reviewPanel({
          sale,
          words,
          locale,
          left,
          isSendable: isSendable && model.isArmed,
          isBlocked: error?.code === 'popup-blocked' && model.isSameTabWise,
          onSend: (press) => isSendable && model.onSend(press),
          onCancel,
          onSameTab: model.onSameTab,
          onNotSent: model.onNotSent,
        }),
  };
};
