import { expect } from 'chai';
import { OfframpError } from '../src/errors.ts';
import { HASH, MINUTE, OTHER_HASH } from './fixtures/orders.ts';
import { toOrdered, toSelling, toSending, toSettling } from './fixtures/passages.ts';
import { createWorld, type Page, type World } from './fixtures/world.ts';

const send = async (world: World, page: Page, by: 'press' | 'call' = 'press') => {
  page.send(by);
  await world.settle();
};
const withBackendClaim = () => {
  const world = createWorld();
  world.session = { claimUrl: 'https://shop.example/claim' };
  return world;
};

describe('flow: the ask', () => {
  it('is made by itself after the return, once the order is there', async () => {
    const world = createWorld();
    const page = await toSelling(world);
    world.comeBack(page.flow.sale);
    world.records = [world.record()];
    await world.advance(3000);
    expect(page.flow.sale.stage).to.equal('sending');
    expect(page.flow.isBusy).to.equal(true);
    expect(world.prompts).to.have.lengthOf(1);
  });

  it('leads to settling with the wallet’s hash, and the backend hears of it', async () => {
    const world = withBackendClaim();
    const page = await toSending(world);
    world.prompt().approve();
    await world.settle();
    expect(page.flow.sale).to.include({ stage: 'settling', txHash: HASH });
    expect(world.calls).to.include(`reported ${HASH} at https://shop.example/claim`);
    expect(world.claims.size).to.equal(1);
  });

  it('does not mind a backend that cannot be told', async () => {
    const world = withBackendClaim();
    world.trouble.report = new OfframpError('backend-unreachable');
    const page = await toSettling(world);
    expect(page.codes).to.deep.equal([]);
  });

  it('goes back to the order when it is declined, with both claims free', async () => {
    const world = withBackendClaim();
    const page = await toSending(world);
    world.prompt().decline();
    await world.advance(MINUTE);
    expect(page.flow.sale).to.include({ stage: 'ordered', asked: true, pressed: false });
    expect(page.flow.sale.attempt?.isDeclined).to.equal(true);
    expect(world.claims.size + world.granted.size).to.equal(0);
    expect(world.prompts).to.have.lengthOf(1);
    expect(page.codes).to.deep.equal([]);
    await send(world, page);
    expect(world.prompts).to.have.lengthOf(2);
  });

  it('is not repeated by a return signal after it was declined', async () => {
    const world = createWorld();
    const page = await toOrdered(world);
    await send(world, page);
    world.prompt().decline();
    await world.settle();
    world.comeBack(page.flow.sale);
    await world.advance(5000);
    expect(world.prompts).to.have.lengthOf(1);
  });

  it('is not repeated by a reload after it was declined', async () => {
    const world = createWorld();
    const before = await toSending(world);
    world.prompt().decline();
    await world.settle();
    before.close();
    const after = world.page();
    await world.advance(5000);
    expect(after.flow.sale.stage).to.equal('ordered');
    expect(world.prompts).to.have.lengthOf(1);
  });

  it('goes back to the order, and says why, when the wallet could not be asked', async () => {
    const world = createWorld();
    const page = await toSending(world);
    world.prompt().answer({ kind: 'not-asked', error: new OfframpError('wrong-account') });
    await world.advance(5000);
    expect(page.flow.sale.stage).to.equal('ordered');
    expect(page.codes).to.deep.equal(['wrong-account']);
    expect(world.claims.size).to.equal(0);
    expect(world.prompts).to.have.lengthOf(1);
  });

  it('is in doubt when the answer tells nothing, and says why', async () => {
    const world = createWorld();
    const page = await toSending(world);
    world.prompt().answer({ kind: 'unsure', error: new OfframpError('wallet-busy') });
    await world.settle();
    expect(page.flow.sale.stage).to.equal('unsure');
    expect(page.codes).to.deep.equal(['wallet-busy']);
    expect(world.claims.size).to.equal(1);
  });

  it('is in doubt after two minutes without an answer', async () => {
    const world = createWorld();
    const page = await toSending(world);
    await world.advance(2 * MINUTE - 1);
    expect(page.flow.sale.stage).to.equal('sending');
    await world.advance(1);
    expect(page.flow.sale.stage).to.equal('unsure');
    expect(page.flow.isBusy).to.equal(true);
  });

  it('counts a late approval', async () => {
    const world = createWorld();
    const page = await toSending(world);
    await world.advance(20 * MINUTE);
    world.prompt().approve();
    await world.settle();
    expect(page.flow.sale).to.include({ stage: 'settling', txHash: HASH });
  });

  it('counts a late “no”', async () => {
    const world = createWorld();
    const page = await toSending(world);
    await world.advance(5 * MINUTE);
    world.prompt().decline();
    await world.settle();
    expect(page.flow.sale.stage).to.equal('ordered');
    expect(world.claims.size).to.equal(0);
  });

  it('lets Coinbase’s word stand where the wallet answers after it', async () => {
    const world = createWorld();
    const page = await toSending(world);
    world.records = world.records.map((record) => ({ ...record, tx_hash: OTHER_HASH }));
    await world.advance(3000);
    expect(page.flow.sale).to.include({ stage: 'settling', txHash: OTHER_HASH });
    world.prompt().decline();
    await world.settle();
    expect(page.flow.sale).to.include({ stage: 'settling', txHash: OTHER_HASH });
    expect(world.claims.size).to.equal(1);
  });

  it('is never dropped: its answer counts though nobody watches', async () => {
    const world = createWorld();
    const page = await toSending(world);
    page.part();
    await world.advance(10 * MINUTE);
    world.prompt().approve();
    await world.settle();
    expect(world.stored()).to.include({ stage: 'settling', txHash: HASH });
    page.join();
    world.records = world.records.map((record) => ({ ...record, status: 'SUCCESS' }));
    await world.advance(3000);
    expect(page.flow.sale.stage).to.equal('completed');
  });

  it('is followed at Coinbase meanwhile: a dead order ends the sale', async () => {
    const world = createWorld();
    const page = await toSending(world);
    world.records = world.records.map((record) => ({ ...record, status: 'EXPIRED' }));
    await world.advance(3000);
    expect(page.flow.sale).to.include({ stage: 'failed', error: 'order-expired' });
    expect(page.flow.sale.attempt).not.to.equal(null);
  });

  it('of an ended sale changes nothing of the next one', async () => {
    const world = createWorld();
    const page = await toSending(world);
    const old = world.prompt();
    world.records = world.records.map((record) => ({ ...record, status: 'EXPIRED' }));
    await world.advance(3000);
    world.records = [];
    page.start();
    await world.settle();
    expect(page.flow.sale.stage).to.equal('selling');
    old.approve();
    await world.settle();
    expect(page.flow.sale).to.include({ stage: 'selling', txHash: null });
  });
});

describe('flow: before the ask', () => {
  it('stops where the page prevents the send, and goes on with the page’s call after a return', async () => {
    const world = createWorld();
    const page = await toOrdered(world);
    page.allows.send = false;
    world.comeBack(page.flow.sale);
    await world.settle();
    expect(world.calls).not.to.include('prepare');
    page.allows.send = true;
    await send(world, page, 'call');
    expect(world.prompts).to.have.lengthOf(1);
  });

  it('stops a press where the page prevents the send', async () => {
    const world = createWorld();
    const page = await toOrdered(world);
    page.allows.send = false;
    await send(world, page);
    expect(world.prompts).to.have.lengthOf(0);
    expect(page.flow.isBusy).to.equal(false);
  });

  it('remembers a press that the page prevented: the page’s own call then sends', async () => {
    const world = createWorld();
    const page = await toOrdered(world);
    page.allows.send = false;
    await send(world, page);
    expect(world.prompts).to.have.lengthOf(0);
    await send(world, page, 'call');
    expect(world.prompts).to.have.lengthOf(1);
  });

  it('asks nothing before there is an order', async () => {
    const world = createWorld();
    const page = await toSelling(world);
    world.comeBack(page.flow.sale);
    await send(world, page);
    await send(world, page, 'call');
    expect(world.calls).not.to.include('prepare');
    expect(page.flow.sale.pressed).to.equal(false);
  });

  it('tells what the checks found, and can be tried again', async () => {
    const world = createWorld();
    const page = await toOrdered(world);
    world.trouble.prepare = new OfframpError('low-funds');
    await send(world, page);
    expect(page.codes).to.deep.equal(['low-funds']);
    expect(page.errors[0]?.stage).to.equal('ordered');
    expect(page.flow.sale.stage).to.equal('ordered');
    expect(page.flow.isBusy).to.equal(false);
    expect(world.claims.size).to.equal(0);
    delete world.trouble.prepare;
    await send(world, page);
    expect(world.prompts).to.have.lengthOf(1);
  });

  it('is cancelled silently while it is checked', async () => {
    const world = createWorld();
    const page = await toOrdered(world);
    const prepare = world.hold('prepare');
    await send(world, page);
    page.flow.cancel();
    prepare();
    await world.settle();
    expect(page.flow.sale.stage).to.equal('cancelled');
    expect(world.prompts).to.have.lengthOf(0);
    expect(page.codes).to.deep.equal([]);
  });

  for (const door of ['take', 'claim'] as const) {
    it(`is not asked where the sale is cancelled during ${door}, and keeps no claim`, async () => {
      const world = withBackendClaim();
      const page = await toOrdered(world);
      const go = world.hold(door);
      await send(world, page);
      page.flow.cancel();
      go();
      await world.settle();
      expect(page.flow.sale.stage).to.equal('cancelled');
      expect(world.prompts).to.have.lengthOf(0);
      expect(world.claims.size + world.granted.size).to.equal(0);
    });
  }

  for (const status of ['EXPIRED', 'FAILED', 'SUCCESS']) {
    it(`is not asked where the order is ${status} between being shown and the press`, async () => {
      const world = createWorld();
      const page = await toOrdered(world);
      world.records = world.records.map((record) => ({ ...record, status }));
      await send(world, page);
      expect(world.prompts).to.have.lengthOf(0);
      expect(page.flow.sale.stage).to.equal(status === 'SUCCESS' ? 'completed' : 'failed');
    });
  }

  it('frees its own claim where the backend does not answer, and can be tried again', async () => {
    const world = withBackendClaim();
    const page = await toOrdered(world);
    world.trouble.claim = new OfframpError('backend-unreachable');
    await send(world, page);
    expect(page.codes).to.deep.equal(['backend-unreachable']);
    expect(page.flow.sale.stage).to.equal('ordered');
    expect(world.claims.size).to.equal(0);
    delete world.trouble.claim;
    await send(world, page);
    expect(world.prompts).to.have.lengthOf(1);
  });
});

describe('flow: before the ask, the backend', () => {
  for (const code of ['order-expired', 'order-refused'] as const) {
    it(`may end the sale by its own look at the order: ${code}`, async () => {
      const world = withBackendClaim();
      const page = await toOrdered(world);
      world.trouble.claim = new OfframpError(code);
      await send(world, page);
      expect(page.flow.sale).to.include({ stage: 'failed', error: code });
      expect(page.codes).to.deep.equal([code]);
      expect(world.prompts).to.have.lengthOf(0);
      expect(world.claims.size).to.equal(0);
    });
  }
});
