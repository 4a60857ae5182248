// The Svelte example, shown and taken away as a router does.
import { mount, unmount } from 'svelte';
import CashOut from './src/CashOut.svelte';

const props = new (class {
  // Raw: a wallet in a proxy is another wallet.
  provider = $state.raw();
})();
let shown;
globalThis.page = {
  show: (provider) => {
    props.provider = provider;
    shown ??= mount(CashOut, { target: document.querySelector('#app'), props });
  },
  hide: async () => {
    await unmount(shown);
    shown = undefined;
  },
};
