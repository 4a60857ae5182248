// The partner's backend over a network that loses, delays, repeats and reorders: sessions, lists, and claims by the server kit's
// own rules. Knows HTTP as the backend door uses it; does not know pages.
import { type claimRelease, type claimRequest, parseList, type tokenRequest } from '../../src/schema.ts';
import { createClaims } from '../../src/server/claims.ts';
import { makeInstruction } from '../../src/server/instruction.ts';
import { Refusal } from '../../src/server/refusal.ts';
import { createMemoryStore } from '../../src/server/store.ts';
import type { Agenda, Due, Owner } from './agenda.ts';
import type { Coinbase } from './coinbase.ts';
import { openStream } from './stream.ts';

export type Verb = 'session' | 'list' | 'events' | 'claim' | 'report' | 'release';

/** What happens to one request. */
export type NetFault =
  | 'request lost'
  | 'request late'
  | 'answer lost'
  | 'answer delayed'
  | 'answer late'
  | 'request duplicated'
  | 'requests reordered'
  | 'old answer repeated'
  | 'network error'
  | 'status 500'
  | 'status 429'
  | 'status 503 with a pause'
  | 'status 403'
  | 'status 404'
  | 'answer malformed'
  | 'another instruction';

export interface BackendOptions {
  hasClaims: boolean;
  tellsTime: boolean;
  /** It tells what changes in a stream, too. */
  hasEvents: boolean;
  /** One reference for all sales of the person, as where two devices show one order; otherwise the sale's own id. */
  isShared: boolean;
}

export interface Answer {
  status: number;
  body: unknown;
  retryAfter?: string;
}

/** What the network and the backend tell those who watch. */
export interface BackendWatch {
  /** Somebody's plan for the next request of this kind, taken up. */
  faultFor(verb: Verb): NetFault | undefined;
  onSent(verb: Verb, tab: Owner): void;
  /** An answer has reached its page. */
  onDelivered(verb: Verb, tab: Owner, answer: Answer, askedAt: number): void;
}

export interface Backend {
  fetchFor(tab: Owner): typeof fetch;
  /** The time limit of the request that follows, in virtual time. */
  limitFor(tab: Owner): (ms: number) => AbortSignal;
}

const ORIGIN = 'https://shop.example';
const TRAVEL = 20;
const HELD_BACK = 1_500;
const DELAY = 4_000;
const TOO_LONG = 25_000;
const REPEAT = 3_000;

const BROKEN: Partial<Record<NetFault, Answer>> = {
  'status 500': { status: 500, body: { code: 'broken', message: '' } },
  'status 429': { status: 429, body: { code: 'busy', message: '' }, retryAfter: '2' },
  'status 503 with a pause': { status: 503, body: undefined, retryAfter: '5' },
  'status 403': { status: 403, body: { code: 'no', message: '' } },
  'status 404': { status: 404, body: { code: 'no', message: '' } },
  'answer malformed': { status: 200, body: { transactions: 'none', token: 7, instruction: [] } },
};

/** What the backend door reads of a response, and nothing else. */
const responseOf = ({ status, body, retryAfter }: Answer): Response =>
  ({
    ok: status >= 200 && status < 300,
    status,
    headers: { get: (name: string) => (name === 'retry-after' ? (retryAfter ?? null) : null) },
    text: async () => (body === undefined ? '' : JSON.stringify(body)),
  }) as unknown as Response;

const verbOf = (method: string, path: string): Verb => {
  if (path === '/token') return 'session';
  if (method === 'GET') return path.endsWith('/events') ? 'events' : 'list';
  if (method === 'POST') return 'claim';
  return method === 'PATCH' ? 'report' : 'release';
};

export const createBackendSide = (
  agenda: Agenda,
  coinbase: Coinbase,
  options: BackendOptions,
  watch: BackendWatch,
): Backend => {
  const claims = createClaims(createMemoryStore(() => agenda.now));
  const limits = new WeakMap<Owner, Due>();
  const lastLists = new Map<string, Answer>();

  const now = () => new Date(agenda.now).toISOString();

  const openSession = ({ saleId }: Zod<typeof tokenRequest>): Answer => {
    const reference = options.isShared ? 'person' : saleId;
    const path = `/sales/${reference}`;
    return {
      status: 200,
      body: {
        token: `token-${saleId}`,
        partnerUserRef: reference,
        statusUrl: path,
        ...(options.hasClaims ? { claimUrl: `${path}/claim` } : {}),
        ...(options.hasEvents ? { eventsUrl: `${path}/events` } : {}),
        ...(options.tellsTime ? { now: now() } : {}),
      },
    };
  };

  const grant = async (reference: string, wanted: Zod<typeof claimRequest>): Promise<Answer> => {
    const { transactionId, ...claimant } = wanted;
    await claims.check(reference, claimant, transactionId);
    const list = parseList({ transactions: coinbase.list(reference) });
    const record = list?.transactions.find(({ transaction_id }) => transaction_id === transactionId);
    return {
      status: 200,
      body: { instruction: await claims.grant(reference, claimant, makeInstruction(record, agenda.now)) },
    };
  };

  const listed = (reference: string) => ({
    transactions: coinbase.list(reference),
    ...(options.tellsTime ? { now: now() } : {}),
  });

  /** The stream tells what is news, with the time at which it was. */
  const streamFor = (tab: Owner, reference: string, fault: NetFault | undefined, signal: RequestInit['signal']) => {
    let known = '';
    let said = '';
    const list = () => {
      const transactions = JSON.stringify(coinbase.list(reference));
      if (transactions !== known) said = JSON.stringify(listed(reference));
      known = transactions;
      return said;
    };
    const old = fault === 'old answer repeated' ? lastLists.get(reference)?.body : undefined;
    const first = fault === 'answer malformed' ? '{"transactions":7}' : old ? JSON.stringify(old) : undefined;
    const delay = fault === 'answer late' ? TOO_LONG : fault === 'answer delayed' ? DELAY : TRAVEL;
    const onTold = (text: string) =>
      watch.onDelivered('events', tab, { status: 200, body: JSON.parse(text) }, agenda.now);
    return openStream({ agenda, tab, list, first, delay, onTold, signal });
  };

  const serve = async (verb: Verb, reference: string, body: unknown): Promise<Answer> => {
    try {
      if (verb === 'session') return openSession(body as Zod<typeof tokenRequest>);
      if (verb === 'list') return { status: 200, body: listed(reference) };
      if (verb === 'claim') return await grant(reference, body as Zod<typeof claimRequest>);
      if (verb === 'report') await claims.report(reference, (body as { txHash: string }).txHash);
      else await claims.release(reference, (body as Zod<typeof claimRelease> | undefined)?.holder);
      return { status: 204, body: undefined };
    } catch (cause) {
      if (cause instanceof Refusal) return { status: cause.status, body: { code: cause.code, message: cause.message } };
      throw cause;
    }
  };

  const swapped = (answer: Answer): Answer => {
    const { instruction } = (answer.body ?? {}) as { instruction?: object };
    return instruction ? { ...answer, body: { instruction: { ...instruction, to: `0x${'de'.repeat(20)}` } } } : answer;
  };

  return {
    limitFor: (tab) => (ms) => {
      const limit = new AbortController();
      limits.set(
        tab,
        agenda.after(ms, () => limit.abort(new DOMException('too long', 'TimeoutError')), tab),
      );
      return limit.signal;
    },

    fetchFor: (tab) => {
      const exchange = (url: string, init: RequestInit) =>
        new Promise<Response>((resolve, reject) => {
          const limit = limits.get(tab);
          if (!tab.isAlive) return;
          const { pathname } = new URL(url, ORIGIN);
          const verb = verbOf(init.method ?? 'GET', pathname);
          const reference = pathname.split('/')[2] ?? '';
          const body: unknown = init.body ? JSON.parse(String(init.body)) : undefined;
          const fault = watch.faultFor(verb);
          const askedAt = agenda.now;
          watch.onSent(verb, tab);

          const deliver = (answer: Answer) => {
            if (limit) agenda.cancel(limit);
            // What is not waited for any more reaches nobody.
            if (init.signal?.aborted) return;
            watch.onDelivered(verb, tab, answer, askedAt);
            resolve(responseOf(answer));
          };
          const arrive = async () => {
            if (verb === 'events') {
              if (fault !== 'answer lost')
                agenda.after(TRAVEL, () => resolve(streamFor(tab, reference, fault, init.signal)), tab);
              return;
            }
            const known = lastLists.get(reference);
            const fresh = await serve(verb, reference, body);
            if (verb === 'list') lastLists.set(reference, fresh);
            let answer = fault === 'old answer repeated' && known ? known : fresh;
            if (fault === 'another instruction') answer = swapped(answer);
            if (fault === 'answer lost') return;
            const travel = fault === 'answer delayed' ? DELAY : fault === 'answer late' ? TOO_LONG : TRAVEL;
            agenda.after(travel, () => deliver(answer), tab);
          };

          const broken = fault && BROKEN[fault];
          if (fault === 'request lost') return;
          if (fault === 'network error') {
            agenda.after(TRAVEL, () => reject(new TypeError('Failed to fetch')), tab);
          } else if (broken) {
            agenda.after(2 * TRAVEL, () => deliver(broken), tab);
          } else {
            // Once it has left, a request arrives, even when its page is gone by then.
            const way = fault === 'requests reordered' ? HELD_BACK : fault === 'request late' ? TOO_LONG : TRAVEL;
            agenda.after(way, () => void arrive());
            if (fault === 'request duplicated' && verb !== 'events') {
              agenda.after(REPEAT, () => void serve(verb, reference, body));
            }
          }
        });
      return ((url: string, init: RequestInit) => exchange(url, init)) as typeof fetch;
    },
  };
};

/** What a schema of the contract lets through. */
type Zod<T extends { _zod: { output: unknown } }> = T['_zod']['output'];
