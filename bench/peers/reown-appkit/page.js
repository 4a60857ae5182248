// Reown AppKit's button: Lit components over wagmi; a wallet, and no ramp of its own.
import { createAppKit } from '@reown/appkit';
import { base } from '@reown/appkit/networks';
import { WagmiAdapter } from '@reown/appkit-adapter-wagmi';

const projectId = '00000000000000000000000000000000';
createAppKit({
  adapters: [new WagmiAdapter({ projectId, networks: [base] })],
  networks: [base],
  projectId,
  metadata: { name: 'x', description: 'x', url: location.origin, icons: [] },
  features: { analytics: false },
});
document.body.append(document.createElement('appkit-button'));
