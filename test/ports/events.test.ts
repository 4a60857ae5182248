// The door of a sale's events: what a stream may say, and every way in which it ends.
import { expect } from 'chai';
import { OfframpError } from '../../src/errors.ts';
import { createBackend } from '../../src/ports/backend.ts';
import { createEventReader, createEvents } from '../../src/ports/events.ts';
import type { SaleList } from '../../src/schema.ts';
import { record } from '../fixtures/orders.ts';

const event = (value: unknown): string => `data: ${JSON.stringify(value)}\n\n`;
const LIST = { transactions: [{ ...record(), status: 'TRANSACTION_STATUS_STARTED' }], now: '2026-01-15T12:00:00Z' };

const dataOf = (...pieces: string[]): string[] => {
  const found: string[] = [];
  const read = createEventReader((data) => found.push(data));
  for (const piece of pieces) read(piece);
  return found;
};

describe('the reader of events', () => {
  for (const [name, end] of Object.entries({ LF: '\n', CRLF: '\r\n', CR: '\r' })) {
    it(`reads lines that end in ${name}, in whatever pieces they come`, () => {
      const text = [': hello', '', 'id: 7', 'event: status', 'data: one', 'data:two', '', 'data: three', '', ''].join(
        end,
      );
      // What follows a lone CR at the end decides what it was.
      const whole = [...text, ':'];
      expect(dataOf(text, ':')).to.deep.equal(['one\ntwo', 'three']);
      expect(dataOf(...whole)).to.deep.equal(['one\ntwo', 'three']);
    });
  }

  it('takes no event that has not ended, and none without data', () => {
    expect(dataOf('data: one\n')).to.deep.equal([]);
    expect(dataOf('event: ping\n\n', 'id: 1\n\n', '\n\n')).to.deep.equal([]);
  });

  it('takes no field that only begins like data', () => {
    expect(dataOf('database: one\n\n')).to.deep.equal([]);
    expect(dataOf('data\n\n')).to.deep.equal(['']);
  });

  it('gives up on an event without an end', () => {
    const read = createEventReader(() => {});
    expect(() => {
      for (let lines = 0; lines < 2000; lines += 1) read(`data: ${'x'.repeat(1000)}\n`);
    }).to.throw(OfframpError);
    expect(() => createEventReader(() => {})('x'.repeat(1_000_001))).to.throw(OfframpError);
  });

  it('does not count what was read against what comes', () => {
    const read = createEventReader(() => {});
    for (let events = 0; events < 2000; events += 1) read(`data: ${'x'.repeat(1000)}\n\n`);
  });
});

/** A backend with one stream, and a page that can be hidden. */
const createWorld = (head: ResponseInit = { headers: { 'content-type': 'text/event-stream' } }) => {
  const limits: { ms: number; pass: () => void }[] = [];
  const heard: SaleList[] = [];
  const asked: { address: string; init: RequestInit }[] = [];
  let controller: ReadableStreamDefaultController<Uint8Array> | undefined;
  let isCancelled = false;
  const page = Object.assign(new EventTarget(), { visibilityState: 'visible' as DocumentVisibilityState });
  const leave = new AbortController();
  const body = new ReadableStream<Uint8Array>({
    start: (own) => {
      controller = own;
    },
    cancel: () => {
      isCancelled = true;
    },
  });
  const world = {
    heard,
    asked,
    page,
    leave,
    answer: async (): Promise<Response> => new Response(body, head),
    say: (text: string) => controller?.enqueue(new TextEncoder().encode(text)),
    end: () => controller?.close(),
    break: () => controller?.error(new TypeError('network error')),
    /** What was waited for, and how its time passes. */
    limits,
    get isCancelled() {
      return isCancelled;
    },
    hide: () => {
      page.visibilityState = 'hidden';
      page.dispatchEvent(new Event('visibilitychange'));
    },
    open: () =>
      createEvents({
        fetch:
          () =>
          async (address, init = {}) => {
            asked.push({ address: String(address), init });
            return world.answer();
          },
        resolve: (url) => `https://shop.example${url}`,
        refusal: ({ status }) => new OfframpError(status === 429 ? 'backend-busy' : 'backend-refused'),
        limit: (ms) => {
          const late = new AbortController();
          limits.push({ ms, pass: () => late.abort() });
          return late.signal;
        },
        timeout: 10_000,
        page: page as unknown as Document,
      })('/events', (list) => heard.push(list), leave.signal),
  };
  return world;
};

const turn = (): Promise<void> => new Promise((resolve) => setTimeout(resolve));

const codeOf = async (stream: Promise<void>): Promise<string> => {
  const error = await stream.then(
    () => undefined,
    (cause: unknown) => cause,
  );
  return error instanceof OfframpError ? error.code : `${error}`;
};

describe('the events door', () => {
  it('gives each list in the one shape that asking gives', async () => {
    const world = createWorld();
    const stream = world.open();
    await turn();
    world.say(`: hello\n\n${event(LIST)}`);
    world.say(event({ transactions: [] }).slice(0, 9));
    await turn();
    expect(world.heard).to.have.lengthOf(1);
    expect(world.heard[0]?.transactions[0]?.status).to.equal('STARTED');
    world.say(event({ transactions: [] }).slice(9));
    await turn();
    expect(world.heard).to.have.lengthOf(2);
    world.end();
    await stream;
  });

  it('goes by the page’s own fetch, for a stream', async () => {
    const world = createWorld();
    const stream = world.open();
    await turn();
    expect(world.asked.map(({ address }) => address)).to.deep.equal(['https://shop.example/events']);
    expect(world.asked[0]?.init.headers).to.deep.equal({ accept: 'text/event-stream' });
    world.end();
    await stream;
  });

  it('breaks where nothing is said for 45 seconds, and a comment is enough to be said', async () => {
    const world = createWorld();
    const stream = world.open();
    await turn();
    world.say(': still here\n\n');
    await turn();
    expect(world.limits.map(({ ms }) => ms)).to.deep.equal([10_000, 45_000, 45_000]);
    for (const { pass } of world.limits.slice(0, 2)) pass();
    world.say(event(LIST));
    await turn();
    expect(world.heard).to.have.lengthOf(1);
    world.limits.at(-1)?.pass();
    expect(await codeOf(stream)).to.equal('backend-unreachable');
    expect(world.isCancelled).to.equal(true);
  });

  it('breaks where it does not begin in time', async () => {
    const world = createWorld();
    world.answer = () => new Promise(() => {});
    const stream = world.open();
    expect(world.limits.map(({ ms }) => ms)).to.deep.equal([10_000]);
    world.limits.at(-1)?.pass();
    expect(await codeOf(stream)).to.equal('backend-unreachable');
  });

  it('breaks where the network does', async () => {
    const world = createWorld();
    const stream = world.open();
    await turn();
    world.break();
    expect(await codeOf(stream)).to.equal('backend-unreachable');
  });

  for (const [name, text] of Object.entries({
    'no JSON': 'data: hello\n\n',
    'no list': 'data: {"code":"server-error"}\n\n',
    'a list of nothing known': 'data: {"transactions":[1]}\n\n',
  })) {
    it(`breaks where an event is ${name}`, async () => {
      const world = createWorld();
      const stream = world.open();
      await turn();
      world.say(text);
      expect(await codeOf(stream)).to.equal('backend-malformed');
      expect(world.heard).to.deep.equal([]);
    });
  }

  for (const [name, head, code] of [
    ['a refusal', { status: 403 }, 'backend-refused'],
    ['too many', { status: 429 }, 'backend-busy'],
    ['a page of another kind', { headers: { 'content-type': 'text/html' } }, 'backend-malformed'],
    ['no kind at all', {}, 'backend-malformed'],
  ] as const) {
    it(`is none where the answer is ${name}`, async () => {
      const world = createWorld(head);
      expect(await codeOf(world.open())).to.equal(code);
      expect(world.heard).to.deep.equal([]);
    });
  }

  it('ends without an error when nobody listens any more, and lets the stream go', async () => {
    const world = createWorld();
    const stream = world.open();
    await turn();
    world.leave.abort();
    await stream;
    expect([world.asked[0]?.init.signal?.aborted, world.isCancelled]).to.deep.equal([true, true]);
  });

  it('ends without an error when the page is hidden, and does not begin in a hidden one', async () => {
    const world = createWorld();
    const stream = world.open();
    await turn();
    world.hide();
    await stream;
    await world.open();
    expect(world.asked).to.have.lengthOf(1);
  });

  it('is a part of the backend door, whose addresses it takes', async () => {
    const asked: string[] = [];
    const backend = createBackend({
      base: () => 'https://shop.example/api/token',
      fetch: () => async (address) => {
        asked.push(String(address));
        return new Response(event(LIST), { headers: { 'content-type': 'text/event-stream;charset=utf-8' } });
      },
    });
    const heard: SaleList[] = [];
    const { signal } = new AbortController();
    await backend.events('sales/1/events', (list) => heard.push(list), signal);
    expect(asked).to.deep.equal(['https://shop.example/api/sales/1/events']);
    expect(heard).to.have.lengthOf(1);
    expect(await codeOf(backend.events('javascript:1', () => {}, signal))).to.equal('backend-malformed');
  });
});
