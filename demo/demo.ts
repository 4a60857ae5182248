// Starts the whole demo in this process and stops it again: chain, simulator, partner's site. Knows how they are wired;
// prints nothing, so that journeys can start it too.
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import { setInterval } from 'node:timers/promises';
import { getRequestListener } from '@hono/node-server';
import { findAsset } from '../src/assets.ts';
import type { OfframpLimits } from '../src/server.ts';
import { createSimulator, type Simulator } from '../src/simulator.ts';
import { type DemoChain, startChain } from './chain/chain.ts';
import { createControls } from './control.ts';
import { type ApiKey, createApiKey } from './key.ts';
import { createPartner } from './partner.ts';
import { findPorts } from './ports.ts';
import { createTestWallet, type TestWallet } from './wallet/wallet.ts';

/** A demo that runs against the simulator. */
export interface SimulatedDemo {
  /** The partner's page. */
  url: string;
  simulatorUrl: string;
  chainUrl: string;
  simulator: Simulator;
  chain: DemoChain;
  wallet: TestWallet;
  /** Ends all of it; resolves when the ports are free and the chain's process is gone. */
  stop(): Promise<void>;
}

/** A demo that talks to Coinbase itself: no simulator, no chain, no test wallet. */
export interface CoinbaseDemo {
  url: string;
  stop(): Promise<void>;
}

interface DemoOptions {
  port?: number;
  /** Whether a reload of the page shows what was changed in the source meanwhile. */
  watch?: boolean;
  /** The kit's own where left out; for races, which sell faster than a person. */
  limits?: OfframpLimits;
}

const DEFAULT_PORT = 4400;
/** Milliseconds between two looks of the simulated Coinbase at the chain: it has no timer of its own. */
const LOOK_EVERY = 1_000;

/** Does what was put on it, last first, and goes on where one fails. */
const createUndo = () => {
  const steps: (() => Promise<void>)[] = [];
  return {
    add: (step: () => Promise<void>): number => steps.push(step),
    async all(): Promise<void> {
      const failures: unknown[] = [];
      for (let step = steps.pop(); step; step = steps.pop()) await step().catch((error) => failures.push(error));
      if (failures.length > 0) throw new AggregateError(failures, 'The demo could not be stopped cleanly.');
    },
  };
};

const listen = async (listener: RequestListener, port: number): Promise<() => Promise<void>> => {
  const server = createServer(listener).listen(port, '127.0.0.1');
  await once(server, 'listening');
  return async () => {
    const closed = once(server, 'close');
    server.close();
    server.closeAllConnections();
    await closed;
  };
};

const originsOf = (port: number): string[] => [`http://localhost:${port}`, `http://127.0.0.1:${port}`];

/** Requests under one of these paths go to their own listener, all others to the page. */
const route =
  (page: RequestListener, under: Record<string, RequestListener>): RequestListener =>
  (request, response) => {
    const [path = '/'] = (request.url ?? '/').split('?');
    const prefix = Object.keys(under).find((start) => path === start || path.startsWith(`${start}/`));
    return (prefix === undefined ? page : (under[prefix] ?? page))(request, response);
  };

/** Lets the simulator see transfers, and tell of them by webhook, though nobody asks. */
const keepLooking = ({ settle }: Pick<Simulator, 'settle'>): (() => Promise<void>) => {
  const stop = new AbortController();
  const look = async (): Promise<void> => {
    for await (const _ of setInterval(LOOK_EVERY, undefined, { signal: stop.signal })) await settle().catch(() => {});
  };
  const looking = look().catch(() => {});
  return () => {
    stop.abort();
    return looking;
  };
};

/**
 * Starts page, simulator and chain on 127.0.0.1: `port` and the two after it, or any three free ones for 0.
 * @throws Error with one sentence for a person, when a port is taken or the chain does not start.
 */
export const startDemo = async ({
  port = DEFAULT_PORT,
  watch = false,
  limits,
}: DemoOptions = {}): Promise<SimulatedDemo> => {
  const [pagePort = 0, simulatorPort = 0, chainPort = 0] = await findPorts(port, 3);
  const undo = createUndo();
  try {
    const key = createApiKey();
    const simulatorUrl = `http://127.0.0.1:${simulatorPort}`;
    const origins = originsOf(pagePort);
    const webhookSecret = randomUUID();

    const chain = await startChain(chainPort);
    undo.add(chain.stop);
    const simulator = createSimulator({
      keys: { [key.id]: key.publicJwk },
      chains: { base: chain.url },
      allowedRedirects: origins,
      webhooks: { url: `http://127.0.0.1:${pagePort}/api/offramp/webhook`, secret: webhookSecret },
    });
    undo.add(await listen(getRequestListener(simulator.fetch), simulatorPort));

    const wallet = createTestWallet(chain);
    const controls = createControls(wallet, simulator);
    const partner = await createPartner({
      port: pagePort,
      origins,
      key,
      coinbase: simulatorUrl,
      webhookSecret,
      watch,
      passing: port === 0,
      limits,
      setup: { mode: 'simulated', payOrigin: simulatorUrl, rpcUrl: chain.url, usdc: chain.usdc },
    });
    undo.add(partner.stop);
    const control = getRequestListener(controls.fetch);
    const listener = route(partner.page, {
      '/api/offramp': getRequestListener(partner.backend),
      '/demo/wallet': control,
      '/demo/faults': control,
      '/demo/advance': control,
      '/demo/reset': control,
    });
    undo.add(await listen(listener, pagePort));
    undo.add(keepLooking(simulator));

    return {
      url: `http://localhost:${pagePort}`,
      simulatorUrl,
      chainUrl: chain.url,
      simulator,
      chain,
      wallet,
      stop: undo.all,
    };
  } catch (error) {
    await undo.all();
    throw error;
  }
};

/**
 * Starts the page alone, with a key of Coinbase's: sales made on it are real.
 * @throws Error with one sentence for a person, when the port is taken.
 */
export const startAtCoinbase = async (
  options: DemoOptions & { key: Pick<ApiKey, 'id' | 'secret'> },
): Promise<CoinbaseDemo> => {
  const { port: wanted = DEFAULT_PORT, watch = false, key } = options;
  const [port = 0] = await findPorts(wanted, 1);
  const undo = createUndo();
  try {
    const usdc = findAsset('USDC', 'base')?.token ?? undefined;
    const partner = await createPartner({
      port,
      origins: originsOf(port),
      key,
      watch,
      passing: wanted === 0,
      setup: { mode: 'coinbase', ...(usdc && { usdc }) },
    });
    undo.add(partner.stop);
    undo.add(await listen(route(partner.page, { '/api/offramp': getRequestListener(partner.backend) }), port));
    return { url: `http://localhost:${port}`, stop: undo.all };
  } catch (error) {
    await undo.all();
    throw error;
  }
};
