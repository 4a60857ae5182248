// Takes Coinbase's webhooks: believes, remembers, finds whose order it is about, and tells those who watch it.
// Knows the form of an event; does not know how watchers are told further.
import * as z from 'zod/mini';
import type { Changes } from './changes.ts';
import type { Log } from './log.ts';
import { Refusal } from './refusal.ts';
import type { Store } from './store.ts';
import { createCheckSignature, signedHeaders } from './webhook-signature.ts';

/** Coinbase sends an event again until it is answered, for hours (docs.cdp.coinbase.com/webhooks: at least once). */
const KEPT = 24 * 60 * 60_000;

/** Where watchers of a sale listen. Nothing is said there but "look again". */
export const channelOf = (reference: string): string => `sale:${reference}`;

/** docs.cdp.coinbase.com, OfframpTransactionPayload. The record itself is read where lists are. */
const payload = z.object({
  eventType: z.string().check(z.regex(/^offramp\.transaction\.(created|updated|success|failed)$/)),
  partnerUserRef: z.nullish(z.string()),
  redirectUrl: z.nullish(z.string()),
});

/** References of this kit, as `createReferences` makes them; other parts of a project may have others. */
const REFERENCE = /^[A-Za-z0-9_-]{44}$/;

const parse = (body: Uint8Array): unknown => {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body));
  } catch {
    return undefined;
  }
};

/** The page's id of the sale, which its own redirect address carries. */
const saleIn = (redirectUrl: string | null | undefined): string | undefined => {
  const mark = redirectUrl ? URL.parse(redirectUrl)?.searchParams.get('offramp-sale') : undefined;
  return /^([A-Za-z0-9_-]{1,128})\.[A-Za-z0-9_-]{1,128}$/.exec(mark ?? '')?.[1];
};

interface Parts {
  /** Secrets of the subscriptions that may speak. */
  secrets: readonly string[];
  store: Store;
  changes: Changes;
  /** Lets the next status of a reference be asked for afresh. */
  forget(reference: string): Promise<void>;
  log: Log;
  now?: () => number;
}

/** Takes one request. Throws {@link Refusal} 401 for what is not Coinbase's word; what it says of nobody's order is let pass. */
export type Webhook = (headers: Headers, body: Uint8Array) => Promise<void>;

export const createWebhook = ({ secrets, store, changes, forget, log, now }: Parts): Webhook => {
  const check = createCheckSignature(secrets, now);

  /** Only an id that the signature covers is one: another could be put on a repeated event, or on a new one to have it ignored. */
  const eventIdOf = (headers: Headers): string | undefined => {
    const name = ['x-event-id', 'x-hook0-id'].find((known) => signedHeaders(headers).includes(known));
    return name && (headers.get(name) ?? undefined);
  };

  const find = async (transactionId: string, event: z.infer<typeof payload>): Promise<string | undefined> => {
    const { partnerUserRef, redirectUrl } = event;
    if (partnerUserRef) return REFERENCE.test(partnerUserRef) ? partnerUserRef : undefined;
    const saleId = saleIn(redirectUrl);
    return (await changes.referenceOf(transactionId)) ?? (saleId && (await changes.referenceOfSale(saleId)));
  };

  const take = async (body: Uint8Array): Promise<'matched' | 'unmatched' | 'unknown'> => {
    const json = parse(body);
    const event = payload.safeParse(json).data;
    const transactionId = event && (await changes.note(json));
    if (!event || transactionId === undefined) return 'unknown';
    const reference = await find(transactionId, event);
    if (reference === undefined) return 'unmatched';
    await changes.bind(transactionId, reference);
    await forget(reference);
    await store.publish(channelOf(reference), '');
    return 'matched';
  };

  return async (headers, body) => {
    const fault = await check(headers, body);
    if (fault) {
      log({ event: 'webhook', outcome: fault });
      throw new Refusal(401, 'bad-signature', 'This request is not signed as it must be.');
    }
    const id = eventIdOf(headers);
    if (id !== undefined && (await store.get(`event:${id}`)) !== undefined) {
      log({ event: 'webhook', outcome: 'repeated' });
      return;
    }
    log({ event: 'webhook', outcome: await take(body) });
    // Only now: an event whose taking failed is sent again, and must be taken then.
    if (id !== undefined) await store.set(`event:${id}`, '1', KEPT);
  };
};
