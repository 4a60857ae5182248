// The kit's errors as a partner is told of them: code, status, what has happened, what to do.
// Does not know which route answers which. `test/server/openapi.test.ts` holds it against the kit.

interface Kind {
  status: readonly number[];
  /** What has happened, for whoever sees the code. */
  means: string;
  /** What to do about it. */
  advice: string;
}

/** Every code that the kit answers. */
export const ERRORS = {
  'bad-request': {
    status: [400],
    means: 'A field of the body or the query is missing or wrong; the message names it.',
    advice: 'Send what the OpenAPI description asks for.',
  },
  'bad-redirect': {
    status: [400],
    means: '`redirectUrl` is not on an origin of the option `origins`.',
    advice: 'Add the return page’s origin to `origins`, or correct `redirect-url`.',
  },
  'bad-amount': {
    status: [400],
    means: 'The amount is not positive, or has more decimals than the asset.',
    advice: 'Send a plain decimal that the asset can hold.',
  },
  'bad-page': {
    status: [400],
    means: '`page_key` is of no page of this list.',
    advice: 'Begin again without `page_key`.',
  },
  'unknown-asset': {
    status: [400],
    means: 'The asset or network is not in the table of what can be sold.',
    advice: 'Choose one of the table in README.',
  },
  'unknown-country': {
    status: [400],
    means: 'Coinbase does not sell in this country.',
    advice: 'Choose one of `GET /config`.',
  },
  'unknown-subdivision': {
    status: [400],
    means: 'The subdivision is not one of this country, or is missing (US).',
    advice: 'Choose one of `GET /config`.',
  },
  'not-signed-in': {
    status: [401],
    means: '`authorize` returned nobody.',
    advice: 'Sign in. If the visitor is: is the cookie sent (`SameSite`, other host), and does `authorize` read it?',
  },
  'bad-signature': {
    status: [401],
    means: 'The webhook is not signed with the secret, or is too old or too early.',
    advice:
      'Is `webhookSecret` that of this subscription, is the body passed on byte for byte, and is the clock right?',
  },
  'origin-refused': {
    status: [403],
    means: 'The `Origin` is not one of the option `origins`, or missing where one writes.',
    advice: 'Add the page’s exact origin to `origins`; does a proxy take `Origin` away?',
  },
  'address-not-proved': {
    status: [403],
    means: '`proveAddress` did not accept the proof, or there was none.',
    advice: 'Let the wallet sign a fresh challenge for this address.',
  },
  'not-operator': {
    status: [403],
    means: '`operator` did not return `true`.',
    advice: 'Sign in as operator. If you are: does `operator` return exactly `true`?',
  },
  'unknown-sale': {
    status: [404],
    means: 'No sale of this user has this reference.',
    advice: 'Is the visitor signed in as who began it? Was `secret` changed, or is it another on another machine?',
  },
  'not-found': {
    status: [404],
    means: 'There is nothing at this address, or the option that opens it is not set.',
    advice: 'Look at the path after the mount; for `/webhook`, `/transactions` and `/address-proof` set the option.',
  },
  'method-not-allowed': {
    status: [405],
    means: 'The address does not take that method; `Allow` names those it takes.',
    advice: 'Does a framework’s router pass all of GET, POST, PATCH, DELETE and OPTIONS on?',
  },
  'already-claimed': {
    status: [409],
    means: 'The order is being paid elsewhere, or has a transfer already.',
    advice: 'Nothing: the other page goes on, and this one follows.',
  },
  'already-reported': {
    status: [409],
    means: 'A transfer was already reported for the sale.',
    advice: 'Nothing: the transfer is on its way.',
  },
  'order-refused': {
    status: [409],
    means: 'The order at Coinbase is not one that may be paid.',
    advice: 'Begin a new sale; the message says which rule the order broke.',
  },
  'order-expired': { status: [409], means: 'The time to send for the order is over.', advice: 'Begin a new sale.' },
  'too-large': {
    status: [413],
    means: 'The body is larger than 16 kB.',
    advice: 'Keep `redirectUrl` and the proof short.',
  },
  'not-json': {
    status: [415],
    means: 'The body was not sent as `application/json`.',
    advice: 'Set `Content-Type: application/json`.',
  },
  'amount-out-of-range': {
    status: [422],
    means: 'The amount cannot be sold by this way to be paid; `limits` says what can.',
    advice: 'Choose an amount within `limits`.',
  },
  'no-quote': {
    status: [422],
    means: 'Coinbase gives no price for this amount, country and way to be paid.',
    advice: 'Choose another way to be paid, or go on without a price.',
  },
  'too-many-requests': {
    status: [429],
    means: 'A limit of the kit is reached.',
    advice:
      'Wait as long as `Retry-After` says; raise `limits` where real visitors meet it. Is `clientIp` the proxy’s own address?',
  },
  'too-many-streams': {
    status: [429],
    means: 'This user, or all together, have as many event streams open in this process as `limits` allows.',
    advice:
      'Nothing: the page polls, and comes back. The log’s `limited` says which limit it was; raise `streamsPerProcess` where the memory and open files allow it.',
  },
  'coinbase-busy': { status: [429], means: 'Coinbase answered 429.', advice: 'Wait as long as `Retry-After` says.' },
  'server-error': {
    status: [500],
    means: 'A hook, the store or the key failed; the error is in the server’s `console.error`.',
    advice: 'Read it there. Most often a hook threw, or `clientIp` returned no address.',
  },
  'coinbase-refused': {
    status: [502],
    means: 'Coinbase did not accept the API key, or refused what was asked.',
    advice:
      'Look at the log event `upstream`: 401 means the key (id, secret, IP allowlist, clock), another status what `text` says.',
  },
  'coinbase-unreachable': {
    status: [502, 504],
    means: 'Coinbase could not be reached, failed, or did not answer in 8 seconds.',
    advice: 'Wait; see Coinbase’s status page, and whether this server may reach api.developer.coinbase.com.',
  },
  'coinbase-malformed': {
    status: [502],
    means: 'Coinbase’s answer could not be understood.',
    advice: 'Wait; if it stays, Coinbase has changed something: tell this project.',
  },
  'store-unavailable': {
    status: [503],
    means: 'The store is away; nothing was granted.',
    advice: 'Bring Redis back; pages try again by themselves.',
  },
} as const satisfies Record<string, Kind>;
export type ErrorCode = keyof typeof ERRORS;
