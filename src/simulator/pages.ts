// The pages of the sell window, as HTML. Knows words and forms; does not know requests, orders or when to show what.
import { html } from 'hono/html';
import { formatUnits } from 'viem/utils';
import { type Asset, chainOf } from '../assets.ts';
import { type CashoutMethod, methodNames, type Terms } from './order.ts';
import { type Amount, priceOf } from './price.ts';

export type Page = ReturnType<typeof html>;

const SYMBOLS: Readonly<Record<string, string>> = { USD: '$', EUR: '€', GBP: '£', CAD: 'CA$' };

/** An amount of fiat for a person: `$1,024.50`. */
const fiat = ({ value, currency }: Amount): string => {
  const [whole = '0', cents = ''] = value.split('.');
  return `${SYMBOLS[currency] ?? ''}${whole.replace(/\B(?=(\d{3})+$)/g, ',')}.${cents.padEnd(2, '0')}`;
};

const layout = (title: string, body: Page): Page => html`<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <meta name="robots" content="noindex">
    <title>${title} – Coinbase simulator</title>
    <link rel="icon" href="data:,">
    <link rel="stylesheet" href="/v3/sell/window.css">
    <script src="/v3/sell/window.js"></script>
  </head>
  <body>
    <header><strong>Simulator</strong> – no real money</header>
    <main>${body}</main>
    <footer>This is not Coinbase. It stands in for its sell window, for testing.</footer>
  </body>
</html>`;

const progress = (step: 1 | 2 | 3): Page => html`<p class="progress">Step ${step} of 3</p>`;

interface AmountForm {
  id: string;
  asset: Asset;
  amount: string;
  locked: boolean;
  method: CashoutMethod;
}

/** Step 1: how much, and where to. @param fault what is wrong with the amount that was sent. */
export const amountPage = ({ id, asset, amount, locked, method }: AmountForm, fault?: string): Page => {
  const network = chainOf(asset).name;
  const choice = ([value, { name, hint }]: [string, { name: string; hint: string }]) => html`
        <label class="choice">
          <input type="radio" name="method" value="${value}" ${value === method ? 'checked' : ''}>
          <span>${name}</span> <small>${hint}</small>
        </label>`;
  return layout(
    `${fault ? 'Error: ' : ''}Sell ${asset.asset}`,
    html`
      ${progress(1)}
      <h1>Sell ${asset.asset}</h1>
      <form method="post" action="/v3/sell/window/${id}" novalidate>
        <label for="amount">Amount</label>
        <div class="amount">
          <input id="amount" name="amount" value="${amount}" inputmode="decimal" autocomplete="off" required
            aria-describedby="amount-hint${fault ? ' amount-fault' : ''}" aria-invalid="${fault ? 'true' : 'false'}"
            ${locked ? 'readonly' : ''} ${fault || !amount ? 'autofocus' : ''}>
          <span>${asset.asset}</span>
        </div>
        ${fault ? html`<p id="amount-fault" class="fault" role="alert">${fault}</p>` : ''}
        <p id="amount-hint" class="hint">${locked ? 'Set by the site you came from.' : `On ${network}`}</p>
        <fieldset>
          <legend>Cash out to</legend>${Object.entries(methodNames).map(choice)}
        </fieldset>
        <button id="continue">Continue</button>
      </form>`,
  );
};

/** Step 2: what it brings, and the press that binds. */
export const pricePage = ({ id }: { id: string }, { asset, units, currency, method, from }: Terms): Page => {
  const { subtotal, fee, total, minimumTotal, unitPrice } = priceOf(asset, units, currency);
  const chain = chainOf(asset).name;
  return layout(
    'Review your cash-out',
    html`
      ${progress(2)}
      <h1>Review your cash-out</h1>
      <p class="total"><span>You receive</span> <strong>${fiat(total)}</strong></p>
      <dl>
        <div><dt>You sell</dt><dd>${formatUnits(units, asset.decimals)} ${asset.asset}</dd></div>
        <div><dt>Price</dt><dd>1 ${asset.asset} = ${fiat(unitPrice)}</dd></div>
        <div><dt>Subtotal</dt><dd>${fiat(subtotal)}</dd></div>
        <div><dt>Fee (1%)</dt><dd>${fiat(fee)}</dd></div>
        <div><dt>Receive at least</dt><dd>${fiat(minimumTotal)}</dd></div>
        <div><dt>Cash out to</dt><dd>${methodNames[method].name}</dd></div>
        <div><dt>Network</dt><dd>${chain}</dd></div>
        <div><dt>From</dt><dd class="address">${from}</dd></div>
      </dl>
      <form method="post" action="/v3/sell/window/${id}/price">
        <button id="cash-out-now">Cash out now</button>
      </form>
      <p class="back"><a id="back" href="/v3/sell/window/${id}">Back</a></p>`,
  );
};

/** Step 3, where nothing redirects: the rest happens on the partner's page. */
export const startedPage = ({ asset, units }: Terms): Page =>
  layout(
    'Your cash-out has started',
    html`
      ${progress(3)}
      <h1>Your cash-out has started</h1>
      <p class="next">Go back to the site to send ${formatUnits(units, asset.decimals)} ${asset.asset} from your wallet.</p>
      <p>You have 30 minutes. You can close this window.</p>`,
  );

/** The window was opened with something missing or wrong. The reason is the simulator's own; Coinbase tells less. */
export const refusedPage = (reason: string): Page =>
  layout(
    'Missing or invalid parameters',
    html`
      <h1>Missing or invalid parameters</h1>
      <p class="fault">${reason}</p>
      <p>Nothing was sold. Close this window and start again from the site you came from.</p>`,
  );

/** There is no such window, or not any more. */
export const gonePage = (): Page =>
  layout(
    'Nothing here',
    html`
      <h1>Nothing here</h1>
      <p>This window has ended. Close it and start again from the site you came from.</p>`,
  );
