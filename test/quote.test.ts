// The price before the press: when it is asked for, and what an answer says. On a real page, with time in the test's hands.
import { expect } from 'chai';
import type { ReactiveController } from 'lit';
import { OfframpError } from '../src/errors.ts';
import type { Quote } from '../src/ports.ts';
import { createQuotes, limitsBroken, type QuoteWish } from '../src/quote.ts';
import { settle as frames, later, tidy } from './fixtures/element-world.ts';
import { createManualClock, settle } from './fixtures/manual-clock.ts';

const price = (amount = '25', change: Partial<Extract<Quote, { kind: 'price' }>> = {}): Quote => ({
  kind: 'price',
  asset: 'USDC',
  network: 'base',
  amount,
  fiat: { value: '24.75', currency: 'USD' },
  fee: { value: '0.25', currency: 'USD' },
  paymentMethod: 'ACH_BANK_ACCOUNT',
  ...change,
});

const wishFor = (amount: string): QuoteWish => ({
  endpoint: 'https://shop.example/quote',
  request: { asset: 'USDC', network: 'base', amount },
});

interface Asked {
  amount: string;
  signal: AbortSignal;
  answer: (quote: Quote) => void;
  fail: (error: unknown) => void;
}

/** A button that is nothing but its place on the page. */
const place = (style = '') => {
  const controllers: ReactiveController[] = [];
  const asked: Asked[] = [];
  const clock = createManualClock();
  const button = Object.assign(document.createElement('button'), {
    addController: (controller: ReactiveController) => void controllers.push(controller),
    removeController: () => {},
    requestUpdate: () => void queueMicrotask(() => updated()),
    updateComplete: Promise.resolve(true),
  });
  const updated = () => {
    for (const controller of controllers) controller.hostUpdated?.();
  };
  button.textContent = 'Cash out';
  button.style.cssText = style;
  const world = {
    button,
    asked,
    clock,
    wish: undefined as QuoteWish | undefined,
    /** The page changes something. */
    want: async (wish: QuoteWish | undefined) => {
      world.wish = wish;
      updated();
      await settle();
    },
    leave: () => {
      button.remove();
      for (const controller of controllers) controller.hostDisconnected?.();
    },
    /** The newest question. */
    get last(): Asked {
      const last = asked.at(-1);
      if (!last) throw new Error('Nothing was asked.');
      return last;
    },
    amounts: () => asked.map(({ amount }) => amount),
    quotes: undefined as unknown as ReturnType<typeof createQuotes>,
  };
  world.quotes = createQuotes(button, {
    clock,
    wanted: () => world.wish,
    ask: (_, { amount }, signal) =>
      new Promise((answer, fail) => {
        asked.push({ amount, signal, answer, fail });
      }),
  });
  document.body.append(button);
  for (const controller of controllers) controller.hostConnected?.();
  later(world.leave);
  return world;
};

/** On the screen, with a price wanted for an amount and asked for. */
const asking = async (amount = '25') => {
  const world = place();
  world.wish = wishFor(amount);
  await frames();
  await world.clock.advance(1000);
  expect(world.amounts()).to.deep.equal([amount]);
  return world;
};

const answered = async () => {
  const world = await asking();
  world.last.answer(price());
  await settle();
  expect(world.quotes.quote).to.deep.equal(price());
  return world;
};

describe('a price before the press', () => {
  afterEach(tidy);

  it('is asked for once, where the button is seen', async () => {
    const { amounts, clock } = await answered();
    await clock.advance(50_000);
    expect(amounts()).to.have.lengthOf(1);
  });

  it('is not asked for where the page wants none', async () => {
    const { clock, asked } = place();
    await frames();
    await clock.advance(120_000);
    expect(asked).to.have.lengthOf(0);
  });

  it('is asked for when the button is scrolled to, and not before', async () => {
    const world = place('margin-block-start: 5000px');
    later(() => window.scrollTo(0, 0));
    world.wish = wishFor('25');
    await frames();
    await world.clock.advance(120_000);
    expect(world.asked).to.have.lengthOf(0);
    world.button.scrollIntoView();
    while (world.asked.length === 0) {
      await frames();
      await world.clock.advance(1000);
    }
    expect(world.amounts()).to.deep.equal(['25']);
  });

  it('is asked for once what is typed has come to rest, and never shown for another amount', async () => {
    const world = await answered();
    for (const amount of ['2', '26', '260']) {
      await world.want(wishFor(amount));
      await world.clock.advance(100);
      expect(world.quotes.quote).to.equal(undefined);
    }
    await world.clock.advance(1000);
    expect(world.amounts()).to.deep.equal(['25', '260']);
    world.last.answer(price('260'));
    await settle();
    expect(world.quotes.quote).to.deep.equal(price('260'));
  });

  it('is not that of a late answer', async () => {
    const world = await asking('25');
    const first = world.last;
    await world.want(wishFor('26'));
    await world.clock.advance(1000);
    expect(first.signal.aborted).to.equal(true);
    first.answer(price('25'));
    await settle();
    expect(world.quotes.quote).to.equal(undefined);
  });

  it('is none where the answer is about something else', async () => {
    const world = await asking('25');
    world.last.answer(price('2500'));
    await settle();
    expect(world.quotes.quote).to.equal(undefined);
  });

  it('is asked for again when it is a minute old', async () => {
    const world = await answered();
    await world.clock.advance(61_000);
    expect(world.amounts()).to.deep.equal(['25', '25']);
    const newer = price('25', { fiat: { value: '24.70', currency: 'USD' } });
    world.last.answer(newer);
    await settle();
    expect(world.quotes.quote).to.deep.equal(newer);
  });

  it('is not asked for when the sale has begun, and its question is let go', async () => {
    const world = await asking();
    await world.want(undefined);
    expect(world.last.signal.aborted).to.equal(true);
    await world.clock.advance(120_000);
    expect(world.asked).to.have.lengthOf(1);
  });

  it('is still known when the button is idle again within the minute', async () => {
    const world = await answered();
    await world.want(undefined);
    expect(world.quotes.quote).to.equal(undefined);
    await world.want(wishFor('25'));
    expect(world.quotes.quote).to.deep.equal(price());
    await world.clock.advance(1000);
    expect(world.asked).to.have.lengthOf(1);
  });

  it('is not asked for by a button that has left the page', async () => {
    const world = await answered();
    world.leave();
    await world.clock.advance(300_000);
    expect(world.asked).to.have.lengthOf(1);
  });

  it('is not there after an error, which asks again no sooner than the backend wants', async () => {
    const world = await answered();
    await world.clock.advance(61_000);
    world.last.fail(new OfframpError('backend-busy', { retryAfter: 200_000 }));
    await settle();
    expect(world.quotes.quote).to.equal(undefined);
    await world.clock.advance(199_000);
    expect(world.asked).to.have.lengthOf(2);
    await world.clock.advance(2000);
    expect(world.asked).to.have.lengthOf(3);
  });
});

describe('the limits of an amount', () => {
  const limits = { min: '2', max: '500', currency: 'USD' };
  const paid = (value: string, fee = '0.25') =>
    price('25', { fiat: { value, currency: 'USD' }, fee: { value: fee, currency: 'USD' }, limits });

  it('are broken by what is less or more before fees', () => {
    expect(limitsBroken(paid('1.50'))).to.deep.equal(limits);
    expect(limitsBroken(paid('1.75'))).to.equal(undefined);
    expect(limitsBroken(paid('499.75'))).to.equal(undefined);
    expect(limitsBroken(paid('499.76'))).to.deep.equal(limits);
  });

  it('are broken where Coinbase says no', () => {
    expect(limitsBroken({ kind: 'refused', limits })).to.deep.equal(limits);
    expect(limitsBroken({ kind: 'refused' })).to.equal(undefined);
  });

  it('say nothing where there are none, or in another currency', () => {
    expect(limitsBroken(price())).to.equal(undefined);
    expect(limitsBroken(price('25', { limits: { min: '2000', currency: 'JPY' } }))).to.equal(undefined);
    expect(limitsBroken(price('25', { limits: { currency: 'USD' } }))).to.equal(undefined);
  });
});
