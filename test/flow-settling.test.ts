import { expect } from 'chai';
import { OfframpError } from '../src/errors.ts';
import { HASH, MINUTE } from './fixtures/orders.ts';
import { toOrdered, toSending, toSettling, toUnsure } from './fixtures/passages.ts';
import { createWorld, type World } from './fixtures/world.ts';

const withBackendClaim = () => {
  const world = createWorld();
  world.session = { claimUrl: 'https://shop.example/claim' };
  return world;
};

describe('flow: in doubt', () => {
  it('finds a later approval by Coinbase’s status, to the payout', async () => {
    const world = createWorld();
    const page = await toUnsure(world);
    world.records = world.records.map((record) => ({ ...record, tx_hash: HASH }));
    await world.advance(10_000);
    world.records = world.records.map((record) => ({ ...record, status: 'SUCCESS' }));
    await world.advance(10_000);
    expect(page.entered).to.deep.equal(['unsure', 'settling', 'completed']);
    expect(world.prompts).to.have.lengthOf(1);
  });

  it('tells the backend the hash that the chain shows', async () => {
    const world = withBackendClaim();
    await toUnsure(world);
    world.sighting = { txHash: HASH };
    await world.advance(10_000);
    expect(world.calls).to.include(`reported ${HASH} at https://shop.example/claim`);
  });

  for (const status of ['EXPIRED', 'FAILED']) {
    it(`ends with Coinbase’s ${status}, and remembers that something may have been sent`, async () => {
      const world = createWorld();
      const page = await toUnsure(world);
      world.records = world.records.map((record) => ({ ...record, status }));
      await world.advance(10_000);
      expect(page.flow.sale.stage).to.equal('failed');
      expect(page.flow.sale.attempt).not.to.equal(null);
    });
  }

  it('follows Coinbase though the wallet never answers a look at the chain', async () => {
    const world = createWorld();
    const page = await toUnsure(world);
    world.hold('look');
    await world.advance(MINUTE);
    world.records = world.records.map((record) => ({ ...record, status: 'SUCCESS', tx_hash: HASH }));
    await world.advance(15_000);
    expect(page.flow.sale.stage).to.equal('completed');
  });

  it('does not believe “nothing was sent” where the wallet never answers a look at the chain', async () => {
    const world = createWorld();
    const page = await toUnsure(world);
    await world.advance(2 * MINUTE);
    world.hold('look');
    page.sayNotSent();
    await world.advance(MINUTE);
    expect(page.flow.sale.stage).to.equal('unsure');
    expect(page.codes).to.deep.equal(['wallet-failed']);
  });

  it('cannot be cancelled or begun again', async () => {
    const world = createWorld();
    const page = await toUnsure(world);
    page.flow.cancel();
    page.flow.reset();
    page.start();
    await world.settle();
    expect(page.flow.sale.stage).to.equal('unsure');
  });

  it('does not outlast the deadline as an ask: it waits for proof instead', async () => {
    const world = createWorld();
    const page = await toUnsure(world);
    await world.advance(60 * MINUTE);
    expect(page.flow.sale.stage).to.equal('unsure');
  });

  it('ends at once after “nothing was sent” where the deadline is over', async () => {
    const world = createWorld();
    const page = await toUnsure(world);
    world.sighting = 'nothing';
    await world.advance(60 * MINUTE);
    page.sayNotSent();
    await world.settle();
    expect(page.flow.sale).to.include({ stage: 'failed', error: 'order-expired' });
    expect(world.prompts).to.have.lengthOf(1);
  });

  it('says so where the claim cannot be freed after “nothing was sent”', async () => {
    const world = createWorld();
    const page = await toUnsure(world);
    world.sighting = 'nothing';
    await world.advance(2 * MINUTE);
    world.claimsWork = false;
    page.sayNotSent();
    await world.settle();
    expect(page.codes).to.deep.equal(['store-unavailable']);
    expect(page.flow.sale.stage).to.equal('unsure');
  });

  it('believes “nothing was sent” in no other stage', async () => {
    const world = createWorld();
    const page = await toSending(world);
    world.sighting = 'nothing';
    page.sayNotSent();
    await world.settle();
    expect(page.flow.sale.stage).to.equal('sending');
    expect(world.calls).not.to.include('look');
  });
});

describe('flow: at the deadline', () => {
  const paid = (world: World) => world.records.map((record) => ({ ...record, tx_hash: HASH }));

  /** A page with an order is closed, and its time passes. */
  const toLate = async (world: World) => {
    const page = await toOrdered(world);
    page.close();
    await world.advance(40 * MINUTE);
    return page.flow.sale;
  };

  it('hears of a transfer from elsewhere that Coinbase lists since the last poll', async () => {
    const world = createWorld();
    const page = await toOrdered(world);
    const { deadline = 0 } = page.flow.sale.order ?? {};
    await world.advance(deadline - 1 - world.now());
    world.records = paid(world);
    await world.advance(1);
    expect(page.flow.sale).to.include({ stage: 'settling', txHash: HASH });
    expect(page.entered).not.to.include('failed');
  });

  it('long past, asks Coinbase before a new page ends what may have been paid from elsewhere', async () => {
    const world = createWorld();
    await toLate(world);
    world.records = paid(world);
    const open = world.hold('list');
    const page = world.page();
    await world.advance(100);
    expect(page.flow.sale.stage).to.equal('ordered');
    open();
    await world.settle();
    expect(page.flow.sale).to.include({ stage: 'settling', txHash: HASH });
  });

  it('long past, asks no wallet by itself for an order that nobody may pay any more', async () => {
    const world = createWorld();
    const sale = await toLate(world);
    world.comeBack(sale);
    const open = world.hold('list');
    const page = world.page();
    await world.advance(100);
    expect(page.flow.sale).to.include({ stage: 'ordered', returned: true });
    open();
    await world.settle();
    expect(page.flow.sale).to.include({ stage: 'failed', error: 'order-expired' });
    expect(world.calls).not.to.include('prepare');
  });

  it('long past, hears a poll that gets through where the first question did not', async () => {
    const world = createWorld();
    await toLate(world);
    world.records = paid(world);
    world.trouble.list = new OfframpError('backend-unreachable');
    const page = world.page();
    await world.advance(100);
    delete world.trouble.list;
    await world.advance(10_000);
    expect(page.flow.sale).to.include({ stage: 'settling', txHash: HASH });
  });

  it('long past, does not wait for a backend that does not answer', async () => {
    const world = createWorld();
    await toLate(world);
    world.hold('list');
    const page = world.page();
    await world.advance(16_000);
    expect(page.flow.sale).to.include({ stage: 'failed', error: 'order-expired' });
  });

  it('is not taken for past by a new page where this machine’s clock was put right meanwhile', async () => {
    const world = createWorld();
    world.skew = 60 * MINUTE;
    const before = await toOrdered(world);
    before.close();
    world.time.now += 60 * MINUTE;
    world.skew = 0;
    world.comeBack(before.flow.sale);
    const open = world.hold('list');
    const page = world.page();
    await world.advance(100);
    expect([page.flow.sale.stage, world.prompts.length]).to.deep.equal(['ordered', 0]);
    open();
    await world.advance(100);
    expect(page.flow.sale.stage).to.equal('sending');
    expect(world.prompts).to.have.lengthOf(1);
  });
});

describe('flow: after the send', () => {
  it('waits for Coinbase, however long it takes', async () => {
    const world = createWorld();
    const page = await toSettling(world);
    await world.advance(120 * MINUTE);
    expect(page.flow.sale.stage).to.equal('settling');
    world.records = world.records.map((record) => ({ ...record, status: 'SUCCESS', tx_hash: HASH }));
    await world.advance(10_000);
    expect(page.flow.sale.stage).to.equal('completed');
  });

  it('ends with Coinbase’s failure, and keeps the hash for the person to find it', async () => {
    const world = createWorld();
    const page = await toSettling(world);
    world.records = world.records.map((record) => ({ ...record, status: 'FAILED' }));
    await world.advance(3000);
    expect(page.flow.sale).to.include({ stage: 'failed', error: 'order-failed', txHash: HASH });
  });

  it('cannot be cancelled', async () => {
    const world = createWorld();
    const page = await toSettling(world);
    page.flow.cancel();
    expect(page.flow.sale.stage).to.equal('settling');
  });

  it('asks nothing more once it is over', async () => {
    const world = createWorld();
    const page = await toSettling(world);
    world.records = world.records.map((record) => ({ ...record, status: 'SUCCESS' }));
    await world.advance(3000);
    const before = world.calls.length;
    page.clock.wake();
    await world.advance(10 * MINUTE);
    expect(world.calls.length).to.equal(before);
    expect(page.clock.isHeard).to.equal(false);
  });
});
