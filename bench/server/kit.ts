// The process that is measured: the kit on a loopback port, and bare Hono routes beside it to compare with.
// Knows Node's process; does not know what is asked of it.
import { serve } from '@hono/node-server';
import { Hono } from 'hono';
import { createOfframpHandler } from '../../src/server.ts';
import { SECRET, SHOP } from '../../test/server/fixture.ts';
import { WEBHOOK_SECRET } from '../../test/server/webhook-fixture.ts';

const [coinbase = '', apiKeySecret = ''] = process.argv.slice(2);

const kit = createOfframpHandler({
  apiKeyId: 'key-1',
  apiKeySecret,
  origins: [SHOP],
  authorize: (request) => request.headers.get('x-user'),
  // Each visitor of the load has an address of its own, so that no limit is measured.
  clientIp: (request) => request.headers.get('x-ip') ?? '',
  secret: SECRET,
  webhookSecret: WEBHOOK_SECRET,
  coinbase,
});

/** As large as a status answer with one order. */
const answer = { transactions: [{ text: 'x'.repeat(700) }], now: '' };
const bare = new Hono()
  .get('/bare', (c) => c.json({ ...answer, now: new Date().toISOString() }))
  .post('/bare', async (c) => c.json({ ...answer, sale: ((await c.req.json()) as { saleId: string }).saleId }));

serve(
  {
    fetch: (request) => (new URL(request.url).pathname === '/bare' ? bare.fetch(request) : kit(request)),
    hostname: '127.0.0.1',
    port: 0,
  },
  ({ port }) => process.send?.(port),
);

process.on('message', () => {
  globalThis.gc?.();
  const { rss, heapUsed } = process.memoryUsage();
  process.send?.({ rss, heapUsed });
});
process.once('disconnect', () => process.exit());
