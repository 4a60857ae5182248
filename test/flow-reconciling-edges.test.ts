// A look for a transfer at its edges: what is answered late, slowly, or about another sale.
import { expect } from 'chai';
import { OfframpError } from '../src/errors.ts';
import type { Sale } from '../src/sale.ts';
import { MINUTE, OTHER_HASH } from './fixtures/orders.ts';
import { press, toNextOrder, toOrdered, toSelling, toSending, toSettling, toUnsure } from './fixtures/passages.ts';
import { createWorld, type World } from './fixtures/world.ts';

const attempt = { askedAt: 0, nonce: '0x7', block: '0x64' };
const withBackendClaim = (): World => Object.assign(createWorld(), { session: { claimUrl: '/claim' } });
const count = (world: World, door: string): number => world.calls.filter((call) => call === door).length;

describe('flow: a look at the chain that is answered late', () => {
  for (const [name, sighting, after] of [
    ['pays the order whatever was asked since', { txHash: OTHER_HASH }, { stage: 'settling', txHash: OTHER_HASH }],
    ['undoes no ask that was made after it', 'undone', { stage: 'unsure', txHash: null }],
  ] as const)
    it(name, async () => {
      const world = createWorld();
      const page = await toSending(world);
      const late = world.hold('look');
      await world.advance(2 * MINUTE);
      expect([page.flow.sale.stage, count(world, 'look')]).to.deep.equal(['unsure', 1]);
      // The next one to look gets its answer at once.
      world.hold('look')();
      world.prompt().decline();
      await world.settle();
      world.sighting = 'nothing';
      await press(world, page);
      expect(world.prompts).to.have.lengthOf(2);
      world.prompt().answer({ kind: 'unsure', error: new OfframpError('wallet-failed') });
      await world.settle();
      expect(page.flow.sale.stage).to.equal('unsure');
      world.sighting = sighting;
      late();
      await world.settle();
      expect(page.flow.sale).to.include(after);
    });

  for (const sighting of ['nothing', 'undone'] as const) {
    it(`frees no claim of the next sale after “nothing was sent” of an ended one (${sighting})`, async () => {
      const world = withBackendClaim();
      const page = await toUnsure(world);
      await world.advance(2 * MINUTE);
      const late = world.hold('look');
      page.sayNotSent();
      await world.settle();
      await toNextOrder(world, page);
      // What the next sale looks for is not answered.
      world.hold('look');
      await press(world, page);
      world.prompt().answer({ kind: 'unsure', error: new OfframpError('wallet-failed') });
      await world.settle();
      expect(page.flow.sale.stage).to.equal('unsure');
      world.sighting = sighting;
      late();
      await world.settle();
      expect(world.granted.get('order-2')).to.equal(page.flow.sale.id);
      expect(page.flow.sale.stage).to.equal('unsure');
    });
  }

  for (const [door, passed] of [
    ['look', MINUTE],
    ['drop', MINUTE],
    ['look', -60 * MINUTE],
    ['drop', -60 * MINUTE],
  ] as const) {
    it(`because the machine slept over it proves nothing (${door}, its clock ${passed / MINUTE} minutes on)`, async () => {
      const world = createWorld();
      const page = await toUnsure(world);
      await world.advance(2 * MINUTE);
      world.sighting = 'nothing';
      const late = world.hold(door);
      page.sayNotSent();
      await world.settle();
      // Asleep: time goes by, and no timer with it.
      world.time.now += passed;
      late();
      await world.settle();
      expect([page.flow.sale.stage, page.codes]).to.deep.equal(['unsure', ['wallet-failed']]);
    });
  }

  it('is nothing to tell of a sale that Coinbase has ended meanwhile', async () => {
    const world = createWorld();
    const page = await toUnsure(world);
    await world.advance(2 * MINUTE);
    world.sighting = 'unknown';
    const late = world.hold('look');
    page.sayNotSent();
    world.records = world.records.map((record) => ({ ...record, status: 'EXPIRED' }));
    await world.advance(11_000);
    expect(page.flow.sale.stage).to.equal('failed');
    late();
    await world.settle();
    expect(page.codes).to.deep.equal(['order-expired']);
  });

  it('raises no alarm about a hash that the sale has no more', async () => {
    const world = createWorld();
    const page = await toSettling(world);
    world.trace = { kind: 'other' };
    const answer = world.hold('trace');
    await world.advance(5000);
    world.records = world.records.map((record) => ({ ...record, tx_hash: OTHER_HASH }));
    await world.advance(10_000);
    answer();
    await world.settle();
    expect(page.codes).to.deep.equal([]);
  });

  it('says with an alarm what to compare', async () => {
    const world = createWorld();
    const page = await toSettling(world);
    world.trace = { kind: 'other' };
    await world.advance(10_000);
    expect(page.codes).to.deep.equal(['wallet-failed']);
    expect(page.errors.map(({ advice }) => advice)).to.deep.equal([
      'Compare the address and the amount in your wallet with the ones shown here.',
    ]);
  });
});

describe('flow: what is looked for on the chain', () => {
  it('is looked for once at a time, however slow the wallet', async () => {
    const world = createWorld();
    await toUnsure(world);
    await world.advance(30_000);
    const before = count(world, 'look');
    world.hold('look');
    await world.advance(19_000);
    expect(count(world, 'look')).to.equal(before + 1);
  });

  it('keeps the nonce it was seen with, though the chain shows none later', async () => {
    const world = createWorld();
    const page = await toSettling(world);
    world.trace = { kind: 'waiting', nonce: '0x9' };
    await world.advance(15_000);
    world.trace = { kind: 'waiting' };
    await world.advance(15_000);
    expect(page.flow.sale.attempt?.placed).to.equal('0x9');
  });

  it('is not denied by a Cancel in another tab, where the one that asked could not save', async () => {
    const world = createWorld();
    const page = await toOrdered(world);
    await world.advance(5000);
    world.claims.set('order-1', {
      saleId: page.flow.sale.id,
      attempt: { askedAt: world.now(), nonce: '0x7', block: '0x64' },
    });
    // It took away what it could not replace.
    world.storeWorks = false;
    page.flow.cancel();
    await world.settle();
    expect(page.entered).not.to.include('cancelled');
    expect(page.flow.sale.stage).to.equal('sending');
  });

  it('is not reported where no backend wants to hear of it', async () => {
    const world = createWorld();
    await toSettling(world);
    expect(count(world, 'report')).to.equal(0);
  });

  it('is not followed where nobody here was asked, though Coinbase names a hash and forgets it again', async () => {
    const world = createWorld();
    const page = await toOrdered(world);
    world.records = [world.record({ tx_hash: OTHER_HASH })];
    await world.advance(10_000);
    world.records = [world.record()];
    await world.advance(30_000);
    expect(page.flow.sale).to.include({ stage: 'settling', txHash: OTHER_HASH, attempt: null });
    expect(count(world, 'trace')).to.equal(0);
  });

  it('is not looked for by “nothing was sent” before or after the doubt, which says nothing either', async () => {
    for (const to of [toSelling, toOrdered, toSettling]) {
      const world = createWorld();
      const page = await to(world);
      page.sayNotSent();
      await world.settle();
      expect([count(world, 'look'), page.codes]).to.deep.equal([0, []]);
    }
    const world = createWorld();
    const page = await toSending(world);
    world.prompt().decline();
    await world.settle();
    const looks = count(world, 'look');
    page.sayNotSent();
    await world.settle();
    expect([page.flow.sale.stage, count(world, 'look'), page.codes]).to.deep.equal(['ordered', looks, []]);
  });

  it('for “nothing was sent”, said again while it is looked into, is one', async () => {
    const world = createWorld();
    const page = await toUnsure(world);
    world.sighting = 'nothing';
    await world.advance(2 * MINUTE);
    const look = world.hold('look');
    for (let times = 0; times < 2; times += 1) {
      page.sayNotSent();
      await world.settle();
    }
    look();
    await world.settle();
    expect([page.flow.sale.stage, page.codes]).to.deep.equal(['ordered', []]);
  });

  it('for “nothing was sent” says nothing where another tab has found the transfer meanwhile', async () => {
    const world = createWorld();
    const page = await toUnsure(world);
    await world.advance(2 * MINUTE);
    world.hold('list');
    page.sayNotSent();
    await world.settle();
    world.tamper({ stage: 'settling', txHash: OTHER_HASH });
    page.hear(world.stored() as Sale);
    await world.settle();
    expect([page.flow.sale.stage, page.codes]).to.deep.equal(['settling', []]);
  });

  it('comes with advice where it cannot be told yet', async () => {
    const world = createWorld();
    const page = await toUnsure(world);
    await world.advance(2 * MINUTE);
    page.sayNotSent();
    await world.settle();
    expect(page.errors.at(-1)?.advice).to.match(/^Connect the wallet this sale began with/);
  });
});

describe('flow: an ask that its wallet calls undone', () => {
  it('is over though this browser’s claim cannot be given back, which is told once', async () => {
    const world = createWorld();
    const page = await toUnsure(world);
    world.sighting = 'undone';
    world.claimsWork = false;
    await world.advance(10_000);
    expect(page.flow.sale.stage).to.equal('ordered');
    expect(page.codes).to.deep.equal(['store-unavailable', 'wallet-failed']);
  });

  it('is believed by “nothing was sent”, and the order free', async () => {
    const world = createWorld();
    const page = await toUnsure(world);
    await world.advance(2 * MINUTE);
    world.sighting = 'undone';
    page.sayNotSent();
    await world.settle();
    expect(page.flow.sale.stage).to.equal('ordered');
    expect(page.codes).to.deep.equal(['wallet-failed']);
    expect(page.errors.map(({ message }) => message)).to.deep.equal([
      'Your wallet says that the transfer was not carried out.',
    ]);
    expect(world.claims.size).to.equal(0);
  });

  it('is acted on by one tab at a time, so that a slow one takes back no later claim', async () => {
    const world = withBackendClaim();
    const one = await toUnsure(world);
    const other = world.page();
    await world.settle();
    const release = world.hold('release');
    world.sighting = 'undone';
    await world.advance(10_000);
    expect(world.calls.filter((call) => call === 'release')).to.have.lengthOf(1);
    expect([one, other].map(({ flow }) => flow.sale.stage)).to.deep.equal(['unsure', 'unsure']);
    release();
    await world.advance(10);
    expect([one, other].map(({ flow }) => flow.sale.stage)).to.deep.equal(['ordered', 'ordered']);
    await press(world, other);
    await world.advance(10_000);
    expect([one, other].map(({ flow }) => flow.sale.stage)).to.deep.equal(['sending', 'sending']);
    expect(world.prompts).to.have.lengthOf(2);
    expect(world.claims.size).to.equal(1);
  });

  it('hinders no new one, and takes nobody’s claim', async () => {
    const world = createWorld();
    const page = await toUnsure(world);
    world.sighting = 'nothing';
    await world.advance(2 * MINUTE);
    page.sayNotSent();
    await world.settle();
    world.sighting = 'undone';
    world.claims.set('order-1', { saleId: 'another', attempt });
    await world.advance(15_000);
    expect(world.claims.size).to.equal(1);
    world.claims.clear();
    await press(world, page);
    expect(world.prompts).to.have.lengthOf(2);
  });
});
