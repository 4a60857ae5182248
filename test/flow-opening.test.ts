import { expect } from 'chai';
import { OfframpError } from '../src/errors.ts';
import { toOrdered, toSelling } from './fixtures/passages.ts';
import { WISH } from './fixtures/wish.ts';
import { createWorld, type Page, type World } from './fixtures/world.ts';

const ready = async () => {
  const world = createWorld();
  const page = world.page();
  await page.flow.readAccount();
  const start = async () => {
    page.start();
    await world.settle();
  };
  return { world, page, start };
};

describe('flow: from the press to Coinbase’s window', () => {
  it('connects at the first press, and opens at the second', async () => {
    const world = createWorld();
    const page = world.page();
    page.start();
    expect(page.flow.sale.stage).to.equal('connecting');
    expect(page.flow.isBusy).to.equal(true);
    await world.settle();
    expect(page.flow.sale).to.include({ stage: 'idle', from: world.accounts[0] });
    expect(page.popup.opened).to.equal(0);
    page.start();
    await world.settle();
    expect(page.entered).to.deep.equal(['connecting', 'idle', 'opening', 'selling']);
  });

  it('opens at the first press where the wallet already shows its account', async () => {
    const { page, start } = await ready();
    await start();
    expect(page.entered).to.deep.equal(['opening', 'selling']);
  });

  it('opens the window in the press’s own task, before anything is awaited', async () => {
    const { page } = await ready();
    page.start();
    expect(page.popup.opened).to.equal(1);
    expect(page.flow.sale.stage).to.equal('opening');
  });

  it('opens one window, however often it is pressed', async () => {
    const { world, page } = await ready();
    const mint = world.hold('session');
    for (let times = 0; times < 3; times += 1) page.start();
    mint();
    await world.settle();
    expect(page.popup.opened).to.equal(1);
    expect(world.sessions).to.have.lengthOf(1);
  });

  it('makes the session for this sale, and opens Coinbase with it', async () => {
    const { world, page, start } = await ready();
    await start();
    const { id, nonce, from } = page.flow.sale;
    expect(world.sessions).to.deep.equal([
      { saleId: id, address: from, asset: 'USDC', network: 'base', redirectUrl: 'https://shop.example/back' },
    ]);
    const url = new URL(page.popup.urls[0] ?? '');
    expect(url.origin).to.equal('https://pay.coinbase.com');
    expect(Object.fromEntries(url.searchParams)).to.include({
      sessionToken: 'token-1',
      partnerUserRef: id,
      redirectUrl: `https://shop.example/back?offramp-sale=${id}.${nonce}`,
    });
  });

  it('takes the backend’s reference where it gives one', async () => {
    const { world, page, start } = await ready();
    world.session = { partnerUserRef: 'ref-7' };
    await start();
    expect(new URL(page.popup.urls[0] ?? '').searchParams.get('partnerUserRef')).to.equal('ref-7');
    expect(page.flow.sale.partnerUserRef).to.equal('ref-7');
  });

  it('stores no token', async () => {
    const { world, start } = await ready();
    await start();
    expect(JSON.stringify(world.stored())).not.to.include('token-1');
  });

  it('asks the status endpoint of the page, by reference, where the backend names none', async () => {
    const { world, page, start } = await ready();
    world.session = { statusUrl: undefined as never };
    page.wish = () => ({ ...WISH, statusEndpoint: 'https://shop.example/status?shop=1' });
    await start();
    const { id, statusUrl } = page.flow.sale;
    expect(statusUrl).to.equal(`https://shop.example/status?shop=1&partnerUserRef=${id}`);
  });

  it('fails where nobody names a status address, and closes the window', async () => {
    const { world, page, start } = await ready();
    world.session = { statusUrl: undefined as never };
    await start();
    expect(page.flow.sale).to.include({ stage: 'failed', error: 'no-endpoint' });
    expect(page.popup).to.include({ isOpen: false });
    expect(page.popup.urls).to.deep.equal([]);
  });

  it('fails for a pay origin that is none, and opens nothing there', async () => {
    const { page, start } = await ready();
    page.wish = () => ({ ...WISH, payOrigin: 'http://pay.example' });
    await start();
    expect(page.flow.sale).to.include({ stage: 'failed', error: 'no-endpoint' });
    expect(page.popup.urls).to.deep.equal([]);
  });

  it('tells what is wrong with the page’s wish, and opens nothing', async () => {
    const { page, start } = await ready();
    page.wish = () => {
      throw new OfframpError('bad-amount');
    };
    await start();
    expect(page.codes).to.deep.equal(['bad-amount']);
    expect(page.popup.opened).to.equal(0);
    expect(page.flow.sale.stage).to.equal('idle');
  });

  it('leaves in this tab for the same-tab presentation', async () => {
    const { page, start } = await ready();
    page.wish = () => ({ ...WISH, presentation: 'redirect' });
    await start();
    expect(page.popup.opened).to.equal(0);
    expect(page.popup.left).to.have.lengthOf(1);
    expect(page.flow.sale.stage).to.equal('selling');
  });

  it('is kept before it leaves in this tab', async () => {
    const { world, page } = await ready();
    page.wish = () => ({ ...WISH, presentation: 'redirect' });
    page.diesAt = 'save selling';
    page.start();
    await world.settle();
    const next = world.page();
    expect(next.flow.sale.stage).to.equal('selling');
  });
});

describe('flow: a press that does not get to Coinbase', () => {
  it('stays as it was, and says so, where the browser blocks the window', async () => {
    const { world, page, start } = await ready();
    page.popup.isBlocked = true;
    await start();
    expect(page.flow.sale.stage).to.equal('idle');
    expect(page.codes).to.deep.equal(['popup-blocked']);
    expect(world.sessions).to.deep.equal([]);
  });

  it('counts a window that was gone at once as blocked', async () => {
    const { world, page } = await ready();
    page.start();
    page.popup.isOpen = false;
    await world.advance(250);
    expect(page.flow.sale.stage).to.equal('idle');
    expect(page.codes).to.deep.equal(['popup-blocked']);
  });

  it('takes a window that the person closes meanwhile as a “no”, not as an error', async () => {
    const { world, page } = await ready();
    const mint = world.hold('session');
    page.start();
    await world.advance(1000);
    page.popup.isOpen = false;
    mint();
    await world.settle();
    expect(page.flow.sale.stage).to.equal('idle');
    expect(page.codes).to.deep.equal([]);
  });

  for (const code of ['backend-unreachable', 'backend-refused', 'backend-malformed', 'backend-busy'] as const) {
    it(`fails and closes the window where the session ends in ${code}`, async () => {
      const { world, page, start } = await ready();
      world.trouble.session = new OfframpError(code);
      await start();
      expect(page.flow.sale).to.include({ stage: 'failed', error: code });
      expect(page.codes).to.deep.equal([code]);
      expect(page.popup.isOpen).to.equal(false);
      delete world.trouble.session;
      await start();
      expect(page.flow.sale.stage).to.equal('selling');
    });
  }

  it('does not promise that a session which could not be made goes on by itself', async () => {
    const { world, page, start } = await ready();
    world.trouble.session = new OfframpError('backend-unreachable');
    await start();
    expect(page.errors.map(({ advice }) => advice)).to.deep.equal(['Check your connection, then try again.']);
  });

  it('stops where the page prevents the opening, and goes on at the next press', async () => {
    const { world, page, start } = await ready();
    page.allows.open = false;
    await start();
    expect(page.flow.sale.stage).to.equal('idle');
    expect(page.popup.opened).to.equal(0);
    expect(world.sessions).to.deep.equal([]);
    page.allows.open = true;
    await start();
    expect(page.flow.sale.stage).to.equal('selling');
  });

  it('goes on with the page’s own call after it was prevented, without asking the page again', async () => {
    const { page } = await ready();
    page.allows.open = false;
    page.start('call');
    expect(page.popup.opened).to.equal(0);
    page.start('call');
    expect(page.popup.opened).to.equal(1);
  });

  it('asks the page again at every press of the person', async () => {
    const { page } = await ready();
    page.allows.open = false;
    page.start('press');
    page.start('press');
    expect(page.popup.opened).to.equal(0);
  });

  it('closes the window of a sale that was cancelled before it had a session', async () => {
    const { world, page } = await ready();
    const mint = world.hold('session');
    page.start();
    page.flow.cancel();
    mint();
    await world.settle();
    expect(page.flow.sale.stage).to.equal('idle');
    expect(page.popup.isOpen).to.equal(false);
    expect(page.popup.urls).to.deep.equal([]);
    expect(page.codes).to.deep.equal([]);
  });

  it('takes a declined connection as a “no”', async () => {
    const world = createWorld();
    const page = world.page();
    world.accounts = [];
    page.start();
    await world.settle();
    expect(page.entered).to.deep.equal(['connecting', 'idle']);
    expect(page.codes).to.deep.equal([]);
  });

  it('tells why it could not connect', async () => {
    const world = createWorld();
    const page = world.page();
    world.trouble.connect = new OfframpError('no-wallet');
    page.start();
    await world.settle();
    expect(page.flow.sale.stage).to.equal('idle');
    expect(page.codes).to.deep.equal(['no-wallet']);
  });

  it('does not begin again in a page that is opened while another one connects or opens', async () => {
    const { world, page } = await ready();
    world.hold('session');
    page.start();
    expect(world.page().flow.sale.stage).to.equal('idle');
  });
});

describe('flow: Coinbase’s window again', () => {
  it('comes to the front at a press while it is open', async () => {
    const world = createWorld();
    const page = await toSelling(world);
    page.start();
    await world.settle();
    expect(page.popup.opened).to.equal(1);
    expect(world.sessions).to.have.lengthOf(1);
  });

  it('is opened with a new session where it was closed, for the same sale', async () => {
    const world = createWorld();
    const page = await toSelling(world);
    const { id, nonce, startedAt } = page.flow.sale;
    page.popup.isOpen = false;
    await world.advance(10_000);
    page.start();
    page.start();
    await world.settle();
    expect(page.popup.opened).to.equal(2);
    expect(world.sessions.map(({ saleId }) => saleId)).to.deep.equal([id, id]);
    expect(page.popup.urls.map((url) => new URL(url).searchParams.get('sessionToken'))).to.deep.equal([
      'token-1',
      'token-2',
    ]);
    expect(page.flow.sale).to.include({ stage: 'selling', id, startedAt });
    expect(new URL(page.popup.urls.at(-1) ?? '').searchParams.get('redirectUrl')).to.include(
      `${id}.${page.flow.sale.nonce}`,
    );
    expect(page.flow.sale.nonce).not.to.equal(nonce);
  });

  for (const [name, meanwhile] of [
    ['was closed before it showed anything', (page: Page) => (page.popup.isOpen = false)],
    [
      'was opened while the return from the former one came',
      (page: Page, world: World) => world.comeBack(page.flow.sale),
    ],
  ] as const) {
    it(`that ${name} is left, and the sale is as before`, async () => {
      const world = createWorld();
      const page = await toSelling(world);
      const { nonce } = page.flow.sale;
      page.popup.isOpen = false;
      const mint = world.hold('session');
      page.start();
      await world.settle();
      meanwhile(page, world);
      mint();
      await world.settle();
      expect(page.popup).to.include({ opened: 2, isOpen: false });
      expect(page.popup.urls).to.have.lengthOf(1);
      expect(page.flow.sale).to.include({ stage: 'selling', nonce });
      world.comeBack(page.flow.sale);
      world.records = [world.record()];
      await world.advance(3000);
      expect(world.prompts).to.have.lengthOf(1);
    });
  }

  it('tells a blocked window, and the sale goes on', async () => {
    const world = createWorld();
    const page = await toSelling(world);
    page.popup.isOpen = false;
    page.popup.isBlocked = true;
    page.start();
    await world.settle();
    expect(page.codes).to.deep.equal(['popup-blocked']);
    expect(page.flow.sale.stage).to.equal('selling');
  });

  it('tells a session that could not be made, closes the window, and the sale goes on', async () => {
    const world = createWorld();
    const page = await toSelling(world);
    page.popup.isOpen = false;
    world.trouble.session = new OfframpError('backend-refused');
    page.start();
    await world.settle();
    expect(page.codes).to.deep.equal(['backend-refused']);
    expect(page.popup.isOpen).to.equal(false);
    expect(page.flow.sale.stage).to.equal('selling');
  });

  it('is closed where the order is found before its session is made', async () => {
    const world = createWorld();
    const page = await toSelling(world);
    page.popup.isOpen = false;
    const mint = world.hold('session');
    page.start();
    world.records = [world.record()];
    await world.advance(3000);
    expect(page.flow.sale.stage).to.equal('ordered');
    mint();
    await world.settle();
    expect(page.popup.isOpen).to.equal(false);
    expect(page.popup.urls).to.have.lengthOf(1);
    expect(page.codes).to.deep.equal([]);
  });

  it('is closed where nobody watches any more before its session is made', async () => {
    const world = createWorld();
    const page = await toSelling(world);
    page.popup.isOpen = false;
    const mint = world.hold('session');
    page.start();
    await world.settle();
    page.part();
    mint();
    await world.settle();
    expect(page.popup.isOpen).to.equal(false);
    expect(page.codes).to.deep.equal([]);
  });

  it('is left alone where it is the next sale’s by the time an old session is made', async () => {
    const world = createWorld();
    const page = await toSelling(world);
    page.popup.isOpen = false;
    const mint = world.hold('session');
    page.start();
    await world.settle();
    page.flow.cancel();
    page.start();
    await world.settle();
    expect(page.flow.sale.stage).to.equal('opening');
    mint();
    await world.settle();
    expect(page.flow.sale.stage).to.equal('selling');
    expect(page.popup.isOpen).to.equal(true);
    expect(page.popup.urls).to.have.lengthOf(2);
  });

  it('is not opened where the page prevents it', async () => {
    const world = createWorld();
    const page = await toSelling(world);
    page.popup.isOpen = false;
    page.allows.open = false;
    page.start();
    await world.settle();
    expect(page.popup.opened).to.equal(1);
  });

  it('is not opened once there is an order', async () => {
    const world = createWorld();
    const page = await toOrdered(world);
    page.popup.isOpen = false;
    page.start();
    await world.settle();
    expect(page.popup.opened).to.equal(1);
  });
});

describe('flow: the account', () => {
  it('is read without asking, and follows the wallet while nothing is sold', async () => {
    const { world, page } = await ready();
    world.accounts = ['0xdbF03B407c01E7cD3CBea99509d93f8DDDC8C6FB'];
    await page.flow.readAccount();
    expect(page.flow.sale.from).to.equal(world.accounts[0]);
    world.accounts = [];
    await page.flow.readAccount();
    expect(page.flow.sale.from).to.equal(null);
    expect(world.calls).not.to.include('connect');
  });

  it('is the page’s own where it names one', async () => {
    const world = createWorld();
    const page = world.page();
    await page.flow.readAccount('0xdbF03B407c01E7cD3CBea99509d93f8DDDC8C6FB');
    expect(page.flow.sale.from).to.equal('0xdbF03B407c01E7cD3CBea99509d93f8DDDC8C6FB');
    expect(world.calls).not.to.include('accounts');
  });

  it('of a sale under way does not change with the wallet', async () => {
    const world = createWorld();
    const page = await toSelling(world);
    const { from } = page.flow.sale;
    world.accounts = ['0xdbF03B407c01E7cD3CBea99509d93f8DDDC8C6FB'];
    await page.flow.readAccount();
    expect(page.flow.sale.from).to.equal(from);
  });
});
