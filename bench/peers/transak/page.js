// Transak's script: opens its page in a frame.
import { Transak } from '@transak/ui-js-sdk';

const button = document.createElement('button');
button.textContent = 'Sell';
document.body.append(button);
button.onclick = () => {
  const transak = new Transak({ widgetUrl: 'https://example.invalid/x' });
  transak.init();
  Transak.on(Transak.EVENTS.TRANSAK_ORDER_SUCCESSFUL, () => transak.cleanup());
};
