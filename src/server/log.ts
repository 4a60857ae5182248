// What the kit tells its operator, one event at a time. Knows what is no personal data; does not know where events are kept.
import type { SignatureFault } from './webhook-signature.ts';

/** What one of the kit's questions to Coinbase was about. */
export type UpstreamRoute = 'token' | 'sales' | 'transactions' | 'config' | 'options' | 'quote';

/**
 * One thing that happened. Holds no address, IP, user, reference, token, key, amount or full URL. `ms` is milliseconds.
 * More kinds may come: a log takes what it does not know.
 */
export type LogEvent =
  /** A request was answered. `code` is that of the error, `route` has no reference in it. */
  | { event: 'request'; route: string; method: string; status: number; code?: string; ms: number }
  /** Coinbase was asked. `status` is 0 where no answer came. `text` is Coinbase's own word on a refusal, cut and cleaned. */
  | { event: 'upstream'; route: UpstreamRoute; status: number; tries: number; ms: number; text?: string }
  /** A row of Coinbase's options names another chain or contract than the kit's table; it was left out. */
  | { event: 'asset-dropped'; asset: string; network: string }
  /** A limit of the kit's own was reached. */
  | { event: 'limited'; limit: string }
  /** A webhook came. `outcome` is what is wrong with its signature, or whether it was about an order of this kit. */
  | { event: 'webhook'; outcome: SignatureFault | 'repeated' | 'matched' | 'unmatched' | 'unknown' }
  /** The store went away, or came back. Meanwhile what needs it is answered 503. */
  | { event: 'store'; away: boolean }
  /** A hook, the store or a key failed; the error itself goes to `console.error`. `route` is `start` for a key that was broken from the start. */
  | { event: 'error'; route: string; name: string };

/** Tells an event. Never throws, and never waits. */
export type Log = (event: LogEvent) => void;

/** A log that fails must not fail the request. */
export const createLog =
  (hook: ((event: LogEvent) => unknown) | undefined): Log =>
  (event) => {
    try {
      Promise.resolve(hook?.(Object.freeze(event))).catch(() => {});
    } catch {
      // The operator's log is down; there is nobody else to tell.
    }
  };

const LONGEST_TEXT = 200;

/** What could name a person, in the order in which it is taken out. */
const PERSONAL: readonly [RegExp, string][] = [
  [/\b[a-z][a-z0-9+.-]*:\/\/\S+/gi, '<url>'],
  [/\S+@\S+/g, '<email>'],
  [/0x[0-9a-f]{4,}/gi, '<hex>'],
  [/[\w+/=-]{24,}/g, '<id>'],
  [/\b\d{1,3}(\.\d{1,3}){3}\b/g, '<ip>'],
  [/[0-9a-f]*:[0-9a-f:.]*:[0-9a-f:.]*/gi, '<ip>'],
];

const messageIn = (body: string): string => {
  try {
    const { message, errorMessage } = JSON.parse(body);
    return `${message ?? errorMessage ?? ''}`;
  } catch {
    return body;
  }
};

/** The message of an error body, without addresses, ids, IPs and links, in at most 200 characters of plain text. */
export const cleanText = (body: string): string => {
  const text = messageIn(body.slice(0, 20_000)).replace(/[^\x20-\x7e]+/g, ' ');
  return PERSONAL.reduce((clean, [found, name]) => clean.replaceAll(found, name), text)
    .trim()
    .slice(0, LONGEST_TEXT);
};
