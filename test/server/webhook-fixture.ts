// Coinbase's webhooks as the kit's tests send them, signed with node:crypto rather than with the kit's own code.
import { createHmac, randomUUID } from 'node:crypto';

export const WEBHOOK_SECRET = '6f1e3a52-0c77-4d0b-9a53-1f2a3b4c5d6e';

/** An event's body as Coinbase serialises it: flat, camelCase. */
export const eventOf = (changes: Record<string, unknown> = {}): Record<string, unknown> => ({
  eventType: 'offramp.transaction.updated',
  transactionId: 'order-1',
  status: 'TRANSACTION_STATUS_STARTED',
  asset: 'USDC',
  network: 'base',
  sellAmount: { value: '25', currency: 'USDC' },
  total: { value: '24.75', currency: 'USD' },
  txHash: '',
  createdAt: '2026-08-11T15:00:00.000Z',
  updatedAt: '2026-08-11T15:00:30.000Z',
  ...changes,
});

interface Signing {
  secret?: string;
  /** Seconds since the epoch. */
  t?: number;
  id?: string;
  /** Names of the headers that are signed. */
  h?: string;
}

/** The request's body and headers, signed as docs.cdp.coinbase.com/webhooks/verify-signatures says. */
export const signed = (event: unknown, { secret = WEBHOOK_SECRET, t, id = randomUUID(), h }: Signing = {}) => {
  const body = typeof event === 'string' ? event : JSON.stringify(event);
  const time = t ?? Math.floor(Date.now() / 1000);
  const names = h ?? 'content-type x-event-id x-event-type';
  const headers: Record<string, string> = {
    'content-type': 'application/json',
    'x-event-id': id,
    'x-event-type': 'offramp.transaction.updated',
    'x-hook0-id': id,
  };
  const values = names.split(' ').map((name) => headers[name]);
  const mark = createHmac('sha256', secret)
    .update(`${time}.${names}.${values.join('.')}.${body}`)
    .digest('hex');
  headers['x-hook0-signature'] = `t=${time},v0=${'0'.repeat(64)},h=${names},v1=${mark}`;
  return { body, headers };
};
