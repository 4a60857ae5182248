import { expect } from 'chai';
import { OfframpError } from '../src/errors.ts';
import { MINUTE, OTHER_HASH } from './fixtures/orders.ts';
import { press, toOrdered, toSelling, toSending, toSettling, toUnsure } from './fixtures/passages.ts';
import { createWorld, type Page, type World } from './fixtures/world.ts';

const DAY = 24 * 60 * MINUTE;

/** How often Coinbase is asked in the next minute. */
const asksInAMinute = async (world: World): Promise<number> => {
  const lists = () => world.calls.filter((call) => call === 'list').length;
  const before = lists();
  await world.advance(MINUTE);
  return lists() - before;
};

/** The sale on show is over, and the next one is in Coinbase's window. */
const sellAgain = async (world: World, page: Page): Promise<void> => {
  world.records = [];
  page.start();
  await world.settle();
  expect(page.flow.sale.stage).to.equal('selling');
};

/** Coinbase has ended the order, and the next sale has one of its own. */
const orderAgain = async (world: World, page: Page): Promise<void> => {
  world.records = world.records.map((record) => ({ ...record, status: 'EXPIRED' }));
  page.clock.wake();
  await world.settle();
  await sellAgain(world, page);
  world.records = [world.record({ transaction_id: 'order-2' })];
  await world.advance(3000);
  expect(page.flow.sale.stage).to.equal('ordered');
};

describe('flow: a page that was not there', () => {
  for (const stage of ['unsure', 'settling'] as const) {
    it(`and slept until another one was ${stage} does not end the sale by the deadline it knew`, async () => {
      const world = createWorld();
      const page = await toOrdered(world);
      world.hold('list');
      const attempt = { askedAt: world.now(), nonce: '0x7', block: '0x64' };
      world.tamper({ stage, asked: true, attempt });
      await world.advance(28 * MINUTE);
      expect(page.flow.sale.stage).to.equal(stage);
      expect(world.stored()?.stage).to.equal(stage);
      expect(page.codes).to.deep.equal([]);
    });
  }

  /** A page whose element left in `selling` and is back, after another tab has seen the order. */
  const rejoined = async (world: World): Promise<Page> => {
    const page = await toSelling(world);
    page.part();
    const other = world.page();
    world.records = [world.record()];
    await world.advance(5000);
    expect(other.flow.sale.stage).to.equal('ordered');
    other.close();
    page.join();
    await world.settle();
    expect(page.flow.sale.stage).to.equal('ordered');
    return page;
  };

  it('while another tab went on asks Coinbase as often as every page does, when it is back', async () => {
    const plain = createWorld();
    await toSettling(plain);
    const world = createWorld();
    const page = await rejoined(world);
    await press(world, page);
    world.prompt().approve();
    await world.settle();
    expect(page.flow.sale.stage).to.equal('settling');
    expect(await asksInAMinute(world)).to.equal(await asksInAMinute(plain));
  });

  it('while another tab went on does not hold the next sale to the deadline of the last', async () => {
    const world = createWorld();
    const page = await rejoined(world);
    page.flow.cancel();
    await sellAgain(world, page);
    await world.advance(28 * MINUTE);
    expect(page.flow.sale.stage).to.equal('selling');
    expect(page.codes).to.deep.equal([]);
  });

  for (const [stage, reach] of Object.entries({ unsure: toUnsure, settling: toSettling })) {
    it(`for three days finds a fresh button instead of a sale in ${stage}`, async () => {
      const world = createWorld();
      const before = await reach(world);
      before.close();
      const { startedAt } = before.flow.sale;
      world.trouble.list = new OfframpError('backend-refused');
      await world.advance(startedAt + 3 * DAY - 1 - world.now());
      const late = world.page();
      expect(late.flow.sale.stage).to.equal(stage);
      late.close();
      await world.advance(1);
      const later = world.page();
      expect(later.flow.sale.stage).to.equal('idle');
      await toSelling(world, later);
    });
  }
});

describe('flow: what is late for its own sale', () => {
  const late = (world: World) => ({
    'a look at the chain that finds a transfer': async (page: Page) => {
      page.clock.wake();
      await world.settle();
      world.sighting = { txHash: OTHER_HASH };
    },
    'a “nothing was sent” for which the chain shows a transfer': async (page: Page) => {
      page.sayNotSent();
      world.sighting = { txHash: OTHER_HASH };
    },
    'a “nothing was sent” with which the chain agrees': async (page: Page) => {
      page.sayNotSent();
      world.sighting = 'nothing';
    },
  });

  for (const name of Object.keys(late(createWorld())) as (keyof ReturnType<typeof late>)[]) {
    it(`changes nothing of the next one: ${name}`, async () => {
      const world = createWorld();
      const page = await toUnsure(world);
      await world.advance(2 * MINUTE);
      const answer = world.hold('look');
      await late(world)[name](page);
      await orderAgain(world, page);
      await press(world, page);
      expect(world.prompts).to.have.lengthOf(2);
      const asked = page.flow.sale;
      expect(asked.stage).to.equal('sending');
      answer();
      await world.settle();
      expect(page.flow.sale).to.deep.equal(asked);
      expect(world.claims.has('order-2')).to.equal(true);
    });
  }

  for (const [name, door, break_] of [
    ['a wrong instruction', 'release', (world: World) => (world.instruction = { units: '1' })],
    ['a refusal', 'claim', (world: World) => (world.trouble.claim = new OfframpError('order-refused'))],
  ] as const) {
    it(`does not fail the next one: ${name} of the backend`, async () => {
      const world = createWorld();
      world.session = { claimUrl: '/claim' };
      break_(world);
      const page = await toOrdered(world);
      const answer = world.hold(door);
      await press(world, page);
      expect(world.calls.at(-1)).to.equal(door);
      page.flow.cancel();
      await sellAgain(world, page);
      const next = page.flow.sale;
      answer();
      await world.settle();
      expect(page.flow.sale).to.deep.equal(next);
      expect(page.codes).to.deep.equal([]);
      expect(world.claims.size).to.equal(0);
    });
  }

  it('does not close the next one’s window: a session that was given up while it was made', async () => {
    const world = createWorld();
    const page = world.page();
    await page.flow.readAccount();
    const mint = world.hold('session');
    page.start();
    await world.settle();
    // In one task, as a page's "start over" does.
    page.flow.cancel();
    page.start();
    await world.settle();
    expect(page.popup.isOpen).to.equal(true);
    mint();
    await world.settle();
    expect(page.flow.sale.stage).to.equal('selling');
    expect(page.popup.isOpen).to.equal(true);
    expect(page.popup.urls).to.have.lengthOf(1);
    expect(page.codes).to.deep.equal([]);
  });

  it('does not make the next one busy: a request that is still open in the wallet', async () => {
    const world = createWorld();
    const page = await toSending(world);
    expect(page.flow.isBusy).to.equal(true);
    await orderAgain(world, page);
    expect(page.flow.isBusy).to.equal(false);
    await press(world, page);
    expect(page.codes.at(-1)).to.equal('wallet-busy');
    expect(page.flow.isBusy).to.equal(false);
  });
});

describe('flow: a browser whose claims cannot be read', () => {
  it('follows the order all the same', async () => {
    const world = createWorld();
    world.hold('find');
    const page = await toOrdered(world);
    world.records = world.records.map((record) => ({ ...record, status: 'EXPIRED' }));
    await world.advance(3000);
    expect(page.flow.sale).to.include({ stage: 'failed', error: 'order-expired' });
  });

  it('ends the sale at its deadline all the same', async () => {
    const world = createWorld();
    world.hold('find');
    const page = await toOrdered(world);
    // A moment later, in which they might have been read.
    await world.advance((page.flow.sale.order?.deadline ?? 0) - world.now() + 2000);
    expect(page.flow.sale).to.include({ stage: 'failed', error: 'order-expired' });
  });
});

describe('flow: a page that is asked before a send', () => {
  it('and cancels the sale there has no wallet asked, for anything', async () => {
    const world = createWorld();
    const page = await toOrdered(world);
    page.flow.watch({
      ...page.watcher,
      maySend: () => {
        page.flow.cancel();
        return true;
      },
    });
    await press(world, page);
    expect(page.flow.sale.stage).to.equal('cancelled');
    expect(world.calls.slice(world.calls.indexOf('save cancelled') + 1)).to.deep.equal([]);
  });

  it('by two buttons, and stops both, goes on with one call', async () => {
    const world = createWorld();
    const page = await toOrdered(world);
    page.allows.send = false;
    page.flow.watch(page.watcher);
    page.flow.watch({ ...page.watcher });
    await press(world, page);
    expect(world.prompts).to.have.lengthOf(0);
    page.send('call');
    await world.settle();
    expect(world.prompts).to.have.lengthOf(1);
  });

  it('and stops what the return began is not asked for it again when its button comes back', async () => {
    const world = createWorld();
    const page = await toOrdered(world);
    let questions = 0;
    const leave = page.flow.watch({
      ...page.watcher,
      maySend: () => {
        questions += 1;
        return false;
      },
    });
    world.comeBack(page.flow.sale);
    await world.settle();
    expect(questions).to.equal(1);
    page.part();
    leave();
    page.join();
    await world.advance(MINUTE);
    expect(world.prompts).to.have.lengthOf(0);
    await press(world, page);
    expect(world.prompts).to.have.lengthOf(1);
  });
});
