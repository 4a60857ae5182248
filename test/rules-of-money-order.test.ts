// The rules of money 6–9: which order is sent for. Each by its sentence, in a simulated world.
// What one module alone keeps is held there: the list and the amounts in `order`, the table of stages in `sale`.
import { expect } from 'chai';
import { OfframpError } from '../src/errors.ts';
import { createWallet } from '../src/ports/wallet.ts';
import type { SaleRecord } from '../src/schema.ts';
import { gate } from './fixtures/gate.ts';
import { FROM, HASH, MINUTE, OTHER, TO, USDC_ON_BASE } from './fixtures/orders.ts';
import { press, toLeftBehind, toOrdered, toSelling, wallet, withWallet } from './fixtures/passages.ts';
import { createWorld, type Page, type World } from './fixtures/world.ts';

describe('rule 6: only CREATED and STARTED without a hash are sent for', () => {
  for (const status of ['CREATED', 'STARTED']) {
    it(`rule 6: ${status} is sent for`, async () => {
      const world = createWorld();
      const page = await toOrdered(world, undefined, { status });
      await press(world, page);
      expect(world.prompts).to.have.lengthOf(1);
    });
  }

  for (const [name, change] of Object.entries<Partial<SaleRecord>>({
    SUCCESS: { status: 'SUCCESS' },
    FAILED: { status: 'FAILED' },
    EXPIRED: { status: 'EXPIRED' },
    'an unknown status': { status: 'IN_REVIEW' },
    'no status': { status: '' },
    'a status in small letters': { status: 'started' },
    'a hash that Coinbase knows': { tx_hash: HASH },
  })) {
    it(`rule 6: ${name} right before the ask is not sent for`, async () => {
      const world = createWorld();
      const page = await toOrdered(world);
      world.records = world.records.map((record) => ({ ...record, ...change }));
      await press(world, page);
      expect(world.prompts).to.have.lengthOf(0);
      expect(world.claims.size).to.equal(0);
    });
  }

  it('rule 6: an order that Coinbase no longer lists is not sent for', async () => {
    const world = createWorld();
    const page = await toOrdered(world);
    world.records = [];
    await press(world, page);
    expect(world.prompts).to.have.lengthOf(0);
    expect(page.codes).to.deep.equal(['backend-malformed']);
  });

  it('rule 6: Coinbase is asked once more right before the claim', async () => {
    const world = createWorld();
    const page = await toOrdered(world);
    world.trouble.list = new OfframpError('backend-unreachable');
    await press(world, page);
    expect(world.prompts).to.have.lengthOf(0);
    expect(world.claims.size).to.equal(0);
  });
});

describe('rule 7: an address is no proof of commitment', () => {
  it('rule 7: an order that nobody committed to is not sent for, by time or by the page’s call', async () => {
    const world = createWorld();
    const page = await toOrdered(world);
    page.send('call');
    page.clock.wake();
    page.popup.isOpen = false;
    await world.advance(5 * MINUTE);
    expect(page.flow.sale.stage).to.equal('ordered');
    expect(world.calls).not.to.include('prepare');
    expect(world.prompts).to.have.lengthOf(0);
  });

  it('rule 7: the person’s press sends it', async () => {
    const world = createWorld();
    const page = await toOrdered(world);
    await press(world, page);
    expect(world.prompts).to.have.lengthOf(1);
  });

  it('rule 7: a return signal with this sale’s nonce sends it, without a press', async () => {
    const world = createWorld();
    const page = await toOrdered(world);
    world.comeBack(page.flow.sale);
    await world.settle();
    expect(world.prompts).to.have.lengthOf(1);
  });

  it('rule 7: a return signal sends nothing by itself where it may have been for an order that has ended', async () => {
    const world = createWorld();
    const page = await toSelling(world);
    world.records = [world.record({ transaction_id: 'order-2' }), world.record({ status: 'EXPIRED' })];
    world.comeBack(page.flow.sale);
    await world.advance(MINUTE);
    page.send('call');
    await world.settle();
    expect(page.flow.sale).to.include({ stage: 'ordered', returned: true });
    expect(world.prompts).to.have.lengthOf(0);
    await press(world, page);
    expect(world.prompt().order.transactionId).to.equal('order-2');
  });

  for (const [name, isBefore] of [
    ['heard before', true],
    ['that comes late', false],
  ] as const) {
    it(`rule 7: a return from a former window, ${name}, commits to nothing in the one that was opened again`, async () => {
      const world = createWorld();
      const page = await toSelling(world);
      const { id, nonce } = page.flow.sale;
      const comeBack = () => world.comeBack({ id, nonce });
      if (isBefore) comeBack();
      await world.advance(MINUTE);
      page.popup.isOpen = false;
      page.start();
      await world.settle();
      if (!isBefore) comeBack();
      // The quote of the second window, listed before anybody pressed there.
      world.records = [world.record()];
      await world.advance(MINUTE);
      page.send('call');
      await world.settle();
      expect(page.flow.sale).to.include({ stage: 'ordered', returned: false });
      expect(world.prompts).to.have.lengthOf(0);
      world.comeBack(page.flow.sale);
      await world.settle();
      expect(world.prompts).to.have.lengthOf(1);
    });
  }

  it('rule 7: a return of the only window sends, though Coinbase’s clock is a little behind', async () => {
    const world = createWorld();
    const page = await toSelling(world);
    world.records = [world.record({ created_at: new Date(world.now() - 10_000).toISOString() })];
    world.comeBack(page.flow.sale);
    await world.advance(3000);
    expect(world.prompts).to.have.lengthOf(1);
  });

  it('rule 7: a return commits to no order that a former window left behind', async () => {
    const world = createWorld();
    const page = await toSelling(world);
    const quote = world.record();
    await world.advance(MINUTE);
    page.popup.isOpen = false;
    page.start();
    await world.settle();
    world.records = [quote];
    world.comeBack(page.flow.sale);
    await world.advance(MINUTE);
    page.send('call');
    await world.settle();
    expect(page.flow.sale).to.include({ stage: 'ordered', returned: true });
    expect(world.prompts).to.have.lengthOf(0);
    // Nor does the person's press: what they committed to is not listed yet.
    await press(world, page);
    expect(world.prompts).to.have.lengthOf(0);
    expect([page.flow.sale.stage, page.codes]).to.deep.equal(['ordered', ['order-ambiguous']]);
  });

  it('rule 7: a press before the return commits to no order that a former window left behind', async () => {
    const world = createWorld();
    const page = await toLeftBehind(world);
    world.trouble.prepare = new OfframpError('low-funds');
    await press(world, page);
    expect([page.flow.sale.pressed, page.codes]).to.deep.equal([true, ['low-funds']]);
    delete world.trouble.prepare;
    world.comeBack(page.flow.sale);
    await world.advance(MINUTE);
    expect(page.flow.sale).to.include({ stage: 'ordered', returned: true, pressed: false });
    expect(world.prompts).to.have.lengthOf(0);
  });

  for (const [when, door] of [
    ['looked at', 'prepare'],
    ['claimed', 'take'],
  ] as const) {
    it(`rule 7: a return that comes while an order is ${when} lets nothing be sent that a former window left behind`, async () => {
      const world = createWorld();
      const page = await toLeftBehind(world);
      const open = world.hold(door);
      await press(world, page);
      world.comeBack(page.flow.sale);
      open();
      await world.advance(1000);
      expect([world.prompts.length, world.claims.size, page.codes]).to.deep.equal([0, 0, ['order-ambiguous']]);
    });

    it(`rule 7: a return that comes while the order of the only window is ${when} by a press sends once`, async () => {
      const world = createWorld();
      const page = await toOrdered(world);
      const open = world.hold(door);
      await press(world, page);
      world.comeBack(page.flow.sale);
      open();
      await world.advance(1000);
      expect([world.prompts.length, page.codes]).to.deep.equal([1, []]);
    });
  }

  it('rule 7: a return that comes during a press takes nothing from it where a second order has ended', async () => {
    const world = createWorld();
    const page = await toOrdered(world);
    world.records.push(world.record({ transaction_id: 'order-2', status: 'EXPIRED' }));
    const open = world.hold('prepare');
    await press(world, page);
    world.comeBack(page.flow.sale);
    open();
    await world.advance(1000);
    expect([world.prompts.length, page.codes]).to.deep.equal([1, []]);
  });

  it('rule 7: a return that comes while the wallet is looked at for the last time lets nothing be sent that a former window left behind', async () => {
    const world = createWorld();
    const provider = wallet();
    const page = world.page({
      wallet: (clock) => createWallet({ provider: () => provider, sender: () => undefined, clock }),
    });
    await toLeftBehind(world, page);
    const { opened, open } = gate();
    const looks = provider.count('eth_accounts');
    provider.script('eth_accounts', (_, times) => (times > looks + 1 ? opened.then(() => [FROM]) : [FROM]));
    await press(world, page);
    expect(page.flow.sale.stage).to.equal('sending');
    world.comeBack(page.flow.sale);
    open();
    await world.advance(100);
    const asks = provider.count('eth_sendTransaction');
    expect([asks, page.flow.sale.stage, world.claims.size]).to.deep.equal([0, 'ordered', 0]);
  });

  it('rule 7: a return that comes while the wallet is asked for what a former window left behind counts afterwards', async () => {
    const world = createWorld();
    const page = await toLeftBehind(world);
    await press(world, page);
    world.comeBack(page.flow.sale);
    world.prompt().decline();
    await world.advance(1000);
    expect(page.flow.sale).to.include({ stage: 'ordered', returned: true });
    await press(world, page);
    expect([world.prompts.length, page.codes]).to.deep.equal([1, ['order-ambiguous']]);
  });

  it('rule 7: after a return, nothing is sent by itself for a sale that another tab took out of the store', async () => {
    for (const isTaken of [true, false]) {
      const world = createWorld();
      const page = await toSelling(world);
      world.comeBack(page.flow.sale);
      await world.settle();
      const { nonce, returned } = page.flow.sale;
      expect(returned).to.equal(true);
      // It opened a window of its own, and could not write so.
      world.storeWorks = !isTaken;
      world.records = [world.record()];
      await world.advance(MINUTE);
      world.storeWorks = true;
      page.send('call');
      await world.settle();
      expect(page.flow.sale).to.include({ stage: isTaken ? 'ordered' : 'sending', returned: !isTaken });
      expect(world.prompts).to.have.lengthOf(isTaken ? 0 : 1);
      // Which window a return is of is not known any more.
      world.comeBack({ id: page.flow.sale.id, nonce });
      await world.settle();
      expect(world.prompts).to.have.lengthOf(isTaken ? 0 : 1);
      if (isTaken) await press(world, page);
      expect(world.prompts).to.have.lengthOf(1);
    }
  });

  it('rule 7: without a return, a press sends what a former window left behind: the person has seen it', async () => {
    const world = createWorld();
    const page = await toLeftBehind(world);
    await press(world, page);
    expect(world.prompt().order.transactionId).to.equal(world.records[0]?.transaction_id);
  });

  it('rule 7: a return signal with another nonce or of another sale does not', async () => {
    const world = createWorld();
    const page = await toOrdered(world);
    const { id, nonce } = page.flow.sale;
    world.comeBack({ id, nonce: 'forged' });
    world.comeBack({ id: 'forged', nonce });
    world.comeBack({ id, nonce: '' });
    await world.advance(MINUTE);
    expect(page.flow.sale.returned).to.equal(false);
    expect(world.prompts).to.have.lengthOf(0);
  });

  it('rule 7: a page that confirms every send waits for the press, also after the return', async () => {
    const world = createWorld();
    const page = await toOrdered(world);
    page.allows.confirms = true;
    world.comeBack(page.flow.sale);
    await world.advance(MINUTE);
    expect(world.prompts).to.have.lengthOf(0);
    await press(world, page);
    expect(world.prompts).to.have.lengthOf(1);
  });
});

describe('rule 8: the order is picked once, strictly, and pinned', () => {
  it('rule 8: two candidates are refused', async () => {
    const world = createWorld();
    const page = await toSelling(world);
    world.records = [world.record(), world.record({ transaction_id: 'order-2' })];
    await world.advance(3000);
    expect(page.flow.sale).to.include({ stage: 'failed', error: 'order-ambiguous' });
  });

  for (const [name, change] of Object.entries<Partial<SaleRecord>>({
    'from another address': { from_address: OTHER },
    'for another asset': { asset: 'ETH' },
    'on another network': { network: 'ethereum' },
    'in fiat': { sell_amount: { value: '25', currency: 'USD' } },
    'that sells nothing': { payment_method: 'CRYPTO_ACCOUNT' },
  })) {
    it(`rule 8: an order ${name} is refused`, async () => {
      const world = createWorld();
      const page = await toSelling(world);
      world.records = [world.record(change)];
      world.comeBack(page.flow.sale);
      await world.advance(3000);
      expect(page.flow.sale).to.include({ stage: 'failed', error: 'order-refused' });
      expect(world.prompts).to.have.lengthOf(0);
    });
  }

  it('rule 8: an order of before this sale is not this sale’s', async () => {
    const world = createWorld();
    world.records = [world.record()];
    await world.advance(MINUTE);
    const page = await toSelling(world);
    world.comeBack(page.flow.sale);
    await world.advance(MINUTE);
    expect(page.flow.sale.stage).to.equal('selling');
  });

  it('rule 8: a pinned order that died is not replaced', async () => {
    const world = createWorld();
    const page = await toOrdered(world);
    world.records = [
      world.record({ transaction_id: 'order-2', to_address: OTHER }),
      ...world.records.map((record) => ({ ...record, status: 'FAILED' })),
    ];
    await world.advance(3000);
    expect(page.flow.sale).to.include({ stage: 'failed', error: 'order-failed' });
    expect(page.flow.sale.order?.transactionId).to.equal('order-1');
  });

  it('rule 8: a pinned order stays the order, whatever else appears', async () => {
    const world = createWorld();
    const page = await toOrdered(world);
    const earlier = new Date(world.now() - 3_600_000).toISOString();
    const [own] = world.records;
    for (const other of [{ created_at: earlier }, { status: 'EXPIRED' }]) {
      world.records = [world.record({ transaction_id: 'order-2', to_address: OTHER, ...other }), ...(own ? [own] : [])];
      await world.advance(3000);
      expect(page.flow.sale.order).to.include({ transactionId: 'order-1', to: TO });
    }
    await press(world, page);
    expect(world.prompt().order).to.include({ transactionId: 'order-1', to: TO });
  });

  it('rule 8: an order that turns out to sell nothing after it was pinned is not sent for', async () => {
    const world = createWorld();
    const page = await toOrdered(world);
    world.records = world.records.map((record) => ({ ...record, payment_method: 'CRYPTO_ACCOUNT' }));
    await press(world, page);
    expect(page.flow.sale).to.include({ stage: 'failed', error: 'order-refused' });
    expect(world.prompts).to.have.lengthOf(0);
  });

  for (const [name, send] of [
    ['the return', (world: World, page: Page) => world.comeBack(page.flow.sale)],
    ['the person’s press', (_: World, page: Page) => page.send('press')],
  ] as const) {
    it(`rule 8: a second order, to which the person may have committed instead, prevents the ask by ${name}`, async () => {
      const world = createWorld();
      const page = await toOrdered(world);
      world.records = [world.record({ transaction_id: 'order-2', to_address: OTHER }), ...world.records];
      send(world, page);
      await world.settle();
      expect(page.flow.sale).to.include({ stage: 'failed', error: 'order-ambiguous' });
      expect(world.prompts).to.have.lengthOf(0);
      expect(world.claims.size).to.equal(0);
    });
  }
});

describe('rule 9: amounts are exact, tokens are from our own table', () => {
  it('rule 9: the exact units are asked for, to the contract of our table', async () => {
    const provider = wallet({ tokens: 10n ** 12n });
    const { world, page, press: send } = await withWallet(provider);
    expect(page.flow.sale.order).to.include({ units: '25000000', token: USDC_ON_BASE });
    await send();
    const sent = provider.asked.find(({ method }) => method === 'eth_sendTransaction')?.params[0];
    expect(sent).to.deep.equal({
      from: FROM,
      to: USDC_ON_BASE,
      value: '0x0',
      data: `0xa9059cbb${TO.slice(2).toLowerCase().padStart(64, '0')}${(25_000_000).toString(16).padStart(64, '0')}`,
      chainId: '0x2105',
    });
    expect(world.prompts).to.have.lengthOf(0);
  });

  for (const value of ['25.0000001', '25.0000005', '1e1', '25,0', '-25', '0']) {
    it(`rule 9: an amount of ${value} is refused, not rounded`, async () => {
      const world = createWorld();
      const page = await toSelling(world);
      world.records = [world.record({ sell_amount: { value, currency: 'USDC' } })];
      await world.advance(3000);
      expect(page.flow.sale).to.include({ stage: 'failed', error: 'order-refused' });
    });
  }

  it('rule 9: an asset that our table does not hold is refused', async () => {
    const world = createWorld();
    const page = await toSelling(world);
    world.records = [world.record({ asset: 'USDT', sell_amount: { value: '25', currency: 'USDT' } })];
    await world.advance(3000);
    expect(page.flow.sale).to.include({ stage: 'failed', error: 'order-refused' });
  });
});
