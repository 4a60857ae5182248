// What earlier pages left in the browser and in the address, as far as a button must know it before anything else is fetched.
// Knows the keys; does not know how a sale is kept.

/** The parameter of the address that a visitor comes back from Coinbase with: `<sale id>.<nonce>`. */
export const RETURN_PARAMETER = 'offramp-sale';

/** Whether this page may be the one that Coinbase sent a visitor back to. */
export const isReturn = (): boolean => globalThis.location?.search.includes(RETURN_PARAMETER) ?? false;

/** Where the sale of a key is kept, in `localStorage`. */
export const saleKey = (key: string): string => `offramp-button:sale:${key}`;

const CONNECTED = 'offramp-button:connected';

const find = (key: string): string | null => {
  try {
    return localStorage.getItem(key);
  } catch {
    // No storage, no traces.
    return null;
  }
};

/** Whether a sale of an earlier page may have something to show. */
export const isSaleKept = (key: string): boolean =>
  !/"stage":"(idle|connecting|opening|cancelled)"/.test(find(saleKey(key)) ?? '"stage":"idle"');

/** Whether a wallet showed this site an account when it was last looked at, so that a press most likely opens Coinbase's window. */
export const wasConnected = (): boolean => find(CONNECTED) !== null;

export const rememberConnected = (isConnected: boolean): void => {
  try {
    if (isConnected) localStorage.setItem(CONNECTED, '');
    else localStorage.removeItem(CONNECTED);
  } catch {
    // Not kept: a press that comes before the code then waits for it.
  }
};
