// The rules of money 10–14: what is sent, until when, and what is said of it. Each by its sentence, in a simulated world.
// What one module alone keeps is held there: the checks and the look at the chain in `ports`.
import { expect } from 'chai';
import { OfframpError } from '../src/errors.ts';
import type { Outcome } from '../src/ports.ts';
import type { SaleRecord } from '../src/schema.ts';
import { FROM, HASH, MINUTE, OTHER } from './fixtures/orders.ts';
import { press, toOrdered, toSelling, toSending, toSettling, wallet, withWallet } from './fixtures/passages.ts';
import { createWorld, type Page, type World } from './fixtures/world.ts';

describe('rule 10: everything is checked before asking, chain and account once more right before', () => {
  for (const [name, change, code] of [
    ['another account', { accounts: [OTHER] }, 'wrong-account'],
    ['no account', { accounts: [] }, 'wrong-account'],
    ['no token contract', { code: '0x' }, 'wrong-chain'],
    ['too little of the token', { tokens: 24_999_999n }, 'low-funds'],
    ['too little for the fee', { native: 1n }, 'low-funds'],
    ['a transfer that would do nothing', { trial: `0x${'0'.repeat(64)}` }, 'wallet-failed'],
  ] as const) {
    it(`rule 10: with ${name} nothing is asked or claimed`, async () => {
      const provider = wallet();
      const { world, page, press: send, asks } = await withWallet(provider);
      Object.assign(provider.state, change);
      await send();
      expect(page.codes).to.deep.equal([code]);
      expect(page.flow.sale.stage).to.equal('ordered');
      expect(world.calls).not.to.include('take');
      expect(asks()).to.equal(0);
    });
  }

  for (const [name, change, code] of [
    ['account', { accounts: [OTHER] }, 'wrong-account'],
    ['chain', { chainId: 1 }, 'wrong-chain'],
  ] as const) {
    it(`rule 10: a change of the ${name} after the checks is seen right before the ask`, async () => {
      const provider = wallet();
      const { world, page, press: send, asks } = await withWallet(provider);
      const take = world.hold('take');
      await send();
      Object.assign(provider.state, change);
      take();
      await world.settle();
      expect(asks()).to.equal(0);
      expect(page.codes).to.deep.equal([code]);
      expect(page.flow.sale.stage).to.equal('ordered');
      expect(world.claims.size).to.equal(0);
    });
  }

  for (const [name, change, method, code] of [
    ['to switch networks', { chainId: 1 }, 'wallet_switchEthereumChain', 'wrong-chain'],
    ['to connect again', { accounts: [] }, 'eth_requestAccounts', 'wrong-account'],
  ] as const) {
    it(`rule 10: a “no” ${name} is told as ${code}, and asks nothing`, async () => {
      const provider = wallet();
      const { world, page, press: send, asks } = await withWallet(provider);
      Object.assign(provider.state, change);
      provider.script(method, () => {
        throw { code: 4001 };
      });
      await send();
      expect(page.codes).to.deep.equal([code]);
      expect(page.flow.sale.stage).to.equal('ordered');
      expect(world.calls).not.to.include('take');
      expect(asks()).to.equal(0);
    });
  }

  it('rule 10: the request names its chain', async () => {
    const provider = wallet();
    const { press: send } = await withWallet(provider);
    await send();
    const sent = provider.asked.find(({ method }) => method === 'eth_sendTransaction')?.params[0];
    expect(sent).to.include({ chainId: '0x2105' });
  });
});

describe('rule 11: what is shown is what is sent', () => {
  it('rule 11: the wallet is asked for the very object that is shown, and nobody can change it', async () => {
    const world = createWorld();
    const page = await toOrdered(world);
    const shown = page.flow.sale.order;
    await press(world, page);
    expect(world.prompt().order).to.equal(shown);
    expect(Object.isFrozen(shown)).to.equal(true);
  });

  for (const seen of [{ tx_hash: HASH }, { status: 'SUCCESS' }]) {
    it(`rule 11: another address is no reason to say that nothing was sent, where Coinbase shows ${Object.keys(seen)}`, async () => {
      for (const isPressed of [false, true]) {
        const world = createWorld();
        const page = await toOrdered(world);
        const poll = world.hold('list');
        await world.advance(10_000);
        world.records = world.records.map((record) => ({ ...record, ...seen, to_address: OTHER }));
        // The poll waits; the press looks for itself.
        const prepared = world.hold('prepare');
        if (isPressed) page.send('press');
        await world.settle();
        prepared();
        poll();
        await world.settle();
        expect(page.flow.sale.stage).to.be.oneOf(['settling', 'completed']);
        expect(world.prompts).to.have.lengthOf(0);
      }
    });
  }

  for (const [name, change] of Object.entries<Partial<SaleRecord>>({
    address: { to_address: OTHER },
    amount: { sell_amount: { value: '26', currency: 'USDC' } },
    network: { network: 'ethereum' },
  })) {
    it(`rule 11: another ${name} in a later answer ends the sale unsent`, async () => {
      const world = createWorld();
      const page = await toOrdered(world);
      world.records = world.records.map((record) => ({ ...record, ...change }));
      await world.advance(3000);
      expect(page.flow.sale).to.include({ stage: 'failed', error: 'order-refused' });
      await press(world, page);
      expect(world.prompts).to.have.lengthOf(0);
    });

    it(`rule 11: another ${name} right before the ask ends the sale unsent`, async () => {
      const world = createWorld();
      const page = await toOrdered(world);
      const prepare = world.hold('prepare');
      const poll = world.hold('list');
      page.send('press');
      world.records = world.records.map((record) => ({ ...record, ...change }));
      prepare();
      await world.settle();
      poll();
      await world.settle();
      expect(page.flow.sale).to.include({ stage: 'failed', error: 'order-refused' });
      expect(world.prompts).to.have.lengthOf(0);
      expect(world.claims.size).to.equal(0);
    });
  }

  for (const [field, value] of Object.entries({
    to: OTHER,
    from: OTHER,
    units: '25000001',
    chainId: 1,
    token: OTHER,
    transactionId: 'order-2',
  })) {
    it(`rule 11: an instruction of the backend with another ${field} is not sent`, async () => {
      const world = createWorld();
      world.session = { claimUrl: 'https://shop.example/claim' };
      world.instruction = { [field]: value };
      const page = await toOrdered(world);
      await press(world, page);
      expect(page.flow.sale).to.include({ stage: 'failed', error: 'instruction-invalid' });
      expect(world.prompts).to.have.lengthOf(0);
      expect(world.claims.size + world.granted.size).to.equal(0);
    });
  }
});

describe('rule 11: what was stored is not believed', () => {
  for (const [field, value] of Object.entries({
    to: OTHER,
    token: OTHER,
    chainId: 1,
    units: '26000000',
    amount: '1',
    asset: 'EURC',
    network: 'ethereum',
    deadline: 4e12,
  })) {
    it(`rule 11: another ${field} in the store ends the sale unsent`, async () => {
      const world = createWorld();
      const page = await toOrdered(world);
      const { order } = page.flow.sale;
      world.tamper({ order: order && { ...order, [field]: value } });
      await press(world, page);
      await world.advance(3000);
      expect(page.flow.sale).to.include({ stage: 'failed', error: 'order-refused' });
      expect(world.prompts).to.have.lengthOf(0);
    });
  }
});

describe('rule 12: after the deadline nothing is sent', () => {
  it('rule 12: the sale ends at its deadline', async () => {
    const world = createWorld();
    const page = await toOrdered(world);
    const left = (page.flow.sale.order?.deadline ?? 0) - page.flow.now();
    await world.advance(left - 1);
    expect(page.flow.sale.stage).to.equal('ordered');
    await world.advance(1);
    expect(page.flow.sale).to.include({ stage: 'failed', error: 'order-expired' });
    await press(world, page);
    expect(world.prompts).to.have.lengthOf(0);
  });

  for (const door of ['prepare', 'list', 'take', 'claim'] as const) {
    it(`rule 12: a deadline that passes during ${door} is seen, and nothing is asked or kept claimed`, async () => {
      const world = createWorld();
      world.session = { claimUrl: 'https://shop.example/claim' };
      const page = await toOrdered(world);
      const left = (page.flow.sale.order?.deadline ?? 0) - page.flow.now();
      await world.advance(left - 100);
      const go = world.hold(door);
      await press(world, page);
      await world.advance(1000);
      go();
      await world.advance(1000);
      expect(page.flow.sale).to.include({ stage: 'failed', error: 'order-expired' });
      expect(world.prompts).to.have.lengthOf(0);
      expect(world.claims.size + world.granted.size).to.equal(0);
    });
  }

  it('rule 12: a deadline that passes while the wallet is looked at for the last time is seen', async () => {
    const provider = wallet();
    const { world, page, press: send, asks } = await withWallet(provider);
    const left = (page.flow.sale.order?.deadline ?? 0) - page.flow.now();
    await world.advance(left - 100);
    const take = world.hold('take');
    await send();
    let answer = (_: string[]) => {};
    provider.script('eth_accounts', () => new Promise<string[]>((resolve) => (answer = resolve)));
    take();
    await world.advance(1000);
    expect(page.flow.sale.stage).to.equal('sending');
    answer([FROM]);
    await world.advance(1000);
    expect(asks()).to.equal(0);
    expect(page.flow.sale).to.include({ stage: 'failed', error: 'order-expired' });
    expect(world.claims.size).to.equal(0);
  });

  for (const [name, happen] of Object.entries<(world: World, page: Page) => Promise<void>>({
    'Coinbase has ended the order': async (world) => {
      world.records = world.records.map((record) => ({ ...record, status: 'EXPIRED' }));
      await world.advance(3000);
    },
    'Coinbase has seen a transfer': async (world) => {
      world.records = world.records.map((record) => ({ ...record, tx_hash: HASH }));
      await world.advance(3000);
    },
    'nobody watches any more': async (_, page) => page.part(),
  })) {
    it(`rule 12: a last look at the wallet after which ${name} asks nothing`, async () => {
      const provider = wallet();
      const { world, page, press: send, asks } = await withWallet(provider);
      const take = world.hold('take');
      await send();
      let answer = (_: string[]) => {};
      provider.script('eth_accounts', () => new Promise<string[]>((resolve) => (answer = resolve)));
      take();
      await world.settle();
      await happen(world, page);
      answer([FROM]);
      await world.settle();
      expect(asks()).to.equal(0);
    });
  }

  for (const hours of [6, -6]) {
    it(`rule 12: the deadline is the server’s, where this clock is ${-hours} hours ahead of it`, async () => {
      const world = createWorld();
      world.skew = hours * 60 * MINUTE;
      const page = await toOrdered(world);
      const left = (page.flow.sale.order?.deadline ?? 0) - world.now();
      expect(left).to.be.within(26 * MINUTE, 27 * MINUTE);
      await world.advance(left - 1000);
      expect(page.flow.sale.stage).to.equal('ordered');
      await world.advance(1000);
      expect(page.flow.sale).to.include({ stage: 'failed', error: 'order-expired' });
    });
  }

  it('rule 12: without the server’s time, a clock that is behind gives an order no longer life', async () => {
    const world = createWorld();
    world.skew = 6 * 60 * MINUTE;
    world.tellsTime = false;
    const page = await toOrdered(world);
    await world.advance(27 * MINUTE);
    expect(page.flow.sale).to.include({ stage: 'failed', error: 'order-expired' });
  });

  it('rule 12: without the server’s time, a clock that is ahead finds no order rather than a wrong one', async () => {
    const world = createWorld();
    world.skew = -6 * 60 * MINUTE;
    world.tellsTime = false;
    const page = await toSelling(world);
    world.records = [world.record()];
    world.comeBack(page.flow.sale);
    await world.advance(MINUTE);
    expect(page.flow.sale.stage).to.equal('selling');
    expect(world.prompts).to.have.lengthOf(0);
  });

  it('rule 12: a clock that was set back since the server’s time was heard asks nothing', async () => {
    const world = createWorld();
    const page = await toOrdered(world);
    const go = world.hold('take');
    await press(world, page);
    world.time.now -= 6 * 60 * MINUTE;
    go();
    await world.settle();
    expect(world.prompts).to.have.lengthOf(0);
    expect(world.claims.size).to.equal(0);
  });

  it('rule 12: a laptop that slept past the deadline sends nothing when it wakes', async () => {
    const world = createWorld();
    const page = await toOrdered(world);
    // Timers stood still meanwhile.
    world.time.now += 60 * MINUTE;
    world.comeBack(page.flow.sale);
    await press(world, page);
    expect(world.prompts).to.have.lengthOf(0);
    expect(page.flow.sale).to.include({ stage: 'failed', error: 'order-expired' });
  });
});

describe('rule 13: messages carry no money, and no closed window ends anything', () => {
  it('rule 13: a return signal means “look now”', async () => {
    const world = createWorld();
    const page = await toSelling(world);
    const before = world.calls.filter((call) => call === 'list').length;
    world.records = [world.record()];
    world.comeBack(page.flow.sale);
    await world.settle();
    expect(world.calls.filter((call) => call === 'list').length).to.be.greaterThan(before);
    expect(page.flow.sale.stage).to.equal('sending');
  });

  it('rule 13: the window closing ends nothing', async () => {
    const world = createWorld();
    const page = await toSelling(world);
    page.popup.isOpen = false;
    await world.advance(10 * MINUTE);
    expect(page.flow.sale.stage).to.equal('selling');
    world.records = [world.record()];
    await world.advance(10_000);
    expect(page.flow.sale.stage).to.equal('ordered');
  });

  it('rule 13: polling alone completes a sale', async () => {
    const world = createWorld();
    const page = await toOrdered(world);
    await press(world, page);
    world.prompt().approve();
    await world.advance(3000);
    world.records = world.records.map((record) => ({ ...record, status: 'SUCCESS', tx_hash: HASH }));
    await world.advance(10_000);
    expect(page.entered).to.deep.equal(['opening', 'selling', 'ordered', 'sending', 'settling', 'completed']);
  });
});

describe('rule 14: “completed” is said only on Coinbase’s SUCCESS', () => {
  for (const status of ['STARTED', 'COMPLETED', 'SUCCESSFUL', 'success', 'PAID', '']) {
    it(`rule 14: ${JSON.stringify(status)} completes nothing`, async () => {
      const world = createWorld();
      const page = await toSettling(world);
      world.records = world.records.map((record) => ({ ...record, status, tx_hash: HASH }));
      await world.advance(10 * MINUTE);
      expect(page.flow.sale.stage).to.equal('settling');
    });
  }

  it('rule 14: SUCCESS completes', async () => {
    const world = createWorld();
    const page = await toSettling(world);
    world.records = world.records.map((record) => ({ ...record, status: 'SUCCESS' }));
    await world.advance(10_000);
    expect(page.flow.sale.stage).to.equal('completed');
  });

  const outcomes: Record<string, Outcome> = {
    'the wallet’s hash': { kind: 'sent', txHash: HASH },
    'an answer that may have sent': { kind: 'unsure', error: new OfframpError('wallet-failed') },
  };
  for (const [name, outcome] of Object.entries(outcomes)) {
    it(`rule 14: ${name} completes nothing`, async () => {
      const world = createWorld();
      const page = await toSending(world);
      world.prompt().answer(outcome);
      await world.advance(MINUTE);
      expect(page.entered).not.to.include('completed');
    });
  }
});
