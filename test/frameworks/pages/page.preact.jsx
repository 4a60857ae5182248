// The Preact example, shown and taken away as a router does.
import { render } from 'preact';
import { CashOut } from './src/CashOut';

const root = document.querySelector('#app');
globalThis.page = {
  show: (provider) => render(<CashOut provider={provider} />, root),
  hide: () => render(null, root),
};
