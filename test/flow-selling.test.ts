import { expect } from 'chai';
import { OfframpError } from '../src/errors.ts';
import type { SaleRecord } from '../src/schema.ts';
import { HASH, MINUTE } from './fixtures/orders.ts';
import { toOrdered, toSelling } from './fixtures/passages.ts';
import { createWorld, type World } from './fixtures/world.ts';

const lists = (world: World): number => world.calls.filter((call) => call === 'list').length;

describe('flow: while the person is at Coinbase', () => {
  it('looks for the order, gently', async () => {
    const world = createWorld();
    await toSelling(world);
    const before = lists(world);
    await world.advance(9000);
    expect(lists(world)).to.equal(before + 3);
  });

  it('takes a return signal out of the store when it was heard, and one with another nonce not', async () => {
    const world = createWorld();
    const page = await toSelling(world);
    const { id, nonce } = page.flow.sale;
    world.comeBack({ id, nonce: 'forged' });
    await world.settle();
    expect(world.marks.size).to.equal(1);
    world.comeBack({ id, nonce });
    await world.settle();
    expect(world.marks.size).to.equal(0);
    expect(page.flow.sale.returned).to.equal(true);
  });

  it('looks more often after the return signal', async () => {
    const world = createWorld();
    const page = await toSelling(world);
    world.comeBack(page.flow.sale);
    await world.settle();
    const before = lists(world);
    await world.advance(9000);
    expect(lists(world)).to.equal(before + 9);
  });

  for (const [name, happen] of Object.entries<(page: Awaited<ReturnType<typeof toSelling>>) => void>({
    'when the page wakes up': (page) => page.clock.wake(),
    'when the window closes': (page) => {
      page.popup.isOpen = false;
    },
  })) {
    it(`looks at once ${name}`, async () => {
      const world = createWorld();
      const page = await toSelling(world);
      await world.advance(500);
      const before = lists(world);
      happen(page);
      await world.advance(500);
      expect(lists(world)).to.equal(before + 1);
    });
  }

  it('knows whose return a signal tells', async () => {
    const world = createWorld();
    const page = await toSelling(world);
    const { id, nonce } = page.flow.sale;
    world.comeBack({ id: 'another', nonce });
    world.comeBack({ id, nonce: 'forged' });
    expect(page.flow.sale.returned).to.equal(false);
    world.comeBack({ id, nonce });
    expect(page.flow.sale.returned).to.equal(true);
  });

  it('hears a return that came while no page listened', async () => {
    const world = createWorld();
    const before = await toSelling(world);
    before.close();
    world.comeBack(before.flow.sale);
    const after = world.page();
    await world.settle();
    expect(after.flow.sale).to.include({ stage: 'selling', returned: true });
    world.records = [world.record()];
    await world.advance(3000);
    expect(world.prompts).to.have.lengthOf(1);
  });

  it('tells the same trouble once, and again after an answer in between', async () => {
    const world = createWorld();
    const page = await toSelling(world);
    world.trouble.list = new OfframpError('backend-unreachable');
    await world.advance(5 * MINUTE);
    expect(page.codes).to.deep.equal(['backend-unreachable']);
    world.trouble.list = new OfframpError('backend-refused');
    await world.advance(MINUTE);
    expect(page.codes).to.deep.equal(['backend-unreachable', 'backend-refused']);
    delete world.trouble.list;
    await world.advance(MINUTE);
    world.trouble.list = new OfframpError('backend-refused');
    await world.advance(MINUTE);
    expect(page.codes).to.deep.equal(['backend-unreachable', 'backend-refused', 'backend-refused']);
    expect(page.flow.sale.stage).to.equal('selling');
  });

  it('tells once that the backend answers again', async () => {
    const world = createWorld();
    const page = await toSelling(world);
    await world.advance(10_000);
    expect(page.recovered).to.equal(0);
    world.trouble.list = new OfframpError('backend-unreachable');
    await world.advance(MINUTE);
    delete world.trouble.list;
    await world.advance(MINUTE);
    expect(page.recovered).to.equal(1);
  });

  it('finds the order after any trouble', async () => {
    const world = createWorld();
    const page = await toSelling(world);
    world.trouble.list = new OfframpError('backend-busy', { retryAfter: 30_000 });
    await world.advance(10 * MINUTE);
    delete world.trouble.list;
    world.records = [world.record()];
    await world.advance(MINUTE);
    expect(page.flow.sale.stage).to.equal('ordered');
  });

  it('pauses while nobody watches, and goes on with the next watcher', async () => {
    const world = createWorld();
    const page = await toSelling(world);
    page.part();
    await world.settle();
    const before = lists(world);
    world.records = [world.record()];
    await world.advance(5 * MINUTE);
    page.clock.wake();
    await world.settle();
    expect(lists(world)).to.equal(before);
    page.join();
    await world.settle();
    expect(page.flow.sale.stage).to.equal('ordered');
  });

  it('hears no return while nobody watches, and finds it afterwards', async () => {
    const world = createWorld();
    const page = await toSelling(world);
    page.part();
    world.comeBack(page.flow.sale);
    expect(page.flow.sale.returned).to.equal(false);
    page.join();
    expect(page.flow.sale.returned).to.equal(true);
  });

  for (const hours of [6, -6]) {
    it(`tells the sale’s order from an older one by the server’s time, where this clock is ${-hours} hours ahead`, async () => {
      const world = createWorld();
      world.skew = hours * 60 * MINUTE;
      const stale = world.record({ transaction_id: 'order-0' });
      await world.advance(MINUTE);
      world.records = [stale];
      const page = await toSelling(world);
      await world.advance(MINUTE);
      expect(page.flow.sale.stage).to.equal('selling');
      world.records = [world.record(), stale];
      await world.advance(10_000);
      expect(page.flow.sale.order?.transactionId).to.equal('order-1');
    });
  }

  it('waits while the order is in no state to be paid', async () => {
    const world = createWorld();
    const page = await toSelling(world);
    world.records = [world.record({ status: 'IN_REVIEW' })];
    await world.advance(MINUTE);
    expect(page.flow.sale.stage).to.equal('selling');
  });

  for (const [status, code] of [
    ['FAILED', 'order-failed'],
    ['EXPIRED', 'order-expired'],
  ] as const) {
    it(`ends where the only order is ${status}`, async () => {
      const world = createWorld();
      const page = await toSelling(world);
      world.records = [world.record({ status })];
      await world.advance(3000);
      expect(page.flow.sale).to.include({ stage: 'failed', error: code });
      expect(page.codes).to.deep.equal([code]);
    });

    it(`keeps the transfer that Coinbase has seen for the only order, which is ${status}`, async () => {
      const world = createWorld();
      const page = await toSelling(world);
      world.records = [world.record({ status, tx_hash: HASH })];
      await world.advance(3000);
      expect(page.flow.sale).to.include({ stage: 'failed', error: code, txHash: HASH });
    });
  }

  it('follows an order that is paid already to its end', async () => {
    const world = createWorld();
    const page = await toSelling(world);
    world.records = [world.record({ status: 'SUCCESS', tx_hash: HASH })];
    await world.advance(3000);
    expect(page.entered).to.deep.equal(['opening', 'selling', 'ordered', 'settling', 'completed']);
    expect(world.prompts).to.have.lengthOf(0);
  });

  it('gives up after two hours without an order', async () => {
    const world = createWorld();
    const page = await toSelling(world);
    page.popup.isOpen = false;
    await world.advance(119 * MINUTE);
    expect(page.flow.sale.stage).to.equal('selling');
    await world.advance(2 * MINUTE);
    expect(page.flow.sale).to.include({ stage: 'failed', error: 'order-expired' });
  });

  it('can be cancelled: the window closes, and nothing is asked any more', async () => {
    const world = createWorld();
    const page = await toSelling(world);
    page.flow.cancel();
    expect(page.flow.sale.stage).to.equal('cancelled');
    expect(page.popup.isOpen).to.equal(false);
    const before = lists(world);
    world.records = [world.record()];
    world.comeBack(page.flow.sale);
    await world.advance(5 * MINUTE);
    expect(lists(world)).to.equal(before);
    expect(world.prompts).to.have.lengthOf(0);
  });
});

describe('flow: the order on the page', () => {
  it('shows what Coinbase pays out as it becomes known', async () => {
    const world = createWorld();
    const page = await toOrdered(world);
    expect(page.flow.sale.fiat).to.deep.equal({ value: '24.75', currency: 'USD' });
    world.records = world.records.map((record) => ({ ...record, total: { value: '24.10', currency: 'USD' } }));
    await world.advance(3000);
    expect(page.flow.sale.fiat).to.deep.equal({ value: '24.10', currency: 'USD' });
  });

  for (const [name, change, stages] of [
    ['paid from elsewhere', { tx_hash: HASH }, ['settling']],
    ['paid out late, without this page', { status: 'SUCCESS' }, ['settling', 'completed']],
    ['failed', { status: 'FAILED' }, ['failed']],
    ['expired', { status: 'EXPIRED' }, ['failed']],
  ] as const satisfies [string, Partial<SaleRecord>, string[]][]) {
    it(`follows an order that is ${name}`, async () => {
      const world = createWorld();
      const page = await toOrdered(world);
      world.records = world.records.map((record) => ({ ...record, ...change }));
      await world.advance(3000);
      expect(page.entered.slice(3)).to.deep.equal(stages);
      expect(world.prompts).to.have.lengthOf(0);
    });
  }

  it('can be cancelled', async () => {
    const world = createWorld();
    const page = await toOrdered(world);
    page.flow.cancel();
    page.send('press');
    world.comeBack(page.flow.sale);
    await world.advance(MINUTE);
    expect(page.flow.sale.stage).to.equal('cancelled');
    expect(world.prompts).to.have.lengthOf(0);
  });

  it('is not sent for where the list has not answered, and the trouble is told once', async () => {
    const world = createWorld();
    const page = await toOrdered(world);
    world.trouble.list = new OfframpError('backend-unreachable');
    await world.advance(5 * MINUTE);
    expect(page.codes).to.deep.equal(['backend-unreachable']);
    expect(page.flow.sale.stage).to.equal('ordered');
  });

  it('makes room for a new sale at the next press after its end', async () => {
    const world = createWorld();
    const page = await toOrdered(world);
    const { id } = page.flow.sale;
    page.flow.cancel();
    world.records = [];
    page.start();
    await world.settle();
    expect(page.flow.sale.stage).to.equal('selling');
    expect(page.flow.sale.id).not.to.equal(id);
    expect(page.flow.sale).to.include({ order: null, txHash: null, returned: false, pressed: false, asked: false });
  });
});
