// The Vue example on a server.
import { createSSRApp } from 'vue';
import { renderToString } from 'vue/server-renderer';
import CashOut from './src/CashOut.vue';

export const render = () => renderToString(createSSRApp(CashOut));
