// The React example in StrictMode, shown and taken away as a router does.
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { CashOut } from './src/CashOut';

const root = createRoot(document.querySelector('#app'));
globalThis.page = {
  show: (provider) =>
    root.render(
      <StrictMode>
        <CashOut provider={provider} />
      </StrictMode>,
    ),
  hide: () => root.render(null),
};
