// What every page of the site has: a wallet by EIP-6963, which approves on the server, and a witness of all that the button and the
// browser tell. In a frame it tells the page around it. No module and no markup, so that the strictest policy lets it in.
(() => {
  /** @type {string[]} */
  const told = [];
  Object.assign(window, { told });
  const tell = (/** @type {string} */ what) => {
    told.push(what);
    if (parent !== window) parent.postMessage({ told: what }, '*');
  };
  addEventListener('message', ({ data }) => data?.told && told.push(data.told));

  const watch = (/** @type {Document} */ page) =>
    page.addEventListener('securitypolicyviolation', ({ effectiveDirective, blockedURI }) =>
      tell(`(${effectiveDirective} ${blockedURI})`),
    );
  watch(document);
  const { open } = window;
  // The blank window has the page's policy, and a document of its own to break it in.
  window.open = (...options) => {
    const blank = open.apply(window, options);
    if (blank?.document) watch(blank.document);
    return blank;
  };
  addEventListener('error', ({ message }) => tell(`(${message})`));
  addEventListener('unhandledrejection', ({ reason }) => tell(`(${reason})`));
  for (const name of ['offramp-change', 'offramp-error', 'offramp-before-open', 'offramp-before-send'])
    addEventListener(name, ({ type, target, detail: { stage, error } }) => {
      if (target !== document.querySelector('offramp-button')) return;
      if (error && type === 'offramp-error') tell(`!${error.code}: ${error.message} ${error.advice}`);
      else tell(type === 'offramp-change' ? stage : type.slice(8));
    });

  const ask = async (/** @type {string} */ path, /** @type {object} */ init) =>
    (await fetch(`/demo/wallet/${path}`, init)).json();
  let isReady = false;
  // A moment after the first answer the button knows the account, or that none comes, as in a frame without an origin.
  const tellReady = () => {
    if (!isReady) setTimeout(tell, 50, 'ready');
    isReady = true;
  };
  const provider = {
    request: async (/** @type {{ method: string, params?: unknown[] }} */ { method, params = [] }) => {
      const headers = { 'content-type': 'application/json' };
      const body = JSON.stringify({ method, params });
      const answer = await ask('rpc', { method: 'POST', headers, body }).finally(
        () => method === 'eth_accounts' && tellReady(),
      );
      if (Object.hasOwn(answer, 'error')) throw Object.assign(new Error(answer.error.message), answer.error);
      if (!Object.hasOwn(answer, 'waiting')) return answer.result;
      const sent = await ask(`requests/${answer.waiting}`, {});
      if (Object.hasOwn(sent, 'txHash')) return sent.txHash;
      throw Object.assign(new Error(sent.error.message), sent.error);
    },
    on: () => {},
    removeListener: () => {},
  };
  const info = { uuid: '1', name: 'Test wallet', rdns: 'example.wallet', icon: 'data:image/svg+xml,' };
  const announce = () =>
    dispatchEvent(new CustomEvent('eip6963:announceProvider', { detail: Object.freeze({ info, provider }) }));
  addEventListener('eip6963:requestProvider', announce);
  // As somebody does who is about to press.
  const point = () => document.querySelector('offramp-button')?.dispatchEvent(new Event('pointerenter'));
  customElements.whenDefined('offramp-button').then(() => setTimeout(point, 50));
})();
