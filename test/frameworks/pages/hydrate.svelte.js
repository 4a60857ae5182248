// The Svelte example taking over what its server drew. Only the browser has a wallet.
import { hydrate } from 'svelte';
import CashOut from './src/CashOut.svelte';

hydrate(CashOut, { target: document.querySelector('#app'), props: { provider: globalThis.wallet } });
