// A cash-out in Preact: attributes, properties, typed listeners, and what the page says at the end.
import 'offramp-button';
import 'offramp-button/jsx/preact';
import type { OfframpEventMap, Provider } from 'offramp-button';
import { useState } from 'preact/hooks';

const labels = { selling: 'Continue at Coinbase' };

export const CashOut = ({ provider }: { provider?: Provider }) => {
  const [message, setMessage] = useState('');
  const onCompleted = ({ detail }: OfframpEventMap['offramp-completed']) =>
    setMessage(`Paid out: ${detail.sale.fiat?.value} ${detail.sale.fiat?.currency}`);
  const onError = ({ detail }: OfframpEventMap['offramp-error']) => setMessage(detail.error?.message ?? '');
  return (
    <>
      <offramp-button
        token-endpoint="/api/offramp/token"
        asset="USDC"
        network="base"
        amount="25"
        provider={provider}
        labels={labels}
        onofframp-completed={onCompleted}
        onofframp-error={onError}
      >
        Cash out
      </offramp-button>
      <p role="status">{message}</p>
    </>
  );
};
