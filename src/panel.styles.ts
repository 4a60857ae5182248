// How the panel under the button looks, and the price before a press: fetched with the code that draws them.
import { css } from 'lit';

// What money goes where is not for a page's rules to hide. They reach into a shadow tree by inheritance, which ends at the list, and
// by parts, where an important rule of the tree wins over a page's (CSS Cascading 4, "Context"). `monospace` is a browser's own word:
// a font that a page gives that name, to draw other digits, is not taken.
const panelStyles = css`
  :host {
    --_surface: var(--offramp-surface, light-dark(#fff, #171b22));
    --_line: var(--offramp-line, light-dark(#cfd6e0, #3a4250));
    overflow-wrap: anywhere;
  }
  button.quiet {
    background: transparent;
    border-color: var(--_quiet);
    color: inherit;
  }
  [part='quote'] {
    color: var(--_quiet);
    font-variant-numeric: tabular-nums;
    line-height: 1.45;
  }
  summary {
    inline-size: fit-content;
    padding-block: calc((45px - 1.45em) / 2);
    cursor: pointer;
  }
  summary:focus-visible {
    outline-offset: -4px;
  }
  details p:not(:empty) {
    margin: 0;
  }
  [part='panel'] {
    inline-size: 26em;
    max-inline-size: 100%;
    margin-block-start: 0.75em;
    padding: 1em;
    border: 1px solid var(--_line);
    border-radius: var(--_radius);
    background: var(--_surface);
    display: block !important;
    position: static !important;
    overflow: visible !important;
    opacity: 1 !important;
    filter: none !important;
    font-size: max(14px, 1em) !important;
    transform: none !important;
  }
  dl {
    all: initial;
    display: block;
    color: var(--_text);
    color-scheme: inherit;
    font-family: inherit;
    font-size: inherit;
    font-variant-numeric: tabular-nums;
    line-height: 1.45;
    overflow-wrap: anywhere;
  }
  .line {
    display: flex;
    flex-wrap: wrap;
    justify-content: space-between;
    gap: 0 1em;
    padding-block: 0.375em;
  }
  dt {
    color: var(--_quiet);
  }
  dd {
    margin: 0;
  }
  [part='amount'],
  [part='address'] {
    all: unset !important;
    &::before,
    &::after {
      content: none !important;
    }
  }
  [part='amount'] bdi {
    font-weight: 700;
  }
  .hex {
    font-family: monospace;
    font-size: 0.875em;
  }
  a {
    display: inline-block;
    padding-block: 0.25em;
    color: inherit;
  }
  .presses {
    display: flex;
    flex-wrap: wrap;
    gap: 0.625em;
    margin-block-start: 0.75em;
  }
  .presses:first-child {
    margin-block-start: 0;
  }
  [part='send'] {
    flex: 1 1 auto;
  }
  @media print {
    button {
      display: none;
    }
  }
`;

/** Adds them to an element that is drawn. */
export const addPanelStyles = ({ shadowRoot }: Element): void => {
  if (shadowRoot && panelStyles.styleSheet)
    shadowRoot.adoptedStyleSheets = [...shadowRoot.adoptedStyleSheets, panelStyles.styleSheet];
};
