// The simulator's panel: its faults, each by name, and its clock. Knows names; a fault it has no group for is still shown.
import { html, render, type TemplateResult } from 'lit';
import type { Fault } from '../../src/simulator.ts';
import { get, post } from './setup.ts';

const groups: Record<string, string[]> = {
  "Coinbase's window": [
    'no-redirect',
    'redirect-without-query',
    'coop-same-origin',
    'coop-same-origin-allow-popups',
    'window-messages',
  ],
  'The order': [
    'record-before-commit',
    'commit-delay',
    'stale-history',
    'two-candidates',
    'fiat-sell-amount',
    'crypto-account-order',
  ],
  'The answers': [
    'camel-case-list',
    'numeric-status',
    'unknown-status',
    'slow-answers',
    'api-401',
    'api-429',
    'api-5xx',
  ],
  'The payout': ['late-success', 'tx-hash-lag', 'failure', 'price-drop', 'expiry', 'late-send', 'unmatched-send'],
};

const MINUTE = 60_000;
const leaps = [1, 10, 31];

/** Starts the panel. */
export const startFaultsPanel = async (panel: HTMLElement): Promise<void> => {
  const show = (faults: Fault[]): void => void render(view(faults), panel);

  const group = (title: string, faults: Fault[]): TemplateResult => html`
    <details ?open=${faults.some(({ on }) => on)}>
      <summary>${title}${faults.some(({ on }) => on) ? html` (${faults.filter(({ on }) => on).length} on)` : ''}</summary>
      ${faults.map(
        ({ name, description, on }) => html`<label class="fault">
          <input type="checkbox" name=${name} .checked=${on}
            @change=${async (event: Event) =>
              show(await post<Fault[]>('/demo/faults', { name, on: (event.target as HTMLInputElement).checked }))}>
          <span>${name}</span>
          <small>${description}</small>
        </label>`,
      )}
    </details>
  `;

  const view = (faults: Fault[]): TemplateResult => {
    const grouped = new Set(Object.values(groups).flat());
    const others = faults.filter(({ name }) => !grouped.has(name));
    return html`
      <h2 id="faults-title">Simulated Coinbase</h2>
      <p class="drawer-note">What goes wrong there, from now on.</p>
      <div class="faults">
        ${Object.entries(groups).map(([title, names]) =>
          group(
            title,
            faults.filter(({ name }) => names.includes(name)),
          ),
        )}
        ${others.length > 0 ? group('Others', others) : ''}
      </div>
      <div class="row">
        <span>Its clock:</span>
        ${leaps.map(
          (minutes) => html`<button type="button" class="small"
            @click=${() => post('/demo/advance', { ms: minutes * MINUTE })}>+${minutes} min</button>`,
        )}
      </div>
    `;
  };

  show(await get<Fault[]>('/demo/faults'));
};
