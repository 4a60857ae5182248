// A backend's stream of events, cut into pieces anywhere, with its bytes in the attacker's hands.
import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import { createBackend } from '../../../src/ports/backend.ts';
import { createEventReader } from '../../../src/ports/events.ts';
import type { SaleList } from '../../../src/schema.ts';
import { border, checkError, orError } from '../border.ts';
import { sent } from '../damage.ts';
import * as oracle from '../oracle.ts';
import { HOSTILE, urls, words } from '../texts.ts';
import * as valid from '../valid.ts';

const MEGABYTE = 1_000_000;

/** A line of a stream: data, another field, a comment, or what looks like one. */
const lines = (data: fc.Arbitrary<string>): fc.Arbitrary<string> =>
  fc.oneof(
    { weight: 6, arbitrary: fc.tuple(fc.constantFrom('data: ', 'data:'), data).map((parts) => parts.join('')) },
    {
      weight: 2,
      arbitrary: fc.constantFrom(
        ...[
          ':',
          ': beat',
          'id: 5',
          'retry: 3000',
          'retry: -1',
          'event: message',
          'data',
          'data:',
          'data :x',
          ' data: x',
        ],
        ...['DATA: x', 'datax: y', '\ufeffdata: x', 'data\u0000: x', `id: \u0000${HOSTILE}`, 'event: __proto__', ''],
      ),
    },
    { weight: 1, arbitrary: words.filter((word) => word.length < 100_000) },
  );

const breaks = fc.constantFrom('\n', '\n', '\n', '\r\n', '\r', '\n\n', '\r\r', '\r\n\r\n', '\n\r\n', '\n\r', '');

const stream = (data: fc.Arbitrary<string>): fc.Arbitrary<string> =>
  fc
    .array(
      fc.tuple(lines(data), breaks).map((parts) => parts.join('')),
      { maxLength: 12 },
    )
    .map((all) => all.join(''));

const cuts = fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 8 });

/** A text or bytes in pieces, some of them empty. */
const cut = <T extends string | Uint8Array>(whole: T, at: readonly number[]): T[] => {
  const places = [
    0,
    ...at.map((part) => Math.floor(part * whole.length)).sort((one, other) => one - other),
    whole.length,
  ];
  return places.slice(1).map((end, index) => whole.slice(places[index], end) as T);
};

/** The data of a stream's events by the letters of HTML's section 9.2.6, without a regular expression; a lone CR at the end still waits. */
const dataOf = (text: string): string[] => {
  const told: string[] = [];
  let [line, data]: [string, string[]] = ['', []];
  const end = () => {
    if (line === '') {
      if (data.length > 0) told.push(data.join('\n'));
      data = [];
    } else if (line === 'data') data.push('');
    else if (line.startsWith('data:')) data.push(line.charAt(5) === ' ' ? line.slice(6) : line.slice(5));
    line = '';
  };
  for (let at = 0; at < text.length; at += 1) {
    const letter = text.charAt(at);
    if (letter === '\r' && at === text.length - 1) break;
    if (letter === '\n' && text.charAt(at - 1) === '\r') continue;
    if (letter === '\n' || letter === '\r') end();
    else line += letter;
  }
  return told;
};

const frames = border<{ text: string; at: number[] }>({
  name: 'events: ports/events.createEventReader',
  share: 30,
  input: fc.record({ text: stream(words.filter((word) => word.length < 1_000)), at: cuts }),
  judge: ({ text, at }) => {
    const told: string[] = [];
    const read = createEventReader((data) => told.push(data));
    for (const piece of cut(text, at)) read(piece);
    // However it was cut, it says the same.
    assert.deepEqual(told, dataOf(text));
    return told.length > 0 ? 'accepted' : 'ignored';
  },
});

const long = border<{ piece: string; times: number }>({
  name: 'events: a line, or an event, without an end',
  share: 1,
  input: fc.record({
    piece: fc.constantFrom('x', 'data: x\n', ': x\n', 'data:\n', '\r', 'data: x\n\n', 'id: 1\r\n'),
    times: fc.integer({ min: 1, max: 32 }),
  }),
  judge: ({ piece, times }) => {
    const read = createEventReader(() => {});
    const block = piece.repeat(Math.ceil(50_000 / piece.length));
    // Line breaks are not counted.
    const isEndless = !['\r', 'data: x\n\n'].includes(piece);
    try {
      for (let time = 0; time < times; time += 1) read(block);
    } catch (thrown) {
      checkError(thrown, /^backend-malformed$/);
      assert.ok(isEndless && times * block.length > MEGABYTE, 'gives up too early');
      return 'refused';
    }
    assert.ok(!isEndless || times * block.length < 1.5 * MEGABYTE, 'keeps too much');
    return 'accepted';
  },
});

interface Answer {
  status: number;
  type: string | null;
  bytes: Uint8Array<ArrayBuffer>;
  at: number[];
  /** The connection breaks after the bytes. */
  breaks: boolean;
  isRight: boolean;
}

const BEGINNING = 'retry: 3000\n\n';
const encoder = new TextEncoder();

const events = fc.array(sent(...valid.lists), { minLength: 1, maxLength: 3 });

const answers: fc.Arbitrary<Answer> = fc
  .record({
    status: fc.oneof(
      { weight: 8, arbitrary: fc.constant(200) },
      fc.constantFrom(204, 301, 400, 401, 403, 404, 429, 500, 503),
    ),
    type: fc.oneof(
      { weight: 8, arbitrary: fc.constant('text/event-stream') },
      fc.constantFrom(
        'text/event-stream; charset=utf-8',
        'TEXT/EVENT-STREAM',
        'text/html',
        'text/event-streams',
        '',
        null,
      ),
    ),
    text: fc.oneof(
      {
        weight: 3,
        arbitrary: events.map((all) => {
          // JSON.stringify writes no line break; what was damaged may have one.
          const told = all.map(({ text }, index) => `id: ${index}\ndata: ${text.replaceAll('\n', '\ndata: ')}\n\n`);
          return { text: BEGINNING + told.join(':\n\n'), isRight: all.every(({ isDamaged }) => !isDamaged) };
        }),
      },
      {
        weight: 1,
        arbitrary: stream(sent(...valid.lists).map(({ text }) => text)).map((text) => ({ text, isRight: false })),
      },
    ),
    at: cuts,
    /** Bytes that are changed: place and value. */
    noise: fc.oneof(
      { weight: 4, arbitrary: fc.constant([]) },
      fc.array(fc.tuple(fc.double({ min: 0, max: 0.999, noNaN: true }), fc.integer({ min: 0, max: 255 })), {
        maxLength: 3,
      }),
    ),
    breaks: fc.boolean(),
  })
  .map(({ status, type, text: { text, isRight }, at, noise, breaks: isBroken }) => {
    const bytes = encoder.encode(text.slice(0, 300_000));
    for (const [place, byte] of noise) bytes[Math.floor(place * bytes.length)] = byte;
    const isWhole = isRight && noise.length === 0 && status === 200 && /^text\/event-stream(;|$)/i.test(type ?? '');
    return { status, type, bytes, at, breaks: isBroken, isRight: isWhole };
  });

const give = ({ status, type, bytes, at, breaks: isBroken }: Answer): Response => {
  const pieces = cut(bytes, at);
  const body = new ReadableStream<Uint8Array>({
    pull: (controller) => {
      const piece = pieces.shift();
      if (piece) controller.enqueue(piece);
      else if (isBroken) controller.error(new TypeError(`${HOSTILE} network`));
      else controller.close();
    },
  });
  const headers = new Headers(type === null ? {} : { 'content-type': type });
  return new Response(status === 204 ? null : body, { status, headers });
};

const CODES = /^backend-(unreachable|refused|malformed|busy)$/;

const checkList = (list: SaleList): void => {
  assert.ok(Array.isArray(list.transactions) && list.transactions.length <= 1000);
  for (const { transaction_id: id, status } of list.transactions) {
    assert.ok(typeof id === 'string' && id.length > 0 && id.length <= 128);
    assert.ok(typeof status === 'string' && status.length <= 80);
  }
  assert.ok(list.now === undefined || oracle.instantOf(list.now) !== undefined, `the time ${list.now}`);
};

const door = border<{ url: string; answer: Answer }>({
  name: 'backend door: events',
  share: 30,
  input: fc.record({ url: fc.oneof({ weight: 5, arbitrary: fc.constant('/api/events') }, urls), answer: answers }),
  judge: async ({ url, answer }) => {
    const asked: string[] = [];
    const told: SaleList[] = [];
    const never = () => new AbortController().signal;
    const backend = createBackend({
      fetch: () => async (address) => {
        asked.push(String(address));
        return give(answer);
      },
      base: () => 'https://shop.example/api/token',
      limit: never,
    });
    const ended = await orError(() => backend.events(url, (list) => void told.push(list), never()), CODES);
    const after = told.length;
    await Promise.resolve();
    assert.equal(told.length, after, 'tells after its end');
    assert.ok(asked.length <= 1 && asked.every(oracle.isWebUrl), `asked ${asked.join().slice(0, 99)}`);
    for (const list of told) checkList(list);
    if (answer.status !== 200) assert.equal(told.length, 0);
    if (answer.isRight && url === '/api/events') {
      assert.ok(told.length > 0, 'a right stream says nothing');
      assert.equal(ended === undefined, answer.breaks, 'ends otherwise than its stream');
    }
    return told.length > 0 ? 'accepted' : 'refused';
  },
});

export const streamBorders = [frames, long, door];
