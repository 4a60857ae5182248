// Harbor's own form for what to sell: it sets the button's attributes. Knows two assets; does not check amounts, the button does.
import type { OfframpButton } from '../../src/offramp-button.ts';

const usual: Record<string, string> = { USDC: '25', ETH: '0.01' };

/** Starts the form. It follows the button's attributes, and rests while a sale is under way. */
export const startSellForm = (form: HTMLFormElement, button: OfframpButton): void => {
  const amount = form.elements.namedItem('amount') as HTMLInputElement;
  const asset = form.elements.namedItem('asset') as HTMLSelectElement;

  form.addEventListener('submit', (event) => event.preventDefault());
  amount.addEventListener('input', () => button.setAttribute('amount', amount.value.trim()));
  asset.addEventListener('change', () => {
    button.setAttribute('asset', asset.value);
    button.setAttribute('amount', usual[asset.value] ?? '');
  });

  const follow = (): void => {
    asset.value = button.getAttribute('asset') ?? 'USDC';
    const value = button.getAttribute('amount') ?? '';
    if (amount.value.trim() !== value) amount.value = value;
    const resting = ['idle', 'completed', 'failed', 'cancelled'].includes(button.stage);
    amount.disabled = !resting;
    asset.disabled = !resting;
  };
  button.addEventListener('offramp-change', follow);
  new MutationObserver(follow).observe(button, { attributes: true });
  follow();
};
