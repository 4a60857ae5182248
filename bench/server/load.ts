// Loads a server over kept connections: as fast as it answers, or at a pace. Measures; does not know what is asked.
import { Agent, type ClientRequest, type IncomingMessage, request } from 'node:http';
import { setTimeout as pause } from 'node:timers/promises';

/** One request. */
export interface Ask {
  method?: string;
  path: string;
  headers?: Record<string, string>;
  body?: string;
}

/** What came of many requests: milliseconds of each, and how many had which status. */
export interface Result {
  times: number[];
  statuses: Map<number, number>;
  /** Milliseconds from the first to the last. */
  took: number;
}

const open = (agent: Agent, base: string, { method = 'GET', path, headers = {}, body }: Ask): ClientRequest =>
  request(new URL(path, base), { agent, method, headers }).end(body);

const drain = (answer: IncomingMessage): Promise<number> =>
  new Promise((resolve, reject) => {
    answer.on('end', () => resolve(answer.statusCode ?? 0)).on('error', reject);
    answer.resume();
  });

const send = (agent: Agent, base: string, ask: Ask): Promise<number> =>
  new Promise((resolve, reject) => {
    open(agent, base, ask)
      .on('response', (answer) => drain(answer).then(resolve, reject))
      .on('error', reject);
  });

const measure = async (result: Result, agent: Agent, base: string, ask: Ask): Promise<void> => {
  const began = performance.now();
  const status = await send(agent, base, ask);
  result.times.push(performance.now() - began);
  result.statuses.set(status, (result.statuses.get(status) ?? 0) + 1);
};

const run = async (
  lanes: number,
  lane: (result: Result, agent: Agent, at: number) => Promise<void>,
): Promise<Result> => {
  const agent = new Agent({ keepAlive: true, maxSockets: lanes });
  const result: Result = { times: [], statuses: new Map(), took: 0 };
  const began = performance.now();
  await Promise.all(Array.from({ length: lanes }, (_, at) => lane(result, agent, at)));
  result.took = performance.now() - began;
  agent.destroy();
  return result;
};

/** So many connections, each asking again as soon as it is answered, until the time or the number is over. */
export const hammer = (
  base: string,
  { connections, ms = Infinity, most = Infinity }: { connections: number; ms?: number; most?: number },
  next: (count: number) => Ask,
): Promise<Result> => {
  let count = 0;
  const until = performance.now() + ms;
  return run(connections, async (result, agent) => {
    while (performance.now() < until && count < most) await measure(result, agent, base, next(count++));
  });
};

/** So many pages, each asking every `every` milliseconds, begun evenly over the first of those spans. */
export const pace = (
  base: string,
  { pages, every, ms }: { pages: number; every: number; ms: number },
  next: (page: number) => Ask,
): Promise<Result> => {
  const began = performance.now();
  return run(pages, async (result, agent, page) => {
    for (let due = (page / pages) * every; due < ms; due += every) {
      await pause(Math.max(began + due - performance.now(), 0));
      await measure(result, agent, base, next(page));
    }
  });
};

/** An open event stream. */
export interface Stream {
  /** How many events have come. */
  events: number;
  /** When the newest came, by `performance.now()`. */
  at: number;
  close(): void;
}

/** Opens one, and resolves with its first event. */
export const listen = (agent: Agent, base: string, ask: Ask): Promise<Stream> =>
  new Promise((resolve, reject) => {
    const asked = open(agent, base, { ...ask, headers: { ...ask.headers, accept: 'text/event-stream' } });
    const stream: Stream = { events: 0, at: 0, close: () => void asked.destroy() };
    asked.on('error', reject).on('response', (answer) => {
      if (answer.statusCode !== 200) reject(new Error(`A stream was answered ${answer.statusCode}.`));
      answer
        .on('error', () => {})
        .on('data', (chunk: Buffer) => {
          const found = chunk.toString().match(/^data:/gm)?.length ?? 0;
          if (found === 0) return;
          stream.events += found;
          stream.at = performance.now();
          resolve(stream);
        });
    });
  });
