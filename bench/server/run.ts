// `npm run bench:server`: one process of the kit over loopback, with the simulator behind it, under load. `-- --short` to try it.
// Ends with 1 where an answer was not the one expected, or the kit keeps memory that it should have given back.
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { Agent } from 'node:http';
import { availableParallelism, loadavg } from 'node:os';
import { fileURLToPath } from 'node:url';
import { BODY, makeSecret, SHOP } from '../../test/server/fixture.ts';
import { eventOf, signed } from '../../test/server/webhook-fixture.ts';
import { type Ask, hammer, listen, pace, type Result, type Stream } from './load.ts';
import { head, latencies, mb, note, rate, row, whole } from './report.ts';

const isShort = process.argv.includes('--short');
const MS = isShort ? 1_000 : 5_000;
const SALES = isShort ? 10 : 100;
const WATCHERS = isShort ? 100 : 1_000;
const STREAMS = isShort ? 100 : 1_000;
const ROUNDS = isShort ? 2 : 5;
const REQUESTS = isShort ? 5_000 : 100_000;
const CONNECTIONS = 32;
const POLL = 2_000;
/** Bytes a request that may be left after a collection: noise of the heap, not a leak. */
const NOISE = isShort ? 400 : 20;

interface Process<T> {
  url: string;
  ask(): Promise<T>;
  end(): void;
}

const begin = async <T>(name: string, ...argv: string[]): Promise<Process<T>> => {
  const file = fileURLToPath(new URL(name, import.meta.url));
  const child = fork(file, argv, { execArgv: ['--expose-gc'] });
  const [port] = await once(child, 'message');
  return {
    url: `http://127.0.0.1:${port}`,
    ask: async () => {
      child.send('ask');
      const [answer] = await once(child, 'message');
      return answer;
    },
    end: () => child.disconnect(),
  };
};

const secret = await makeSecret();
const x = Buffer.from(secret, 'base64').subarray(32).toString('base64url');
const coinbase = await begin<number>('./coinbase.ts', x);
const kit = await begin<{ rss: number; heapUsed: number }>('./kit.ts', coinbase.url, secret);
const faults: string[] = [];

/** One visitor. */
const as = (user: number): Record<string, string> => ({
  origin: SHOP,
  'x-user': `user-${user}`,
  'x-ip': `10.${user >> 16}.${(user >> 8) & 255}.${user & 255}`,
});
const mint = (user: number): Ask => ({
  method: 'POST',
  path: '/api/offramp/token',
  headers: { ...as(user), 'content-type': 'application/json' },
  body: JSON.stringify(BODY),
});

const expect = (name: string, { statuses }: Result, ...expected: number[]): void => {
  for (const status of statuses.keys()) if (!expected.includes(status)) faults.push(`${name}: an answer was ${status}`);
};

/** Runs a part and says how often Coinbase was asked meanwhile. */
const counted = async <T>(part: () => Promise<T>): Promise<[T, number]> => {
  const before = await coinbase.ask();
  const result = await part();
  return [result, (await coinbase.ask()) - before];
};

interface Sale {
  user: number;
  partnerUserRef: string;
  statusUrl: string;
  transactionId: string;
}

/** A sale with an order at Coinbase that waits for its transfer. */
const openSale = async (user: number): Promise<Sale> => {
  const { path, body, ...init } = mint(user);
  const minted = await fetch(kit.url + path, { ...init, ...(body && { body }) });
  const { token, partnerUserRef, statusUrl } = (await minted.json()) as Record<string, string>;
  const query = { sessionToken: `${token}`, partnerUserRef: `${partnerUserRef}`, redirectUrl: `${SHOP}/done` };
  const step = (to: string, form?: Record<string, string>) =>
    fetch(coinbase.url + to, { redirect: 'manual', ...(form && { method: 'POST', body: new URLSearchParams(form) }) });
  const opened = await step(
    `/v3/sell/input?${new URLSearchParams({ ...query, defaultAsset: 'USDC', defaultNetwork: 'base' })}`,
  );
  const visit = `${opened.headers.get('location')}`;
  await step(visit, { amount: '25', method: 'FIAT_WALLET' });
  await step(`${visit}/price`, {});
  const list = await fetch(kit.url + statusUrl, { headers: as(user) });
  const { transactions } = (await list.json()) as { transactions: { transaction_id: string }[] };
  const transactionId = transactions[0]?.transaction_id;
  if (transactionId === undefined) throw new Error('The simulator has no order.');
  return { user, partnerUserRef: `${partnerUserRef}`, statusUrl: `${statusUrl}`, transactionId };
};

const [load = 0] = loadavg();
console.log(
  `Node ${process.version}, ${availableParallelism()} processors, load ${load.toFixed(1)}${isShort ? ', short' : ''}`,
);
if (load > availableParallelism() / 2) console.log('This machine has other work; the figures are too low.');
const started = performance.now();
const sales = await Promise.all(Array.from({ length: SALES }, (_, user) => openSale(user)));
const saleOf = (count: number): Sale => sales[count % SALES] as Sale;
const status = (count: number): Ask => ({ path: saleOf(count).statusUrl, headers: as(saleOf(count).user) });

// Compiled and warm, before anything is measured.
await hammer(kit.url, { connections: CONNECTIONS, ms: MS / 2 }, status);
await hammer(kit.url, { connections: CONNECTIONS, ms: MS / 4 }, () => ({ path: '/bare' }));

console.log('');
head();
const bareGet = await hammer(kit.url, { connections: CONNECTIONS, ms: MS }, () => ({ path: '/bare' }));
row('a bare Hono route, GET', bareGet);
const [flatOut, looks] = await counted(() => hammer(kit.url, { connections: CONNECTIONS, ms: MS }, status));
row(
  `status of ${SALES} sales`,
  flatOut,
  `; ${whole(looks)} upstream; ${(rate(flatOut) / rate(bareGet)).toFixed(2)} of bare`,
);
expect('status', flatOut, 200);

const barePost = await hammer(kit.url, { connections: CONNECTIONS, ms: MS }, () => ({ ...mint(0), path: '/bare' }));
row('a bare Hono route, POST', barePost);
const beforeTokens = await kit.ask();
let users = SALES;
const [tokens, minted] = await counted(() =>
  hammer(kit.url, { connections: CONNECTIONS, ms: MS }, () => mint(users++)),
);
row(
  'tokens, each of another user',
  tokens,
  `; ${whole(minted)} upstream; ${(rate(tokens) / rate(barePost)).toFixed(2)} of bare`,
);
expect('tokens', tokens, 200);
const afterTokens = await kit.ask();

const [watched, polls] = await counted(() => pace(kit.url, { pages: WATCHERS, every: POLL, ms: 2 * MS }, status));
row(`${whole(WATCHERS)} watchers, each every 2 s`, watched, `; ${whole(polls)} upstream`);
expect('watchers', watched, 200);
const mostPolls = SALES * (Math.ceil(watched.took / POLL) + 1);
if (polls > mostPolls) faults.push(`watchers: ${polls} upstream calls, more than one per sale and 2 s (${mostPolls})`);

console.log('');
const agent = new Agent({ keepAlive: false, maxSockets: Infinity });
const opening = performance.now();
const beforeStreams = await kit.ask();
const [streams] = await counted(() =>
  Promise.all(
    Array.from({ length: STREAMS }, (_, count) =>
      listen(agent, kit.url, { ...status(count), path: `${saleOf(count).statusUrl}/events` }),
    ),
  ),
);
note(`${whole(STREAMS)} event streams`, `open, each with its first event, in ${whole(performance.now() - opening)} ms`);
const withStreams = await kit.ask();
note('', `${mb(withStreams.heapUsed - beforeStreams.heapUsed)} of heap more, RSS ${mb(withStreams.rss)}`);

/** Coinbase says something new of every sale; resolves when each stream has heard it, or after ten seconds. */
const playRound = async (): Promise<number[]> => {
  const had = streams.map(({ events }) => events);
  const sentAt = new Map<Sale, number>();
  let next = 0;
  await hammer(kit.url, { connections: 8, most: SALES }, () => {
    const sale = saleOf(next++);
    const { partnerUserRef, transactionId } = sale;
    const event = signed(eventOf({ partnerUserRef, transactionId, updatedAt: new Date().toISOString() }));
    sentAt.set(sale, performance.now());
    return { method: 'POST', path: '/api/offramp/webhook', headers: event.headers, body: event.body };
  });
  const until = performance.now() + 10_000;
  const isBehind = (stream: Stream, at: number): boolean => stream.events <= (had[at] ?? 0);
  while (streams.some(isBehind) && performance.now() < until) await new Promise((resolve) => setTimeout(resolve, 5));
  if (streams.some(isBehind)) faults.push(`streams: ${streams.filter(isBehind).length} did not hear of a webhook`);
  return streams.map(({ at }, count) => at - (sentAt.get(saleOf(count)) ?? at));
};
const [heard, asked] = await counted(async () => {
  const times: number[] = [];
  for (let round = 0; round < ROUNDS; round++) times.push(...(await playRound()));
  return times;
});
note(
  'from webhook to stream',
  `${whole(heard.length)} events, p50 p90 p99 ms${latencies(heard)}; ${whole(asked)} upstream`,
);
for (const stream of streams) stream.close();
await new Promise((resolve) => setTimeout(resolve, 500));
const afterStreams = await kit.ask();
note('after they left', `${mb(afterStreams.heapUsed - beforeStreams.heapUsed)} of heap more than before they came`);

/** What a site is asked all day: mostly status, some lists, some that are refused. */
const mixed = (count: number): Ask => {
  const { statusUrl, user } = saleOf(count);
  const others: Ask[] = [
    { path: '/api/offramp/config', headers: as(user) },
    { path: statusUrl, headers: as(user + 1) },
    { path: statusUrl, headers: { origin: SHOP } },
    { ...mint(user), headers: { ...as(user), 'content-type': 'text/plain' } },
    { path: `${statusUrl}/claim`, method: 'DELETE', headers: as(user) },
  ];
  return others[count % 10] ?? status(count);
};
console.log('');
await hammer(kit.url, { connections: CONNECTIONS, most: REQUESTS / 10 }, mixed);
const heaps = [(await kit.ask()).heapUsed];
const all: Result = { times: [], statuses: new Map(), took: 0 };
for (let part = 0; part < 4; part++) {
  const result = await hammer(kit.url, { connections: CONNECTIONS, most: REQUESTS / 4 }, mixed);
  all.times.push(...result.times);
  all.took += result.took;
  for (const [code, count] of result.statuses) all.statuses.set(code, (all.statuses.get(code) ?? 0) + count);
  heaps.push((await kit.ask()).heapUsed);
}
head();
row(`${whole(REQUESTS)} requests of many kinds`, all);
expect('mixed', all, 200, 204, 401, 404, 415);
const [first = 0] = heaps;
const left = ((heaps.at(-1) ?? 0) - first) / REQUESTS;
note('heap before, and after each quarter', `${heaps.map(mb).join(', ')}: ${left.toFixed(1)} bytes a request`);
if (left > NOISE) faults.push(`${left.toFixed(0)} bytes of heap are left of every request`);
const kept = (afterTokens.heapUsed - beforeTokens.heapUsed) / tokens.times.length;
note('kept of each sale by the store in memory', `${whole(kept)} bytes of heap`);
note('memory at the end', `RSS ${mb((await kit.ask()).rss)}`);

console.log(
  `\n${((performance.now() - started) / 1000).toFixed(0)} s. ${faults.length ? faults.join('\n') : 'Every answer was as expected.'}`,
);
kit.end();
coinbase.end();
process.exitCode = faults.length ? 1 : 0;
