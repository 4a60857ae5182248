// Which wallet the element works with: found, preferred, chosen, or the page's own; and what it reads of it.
import { expect } from 'chai';
import { errorTable } from '../src/errors.ts';
import type { Provider } from '../src/ports.ts';
import { WORDS } from '../src/words.ts';
import {
  createLiveProvider,
  has,
  inside,
  type LiveProvider,
  later,
  list,
  panelButton,
  part,
  placeButton,
  press,
  reach,
  reaches,
  settle,
  tidy,
  until,
  words,
} from './fixtures/element-world.ts';
import { OTHER } from './fixtures/orders.ts';
import { pressSend } from './fixtures/press-send.ts';

const ICON = 'data:image/svg+xml;base64,PHN2ZyB4bWxucz0iaHR0cDovL3d3dy53My5vcmcvMjAwMC9zdmciLz4=';

/** A wallet of this browser that announces itself when asked, as EIP-6963 wants. */
const announce = (rdns: string, { icon = ICON, isConnected = false } = {}): LiveProvider => {
  const provider = createLiveProvider(isConnected);
  const say = () =>
    window.dispatchEvent(
      new CustomEvent('eip6963:announceProvider', {
        detail: Object.freeze({ info: { uuid: rdns, rdns, name: `Wallet ${rdns}`, icon }, provider }),
      }),
    );
  window.addEventListener('eip6963:requestProvider', say);
  later(() => window.removeEventListener('eip6963:requestProvider', say));
  say();
  return provider;
};

const inject = (ethereum: Provider): void => {
  Object.assign(window, { ethereum });
  later(() => Reflect.deleteProperty(window, 'ethereum'));
};

const asked = (provider: LiveProvider): string[] => provider.asked.map(({ method }) => method);

describe('the wallet of <offramp-button>', () => {
  afterEach(tidy);

  it('is the only one that is there', async () => {
    const wallet = announce('org.one');
    const { button } = await placeButton({ hasProvider: false });
    press({ button });
    await reaches(button, 'idle');
    expect(wallet.count('eth_requestAccounts')).to.equal(1);
    press({ button });
    await reaches(button, 'selling');
  });

  it('is chosen by the person where there are several', async () => {
    const [one, other] = [announce('org.one'), announce('org.other')];
    const { button } = await placeButton({ hasProvider: false });
    press({ button });
    await settle();
    expect(words(button, 'status')).to.equal(WORDS.sayChoose);
    expect(button.stage).to.equal('idle');
    expect(
      [...part(button, 'panel').querySelectorAll('button')].map(({ textContent }) => textContent.trim()),
    ).to.deep.equal(['Wallet org.one', 'Wallet org.other', WORDS.cancel]);
    panelButton(button, 'Wallet org.other').click();
    expect(button.stage).to.equal('connecting');
    await reaches(button, 'idle');
    expect(asked(one)).not.to.include('eth_requestAccounts');
    expect(other.count('eth_requestAccounts')).to.equal(1);
    expect(words(button, 'status')).to.equal(WORDS.sayConnected);
    press({ button });
    await reaches(button, 'selling');
  });

  it('is not chosen after "Cancel"', async () => {
    const wallets = [announce('org.one'), announce('org.other')];
    const { button } = await placeButton({ hasProvider: false });
    press({ button });
    await settle();
    part(button, 'cancel').click();
    await settle();
    expect(has(button, '[part=panel]')).to.equal(false);
    expect(words(button, 'status')).to.equal('');
    expect(wallets.flatMap(asked)).not.to.include('eth_requestAccounts');
  });

  it('stays the one that was asked when another announces itself later', async () => {
    const first = announce('org.first');
    const { button } = await placeButton({ hasProvider: false });
    press({ button });
    await reaches(button, 'idle');
    const late = announce('org.late');
    press({ button });
    await reaches(button, 'selling');
    expect(has(button, '[part=panel] img')).to.equal(false);
    expect(asked(late)).not.to.include('eth_requestAccounts');
    expect(first.count('eth_requestAccounts')).to.equal(1);
  });

  it('shows its icon only as an image of data', async () => {
    announce('org.one');
    announce('org.other', { icon: 'https://tracker.example/icon.png' });
    const { button } = await placeButton({ hasProvider: false });
    press({ button });
    await settle();
    const images = [...inside(button).querySelectorAll('img')];
    expect(images.map(({ src, alt }) => [src, alt])).to.deep.equal([[ICON, '']]);
  });

  it('is the preferred one without a question', async () => {
    announce('org.one');
    const preferred = announce('org.preferred');
    const { button } = await placeButton({ hasProvider: false, set: { wallet: 'org.preferred' } });
    press({ button });
    await reaches(button, 'idle');
    expect(preferred.count('eth_requestAccounts')).to.equal(1);
  });

  it('is chosen where the preferred one is not there', async () => {
    announce('org.one');
    announce('org.other');
    const { button } = await placeButton({ hasProvider: false, set: { wallet: 'org.absent' } });
    press({ button });
    await settle();
    expect(words(button, 'status')).to.equal(WORDS.sayChoose);
  });

  it('needs no press of its own for a returning visitor', async () => {
    announce('org.one', { isConnected: true });
    const { button } = await placeButton({ hasProvider: false });
    press({ button });
    await reaches(button, 'selling');
  });

  it('is window.ethereum where none announces itself', async () => {
    const ethereum = createLiveProvider(false);
    inject(ethereum);
    const { button } = await placeButton({ hasProvider: false });
    expect(asked(ethereum)).to.deep.equal([]);
    press({ button });
    await reaches(button, 'idle');
    expect(ethereum.count('eth_requestAccounts')).to.equal(1);
  });

  it('is not window.ethereum where one announces itself', async () => {
    const ethereum = createLiveProvider(false);
    inject(ethereum);
    const wallet = announce('org.one');
    const { button } = await placeButton({ hasProvider: false });
    press({ button });
    await reaches(button, 'idle');
    expect(asked(ethereum)).to.deep.equal([]);
    expect(wallet.count('eth_requestAccounts')).to.equal(1);
  });

  it('is missed with advice where there is none, and found when it comes', async () => {
    const { button, heard } = await placeButton({ hasProvider: false });
    press({ button });
    await settle();
    expect(words(button, 'error')).to.contain(errorTable['no-wallet'].message);
    expect(words(button, 'error')).to.contain(errorTable['no-wallet'].advice);
    expect(heard.map(({ type, detail }) => [type, detail.error?.code])).to.deep.equal([['offramp-error', 'no-wallet']]);
    const wallet = announce('org.late');
    press({ button });
    await reaches(button, 'idle');
    expect(wallet.count('eth_requestAccounts')).to.equal(1);
    expect(words(button, 'error')).to.equal('');
  });

  it("is the page's own, given before or after the button is placed", async () => {
    const found = announce('org.one');
    const { button, provider } = await placeButton({ hasProvider: false });
    button.provider = provider;
    await settle();
    press({ button });
    await reaches(button, 'selling');
    expect(asked(found)).not.to.include('eth_requestAccounts');
  });

  it('is none where the page knows the address, until there is something to send', async () => {
    const { button } = await placeButton({ hasProvider: false, set: { address: OTHER } });
    press({ button });
    await reaches(button, 'selling');
    expect(button.sale?.from).to.equal(OTHER);
  });

  it('may change its account before the sale, not in it', async () => {
    const world = await placeButton();
    world.provider.state.accounts = [OTHER];
    world.provider.emit('accountsChanged', [OTHER]);
    await settle();
    press(world);
    await reaches(world.button, 'selling');
    expect(world.button.sale?.from).to.equal(OTHER);
    world.provider.emit('accountsChanged', []);
    await settle();
    expect(world.button.sale?.from).to.equal(OTHER);
  });

  it('is asked again for an account after it was disconnected', async () => {
    const world = await placeButton();
    world.provider.state.accounts = [];
    world.provider.emit('accountsChanged', []);
    await settle();
    press(world);
    expect(world.button.stage).to.equal('connecting');
    expect(world.windows.opened).to.have.lengthOf(0);
    await reaches(world.button, 'idle');
  });

  it('is left alone by a button that is gone', async () => {
    const { button, provider } = await placeButton();
    const before = provider.asked.length;
    button.remove();
    await settle();
    provider.emit('accountsChanged', [OTHER]);
    await settle();
    expect(provider.asked).to.have.lengthOf(before);
  });

  it('can be chosen at "Send", where a reload forgot the choice', async () => {
    const world = await placeButton({ set: { confirmSend: true } });
    await reach(world, 'ordered');
    const [one] = [announce('org.one', { isConnected: true }), announce('org.other')];
    world.button.provider = null;
    await settle();
    await pressSend(world);
    await settle();
    expect(words(world.button, 'status')).to.equal(WORDS.sayChoose);
    panelButton(world.button, 'Wallet org.one').click();
    await settle();
    list(world);
    await pressSend(world);
    await until(() => one?.count('eth_sendTransaction'));
    await reaches(world.button, 'settling');
  });
});
