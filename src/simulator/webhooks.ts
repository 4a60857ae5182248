// Tells a backend what happens to orders, as Coinbase's webhooks do: signed, at least once, with their own faults.
// Knows events, signatures and repeats; does not know how orders come to change, and starts no timer.
import type { Clock } from './clock.ts';
import type { FaultSwitches } from './faults.ts';
import type { Order } from './order.ts';
import { eventBody } from './record.ts';

/** Where events go, and with which of the subscription's secrets they are signed. */
export interface WebhookOptions {
  url: string;
  secret: string;
  /** How they are sent. Default: the runtime's `fetch`. */
  fetch?: typeof fetch;
}

const LATE_MS = 20_000;
/** Before the second try; twice as long before each further one. How Coinbase spaces its tries is not documented. */
const RETRY_MS = 5_000;
const MOST_TRIES = 6;
const SIGNED = ['content-type', 'x-event-id', 'x-event-type'];

type EventType = `offramp.transaction.${'created' | 'updated' | 'success' | 'failed'}`;

interface Delivery {
  type: EventType;
  id: string;
  body: string;
  /** By the simulator's clock. */
  due: number;
  tries: number;
}

export interface Webhooks {
  /** Sends what is due, and what the orders have become since the last look. Resolves when all of it is answered; never rejects. */
  look(orders: readonly Order[]): Promise<void>;
  clear(): void;
}

interface Parts {
  options: WebhookOptions;
  clock: Clock;
  faults: FaultSwitches;
}

const sign = async (secret: string, message: string): Promise<string> => {
  const encoder = new TextEncoder();
  const algorithm = { name: 'HMAC', hash: 'SHA-256' };
  const key = await crypto.subtle.importKey('raw', encoder.encode(secret), algorithm, false, ['sign']);
  const mac = await crypto.subtle.sign('HMAC', key, encoder.encode(message));
  return Array.from(new Uint8Array(mac), (byte) => byte.toString(16).padStart(2, '0')).join('');
};

const endings: Partial<Record<Order['status'], EventType>> = {
  SUCCESS: 'offramp.transaction.success',
  FAILED: 'offramp.transaction.failed',
  EXPIRED: 'offramp.transaction.failed',
};

export const createWebhooks = ({ options, clock, faults }: Parts): Webhooks => {
  const { url, secret } = options;
  const send = options.fetch ?? ((...request: Parameters<typeof fetch>) => globalThis.fetch(...request));
  /** Order → what was last told of it. */
  const told = new Map<string, string>();
  let waiting: Delivery[] = [];
  /** What is kept back to be sent after what came later. */
  let held: Delivery[] = [];

  const deliveryOf = (order: Order, type: EventType): Delivery => ({
    type,
    id: crypto.randomUUID(),
    body: JSON.stringify(eventBody(order, type, faults, clock.now())),
    due: clock.now() + (faults.has('webhook-late') ? LATE_MS : 0),
    tries: 0,
  });

  const queue = (order: Order, type: EventType): void => {
    const delivery = deliveryOf(order, type);
    const copies = faults.has('webhook-duplicate') ? [delivery, { ...delivery }] : [delivery];
    if (faults.has('webhook-out-of-order') && endings[order.status] === undefined) held.push(...copies);
    else {
      waiting.push(...copies, ...held.reverse());
      held = [];
    }
  };

  const observe = (order: Order): void => {
    const { transactionId, status, txHash, committed } = order;
    const now = [status, txHash, committed].join();
    const before = told.get(transactionId);
    if (order.createdAt > clock.now() || before === now) return;
    told.set(transactionId, now);
    if (before === undefined) queue(order, 'offramp.transaction.created');
    if (before !== undefined || status !== 'STARTED') queue(order, endings[status] ?? 'offramp.transaction.updated');
  };

  const deliver = async (delivery: Delivery): Promise<void> => {
    const headers = { 'content-type': 'application/json', 'x-event-id': delivery.id, 'x-event-type': delivery.type };
    // Whoever receives it lives in real time, which does not leap.
    const t = Math.floor(clock.real() / 1000);
    const head = `${t}.${SIGNED.join(' ')}.${Object.values(headers).join('.')}`;
    const key = faults.has('webhook-bad-signature') ? `not-${secret}` : secret;
    const mark = await sign(key, `${head}.${delivery.body}`);
    delivery.tries += 1;
    const request: RequestInit = {
      method: 'POST',
      headers: { ...headers, 'x-hook0-signature': `t=${t},h=${SIGNED.join(' ')},v1=${mark}` },
      body: delivery.body,
      redirect: 'manual',
      signal: AbortSignal.timeout(10_000),
    };
    const isTaken = await Promise.resolve()
      .then(() => send(url, request))
      .then(async (answer) => {
        await answer.body?.cancel();
        return answer.ok;
      })
      .catch(() => false);
    if (isTaken || delivery.tries >= MOST_TRIES) return;
    waiting.push({ ...delivery, due: clock.now() + RETRY_MS * 2 ** (delivery.tries - 1) });
  };

  const flush = async (): Promise<void> => {
    const due = waiting.filter((delivery) => delivery.due <= clock.now());
    waiting = waiting.filter((delivery) => delivery.due > clock.now());
    for (const delivery of due) await deliver(delivery);
  };
  let last = Promise.resolve();

  return {
    look(orders) {
      // The list is newest first; what happened first is told first.
      for (const order of [...orders].reverse()) observe(order);
      last = last.then(flush);
      return last;
    },
    clear() {
      told.clear();
      waiting = [];
      held = [];
    },
  };
};
