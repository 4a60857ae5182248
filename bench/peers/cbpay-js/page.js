// Coinbase's own script for its on-ramp: opens an address.
import { initOnRamp } from '@coinbase/cbpay-js';

const button = document.createElement('button');
button.textContent = 'Buy';
document.body.append(button);
let ramp;
initOnRamp(
  {
    appId: 'x',
    widgetParameters: { addresses: { '0x0000000000000000000000000000000000000001': ['base'] } },
    onSuccess() {},
    onExit() {},
    onEvent() {},
    experienceLoggedIn: 'popup',
    experienceLoggedOut: 'popup',
  },
  (_, made) => {
    ramp = made;
  },
);
button.onclick = () => ramp?.open();
