// RainbowKit's connect button: a wallet, and no ramp.
import '@rainbow-me/rainbowkit/styles.css';
import { ConnectButton, getDefaultConfig, RainbowKitProvider } from '@rainbow-me/rainbowkit';
import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { createElement as h } from 'react';
import { createRoot } from 'react-dom/client';
import { WagmiProvider } from 'wagmi';
import { base } from 'wagmi/chains';

const config = getDefaultConfig({ appName: 'x', projectId: '0', chains: [base] });
const kit = h(RainbowKitProvider, null, h(ConnectButton));
createRoot(document.getElementById('root')).render(
  h(WagmiProvider, { config }, h(QueryClientProvider, { client: new QueryClient() }, kit)),
);
