// The floor of Lit: the button of `vanilla-button.ts`, as a Lit element.
import { css, html, LitElement, type TemplateResult, unsafeCSS } from 'lit';
import { LOOK } from './look.ts';

customElements.define(
  'offramp-button',
  class extends LitElement {
    static override properties = { label: {} };
    static override styles = css`${unsafeCSS(LOOK)}`;
    declare label: string | null;

    #open(): void {
      const opened = open('about:blank', 'offramp', 'popup,width=460,height=720');
      this.dispatchEvent(new CustomEvent(opened ? 'offramp-open' : 'offramp-error', { bubbles: true }));
    }

    protected override render(): TemplateResult {
      return html`<button @click=${() => this.#open()}>${this.label ?? 'Cash out'}</button>`;
    }
  },
);
