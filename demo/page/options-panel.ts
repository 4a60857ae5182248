// The button's attributes, as controls in the drawer and as the page's query. Knows attributes; does not know sales.
import { html, render, type TemplateResult } from 'lit';
import type { OfframpButton } from '../../src/offramp-button.ts';

// What a query may set. The endpoints and `pay-origin` are not among them: a link must not send a sale elsewhere.
const settable = [
  'asset',
  'network',
  'amount',
  'fiat-amount',
  'fiat-currency',
  'cashout-method',
  'presentation',
  'confirm-send',
  'name',
  'locale',
  'disabled',
];

/** Sets the button's attributes from the query, such as `?asset=ETH&amount=0.01&confirm-send&redirect=/demo/return.html`. */
export const applyQuery = (button: OfframpButton, query: URLSearchParams): void => {
  for (const name of settable) {
    const value = query.get(name);
    if (value !== null) button.setAttribute(name, value);
  }
  const redirect = query.get('redirect');
  if (redirect !== null) button.setAttribute('redirect-url', new URL(redirect, location.href).href);
};

const presentations = ['auto', 'popup', 'redirect'];

/** Starts the panel. */
export const startOptionsPanel = (panel: HTMLElement, button: OfframpButton): void => {
  const set = (name: string, value: string | boolean): void => {
    if (typeof value === 'boolean') button.toggleAttribute(name, value);
    else if (value) button.setAttribute(name, value);
    else button.removeAttribute(name);
    show();
  };
  const returnPage = new URL('/demo/return.html', location.href).href;

  const view = (): TemplateResult => html`
    <div class="head">
      <h2 id="options-title">Button</h2>
      <span><code>${button.stage}</code></span>
    </div>
    <label class="option">presentation
      <select @change=${(event: Event) => set('presentation', (event.target as HTMLSelectElement).value)}>
        ${presentations.map(
          (one) => html`<option .selected=${(button.getAttribute('presentation') ?? 'auto') === one}>${one}</option>`,
        )}
      </select>
    </label>
    <label class="option">return page
      <select @change=${(event: Event) => set('redirect-url', (event.target as HTMLSelectElement).value)}>
        <option value="" .selected=${!button.hasAttribute('redirect-url')}>this page</option>
        <option value=${returnPage} .selected=${button.getAttribute('redirect-url') === returnPage}>/demo/return.html</option>
      </select>
    </label>
    <label class="option">confirm-send
      <input type="checkbox" .checked=${button.hasAttribute('confirm-send')}
        @change=${(event: Event) => set('confirm-send', (event.target as HTMLInputElement).checked)}>
    </label>
    <code class="tag">${tag()}</code>
    <div class="row">
      ${(['start', 'send', 'cancel', 'reset'] as const).map(
        (method) => html`<button type="button" class="small" @click=${() => button[method]()}>${method}()</button>`,
      )}
    </div>
  `;

  const quoted = (value: string): string => (value.includes('"') ? `'${value}'` : `"${value}"`);

  const tag = (): string => {
    const attributes = [...button.attributes]
      .filter(({ name }) => name !== 'style' && name !== 'class')
      .map(({ name, value }) => `\n  ${name}${value && `=${quoted(value)}`}`);
    return `<offramp-button${attributes.join('')}\n>`;
  };

  const show = (): void => void render(view(), panel);
  button.addEventListener('offramp-change', show);
  new MutationObserver(show).observe(button, { attributes: true });
  show();
};
