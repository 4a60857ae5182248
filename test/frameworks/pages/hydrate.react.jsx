// The React example taking over what its server drew. Only the browser has a wallet.
import { StrictMode } from 'react';
import { hydrateRoot } from 'react-dom/client';
import { CashOut } from './src/CashOut';

hydrateRoot(
  document.querySelector('#app'),
  <StrictMode>
    <CashOut provider={globalThis.wallet} />
  </StrictMode>,
);
