// Puts the cash-out into the page.
import { mount } from 'svelte';
import CashOut from './CashOut.svelte';

const target = document.querySelector('#app');
if (target) mount(CashOut, { target });
