// A button whose code for a sale is not there yet: what fetches it, and a press that comes before it.
import { expect } from 'chai';
import { NO_SALE } from '../src/no-sale.ts';
import { rememberConnected, saleKey } from '../src/ports/traces.ts';
import { reaches, settle, tidy, until } from './fixtures/element-world.ts';
import { type FreshPage, openFreshPage } from './fixtures/fresh-page.ts';
import { FROM } from './fixtures/orders.ts';
import { hang } from './fixtures/provider.ts';

const press = ({ button }: FreshPage): void => button.shadowRoot?.querySelector('button')?.click();

const sale = (key: string) =>
  localStorage.setItem(
    saleKey(key),
    JSON.stringify({
      ...NO_SALE,
      revision: 4,
      stage: 'selling',
      id: 'kept-sale',
      nonce: 'kept-nonce',
      asset: 'USDC',
      network: 'base',
      from: FROM,
      partnerUserRef: 'kept-sale',
      statusUrl: '/api/sales/kept-sale',
      startedAt: Date.now() - 60_000,
    }),
  );

describe('a button that nobody has pointed at', () => {
  afterEach(tidy);

  it('is drawn, and has fetched nothing more', async () => {
    const page = await openFreshPage();
    await settle();
    expect(page.button.stage).to.equal('idle');
    expect(page.button.sale).to.equal(null);
    expect(page.button.matches(':state(idle)')).to.equal(true);
    expect(page.button.shadowRoot?.querySelector('[part=label]')?.textContent).to.equal('Cash out');
    expect(page.isFetched()).to.equal(false);
    expect(page.provider.count('eth_accounts')).to.equal(0);
  });

  for (const intent of ['pointerenter', 'pointerdown', 'focusin']) {
    it(`fetches the rest on ${intent}, and then opens the window in the press’s own task`, async () => {
      const page = await openFreshPage();
      page.button.dispatchEvent(new Event(intent));
      await until(() => page.provider.count('eth_accounts') > 0);
      await settle();
      expect(page.isFetched()).to.equal(true);
      expect(page.heard).to.deep.equal([]);
      press(page);
      expect(page.windows).to.have.lengthOf(1);
      expect(page.button.stage).to.equal('opening');
    });
  }

  it('fetches the rest where a sale goes on', async () => {
    sale('fresh-kept');
    const page = await openFreshPage({ set: { name: 'fresh-kept' } });
    await reaches(page.button, 'selling');
    expect(page.windows).to.have.lengthOf(0);
  });

  it('fetches the rest where another tab begins a sale', async () => {
    const page = await openFreshPage({ set: { name: 'fresh-other' } });
    await settle();
    expect(page.isFetched()).to.equal(false);
    sale('fresh-other');
    await reaches(page.button, 'selling');
  });

  it('fetches nothing for a sale that ended without an order', async () => {
    localStorage.setItem(
      saleKey('fresh-over'),
      JSON.stringify({ ...NO_SALE, revision: 9, stage: 'cancelled', id: 'over' }),
    );
    const page = await openFreshPage({ set: { name: 'fresh-over' } });
    await settle();
    expect(page.isFetched()).to.equal(false);
  });

  it('fetches the rest for a price', async () => {
    const page = await openFreshPage({ set: { quoteEndpoint: '/api/quote' } });
    await until(() => page.isFetched());
  });
});

describe('a press before the code is there', () => {
  afterEach(tidy);

  it('opens the window in its own task where the wallet was connected before, and one press is enough', async () => {
    rememberConnected(true);
    const page = await openFreshPage();
    press(page);
    expect(page.heard).to.deep.equal(['before-open']);
    expect(page.windows).to.have.lengthOf(1);
    expect(page.button.matches(':state(busy)')).to.equal(true);
    await page.button.updateComplete;
    expect(page.button.shadowRoot?.querySelector('[part=spinner]')).not.to.equal(null);
    await until(() => page.windows[0]?.addresses.length);
    expect(page.heard).to.deep.equal(['before-open', 'opening', 'selling']);
    expect(page.windows).to.have.lengthOf(1);
    expect(page.windows[0]?.addresses[0]).to.match(/^https:\/\/pay\.coinbase\.com\//);
    expect(page.button.matches(':state(busy)')).to.equal(false);
  });

  it('opens the window in its own task where the page knows the address', async () => {
    const page = await openFreshPage({ set: { address: FROM } });
    press(page);
    expect(page.windows).to.have.lengthOf(1);
    await until(() => page.windows[0]?.addresses.length);
  });

  it('opens no window where no wallet was connected, and connects', async () => {
    const page = await openFreshPage({ isConnected: false });
    press(page);
    expect(page.windows).to.have.lengthOf(0);
    await until(() => page.heard.includes('idle'));
    expect(page.heard).to.deep.equal(['connecting', 'idle']);
    expect(page.provider.count('eth_requestAccounts')).to.equal(1);
    press(page);
    expect(page.windows).to.have.lengthOf(1);
  });

  it('goes on where a wallet shows an account that nobody knew of', async () => {
    const page = await openFreshPage();
    press(page);
    await until(() => page.windows[0]?.addresses.length);
    expect(page.heard).to.deep.equal(['before-open', 'opening', 'selling']);
  });

  it('closes its window where the wallet is not connected any more', async () => {
    rememberConnected(true);
    const page = await openFreshPage({ isConnected: false });
    press(page);
    await until(() => page.heard.includes('idle'));
    expect(page.windows.map(({ closed }) => closed)).to.deep.equal([true]);
    expect(page.heard).to.deep.equal(['before-open', 'connecting', 'idle']);
  });

  it('closes its window where the button asks for something that cannot be sold', async () => {
    rememberConnected(true);
    const page = await openFreshPage({ set: { asset: 'DOGE' } });
    press(page);
    await until(() => page.heard.includes('error'));
    await settle();
    expect(page.windows.map(({ closed }) => closed)).to.deep.equal([true]);
    expect(page.button.stage).to.equal('idle');
    expect(page.button.matches(':state(busy)')).to.equal(false);
  });

  it('is stopped by the page, whose own call goes on without asking it again', async () => {
    rememberConnected(true);
    const page = await openFreshPage();
    const stop = (event: Event) => event.preventDefault();
    page.button.addEventListener('offramp-before-open', stop);
    press(page);
    await until(() => page.provider.count('eth_accounts') > 0);
    await settle();
    expect(page.windows).to.have.lengthOf(0);
    expect(page.heard).to.deep.equal(['before-open']);
    page.button.start();
    expect(page.windows).to.have.lengthOf(1);
    await until(() => page.windows[0]?.addresses.length);
    expect(page.heard).to.deep.equal(['before-open', 'opening', 'selling']);
  });

  it('tells that the window was blocked', async () => {
    rememberConnected(true);
    const page = await openFreshPage({ isBlocked: true });
    press(page);
    await until(() => page.heard.includes('error'));
    expect(page.button.shadowRoot?.querySelector('[part=error]')?.textContent).to.match(/blocked the Coinbase window/);
    expect(page.backend.count('POST')).to.equal(0);
  });

  it('is one press, however often it is repeated', async () => {
    rememberConnected(true);
    const page = await openFreshPage();
    for (let times = 0; times < 3; times += 1) press(page);
    page.button.start();
    await until(() => page.windows[0]?.addresses.length);
    expect(page.windows).to.have.lengthOf(1);
    expect(page.backend.count('POST')).to.equal(1);
  });

  it('does nothing where the button is disabled', async () => {
    rememberConnected(true);
    const page = await openFreshPage({ set: { disabled: true } });
    press(page);
    page.button.start();
    await settle();
    expect(page.windows).to.have.lengthOf(0);
    expect(page.isFetched()).to.equal(false);
  });

  it('is busy while the wallet is slow to say its account, and cancelled then leaves no window', async () => {
    rememberConnected(true);
    const page = await openFreshPage();
    page.provider.script('eth_accounts', hang);
    press(page);
    await until(() => page.provider.count('eth_accounts') > 0);
    await settle();
    expect(page.button.matches(':state(busy)')).to.equal(true);
    page.button.cancel();
    await settle();
    expect(page.windows.map(({ closed }) => closed)).to.deep.equal([true]);
    expect(page.button.matches(':state(busy)')).to.equal(false);
    expect(page.button.stage).to.equal('idle');
    expect(page.backend.count('POST')).to.equal(0);
  });

  for (const [name, leave] of Object.entries({
    'cancelled by the page': ({ button }: FreshPage) => button.cancel(),
    'whose button is taken out': ({ button }: FreshPage) => button.remove(),
  })) {
    it(`${name} leaves no window, and begins nothing`, async () => {
      rememberConnected(true);
      const page = await openFreshPage();
      press(page);
      leave(page);
      await until(() => page.isFetched());
      await settle();
      expect(page.windows.map(({ closed }) => closed)).to.deep.equal([true]);
      expect(page.button.stage).to.equal('idle');
      expect(page.backend.count('POST')).to.equal(0);
      expect(page.button.matches(':state(busy)')).to.equal(false);
    });
  }
});
