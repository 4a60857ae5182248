// The Vue example, shown and taken away as a router does.
import { createApp, h, shallowRef } from 'vue';
import CashOut from './src/CashOut.vue';

const props = shallowRef();
createApp({ render: () => props.value && h(CashOut, props.value) }).mount('#app');
globalThis.page = {
  show: (provider) => {
    props.value = { provider };
  },
  hide: () => {
    props.value = undefined;
  },
};
