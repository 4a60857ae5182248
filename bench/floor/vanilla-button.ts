// The floor: a custom element by hand that shows a button and opens a window. No sale, no safety.
import { LOOK } from './look.ts';

const sheet = new CSSStyleSheet();
sheet.replaceSync(LOOK);

customElements.define(
  'offramp-button',
  class extends HTMLElement {
    #button = document.createElement('button');

    constructor() {
      super();
      const root = this.attachShadow({ mode: 'open' });
      root.adoptedStyleSheets = [sheet];
      this.#button.onclick = () => {
        const opened = open('about:blank', 'offramp', 'popup,width=460,height=720');
        this.dispatchEvent(new CustomEvent(opened ? 'offramp-open' : 'offramp-error', { bubbles: true }));
      };
      root.append(this.#button);
    }

    connectedCallback(): void {
      this.#button.textContent = this.getAttribute('label') ?? 'Cash out';
    }
  },
);
