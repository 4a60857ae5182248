// One machine of a site that has many: a kit behind Node's http, on a Redis that all share. Started by the tests as a process.
// Its Coinbase is the address it is given. Does not know how many machines there are.
import { serve } from '@hono/node-server';
import { createClient } from '@redis/client';
import { createOfframpHandler, createRedisStore } from '../../src/server.ts';
import { SECRET, SHOP } from './fixture.ts';
import { WEBHOOK_SECRET } from './webhook-fixture.ts';

const [redis = '', coinbase = '', apiKeySecret = ''] = process.argv.slice(2);

const client = createClient({ url: redis, socket: { reconnectStrategy: 50 } });
client.on('error', () => {});
await client.connect();

const handler = createOfframpHandler({
  apiKeyId: 'key-1',
  apiKeySecret,
  origins: [SHOP],
  authorize: (request) => request.headers.get('x-user'),
  clientIp: () => '203.0.113.7',
  secret: SECRET,
  webhookSecret: WEBHOOK_SECRET,
  store: createRedisStore(client),
  coinbase,
});
serve({ fetch: handler, hostname: '127.0.0.1', port: 0 }, ({ port }) => process.send?.(port));
process.once('disconnect', () => process.exit());
