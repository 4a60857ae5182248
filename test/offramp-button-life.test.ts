// The element's life in a page: defined late or twice, moved, removed and placed again, beside another of its name.
import { expect } from 'chai';
import { OfframpButton } from '../src/index.ts';
import { WORDS } from '../src/words.ts';
import {
  comeBack,
  later,
  list,
  part,
  placeButton,
  press,
  reach,
  reaches,
  settle,
  tidy,
  until,
  type World,
  wake,
  words,
} from './fixtures/element-world.ts';
import { HASH } from './fixtures/orders.ts';

/** Another button for the same sale. */
const placeTwin = async ({ button, backend, provider }: World): Promise<OfframpButton> => {
  const twin = document.createElement('offramp-button');
  const { name, tokenEndpoint } = button;
  Object.assign(twin, { name, tokenEndpoint, provider, fetch: backend.fetch });
  later(() => twin.remove());
  document.body.append(twin);
  await settle();
  return twin;
};

const pageIn = ({ windows }: World): URLSearchParams => new URL(windows.opened.at(-1)?.addresses[0] ?? '').searchParams;

describe('the definition of <offramp-button>', () => {
  afterEach(tidy);

  it('comes with the module', () => {
    expect(customElements.get('offramp-button')).to.equal(OfframpButton);
  });

  it('finds the properties that were set before it', async () => {
    class Late extends OfframpButton {}
    const late = document.createElement('offramp-button-late') as OfframpButton;
    const world = await placeButton();
    const { provider } = world;
    Object.assign(late, {
      name: 'late',
      tokenEndpoint: '/api/token',
      confirmSend: true,
      labels: { idle: 'Later' },
      fetch: world.backend.fetch,
      provider,
    });
    late.setAttribute('amount', '7.5');
    later(() => late.remove());
    document.body.append(late);
    Late.define('offramp-button-late');
    await settle();
    expect(Object.getOwnPropertyNames(late)).not.to.include('tokenEndpoint');
    expect([late.confirmSend, late.amount]).to.deep.equal([true, '7.5']);
    expect(words(late, 'label')).to.equal('Later');
    press({ button: late });
    await reaches(late, 'selling');
    expect(pageIn(world).get('presetCryptoAmount')).to.equal('7.5');
  });

  it('a second time is harmless, by another class too, which warns', () => {
    const { warn } = console;
    later(() => Object.assign(console, { warn }));
    const warnings: string[] = [];
    console.warn = (text: string) => void warnings.push(text);
    OfframpButton.define();
    expect(warnings).to.deep.equal([]);
    class Copy extends OfframpButton {}
    Copy.define();
    expect(warnings).to.deep.equal(['<offramp-button> is already defined; this second copy is not used.']);
    expect(customElements.get('offramp-button')).to.equal(OfframpButton);
  });

  it('goes into the registry it is given', () => {
    const defined = new Map<string, unknown>();
    const registry = {
      get: (tag: string) => defined.get(tag),
      define: (tag: string, element: unknown) => defined.set(tag, element),
    } as unknown as CustomElementRegistry;
    OfframpButton.define('cash-out', registry);
    expect([...defined]).to.deep.equal([['cash-out', OfframpButton]]);
  });
});

describe('the attributes of <offramp-button>', () => {
  afterEach(tidy);

  it('are read at the press', async () => {
    const world = await placeButton();
    const { button } = world;
    for (const [name, value] of Object.entries({
      amount: '12.25',
      asset: 'usdc',
      network: 'ethereum',
      'fiat-currency': 'EUR',
      'cashout-method': 'ACH_BANK_ACCOUNT',
      'redirect-url': '/back?a=1#part',
      'pay-origin': 'http://127.0.0.1:4401',
    }))
      button.setAttribute(name, value);
    await reach(world, 'selling');
    const page = pageIn(world);
    expect(world.windows.opened[0]?.addresses[0]).to.match(/^http:\/\/127\.0\.0\.1:4401\/v3\/sell\/input\?/);
    expect(page.get('presetCryptoAmount')).to.equal('12.25');
    expect(page.get('defaultAsset')).to.equal('USDC');
    expect(page.get('defaultNetwork')).to.equal('ethereum');
    expect(page.get('fiatCurrency')).to.equal('EUR');
    expect(page.get('defaultCashoutMethod')).to.equal('ACH_BANK_ACCOUNT');
    const back = new URL(page.get('redirectUrl') ?? '');
    expect([back.origin, back.pathname, back.searchParams.get('a'), back.hash]).to.deep.equal([
      location.origin,
      '/back',
      '1',
      '',
    ]);
    expect(world.backend.asked[0]?.body).to.deep.include({
      saleId: button.sale?.id,
      asset: 'USDC',
      network: 'ethereum',
    });
  });

  for (const presentation of ['carrier-pigeon', '', 'popup', 'auto']) {
    it(`open a window for presentation="${presentation}"`, async () => {
      const world = await placeButton({ set: { presentation } });
      press(world);
      expect(world.windows.opened).to.have.lengthOf(1);
      await reaches(world.button, 'selling');
    });
  }

  it('use status-endpoint with the reference where the backend names no status address', async () => {
    const world = await placeButton({ set: { statusEndpoint: '/api/sales?shop=1' } });
    world.backend.answerToken = () => new Response(JSON.stringify({ token: 'other', partnerUserRef: 'ref-7' }));
    const addresses: string[] = [];
    const { fetch } = world.backend;
    world.button.fetch = (address, init) => {
      addresses.push(String(address));
      return fetch(address, init);
    };
    await reach(world, 'ordered');
    expect(addresses[1]).to.equal(`${location.origin}/api/sales?shop=1&partnerUserRef=ref-7`);
  });

  it('wait for a press on "Send" with confirm-send, even after a return', async () => {
    const world = await placeButton();
    world.button.toggleAttribute('confirm-send', true);
    await reach(world, 'selling');
    comeBack(world);
    await until(() => words(world.button, 'status') === WORDS.sayReturned);
    list(world);
    await reaches(world.button, 'ordered');
    await settle();
    expect(words(world.button, 'status')).to.equal(WORDS.sayOrdered);
    expect(world.provider.count('eth_sendTransaction')).to.equal(0);
    part(world.button, 'send').click();
    await reaches(world.button, 'settling');
  });
});

describe('the life of <offramp-button>', () => {
  afterEach(tidy);

  it('goes on through a move, without telling anything again', async () => {
    const world = await placeButton();
    await reach(world, 'selling');
    const heard = world.heard.length;
    const elsewhere = document.createElement('div');
    later(() => elsewhere.remove());
    document.body.append(elsewhere);
    elsewhere.append(world.button);
    await settle();
    expect(world.button.stage).to.equal('selling');
    expect(world.heard).to.have.lengthOf(heard);
    list(world);
    await reaches(world.button, 'ordered');
    expect(world.backend.count('POST')).to.equal(1);
  });

  it('pauses when it is removed, and goes on where it is placed again', async () => {
    const world = await placeButton();
    await reach(world, 'selling');
    world.button.remove();
    await settle();
    const asked = world.backend.asked.length;
    const heard = world.heard.length;
    list(world);
    wake();
    await settle();
    expect(world.backend.asked).to.have.lengthOf(asked);
    document.body.append(world.button);
    await reaches(world.button, 'ordered');
    expect(world.heard.slice(heard).map(({ type }) => type)).to.deep.equal(['offramp-ordered', 'offramp-change']);
  });

  it('does not lose what a wallet answers while it is away', async () => {
    const world = await placeButton();
    let answer: (hash: string) => void = () => {};
    world.provider.script('eth_sendTransaction', () => new Promise((resolve) => (answer = resolve)));
    await reach(world, 'ordered');
    part(world.button, 'send').click();
    await until(() => world.provider.count('eth_sendTransaction'));
    world.button.remove();
    await settle();
    answer(HASH);
    await settle();
    document.body.append(world.button);
    await reaches(world.button, 'settling');
    expect(world.button.sale?.txHash).to.equal(HASH);
    expect(world.provider.count('eth_sendTransaction')).to.equal(1);
  });

  it('is one with that of another button of its name', async () => {
    const world = await placeButton();
    const twin = await placeTwin(world);
    press(world);
    expect(twin.stage).to.equal('opening');
    await reaches(twin, 'selling');
    list(world);
    await reaches(world.button, 'ordered');
    expect(twin.sale).to.deep.equal(world.button.sale);
    expect(words(twin, 'address')).to.equal(words(world.button, 'address'));
    part(twin, 'send').click();
    part(world.button, 'send').click();
    await reaches(world.button, 'settling');
    await reaches(twin, 'settling');
    expect(world.windows.opened).to.have.lengthOf(1);
    expect(world.provider.count('eth_sendTransaction')).to.equal(1);
    const ofTwin = world.heard.filter(({ target, type }) => target === twin && type === 'offramp-change');
    expect(ofTwin.map(({ detail }) => detail.stage)).to.deep.equal([
      'opening',
      'selling',
      'ordered',
      'sending',
      'settling',
    ]);
  });

  it('shows a sale that was over before, and does not tell it again', async () => {
    const world = await placeButton();
    await reach(world, 'completed');
    const heard = world.heard.length;
    const twin = await placeTwin(world);
    expect(twin.stage).to.equal('completed');
    expect(twin.matches(':state(completed)')).to.equal(true);
    expect(words(twin, 'label')).to.equal(WORDS.completed);
    expect(world.heard).to.have.lengthOf(heard);
  });

  it('shows another sale under another name', async () => {
    const world = await placeButton();
    await reach(world, 'selling');
    const { name } = world.button;
    world.button.name = `${name}-other`;
    await settle();
    expect(world.button.stage).to.equal('idle');
    expect(world.button.sale).to.equal(null);
    world.button.name = name;
    await settle();
    expect(world.button.stage).to.equal('selling');
  });
});
