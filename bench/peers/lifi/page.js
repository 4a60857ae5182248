// LI.FI's widget with its provider for EVM wallets.
import { LiFiWidget } from '@lifi/widget';
import { EthereumProvider } from '@lifi/widget-provider-ethereum';
import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { createElement as h } from 'react';
import { createRoot } from 'react-dom/client';

const config = { providers: [EthereumProvider()] };
const widget = h(LiFiWidget, { integrator: 'x', config });
createRoot(document.getElementById('root')).render(h(QueryClientProvider, { client: new QueryClient() }, widget));
