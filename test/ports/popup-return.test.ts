import { expect } from 'chai';
import { createPopup } from '../../src/ports/popup.ts';
import type { ReturnSignal } from '../../src/schema.ts';
import { deny, openPage, replace, restoreAll } from '../fixtures/page.ts';

const popup = createPopup({ waiting: () => ({ title: '', text: '' }) });
const CHANNEL = 'offramp-button';
const KEPT = 'offramp-button:returned:';

const signalOf = (nonce: string, change: object = {}) => ({
  source: 'offramp-button',
  version: 1,
  type: 'returned',
  sale: 'sale-1',
  nonce,
  ...change,
});

let heard: string[] = [];
let undo: () => void = () => {};
let closings: (() => void)[] = [];

const until = async (condition: () => unknown): Promise<void> => {
  while (!condition()) await new Promise((resolve) => setTimeout(resolve, 5));
};

/** Each road by which a return page is heard; what is sent on one road arrives in order. */
const ROADS: [name: string, send: (values: readonly unknown[]) => void][] = [
  [
    'the channel',
    (values) => {
      const channel = new BroadcastChannel(CHANNEL);
      for (const value of values) channel.postMessage(value);
      closings.push(() => channel.close());
    },
  ],
  [
    'a message',
    (values) => {
      for (const value of values) window.postMessage(value, location.origin);
    },
  ],
  [
    'the storage',
    (values) => {
      const page = openPage();
      values.forEach((value, n) => {
        page.window.localStorage.setItem(`${KEPT}sale-${n}`, typeof value === 'string' ? value : JSON.stringify(value));
      });
      closings.push(page.close);
    },
  ],
];

const hear = (): void => {
  undo = popup.onReturn(({ nonce }) => heard.push(nonce));
};

/** What is not a return signal of ours, however near it comes. */
const FOREIGN: [name: string, value: unknown][] = [
  ['null', null],
  ['a number', 7],
  ['a text', 'returned'],
  ['an empty text', ''],
  ['half of a JSON', '{"source":"offramp-button"'],
  ['a list', [signalOf('list')]],
  ['another source', signalOf('source', { source: 'offramp-button-2' })],
  ['another version', signalOf('version', { version: 2 })],
  ['a version as text', signalOf('version', { version: '1' })],
  ['another type', signalOf('type', { type: 'sent' })],
  ['no sale', signalOf('sale', { sale: undefined })],
  ['a sale with markup', signalOf('sale', { sale: '<img src=x>' })],
  ['a nonce beyond measure', signalOf('n'.repeat(129))],
  ['a nonce that is an object', signalOf('nonce', { nonce: {} })],
  ['a signal in a signal', { data: signalOf('inner') }],
  ['a signal in a prototype', `{"__proto__":${JSON.stringify(signalOf('proto'))}}`],
  ['a signal in a constructor', `{"constructor":{"prototype":${JSON.stringify(signalOf('proto'))}}}`],
  ['a megabyte', `{"pad":"${'x'.repeat(1_000_000)}"}`],
];

beforeEach(() => {
  heard = [];
  localStorage.clear();
});
afterEach(() => {
  undo();
  for (const close of closings) close();
  closings = [];
  restoreAll();
  localStorage.clear();
});

describe('a return signal', function () {
  // Floods and frames are slow on a busy machine.
  this.timeout(60_000);
  for (const [road, send] of ROADS) {
    it(`is heard by ${road}`, async () => {
      const signals: ReturnSignal[] = [];
      undo = popup.onReturn((signal) => signals.push(signal));
      send([signalOf('n-1')]);
      await until(() => signals.length);
      expect(signals).to.deep.equal([signalOf('n-1')]);
    });

    it(`brings nothing along by ${road} but sale and nonce`, async () => {
      const signals: ReturnSignal[] = [];
      undo = popup.onReturn((signal) => signals.push(signal));
      send([{ ...signalOf('n-1'), to: '0x1', amount: '9', constructor: 1 }]);
      await until(() => signals.length);
      expect(signals).to.deep.equal([signalOf('n-1')]);
    });

    for (const [name, value] of FOREIGN) {
      it(`is not ${name} by ${road}`, async () => {
        hear();
        send([value, signalOf('last')]);
        await until(() => heard.includes('last'));
        expect(heard).to.deep.equal(['last']);
      });
    }

    it(`is heard by ${road} among a thousand that are none`, async () => {
      hear();
      send([...Array.from({ length: 1000 }, (_, n) => signalOf(`${n}`, { version: n + 2 })), signalOf('last')]);
      await until(() => heard.includes('last'));
      expect(heard).to.deep.equal(['last']);
    });

    it(`is not heard by ${road} any more once it was undone`, async () => {
      hear();
      undo();
      const others: string[] = [];
      undo = popup.onReturn(({ nonce }) => others.push(nonce));
      send([signalOf('n-1')]);
      await until(() => others.length);
      expect(heard).to.deep.equal([]);
    });
  }

  it('is heard through a flood of ten thousand in one task', () => {
    hear();
    const { origin } = location;
    for (let n = 0; n < 10_000; n += 1) {
      window.dispatchEvent(new MessageEvent('message', { origin, data: n % 2 ? `{${n}` : { n } }));
    }
    window.dispatchEvent(new MessageEvent('message', { origin, data: signalOf('last') }));
    expect(heard).to.deep.equal(['last']);
  });

  for (const origin of [
    'https://pay.coinbase.com',
    'null',
    '',
    `${location.origin}.evil.example`,
    location.origin.replace('http:', 'https:'),
  ]) {
    it(`is not heard from the origin "${origin}"`, () => {
      hear();
      window.dispatchEvent(new MessageEvent('message', { origin, data: signalOf('foreign') }));
      window.dispatchEvent(new MessageEvent('message', { origin: location.origin, data: signalOf('own') }));
      expect(heard).to.deep.equal(['own']);
    });
  }

  it('is not heard from a real page of another origin', async () => {
    hear();
    const origins: string[] = [];
    const note = ({ origin }: MessageEvent) => origins.push(origin);
    window.addEventListener('message', note);
    const frame = document.createElement('iframe');
    frame.setAttribute('sandbox', 'allow-scripts');
    frame.srcdoc = `<script>parent.postMessage(${JSON.stringify(signalOf('foreign'))}, '*')</script>`;
    document.body.append(frame);
    await until(() => origins.length);
    window.removeEventListener('message', note);
    frame.remove();
    expect(origins).to.deep.equal(['null']);
    expect(heard).to.deep.equal([]);
  });

  it('is heard from a frame of this origin', async () => {
    hear();
    const page = openPage();
    const script = page.window.document.createElement('script');
    script.textContent = `parent.postMessage(${JSON.stringify(signalOf('frame'))}, location.origin === 'null' ? '*' : parent.location.origin)`;
    page.window.document.body.append(script);
    await until(() => heard.length);
    page.close();
    expect(heard).to.deep.equal(['frame']);
  });

  it('is not what other keys of the storage hold, nor its clearing', async () => {
    hear();
    const page = openPage();
    const { localStorage: storage } = page.window;
    storage.setItem('offramp-button:sale:shop', JSON.stringify(signalOf('sale')));
    storage.setItem('returned:sale-1', JSON.stringify(signalOf('short')));
    storage.setItem(`x${KEPT}sale-1`, JSON.stringify(signalOf('longer')));
    storage.setItem(`${KEPT}sale-1`, 'none');
    storage.removeItem(`${KEPT}sale-1`);
    storage.clear();
    storage.setItem(`${KEPT}sale-1`, JSON.stringify(signalOf('last')));
    await until(() => heard.includes('last'));
    page.close();
    expect(heard).to.deep.equal(['last']);
  });

  it('is heard by the other roads where the browser refuses a channel', () => {
    replace(window, 'BroadcastChannel', function refuse() {
      throw new DOMException('denied', 'SecurityError');
    });
    hear();
    window.dispatchEvent(new MessageEvent('message', { origin: location.origin, data: signalOf('own') }));
    expect(heard).to.deep.equal(['own']);
  });
});

describe('a return signal that was left', () => {
  it('is read once', () => {
    localStorage.setItem(`${KEPT}sale-1`, JSON.stringify(signalOf('n-1')));
    expect(popup.returned('sale-1')).to.deep.equal(signalOf('n-1'));
    expect(popup.returned('sale-1')).to.equal(undefined);
    expect(localStorage.getItem(`${KEPT}sale-1`)).to.equal(null);
  });

  it('is left for its own sale', () => {
    localStorage.setItem(`${KEPT}sale-1`, JSON.stringify(signalOf('n-1')));
    expect(popup.returned('sale-2')).to.equal(undefined);
    expect(popup.returned('')).to.equal(undefined);
    expect(popup.returned('sale-1')).to.deep.equal(signalOf('n-1'));
  });

  for (const [name, value] of FOREIGN) {
    it(`is none, and is cleared away, where it is ${name}`, () => {
      localStorage.setItem(`${KEPT}sale-1`, typeof value === 'string' ? value : JSON.stringify(value));
      expect(popup.returned('sale-1')).to.equal(undefined);
      expect(localStorage.length).to.equal(0);
    });
  }

  it('is none where there is no storage', () => {
    deny(window, 'localStorage');
    expect(popup.returned('sale-1')).to.equal(undefined);
  });
});
