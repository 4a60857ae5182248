// What a page says by attributes, and what becomes of it.
import { expect } from 'chai';
import { WORDS } from '../src/words.ts';
import {
  comeBack,
  list,
  placeButton,
  press,
  reach,
  reaches,
  settle,
  tidy,
  until,
  type World,
  words,
} from './fixtures/element-world.ts';
import { pressSend } from './fixtures/press-send.ts';

const pageIn = ({ windows }: World): URLSearchParams => new URL(windows.opened.at(-1)?.addresses[0] ?? '').searchParams;

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
    await pressSend(world);
    await reaches(world.button, 'settling');
  });
});
