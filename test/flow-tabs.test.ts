import { expect } from 'chai';
import type { Sale } from '../src/sale.ts';
import { HASH, MINUTE } from './fixtures/orders.ts';
import { press, toOrdered, toSelling, toSending, toSettling, toUnsure } from './fixtures/passages.ts';
import { WISH } from './fixtures/wish.ts';
import { createWorld, type Page, type World } from './fixtures/world.ts';

const reload = async (world: World, page: Page): Promise<Page> => {
  page.close();
  const next = world.page();
  await world.settle();
  return next;
};

describe('flow: a reload', () => {
  for (const [stage, reach] of Object.entries<(world: World) => Promise<Page>>({
    selling: toSelling,
    ordered: toOrdered,
    unsure: toUnsure,
    settling: toSettling,
  })) {
    it(`goes on in ${stage}, as the same sale`, async () => {
      const world = createWorld();
      const before = await reach(world);
      const after = await reload(world, before);
      expect(after.flow.sale).to.deep.equal(before.flow.sale);
      const asked = world.calls.filter((call) => call === 'list').length;
      await world.advance(10_000);
      expect(world.calls.filter((call) => call === 'list').length).to.be.greaterThan(asked);
    });
  }

  it('goes on from sending as unsure, a little later', async () => {
    const world = createWorld();
    const before = await toSending(world);
    const after = await reload(world, before);
    expect(after.flow.sale.stage).to.equal('sending');
    await world.advance(1000);
    expect(after.flow.sale.stage).to.equal('unsure');
    expect(after.flow.sale.attempt).to.deep.equal(before.flow.sale.attempt);
  });

  it('finds what was approved after it, and asks nothing', async () => {
    const world = createWorld();
    const after = await reload(world, await toSending(world));
    world.prompt().approve();
    await world.advance(1000);
    expect(after.flow.sale.stage).to.equal('unsure');
    world.records = world.records.map((record) => ({ ...record, tx_hash: HASH }));
    await world.advance(10_000);
    world.records = world.records.map((record) => ({ ...record, status: 'SUCCESS' }));
    await world.advance(10_000);
    expect(after.entered).to.deep.equal(['unsure', 'settling', 'completed']);
    expect(world.prompts).to.have.lengthOf(1);
  });

  it('while the order is checked asks nothing by itself, and leaves it free to be sent', async () => {
    const world = createWorld();
    const before = await toOrdered(world);
    world.hold('take');
    before.send('press');
    await world.settle();
    world.hold('take')();
    const after = await reload(world, before);
    await world.advance(5000);
    expect(after.flow.sale.stage).to.equal('ordered');
    expect(world.prompts).to.have.lengthOf(0);
    after.send('press');
    await world.settle();
    expect(world.prompts).to.have.lengthOf(1);
  });

  it('right after the sale was saved as sending never asks again', async () => {
    const world = createWorld();
    const before = await toOrdered(world);
    before.diesAt = 'save sending';
    before.send('press');
    await world.settle();
    expect(world.prompts).to.have.lengthOf(0);
    const after = world.page();
    await world.advance(1000);
    expect(after.flow.sale.stage).to.equal('unsure');
    await world.advance(10 * MINUTE);
    expect(world.prompts).to.have.lengthOf(0);
  });

  it('between a “no” and its saving is in doubt at worst, and asks nothing', async () => {
    const world = createWorld();
    const before = await toSending(world);
    before.diesAt = 'drop';
    world.prompt().decline();
    await world.settle();
    const after = world.page();
    await world.advance(5000);
    expect(after.flow.sale.stage).to.equal('unsure');
    expect(world.prompts).to.have.lengthOf(1);
  });

  it('in the tab that went to Coinbase itself asks at once, after the return', async () => {
    const world = createWorld();
    const before = world.page();
    before.wish = () => ({ ...WISH, presentation: 'redirect' });
    await toSelling(world, before);
    before.close();
    world.records = [world.record()];
    world.comeBack(before.flow.sale);
    const after = world.page();
    await world.advance(1000);
    expect(after.entered).to.deep.equal(['ordered', 'sending']);
    expect(world.prompts).to.have.lengthOf(1);
  });

  it('forgets what had no session yet', async () => {
    const world = createWorld();
    const before = world.page();
    await before.flow.readAccount();
    world.hold('session');
    before.start();
    await world.settle();
    const after = await reload(world, before);
    expect(after.flow.sale.stage).to.equal('idle');
    expect(after.codes).to.deep.equal([]);
  });

  for (const [stage, status] of [
    ['failed', 'FAILED'],
    ['completed', 'SUCCESS'],
  ] as const) {
    it(`still shows that the sale ${stage}, which tells where the money is, and asks nothing more`, async () => {
      const world = createWorld();
      const before = await toSettling(world);
      world.records = world.records.map((record) => ({ ...record, status }));
      await world.advance(3000);
      const asked = world.calls.length;
      const after = await reload(world, before);
      await world.advance(MINUTE);
      expect(after.flow.sale.stage).to.equal(stage);
      expect(world.calls.length).to.equal(asked);
    });
  }

  it('does not show an old “no” again', async () => {
    const world = createWorld();
    const before = await toOrdered(world);
    before.flow.cancel();
    const after = await reload(world, before);
    expect(after.flow.sale.stage).to.equal('idle');
  });

  it('two hours after the window was left finds a fresh button', async () => {
    const world = createWorld();
    const before = await toSelling(world);
    before.close();
    await world.advance(121 * MINUTE);
    const after = world.page();
    await world.settle();
    expect(after.flow.sale.stage).to.equal('idle');
    expect(after.codes).to.deep.equal([]);
  });
});

describe('flow: two tabs', () => {
  /** Two tabs that show one order. */
  const both = async (world: World): Promise<[Page, Page]> => {
    const one = await toOrdered(world);
    const other = world.page();
    await world.settle();
    return [one, other];
  };
  const stages = (...pages: Page[]) => pages.map(({ flow }) => flow.sale.stage);

  it('show one sale: what one does, the other follows', async () => {
    const world = createWorld();
    const [one, other] = await both(world);
    one.send('press');
    await world.advance(100);
    expect(stages(one, other)).to.deep.equal(['sending', 'sending']);
    world.prompt().approve();
    await world.advance(100);
    expect(stages(one, other)).to.deep.equal(['settling', 'settling']);
    world.records = world.records.map((record) => ({ ...record, status: 'SUCCESS' }));
    await world.advance(3000);
    expect(stages(one, other)).to.deep.equal(['completed', 'completed']);
    expect([...one.codes, ...other.codes]).to.deep.equal([]);
  });

  it('that go on from one state at once agree on the one that asked the wallet', async () => {
    const world = createWorld();
    const [one, other] = await both(world);
    const before = other.flow.sale;
    await press(world, one);
    const asked = one.flow.sale;
    // What the other did before it could know, which was stored last.
    const news = { ...before, status: 'STARTED', revision: asked.revision };
    world.tamper(news);
    one.hear(news);
    await world.settle();
    expect(one.flow.sale).to.equal(asked);
    world.hold('find');
    const late = world.page();
    await world.settle();
    expect(late.flow.sale.stage).to.equal('ordered');
    late.hear(asked);
    await world.settle();
    expect(late.flow.sale).to.deep.equal(asked);
  });

  it('do not ask twice: the second press is told that the first is at it', async () => {
    const world = createWorld();
    const [one, other] = await both(world);
    const prepare = world.hold('prepare');
    one.send('press');
    await world.settle();
    other.send('press');
    await world.settle();
    expect(other.codes).to.deep.equal(['already-claimed']);
    prepare();
    await world.settle();
    expect(world.prompts).to.have.lengthOf(1);
    expect(one.codes).to.deep.equal([]);
  });

  it('do not ask twice where both press at once', async () => {
    const world = createWorld();
    const [one, other] = await both(world);
    one.send('press');
    other.send('press');
    await world.advance(5000);
    expect(world.prompts).to.have.lengthOf(1);
  });

  it('wait for the tab that asks, and are in doubt a little after it is gone', async () => {
    const world = createWorld();
    const [one, other] = await both(world);
    one.send('press');
    await world.advance(90_000);
    expect(other.flow.sale.stage).to.equal('sending');
    one.close();
    await world.advance(499);
    expect(other.flow.sale.stage).to.equal('sending');
    await world.advance(1);
    expect(other.flow.sale.stage).to.equal('unsure');
    other.send('press');
    await world.advance(MINUTE);
    expect(world.prompts).to.have.lengthOf(1);
  });

  it('take up a claim of a tab that died right after taking it', async () => {
    const world = createWorld();
    const [one, other] = await both(world);
    one.diesAt = 'take';
    one.send('press');
    await world.settle();
    expect(other.flow.sale.stage).to.equal('ordered');
    other.send('press');
    await world.advance(1000);
    expect(other.flow.sale.stage).to.equal('unsure');
    expect(world.prompts).to.have.lengthOf(0);
  });

  it('take up a claim of a killed browser, which lost that the sale was ordered, and end nothing unsent', async () => {
    const world = createWorld();
    const before = await toSelling(world);
    const kept = world.stored();
    world.records = [world.record()];
    await world.advance(3000);
    before.send('press');
    await world.settle();
    expect(world.prompts).to.have.lengthOf(1);
    before.close();
    world.tamper({ ...kept });
    world.records = world.records.map((record) => ({ ...record, status: 'FAILED' }));
    const after = world.page();
    await world.advance(5000);
    expect(after.flow.sale).to.include({ stage: 'failed', asked: true });
    expect(after.flow.sale.order?.transactionId).to.equal('order-1');
  });

  it('see a “no” that was said in one of them, and can send from the other', async () => {
    const world = createWorld();
    const [one, other] = await both(world);
    one.send('press');
    await world.advance(100);
    world.prompt().decline();
    await world.advance(100);
    expect(stages(one, other)).to.deep.equal(['ordered', 'ordered']);
    other.send('press');
    await world.advance(100);
    expect(world.prompts).to.have.lengthOf(2);
    expect(stages(one, other)).to.deep.equal(['sending', 'sending']);
  });

  it('are cancelled together', async () => {
    const world = createWorld();
    const [one, other] = await both(world);
    one.flow.cancel();
    other.send('press');
    await world.advance(5000);
    expect(stages(one, other)).to.deep.equal(['cancelled', 'cancelled']);
    expect(world.prompts).to.have.lengthOf(0);
  });

  it('do not send what another tab has just cancelled, though it was not heard of yet', async () => {
    const world = createWorld();
    const [one, other] = await both(world);
    const take = world.hold('take');
    other.send('press');
    await world.settle();
    one.flow.cancel();
    take();
    await world.settle();
    expect(world.prompts).to.have.lengthOf(0);
    expect(world.claims.size).to.equal(0);
  });

  it('take up a sale that was begun in another tab', async () => {
    const world = createWorld();
    const idle = world.page();
    await idle.flow.readAccount();
    const page = await toSelling(world);
    await world.advance(10);
    expect(idle.flow.sale).to.deep.equal(page.flow.sale);
  });

  it('do not go back to a sale of before, where the news of it come late', async () => {
    const world = createWorld();
    const [one, other] = await both(world);
    const before = one.flow.sale;
    one.flow.cancel();
    await world.advance(10);
    world.hold('session');
    other.start();
    await world.settle();
    expect(other.flow.sale.stage).to.equal('opening');
    other.hear(before);
    await world.settle();
    expect(other.flow.sale.stage).to.equal('opening');
    expect(other.popup.isOpen).to.equal(true);
  });

  it('agree on the ask that is the last where the server’s time goes back between two', async () => {
    const world = createWorld();
    const [one, other] = await both(world);
    await press(world, one);
    world.prompt().decline();
    await world.advance(100);
    world.skew -= 20_000;
    await press(world, one);
    await world.advance(100);
    expect(stages(one, other)).to.deep.equal(['sending', 'sending']);
    other.flow.cancel();
    world.prompt().approve();
    await world.advance(100);
    expect(stages(one, other)).to.deep.equal(['settling', 'settling']);
  });

  for (const [stage, isTaken] of [
    ['ordered', false],
    ['failed', false],
    ['cancelled', false],
    ['sending', true],
    ['settling', true],
  ] as const) {
    it(`keep each its own order, where neither could be saved, ${isTaken ? 'but for' : 'also where'} one is ${stage}`, async () => {
      const world = createWorld();
      const page = await toOrdered(world);
      const { order, revision } = page.flow.sale;
      const attempt = { askedAt: world.now(), nonce: '0x7', block: '0x64' };
      const theirs = order && { ...order, transactionId: 'order-2' };
      world.tamper({ stage, attempt, asked: true, order: theirs, revision: revision + 5 });
      page.hear(world.stored() as Sale);
      await world.settle();
      const { sale } = page.flow;
      expect([sale.stage, sale.order?.transactionId]).to.deep.equal(
        isTaken ? [stage, 'order-2'] : ['ordered', 'order-1'],
      );
    });
  }

  it('keep an end on show, also where a new sale begins elsewhere, only until then', async () => {
    const world = createWorld();
    const [one, other] = await both(world);
    one.flow.cancel();
    await world.advance(10);
    world.records = [];
    one.start();
    await world.advance(10);
    expect(stages(one, other)).to.deep.equal(['selling', 'selling']);
    expect(other.flow.sale.id).to.equal(one.flow.sale.id);
  });
});
