// What the simulator can be told to do wrong, by name, and which of it is on. Does not know how a fault is carried out.

const FAULTS = {
  'record-before-commit': 'The order is already listed while the window still shows the price, before "Cash out now".',
  'commit-delay': 'The order is listed only 6 seconds after "Cash out now", although the window redirects at once.',
  'no-redirect': 'The window stays on Coinbase\'s "you can go back" page and never redirects.',
  'redirect-without-query': 'The window redirects to the return page with its query string cut off.',
  'coop-same-origin': 'Every page of the window carries Cross-Origin-Opener-Policy: same-origin.',
  'coop-same-origin-allow-popups':
    'Every page of the window carries Cross-Origin-Opener-Policy: same-origin-allow-popups.',
  'window-messages':
    'The window posts messages of its own to its opener: open, transition_view, success and exit, and app_ready as a bare word.',
  'stale-history': 'The list also holds a FAILED and a STARTED order from days ago, each with an address.',
  'two-candidates': 'A second fresh order is started under the same reference.',
  'fiat-sell-amount': "The order's sell_amount is in fiat instead of crypto.",
  'crypto-account-order':
    "The order's payment method is CRYPTO_ACCOUNT: it moves crypto to a Coinbase balance and sells nothing.",
  'camel-case-list': 'The list comes in camelCase, with id, networks/base-mainnet and a number as total count.',
  'numeric-status': "The list gives the status as the number of Coinbase's enum instead of its name.",
  'unknown-status': 'A fresh order has a status that nobody has heard of.',
  'foreign-contract': 'The options give USDC on Base another contract.',
  'api-401': 'The API answers 401 to everything.',
  'api-429': 'The API answers 429 to everything.',
  'api-5xx': 'The API answers 500 to everything.',
  'slow-answers': 'The API takes 4 seconds for each answer.',
  'late-success': 'Coinbase needs 20 seconds instead of 2 to complete the sale after the transfer.',
  'tx-hash-lag':
    'Coinbase names the hash of the transfer only 10 seconds after it has seen it, and completes the sale after that.',
  failure: 'The order fails once the transfer has been seen.',
  'price-drop': 'The transfer is seen, then the order fails because the price fell below "Receive at least".',
  expiry: 'Once the order exists, the clock leaps past its 30 minutes and it expires.',
  'late-send': 'Once the transfer is seen, the clock leaps past the 30 minutes: it came too late, and the order fails.',
  'unmatched-send': 'The transfer is never matched to the order, which fails after 31 minutes.',
  'webhook-duplicate': 'Every event is sent twice.',
  'webhook-out-of-order': 'The event that an order has ended is sent first, then all before it, backwards.',
  'webhook-late': 'Every event is sent 20 seconds late.',
  'webhook-without-reference': 'No event has a partnerUserRef, and the first one of an order no redirectUrl either.',
  'webhook-bad-signature': 'Every event is signed with another secret.',
} as const satisfies Record<string, string>;

/** The name of a fault of the simulator. */
export type FaultName = keyof typeof FAULTS;

const isFaultName = (name: string): name is FaultName => Object.hasOwn(FAULTS, name);

/** One fault, its description and whether it is on. */
export interface Fault {
  name: FaultName;
  description: string;
  on: boolean;
}

/** The switches of the faults. All are off at first. */
export interface Faults {
  list(): Fault[];
  /** Turns a fault on or off. Throws a `TypeError` for a name that is not in the table. */
  set(name: FaultName, on: boolean): void;
  clear(): void;
}

export interface FaultSwitches extends Faults {
  has(name: FaultName): boolean;
}

export const createFaults = (): FaultSwitches => {
  const on = new Set<FaultName>();
  const names = Object.keys(FAULTS).filter(isFaultName);
  return {
    list: () => names.map((name) => ({ name, description: FAULTS[name], on: on.has(name) })),
    set(name, wanted) {
      if (!isFaultName(name)) throw new TypeError(`There is no fault "${name}". The faults are: ${names.join(', ')}.`);
      if (wanted) on.add(name);
      else on.delete(name);
    },
    clear: () => on.clear(),
    has: (name) => on.has(name),
  };
};
