// The React component in a page: what it gives the element, and what it hears of it.
import { expect } from 'chai';
import { createElement, type ReactNode, StrictMode, Suspense, useLayoutEffect, useRef } from 'react';
import { flushSync } from 'react-dom';
import { createRoot } from 'react-dom/client';
import { eventNames } from '../src/event-names.ts';
import type { OfframpDetail } from '../src/events.ts';
import { fetchCashOut } from '../src/on-intent.ts';
import { OfframpButton, type OfframpButtonElement, type OfframpButtonProps } from '../src/react.ts';
import { createBackend } from './fixtures/element-backend.ts';
import { takeWindows } from './fixtures/element-windows.ts';
import { createLiveProvider, later, press, reaches, settle, tidy } from './fixtures/element-world.ts';

/** A place in the page that React draws into. */
const openRoot = () => {
  const place = document.createElement('div');
  document.body.append(place);
  const root = createRoot(place);
  later(() => {
    root.unmount();
    place.remove();
  });
  return {
    draw: (node: ReactNode): void => flushSync(() => root.render(node)),
    element: (): OfframpButtonElement => {
      const found = place.querySelector('offramp-button');
      if (!found) throw new Error('React drew no button.');
      return found;
    },
  };
};

const button = (props: OfframpButtonProps): ReactNode => createElement(OfframpButton, props);

const tell = (element: EventTarget, name: string, cancelable = false): boolean =>
  element.dispatchEvent(new CustomEvent(name, { bubbles: true, composed: true, cancelable }));

const pascal = (name: string): string =>
  name
    .split('-')
    .map((word) => word.charAt(0).toUpperCase() + word.slice(1))
    .join('');

describe('the React component', () => {
  afterEach(tidy);

  it('gives the element words as attributes or properties, objects as themselves, and the rest to the tag', () => {
    const { draw, element } = openRoot();
    const provider = createLiveProvider();
    const labels = { idle: 'Sell' };
    const objects = { provider, labels, fetch: createBackend().fetch, sender: async () => ({ txHash: '0x' }) };
    draw(
      button({
        tokenEndpoint: '/api/token',
        amount: '25',
        confirmSend: true,
        disabled: false,
        hidden: false,
        address: '0x1',
        className: 'big',
        id: 'sell',
        children: 'Cash out',
        'aria-hidden': false,
        ...objects,
      }),
    );
    const drawn = element();
    expect([drawn.tokenEndpoint, drawn.amount, drawn.address]).to.deep.equal(['/api/token', '25', '0x1']);
    expect([drawn.confirmSend, drawn.disabled, drawn.hidden]).to.deep.equal([true, false, false]);
    for (const [name, value] of Object.entries(objects)) expect(drawn[name as 'labels']).to.equal(value);
    expect([drawn.className, drawn.id, drawn.textContent, drawn.ariaHidden]).to.deep.equal([
      'big',
      'sell',
      'Cash out',
      'false',
    ]);
    expect(
      drawn.getAttributeNames().filter((name) => /provider|labels|fetch|sender|function/i.test(name)),
    ).to.deep.equal([]);
  });

  it('takes back what is not given any more, and leaves alone what it never was given', () => {
    const { draw, element } = openRoot();
    const provider = createLiveProvider();
    draw(button({ tokenEndpoint: '/api/token', provider, disabled: true, amount: '25', confirmSend: true }));
    const sender = async () => ({ txHash: '0x' });
    element().sender = sender;
    draw(button({ tokenEndpoint: '/api/other', disabled: false }));
    const drawn = element();
    expect([
      drawn.tokenEndpoint,
      drawn.provider,
      drawn.disabled,
      drawn.confirmSend,
      drawn.amount ?? null,
    ]).to.deep.equal(['/api/other', null, false, false, null]);
    expect(drawn.sender).to.equal(sender);
  });

  it('has a prop for every event, which hears it once, also under StrictMode', () => {
    const { draw, element } = openRoot();
    const heard: string[] = [];
    const listeners = Object.fromEntries(
      eventNames.map((name) => [`on${pascal(name)}`, ({ type }: Event) => void heard.push(type)]),
    );
    draw(createElement(StrictMode, null, button(listeners)));
    for (const name of eventNames) tell(element(), name);
    expect(heard).to.deep.equal(eventNames);
  });

  it('hears by the newest listener, and by none once it is gone', () => {
    const { draw, element } = openRoot();
    const heard: string[] = [];
    draw(button({ onOfframpChange: () => void heard.push('first') }));
    const drawn = element();
    tell(drawn, 'offramp-change');
    draw(button({ onOfframpChange: () => void heard.push('second') }));
    tell(drawn, 'offramp-change');
    draw(button({}));
    tell(drawn, 'offramp-change');
    draw(button({ onOfframpChange: () => void heard.push('third') }));
    tell(drawn, 'offramp-change');
    draw(null);
    tell(drawn, 'offramp-change');
    expect(heard).to.deep.equal(['first', 'second', 'third']);
  });

  it('hears what the element tells in the very task of its coming, before any effect of the page', () => {
    const { draw } = openRoot();
    const heard: string[] = [];
    const Page = (): ReactNode => {
      const ref = useRef<OfframpButtonElement>(null);
      useLayoutEffect(() => {
        if (ref.current) tell(ref.current, 'offramp-error');
      }, []);
      return createElement(OfframpButton, { ref, onOfframpError: () => void heard.push('error') });
    };
    draw(createElement(Page));
    expect(heard).to.deep.equal(['error']);
  });

  it('goes on hearing while Suspense hides it', async () => {
    const { draw, element } = openRoot();
    const heard: string[] = [];
    const never = new Promise<void>(() => {});
    const Waiting = ({ isWaiting }: { isWaiting: boolean }): ReactNode => {
      if (isWaiting) throw never;
      return null;
    };
    const page = (isWaiting: boolean): ReactNode =>
      createElement(
        Suspense,
        { fallback: 'Loading' },
        button({
          onOfframpBeforeSend: (event) => event.preventDefault(),
          onOfframpSending: () => void heard.push('sending'),
        }),
        createElement(Waiting, { isWaiting }),
      );
    draw(page(false));
    const drawn = element();
    await settle();
    draw(page(true));
    await settle();
    expect(drawn.isConnected && getComputedStyle(drawn).display).to.equal('none');
    expect(tell(drawn, 'offramp-before-send', true)).to.equal(false);
    tell(drawn, 'offramp-sending');
    draw(page(false));
    await settle();
    expect(heard).to.deep.equal(['sending']);
  });

  it('sells: one press, and each stage is told in order, with its detail', async () => {
    await fetchCashOut();
    const windows = takeWindows();
    later(windows.restore);
    const { draw, element } = openRoot();
    const heard: (string | undefined)[] = [];
    const note = ({ detail }: CustomEvent<OfframpDetail>): void => void heard.push(detail.stage);
    draw(
      createElement(
        StrictMode,
        null,
        button({
          name: 'react',
          tokenEndpoint: '/api/token',
          amount: '25',
          fetch: createBackend().fetch,
          provider: createLiveProvider(),
          onOfframpBeforeOpen: () => void heard.push('before-open'),
          onOfframpChange: note,
          onOfframpSelling: ({ detail }) => void heard.push(detail.sale.amount ?? undefined),
          onOfframpError: ({ detail }) => void heard.push(detail.error?.code),
        }),
      ),
    );
    await settle();
    press({ button: element() });
    await reaches(element(), 'selling');
    expect(heard).to.deep.equal(['before-open', 'opening', '25', 'selling']);
  });

  it('lets the page stop a step by preventDefault', async () => {
    await fetchCashOut();
    const windows = takeWindows();
    later(windows.restore);
    const { draw, element } = openRoot();
    draw(
      button({
        name: 'react-stopped',
        tokenEndpoint: '/api/token',
        provider: createLiveProvider(),
        fetch: createBackend().fetch,
        onOfframpBeforeOpen: (event) => event.preventDefault(),
      }),
    );
    await settle();
    press({ button: element() });
    await settle();
    expect([element().stage, windows.opened.length]).to.deep.equal(['idle', 0]);
  });
});
