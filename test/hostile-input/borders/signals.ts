// The way back from Coinbase: an address that anybody can write, and messages that anybody can post.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import * as fc from 'fast-check';
import { transformWithOxc } from 'vite';
import { NO_SALE } from '../../../src/no-sale.ts';
import { returnUrl } from '../../../src/pay-url.ts';
import { createPopup } from '../../../src/ports/popup.ts';
import { RETURN_PARAMETER } from '../../../src/ports/traces.ts';
import { type Sale, transition } from '../../../src/sale.ts';
import { type ReturnSignal, returnSignal } from '../../../src/schema.ts';
import { border, checkKeys } from '../border.ts';
import { parsed, type Sent, sent } from '../damage.ts';
import * as oracle from '../oracle.ts';
import { createStorage, Target, within } from '../page.ts';
import { keys, words } from '../texts.ts';
import { make, things } from '../things.ts';
import * as valid from '../valid.ts';

const ORIGIN = 'https://shop.example';
const RETURNED = 'offramp-button:returned:';
const SELLING: Sale = Object.freeze({ ...NO_SALE, stage: 'selling', id: 'sale-1', nonce: valid.returnSignal.nonce });

const checkSignal = (signal: ReturnSignal): void => {
  checkKeys(signal, ['source', 'version', 'type', 'sale', 'nonce']);
  assert.deepEqual([signal.source, signal.version, signal.type], ['offramp-button', 1, 'returned']);
  assert.ok(oracle.isIdentifier(signal.sale) && oracle.isIdentifier(signal.nonce));
  // Without this sale's own nonce it moves nothing; with it, once.
  const next = transition(SELLING, { type: 'returned', nonce: signal.nonce });
  assert.equal(next !== SELLING, signal.nonce === SELLING.nonce);
  assert.equal(transition(next, { type: 'returned', nonce: signal.nonce }), next, 'a replayed signal moves a sale');
  assert.equal(next.stage, 'selling');
};

interface Posted {
  road: 'message' | 'channel' | 'storage' | 'kept';
  origin: string;
  key: string;
  sent: Sent;
  isText: boolean;
  thing: string | null;
}

const origins = fc.oneof(
  { weight: 4, arbitrary: fc.constant(ORIGIN) },
  fc.constantFrom(
    ...[
      'https://evil.example',
      'null',
      '',
      'http://shop.example',
      `${ORIGIN}:444`,
      `${ORIGIN}.evil.example`,
      `${ORIGIN}/`,
    ],
    ...['https://SHOP.example', 'https://shop.example\u0000', '*', 'https://ｓhop.example', 'undefined'],
  ),
);

const listener = border<Posted>({
  name: 'return signals: ports/popup onReturn, returned',
  share: 60,
  input: fc.record<Posted>({
    road: fc.constantFrom('message', 'channel', 'storage', 'kept'),
    origin: origins,
    key: fc.oneof(
      fc.constantFrom(`${RETURNED}sale-1`, RETURNED, `x${RETURNED}sale-1`, 'offramp-button:sale:shop'),
      keys,
    ),
    sent: sent(valid.returnSignal),
    isText: fc.boolean(),
    thing: fc.oneof({ weight: 10, arbitrary: fc.constant(null) }, things),
  }),
  judge: ({ road, origin, key, sent: { text, isDamaged }, isText, thing }) => {
    const window = new Target();
    const channel = Object.assign(new Target(), { close: () => {} });
    const localStorage = createStorage();
    const value = thing === null ? (isText ? text : parsed(text)) : make(thing);
    const heard: ReturnSignal[] = [];
    const globals = {
      window,
      location: { origin: ORIGIN },
      localStorage,
      BroadcastChannel: function open() {
        return channel;
      },
    };
    within(globals, () => {
      const popup = createPopup({ waiting: () => ({ title: '', text: '' }) });
      const undo = popup.onReturn((signal) => heard.push(signal));
      if (road === 'message') window.dispatchEvent({ type: 'message', origin, data: value } as unknown as Event);
      if (road === 'channel') channel.dispatchEvent({ type: 'message', data: value } as unknown as Event);
      if (road === 'storage') window.dispatchEvent({ type: 'storage', key, newValue: text } as unknown as Event);
      if (road === 'kept') {
        localStorage.setItem(`${RETURNED}sale-1`, text);
        const signal = popup.returned('sale-1');
        if (signal) heard.push(signal);
        assert.equal(popup.returned('sale-1'), undefined, 'a kept signal is given twice');
        for (const name of ['__proto__', 'toString', 'length', '']) assert.equal(popup.returned(name), undefined);
      }
      undo();
      assert.ok(!window.isHeard && !channel.isHeard, 'still listens');
    });
    for (const signal of heard) checkSignal(signal);
    const isOurs = (road === 'message' && origin !== ORIGIN) || (road === 'storage' && !key.startsWith(RETURNED));
    assert.ok(heard.length === 0 || !isOurs, 'hears a stranger');
    const isRight = !isDamaged && (thing === null || road === 'storage' || road === 'kept');
    assert.ok(heard.length === 1 || !isRight || isOurs, 'a right signal is not heard');
    return heard.length > 0 ? 'accepted' : 'ignored';
  },
});

interface Page {
  posted: unknown[];
  channel: unknown[];
  address: string;
  storage: Storage;
  returned: boolean;
}

// The module acts once for a page. Its very text, in a function, acts once for each call.
const module = new URL('../../../src/arrival.ts', import.meta.url);
const { code: source } = await transformWithOxc(readFileSync(module, 'utf8'), module.pathname);
const imported = `const RETURN_PARAMETER = ${JSON.stringify(RETURN_PARAMETER)};`;
const arrive = new Function(
  ...['window', 'location', 'document', 'history', 'localStorage', 'sessionStorage', 'BroadcastChannel', 'setTimeout'],
  `${source.replace(/^import .*$/m, imported).replaceAll('export const', 'const')}; return announceReturn();`,
);

const open = (address: string, isSameTab: string | null): Page => {
  const page: Page = { posted: [], channel: [], address, storage: createStorage(), returned: false };
  const location = new URL(address);
  const sessionStorage = createStorage();
  if (isSameTab !== null) sessionStorage.setItem('offramp-button:same-tab', isSameTab);
  const history = {
    state: null,
    replaceState: (_state: unknown, _title: string, to: string | URL) => {
      const next = new URL(to, address);
      if (next.origin !== location.origin) throw new DOMException('Another origin.', 'SecurityError');
      page.address = next.href;
    },
  };
  const opener = { postMessage: (signal: unknown, to: string) => page.posted.push({ signal, to }) };
  const channel = function channel() {
    return { postMessage: (signal: unknown) => page.channel.push(signal) };
  };
  page.returned = arrive(
    ...[{ opener, close: () => {} }, location, {}, history, page.storage, sessionStorage, channel, () => 0],
  );
  return page;
};

const mark = fc.oneof(
  fc.constant(`sale-1.${valid.returnSignal.nonce}`),
  fc
    .tuple(
      fc.oneof(words, fc.constant('sale-1')),
      fc.constantFrom('.', '..', '', '%2e', '．', '.\n'),
      fc.oneof(words, fc.constant('nonce-1')),
    )
    .map((parts) => parts.join('')),
);

const arrival = border<{ path: string; query: [string, string][]; raw: string; sameTab: string | null }>({
  name: 'return signals: arrival.ts from a hostile address',
  share: 40,
  input: fc.record({
    path: fc.constantFrom('/back', '/', '//evil.example/x', '/\\evil.example', '/a%2f..//b', '/back;offramp-sale=a.b'),
    query: fc.array(
      fc.tuple(
        fc.constantFrom('offramp-sale', 'a', 'offramp%2Dsale', 'OFFRAMP-SALE', 'offramp-sale[]', '', '__proto__'),
        mark,
      ),
      { maxLength: 3 },
    ),
    raw: fc.constantFrom(
      '',
      '',
      '&',
      '&&a',
      '&offramp-sale',
      '&%',
      '#offramp-sale=a.b',
      '&=x',
      '&offramp-sale=%00',
      '&a=b#c',
    ),
    sameTab: fc.option(fc.constantFrom('sale-1', 'other', '')),
  }),
  judge: ({ path, query, raw, sameTab }) => {
    const rest = query.map(
      ([name, value]) => `${name}=${encodeURIComponent(value.replace(/[\ud800-\udfff]/g, '').slice(0, 50_000))}`,
    );
    const address = `${ORIGIN}${path}?${rest.join('&')}${raw}`;
    const page = open(address, sameTab);
    const [sale, nonce, ...more] = (new URL(address).searchParams.get('offramp-sale') ?? '').split('.');
    const isMark = more.length === 0 && oracle.isIdentifier(sale) && oracle.isIdentifier(nonce);
    assert.equal(page.returned, isMark);
    if (!isMark) {
      assert.deepEqual([page.posted, page.channel, page.storage.length, page.address], [[], [], 0, address]);
      return 'ignored';
    }
    const signal = { source: 'offramp-button', version: 1, type: 'returned', sale, nonce };
    assert.deepEqual(page.posted, [{ signal, to: ORIGIN }]);
    assert.deepEqual(page.channel, [signal]);
    assert.equal(page.storage.length, 1);
    assert.deepEqual(parsed(page.storage.getItem(`${RETURNED}${sale}`) ?? ''), signal);
    checkSignal(returnSignal.parse(signal));
    const left = new URL(page.address);
    assert.ok(!left.searchParams.has('offramp-sale'), 'the mark stays in the address');
    assert.deepEqual(
      [left.origin, left.pathname, left.hash],
      [ORIGIN, new URL(address).pathname, new URL(address).hash],
    );
    return 'accepted';
  },
});

const ids = fc.oneof(fc.constant('sale-1'), fc.stringMatching(/^[A-Za-z0-9_-]{1,128}$/));

/** Out with the sale's own mark, and back: whatever return page a shop has, the signal is this sale's. */
const round = border({
  name: 'return signals: pay-url.returnUrl → arrival.ts',
  share: 15,
  input: fc.record({
    page: fc.constantFrom(
      ...[
        'https://shop.example/',
        'https://shop.example//evil.example/',
        'https://shop.example/?a=1&offramp-sale=old.one',
        'https://shop.example/?offramp%2Dsale=x',
      ],
      ...[
        'https://shop.example/back?a=b%26offramp-sale%3Dx.y',
        'https://shop.example/#offramp-sale=a.b',
        'https://shop.example/?a=%FF&&',
      ],
    ),
    id: ids,
    nonce: ids,
  }),
  judge: ({ page: address, id, nonce }) => {
    const page = open(returnUrl(address, id, nonce), null);
    assert.deepEqual(page.channel, [{ source: 'offramp-button', version: 1, type: 'returned', sale: id, nonce }]);
    return 'accepted';
  },
});

export const signalBorders = [listener, arrival, round];
