// What a raced page is told to note and to do without. Runs in the page before its own scripts; the element knows nothing of it.
// Knows the doors a browser gives to a page; does not know rounds or presses.

/** What a window goes without in a round, so that fewer things stand between an order and a second transfer. */
export interface Lack {
  /** Sees nothing of what the other window writes to localStorage from now on. Browsers bring it when they like. */
  deaf?: true;
  /** Has no Web Locks, as a page outside a secure context. */
  unlocked?: true;
  /** Has no IndexedDB, as a page whose site data is blocked. */
  storeless?: true;
  /** Has a backend that offers no claim. */
  unclaimed?: true;
}

/** What a window notes in a round. Times are milliseconds since the epoch, with fractions. */
export interface Notes {
  /** When the page began to run for the press on "Send"; 0 for none. */
  pressedAt: number;
  /** When the claim was asked of the browser's store, and of the backend; 0 for never. */
  storeAt: number;
  backendAt: number;
  /** How many times this page has asked the wallet to send. */
  asks: number;
  /** Whether the wallet has said which account it shows. */
  isConnected: boolean;
  /** How long "Send" was not pressed and nothing asked of wallet or claim, milliseconds. */
  quiet: number;
}

/** Put into each new document. */
export const RACE_SCRIPT = `{
  const now = () => performance.timeOrigin + performance.now();
  let lack = {};
  let notes = {};
  let seen = new Map();
  let asking = 0;
  let askedAt = 0;
  const begin = (without) => {
    lack = without;
    seen = new Map(Object.entries({ ...localStorage }));
    notes = { pressedAt: 0, storeAt: 0, backendAt: 0, asks: 0, isConnected: false };
  };
  begin({});
  window.race = { begin, notes: () => ({ ...notes, quiet: asking ? 0 : now() - askedAt }) };

  addEventListener('storage', (event) => lack.deaf && event.stopImmediatePropagation());
  const { getItem, setItem } = Storage.prototype;
  Storage.prototype.getItem = function (key) {
    return lack.deaf && this === localStorage ? (seen.get(key) ?? null) : getItem.call(this, key);
  };
  Storage.prototype.setItem = function (key, value) {
    if (this === localStorage) seen.set(key, value);
    setItem.call(this, key, value);
  };
  addEventListener('click', (event) => {
    if (!event.composedPath().some((target) => target.part?.contains('send'))) return;
    notes.pressedAt ||= now();
    askedAt = now();
  }, true);

  const { locks } = navigator;
  Object.defineProperty(Navigator.prototype, 'locks', { get: () => (lack.unlocked ? undefined : locks) });
  const { open } = IDBFactory.prototype;
  IDBFactory.prototype.open = function (...words) {
    if (lack.storeless) throw new DOMException('The operation is insecure.', 'SecurityError');
    return open.apply(this, words);
  };
  const { add } = IDBObjectStore.prototype;
  IDBObjectStore.prototype.add = function (...words) {
    notes.storeAt ||= now();
    return add.apply(this, words);
  };

  const { fetch } = window;
  window.fetch = async (address, init) => {
    const isTo = (end) => String(address).endsWith(end) && init?.method === 'POST';
    const method = isTo('/demo/wallet/rpc') ? JSON.parse(init.body).method : undefined;
    if (method === 'eth_sendTransaction') notes.asks += 1;
    if (isTo('/claim')) notes.backendAt ||= now();
    if (!method && !isTo('/claim') && !isTo('/token')) return fetch(address, init);
    asking += 1;
    const response = await fetch(address, init).finally(() => {
      asking -= 1;
      askedAt = now();
    });
    if (method === 'eth_accounts') notes.isConnected = true;
    if (!lack.unclaimed || !isTo('/token')) return response;
    const { claimUrl, ...answer } = await response.json();
    return Response.json(answer);
  };
}`;
