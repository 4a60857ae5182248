import { expect } from 'chai';
import { NO_SALE } from '../../src/no-sale.ts';
import { createClaims } from '../../src/ports/claims.ts';
import type { Sale } from '../../src/sale.ts';
import { FROM, NOON, order } from '../fixtures/orders.ts';
import { replace, restoreAll } from '../fixtures/page.ts';

const claims = createClaims();

const saleOf = (id: string, transactionId: string): Sale => ({
  ...NO_SALE,
  revision: 5,
  stage: 'ordered',
  id,
  nonce: 'nonce',
  asset: 'USDC',
  network: 'base',
  from: FROM,
  statusUrl: '/sales/1',
  startedAt: NOON,
  order: order({ transactionId }),
  status: 'STARTED',
});

let count = 0;
const claim = async (key: string, askedAt = NOON, change: Partial<Sale> = {}) => {
  count += 1;
  const id = `sale-${count}`;
  const transactionId = `order-${Date.now()}-${count}`;
  const attempt = { askedAt, nonce: '0x7', block: '0x64' };
  const sale = { ...saleOf(id, transactionId), ...change };
  expect(await claims.take(transactionId, { saleId: id, attempt }, { key, sale })).to.equal(true);
  return { id, transactionId, attempt };
};

const newKey = (): string => `key-${Date.now()}-${Math.random()}`;

afterEach(restoreAll);

describe('the sale that a claim leaves behind', () => {
  // First in this file: WebKit once answered with the page's real origin, which it had read here before.
  for (const [of, options] of [
    ['which the page itself tells', {}],
    ['which it is told', { origin: () => 'null' }],
  ] as const) {
    it(`is not looked for in an opaque origin, ${of}, as it has no storage`, async () => {
      if (!('origin' in options)) replace(globalThis, 'origin', 'null');
      let looks = 0;
      const databases = (): IDBFactory => {
        looks += 1;
        return indexedDB;
      };
      expect(await createClaims({ databases, ...options }).left('key')).to.equal(undefined);
      expect(looks).to.equal(0);
    });
  }

  it('is taken up as asked, whole and frozen', async () => {
    const key = newKey();
    const { id, attempt } = await claim(key);
    const left = await claims.left(key);
    expect(left).to.deep.include({ stage: 'sending', id, attempt, asked: true, revision: 6 });
    expect(Object.isFrozen(left) && Object.isFrozen(left?.order)).to.equal(true);
  });

  it('is the newest of its key, and none of another', async () => {
    const key = newKey();
    await claim(key, NOON);
    const newest = await claim(key, NOON + 2);
    await claim(key, NOON + 1);
    expect((await claims.left(key))?.id).to.equal(newest.id);
    expect(await claims.left(newKey())).to.equal(undefined);
  });

  it('is left no more once it is over, while its claim stays', async () => {
    const key = newKey();
    const { id, transactionId, attempt } = await claim(key);
    await claims.settle(transactionId, { saleId: id, attempt });
    expect(await claims.left(key)).to.equal(undefined);
    expect(await claims.find(transactionId)).to.deep.equal({ saleId: id, attempt });
    expect(await claims.take(transactionId, { saleId: 'other', attempt })).to.equal(false);
  });

  it('is none where its claim was given back, which its end does not take again', async () => {
    const key = newKey();
    const { id, transactionId, attempt } = await claim(key);
    await claims.release(transactionId);
    expect(await claims.left(key)).to.equal(undefined);
    await claims.settle(transactionId, { saleId: id, attempt });
    expect(await claims.find(transactionId)).to.equal(undefined);
  });

  for (const [name, change] of [
    ['damaged', { startedAt: 'noon' as unknown as number }],
    ['without an order', { stage: 'selling', order: null }],
    ['of another id than the claim’s', { id: 'somebody' }],
  ] as [string, Partial<Sale>][]) {
    it(`is none where what was kept is ${name}`, async () => {
      const key = newKey();
      await claim(key, NOON, change);
      expect(await claims.left(key)).to.equal(undefined);
    });
  }

  it('is found beside other databases, and where a browser cannot list them', async () => {
    const key = newKey();
    const { id } = await claim(key);
    const open = indexedDB.open.bind(indexedDB);
    for (const factory of [
      { open, databases: async () => [{ name: 'other' }, { name: 'offramp-button' }] },
      { open },
    ]) {
      const door = createClaims({ databases: () => factory as unknown as IDBFactory });
      expect((await door.left(key))?.id).to.equal(id);
    }
  });

  it('is not looked for in a database that is not there, and makes none', async () => {
    const made: string[] = [];
    const databases = () =>
      ({
        databases: async () => [{ name: 'other' }],
        open: (name: string) => made.push(name),
      }) as unknown as IDBFactory;
    expect(await createClaims({ databases }).left('key')).to.equal(undefined);
    expect(made).to.deep.equal([]);
  });

  it('is none where there is no storage, and its end is no error', async () => {
    const databases = (): IDBFactory => {
      throw new DOMException('The operation is insecure.', 'SecurityError');
    };
    const refused = createClaims({ databases });
    expect(await refused.left('key')).to.equal(undefined);
    await refused.settle('order', { saleId: 'sale', attempt: { askedAt: 0, nonce: null, block: null } });
  });
});
