import { expect } from 'chai';
import { OfframpError } from '../src/errors.ts';
import { HASH, MINUTE, NOON } from './fixtures/orders.ts';
import { toOrdered, toSelling, toSending } from './fixtures/passages.ts';
import { createWorld, type Page } from './fixtures/world.ts';

describe('flow: watchers', () => {
  it('are many for one sale, and hear the same', async () => {
    const world = createWorld();
    const page = await toSelling(world);
    const heard: string[] = [];
    const leave = page.flow.watch({ ...page.watcher, onSale: () => heard.push(page.flow.sale.stage) });
    world.records = [world.record()];
    await world.advance(3000);
    expect(heard).to.include('ordered');
    leave();
    page.flow.cancel();
    expect(heard).not.to.include('cancelled');
    expect(page.entered.at(-1)).to.equal('cancelled');
  });

  it('must all allow a send, and one that confirms is enough to wait', async () => {
    const world = createWorld();
    const page = await toOrdered(world);
    page.flow.watch({ ...page.watcher, confirmsSend: () => true, maySend: () => false });
    world.comeBack(page.flow.sale);
    page.send('press');
    await world.settle();
    expect(world.prompts).to.have.lengthOf(0);
  });

  it('may move the sale on while they are told of it', async () => {
    const world = createWorld();
    const page = await toSelling(world);
    page.flow.watch({
      ...page.watcher,
      onSale: () => {
        if (page.flow.sale.stage === 'ordered') page.flow.cancel();
      },
    });
    world.records = [world.record()];
    world.comeBack(page.flow.sale);
    await world.advance(5000);
    expect(page.flow.sale.stage).to.equal('cancelled');
    expect(world.prompts).to.have.lengthOf(0);
  });

  for (const [name, act, ends, asks] of [
    ['cancel()', (page: Page) => page.flow.cancel(), 'cancelled', 0],
    ['send()', (page: Page) => page.send('call'), 'sending', 1],
  ] as const) {
    it(`are heard where they call ${name} at the very moment of an order, once, after the return`, async () => {
      const world = createWorld();
      const page = await toSelling(world);
      page.flow.watch({
        ...page.watcher,
        onSale: (previous) => {
          if (page.flow.sale.stage === 'ordered' && previous === 'selling') act(page);
        },
      });
      world.comeBack(page.flow.sale);
      world.records = [world.record()];
      await world.advance(5000);
      expect(page.flow.sale.stage).to.equal(ends);
      expect(world.prompts).to.have.lengthOf(asks);
    });
  }

  it('that prevent their own send at the moment of an order leave the claims to be looked at before Cancel ends it', async () => {
    const world = createWorld();
    const page = await toSelling(world);
    page.allows.send = false;
    page.flow.watch({
      ...page.watcher,
      onSale: (previous) => {
        if (page.flow.sale.stage === 'ordered' && previous === 'selling') page.send('call');
      },
    });
    world.claims.set('order-1', { saleId: page.flow.sale.id, attempt: { askedAt: NOON, nonce: '0x7', block: '0x64' } });
    world.comeBack(page.flow.sale);
    world.records = [world.record()];
    await world.advance(1500);
    page.flow.cancel();
    await world.settle();
    expect(page.entered).not.to.include('cancelled');
    expect(page.flow.sale.stage).to.equal('sending');
  });

  it('that come back to an opening without its window find a button to press again', async () => {
    const world = createWorld();
    const page = world.page();
    await page.flow.readAccount();
    const mint = world.hold('session');
    page.start();
    page.part();
    mint();
    await world.settle();
    expect(page.popup.isOpen).to.equal(false);
    page.join();
    await world.settle();
    expect(page.flow.sale.stage).to.equal('idle');
  });

  for (const [name, outcome, codes] of [
    ['is declined late', { kind: 'declined' }, []],
    ['is in doubt', { kind: 'unsure', error: new OfframpError('wallet-failed'), callsId: '0x02' }, ['wallet-failed']],
  ] as const) {
    it(`keep the claim and the state of a later ask in another tab when a former one ${name}`, async () => {
      const world = createWorld();
      const page = await toSending(world);
      const { attempt } = page.flow.sale;
      if (attempt) world.tamper({ attempt: { ...attempt, askedAt: attempt.askedAt + 5000 } });
      await world.advance(3000);
      const { sale } = page.flow;
      expect(sale.attempt?.askedAt).to.equal((attempt?.askedAt ?? 0) + 5000);
      world.prompt().answer(outcome);
      await world.settle();
      expect(page.flow.sale).to.equal(sale);
      expect(world.claims.size).to.equal(1);
      expect(page.codes).to.deep.equal(codes);
    });
  }

  it('hear nothing of another tab’s sale that knows nothing of the ask, however far it is', async () => {
    const world = createWorld();
    const page = await toSending(world);
    world.tamper({ stage: 'cancelled', attempt: null, revision: 99 });
    await world.advance(3000);
    expect(page.flow.sale.stage).to.equal('sending');
    world.prompt().approve();
    await world.settle();
    expect(page.flow.sale).to.include({ stage: 'settling', txHash: HASH });
    expect(page.codes).to.deep.equal([]);
  });

  it('hear nothing of the answer to an ask whose sale another tab has seen end', async () => {
    const world = createWorld();
    const page = await toSending(world);
    world.tamper({ stage: 'failed', error: 'order-expired' });
    await world.advance(3000);
    expect(page.flow.sale.stage).to.equal('failed');
    world.prompt().decline();
    await world.settle();
    expect(page.codes).to.deep.equal(['order-expired']);
  });

  it('go on to the end where a listener calls start() on entering a stage that another tab is ahead in', async () => {
    const world = createWorld();
    const page = await toSelling(world);
    const { onSale } = page.watcher;
    let calls = 0;
    page.watcher.onSale = (previous) => {
      onSale(previous);
      if (page.flow.sale.stage !== 'ordered' || calls > 0) return;
      calls += 1;
      world.tamper({ pressed: true });
      page.start('call');
    };
    world.records = [world.record()];
    await world.advance(3000);
    expect([page.flow.sale.stage, page.flow.sale.pressed, calls]).to.deep.equal(['ordered', true, 1]);
    await world.advance(30 * MINUTE);
    expect(page.flow.sale.stage).to.equal('failed');
  });
});
