// Puts the cash-out into the page.
import { render } from 'preact';
import { CashOut } from './CashOut';

const root = document.querySelector('#app');
if (root) render(<CashOut />, root);
