// Asks Coinbase to send webhooks: once for a site, from an operator's script, not in service.
// Knows CDP's subscription call; does not know how webhooks are taken.
import * as z from 'zod/mini';
import { createSigner } from './jwt.ts';
import { readKey } from './key.ts';
import { cleanText } from './log.ts';

const CDP = 'https://api.cdp.coinbase.com';
const PATH = '/platform/v2/data/webhooks/subscriptions';
const EVENTS = ['created', 'updated', 'success', 'failed'].map((name) => `offramp.transaction.${name}`);
const TIMEOUT = 10_000;

/** What a subscription is asked for with. */
export interface WebhookSubscriptionOptions {
  /** Id of a CDP Secret API Key that may write webhooks. */
  apiKeyId: string;
  /** Its secret, in any form that the handler takes. */
  apiKeySecret: string;
  /** Where the kit's webhook route is found from outside: `https://shop.example/api/offramp/webhook`. */
  url: string;
  /** How CDP is asked. Default: the runtime's `fetch`. */
  fetch?: typeof fetch;
}

/** `secret` is the handler's `webhookSecret`. */
export interface WebhookSubscription {
  subscriptionId: string;
  secret: string;
}

const answer = z.object({
  subscriptionId: z.string(),
  secret: z.optional(z.string()),
  metadata: z.optional(z.object({ secret: z.optional(z.string()) })),
});

/**
 * Subscribes to the four events of off-ramp transactions (docs.cdp.coinbase.com, Create webhook subscription). Each call makes one more
 * subscription. To change the secret, make a second one, give both secrets to the handler, and delete the first in CDP's portal.
 * @throws Error that says what CDP answered, without the key.
 */
export const createWebhookSubscription = async (options: WebhookSubscriptionOptions): Promise<WebhookSubscription> => {
  const { apiKeyId, apiKeySecret, url, fetch = globalThis.fetch } = options;
  if (!URL.canParse(url) || new URL(url).protocol !== 'https:')
    throw new Error('createWebhookSubscription: url must be the https address of the webhook route.');
  const target = new URL(PATH, CDP);
  const bearer = await createSigner(apiKeyId, readKey(apiKeySecret))('POST', target);
  const response = await fetch(target.href, {
    method: 'POST',
    headers: { authorization: `Bearer ${bearer}`, 'content-type': 'application/json', accept: 'application/json' },
    body: JSON.stringify({
      description: 'offramp-button',
      eventTypes: EVENTS,
      isEnabled: true,
      target: { url, method: 'POST' },
      labels: {},
    }),
    redirect: 'manual',
    signal: AbortSignal.timeout(TIMEOUT),
  });
  const text = await response.text();
  if (!response.ok) throw new Error(`CDP answered ${response.status}: ${cleanText(text) || 'no reason given'}`);
  const read = answer.safeParse(
    await Promise.resolve(text)
      .then(JSON.parse)
      .catch(() => undefined),
  ).data;
  const secret = read?.secret ?? read?.metadata?.secret;
  if (!read || secret === undefined) throw new Error('CDP made a subscription but told no secret; see its portal.');
  return { subscriptionId: read.subscriptionId, secret };
};
