// The Vue example taking over what its server drew. Only the browser has a wallet.
import { createSSRApp } from 'vue';
import CashOut from './src/CashOut.vue';

createSSRApp(CashOut, { provider: globalThis.wallet }).mount('#app');
