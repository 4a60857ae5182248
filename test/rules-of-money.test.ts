// The fourteen rules of money (rule 15 comes with signed instructions), each by its sentence, played in a simulated world.
// What belongs to one module alone is held there too: the table in `sale`, the list in `order`, the wallet's errors in `ports`.
import { expect } from 'chai';
import { OfframpError } from '../src/errors.ts';
import { createWallet } from '../src/ports/wallet.ts';
import type { Outcome } from '../src/ports.ts';
import type { SaleRecord } from '../src/schema.ts';
import { FROM, HASH, MINUTE, OTHER, TO, USDC_ON_BASE } from './fixtures/orders.ts';
import { toOrdered, toSelling, toSending, toSettling, toUnsure } from './fixtures/passages.ts';
import { createProvider, type FakeProvider } from './fixtures/provider.ts';
import { createWorld, type Page, type World } from './fixtures/world.ts';

/** A sale that has come to its order with the real wallet door, in front of a wallet by script. */
const withWallet = async (provider: FakeProvider) => {
  const world = createWorld();
  const page = world.page({
    wallet: (clock) => createWallet({ provider: () => provider, sender: () => undefined, clock }),
  });
  await toOrdered(world, page);
  const press = async () => {
    page.flow.send(true);
    await world.settle();
  };
  return { world, page, press, asks: () => provider.count('eth_sendTransaction') };
};

const wallet = (change: Parameters<typeof createProvider>[0] = {}) => createProvider({ accounts: [FROM], ...change });

const press = async (world: World, page: Page) => {
  page.flow.send(true);
  await world.settle();
};

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
      page.flow.send(true);
      page.flow.send(false);
      world.comeBack(page.flow.sale);
      page.clock.wake();
    }
    await world.advance(5000);
    page.flow.send(true);
    world.comeBack(page.flow.sale);
    await world.advance(10 * MINUTE);
    expect(world.prompts).to.have.lengthOf(1);
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

  it('rule 3: a crash between the claim and its saving is taken as perhaps sent', async () => {
    const world = createWorld();
    const before = await toOrdered(world);
    before.diesAt = 'take';
    before.flow.send(true);
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
    page.flow.send(false);
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
    page.flow.sayNotSent();
    await world.settle();
    expect(page.flow.sale.stage).to.equal('ordered');
    expect(world.claims.size).to.equal(0);
    expect(world.prompts).to.have.lengthOf(1);
    await press(world, page);
    expect(world.prompts).to.have.lengthOf(2);
  });

  it('rule 4: “nothing was sent” is not believed too early', async () => {
    const world = createWorld();
    const page = await toUnsure(world);
    world.sighting = 'nothing';
    const askedAt = page.flow.sale.attempt?.askedAt ?? 0;
    await world.advance(askedAt + 2 * MINUTE - 1000 - page.flow.now());
    page.flow.sayNotSent();
    await world.settle();
    expect(page.flow.sale.stage).to.equal('unsure');
    expect(page.codes).to.deep.equal(['wallet-busy']);
    expect(page.errors[0]?.advice).to.include('in 1 seconds');
    await world.advance(1000);
    page.flow.sayNotSent();
    await world.settle();
    expect(page.flow.sale.stage).to.equal('ordered');
  });

  for (const sighting of ['nonce-moved', 'unknown'] as const) {
    it(`rule 4: “nothing was sent” is not believed where the chain says ${sighting}`, async () => {
      const world = createWorld();
      const page = await toUnsure(world);
      world.sighting = sighting;
      await world.advance(10 * MINUTE);
      page.flow.sayNotSent();
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
    page.flow.sayNotSent();
    await world.settle();
    expect(page.flow.sale).to.include({ stage: 'settling', txHash: HASH });
  });

  it('rule 4: “nothing was sent” is not believed while the wallet’s request is open in this page', async () => {
    const world = createWorld();
    const page = await toSending(world);
    world.sighting = 'nothing';
    await world.advance(10 * MINUTE);
    expect(page.flow.sale.stage).to.equal('unsure');
    page.flow.sayNotSent();
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
    other.flow.sayNotSent();
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
    page.flow.sayNotSent();
    await world.settle();
    world.records = [world.record({ tx_hash: HASH })];
    await world.advance(20_000);
    look();
    await world.advance(20_000);
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
    page.flow.send(false);
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
    world.records = [world.record({ transaction_id: 'order-2', to_address: OTHER }), ...world.records];
    await world.advance(3000);
    await press(world, page);
    expect(world.prompt().order).to.include({ transactionId: 'order-1', to: TO });
  });
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
      expect(world.claims.size).to.equal(0);
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
      page.flow.send(true);
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
