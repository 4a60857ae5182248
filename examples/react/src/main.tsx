// Puts the cash-out into the page.
import { createRoot } from 'react-dom/client';
import { CashOut } from './CashOut';

const root = document.querySelector('#app');
if (root) createRoot(root).render(<CashOut />);
