// The demo's own routes under /demo: the test wallet and the simulator's faults. For the page's drawer and for journeys;
// the button knows none of them, and a partner's site has none.
import { Hono } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import { HTTPException } from 'hono/http-exception';
import * as z from 'zod/mini';
import type { Simulator } from '../src/simulator.ts';
import { RpcError } from './chain/chain.ts';
import { answers, troubles } from './wallet/view.ts';
import type { TestWallet } from './wallet/wallet.ts';

/** What the drawer may do to the simulator. */
type SimulatorControls = Pick<Simulator, 'faults' | 'advance' | 'reset'>;

const schemas = {
  rpc: z.object({ method: z.string(), params: z.optional(z.array(z.unknown())) }),
  mode: z.object({ mode: z.enum(answers) }),
  trouble: z.object({ name: z.enum(troubles), on: z.boolean() }),
  answer: z.object({ id: z.int(), approve: z.boolean() }),
  fault: z.object({ name: z.string(), on: z.boolean() }),
  advance: z.object({ ms: z.int().check(z.positive()) }),
};

const refuse = (status: 400 | 403 | 415, message: string): Response =>
  Response.json({ code: 'refused', message }, { status });

/**
 * Same-origin JSON only: another site open in the same browser must not press the wallet's buttons. A Host that is not
 * this machine's is refused, because a name can be pointed at 127.0.0.1 (DNS rebinding).
 */
const trusted = (request: Request): Response | undefined => {
  const { hostname, origin } = new URL(request.url);
  if (hostname !== 'localhost' && hostname !== '127.0.0.1') return refuse(403, 'This server is for this machine only.');
  const from = request.headers.get('origin');
  const site = request.headers.get('sec-fetch-site');
  if ((from && from !== origin) || (site && site !== 'same-origin' && site !== 'none')) {
    return refuse(403, 'These routes are for the demo page only.');
  }
  if (request.method === 'POST' && !request.headers.get('content-type')?.startsWith('application/json')) {
    return refuse(415, 'Send JSON.');
  }
  return undefined;
};

/** The routes under /demo. */
export const createControls = (wallet: TestWallet, simulator: SimulatorControls): Hono => {
  const app = new Hono().basePath('/demo');
  app.use('*', bodyLimit({ maxSize: 64 * 1024 }), async (context, next) => {
    const no = trusted(context.req.raw);
    if (no) return no;
    await next();
    context.header('Cache-Control', 'no-store');
    return undefined;
  });

  const post = <S extends keyof typeof schemas>(
    path: string,
    schema: S,
    act: (body: z.infer<(typeof schemas)[S]>) => unknown,
  ): void => {
    app.post(path, async (context) => {
      const body = schemas[schema].safeParse(await context.req.json().catch(() => undefined));
      if (!body.success) return refuse(400, z.prettifyError(body.error));
      return context.json((await act(body.data as z.infer<(typeof schemas)[S]>)) ?? {});
    });
  };

  app.get('/wallet', (context) => context.json(wallet.view()));
  app.get('/wallet/requests/:id', (context) => {
    const request = wallet.request(Number(context.req.param('id')));
    return request ? context.json(request) : context.json({ code: 'not-found', message: 'No such request.' }, 404);
  });
  post('/wallet/rpc', 'rpc', async ({ method, params = [] }) => {
    try {
      return await wallet.call(method, params);
    } catch (error) {
      if (error instanceof RpcError) return { error: { code: error.code, message: error.message } };
      return { error: { code: -32603, message: 'The node could not be reached.' } };
    }
  });
  post('/wallet/mode', 'mode', ({ mode }) => {
    wallet.setMode(mode);
    return wallet.view();
  });
  post('/wallet/trouble', 'trouble', async ({ name, on }) => {
    await wallet.setTrouble(name, on);
    return wallet.view();
  });
  post('/wallet/answer', 'answer', async ({ id, approve }) => {
    await wallet.answer(id, approve);
    return wallet.view();
  });

  app.get('/faults', (context) => context.json(simulator.faults.list()));
  post('/faults', 'fault', ({ name, on }) => {
    const fault = simulator.faults.list().find((known) => known.name === name);
    if (!fault) throw new HTTPException(400, { res: refuse(400, `There is no fault "${name}".`) });
    simulator.faults.set(fault.name, on);
    return simulator.faults.list();
  });
  post('/advance', 'advance', ({ ms }) => simulator.advance(ms));
  app.post('/reset', async (context) => {
    simulator.reset();
    await wallet.reset();
    return context.json(wallet.view());
  });
  return app;
};
