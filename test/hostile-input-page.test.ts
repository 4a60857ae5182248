// What only a real page can say: attributes and properties on the real element, posted messages, storage written by another page.
// The element may refuse; it must not throw where nobody hears it, draw markup from outside, or ask a wallet to send.
import { expect } from 'chai';
import * as fc from 'fast-check';
import { errorTable } from '../src/errors.ts';
import type { OfframpDetail } from '../src/events.ts';
import { OfframpButton } from '../src/offramp-button.ts';
import { openPage } from './fixtures/page.ts';
import { createProvider, type FakeProvider } from './fixtures/provider.ts';
import { sent } from './hostile-input/damage.ts';
import { amounts, HOSTILE, texts, urls, words } from './hostile-input/texts.ts';
import { make, things } from './hostile-input/things.ts';
import * as valid from './hostile-input/valid.ts';

const RUNS = 30;
const SEED = 11;
OfframpButton.define();

let uncaught: unknown[] = [];
const note = (event: ErrorEvent | PromiseRejectionEvent): void => {
  uncaught.push('reason' in event ? event.reason : (event.error ?? event.message));
  event.preventDefault();
};

const turn = (): Promise<void> => new Promise((resolve) => setTimeout(resolve));
let names = 0;

interface Placed {
  button: OfframpButton;
  provider: FakeProvider;
  errors: OfframpDetail[];
}

/** A button with a wallet and a backend that is not there. */
const place = async (write: (button: OfframpButton) => void): Promise<Placed> => {
  const button = document.createElement('offramp-button');
  const provider = createProvider();
  const errors: OfframpDetail[] = [];
  button.addEventListener('offramp-error', ({ detail }) => errors.push(detail));
  // The page's own veto: no window is opened in these tests.
  button.addEventListener('offramp-before-open', (event) => event.preventDefault());
  names += 1;
  button.name = `hostile-${names}`;
  button.tokenEndpoint = '/nowhere';
  button.provider = provider;
  button.fetch = async () => new Response('{}', { status: 503 });
  write(button);
  document.body.append(button);
  await button.updateComplete;
  await turn();
  return { button, provider, errors };
};

/** Told in the table's codes; nothing of it became markup; nothing was sent; nothing was thrown for nobody. */
const check = ({ button, provider, errors }: Placed): void => {
  expect(uncaught.map(String)).to.deep.equal([]);
  for (const { error } of errors) expect(errorTable).to.have.property(error?.code ?? '');
  for (const { error } of errors) expect(`${error?.message} ${error?.advice}`).to.not.include(HOSTILE);
  expect(button.shadowRoot?.querySelectorAll('script, iframe, object, [onerror], [onload]').length ?? 0).to.equal(0);
  expect(provider.count('eth_sendTransaction') + provider.count('wallet_sendCalls')).to.equal(0);
  expect(Object.keys(Object.prototype)).to.deep.equal([]);
};

const ATTRIBUTES: Record<string, fc.Arbitrary<string>> = {
  'token-endpoint': urls,
  'status-endpoint': urls,
  asset: words,
  network: words,
  amount: amounts,
  'fiat-amount': amounts,
  'fiat-currency': words,
  'cashout-method': words,
  'redirect-url': urls,
  wallet: words,
  presentation: words,
  'pay-origin': urls,
  locale: words,
  name: texts,
  lang: words,
};

const PROPERTIES = [
  'asset',
  'network',
  'amount',
  'fiatAmount',
  'redirectUrl',
  'statusEndpoint',
  'payOrigin',
  'locale',
] as const;

describe('a hostile page', function () {
  this.timeout(60_000);

  beforeEach(() => {
    uncaught = [];
    localStorage.clear();
    window.addEventListener('error', note);
    window.addEventListener('unhandledrejection', note);
  });
  afterEach(() => {
    window.removeEventListener('error', note);
    window.removeEventListener('unhandledrejection', note);
    for (const button of document.querySelectorAll('offramp-button')) button.remove();
    localStorage.clear();
  });

  it('may write anything into the attributes', async () => {
    const pairs = fc.oneof(...Object.entries(ATTRIBUTES).map(([name, texts]) => fc.tuple(fc.constant(name), texts)));
    await fc.assert(
      fc.asyncProperty(fc.array(pairs, { minLength: 1, maxLength: 4 }), async (written) => {
        const placed = await place((button) => {
          for (const [name, value] of written) button.setAttribute(name, value);
        });
        placed.button.start();
        await placed.button.updateComplete;
        await turn();
        placed.button.start();
        await turn();
        check(placed);
        placed.button.remove();
      }),
      { numRuns: RUNS, seed: SEED },
    );
  });

  it('may set the texts of the element to anything that a script has', async () => {
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...PROPERTIES), things, async (name, thing) => {
        const placed = await place((button) => Object.assign(button, { [name]: make(thing) }));
        placed.button.start();
        await placed.button.updateComplete;
        placed.button.start();
        await turn();
        check(placed);
        placed.button.remove();
      }),
      { numRuns: RUNS, seed: SEED },
    );
  });

  it('may post anything, also what structured clone alone can carry', async () => {
    const placed = await place(() => {});
    await fc.assert(
      fc.asyncProperty(sent(valid.returnSignal), async ({ text }) => {
        const value: unknown = (() => {
          try {
            return JSON.parse(text);
          } catch {
            return text;
          }
        })();
        window.postMessage(value, location.origin);
        window.postMessage(text.slice(0, 100_000), location.origin);
        const channel = new BroadcastChannel('offramp-button');
        channel.postMessage(value);
        channel.close();
        await turn();
        check(placed);
        expect(placed.button.stage).to.equal('idle');
      }),
      { numRuns: RUNS, seed: SEED },
    );
    for (const value of [
      new Map([['source', 'offramp-button']]),
      new Date(Number.NaN),
      25n,
      new Error(HOSTILE),
      new Blob([]),
    ]) {
      window.postMessage(value, location.origin);
    }
    await turn();
    check(placed);
  });

  it('may find anything in storage, and hear of it from another page', async () => {
    const other = openPage();
    await fc.assert(
      fc.asyncProperty(sent(...valid.sales), async ({ text }) => {
        const key = `offramp-button:sale:hostile-${names + 1}`;
        localStorage.setItem(key, text.slice(0, 50_000));
        const placed = await place(() => {});
        other.window.localStorage.setItem(key, text.slice(0, 49_000));
        other.window.localStorage.setItem(`offramp-button:returned:sale-1`, text.slice(0, 50_000));
        await turn();
        placed.button.send();
        await turn();
        await placed.button.updateComplete;
        check(placed);
        placed.button.remove();
        localStorage.clear();
      }),
      { numRuns: RUNS, seed: SEED },
    );
    other.close();
  });
});
