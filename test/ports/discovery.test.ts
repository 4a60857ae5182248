import { expect } from 'chai';
import { discoverWallets, type FoundWallet, injectedWallet } from '../../src/ports/discovery.ts';
import { replace, restoreAll } from '../fixtures/page.ts';
import { createProvider } from '../fixtures/provider.ts';

const ICON = 'data:image/svg+xml,<svg/>';
const infoOf = (name: string, change: object = {}) => ({
  uuid: crypto.randomUUID(),
  name,
  icon: ICON,
  rdns: `example.${name.toLowerCase()}`,
  ...change,
});

const announce = (detail: unknown): void => {
  window.dispatchEvent(new CustomEvent('eip6963:announceProvider', { detail }));
};

let undos: (() => void)[] = [];

/** A wallet as EIP-6963 has it: announces itself at once, and again whenever a page asks. */
const install = (detail: unknown): void => {
  const answer = () => announce(detail);
  answer();
  window.addEventListener('eip6963:requestProvider', answer);
  undos.push(() => window.removeEventListener('eip6963:requestProvider', answer));
};

/** Discovers until the test ends. Returns every list that was told. */
const discover = (): (readonly FoundWallet[])[] => {
  const told: (readonly FoundWallet[])[] = [];
  undos.push(discoverWallets((wallets) => told.push(wallets)));
  return told;
};

const names = (wallets: readonly FoundWallet[] | undefined) => wallets?.map(({ name }) => name);

afterEach(() => {
  restoreAll();
  for (const undo of undos) undo();
  undos = [];
});

describe('discovery', () => {
  it('finds a wallet that was there before', () => {
    const provider = createProvider();
    install({ info: infoOf('Early'), provider });
    expect(discover()).to.deep.equal([[{ rdns: 'example.early', name: 'Early', icon: ICON, provider }]]);
  });

  it('finds a wallet that comes after, and tells the whole list each time', () => {
    const told = discover();
    expect(told).to.deep.equal([]);
    install({ info: infoOf('One'), provider: createProvider() });
    install({ info: infoOf('Two'), provider: createProvider() });
    expect(told.map(names)).to.deep.equal([['One'], ['One', 'Two']]);
  });

  it('does not change a list that it has told', () => {
    const told = discover();
    install({ info: infoOf('One'), provider: createProvider() });
    const [first] = told;
    install({ info: infoOf('Two'), provider: createProvider() });
    expect(first).to.have.lengthOf(1);
  });

  it('gives the very provider that was announced', () => {
    const provider = createProvider();
    install(Object.freeze({ info: Object.freeze(infoOf('Frozen')), provider: Object.freeze(provider) }));
    expect(discover()[0]?.[0]?.provider).to.equal(provider);
  });

  it('lists a wallet once, however often it announces itself', () => {
    const told = discover();
    const provider = createProvider();
    for (let times = 0; times < 10_000; times += 1) announce({ info: infoOf('Loud'), provider });
    expect(told.map(names)).to.deep.equal([['Loud']]);
  });

  it('lists two wallets under one name and domain: neither can speak for the other', () => {
    const told = discover();
    const [real, copy] = [createProvider(), createProvider()];
    const info = infoOf('Twin');
    announce({ info, provider: real });
    announce({ info, provider: copy });
    expect(told.at(-1)?.map(({ provider }) => provider)).to.deep.equal([real, copy]);
  });

  it('lists thirty wallets at most, whatever floods the page', () => {
    const told = discover();
    for (let n = 0; n < 1000; n += 1) announce({ info: infoOf(`W${n}`), provider: createProvider() });
    expect(told).to.have.lengthOf(30);
    expect(told.at(-1)).to.have.lengthOf(30);
  });

  it('makes two listeners on a page hear the same', () => {
    install({ info: infoOf('Shared'), provider: createProvider() });
    const [one, other] = [discover(), discover()];
    expect(one.map(names)).to.deep.equal([['Shared']]);
    expect(other.map(names)).to.deep.equal([['Shared']]);
  });

  it('hears nothing any more once it was undone', () => {
    const told: unknown[] = [];
    discoverWallets((wallets) => told.push(wallets))();
    announce({ info: infoOf('Late'), provider: createProvider() });
    expect(told).to.deep.equal([]);
  });

  for (const icon of [
    'javascript:alert(1)',
    'https://tracker.example/pixel.png',
    'data:text/html,<script>',
    ' data:image/png,',
    '',
  ]) {
    it(`keeps the wallet and drops its icon "${icon}"`, () => {
      const told = discover();
      announce({ info: infoOf('Iconic', { icon }), provider: createProvider() });
      expect(told.at(-1)?.[0]).to.include({ name: 'Iconic', icon: null });
    });
  }

  it('takes markup in a name for what it is: text', () => {
    const told = discover();
    const name = '<img src=x onerror=alert(1)>';
    announce({ info: infoOf(name), provider: createProvider() });
    expect(names(told.at(-1))).to.deep.equal([name]);
  });

  const provider = createProvider();
  for (const [what, detail] of [
    ['nothing', undefined],
    ['null', null],
    ['a text', 'wallet'],
    ['no provider', { info: infoOf('Bad') }],
    ['null for a provider', { info: infoOf('Bad'), provider: null }],
    ['a provider that cannot be asked', { info: infoOf('Bad'), provider: { request: 'no' } }],
    ['no info', { provider }],
    ['no name', { info: infoOf('Bad', { name: undefined }), provider }],
    ['an empty name', { info: infoOf('Bad', { name: '' }), provider }],
    ['a name of 81 letters', { info: infoOf('Bad', { name: 'x'.repeat(81) }), provider }],
    ['a name that is no text', { info: infoOf('Bad', { name: { toString: () => 'x' } }), provider }],
    ['a domain that is no text', { info: infoOf('Bad', { rdns: 7 }), provider }],
    ['a domain of 201 letters', { info: infoOf('Bad', { rdns: 'x'.repeat(201) }), provider }],
    ['an icon beyond measure', { info: infoOf('Bad', { icon: `data:image/png,${'x'.repeat(200_001)}` }), provider }],
    ['no icon', { info: infoOf('Bad', { icon: undefined }), provider }],
  ] as const) {
    it(`ignores who announces ${what}`, () => {
      const told = discover();
      announce(detail);
      expect(told).to.deep.equal([]);
    });
  }
});

describe('the injected wallet', () => {
  const page = window as { ethereum?: unknown };

  it('is the one at window.ethereum, under no domain', () => {
    const provider = createProvider();
    replace(page, 'ethereum', provider);
    expect(injectedWallet()).to.deep.equal({ rdns: '', name: 'Browser wallet', icon: null, provider });
  });

  for (const ethereum of [undefined, null, {}, { request: 'no' }, 'wallet']) {
    it(`is none where window.ethereum is ${JSON.stringify(ethereum)}`, () => {
      replace(page, 'ethereum', ethereum);
      expect(injectedWallet()).to.equal(undefined);
    });
  }
});
