// What the sell window posts to its opener, in the form of Coinbase's on-ramp: whether the off-ramp posts it too is not documented.
// A script of its pages; knows no request.

export const messages = `
const post = (message) => window.opener?.postMessage(message, '*');
const tell = (eventName, more) => post(JSON.stringify({ eventName: 'event', data: { eventName, ...more } }));
post('app_ready');
tell('open', { widgetName: 'sell' });
tell('transition_view', { pageRoute: location.pathname });
addEventListener('click', ({ target }) => target.id === 'cash-out-now' && tell('success'));
addEventListener('pagehide', () => tell('exit'));
`;
