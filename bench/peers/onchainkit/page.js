// Coinbase's own components: a button for the on-ramp.
import { OnchainKitProvider } from '@coinbase/onchainkit';
import { FundButton } from '@coinbase/onchainkit/fund';
import '@coinbase/onchainkit/styles.css';
import { createElement as h } from 'react';
import { createRoot } from 'react-dom/client';
import { base } from 'viem/chains';

const button = h(FundButton, { fundingUrl: 'https://example.invalid/x' });
createRoot(document.getElementById('root')).render(
  h(OnchainKitProvider, { chain: base, config: { appearance: { mode: 'light' } } }, button),
);
