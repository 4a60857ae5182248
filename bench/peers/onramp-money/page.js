// onramp.money's script: opens its page in a frame.
import { OnrampWebSDK } from '@onramp.money/onramp-web-sdk';

const button = document.createElement('button');
button.textContent = 'Sell';
document.body.append(button);
button.onclick = () => {
  const ramp = new OnrampWebSDK({ appId: 1, flowType: 2 });
  ramp.on('TX_EVENTS', () => {});
  ramp.show();
};
