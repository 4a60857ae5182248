// The Solid example, shown and taken away as a router does.
import { createComponent, createSignal } from 'solid-js';
import { render } from 'solid-js/web';
import { CashOut } from './src/CashOut.ts';

const [provider, setProvider] = createSignal();
const [isShown, setShown] = createSignal(false);
const props = {
  get provider() {
    return provider();
  },
};
render(() => () => isShown() && createComponent(CashOut, props), document.querySelector('#app'));
globalThis.page = {
  show: (wallet) => {
    setProvider(() => wallet);
    setShown(true);
  },
  hide: () => setShown(false),
};
