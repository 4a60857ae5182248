// A sale that is told by its backend's events: quicker than asking, and never trusted with more. In a simulated world.
import { expect } from 'chai';
import { OfframpError } from '../src/errors.ts';
import { HASH, MINUTE, OTHER } from './fixtures/orders.ts';
import { press, toOrdered, toSelling, toUnsure } from './fixtures/passages.ts';
import type { Stream } from './fixtures/streams.ts';
import { createWorld, type Page, type World } from './fixtures/world.ts';

const withEvents = (): World => {
  const world = createWorld();
  world.session = { eventsUrl: '/sales/1/events' };
  return world;
};

const open = (world: World): Stream => {
  const streams = world.streams.filter(({ isOpen }) => isOpen);
  expect(streams, 'one stream is open').to.have.lengthOf(1);
  return streams[0] as Stream;
};

const asked = (world: World): number => world.calls.filter((call) => call === 'list').length;

/** How often the list was asked for while time passed. */
const askedWithin = async (world: World, ms: number): Promise<number> => {
  const before = asked(world);
  await world.advance(ms);
  return asked(world) - before;
};

/** In Coinbase's window, with a stream that has told that there is no order yet. */
const toLive = async (world: World): Promise<Page> => {
  const page = await toSelling(world);
  open(world).tell();
  await world.advance(5000);
  return page;
};

describe('events', () => {
  it('tell of the order as asking does, and are not asked over', async () => {
    const world = withEvents();
    const page = await toLive(world);
    const before = asked(world);
    world.records = [world.record()];
    open(world).tell();
    expect(page.flow.sale.stage).to.equal('ordered');
    expect(page.flow.sale.order?.transactionId).to.equal('order-1');
    expect(asked(world)).to.be.lessThanOrEqual(before + 1);
  });

  it('leave asking as a safety net, every half a minute', async () => {
    const world = withEvents();
    await toLive(world);
    await world.advance(30_000);
    expect(await askedWithin(world, 2 * MINUTE)).to.equal(4);
  });

  it('are no clock: one that was set forward meanwhile ends no order that has time left', async () => {
    const world = withEvents();
    const page = await toLive(world);
    world.records = [world.record()];
    open(world).tell();
    await world.advance(5000);
    world.time.now += 3 * 60 * MINUTE;
    world.skew -= 3 * 60 * MINUTE;
    await world.advance(MINUTE);
    expect([page.flow.sale.stage, page.codes]).to.deep.equal(['ordered', []]);
    await world.advance((page.flow.sale.order?.deadline ?? 0) - world.now());
    expect(page.flow.sale).to.include({ stage: 'failed', error: 'order-expired' });
  });

  it('leave asking as it is until something was told', async () => {
    const world = withEvents();
    await toSelling(world);
    open(world);
    expect(await askedWithin(world, MINUTE)).to.be.greaterThan(5);
  });

  it('are found by the safety net where they stay out', async () => {
    const world = withEvents();
    const page = await toLive(world);
    world.records = [world.record()];
    await world.advance(35_000);
    expect(page.flow.sale.stage).to.equal('ordered');
  });

  for (const [name, end] of Object.entries<(stream: Stream) => void>({
    ends: (stream) => stream.end(),
    breaks: (stream) => stream.fail(new OfframpError('backend-unreachable')),
  })) {
    it(`are asked for at once, and as ever, when their stream ${name}`, async () => {
      const world = withEvents();
      const page = await toLive(world);
      world.records = [world.record()];
      world.trouble.events = new OfframpError('backend-unreachable');
      end(open(world));
      await world.settle();
      expect(page.flow.sale.stage).to.equal('ordered');
      expect(await askedWithin(world, MINUTE)).to.be.greaterThan(5);
      expect(page.codes).to.deep.equal([]);
    });
  }

  it('are listened for again, ever more seldom, where there is no stream to be had', async () => {
    const world = withEvents();
    world.trouble.events = new OfframpError('backend-refused');
    await toSelling(world);
    await world.advance(3 * MINUTE);
    // After 5, 10, 20, 40 and 80 seconds.
    expect(world.calls.filter((call) => call === 'events')).to.have.lengthOf(6);
    world.trouble.events = undefined;
    await world.advance(3 * MINUTE);
    open(world);
  });

  it('are listened for again no sooner than the backend wants', async () => {
    const world = withEvents();
    world.trouble.events = new OfframpError('backend-busy', { retryAfter: 120_000 });
    const page = await toSelling(world);
    page.clock.wake();
    await world.advance(119_000);
    expect(world.calls.filter((call) => call === 'events')).to.have.lengthOf(1);
  });

  it('are done without where the backend has no stream to spare: asking goes on as if there were none', async () => {
    const world = withEvents();
    world.trouble.events = new OfframpError('backend-busy', { retryAfter: 30_000 });
    const page = await toSelling(world);
    expect(await askedWithin(world, MINUTE)).to.be.greaterThan(5);
    world.records = [world.record()];
    await world.advance(5000);
    expect(page.flow.sale.stage).to.equal('ordered');
    expect(page.codes).to.deep.equal([]);
    expect(world.calls.filter((call) => call === 'events')).to.have.lengthOf(2);
  });

  it('are listened for at once when the page is shown again', async () => {
    const world = withEvents();
    const page = await toLive(world);
    open(world).end();
    await world.settle();
    page.clock.wake();
    await world.settle();
    open(world);
  });

  it('come by one stream over all stages of a sale, which ends with it', async () => {
    const world = withEvents();
    const page = await toLive(world);
    world.records = [world.record()];
    open(world).tell();
    world.comeBack(page.flow.sale);
    await world.settle();
    world.prompt().approve();
    await world.settle();
    expect(page.flow.sale.stage).to.equal('settling');
    expect(world.streams).to.have.lengthOf(1);
    world.records = [world.record({ status: 'SUCCESS', tx_hash: HASH })];
    open(world).tell();
    await world.settle();
    expect(page.flow.sale.stage).to.equal('completed');
    expect(world.streams.map(({ isOpen }) => isOpen)).to.deep.equal([false]);
  });

  it('are not listened for while nobody watches', async () => {
    const world = withEvents();
    const page = await toLive(world);
    page.part();
    await world.settle();
    expect(world.streams.filter(({ isOpen }) => isOpen)).to.have.lengthOf(0);
    await world.advance(MINUTE);
    expect(world.streams).to.have.lengthOf(1);
    page.join();
    await world.settle();
    open(world);
  });

  it('go on after a reload', async () => {
    const world = withEvents();
    (await toLive(world)).close();
    const page = world.page();
    await world.settle();
    world.records = [world.record()];
    world.streams.at(-1)?.tell();
    expect(page.flow.sale.stage).to.equal('ordered');
  });

  it('are not listened for where the backend has none', async () => {
    const world = createWorld();
    await toOrdered(world);
    await world.advance(MINUTE);
    expect(world.calls).not.to.include('events');
  });

  it('are those of the next sale when one is begun', async () => {
    const world = withEvents();
    const page = await toLive(world);
    page.flow.cancel();
    page.start();
    await world.settle();
    expect(world.streams.map(({ isOpen }) => isOpen)).to.deep.equal([false, true]);
  });
});

describe('events and the rules of money', () => {
  const live = async () => {
    const world = withEvents();
    const page = await toOrdered(world);
    open(world).tell();
    return { world, page };
  };

  it('rule 8: two orders in an event are refused', async () => {
    const world = withEvents();
    const page = await toLive(world);
    open(world).tell({ transactions: [world.record(), world.record({ transaction_id: 'order-2' })] });
    expect(page.flow.sale).to.include({ stage: 'failed', error: 'order-ambiguous' });
  });

  it('rule 8: another address in an event ends the sale, and is never sent to', async () => {
    const { world, page } = await live();
    open(world).tell({ transactions: [world.record({ to_address: OTHER })] });
    await press(world, page);
    expect(page.flow.sale).to.include({ stage: 'failed', error: 'order-refused' });
    expect(world.prompts).to.have.lengthOf(0);
  });

  it('rule 6: the look right before an ask is a request, whatever an event said', async () => {
    const { world, page } = await live();
    world.records = [world.record({ status: 'EXPIRED' })];
    open(world).tell({ transactions: [world.record()] });
    await press(world, page);
    expect(world.prompts).to.have.lengthOf(0);
    expect(page.flow.sale).to.include({ stage: 'failed', error: 'order-expired' });
  });

  it('rule 12: an event that waited in a buffer does not turn the clock back', async () => {
    const { world, page } = await live();
    const told = { transactions: world.records, now: new Date(world.now()).toISOString() };
    const before = page.flow.now();
    world.time.now += 26 * MINUTE;
    open(world).tell(told);
    expect(page.flow.now()).to.equal(before + 26 * MINUTE);
  });

  it('an event that is older than what was heard is not heard', async () => {
    const { world, page } = await live();
    const old = { transactions: [world.record({ to_address: OTHER })], now: new Date(world.now()).toISOString() };
    await world.advance(5000);
    open(world).tell();
    open(world).tell(old);
    expect(page.flow.sale.stage).to.equal('ordered');
  });

  it('events said twice, or out of order, move no sale back', async () => {
    const { world, page } = await live();
    const began = { transactions: [...world.records] };
    world.comeBack(page.flow.sale);
    await world.settle();
    world.prompt().approve();
    await world.settle();
    const seen = { transactions: [world.record({ tx_hash: HASH })] };
    const stages = [seen, seen, began, { transactions: [] }, seen].map((told) => {
      open(world).tell(told);
      return page.flow.sale.stage;
    });
    expect(new Set(stages)).to.deep.equal(new Set(['settling']));
    expect(page.flow.sale.txHash).to.equal(HASH);
    open(world).tell({ transactions: [world.record({ status: 'SUCCESS', tx_hash: HASH })] });
    world.streams.at(-1)?.tell(began);
    expect(page.flow.sale.stage).to.equal('completed');
    expect(world.prompts).to.have.lengthOf(1);
  });

  it('rule 7: an order that only an event told of is not sent for by itself', async () => {
    const world = withEvents();
    const page = await toLive(world);
    world.records = [world.record()];
    open(world).tell();
    await world.advance(5 * MINUTE);
    expect(page.flow.sale.stage).to.equal('ordered');
    expect(world.prompts).to.have.lengthOf(0);
  });

  it('rule 4: while the chain must be looked at, the pace is the usual one', async () => {
    const world = withEvents();
    const page = await toUnsure(world);
    world.streams.at(-1)?.tell();
    await world.advance(MINUTE);
    expect(await askedWithin(world, MINUTE)).to.be.greaterThan(4);
    expect(page.flow.sale.stage).to.equal('unsure');
  });
});
