// The element with a quote endpoint: what a person sees and hears of the price, and what they never wait for.
import { sendKeys } from '@web/test-runner-commands';
import axe from 'axe-core';
import { expect } from 'chai';
import type { OfframpButton } from '../src/index.ts';
import { json } from './fixtures/element-backend.ts';
import {
  has,
  inside,
  part,
  placeButton,
  press,
  reaches,
  settle,
  tidy,
  until,
  words,
} from './fixtures/element-world.ts';
import { hang } from './fixtures/provider.ts';

const answer = {
  asset: 'USDC',
  network: 'base',
  amount: '25',
  fiat: { value: '24.75', currency: 'USD' },
  fee: { value: '0.25', currency: 'USD' },
  paymentMethod: 'FIAT_WALLET',
  limits: { min: '2', max: '500', currency: 'USD' },
};

const place = async (
  set: Partial<OfframpButton> = {},
  quote: () => Promise<Response> | Response = () => json(answer),
) => {
  const world = await placeButton({ set: { locale: 'en-US', ...set } });
  world.backend.answerQuote = quote;
  world.button.quoteEndpoint = '/api/quote';
  return world;
};

const quotesIn = ({ backend }: Awaited<ReturnType<typeof place>>) =>
  backend.asked.filter(({ path }) => path === '/api/quote');

const shown = async (set?: Partial<OfframpButton>, quote?: () => Response) => {
  const world = await place(set, quote);
  await until(() => has(world.button, '[part=quote]'));
  return world;
};

const summary = (button: OfframpButton): HTMLElement => {
  const found = inside(button).querySelector('summary');
  if (!found) throw new Error('There is no price.');
  return found;
};

describe('<offramp-button quote-endpoint>', () => {
  afterEach(tidy);

  it('shows what the sale would bring, in the reader’s way', async () => {
    const { button } = await shown();
    expect(summary(button).textContent).to.equal('≈ $24.75');
    button.locale = 'de-DE';
    await button.updateComplete;
    expect(summary(button).textContent).to.match(/^≈ 24,75\s\$$/);
  });

  it('asks for the asset, network, amount, currency and way of the button, once', async () => {
    const world = await shown({ fiatCurrency: 'USD', cashoutMethod: 'FIAT_WALLET' });
    expect(quotesIn(world).map(({ body }) => body)).to.deep.equal([
      { asset: 'USDC', network: 'base', amount: '25', fiatCurrency: 'USD', paymentMethod: 'FIAT_WALLET' },
    ]);
  });

  it('tells the fee on demand, by the keyboard too, and has no mistake under axe', async () => {
    const { button } = await shown();
    const details = part(button, 'quote');
    expect(details.hasAttribute('open')).to.equal(false);
    summary(button).focus();
    await sendKeys({ press: 'Enter' });
    await until(() => details.hasAttribute('open'));
    expect(details.textContent).to.contain('$0.25');
    expect((await axe.run(button)).violations).to.deep.equal([]);
  });

  it('keeps the live regions still: a price is not read out', async () => {
    const { button } = await shown();
    expect([words(button, 'status'), words(button, 'error')]).to.deep.equal(['', '']);
    expect(part(button, 'quote').closest('[role=status], [role=alert], [aria-live]')).to.equal(null);
  });

  for (const [name, quote, says] of [
    [
      'less than the least',
      { ...answer, fiat: { value: '1', currency: 'USD' } },
      /least is \$2\.00.*most is \$500\.00/,
    ],
    [
      'more than the most',
      { ...answer, fiat: { value: '900', currency: 'USD' } },
      /least is \$2\.00.*most is \$500\.00/,
    ],
  ] as const) {
    it(`says so where the amount is ${name}`, async () => {
      const { button } = await shown({}, () => json(quote));
      expect(words(button, 'status')).to.match(/^Coinbase does not take this amount/);
      expect(words(button, 'status')).to.match(says);
    });
  }

  it('says so where the backend refuses the amount, with the limits it names', async () => {
    const refusal = { code: 'amount-out-of-range', message: 'No.', limits: { max: '500', currency: 'EUR' } };
    const { button } = await place({}, () => json(refusal, 422));
    await until(() => words(button, 'status'));
    expect(words(button, 'status')).to.equal('Coinbase does not take this amount at once. The most is €500.00.');
    expect(has(button, '[part=quote]')).to.equal(false);
  });

  for (const [name, quote] of Object.entries<() => Response>({
    'an error': () => json({ code: 'server-error', message: 'No.' }, 500),
    'a refusal': () => json({ code: 'no-quote', message: 'No.' }, 422),
    'no quote': () => json({ fiat: '24.75' }),
  })) {
    it(`is silent about ${name}`, async () => {
      let isAsked = false;
      const { button, heard } = await place({}, () => {
        isAsked = true;
        return quote();
      });
      await until(() => isAsked);
      await settle();
      expect(has(button, '[part=quote]')).to.equal(false);
      expect([words(button, 'status'), words(button, 'error'), heard.length]).to.deep.equal(['', '', 0]);
    });
  }

  it('never keeps a press waiting', async () => {
    const world = await place({}, () => hang() as Promise<Response>);
    await until(() => quotesIn(world).length);
    press(world);
    await reaches(world.button, 'selling');
    expect(has(world.button, '[part=quote]')).to.equal(false);
  });

  it('asks for nothing without the attribute, or without an amount', async () => {
    const without = await placeButton();
    const world = await place({ amount: null });
    const shownLater = await shown();
    expect(quotesIn(shownLater)).to.have.lengthOf(1);
    expect([...without.backend.asked, ...world.backend.asked]).to.deep.equal([]);
  });
});
