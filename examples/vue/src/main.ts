// Puts the cash-out into the page.
import { createApp } from 'vue';
import CashOut from './CashOut.vue';

createApp(CashOut).mount('#app');
