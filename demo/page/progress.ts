// "This cash-out", in Harbor's own words: what a partner makes of the button's events. Knows stages; asks nobody.
import { html, render } from 'lit';
import type { PublicSale } from '../../src/index.ts';
import type { OfframpButton } from '../../src/offramp-button.ts';
import type { Stage } from '../../src/stages.ts';

interface Step {
  title: string;
  text: (sale: PublicSale | null) => string;
  stages: Stage[];
}

const received = (sale: PublicSale | null): string =>
  sale?.txHash ? `Transfer ${sale.txHash.slice(0, 10)}…${sale.txHash.slice(-8)}` : 'Usually within a few minutes.';

const paid = (sale: PublicSale | null): string =>
  sale?.fiat ? `${sale.fiat.value} ${sale.fiat.currency}, to your bank, by Coinbase.` : 'To your bank, by Coinbase.';

const steps: Step[] = [
  {
    title: 'Agree on a price',
    text: () => 'At Coinbase, in its own window.',
    stages: ['connecting', 'opening', 'selling'],
  },
  {
    title: 'Send from your wallet',
    text: () => 'One transfer, which you confirm.',
    stages: ['ordered', 'sending', 'unsure'],
  },
  { title: 'Coinbase receives it', text: received, stages: ['settling'] },
  { title: 'Paid out', text: paid, stages: ['completed'] },
];

const endings: Partial<Record<Stage, string>> = {
  failed: 'This cash-out did not go through.',
  cancelled: 'You cancelled this cash-out.',
};

/** Starts the list. */
export const startProgress = (list: HTMLElement, button: OfframpButton): void => {
  let reached = -1;
  const show = (): void => {
    const { stage, sale } = button;
    const at = steps.findIndex(({ stages }) => stages.includes(stage));
    const ending = endings[stage];
    if (stage === 'idle') reached = -1;
    else if (at >= 0) reached = at;
    const mark = (index: number): string => {
      if (stage === 'completed' || index < reached) return 'done';
      if (index !== reached) return '';
      return ending ? 'wrong' : 'now';
    };
    render(
      steps.map(
        (
          { title, text },
          index,
        ) => html`<li class=${mark(index)} aria-current=${mark(index) === 'now' ? 'step' : 'false'}>
          <strong>${title}</strong>
          <span>${index === Math.max(reached, 0) && ending ? ending : text(sale)}</span>
        </li>`,
      ),
      list,
    );
  };
  button.addEventListener('offramp-change', show);
  show();
};
