// MoonPay's sell widget, opened by a button; it fetches a script and a frame.
import { MoonPayProvider, MoonPaySellWidget } from '@moonpay/moonpay-react';
import { createElement as h, useState } from 'react';
import { createRoot } from 'react-dom/client';

const App = () => {
  const [visible, show] = useState(false);
  return [
    h('button', { key: 'button', type: 'button', onClick: () => show(true) }, 'Sell'),
    h(MoonPaySellWidget, { key: 'widget', variant: 'overlay', visible, baseCurrencyCode: 'eth' }),
  ];
};
createRoot(document.getElementById('root')).render(h(MoonPayProvider, { apiKey: 'pk' }, h(App)));
