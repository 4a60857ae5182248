// A cash-out in React: properties and typed listeners by props, and what the page says at the end.
import type { OfframpEventMap, Provider } from 'offramp-button';
import { OfframpButton } from 'offramp-button/react';
import { useState } from 'react';

const labels = { selling: 'Continue at Coinbase' };

export const CashOut = ({ provider }: { provider?: Provider }) => {
  const [message, setMessage] = useState('');
  const onCompleted = ({ detail }: OfframpEventMap['offramp-completed']) =>
    setMessage(`Paid out: ${detail.sale.fiat?.value} ${detail.sale.fiat?.currency}`);
  const onError = ({ detail }: OfframpEventMap['offramp-error']) => setMessage(detail.error?.message ?? '');
  return (
    <>
      <OfframpButton
        tokenEndpoint="/api/offramp/token"
        asset="USDC"
        network="base"
        amount="25"
        provider={provider}
        labels={labels}
        onOfframpCompleted={onCompleted}
        onOfframpError={onError}
      >
        Cash out
      </OfframpButton>
      <p role="status">{message}</p>
    </>
  );
};
