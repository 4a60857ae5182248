// Every error a sale can meet: one table of codes for the one class. Knows the words; does not know who throws or shows them.
import { type ErrorRow, fillErrors } from './offramp-error.ts';

export { OfframpError } from './offramp-error.ts';

const TABLE = {
  'no-endpoint': {
    message: 'This button has no token endpoint.',
    advice: 'Set the token-endpoint attribute to the address of your backend.',
    recoverable: false,
  },
  'unknown-asset': {
    message: 'This asset cannot be sold on this network here.',
    advice: 'Choose an asset and a network from the list in the documentation.',
    recoverable: false,
  },
  'bad-amount': {
    message: 'The amount is not a number this asset can have.',
    advice: 'Give a plain decimal number greater than zero, such as 25 or 0.5.',
    recoverable: false,
  },
  'popup-blocked': {
    message: 'The browser blocked the Coinbase window.',
    advice: 'Press the button again, allow pop-ups for this site, or continue in this tab.',
    recoverable: true,
  },
  'backend-unreachable': {
    message: 'The site could not be reached.',
    advice: 'Check your connection; a cash-out that has begun goes on once the site answers.',
    recoverable: true,
  },
  'backend-refused': {
    message: 'The site refused the request.',
    advice: 'Sign in to the site again, then try once more.',
    recoverable: true,
  },
  'backend-malformed': {
    message: 'The site gave an answer that could not be understood.',
    advice: 'Try again later, or contact the site.',
    recoverable: true,
  },
  'backend-busy': {
    message: 'The site is busy.',
    advice: 'Wait a moment, then try again.',
    recoverable: true,
  },
  'no-wallet': {
    message: 'No wallet was found in this browser.',
    advice: 'Install or unlock a wallet, then press the button again.',
    recoverable: true,
  },
  'wallet-busy': {
    message: 'A request is already open in your wallet.',
    advice: 'Open your wallet and answer the request that is waiting there.',
    recoverable: true,
  },
  'wrong-chain': {
    message: 'Your wallet is on another network.',
    advice: 'Switch the network in your wallet, then press Send again.',
    recoverable: true,
  },
  'wrong-account': {
    message: 'Your wallet is on another account than the one this sale began with.',
    advice: 'Switch back to that account in your wallet, then press Send again.',
    recoverable: true,
  },
  'low-funds': {
    message: 'There is not enough in your wallet for this transfer and its network fee.',
    advice: 'Add funds to the wallet, then press Send again.',
    recoverable: true,
  },
  'wallet-failed': {
    message: 'The wallet reported a problem.',
    advice: 'Open your wallet to see whether it shows a transfer before you do anything else.',
    recoverable: true,
  },
  'order-ambiguous': {
    message: 'Coinbase shows more than one order for this sale.',
    advice: 'Nothing was sent; start a new cash-out and confirm it only once.',
    recoverable: false,
  },
  'order-refused': {
    message: 'The order at Coinbase is not one that can be paid from here.',
    advice: 'Nothing was sent; start a new cash-out and choose a bank account or cash balance at Coinbase.',
    recoverable: false,
  },
  'order-expired': {
    message: 'The time to send for this order is over.',
    advice: 'Do not send to its address any more; start a new cash-out.',
    recoverable: false,
  },
  'order-failed': {
    message: 'Coinbase did not complete the sale.',
    advice: 'If you sent crypto for it, look for it in your Coinbase account.',
    recoverable: false,
  },
  'already-claimed': {
    message: 'This order is already being paid in another window or device.',
    advice: 'Go on there; this page follows along.',
    recoverable: true,
  },
  'instruction-invalid': {
    message: 'The instructions to send do not match the order shown.',
    advice: 'Nothing was sent; contact the site.',
    recoverable: false,
  },
  'store-unavailable': {
    message: 'This browser does not let the page remember the sale.',
    advice: 'Nothing was sent; leave private browsing or allow site data, then try again.',
    recoverable: true,
  },
} as const satisfies Record<string, ErrorRow>;

/** The stable code of an error; switch on this. */
export type OfframpErrorCode = keyof typeof TABLE;

/** All codes with their words, for tables and tests. */
export const errorTable: Readonly<Record<OfframpErrorCode, Readonly<ErrorRow>>> = TABLE;

fillErrors(TABLE);
