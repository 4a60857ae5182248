import { expect } from 'chai';
import { OfframpError } from '../../src/errors.ts';
import { createClaims, createHolder } from '../../src/ports/claims.ts';
import { replace, restoreAll } from '../fixtures/page.ts';

const claims = createClaims();
const attempt = { askedAt: 1_700_000_000_000, nonce: '0x7', block: '0x64' };
const claimOf = (saleId: string) => ({ saleId, attempt });

let count = 0;
/** An order that no other test, and no run before, has used. */
const newOrder = (): string => {
  count += 1;
  return `order-${Date.now()}-${Math.random()}-${count}`;
};

const errorOf = async (promise: Promise<unknown>): Promise<unknown> =>
  promise.then(
    (value) => `no error, but ${value}`,
    (thrown: unknown) => thrown,
  );

afterEach(restoreAll);

describe('the claim of an order', function () {
  // Hundreds of strict transactions are slow on a busy disk.
  this.timeout(60_000);
  it('is given to the first who asks, and to nobody after', async () => {
    const order = newOrder();
    expect(await claims.take(order, claimOf('first'))).to.equal(true);
    expect(await claims.take(order, claimOf('second'))).to.equal(false);
    expect(await claims.take(order, claimOf('first'))).to.equal(false);
    expect(await claims.find(order)).to.deep.equal(claimOf('first'));
  });

  it('is given to one of two hundred who ask at once', async () => {
    const order = newOrder();
    const answers = await Promise.all(
      Array.from({ length: 200 }, (_, n) => createClaims().take(order, claimOf(`sale-${n}`))),
    );
    expect(answers.filter((isMine) => isMine)).to.have.lengthOf(1);
    expect(await claims.find(order)).to.deep.equal(claimOf(`sale-${answers.indexOf(true)}`));
  });

  it('is of one order and says nothing of another', async () => {
    const [one, other] = [newOrder(), newOrder()];
    await claims.take(one, claimOf('first'));
    expect(await claims.find(other)).to.equal(undefined);
    expect(await claims.take(other, claimOf('second'))).to.equal(true);
  });

  it('can be taken again once it was released', async () => {
    const order = newOrder();
    await claims.take(order, claimOf('first'));
    await claims.release(order);
    expect(await claims.find(order)).to.equal(undefined);
    expect(await claims.take(order, claimOf('second'))).to.equal(true);
    expect(await claims.find(order)).to.deep.equal(claimOf('second'));
  });

  it('is found where every version of the page keeps it', async () => {
    const order = newOrder();
    await claims.take(newOrder(), claimOf('other'));
    // As another version, older or newer, would write it.
    const database = await new Promise<IDBDatabase>((resolve, reject) => {
      const request = indexedDB.open('offramp-button', 1);
      request.onsuccess = () => resolve(request.result);
      request.onerror = () => reject(request.error);
    });
    const writing = database.transaction('claims', 'readwrite');
    writing.objectStore('claims').add(claimOf('older'), order);
    await new Promise((resolve) => {
      writing.oncomplete = resolve;
    });
    database.close();
    expect(await claims.take(order, claimOf('newer'))).to.equal(false);
    expect(await claims.find(order)).to.deep.equal(claimOf('older'));
  });

  it('can be released where nobody has it', async () => {
    await claims.release(newOrder());
  });

  it('is asked of the disk, not of a cache: every transaction is strict', async () => {
    const asked: unknown[] = [];
    const { transaction } = IDBDatabase.prototype;
    replace(
      IDBDatabase.prototype,
      'transaction',
      function (this: IDBDatabase, ...args: Parameters<typeof transaction>) {
        asked.push(args);
        return transaction.apply(this, args);
      },
    );
    const order = newOrder();
    await claims.take(order, claimOf('sale'));
    await claims.release(order);
    expect(asked).to.deep.equal([
      ['claims', 'readwrite', { durability: 'strict' }],
      ['claims', 'readwrite', { durability: 'strict' }],
    ]);
  });

  it('is not given before its transaction is complete', async () => {
    const over: string[] = [];
    const { transaction } = IDBDatabase.prototype;
    replace(
      IDBDatabase.prototype,
      'transaction',
      function (this: IDBDatabase, ...args: Parameters<typeof transaction>) {
        const made = transaction.apply(this, args);
        made.addEventListener('complete', () => over.push('complete'));
        return made;
      },
    );
    await claims.take(newOrder(), claimOf('sale')).then(() => over.push('given'));
    expect(over).to.deep.equal(['complete', 'given']);
  });

  it('is not given when its transaction is aborted after the write, as for want of space', async () => {
    const { add } = IDBObjectStore.prototype;
    replace(IDBObjectStore.prototype, 'add', function (this: IDBObjectStore, ...args: Parameters<typeof add>) {
      const request = add.apply(this, args);
      request.addEventListener('success', () => this.transaction.abort());
      return request;
    });
    const order = newOrder();
    expect(await errorOf(claims.take(order, claimOf('sale')))).to.include({ code: 'store-unavailable' });
    expect(await claims.find(order)).to.equal(undefined);
  });

  const broken: [name: string, open: () => unknown][] = [
    [
      'throws',
      () => {
        throw new DOMException('denied', 'SecurityError');
      },
    ],
    [
      'fails',
      () => {
        const request = { onerror: () => {}, error: new DOMException('no', 'UnknownError') };
        queueMicrotask(() => request.onerror());
        return request;
      },
    ],
  ];
  for (const [name, open] of broken) {
    it(`cannot be had where the store ${name}, and the error holds what the store said`, async () => {
      replace(indexedDB, 'open', open);
      for (const call of [claims.take(newOrder(), claimOf('sale')), claims.release(newOrder())]) {
        const error = await errorOf(call);
        expect(error).to.be.instanceOf(OfframpError).with.property('code', 'store-unavailable');
        expect(error).to.have.property('cause').instanceOf(DOMException);
      }
      expect(await claims.find(newOrder())).to.equal(undefined);
    });
  }

  it('cannot be had where there is no store at all', async () => {
    replace(globalThis, 'indexedDB', undefined);
    expect(await errorOf(claims.take(newOrder(), claimOf('sale')))).to.include({ code: 'store-unavailable' });
  });

  it("that is damaged is nobody's to read, and still nobody else's to take", async () => {
    const order = newOrder();
    await claims.take(order, { saleId: 'no such <sale>', attempt });
    expect(await claims.find(order)).to.equal(undefined);
    expect(await claims.take(order, claimOf('sale'))).to.equal(false);
  });
});

describe("a browser's name for itself", () => {
  const wipe = () =>
    new Promise((resolve) => {
      indexedDB.deleteDatabase('offramp-button').onsuccess = resolve;
    });
  const holderOf = (name: string) => createHolder({ randomId: () => name });

  it('is one over pages and another where the data of the site was wiped, even for a page that knew the old one', async () => {
    await wipe();
    const [first, second] = [holderOf('first'), holderOf('second')];
    expect(await first(true)).to.equal('first');
    expect(await second(true)).to.equal('first');
    await wipe();
    expect(await second(true)).to.equal('second');
    expect(await first(true)).to.equal('second');
  });

  it("is the page's own for a claim that is not kept, though a name of the browser's is", async () => {
    await wipe();
    const [first, second] = [holderOf('first'), holderOf('second')];
    expect(await first(true)).to.equal('first');
    expect(await second(false)).to.equal('second');
    expect(await second(true)).to.equal('first');
  });

  it('is never one for claims that are kept and for those that are not, of whichever page', async () => {
    await wipe();
    const randomId = () => crypto.randomUUID();
    const [first, second] = [createHolder({ randomId }), createHolder({ randomId })];
    const kept = await first(true);
    expect(await second(true)).to.equal(kept);
    expect(new Set([kept, await first(false), await second(false)])).to.have.lengthOf(3);
    expect(await first(false)).to.equal(await first(false));
  });

  it('never comes back after a wipe, which took the claims along', async () => {
    await wipe();
    const holder = createHolder({ randomId: () => crypto.randomUUID() });
    const before = await holder(true);
    expect(await holder(true)).to.equal(before);
    await wipe();
    expect(await holder(true)).not.to.equal(before);
  });

  it("is the page's own where nothing can be kept", async () => {
    const databases = () => {
      throw new DOMException('The operation is insecure.', 'SecurityError');
    };
    const holder = createHolder({ databases, randomId: () => 'own' });
    expect(await holder(true)).to.equal('own');
    expect(await holder(true)).to.equal('own');
  });
});
