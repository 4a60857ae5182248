import { expect } from 'chai';
import { NO_SALE } from '../../src/no-sale.ts';
import { createStore } from '../../src/ports/store.ts';
import type { Sale } from '../../src/sale.ts';
import { type Stage, stageNames } from '../../src/stages.ts';
import { openPage, replace, restoreAll } from '../fixtures/page.ts';
import { usdcOrder } from '../fixtures/provider.ts';

const store = createStore();
const KEPT = 'offramp-button:sale:shop';
const DAY = 24 * 3_600_000;

const saleOf = (change: Partial<Sale> = {}): Sale => ({
  ...NO_SALE,
  revision: 9,
  stage: 'ordered',
  id: 'sale-1',
  nonce: 'nonce-1',
  asset: 'USDC',
  network: 'base',
  amount: '25',
  from: usdcOrder.from,
  partnerUserRef: 'ref-1',
  statusUrl: '/status?ref=ref-1',
  claimUrl: '/claim/ref-1',
  startedAt: Date.now(),
  skew: -120,
  order: usdcOrder,
  attempt: { askedAt: 1_700_000_000_000, nonce: '0x7', block: '0x64' },
  fiat: { value: '24.75', currency: 'USD' },
  ...change,
});

/** What is loaded after this very text was kept. */
const loaded = (text: string): Sale | undefined => {
  localStorage.setItem(KEPT, text);
  return store.load('shop');
};

beforeEach(() => localStorage.clear());
afterEach(() => {
  restoreAll();
  localStorage.clear();
});

describe('a kept sale', () => {
  for (const stage of stageNames) {
    it(`comes back whole and frozen in ${stage}`, () => {
      const sale = saleOf({ stage });
      expect(store.save('shop', sale)).to.equal(true);
      expect(store.load('shop')).to.deep.equal(sale);
      expect(store.load('shop')).to.be.frozen;
    });
  }

  it('is none before one was kept, and of one key only', () => {
    expect(store.load('shop')).to.equal(undefined);
    store.save('shop', saleOf());
    expect(store.load('another')).to.equal(undefined);
    expect(store.load('sho')).to.equal(undefined);
  });

  it('is the last that was kept', () => {
    store.save('shop', saleOf({ revision: 1 }));
    store.save('shop', saleOf({ revision: 2 }));
    expect(store.load('shop')?.revision).to.equal(2);
  });

  for (const [name, text] of [
    ['half of a JSON', JSON.stringify(saleOf()).slice(0, -10)],
    ['no JSON', 'sale'],
    ['nothing', ''],
    ['null', 'null'],
    ['a list', '[]'],
    ['an empty object', '{}'],
    ['oversized', JSON.stringify({ ...saleOf(), pad: 'x'.repeat(65_536) })],
    ['a sale hidden in a prototype', `{"__proto__":${JSON.stringify(saleOf())}}`],
  ] as const) {
    it(`is none where what was kept is ${name}`, () => {
      expect(loaded(text)).to.equal(undefined);
    });
  }

  const damaged: [name: string, change: object][] = [
    ['a stage of another version', { stage: 'waiting' }],
    ['a stage from a prototype', { stage: 'toString' }],
    ['a revision that is no number', { revision: '9' }],
    ['an account that is none', { from: 'me' }],
    ['an id with other letters', { id: 'a b' }],
    ['an error of another version', { error: 'no-luck' }],
    ['an order of zero units', { order: { ...usdcOrder, units: '0' } }],
    ['an order of an inexact amount', { order: { ...usdcOrder, units: '2.5e7' } }],
    ['an order without a deadline', { order: { ...usdcOrder, deadline: undefined } }],
    ['an order to no address', { order: { ...usdcOrder, to: 'vitalik.eth' } }],
    ['an attempt without a nonce', { attempt: { askedAt: 1, block: '0x1' } }],
  ];
  for (const [name, change] of damaged) {
    it(`is none with ${name}`, () => {
      expect(loaded(JSON.stringify({ ...saleOf(), ...change }))).to.equal(undefined);
    });
  }

  it('is none when any one of its parts is missing', () => {
    for (const part of Object.keys(NO_SALE)) {
      const { [part as keyof Sale]: _, ...rest } = saleOf();
      expect(loaded(JSON.stringify(rest)), part).to.equal(undefined);
    }
  });

  for (const stage of ['ordered', 'sending', 'unsure', 'settling'] satisfies Stage[]) {
    it(`is none in ${stage} without an order`, () => {
      expect(loaded(JSON.stringify(saleOf({ stage, order: null })))).to.equal(undefined);
    });
  }

  it('is none in selling without a status address', () => {
    expect(loaded(JSON.stringify(saleOf({ stage: 'selling', order: null })))).to.include({ stage: 'selling' });
    expect(loaded(JSON.stringify(saleOf({ stage: 'selling', statusUrl: null })))).to.equal(undefined);
  });

  it('brings nothing along that a sale does not have', () => {
    const text = JSON.stringify({ ...saleOf(), token: 'secret', constructor: 1 }).replace(
      '{',
      '{"__proto__":{"evil":1},',
    );
    const sale = loaded(text);
    expect(Object.keys(sale ?? {}).sort()).to.deep.equal(Object.keys(NO_SALE).sort());
    expect(sale).not.to.have.property('evil');
  });

  it("is forgotten a day after it began, by the server's clock, if it is over", () => {
    const startedAt = Date.now() - DAY - 1000;
    for (const stage of stageNames) {
      const isForgotten = stage === 'completed' || stage === 'failed' || stage === 'cancelled';
      expect(loaded(JSON.stringify(saleOf({ stage, startedAt, skew: 0 })))?.stage).to.equal(
        isForgotten ? undefined : stage,
      );
    }
    expect(loaded(JSON.stringify(saleOf({ stage: 'failed', startedAt, skew: -5000 })))?.stage).to.equal('failed');
    expect(loaded(JSON.stringify(saleOf({ stage: 'failed', startedAt: startedAt + 5000, skew: 0 })))?.stage).to.equal(
      'failed',
    );
    expect(loaded(JSON.stringify(saleOf({ stage: 'failed', startedAt: startedAt + 5000, skew: 5000 })))).to.equal(
      undefined,
    );
  });
});

describe('a storage', () => {
  it('that is full keeps nothing, says so, and forgets what is out of date', () => {
    store.save('shop', saleOf({ revision: 1 }));
    replace(Storage.prototype, 'setItem', () => {
      throw new DOMException('full', 'QuotaExceededError');
    });
    expect(store.save('shop', saleOf({ revision: 2 }))).to.equal(false);
    expect(store.load('shop')).to.equal(undefined);
  });

  it('that is truly full does the same', () => {
    store.save('shop', saleOf({ revision: 1, nonce: '' }));
    for (let size = 2 ** 23; size >= 1; size = Math.floor(size / 2)) {
      try {
        localStorage.setItem(`full-${size}`, 'x'.repeat(size));
      } catch {}
    }
    expect(store.save('shop', saleOf({ revision: 2, nonce: 'n'.repeat(128) }))).to.equal(false);
    expect(store.load('shop')).to.equal(undefined);
  });

  it('that cannot even forget still says that nothing was kept', () => {
    const denied = () => {
      throw new DOMException('denied', 'SecurityError');
    };
    replace(Storage.prototype, 'setItem', denied);
    replace(Storage.prototype, 'removeItem', denied);
    expect(store.save('shop', saleOf())).to.equal(false);
  });

  it('that is switched off keeps nothing, gives nothing and breaks nothing', () => {
    // Given, not taken from the window: WebKit may have read the window's own once and for all.
    const off = createStore({
      storage: () => {
        throw new DOMException('denied', 'SecurityError');
      },
    });
    expect(off.save('shop', saleOf())).to.equal(false);
    expect(off.load('shop')).to.equal(undefined);
  });
});

describe("another page's save", () => {
  /** What is heard of a key while another page of this origin writes. */
  const heardOf = async (key: string, write: (storage: Storage) => void): Promise<Sale[]> => {
    const heard: Sale[] = [];
    void localStorage.length;
    const undo = store.onChange(key, (sale) => heard.push(sale));
    const page = openPage();
    const last = new Promise((resolve) => {
      addEventListener('storage', ({ key: name }) => name === 'last' && resolve(name));
    });
    write(page.window.localStorage);
    page.window.localStorage.setItem('last', `${Math.random()}`);
    await last;
    page.close();
    undo();
    return heard;
  };

  it('is heard, frozen, as it was kept', async () => {
    const sale = saleOf();
    const heard = await heardOf('shop', (storage) => storage.setItem(KEPT, JSON.stringify(sale)));
    expect(heard).to.deep.equal([sale]);
    expect(heard[0]).to.be.frozen;
  });

  it('of another key, or of what is no sale, is not heard', async () => {
    const heard = await heardOf('shop', (storage) => {
      storage.setItem(`${KEPT}2`, JSON.stringify(saleOf()));
      storage.setItem(KEPT, 'no sale');
      storage.setItem(KEPT, JSON.stringify(saleOf({ order: null })));
      storage.removeItem(KEPT);
      storage.clear();
    });
    expect(heard).to.deep.equal([]);
  });

  it('is not heard any more once it was undone', async () => {
    const heard: Sale[] = [];
    store.onChange('shop', (sale) => heard.push(sale))();
    await heardOf('another', (storage) => storage.setItem(KEPT, JSON.stringify(saleOf())));
    expect(heard).to.deep.equal([]);
  });
});
