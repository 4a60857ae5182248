// React alone: one button. The bench checks itself by it.
import { createElement as h } from 'react';
import { createRoot } from 'react-dom/client';

createRoot(document.getElementById('root')).render(
  h('button', { type: 'button', onClick: () => open('about:blank') }, 'Cash out'),
);
