// The simulator as a process of its own, so that its work is not taken for the kit's. Counts what the kit asks it.
import { serve } from '@hono/node-server';
import { createSimulator } from '../../src/simulator.ts';
import { SHOP } from '../../test/server/fixture.ts';

const [x = ''] = process.argv.slice(2);
const simulator = createSimulator({
  keys: { 'key-1': { kty: 'OKP', crv: 'Ed25519', x } },
  chains: {},
  allowedRedirects: [SHOP],
});
let asked = 0;

serve(
  {
    fetch: (request) => {
      if (request.headers.has('authorization')) asked += 1;
      return simulator.fetch(request);
    },
    hostname: '127.0.0.1',
    port: 0,
  },
  ({ port }) => process.send?.(port),
);

process.on('message', () => process.send?.(asked));
process.once('disconnect', () => process.exit());
