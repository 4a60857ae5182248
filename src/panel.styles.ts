// How the panel under the button looks, and the price before a press: fetched with the code that draws them.
import { css } from 'lit';

export const panelStyles = css`
  button.quiet {
    background: transparent;
    border-color: var(--_line);
    color: inherit;
  }
  [part='quote'] {
    margin-block-start: 0.375rem;
    font-variant-numeric: tabular-nums;
  }
  summary {
    inline-size: fit-content;
    cursor: pointer;
  }
  details p {
    margin: 0.25rem 0 0;
  }
  [part='panel'] {
    inline-size: 26rem;
    max-inline-size: 100%;
    margin-block-start: 0.75rem;
    padding: 1rem;
    border: 1px solid var(--_line);
    border-radius: var(--_radius);
    background: var(--_surface);
  }
  dl {
    margin: 0;
  }
  .line {
    display: flex;
    flex-wrap: wrap;
    justify-content: space-between;
    gap: 0 1rem;
    padding-block: 0.375rem;
  }
  dt {
    color: var(--_quiet);
  }
  dd {
    margin: 0;
    font-variant-numeric: tabular-nums;
    overflow-wrap: anywhere;
  }
  [part='amount'] {
    font-weight: 700;
  }
  .hex {
    font-family: ui-monospace, monospace;
    font-size: 0.875em;
  }
  a {
    color: inherit;
  }
  .presses {
    display: flex;
    flex-wrap: wrap;
    gap: 0.625rem;
    margin-block-start: 0.75rem;
  }
  .presses:first-child {
    margin-block-start: 0;
  }
  [part='send'] {
    flex: 1 1 auto;
  }
`;

/** Adds them to an element that is drawn. */
export const addPanelStyles = ({ shadowRoot }: Element): void => {
  if (shadowRoot && panelStyles.styleSheet)
    shadowRoot.adoptedStyleSheets = [...shadowRoot.adoptedStyleSheets, panelStyles.styleSheet];
};
