import { expect } from 'chai';
import { OfframpError } from '../src/errors.ts';
import { announce, type OfframpDetail, type OfframpEventMap, publicSale } from '../src/events.ts';
import type { OfframpButton } from '../src/index.ts';
import { NO_SALE } from '../src/no-sale.ts';
import type { Fiat } from '../src/order.ts';
import type { Sale } from '../src/sale.ts';
import { type Stage, stageNames } from '../src/stages.ts';
import { FROM, order, TO } from './fixtures/orders.ts';

const sale: Sale = Object.freeze({
  ...NO_SALE,
  stage: 'ordered',
  id: 'sale-1',
  nonce: 'nonce-which-nobody-may-see',
  asset: 'USDC',
  network: 'base',
  amount: '25',
  from: FROM,
  partnerUserRef: 'ref-1',
  statusUrl: '/status-which-nobody-may-see',
  claimUrl: '/claim-which-nobody-may-see',
  order: order(),
  status: 'STARTED',
  fiat: { value: '24.75', currency: 'USD' },
});

describe('a public sale', () => {
  it('is what a page may see, and nothing else', () => {
    expect(publicSale(sale)).to.deep.equal({
      id: 'sale-1',
      partnerUserRef: 'ref-1',
      asset: 'USDC',
      network: 'base',
      amount: '25',
      from: FROM,
      to: TO,
      transactionId: 'order-1',
      txHash: null,
      deadline: '2026-01-15T12:27:00.000Z',
      status: 'STARTED',
      fiat: { value: '24.75', currency: 'USD' },
    });
    expect(JSON.stringify(publicSale(sale))).not.to.contain('nobody-may-see');
  });

  it('is frozen with what is in it, and leaves the sale as it is', () => {
    const shown = publicSale(sale);
    expect(Object.isFrozen(shown)).to.equal(true);
    expect(Object.isFrozen(shown.fiat)).to.equal(true);
    expect(Object.isFrozen(sale.fiat)).to.equal(false);
  });

  it('has nothing to say of an order before there is one', () => {
    expect(publicSale(NO_SALE)).to.include({ to: null, transactionId: null, deadline: null, fiat: null });
  });
});

describe('an announcement', () => {
  const target = new EventTarget();
  const hear = (name: string): Promise<CustomEvent<OfframpDetail>> =>
    new Promise((resolve) => {
      target.addEventListener(name, (event) => resolve(event as CustomEvent<OfframpDetail>), { once: true });
    });

  it('bubbles, crosses shadow roots, and cannot be prevented unless it is a question', async () => {
    const heard = hear('offramp-ordered');
    expect(announce(target, 'offramp-ordered', { sale, previous: 'selling' })).to.equal(true);
    expect(await heard).to.include({ bubbles: true, composed: true, cancelable: false });
  });

  it('says whether a question was answered with "no"', () => {
    const detail = { sale, previous: sale.stage };
    expect(announce(target, 'offramp-before-send', detail, true)).to.equal(true);
    target.addEventListener('offramp-before-send', (event) => event.preventDefault(), { once: true });
    expect(announce(target, 'offramp-before-send', detail, true)).to.equal(false);
  });

  it('has an error in its detail only where there is one', async () => {
    const without = hear('offramp-failed');
    announce(target, 'offramp-failed', { sale, previous: 'ordered', error: undefined });
    expect(Object.keys((await without).detail)).to.deep.equal(['stage', 'previous', 'sale']);
    const error = new OfframpError('order-failed');
    const heard = hear('offramp-failed');
    announce(target, 'offramp-failed', { sale, previous: 'ordered', error });
    expect((await heard).detail.error).to.equal(error);
  });
});

/** Fails to compile where the two types are not the same. */
type Same<One, Other> = (<T>() => T extends One ? 1 : 2) extends <T>() => T extends Other ? 1 : 2 ? true : false;

describe('the types of the events', () => {
  it('are known to every listener, by name', () => {
    const listen = (button: OfframpButton): void => {
      button.addEventListener('offramp-completed', ({ detail }) => {
        const isTyped: Same<typeof detail.sale.fiat, Fiat | null> = true;
        expect(isTyped).to.equal(true);
      });
      button.addEventListener('offramp-error', ({ detail }) => {
        const isTyped: Same<typeof detail.error, OfframpError | undefined> = true;
        expect(isTyped).to.equal(true);
      });
      // @ts-expect-error: there is no such field.
      button.addEventListener('offramp-change', ({ detail }) => detail.token);
    };
    expect(listen).to.be.a('function');
  });

  it('has one for every stage, and four more', () => {
    const isWhole: Same<
      keyof OfframpEventMap,
      `offramp-${Stage}` | 'offramp-change' | 'offramp-error' | 'offramp-before-open' | 'offramp-before-send'
    > = true;
    const isElement: Same<HTMLElementTagNameMap['offramp-button'], OfframpButton> = true;
    expect([isWhole, isElement, stageNames.length]).to.deep.equal([true, true, 11]);
  });
});
