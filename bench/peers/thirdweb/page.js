// thirdweb's widget to buy crypto.
import { createElement as h } from 'react';
import { createRoot } from 'react-dom/client';
import { createThirdwebClient } from 'thirdweb';
import { base } from 'thirdweb/chains';
import { BuyWidget, ThirdwebProvider } from 'thirdweb/react';

const client = createThirdwebClient({ clientId: 'x' });
const widget = h(BuyWidget, { client, chain: base, amount: '10' });
createRoot(document.getElementById('root')).render(h(ThirdwebProvider, null, widget));
