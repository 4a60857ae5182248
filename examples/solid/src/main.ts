// Puts the cash-out into the page.
import { createComponent } from 'solid-js';
import { render } from 'solid-js/web';
import { CashOut } from './CashOut.ts';

const root = document.querySelector('#app');
if (root) render(() => createComponent(CashOut, {}), root);
