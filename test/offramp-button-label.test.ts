// What a page puts between the tags: the label, and for who gets no script a link.
import { expect } from 'chai';
import { inside, later, part, placeButton, settle, tidy, until } from './fixtures/element-world.ts';

/** A button by the page's HTML, with this between its tags. */
const place = async (html: string) => {
  const { button } = await placeButton();
  button.innerHTML = html;
  await settle();
  return button;
};

describe('what is between the tags', () => {
  afterEach(tidy);

  it('is the label', async () => {
    const button = await place('Sell <b>my</b> crypto');
    const slot = part(button, 'label').querySelector('slot');
    expect(slot?.assignedNodes().map((node) => node.textContent)).to.deep.equal(['Sell ', 'my', ' crypto']);
  });

  it('leads nowhere where it is a link, so that there is one thing to press and to focus', async () => {
    const button = await place('<a href="#elsewhere">Cash out</a>');
    const link = button.querySelector('a');
    await until(() => !link?.matches(':any-link'));
    const { href } = location;
    link?.click();
    expect(location.href).to.equal(href);
    link?.focus();
    expect(document.activeElement).to.not.equal(link);
    expect(inside(button).querySelectorAll('a')).to.have.lengthOf(0);
  });

  it('presses the button where it is a link', async () => {
    const button = await place('<a href="#elsewhere">Cash out</a>');
    await until(() => !button.querySelector('a')?.matches(':any-link'));
    const heard: string[] = [];
    const hear = ({ type }: Event) => heard.push(type);
    document.addEventListener('offramp-opening', hear);
    later(() => document.removeEventListener('offramp-opening', hear));
    button.querySelector('a')?.click();
    await until(() => heard.length === 1);
  });

  it('leads nowhere where it becomes a link later', async () => {
    const button = await place('Cash out');
    button.innerHTML = '<a href="#elsewhere">Cash out</a>';
    await until(() => !button.querySelector('a')?.matches(':any-link'));
  });
});

describe('a property that a framework takes back by an empty text', () => {
  afterEach(tidy);

  it('is as if it had not been given', async () => {
    const { button, provider, backend } = await placeButton();
    const announce = () =>
      window.dispatchEvent(
        new CustomEvent('eip6963:announceProvider', {
          detail: { info: { uuid: 'a', rdns: 'example.wallet', name: 'Wallet', icon: '' }, provider },
        }),
      );
    // Wallets announce themselves to who asks, which a button with a provider does not.
    window.addEventListener('eip6963:requestProvider', announce);
    later(() => window.removeEventListener('eip6963:requestProvider', announce));
    const before = provider.count('eth_accounts');
    Object.assign(button, { provider: '', sender: '', address: '' });
    await until(() => provider.count('eth_accounts') > before);
    part(button, 'button').click();
    await until(() => backend.count('POST') === 1);
  });
});
