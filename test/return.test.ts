import { expect } from 'chai';

let page: HTMLIFrameElement;
let channel: BroadcastChannel;
let heard: unknown[];

const signal = (sale: string, nonce: string) => ({
  source: 'offramp-button',
  version: 1,
  type: 'returned',
  sale,
  nonce,
});
const stored = (sale: string) => JSON.parse(localStorage.getItem(`offramp-button:returned:${sale}`) ?? 'null');

/** Resolves when `condition` holds, looked at on each frame. Mocha's time limit ends a wait in vain. */
const until = async (condition: () => unknown): Promise<void> => {
  while (!condition()) await new Promise(requestAnimationFrame);
};

/** Resolves after every message sent to the channel before: they arrive in order. */
const channelIsEmpty = async (): Promise<void> => {
  new BroadcastChannel('offramp-button').postMessage('last');
  await until(() => heard.includes('last'));
};

const inside = (): Document => {
  if (!page.contentDocument) throw new Error('The page is gone.');
  return page.contentDocument;
};
const address = () => inside().location;

/** A real return page; in a frame, because a frame cannot close. `body` is what the page holds beside the module. */
const load = async (query: string, body?: string): Promise<void> => {
  page = document.createElement('iframe');
  page.src = `/return.html${query}`;
  document.body.append(page);
  await until(() => page.contentDocument?.documentElement?.dataset.returned);
  if (body) inside().body.insertAdjacentHTML('beforeend', body);
};
const stays = () => until(() => inside().documentElement.dataset.stays !== undefined);

describe('the return page', () => {
  beforeEach(() => {
    heard = [];
    channel = new BroadcastChannel('offramp-button');
    channel.onmessage = ({ data }) => heard.push(data);
  });
  afterEach(() => {
    channel.close();
    page.remove();
    localStorage.clear();
    sessionStorage.clear();
  });

  it('sends the signal through the channel and the storage', async () => {
    await load('?offramp-sale=sale-1.nonce_1');
    await channelIsEmpty();
    expect(heard).to.deep.equal([signal('sale-1', 'nonce_1'), 'last']);
    expect(stored('sale-1')).to.deep.equal(signal('sale-1', 'nonce_1'));
    expect(inside().documentElement.dataset.returned).to.equal('true');
  });

  it('is heard by a storage listener in the opening page', async () => {
    const event = new Promise<StorageEvent>((resolve) => addEventListener('storage', resolve, { once: true }));
    localStorage.setItem('touched', 'WebKit tells only pages that have used the storage');
    await load('?offramp-sale=sale-2.n');
    expect((await event).key).to.equal('offramp-button:returned:sale-2');
  });

  it('takes only its own parameter out of the address, and adds nothing to the history', async () => {
    const before = history.length;
    await load('?a=b%20c&offramp-sale=s.n&plain&d=%2Fe#part');
    expect(history.length).to.equal(before);
    expect(address().search).to.equal('?a=b%20c&plain&d=%2Fe');
    expect(address().hash).to.equal('#part');
    expect(address().pathname).to.equal('/return.html');
  });

  it('leaves no question mark where it was the only parameter', async () => {
    await load('?offramp-sale=s.n');
    expect(address().href).to.equal(`${location.origin}/return.html`);
  });

  it('does nothing without the parameter', async () => {
    await load('?other=1');
    await stays();
    await channelIsEmpty();
    expect(heard).to.deep.equal(['last']);
    expect(localStorage.length).to.equal(0);
    expect(address().search).to.equal('?other=1');
    expect(inside().querySelector('[role=status]')).to.equal(null);
    expect(inside().documentElement.dataset.returned).to.equal('false');
  });

  for (const value of [
    '',
    'sale',
    'sale.',
    '.nonce',
    'a.b.c',
    'a%20b.c',
    'a.b%0A',
    '%3Cb%3E.c',
    `${'a'.repeat(129)}.b`,
  ]) {
    it(`ignores a parameter that is none of ours: "${value.slice(0, 20)}"`, async () => {
      await load(`?offramp-sale=${value}`);
      await stays();
      await channelIsEmpty();
      expect(heard).to.deep.equal(['last']);
      expect(localStorage.length).to.equal(0);
    });
  }

  it('still speaks on the channel when the storage is full', async () => {
    for (let size = 2 ** 23; size >= 1; size /= 2) {
      try {
        localStorage.setItem(`full-${size}`, 'x'.repeat(size));
      } catch {}
    }
    await load('?offramp-sale=sale-3.n');
    await channelIsEmpty();
    expect(heard).to.deep.equal([signal('sale-3', 'n'), 'last']);
    expect(stored('sale-3')).to.equal(null);
  });

  it('says that the window can be closed, once it is clear that it does not close', async () => {
    await load('?offramp-sale=s.n');
    expect(inside().querySelector('[role=status]')).to.equal(null);
    await stays();
    await until(() => inside().querySelector('[role=status]')?.textContent);
    expect(inside().querySelectorAll('[role=status]')).to.have.lengthOf(1);
    expect(inside().querySelector('[role=status]')?.textContent).to.equal('You can close this window.');
  });

  it("shows the page's own words instead of its own", async () => {
    await load('?offramp-sale=s.n', '<p data-offramp-return hidden>Fermez cette fenêtre.</p>');
    await stays();
    expect(inside().querySelector('[data-offramp-return]')?.hasAttribute('hidden')).to.equal(false);
    expect(inside().querySelector('[role=status]')).to.equal(null);
  });

  it('adds no words to a page with a button, which goes on', async () => {
    await load('?offramp-sale=s.n', '<offramp-button></offramp-button>');
    await stays();
    expect(inside().querySelector('[role=status]')).to.equal(null);
  });

  it('announces, cleans and stays at once in the tab that left for Coinbase', async () => {
    sessionStorage.setItem('offramp-button:same-tab', 'sale-4');
    await load('?offramp-sale=sale-4.n');
    const started = performance.now();
    await stays();
    expect(performance.now() - started).to.be.below(500);
    await channelIsEmpty();
    expect(heard).to.deep.equal([signal('sale-4', 'n'), 'last']);
    expect(stored('sale-4')).to.deep.equal(signal('sale-4', 'n'));
    expect(address().search).to.equal('');
    expect(sessionStorage.getItem('offramp-button:same-tab')).to.equal(null);
  });

  it("is not deceived by another sale's mark of the tab", async () => {
    sessionStorage.setItem('offramp-button:same-tab', 'another');
    await load('?offramp-sale=sale-5.n');
    await stays();
    await until(() => inside().querySelector('[role=status]')?.textContent);
    expect(sessionStorage.getItem('offramp-button:same-tab')).to.equal('another');
  });
});
