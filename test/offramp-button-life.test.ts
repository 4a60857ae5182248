// The element's life in a page: defined late or twice, moved, removed and placed again, beside another of its name.
import { expect } from 'chai';
import { OfframpButton } from '../src/index.ts';
import { WORDS } from '../src/words.ts';
import { json } from './fixtures/element-backend.ts';
import {
  later,
  list,
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
import { pressSend } from './fixtures/press-send.ts';

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
    expect(world.windows.opened[0]?.addresses[0]).to.contain('presetCryptoAmount=7.5');
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

  it('keeps the window that is being opened through a move', async () => {
    const world = await placeButton();
    let answer = () => {};
    world.backend.answerToken = () =>
      new Promise((resolve) => {
        answer = () => resolve(json({ token: 'late', statusUrl: '/api/sales' }));
      });
    press(world);
    await settle();
    expect(world.button.stage).to.equal('opening');
    document.body.append(world.button);
    await settle();
    answer();
    await reaches(world.button, 'selling');
    expect(world.windows.opened.map(({ closed }) => closed)).to.deep.equal([false]);
    expect(world.windows.opened[0]?.addresses).to.have.lengthOf(1);
  });

  it('closes a window that was being opened when it is removed', async () => {
    const world = await placeButton();
    world.backend.answerToken = async () => {
      world.button.remove();
      await settle();
      return json({ token: 'late', statusUrl: '/api/sales' });
    };
    press(world);
    await until(() => world.windows.opened[0]?.closed);
    expect(world.windows.opened[0]?.addresses).to.deep.equal([]);
    document.body.append(world.button);
    await settle();
    expect(world.button.stage).to.equal('idle');
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
    await pressSend(world);
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
    await pressSend({ button: twin });
    world.button.send();
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
