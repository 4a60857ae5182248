// The kit's routes as a partner is told of them: what each takes, answers and refuses.
// Knows the kit's schemas; does not know OpenAPI. `test/server/openapi.test.ts` holds it against the kit.
import * as z from 'zod/mini';
import {
  claimAnswer,
  claimRelease,
  claimReport,
  claimRequest,
  quoteAnswer,
  quoteRefusal,
  quoteRequest,
  tokenAnswer,
  tokenRequest,
} from '../src/schema.ts';
import { challengeAnswer } from '../src/server/address-proof.ts';
import { configAnswer, optionsAnswer } from '../src/server/catalog.ts';
import { historyAnswer } from '../src/server/history.ts';
import { salesAnswer } from '../src/server/list.ts';
import { pageQuery, periodQuery, placeQuery } from '../src/server/queries.ts';
import type { ErrorCode } from './errors.ts';

interface Answer {
  means: string;
  schema?: z.ZodMiniType;
  /** Media type; JSON by default. */
  type?: string;
}

/** One route, as OpenAPI needs it. */
export interface Route {
  id: string;
  method: 'get' | 'post' | 'patch' | 'delete';
  path: string;
  summary: string;
  means: string;
  /** Who may ask; nobody in particular where it is left out. */
  by?: 'session' | 'operator' | 'webhook';
  query?: z.ZodMiniObject;
  headers?: Record<string, string>;
  body?: z.ZodMiniType;
  isBodyOptional?: boolean;
  answers: Record<number, Answer>;
  errors: readonly ErrorCode[];
  /** The body of a 422. */
  refusal?: z.ZodMiniObject;
}

const ALWAYS: readonly ErrorCode[] = ['origin-refused', 'server-error'];
const USER: readonly ErrorCode[] = ['not-signed-in', ...ALWAYS];
const OWNER: readonly ErrorCode[] = ['unknown-sale', ...USER];
const BODY: readonly ErrorCode[] = ['bad-request', 'too-large', 'not-json'];
const STORE: readonly ErrorCode[] = ['store-unavailable'];
const COINBASE: readonly ErrorCode[] = [
  'coinbase-busy',
  'coinbase-refused',
  'coinbase-unreachable',
  'coinbase-malformed',
];
const PLACE: readonly ErrorCode[] = ['unknown-country', 'unknown-subdivision'];

const whole = z.required(tokenAnswer);

export const ROUTES: readonly Route[] = [
  {
    id: 'mintToken',
    method: 'post',
    path: '/token',
    by: 'session',
    summary: 'Begin a sale',
    means:
      'Mints a session token, good once and for five minutes, and names the sale. The same user and `saleId` get the same `partnerUserRef`.',
    body: tokenRequest,
    answers: { 200: { means: 'The token, and where the sale is found.', schema: whole } },
    errors: [
      ...USER,
      ...BODY,
      ...STORE,
      ...COINBASE,
      'unknown-asset',
      'bad-redirect',
      'address-not-proved',
      'too-many-requests',
    ],
  },
  {
    id: 'readChallenge',
    method: 'get',
    path: '/address-proof',
    by: 'session',
    summary: 'What an address is proved with',
    means: 'Only with the option `proveAddress`. The wallet signs an EIP-4361 message that holds these.',
    answers: { 200: { means: 'The nonce, and what else the message must say.', schema: challengeAnswer } },
    errors: [...USER, 'not-found'],
  },
  {
    id: 'readConfig',
    method: 'get',
    path: '/config',
    by: 'session',
    summary: 'Countries and ways to be paid',
    means: 'Kept by the kit for an hour, and by the browser for five minutes.',
    answers: { 200: { means: 'Every country where Coinbase sells.', schema: configAnswer } },
    errors: [...USER, ...STORE, ...COINBASE],
  },
  {
    id: 'readOptions',
    method: 'get',
    path: '/options',
    by: 'session',
    summary: 'What can be sold in a place',
    means:
      'Kept as long as `/config`. Only assets of the kit’s own table; a row with another chain or contract is left out, and logged.',
    query: placeQuery,
    answers: { 200: { means: 'Currencies, networks and limits.', schema: optionsAnswer } },
    errors: [...USER, ...STORE, ...COINBASE, ...PLACE, 'bad-request'],
  },
  {
    id: 'readQuote',
    method: 'post',
    path: '/quote',
    by: 'session',
    summary: 'What a sale would bring',
    means:
      'An estimate, kept for five seconds. Coinbase is told neither address nor reference, so no order is begun. Waits up to three seconds for room in Coinbase’s limit.',
    body: quoteRequest,
    answers: { 200: { means: 'What is paid out, the fee, and the limits.', schema: quoteAnswer } },
    errors: [
      ...USER,
      ...BODY,
      ...STORE,
      ...COINBASE,
      ...PLACE,
      'unknown-asset',
      'bad-amount',
      'amount-out-of-range',
      'no-quote',
      'too-many-requests',
    ],
    refusal: quoteRefusal,
  },
  {
    id: 'listSales',
    method: 'get',
    path: '/sales',
    by: 'session',
    summary: 'The user’s past sales',
    means:
      'Ten a page, newest first: the last hundred sales, until 180 days after the newest. A sale that Coinbase does not tell of is there with an `error` and no `order`, and the page is a 200.',
    query: pageQuery,
    answers: {
      200: {
        means:
          'The sales, each with its newest order, `null` where it has none. With an `error` (`{ code, message }`) it is not known whether it has one: ask again, for the page or at its `statusUrl`.',
        schema: historyAnswer,
      },
    },
    errors: [...USER, ...STORE, 'bad-request', 'bad-page', 'too-many-requests'],
  },
  {
    id: 'readSale',
    method: 'get',
    path: '/sales/{ref}',
    by: 'session',
    summary: 'A sale’s orders',
    means:
      'Coinbase’s list for the reference, newest first, cut to known fields; at most two seconds old, however many ask.',
    query: pageQuery,
    answers: { 200: { means: 'The orders, none before there is one.', schema: salesAnswer } },
    errors: [...OWNER, ...STORE, ...COINBASE, 'bad-request', 'too-many-requests'],
  },
  {
    id: 'watchSale',
    method: 'get',
    path: '/sales/{ref}/events',
    by: 'session',
    summary: 'A sale’s states as they come',
    means:
      'Server-sent events; the `data` of each is the answer of `GET /sales/{ref}`. A heartbeat every 15 seconds; it ends after ten minutes, or when every order has ended.',
    headers: { 'Last-Event-ID': 'The newest event that the page has.' },
    answers: {
      200: { means: 'The states from now on.', schema: z.string(), type: 'text/event-stream' },
      204: { means: 'The page has all that will ever come, and should not come back.' },
    },
    errors: [...OWNER, ...STORE, ...COINBASE, 'too-many-streams'],
  },
  {
    id: 'claimSale',
    method: 'post',
    path: '/sales/{ref}/claim',
    by: 'session',
    summary: 'The right to ask a wallet, once',
    means:
      'Grants one browser of one sale the one transfer of the order, after a fresh look at Coinbase. The same `saleId` and `holder` may repeat it.',
    body: claimRequest,
    answers: { 200: { means: 'The transfer, and its signature where there is a `signingKey`.', schema: claimAnswer } },
    errors: [...OWNER, ...BODY, ...STORE, ...COINBASE, 'already-claimed', 'order-refused', 'order-expired'],
  },
  {
    id: 'reportTransfer',
    method: 'patch',
    path: '/sales/{ref}/claim',
    by: 'session',
    summary: 'The transfer was made',
    means: 'From here on nobody is granted the order again. The same hash may be reported twice.',
    body: claimReport,
    answers: { 204: { means: 'Noted.' } },
    errors: [...OWNER, ...BODY, ...STORE, 'already-reported'],
  },
  {
    id: 'releaseClaim',
    method: 'delete',
    path: '/sales/{ref}/claim',
    by: 'session',
    summary: 'The person declined',
    means:
      'Gives the claim back, so that it can be granted again. Only its holder may, named in the body where there is one.',
    body: claimRelease,
    isBodyOptional: true,
    answers: { 204: { means: 'Released, or there was none.' } },
    errors: [...OWNER, ...STORE, 'too-large', 'already-claimed', 'already-reported'],
  },
  {
    id: 'listTransactions',
    method: 'get',
    path: '/transactions',
    by: 'operator',
    summary: 'The whole app’s orders',
    means: 'Only with the option `operator`. 100 a page; those that are over. `to` is not included. For reports.',
    query: periodQuery,
    answers: { 200: { means: 'The orders.', schema: salesAnswer } },
    errors: [...ALWAYS, ...COINBASE, 'not-operator', 'bad-request', 'not-found'],
  },
  {
    id: 'takeWebhook',
    method: 'post',
    path: '/webhook',
    by: 'webhook',
    summary: 'Coinbase’s webhook',
    means: 'Only with the option `webhookSecret`. Needs no origin and no user: the signature says who speaks.',
    body: z.looseObject({ eventType: z.string(), transactionId: z.string(), status: z.string() }),
    answers: { 204: { means: 'Taken, or nothing for this kit.' } },
    errors: [...STORE, 'bad-signature', 'too-large', 'server-error', 'not-found'],
  },
];
