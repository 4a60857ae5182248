// What becomes of an ask: the chain's word while nobody knows, and after a hash is known.
import { expect } from 'chai';
import { OfframpError } from '../src/errors.ts';
import type { Trace } from '../src/ports.ts';
import { HASH, MINUTE, OTHER_HASH } from './fixtures/orders.ts';
import { press, toForgotten, toOrdered, toSending, toSettling, toUnsure } from './fixtures/passages.ts';
import { createWorld, type Page, type World } from './fixtures/world.ts';

const looks = (world: World, door: 'look' | 'trace'): number => world.calls.filter((call) => call === door).length;

/** A sale that stays in `settling` while the chain says this of its hash. */
const traced = async (trace: Trace, session: World['session'] = {}) => {
  const world = createWorld();
  world.session = session;
  const page = await toSettling(world);
  world.trace = trace;
  await world.advance(10_000);
  return { world, page };
};

describe('flow: a hash that the chain is asked about', () => {
  it('becomes the hash of the same transfer that took its place, and the backend hears of it', async () => {
    const { world, page } = await traced({ kind: 'repriced', txHash: OTHER_HASH }, { claimUrl: '/claim' });
    expect(page.flow.sale).to.include({ stage: 'settling', txHash: OTHER_HASH });
    expect(world.stored()?.txHash).to.equal(OTHER_HASH);
    expect(world.calls).to.include(`reported ${OTHER_HASH} at /claim`);
    expect(page.codes).to.deep.equal([]);
  });

  for (const fate of ['cancelled', 'replaced', 'reverted'] as const) {
    it(`ends the sale where the chain proves that it was ${fate}, with no second ask`, async () => {
      const { world, page } = await traced({ kind: 'undone', fate });
      expect(page.flow.sale).to.include({ stage: 'failed', error: 'order-failed', fate });
      expect(page.errors.map(({ message }) => message)).to.deep.equal(['The transfer did not go through.']);
      expect(world.prompts).to.have.lengthOf(1);
      expect(world.claims.size).to.equal(1);
    });
  }

  it('keeps the nonce it was seen with, over a reload', async () => {
    const { world, page } = await traced({ kind: 'waiting', nonce: '0x9' });
    expect(world.stored()?.attempt?.placed).to.equal('0x9');
    const { revision } = page.flow.sale;
    await world.advance(MINUTE);
    expect(page.flow.sale.revision).to.equal(revision);
    page.close();
    expect(world.page().flow.sale.attempt?.placed).to.equal('0x9');
  });

  it('is called lost after two minutes, once', async () => {
    const { world, page } = await traced({ kind: 'lost' });
    expect(page.codes).to.deep.equal([]);
    await world.advance(2 * MINUTE);
    expect(page.errors.map(({ message }) => message)).to.deep.equal(['The network does not show your transfer.']);
    await world.advance(5 * MINUTE);
    expect(page.errors).to.have.lengthOf(1);
    expect(page.flow.sale.stage).to.equal('settling');
  });

  it('raises an alarm, once, where the wallet made another transaction', async () => {
    const { world, page } = await traced({ kind: 'other' });
    await world.advance(5 * MINUTE);
    expect(page.errors.map(({ message }) => message)).to.deep.equal([
      'Your wallet made another transaction than the transfer shown here.',
    ]);
    expect(page.flow.sale.stage).to.equal('settling');
    expect(looks(world, 'trace')).to.be.at.most(3);
  });

  it('is not asked about any more once a block holds it, nor once Coinbase has seen it', async () => {
    const mined = await traced({ kind: 'mined' });
    const before = looks(mined.world, 'trace');
    await mined.world.advance(5 * MINUTE);
    expect(looks(mined.world, 'trace')).to.equal(before);
    expect(mined.page.flow.sale.stage).to.equal('settling');

    const { world } = await traced({ kind: 'unknown' });
    world.records = world.records.map((record) => ({ ...record, tx_hash: HASH }));
    await world.advance(20_000);
    const seen = looks(world, 'trace');
    await world.advance(5 * MINUTE);
    expect(looks(world, 'trace')).to.equal(seen);
  });

  it('does not hold up Coinbase’s word where the wallet never answers', async () => {
    const world = createWorld();
    const page = await toSettling(world);
    world.hold('trace');
    await world.advance(MINUTE);
    world.records = world.records.map((record) => ({ ...record, status: 'SUCCESS', tx_hash: HASH }));
    await world.advance(15_000);
    expect(page.flow.sale.stage).to.equal('completed');
  });

  it('is not ended by an answer about a hash that it has no more', async () => {
    const world = createWorld();
    const page = await toSettling(world);
    world.trace = { kind: 'undone', fate: 'cancelled' };
    const answer = world.hold('trace');
    await world.advance(5000);
    world.records = world.records.map((record) => ({ ...record, tx_hash: OTHER_HASH }));
    await world.advance(15_000);
    answer();
    await world.settle();
    expect(page.flow.sale).to.include({ stage: 'settling', txHash: OTHER_HASH });
  });
});

/** Back in `ordered` on the person's word, which the chain bore out then. */
const toBelieved = async (world: World): Promise<Page> => {
  const page = await toUnsure(world);
  world.sighting = 'nothing';
  await world.advance(2 * MINUTE);
  page.sayNotSent();
  await world.settle();
  expect(page.flow.sale.stage).to.equal('ordered');
  return page;
};

describe('flow: an ask that is only believed unsent', () => {
  it('is still looked for, and taken up when it was approved after all', async () => {
    const world = createWorld();
    const page = await toBelieved(world);
    world.sighting = { txHash: HASH };
    await world.advance(15_000);
    expect(page.flow.sale).to.include({ stage: 'settling', txHash: HASH });
    expect(world.prompts).to.have.lengthOf(1);
  });

  it('is looked for before the wallet is asked again', async () => {
    const world = createWorld();
    const page = await toBelieved(world);
    world.sighting = { txHash: HASH };
    await press(world, page);
    expect(page.flow.sale).to.include({ stage: 'settling', txHash: HASH });
    expect(world.prompts).to.have.lengthOf(1);
  });

  for (const sighting of ['unknown', 'nonce-moved'] as const) {
    it(`stops a second ask where the chain says ${sighting}`, async () => {
      const world = createWorld();
      const page = await toBelieved(world);
      world.sighting = sighting;
      await press(world, page);
      expect(page.flow.sale.stage).to.equal('ordered');
      expect(page.codes).to.deep.equal(['wallet-failed']);
      expect(world.prompts).to.have.lengthOf(1);
      expect(world.claims.size).to.equal(0);
    });
  }

  it('stops a second ask where the machine slept over the look for it', async () => {
    const world = createWorld();
    const page = await toBelieved(world);
    const late = world.hold('look');
    await press(world, page);
    // Asleep: time goes by, and no timer with it; the first ask may have been approved meanwhile.
    world.time.now += MINUTE;
    late();
    await world.settle();
    expect([page.flow.sale.stage, page.codes]).to.deep.equal(['ordered', ['wallet-failed']]);
    expect(world.prompts).to.have.lengthOf(1);
    expect(world.claims.size).to.equal(0);
  });

  it('is looked for from its own block on, however often the wallet is asked and declines', async () => {
    const world = createWorld();
    const page = await toBelieved(world);
    world.prepared = { nonce: '0x7', block: '0x99' };
    await press(world, page);
    expect(page.flow.sale.attempt).to.include({ block: '0x64', isRepeat: true });
    world.prompt().decline();
    await world.settle();
    expect(page.flow.sale.stage).to.equal('ordered');
    world.sighting = { txHash: HASH };
    await press(world, page);
    expect(page.flow.sale.stage).to.equal('settling');
    expect(world.prompts).to.have.lengthOf(2);
  });

  it('survives a reload', async () => {
    const world = createWorld();
    const before = await toBelieved(world);
    before.close();
    const page = world.page();
    world.sighting = { txHash: HASH };
    await world.advance(15_000);
    expect(page.flow.sale.stage).to.equal('settling');
  });
});

describe('flow: a batch of calls', () => {
  it('goes back to the order where the wallet says that it never happened', async () => {
    const world = createWorld();
    const page = await toUnsure(world);
    world.sighting = 'undone';
    await world.advance(15_000);
    expect(page.flow.sale).to.include({ stage: 'ordered', asked: true });
    expect(page.flow.sale.attempt?.isDeclined).to.equal(true);
    expect(page.errors.at(-1)?.message).to.equal('Your wallet says that the transfer was not carried out.');
    expect(world.claims.size).to.equal(0);
    expect(world.prompts).to.have.lengthOf(1);
  });

  it('is found again under the id that the wallet gave it', async () => {
    const world = createWorld();
    world.prepared = { nonce: '0x7', block: '0x64', callsId: '0x01' };
    const page = await toSending(world);
    expect(page.flow.sale.attempt?.callsId).to.equal('0x01');
    world.prompt().answer({ kind: 'unsure', error: new OfframpError('wallet-failed'), callsId: '0x02' });
    await world.settle();
    expect(world.stored()?.attempt?.callsId).to.equal('0x02');
  });

  it('is found again under that id, which came when the sale was in doubt already', async () => {
    const world = createWorld();
    const page = await toSending(world);
    await world.advance(2 * MINUTE);
    expect(page.flow.sale.stage).to.equal('unsure');
    world.prompt().answer({ kind: 'unsure', error: new OfframpError('wallet-failed'), callsId: '0x02' });
    await world.settle();
    expect(world.stored()?.attempt?.callsId).to.equal('0x02');
  });

  it('that was approved and undone frees the claim, and says why', async () => {
    const world = createWorld();
    const page = await toSending(world);
    world.prompt().answer({ kind: 'undone', error: new OfframpError('wallet-failed', { message: 'It did not go.' }) });
    await world.settle();
    expect(page.flow.sale.stage).to.equal('ordered');
    expect(page.errors.map(({ message }) => message)).to.deep.equal(['It did not go.']);
    expect(world.claims.size).to.equal(0);
  });
});

describe('flow: a caution before the send', () => {
  const caution = new OfframpError('wallet-failed', { message: 'Coinbase may not see these coins.' });
  const cautious = async (confirms: boolean) => {
    const world = createWorld();
    world.prepared = { nonce: '0x7', block: '0x64', caution };
    const page = world.page();
    page.allows.confirms = confirms;
    await toOrdered(world, page);
    world.comeBack(page.flow.sale);
    await world.settle();
    return { world, page };
  };

  it('is told instead of sending by itself, and the person goes on with a press', async () => {
    const { world, page } = await cautious(false);
    expect(page.errors.map(({ message }) => message)).to.deep.equal(['Coinbase may not see these coins.']);
    expect(world.prompts).to.have.lengthOf(0);
    await press(world, page);
    expect(world.prompts).to.have.lengthOf(1);
  });

  it('is told at the first press, and passed at the second', async () => {
    const { world, page } = await cautious(true);
    await press(world, page);
    expect(world.prompts).to.have.lengthOf(0);
    expect(world.claims.size).to.equal(0);
    await press(world, page);
    expect(world.prompts).to.have.lengthOf(1);
    expect(page.errors).to.have.lengthOf(1);
  });

  it('is not passed by the page’s own call', async () => {
    const { world, page } = await cautious(true);
    for (let calls = 0; calls < 3; calls += 1) {
      page.send('call');
      await world.settle();
    }
    expect(world.prompts).to.have.lengthOf(0);
  });
});

describe('flow: two tabs pressed at the same moment', () => {
  it('go on with one sale: who has no session yet gives way, and closes its window', async () => {
    const world = createWorld();
    const [one, other] = [world.page(), world.page()];
    await one.flow.readAccount();
    await other.flow.readAccount();
    const answer = world.hold('session');
    one.start();
    other.start();
    await world.settle();
    answer();
    await world.settle();
    await world.advance(1000);
    expect(one.flow.sale.id).to.equal(other.flow.sale.id);
    expect(one.flow.sale.stage).to.equal('selling');
    expect([one.popup.urls, other.popup.urls].flat()).to.have.lengthOf(1);
    expect([one, other].filter(({ popup }) => popup.isOpen)).to.have.lengthOf(1);
  });
});

describe('flow: a browser that was killed before its store was on the disk', () => {
  it('takes the sale up from its claim, in doubt, and asks nobody again', async () => {
    const world = createWorld();
    const before = await toSending(world);
    before.close();
    world.storeWorks = false;
    const page = world.page();
    await world.advance(1000);
    expect(page.flow.sale).to.include({ stage: 'unsure', id: before.flow.sale.id, asked: true });
    expect(world.prompts).to.have.lengthOf(1);
    world.sighting = { txHash: HASH };
    await world.advance(10_000);
    expect(page.flow.sale).to.include({ stage: 'settling', txHash: HASH });
  });

  it('says nothing of an end before it has looked at the claims, though the machine sleeps past the deadline', async () => {
    const world = createWorld();
    await toForgotten(world);
    const find = world.hold('find');
    const page = world.page();
    await world.settle();
    expect(page.flow.sale.stage).to.equal('ordered');
    world.time.now += 40 * MINUTE;
    await world.advance(500);
    find();
    await world.advance(1000);
    expect(page.flow.sale.stage).to.equal('unsure');
  });

  it('says nothing of an end that a press or a poll finds, before the claims were looked at', async () => {
    for (const isPressed of [true, false]) {
      const world = createWorld();
      await toForgotten(world);
      world.records = world.records.map((record) => ({ ...record, status: 'EXPIRED' }));
      const find = world.hold('find');
      const page = world.page();
      await world.settle();
      if (isPressed) await press(world, page);
      await world.advance(500);
      expect(page.flow.sale.stage).to.equal('ordered');
      find();
      await world.settle();
      expect(page.entered).to.include('sending');
    }
  });

  it('says nothing of an end in a second tab that could not be told of the ask in the first', async () => {
    for (const status of ['STARTED', 'EXPIRED']) {
      const world = Object.assign(createWorld(), { session: { claimUrl: '/claim' } });
      const page = await toOrdered(world);
      const other = world.page();
      await world.settle();
      // Full: nothing is saved, and nobody hears of it.
      world.storeWorks = false;
      await press(world, page);
      expect([page.flow.sale.stage, other.flow.sale.stage]).to.deep.equal(['sending', 'ordered']);
      const { deadline = 0 } = other.flow.sale.order ?? {};
      if (status === 'STARTED') world.time.now += deadline - world.now();
      else world.records = world.records.map((record) => ({ ...record, status }));
      await world.advance(5000);
      expect(other.entered).to.include('sending');
    }
  });

  it('is not cancelled in a new page before that has looked at the claims, and then goes on in doubt', async () => {
    const world = createWorld();
    await toForgotten(world);
    const find = world.hold('find');
    const page = world.page();
    await world.settle();
    page.flow.cancel();
    await world.settle();
    expect(page.flow.sale.stage).to.equal('ordered');
    find();
    await world.advance(1000);
    expect(page.flow.sale.stage).to.equal('unsure');
    // With the claims looked at and none there, it is cancelled in the press's own task.
    const plain = createWorld();
    const other = await toOrdered(plain);
    other.flow.cancel();
    expect(other.flow.sale.stage).to.equal('cancelled');
  });

  it('says nothing of an end before it has looked at the claims, though the machine naps again and again', async () => {
    const world = createWorld();
    await toForgotten(world);
    world.time.now += 40 * MINUTE;
    const find = world.hold('find');
    const page = world.page();
    for (let nap = 0; nap < 5; nap += 1) {
      world.time.now += MINUTE;
      await world.advance(1);
    }
    expect(page.flow.sale.stage).to.equal('ordered');
    find();
    await world.advance(1000);
    expect(page.flow.sale.stage).to.equal('unsure');
  });

  it('says nothing of an end before a press has looked at the claims, though it is under way', async () => {
    const world = createWorld();
    await toForgotten(world);
    const find = world.hold('find');
    const page = world.page();
    page.send('press');
    await world.settle();
    world.time.now += 40 * MINUTE;
    await world.advance(1);
    expect(page.flow.sale.stage).to.equal('ordered');
    find();
    await world.advance(1000);
    expect(page.flow.sale.stage).to.equal('unsure');
  });

  it('takes up no sale that is over', async () => {
    const world = createWorld();
    const page = await toSettling(world);
    world.records = world.records.map((record) => ({ ...record, status: 'SUCCESS', tx_hash: HASH }));
    await world.advance(10_000);
    expect(page.flow.sale.stage).to.equal('completed');
    page.close();
    world.storeWorks = false;
    const after = world.page();
    await world.advance(1000);
    expect(after.flow.sale.stage).to.equal('idle');
    expect(world.claims.size).to.equal(1);
  });
});
