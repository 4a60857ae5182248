// The element drawn by Lit on a server.
import { render } from '@lit-labs/ssr';
import { collectResult } from '@lit-labs/ssr/lib/render-result.js';
import { html } from 'lit';
import 'offramp-button';

const labels = { selling: 'Continue at Coinbase' };

export const draw = () =>
  collectResult(
    render(html`
      <offramp-button token-endpoint="/api/offramp/token" asset="USDC" network="base" amount="25" .labels=${labels}
        ><b>Cash</b> out</offramp-button
      >
    `),
  );
