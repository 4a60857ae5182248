// What depends on a browser's own doors: storage that is full or refused, and the wallet of the very button that was pressed.
import { expect } from 'chai';
import { openDoors } from '../src/doors.ts';
import { createFlow, type Flow, type Watcher } from '../src/flow.ts';
import { NO_SALE } from '../src/no-sale.ts';
import { instructionOf } from '../src/order.ts';
import { createStore } from '../src/ports/store.ts';

import { FROM, MINUTE, order, record } from './fixtures/orders.ts';
import { replace, restoreAll } from './fixtures/page.ts';
import { wallet } from './fixtures/passages.ts';
import { type FakeProvider, hang } from './fixtures/provider.ts';
import { createWorld } from './fixtures/world.ts';

const KEY = 'hostile';
let sales = 0;
const partings: (() => void)[] = [];

/** Keeps a sale with an order that the person has committed to, and the backend's answers for it. */
const keepOrdered = (claimUrl: string | null) => {
  sales += 1;
  const transactionId = `hostile-${Date.now()}-${sales}`;
  const startedAt = Date.now();
  const pinned = order({ transactionId, deadline: startedAt + 27 * MINUTE });
  const listed = record({ transaction_id: transactionId, created_at: new Date(startedAt).toISOString() });
  createStore().save(KEY, {
    ...NO_SALE,
    stage: 'ordered',
    id: `sale-${transactionId}`,
    nonce: 'nonce',
    asset: 'USDC',
    network: 'base',
    amount: '25',
    from: FROM,
    partnerUserRef: 'ref',
    statusUrl: '/status',
    claimUrl,
    startedAt,
    returned: true,
    order: pinned,
    status: 'STARTED',
  });
  const answers = async (input: RequestInfo | URL) => {
    const isClaim = String(input).endsWith('/claim');
    return Response.json(isClaim ? { instruction: instructionOf(pinned) } : { transactions: [listed] });
  };
  return answers as typeof fetch;
};

/** A button with a wallet of its own; it stops the first send, so that a test says when. */
const buttonOf = (provider: FakeProvider, backend: typeof fetch): Watcher & { allows: boolean } => {
  const button = {
    ...createWorld().page().watcher,
    allows: false,
    provider: () => provider,
    fetch: () => backend,
    maySend: () => button.allows,
  };
  return button;
};

/** A page's flow, as after a load. */
const load = (...buttons: Watcher[]): { flow: Flow; parts: (() => void)[] } => {
  const flow = createFlow(KEY, openDoors);
  const parts = buttons.map((button) => flow.watch(button));
  partings.push(...parts);
  return { flow, parts };
};

const until = async (holds: () => unknown): Promise<void> => {
  while (!holds()) await new Promise((resolve) => setTimeout(resolve, 5));
};
const asks = (provider: FakeProvider) => provider.count('eth_sendTransaction');

beforeEach(() => localStorage.clear());
afterEach(() => {
  for (const part of partings.splice(0)) part();
  restoreAll();
  localStorage.clear();
});

describe('flow: a browser that keeps nothing', () => {
  const noDatabase = () => {
    throw new DOMException('full', 'QuotaExceededError');
  };
  const noLocks = () => Promise.reject(new DOMException('denied', 'SecurityError'));

  it('and refuses locks still sends, by the backend’s claim', async () => {
    replace(navigator.locks, 'request', noLocks);
    replace(indexedDB, 'open', noDatabase);
    const provider = wallet();
    const button = buttonOf(provider, keepOrdered('/claim'));
    button.allows = true;
    const { flow } = load(button);
    await until(() => flow.sale.stage === 'settling');
    expect(asks(provider)).to.equal(1);
  });

  it('and refuses locks sends nothing without a backend’s claim', async () => {
    replace(navigator.locks, 'request', noLocks);
    replace(indexedDB, 'open', noDatabase);
    const provider = wallet();
    const button = buttonOf(provider, keepOrdered(null));
    button.allows = true;
    const errors: string[] = [];
    button.onError = ({ code }) => void errors.push(code);
    const { flow } = load(button);
    await until(() => errors.length);
    expect(errors).to.deep.equal(['store-unavailable']);
    expect(asks(provider)).to.equal(0);
    expect(flow.sale.stage).to.equal('ordered');
  });

  it('any more since the order came asks nothing by itself after a reload', async () => {
    // A lock would end with the page; without one, what is stored is all that the next page knows.
    replace(navigator.locks, 'request', noLocks);
    replace(indexedDB, 'open', noDatabase);
    const provider = wallet();
    provider.script('eth_sendTransaction', hang);
    const button = buttonOf(provider, keepOrdered('/claim'));
    const { flow, parts } = load(button);
    replace(Storage.prototype, 'setItem', noDatabase);
    button.allows = true;
    flow.send(button, 'press');
    await until(() => asks(provider));
    expect(flow.sale.stage).to.equal('sending');
    for (const part of parts) part();
    const after = load(button);
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(asks(provider)).to.equal(1);
    expect(after.flow.sale.stage).to.equal('idle');
  });
});

describe('flow: two buttons, each with its wallet', () => {
  for (const [name, index] of [
    ['first', 0],
    ['second', 1],
  ] as const) {
    it(`send with the one that is pressed, the ${name}`, async () => {
      const backend = keepOrdered(null);
      const wallets = [wallet(), wallet()];
      const buttons = wallets.map((provider) => buttonOf(provider, backend));
      const { flow } = load(...buttons);
      for (const button of buttons) button.allows = true;
      const pressed = buttons[index];
      if (pressed) flow.send(pressed, 'press');
      await until(() => flow.sale.stage === 'settling');
      expect(wallets.map(asks)).to.deep.equal(index === 0 ? [1, 0] : [0, 1]);
    });
  }

  it('connect the one that is pressed', async () => {
    const wallets = [wallet(), wallet()];
    const buttons = wallets.map((provider) => buttonOf(provider, fetch));
    const { flow } = load(...buttons);
    const [first] = buttons;
    if (first) flow.start(first, 'press');
    await until(() => flow.sale.from !== null);
    expect(wallets.map((provider) => provider.count('eth_requestAccounts'))).to.deep.equal([1, 0]);
  });

  it('go on with the one that stays', async () => {
    const wallets = [wallet(), wallet()];
    const buttons = wallets.map((provider) => buttonOf(provider, fetch));
    const { flow, parts } = load(...buttons);
    parts[1]?.();
    await flow.readAccount();
    expect(wallets.map((provider) => provider.count('eth_accounts'))).to.deep.equal([1, 0]);
  });
});
