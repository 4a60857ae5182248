// Ramp's script: opens its page in a frame or window.
import { RampInstantSDK } from '@ramp-network/ramp-instant-sdk';

const button = document.createElement('button');
button.textContent = 'Sell';
document.body.append(button);
button.onclick = () =>
  new RampInstantSDK({
    hostAppName: 'x',
    hostLogoUrl: 'https://example.invalid/x.png',
    enabledFlows: ['OFFRAMP'],
  })
    .on('*', () => {})
    .show();
