// How the button looks, with what is said under it. What is under a sale's button is in `panel.styles.ts`.
import { css } from 'lit';

export const styles = css`
  :host {
    --_accent: var(--offramp-accent, #0a5cff);
    --_on-accent: var(--offramp-on-accent, #fff);
    --_text: var(--offramp-text, light-dark(#14181f, #eef1f6));
    --_quiet: var(--offramp-quiet, light-dark(#4a5464, #aab4c4));
    --_error: var(--offramp-error, light-dark(#b3161b, #ff9a95));
    --_radius: var(--offramp-radius, 0.75em);
    display: inline-block;
    max-inline-size: 100%;
    color: var(--_text);
    font: inherit;
    text-align: start;
  }
  :host([hidden]) {
    display: none;
  }
  * {
    box-sizing: border-box;
  }
  button {
    display: inline-flex;
    align-items: center;
    justify-content: center;
    gap: 0.5em;
    min-block-size: 44px;
    padding: 0.5em 1.25em;
    border: 1px solid transparent;
    border-radius: var(--_radius);
    background: var(--_accent);
    color: var(--_on-accent);
    font: inherit;
    font-weight: 600;
    cursor: pointer;
  }
  button:hover {
    filter: brightness(0.94);
  }
  :focus-visible {
    outline: 3px solid var(--_text);
    outline-offset: 2px;
  }
  button:is(:disabled, [aria-disabled='true']) {
    border-color: currentcolor;
    background: none;
    color: var(--_quiet);
    cursor: default;
    filter: none;
  }
  [part='spinner'] {
    inline-size: 1em;
    block-size: 1em;
    border: 2px solid currentcolor;
    border-inline-end-color: transparent;
    border-radius: 50%;
    animation: turn 0.9s linear infinite;
  }
  @keyframes turn {
    to {
      transform: rotate(1turn);
    }
  }
  p {
    max-inline-size: 26em;
    margin: 0;
    color: var(--_quiet);
    line-height: 1.45;
  }
  p:not(:empty) {
    margin-block-start: 0.625em;
  }
  [part='error'] {
    color: var(--_error);
  }
  @media (prefers-reduced-motion: reduce) {
    [part='spinner'] {
      border: 2px dotted;
      animation: none;
    }
  }
  @media (forced-colors: active) {
    button {
      border-color: ButtonText;
    }
    button[aria-disabled='true'] {
      border-color: GrayText;
      color: GrayText;
    }
    [part='spinner'] {
      forced-color-adjust: none;
    }
    [part='error'] {
      font-weight: 700;
    }
  }
`;
