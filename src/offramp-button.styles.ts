// How the button looks, with what is said under it. What is under a sale's button is in `panel.styles.ts`.
import { css } from 'lit';

export const styles = css`
  :host {
    --_accent: var(--offramp-accent, #0a5cff);
    --_on-accent: var(--offramp-on-accent, #fff);
    --_text: var(--offramp-text, light-dark(#14181f, #eef1f6));
    --_quiet: var(--offramp-quiet, light-dark(#4a5464, #aab4c4));
    --_surface: var(--offramp-surface, light-dark(#fff, #171b22));
    --_line: var(--offramp-line, light-dark(#cfd6e0, #3a4250));
    --_error: var(--offramp-error, light-dark(#b3161b, #ff9a95));
    --_radius: var(--offramp-radius, 0.75rem);
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
    min-block-size: 2.75rem;
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
  :is(button, a, summary):focus-visible {
    outline: 3px solid var(--_accent);
    outline-offset: 2px;
  }
  button:is([disabled], [aria-disabled='true']) {
    cursor: default;
    opacity: 0.7;
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
  [part='status'],
  [part='error'],
  [part='quote'] {
    max-inline-size: 26rem;
    margin: 0;
    line-height: 1.45;
  }
  [part='status']:not(:empty),
  [part='error']:not(:empty) {
    margin-block-start: 0.625rem;
  }
  [part='status'],
  [part='quote'] {
    color: var(--_quiet);
  }
  [part='error'] {
    color: var(--_error);
  }
  @media (prefers-reduced-motion: reduce) {
    [part='spinner'] {
      animation-duration: 4s;
    }
  }
  @media (forced-colors: active) {
    button {
      border-color: ButtonText;
    }
    [part='error'] {
      color: CanvasText;
      font-weight: 700;
    }
  }
`;
