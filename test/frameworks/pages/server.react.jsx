// The React example on a server.
import { StrictMode } from 'react';
import { renderToString } from 'react-dom/server';
import { CashOut } from './src/CashOut';

export const render = () =>
  renderToString(
    <StrictMode>
      <CashOut />
    </StrictMode>,
  );
