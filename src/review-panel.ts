// The panel under the button: wallets to choose from, or the transfer as it will be sent. Knows how it looks; does not know what presses do.
import { html, nothing, type TemplateResult } from 'lit';
import { chainOf, findAsset } from './assets.ts';
import type { FoundWallet } from './ports/discovery.ts';
import type { Sale } from './sale.ts';
import { fill, formatFiat, formatLeft, type Words } from './words.ts';

interface Panel {
  sale: Sale;
  words: Words;
  locale: string | undefined;
  /** Milliseconds left to send. */
  left: number;
  /** The order may be sent now, nothing is being checked, and a press would count. */
  isSendable: boolean;
  /** The browser blocked Coinbase's window. */
  isBlocked: boolean;
  onSend: (press: Event) => void;
  onCancel: () => void;
  onSameTab: () => void;
  onNotSent: () => void;
}

const line = (name: string, value: unknown, part: string | typeof nothing = nothing): TemplateResult =>
  html`<div class="line" id=${part}><dt>${name}</dt><dd part=${part}>${value}</dd></div>`;

const cancelButton = ({ words, onCancel }: Panel): TemplateResult =>
  html`<button type="button" part="cancel" class="quiet" @click=${onCancel}>${words.cancel}</button>`;

/** Amount, network, full address: the frozen order, letter by letter (rule 11). Never slotted, so that a page cannot replace it. */
const transfer = ({ sale, words, locale, left }: Panel): TemplateResult | typeof nothing => {
  const { order, fiat, stage, txHash } = sale;
  const asset = order && findAsset(order.asset, order.network);
  if (!order || !asset) return nothing;
  const { name, explorerUrl } = chainOf(asset);
  const isUnpaid = stage === 'failed' || stage === 'cancelled';
  return html`<dl>
    ${line(words.amount, html`<bdi dir="ltr">${order.amount} ${order.asset}</bdi>`, 'amount')}
    ${fiat && !isUnpaid ? line(words.fiat, html`<bdi>${formatFiat(fiat, locale)}</bdi>`) : nothing}
    ${line(words.network, name)}
    ${line(words.from, html`<bdi dir="ltr" class="hex">${order.from}</bdi>`)}
    ${line(words.address, html`<bdi dir="ltr" class="hex">${order.to}</bdi>`, 'address')}
    ${stage === 'ordered' ? line(words.deadline, html`<bdi dir="ltr">${formatLeft(left)}</bdi>`, 'deadline') : nothing}
    ${
      txHash
        ? line(
            words.transfer,
            html`<a href="${explorerUrl}/tx/${txHash}" target="_blank" rel="noopener"><bdi dir="ltr" class="hex">${txHash}</bdi></a>`,
          )
        : nothing
    }
  </dl>`;
};

const presses = (panel: Panel): TemplateResult | typeof nothing => {
  const { sale, words, isSendable, isBlocked, onSend, onSameTab, onNotSent } = panel;
  switch (sale.stage) {
    case 'idle':
      return isBlocked
        ? html`<button type="button" class="quiet" @click=${onSameTab}>${words.sameTab}</button>`
        : nothing;
    case 'connecting':
    case 'selling':
      return cancelButton(panel);
    case 'ordered':
      return html`<button type="button" part="send" aria-describedby="address" aria-disabled=${isSendable ? nothing : 'true'} @click=${onSend}>
          ${fill(words.send, { amount: `${sale.order?.amount} ${sale.order?.asset}` })}</button
        >${cancelButton(panel)}`;
    case 'unsure':
      return html`<button type="button" class="quiet" @click=${onNotSent}>${words.notSent}</button>`;
    default:
      return nothing;
  }
};

/** The panel of a sale; `nothing` where its stage has none. */
export const reviewPanel = (panel: Panel): TemplateResult | typeof nothing => {
  const inside = presses(panel);
  if (!panel.sale.order) return inside === nothing ? nothing : html`<div class="presses">${inside}</div>`;
  return html`<div part="panel" role="group" aria-label=${panel.words.panel}>
    ${transfer(panel)}
    ${inside === nothing ? nothing : html`<div class="presses">${inside}</div>`}
  </div>`;
};

/** The wallets found in this browser, for the person to choose one. */
export const walletChooser = (
  wallets: readonly FoundWallet[],
  words: Words,
  onChoose: (wallet: FoundWallet) => void,
  onCancel: () => void,
): TemplateResult =>
  html`<div part="panel" role="group" aria-label=${words.wallets}>
    <div class="presses">
      ${wallets.map(
        (wallet) =>
          html`<button type="button" class="quiet" @click=${() => onChoose(wallet)}>
            ${wallet.icon ? html`<img src=${wallet.icon} alt="" width="20" height="20" />` : nothing}${wallet.name}
          </button>`,
      )}
      <button type="button" part="cancel" class="quiet" @click=${onCancel}>${words.cancel}</button>
    </div>
  </div>`;
