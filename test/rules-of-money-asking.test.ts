// The rules of money 1–5: when a wallet is asked, and what becomes of it. Each by its sentence, in a simulated world.
// What one module alone keeps is held there: the wallet’s errors and the claims in `ports`.
import { expect } from 'chai';
import { OfframpError } from '../src/errors.ts';
import type { SaleRecord } from '../src/schema.ts';
import { HASH, MINUTE } from './fixtures/orders.ts';
import { press, toOrdered, toSending, toUnsure, wallet, withWallet } from './fixtures/passages.ts';
import { createWorld } from './fixtures/world.ts';

describe('rule 1: the sale leaves `ordered`, durably, before the wallet is asked', () => {
  it('rule 1: is stored as sending, with its attempt, at the moment the wallet is asked', async () => {
    const world = createWorld();
    await toSending(world);
    expect(world.prompt().stored).to.deep.include({ stage: 'sending', asked: true });
    expect(world.prompt().stored?.attempt).to.include({ nonce: '0x7', block: '0x64' });
  });

  it('rule 1: checks, takes the claim, saves, and only then asks', async () => {
    const world = createWorld();
    world.session = { claimUrl: 'https://shop.example/claim' };
    await toSending(world);
    const path = world.calls.slice(world.calls.lastIndexOf('prepare'), world.calls.indexOf('ask') + 1);
    expect(path.filter((call) => call !== 'list')).to.deep.equal(['prepare', 'take', 'claim', 'save sending', 'ask']);
    expect(path.slice(0, path.indexOf('take'))).to.include('list');
  });

  it('rule 1: does not ask where the sale could not be saved', async () => {
    const world = createWorld();
    const page = await toOrdered(world);
    world.storeWorks = false;
    await press(world, page);
    expect(world.prompts).to.have.lengthOf(0);
    expect(page.codes).to.deep.equal(['store-unavailable']);
    expect(page.flow.sale.stage).to.equal('ordered');
    expect(world.claims.size).to.equal(0);
  });
});

describe('rule 2: a wallet is asked at most once per claim', () => {
  it('rule 2: asks once, however often it is pressed, called, woken or told of the return', async () => {
    const world = createWorld();
    const page = await toOrdered(world);
    for (let times = 0; times < 3; times += 1) {
      page.send('press');
      page.send('call');
      world.comeBack(page.flow.sale);
      page.clock.wake();
    }
    await world.advance(5000);
    page.send('press');
    world.comeBack(page.flow.sale);
    await world.advance(10 * MINUTE);
    expect(world.prompts).to.have.lengthOf(1);
    expect(page.codes).to.deep.equal([]);
  });

  for (const [name, cause] of Object.entries<unknown>({
    'an internal error': { code: -32603 },
    'an invalid input, on which others ask again': { code: -32000 },
    'invalid parameters, on which others ask again': { code: -32602 },
    'a lost connection': { code: 4900 },
    'an error without a code': new Error('disconnected'),
    nothing: undefined,
  })) {
    it(`rule 2: asks the wallet with one request, also after ${name}`, async () => {
      const provider = wallet();
      provider.script('eth_sendTransaction', () => {
        throw cause;
      });
      const { world, page, press: send, asks } = await withWallet(provider);
      await send();
      await world.advance(10 * MINUTE);
      await send();
      expect(asks()).to.equal(1);
      expect(page.flow.sale.stage).to.equal('unsure');
    });
  }

  it('rule 2: asks for no new sale while the request of an ended one is open in the wallet', async () => {
    const world = createWorld();
    const page = await toSending(world);
    const open = world.prompt();
    world.records = world.records.map((record) => ({ ...record, status: 'EXPIRED' }));
    await world.advance(3000);
    world.records = [];
    page.start();
    await world.settle();
    world.records = [world.record({ transaction_id: 'order-2' })];
    await world.advance(3000);
    await press(world, page);
    expect(world.prompts).to.have.lengthOf(1);
    expect(page.codes.at(-1)).to.equal('wallet-busy');
    expect(page.errors.at(-1)?.message).to.match(/earlier cash-out is still open/);
    expect(page.errors.at(-1)?.advice).to.match(/^Decline it there/);
    open.decline();
    await world.settle();
    expect(page.flow.sale.stage).to.equal('ordered');
    await press(world, page);
    expect(world.prompts).to.have.lengthOf(2);
    expect(world.prompt().order.transactionId).to.equal('order-2');
  });
});

describe('rule 3: one claim per order, across tabs, windows, reloads and devices', () => {
  it('rule 3: two tabs that hear one return signal ask once', async () => {
    const world = createWorld();
    const one = await toOrdered(world);
    const other = world.page();
    await world.settle();
    expect(other.flow.sale.stage).to.equal('ordered');
    world.comeBack(one.flow.sale);
    await world.advance(5000);
    expect(world.prompts).to.have.lengthOf(1);
    expect([one.flow.sale.stage, other.flow.sale.stage]).to.deep.equal(['sending', 'sending']);
    expect([...one.codes, ...other.codes]).to.deep.equal([]);
  });

  it('rule 3: an order that has been claimed for another sale is not asked for', async () => {
    const world = createWorld();
    const page = await toOrdered(world);
    const attempt = { askedAt: world.now(), nonce: '0x7', block: '0x64' };
    world.claims.set('order-1', { saleId: 'another', attempt });
    await press(world, page);
    expect(world.prompts).to.have.lengthOf(0);
    expect(page.codes).to.deep.equal(['already-claimed']);
    expect(world.claims.get('order-1')?.saleId).to.equal('another');
  });

  it('rule 3: an order that the backend gave to another device is not asked for, and stays free here', async () => {
    const world = createWorld();
    world.session = { claimUrl: 'https://shop.example/claim' };
    const page = await toOrdered(world);
    world.granted.set('order-1', 'another');
    await press(world, page);
    expect(world.prompts).to.have.lengthOf(0);
    expect(page.codes).to.deep.equal(['already-claimed']);
    expect(world.claims.size).to.equal(0);
  });

  it('rule 3: without a durable store and a backend’s claim, nothing is asked', async () => {
    const world = createWorld();
    const page = await toOrdered(world);
    world.claimsWork = false;
    await press(world, page);
    expect(world.prompts).to.have.lengthOf(0);
    expect(page.codes).to.deep.equal(['store-unavailable']);
    expect(page.flow.sale.stage).to.equal('ordered');
  });

  it('rule 3: with a backend’s claim, a missing store does not matter', async () => {
    const world = createWorld();
    world.session = { claimUrl: 'https://shop.example/claim' };
    world.claimsWork = false;
    const page = await toOrdered(world);
    world.storeWorks = false;
    await press(world, page);
    expect(world.prompts).to.have.lengthOf(1);
    expect(world.prompt().isClaimed).to.equal(true);
  });

  it('rule 3: where only an older state of the sale is kept, and no claim, a backend’s claim is not enough', async () => {
    const world = Object.assign(createWorld(), { session: { claimUrl: 'https://shop.example/claim' } });
    const page = await toOrdered(world);
    world.claimsWork = false;
    world.storeWorks = 'full';
    await press(world, page);
    expect(world.prompts).to.have.lengthOf(0);
    expect(page.codes).to.deep.equal(['store-unavailable']);
    expect(page.flow.sale.stage).to.equal('ordered');
    expect(world.granted.size).to.equal(0);
    // Either of the two is enough.
    world.claimsWork = true;
    await press(world, page);
    expect(world.prompts).to.have.lengthOf(1);
  });

  it('rule 3: the backend is told whether this browser has kept its claim, and a claim that is not kept is not taken off the disk', async () => {
    const world = Object.assign(createWorld(), { session: { claimUrl: 'https://shop.example/claim' } });
    const page = await toOrdered(world);
    world.claimsWork = false;
    world.trouble.claim = new OfframpError('backend-unreachable');
    await press(world, page);
    expect(world.calls).not.to.include('drop');
    delete world.trouble.claim;
    await press(world, page);
    expect(world.keptHere).to.deep.equal([false]);
    world.prompt().decline();
    await world.settle();
    world.claimsWork = true;
    await press(world, page);
    expect(world.keptHere).to.deep.equal([false, true]);
  });

  it('rule 3: a crash between the claim and its saving is taken as perhaps sent', async () => {
    const world = createWorld();
    const before = await toOrdered(world);
    before.diesAt = 'take';
    before.send('press');
    await world.settle();
    expect(world.stored()?.stage).to.equal('ordered');
    const after = world.page();
    await world.advance(2000);
    expect(after.flow.sale.stage).to.equal('unsure');
    world.comeBack(after.flow.sale);
    await press(world, after);
    expect(world.prompts).to.have.lengthOf(0);
  });
});

describe('rule 4: a reload, crash or lost answer becomes `unsure`, and only proof leaves it', () => {
  it('rule 4: a reload while the wallet is asked ends in unsure, and nobody is asked again', async () => {
    const world = createWorld();
    const page = await toUnsure(world);
    world.comeBack(page.flow.sale);
    await press(world, page);
    page.send('call');
    page.clock.wake();
    await world.advance(10 * MINUTE);
    expect(page.flow.sale.stage).to.equal('unsure');
    expect(world.prompts).to.have.lengthOf(1);
    expect(world.claims.size).to.equal(1);
  });

  it('rule 4: Coinbase’s word is proof', async () => {
    const world = createWorld();
    const page = await toUnsure(world);
    world.records = [{ ...world.records[0], tx_hash: HASH } as SaleRecord];
    await world.advance(10_000);
    expect(page.flow.sale).to.include({ stage: 'settling', txHash: HASH });
  });

  it('rule 4: a transfer on the chain is proof', async () => {
    const world = createWorld();
    const page = await toUnsure(world);
    world.sighting = { txHash: HASH };
    await world.advance(10_000);
    expect(page.flow.sale).to.include({ stage: 'settling', txHash: HASH });
  });

  it('rule 4: “nothing was sent” is believed where the chain agrees and enough time is over', async () => {
    const world = createWorld();
    const page = await toUnsure(world);
    world.sighting = 'nothing';
    await world.advance(2 * MINUTE);
    expect(page.flow.sale.stage).to.equal('unsure');
    page.sayNotSent();
    await world.settle();
    expect(page.flow.sale.stage).to.equal('ordered');
    expect(world.claims.size).to.equal(0);
    expect(world.prompts).to.have.lengthOf(1);
    await press(world, page);
    expect(world.prompts).to.have.lengthOf(2);
  });

  it('rule 4: after “nothing was sent” the page’s own call asks nothing, the person’s press does', async () => {
    const world = createWorld();
    const page = await toUnsure(world);
    world.sighting = 'nothing';
    await world.advance(2 * MINUTE);
    page.sayNotSent();
    await world.settle();
    page.send('call');
    await world.settle();
    expect(world.prompts).to.have.lengthOf(1);
    expect(page.errors.map(({ code, message, advice }) => [code, message, advice])).to.deep.equal([
      ['wallet-busy', 'An earlier request may still be open in your wallet.', 'Decline it there, then press “Send”.'],
    ]);
    await press(world, page);
    expect(world.prompts).to.have.lengthOf(2);
    // After a "no" of the wallet itself to a first request, the page may.
    const other = createWorld();
    const next = await toSending(other);
    other.prompt().decline();
    await other.settle();
    next.send('call');
    await other.settle();
    expect(other.prompts).to.have.lengthOf(2);
  });

  it('rule 4: “nothing was sent” is not believed too early', async () => {
    const world = createWorld();
    const page = await toUnsure(world);
    world.sighting = 'nothing';
    const askedAt = page.flow.sale.attempt?.askedAt ?? 0;
    await world.advance(askedAt + 2 * MINUTE - 1000 - page.flow.now());
    const calls = world.calls.length;
    page.sayNotSent();
    await world.settle();
    expect(world.calls).to.have.lengthOf(calls);
    expect(page.flow.sale.stage).to.equal('unsure');
    expect(page.codes).to.deep.equal(['wallet-busy']);
    expect(page.errors[0]?.advice).to.include('in 1 seconds');
    await world.advance(1000);
    page.sayNotSent();
    await world.settle();
    expect(page.flow.sale.stage).to.equal('ordered');
  });

  it('rule 4: how long ago the ask was is the server’s to say, not that of a clock that was set meanwhile', async () => {
    const world = createWorld();
    const page = await toUnsure(world);
    world.sighting = 'nothing';
    await world.advance(MINUTE);
    world.trouble.list = new OfframpError('backend-unreachable');
    const hours = 6 * 60 * MINUTE;
    world.time.now += hours;
    world.skew -= hours;
    page.sayNotSent();
    await world.settle();
    expect([page.flow.sale.stage, page.codes.at(-1)]).to.deep.equal(['unsure', 'backend-unreachable']);
    delete world.trouble.list;
    page.sayNotSent();
    await world.settle();
    expect([page.flow.sale.stage, page.codes.at(-1)]).to.deep.equal(['unsure', 'wallet-busy']);
    expect(world.claims.size).to.equal(1);
  });

  for (const sighting of ['nonce-moved', 'unknown'] as const) {
    it(`rule 4: “nothing was sent” is not believed where the chain says ${sighting}`, async () => {
      const world = createWorld();
      const page = await toUnsure(world);
      world.sighting = sighting;
      await world.advance(10 * MINUTE);
      page.sayNotSent();
      await world.settle();
      expect(page.flow.sale.stage).to.equal('unsure');
      expect(page.codes).to.deep.equal(['wallet-failed']);
      expect(world.claims.size).to.equal(1);
    });
  }

  it('rule 4: “nothing was sent” finds the transfer where there is one', async () => {
    const world = createWorld();
    const page = await toUnsure(world);
    await world.advance(2 * MINUTE);
    world.sighting = { txHash: HASH };
    page.sayNotSent();
    await world.settle();
    expect(page.flow.sale).to.include({ stage: 'settling', txHash: HASH });
  });

  it('rule 4: “nothing was sent” is not believed while the wallet’s request is open in this page', async () => {
    const world = createWorld();
    const page = await toSending(world);
    world.sighting = 'nothing';
    await world.advance(10 * MINUTE);
    expect(page.flow.sale.stage).to.equal('unsure');
    page.sayNotSent();
    await world.settle();
    expect(page.flow.sale.stage).to.equal('unsure');
    expect(page.codes).to.deep.equal(['wallet-busy']);
  });

  it('rule 4: “nothing was sent” is not believed while the wallet’s request is open in another tab', async () => {
    const world = createWorld();
    const asking = await toSending(world);
    const other = world.page();
    world.sighting = 'nothing';
    await world.advance(10 * MINUTE);
    expect(other.flow.sale.stage).to.equal('unsure');
    other.sayNotSent();
    await world.settle();
    expect(other.flow.sale.stage).to.equal('unsure');
    expect(other.codes).to.deep.equal(['wallet-busy']);
    world.prompt().approve();
    await world.advance(1000);
    expect([asking.flow.sale.stage, other.flow.sale.stage]).to.deep.equal(['settling', 'settling']);
  });

  it('rule 4: what Coinbase says while the chain is looked at is not undone by “nothing was sent”', async () => {
    const world = createWorld();
    const page = await toUnsure(world);
    await world.advance(2 * MINUTE);
    world.sighting = 'nothing';
    const look = world.hold('look');
    page.sayNotSent();
    await world.settle();
    world.records = [world.record({ tx_hash: HASH })];
    page.clock.wake();
    await world.settle();
    expect(page.flow.sale.stage).to.equal('settling');
    look();
    await world.settle();
    expect(page.flow.sale.stage).to.equal('settling');
    expect(world.claims.size).to.equal(1);
  });
});

describe('rule 5: what came of the ask', () => {
  for (const code of [4001, 5000]) {
    it(`rule 5: ${code} is a “no”: ordered again, the claim released, and not asked again by itself`, async () => {
      const provider = wallet();
      provider.script('eth_sendTransaction', () => {
        throw { code };
      });
      const { world, page, press: send, asks } = await withWallet(provider);
      await send();
      world.comeBack(page.flow.sale);
      await world.advance(MINUTE);
      expect(page.flow.sale.stage).to.equal('ordered');
      expect(world.claims.size).to.equal(0);
      expect(page.codes).to.deep.equal([]);
      expect(asks()).to.equal(1);
      await send();
      expect(asks()).to.equal(2);
    });
  }

  it('rule 5: -32002 from the ask says that a request is open, and is perhaps sent', async () => {
    const provider = wallet();
    provider.script('eth_sendTransaction', () => {
      throw { code: -32002 };
    });
    const { page, press: send } = await withWallet(provider);
    await send();
    expect(page.flow.sale.stage).to.equal('unsure');
    expect(page.codes).to.deep.equal(['wallet-busy']);
  });

  it('rule 5: -32002 before the ask says that a request is open, and asks nothing', async () => {
    const provider = wallet({ chainId: 1 });
    provider.script('wallet_switchEthereumChain', () => {
      throw { code: -32002 };
    });
    const { page, press: send, asks } = await withWallet(provider);
    await send();
    expect(page.flow.sale.stage).to.equal('ordered');
    expect(page.codes).to.deep.equal(['wallet-busy']);
    expect(asks()).to.equal(0);
  });

  for (const answer of [null, undefined, '', 'ok', '0x', '0x1', `${HASH}00`, HASH.slice(0, -1), { hash: HASH }, true]) {
    it(`rule 5: an answer that is no hash is perhaps sent: ${JSON.stringify(answer)}`, async () => {
      const { page, press: send } = await withWallet(wallet({ answer }));
      await send();
      expect(page.flow.sale).to.include({ stage: 'unsure', txHash: null });
    });
  }

  it('rule 5: a hash is one in any letter case', async () => {
    const answer = `0x${'AB'.repeat(32)}`;
    const { page, press: send } = await withWallet(wallet({ answer }));
    await send();
    expect(page.flow.sale).to.include({ stage: 'settling', txHash: answer });
  });
});
