// A cash-out in Solid, without Solid's compiler: attributes, properties, typed listeners, and what the page says at the end.
// In JSX the names are the same: `prop:provider={props.provider}`, `on:offramp-completed={onCompleted}`.
import 'offramp-button';
import type { OfframpEventMap, Provider } from 'offramp-button';
import { createSignal, type JSX } from 'solid-js';
import html from 'solid-js/html';

const labels = { selling: 'Continue at Coinbase' };

export const CashOut = (props: { provider?: Provider }): JSX.Element => {
  const [message, setMessage] = createSignal('');
  const onCompleted = ({ detail }: OfframpEventMap['offramp-completed']) =>
    setMessage(`Paid out: ${detail.sale.fiat?.value} ${detail.sale.fiat?.currency}`);
  const onError = ({ detail }: OfframpEventMap['offramp-error']) => setMessage(detail.error?.message ?? '');
  return html`
    <offramp-button
      token-endpoint="/api/offramp/token"
      asset="USDC"
      network="base"
      amount="25"
      prop:provider=${() => props.provider}
      prop:labels=${labels}
      on:offramp-completed=${onCompleted}
      on:offramp-error=${onError}
    >Cash out</offramp-button>
    <p role="status">${message}</p>
  `;
};
