// An ask at its edges: what comes late, from another sale, at the very moment of the deadline, or from a store that fails.
import { expect } from 'chai';
import { OfframpError } from '../src/errors.ts';
import { createWallet } from '../src/ports/wallet.ts';
import { gate } from './fixtures/gate.ts';
import { FROM, HASH, MINUTE, OTHER, OTHER_HASH } from './fixtures/orders.ts';
import {
  press,
  toLeftBehind,
  toNextOrder,
  toOrdered,
  toSelling,
  toSending,
  wallet,
  withWallet,
} from './fixtures/passages.ts';
import { createWorld, type World } from './fixtures/world.ts';

const attempt = { askedAt: 0, nonce: '0x7', block: '0x64' };
const withBackendClaim = (): World => Object.assign(createWorld(), { session: { claimUrl: '/claim' } });
const count = (world: World, door: string): number => world.calls.filter((call) => call === door).length;

describe('flow: the claim of an order', () => {
  it('is not even taken where Coinbase has seen a transfer meanwhile', async () => {
    const world = createWorld();
    const page = await toOrdered(world);
    world.records = world.records.map((record) => ({ ...record, tx_hash: OTHER_HASH }));
    await press(world, page);
    expect(page.flow.sale).to.include({ stage: 'settling', txHash: OTHER_HASH });
    expect(count(world, 'take')).to.equal(0);
  });

  it('is not even taken at the very moment of the deadline', async () => {
    const world = createWorld();
    const page = await toOrdered(world);
    world.skew = (page.flow.sale.order?.deadline ?? 0) - world.time.now;
    await press(world, page);
    expect(page.flow.sale).to.include({ stage: 'failed', error: 'order-expired' });
    expect(count(world, 'take')).to.equal(0);
  });

  it('taken long after the checks does not ask, though the server’s time went back since the ask before', async () => {
    const world = createWorld();
    const page = await toSending(world);
    world.prompt().decline();
    await world.settle();
    world.skew -= 20_000;
    const open = world.hold('take');
    await press(world, page);
    await world.advance(35_000);
    open();
    await world.settle();
    expect([page.flow.sale.stage, world.prompts.length]).to.deep.equal(['ordered', 1]);
  });

  it('given back, as the order ended and a return came meanwhile, tells the end alone', async () => {
    const world = createWorld();
    const page = await toLeftBehind(world);
    const open = world.hold('take');
    await press(world, page);
    world.comeBack(page.flow.sale);
    world.records = world.records.map((record) => ({ ...record, status: 'EXPIRED' }));
    await world.advance(10_000);
    open();
    await world.settle();
    expect([page.codes, world.claims.size, world.prompts.length]).to.deep.equal([['order-expired'], 0, 0]);
  });

  it('is not even taken while Coinbase’s status is one that nobody here knows', async () => {
    const world = createWorld();
    const page = await toOrdered(world);
    world.records = world.records.map((record) => ({ ...record, status: 'IN_REVIEW' }));
    await press(world, page);
    expect(page.flow.sale).to.include({ stage: 'ordered', status: 'IN_REVIEW' });
    expect(count(world, 'take')).to.equal(0);
    expect(page.codes).to.deep.equal([]);
  });

  it('is not the backend’s to give back where the backend gave none', async () => {
    const world = createWorld();
    const page = await toSending(world);
    world.prompt().decline();
    await world.settle();
    expect(page.flow.sale.stage).to.equal('ordered');
    expect([count(world, 'drop'), count(world, 'release')]).to.deep.equal([1, 0]);
  });

  it('is given back quietly where the backend’s is free and only this browser’s store fails', async () => {
    const world = withBackendClaim();
    const page = await toSending(world);
    world.claimsWork = false;
    world.prompt().decline();
    await world.settle();
    expect(page.flow.sale.stage).to.equal('ordered');
    expect(page.codes).to.deep.equal([]);
    expect(world.granted.size).to.equal(0);
  });

  it('that cannot be given back does not put a “no” in doubt', async () => {
    const world = withBackendClaim();
    const page = await toSending(world);
    world.trouble.drop = new OfframpError('store-unavailable');
    world.prompt().decline();
    await world.advance(5000);
    expect(world.claims.size).to.equal(1);
    expect(page.flow.sale.stage).to.equal('ordered');
    expect(page.entered.slice(-2)).to.deep.equal(['sending', 'ordered']);
  });

  it('is somebody else’s where it is taken and gone again before anyone can say whose it was', async () => {
    const world = createWorld();
    const page = await toOrdered(world);
    world.claims.set('order-1', { saleId: 'another', attempt });
    const prepared = world.hold('prepare');
    await press(world, page);
    const find = world.hold('find');
    prepared();
    await world.settle();
    world.claims.clear();
    find();
    await world.settle();
    expect(page.codes).to.deep.equal(['already-claimed']);
    expect(world.prompts).to.have.lengthOf(0);
  });

  it('is this sale’s own where a page of it has taken it, and leads to doubt without a word or an ask', async () => {
    for (const isLate of [false, true]) {
      const world = createWorld();
      const page = await toOrdered(world);
      const prepared = isLate ? world.hold('prepare') : () => {};
      if (isLate) await press(world, page);
      world.claims.set('order-1', { saleId: page.flow.sale.id, attempt });
      prepared();
      if (!isLate) await press(world, page);
      await world.advance(1000);
      expect(page.flow.sale.attempt).to.deep.equal(attempt);
      expect([page.flow.sale.stage, page.codes, world.prompts]).to.deep.equal(['unsure', [], []]);
      expect(count(world, 'prepare')).to.equal(isLate ? 1 : 0);
    }
  });

  it('of another sale is left alone by a reload', async () => {
    const world = createWorld();
    const before = await toOrdered(world);
    before.close();
    world.claims.set('order-1', { saleId: 'another', attempt });
    const page = world.page();
    await world.advance(5000);
    expect(page.flow.sale).to.include({ stage: 'ordered', attempt: null });
  });

  it('that another tab gives back while a new one waits for it hinders nobody', async () => {
    const world = withBackendClaim();
    const before = await toOrdered(world);
    const answer = world.hold('claim');
    world.comeBack(before.flow.sale);
    await world.settle();
    const page = world.page();
    await world.settle();
    world.trouble.claim = new OfframpError('backend-unreachable');
    answer();
    await world.settle();
    // Both have asked the backend by themselves, one after the other.
    expect(count(world, 'claim')).to.equal(2);
    expect(page.codes).to.deep.equal(['backend-unreachable']);
    expect(world.claims.size).to.equal(0);
  });
});

describe('flow: an answer of the wallet that comes late', () => {
  it('and tells nothing is told, where the sale is in doubt already', async () => {
    const world = createWorld();
    const page = await toSending(world);
    await world.advance(3 * MINUTE);
    expect(page.flow.sale.stage).to.equal('unsure');
    world.prompt().answer({ kind: 'unsure', error: new OfframpError('wallet-busy') });
    await world.settle();
    expect(page.codes).to.deep.equal(['wallet-busy']);
  });

  it('is told, and reported to the backend as that of its own sale, where the next one has begun', async () => {
    const world = withBackendClaim();
    const page = await toSending(world);
    const old = world.prompt();
    Object.assign(world, { session: { claimUrl: '/next-claim' } });
    await toNextOrder(world, page);
    expect(page.flow.sale.claimUrl).to.equal('/next-claim');
    page.errors.length = 0;
    old.approve();
    await world.settle();
    expect(page.flow.sale).to.include({ stage: 'ordered', txHash: null });
    expect(world.calls.filter((call) => call.startsWith('reported'))).to.deep.equal([`reported ${HASH} at /claim`]);
    const told = page.errors.map(({ code, message }) => [code, message]);
    expect(told).to.deep.equal([['wallet-failed', 'A transfer was sent for a cash-out that is over.']]);
  });

  it('is told where the next sale has a transfer already', async () => {
    const world = createWorld();
    const page = await toSending(world);
    const old = world.prompt();
    await toNextOrder(world, page);
    world.records = world.records.map((record) => ({ ...record, tx_hash: OTHER_HASH }));
    await world.advance(10_000);
    old.approve();
    await world.settle();
    expect([page.flow.sale.txHash, page.codes]).to.deep.equal([OTHER_HASH, ['order-expired', 'wallet-failed']]);
  });

  for (const [status, stage, codes] of [
    ['EXPIRED', 'failed', ['order-expired', 'wallet-failed']],
    ['SUCCESS', 'completed', []],
  ] as const) {
    it(`is ${stage === 'failed' ? '' : 'not '}told where its own sale has ${stage} meanwhile`, async () => {
      const world = createWorld();
      const page = await toSending(world);
      world.records = world.records.map((record) => ({ ...record, status }));
      await world.advance(10_000);
      const { sale } = page.flow;
      world.prompt().approve();
      await world.settle();
      expect([page.flow.sale, sale.stage, page.codes]).to.deep.equal([sale, stage, codes]);
    });
  }

  it('and says nothing sure is not told where the next sale has begun', async () => {
    const world = createWorld();
    const page = await toSending(world);
    const old = world.prompt();
    await toNextOrder(world, page);
    page.errors.length = 0;
    old.answer({ kind: 'unsure', error: new OfframpError('wallet-busy') });
    await world.settle();
    expect([page.flow.sale.stage, page.errors]).to.deep.equal(['ordered', []]);
  });

  it('to the last check does not ask for an order whose sale is over, though the next one is being sent', async () => {
    const world = createWorld();
    const provider = wallet();
    const page = world.page({
      wallet: (clock) => createWallet({ provider: () => provider, sender: () => undefined, clock }),
    });
    await toOrdered(world, page);
    // The first look at the accounts is before the claim, the second right before the ask.
    const { opened, open } = gate();
    const looks = provider.count('eth_accounts');
    provider.script('eth_accounts', (_, times) => (times > looks + 1 ? opened.then(() => [FROM]) : [FROM]));
    await press(world, page);
    expect(page.flow.sale.stage).to.equal('sending');
    const other = world.page();
    await toNextOrder(world, page, other);
    await press(world, other);
    expect(other.flow.sale.stage).to.equal('sending');
    expect(page.flow.sale).to.include({ id: other.flow.sale.id, stage: 'sending' });
    open();
    await world.settle();
    expect(provider.count('eth_sendTransaction')).to.equal(0);
  });

  it('to the last check, at the very moment of the deadline, does not ask (rule 12)', async () => {
    const provider = wallet();
    const { world, page, asks } = await withWallet(provider);
    const { opened, open } = gate();
    const looks = provider.count('eth_accounts');
    provider.script('eth_accounts', (_, times) => (times > looks + 1 ? opened.then(() => [FROM]) : [FROM]));
    await press(world, page);
    expect(page.flow.sale.stage).to.equal('sending');
    // The next answer of the backend says that it is exactly now.
    const deadline = page.flow.sale.order?.deadline ?? 0;
    world.skew = deadline - world.time.now - 3000;
    await world.advance(3000);
    expect(page.flow.now()).to.equal(deadline);
    open();
    await world.settle();
    expect(asks()).to.equal(0);
    expect(page.flow.sale).to.include({ stage: 'failed', error: 'order-expired' });
  });
});

describe('flow: a send', () => {
  it('asks nobody where the machine slept between the checks and the ask, though there is time left', async () => {
    for (const [slept, asks] of [
      [29_999, 1],
      [30_000, 0],
    ] as const) {
      const world = withBackendClaim();
      const page = await toOrdered(world);
      const granted = world.hold('claim');
      await press(world, page);
      world.time.now += slept;
      granted();
      await world.settle();
      expect(world.prompts).to.have.lengthOf(asks);
      expect(page.flow.sale.stage).to.equal(asks ? 'sending' : 'ordered');
      expect(world.granted.size).to.equal(asks);
    }
  });

  it('takes no claim off the disk that it could not put there', async () => {
    for (const [trouble, drops] of [
      [new OfframpError('store-unavailable'), 0],
      [undefined, 1],
    ] as const) {
      const world = withBackendClaim();
      world.instruction = { to: OTHER };
      const page = await toOrdered(world);
      world.trouble.take = trouble;
      await press(world, page);
      expect(page.codes).to.deep.equal(['instruction-invalid']);
      expect([count(world, 'release'), count(world, 'drop')]).to.deep.equal([1, drops]);
    }
  });

  it('asks no wallet that takes its time, once Coinbase’s status is one that nobody here knows', async () => {
    const provider = wallet();
    const { world, page, asks } = await withWallet(provider);
    const { opened, open } = gate();
    const looks = provider.count('eth_accounts');
    provider.script('eth_accounts', (_, times) => (times > looks + 1 ? opened.then(() => [FROM]) : [FROM]));
    await press(world, page);
    world.records = world.records.map((record) => ({ ...record, status: 'IN_REVIEW' }));
    await world.advance(5000);
    expect(page.flow.sale).to.include({ stage: 'sending', status: 'IN_REVIEW' });
    open();
    await world.settle();
    expect(asks()).to.equal(0);
    expect(page.flow.sale.stage).to.equal('ordered');
  });

  it('after a “no” is the first again, and after a doubt a repetition', async () => {
    const world = createWorld();
    const page = await toSending(world);
    world.prompt().decline();
    await world.settle();
    await press(world, page);
    expect(page.flow.sale).to.include({ stage: 'sending' });
    expect(page.flow.sale.attempt).not.to.have.property('isRepeat');
    await world.advance(5 * MINUTE);
    expect(page.flow.sale.stage).to.equal('unsure');
    page.close();
    const other = world.page();
    world.sighting = 'nothing';
    await world.advance(2 * MINUTE);
    other.sayNotSent();
    await world.settle();
    await press(world, other);
    expect(other.flow.sale.attempt).to.include({ isRepeat: true });
  });

  it('is drawn when it begins, and when it ends without an ask', async () => {
    const world = createWorld();
    const page = await toOrdered(world);
    // Pressed already, and prevented: a second press changes nothing of the sale itself.
    page.allows.send = false;
    await press(world, page);
    page.allows.send = true;
    const drawn: boolean[] = [];
    page.watcher.onSale = () => drawn.push(page.flow.isBusy);
    const prepared = world.hold('prepare');
    await press(world, page);
    expect(drawn).to.deep.equal([true]);
    world.trouble.prepare = new OfframpError('low-funds');
    prepared();
    await world.settle();
    expect(drawn).to.deep.equal([true, false]);
  });

  it('looks at nothing and asks no page where the sale is in no stage for it', async () => {
    const world = createWorld();
    const page = world.page();
    page.allows.confirms = true;
    await toOrdered(world, page);
    world.comeBack(page.flow.sale);
    await world.settle();
    world.records = world.records.map((record) => ({ ...record, status: 'EXPIRED' }));
    await world.advance(10_000);
    expect(page.flow.sale).to.include({ stage: 'failed', returned: true });
    let asked = 0;
    page.watcher.maySend = () => {
      asked += 1;
      return true;
    };
    for (const by of ['press', 'call'] as const) page.send(by);
    await world.settle();
    expect([asked, count(world, 'prepare')]).to.deep.equal([0, 0]);
  });

  it('by the page’s call is the page’s to prevent, the first time', async () => {
    const world = createWorld();
    const page = world.page();
    page.allows.confirms = true;
    await toOrdered(world, page);
    world.comeBack(page.flow.sale);
    await world.settle();
    page.allows.send = false;
    page.send('call');
    await world.settle();
    expect(count(world, 'prepare')).to.equal(0);
  });

  it('by a press is the page’s to prevent, every time', async () => {
    const world = createWorld();
    const page = await toOrdered(world);
    page.allows.send = false;
    for (let presses = 0; presses < 3; presses += 1) await press(world, page);
    expect(count(world, 'prepare')).to.equal(0);
  });

  it('by itself is given up where the wallet was asked meanwhile, as from a store that another page wrote', async () => {
    const world = createWorld();
    const page = await toOrdered(world);
    const prepared = world.hold('prepare');
    world.comeBack(page.flow.sale);
    await world.settle();
    world.tamper({ asked: true });
    prepared();
    await world.settle();
    expect(world.prompts).to.have.lengthOf(0);
    expect(page.flow.sale.stage).to.equal('ordered');
  });

  it('by itself is given up in silence where another tab is sending already', async () => {
    const world = createWorld();
    const [one, other] = [await toOrdered(world), world.page()];
    world.hold('prepare');
    world.comeBack(one.flow.sale);
    await world.settle();
    expect([...one.codes, ...other.codes]).to.deep.equal([]);
    await press(world, other);
    expect([...one.codes, ...other.codes]).to.deep.equal(['already-claimed']);
  });

  it('is still under way when the send of a cancelled sale ends behind it', async () => {
    const world = createWorld();
    const page = await toOrdered(world);
    const late = world.hold('take');
    await press(world, page);
    page.flow.cancel();
    world.records = [];
    await toSelling(world, page);
    world.records = [world.record({ transaction_id: 'order-2' })];
    await world.advance(3000);
    world.hold('prepare');
    await press(world, page);
    expect(page.flow.isBusy).to.equal(true);
    late();
    await world.settle();
    expect(page.flow.isBusy).to.equal(true);
    expect(world.claims.size).to.equal(0);
  });
});
