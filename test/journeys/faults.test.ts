// Every fault of the simulator by its name, from the press to its right end, with the real backend and a real chain.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { errorTable } from '../../src/errors.ts';
import { createFaults, type FaultName } from '../../src/simulator/faults.ts';
import { WORDS } from '../../src/words.ts';
import { until } from '../drive.ts';
import { answersOf, commit, isBad, notePosted, noteRoads, SEND, says, wake } from './faults-journey.ts';
import { assertTold, cashOut, goOn, LIMIT, OPENED, PAID, type Tab, useJourneys } from './journey.ts';

const USDC_25 = 25_000_000n;
const MINUTE = 60_000;
const OFFERED = `page ${OPENED} ordered`;
const PAID_OUT = `${OFFERED} before-send sending ${PAID}`;

/** What goes wrong with webhooks never reaches a page by itself: the kit's own tests hold it. */
type SeenFault = Exclude<FaultName, `webhook-${string}`>;

describe('a fault of Coinbase', () => {
  const visitor = useJourneys();

  /** The page of a visitor whose wallet says yes at once, so that an ask too many is a transfer too many as well. */
  const arrive = async (name: FaultName, query = '?redirect=/demo/return.html'): Promise<Tab> => {
    await visitor.connectBefore();
    visitor.wallet.setMode('approve');
    visitor.fault(name);
    return visitor.open(query);
  };

  const turnOff = (name: FaultName): void => visitor.demo.simulator.faults.set(name, false);

  const assertPaidOut = async (tab: Tab): Promise<void> => {
    const { orders, advance } = visitor.demo.simulator;
    await until(async () => orders()[0]?.txHash, 'Coinbase to see the transfer', 40_000);
    // The two seconds that Coinbase takes to pay out.
    advance(2_000);
    await wake(tab);
    await tab.reaches('completed');
    assertTold(tab, PAID_OUT);
    assert.equal(await tab.words('status'), 'Coinbase has paid out $24.75.');
    assert.equal(await tab.words('error'), '');
    await visitor.assertMoved('USDC', USDC_25);
  };

  const assertLostAfterSending = async (tab: Tab): Promise<void> => {
    await tab.reaches('failed');
    assertTold(tab, `${OFFERED} before-send sending settling failed !order-failed`);
    assert.equal(await tab.words('status'), WORDS.sayFailedSent);
    assert.match(WORDS.sayFailedSent, /in your Coinbase account/);
    assert.ok((await tab.words('error')).startsWith(errorTable['order-failed'].message));
    await visitor.assertMoved('USDC', USDC_25);
  };

  const completes = (name: FaultName) => async () => {
    const tab = await arrive(name);
    await cashOut(await tab.pressForWindow());
    await assertPaidOut(tab);
  };

  /** A sale whose return is heard while its order is not listed yet. Where a slow machine took the six seconds for itself, a new one. */
  const returnsBeforeOrder = async (tries = 1): Promise<Tab> => {
    const tab = await arrive('commit-delay', `?redirect=/demo/return.html&name=try-${tries}`);
    const { simulator, wallet } = visitor.demo;
    // So that a sale whose order came too early moves nothing.
    wallet.setMode('ask');
    const answers = answersOf(tab);
    try {
      await cashOut(await tab.pressForWindow());
      await says(tab, WORDS.sayReturned);
      await answers.hears(2);
      assert.deepEqual(answers.all.at(-1), { ok: true, transactions: [] });
      assertTold(tab, `page ${OPENED}`);
      await visitor.assertUnmoved(0);
    } catch (cause) {
      const [order] = simulator.orders();
      if (tries === 3 || !order || Date.now() < Date.parse(order.createdAt)) throw cause;
      await tab.page.close();
      simulator.reset();
      await wallet.reset();
      return returnsBeforeOrder(tries + 1);
    }
    wallet.setMode('approve');
    return tab;
  };

  /** The order must not be paid. */
  const refuses = (name: FaultName, code: 'order-ambiguous' | 'order-refused') => async () => {
    const tab = await arrive(name);
    await cashOut(await tab.pressForWindow());
    await tab.reaches('failed');
    assertTold(tab, `page ${OPENED} failed !${code}`);
    assert.equal(await tab.words('status'), WORDS.sayFailedUnsent);
    assert.ok((await tab.words('error')).includes(errorTable[code].advice));
    assert.equal(await tab.words('send'), '');
    await visitor.assertUnmoved(0);
  };

  /** Coinbase's window is cut off from the page. Of the roads that are left the channel is seen here; storage is the other. */
  const hearsWithoutOpener = (name: FaultName) => async () => {
    const tab = await arrive(name);
    await noteRoads(tab);
    await cashOut(await tab.pressForWindow());
    await assertPaidOut(tab);
    assert.deepEqual(await tab.read('roads'), ['channel']);
    await until(async () => (await visitor.windows()) === 1, 'the window to close itself');
  };

  /** No return is heard: the order is found by polling, and only the person's press sends. */
  const waitsForPress = (name: FaultName) => async () => {
    // This page, with its button, is what the window comes back to.
    const tab = await arrive(name, '');
    await noteRoads(tab);
    await cashOut(await tab.pressForWindow());
    await tab.reaches('ordered');
    await tab.polls(2);
    assert.deepEqual(await tab.read('roads'), []);
    assert.equal(visitor.demo.simulator.orders()[0]?.committed, true);
    assert.equal(await tab.words('status'), WORDS.sayUncommitted);
    assertTold(tab, OFFERED);
    await visitor.assertUnmoved(0);
    await tab.press(SEND);
    await assertPaidOut(tab);
  };

  /** The API is away at the token, then while the person is at Coinbase. Leaves the sale in `ordered`. */
  const survivesUntilOrdered = async (name: FaultName, code: 'backend-unreachable' | 'backend-busy') => {
    const tab = await arrive(name, '?confirm-send&redirect=/demo/return.html');
    const answers = answersOf(tab);

    await tab.press();
    await tab.reaches('failed');
    const atToken = `page before-open opening failed !${code}`;
    assertTold(tab, atToken);
    assert.equal(await tab.words('status'), WORDS.sayFailedUnsent);
    await until(async () => (await visitor.windows()) === 1, 'the empty window to close');

    turnOff(name);
    const window = await tab.pressForWindow();
    await goOn(window);
    visitor.fault(name);
    await answers.hears(2, isBad);
    await commit(window);
    await answers.hears(1, isBad);
    assert.ok((await tab.words('error')).startsWith(errorTable[code].message));
    const atSelling = `${atToken} idle ${OPENED} !${code}`;
    assertTold(tab, atSelling);

    turnOff(name);
    await wake(tab);
    await tab.reaches('ordered');
    assert.equal(await tab.words('error'), '');
    assertTold(tab, `${atSelling} ordered`);
    await visitor.assertUnmoved(0);
    return { tab, answers };
  };

  const survives = (name: FaultName, code: 'backend-unreachable' | 'backend-busy') => async () => {
    const { tab } = await survivesUntilOrdered(name, code);
    const before = tab.told.length;
    await tab.press(SEND);
    await tab.reaches('completed');
    assert.equal(tab.told.slice(before).join(' '), `before-send sending ${PAID}`);
    await visitor.assertMoved('USDC', USDC_25);
  };

  /** The API is away once more at the press on "Send", and while the sale settles. */
  const survivesAllAlong = (name: FaultName, code: 'backend-unreachable' | 'backend-busy') => async () => {
    const { tab, answers } = await survivesUntilOrdered(name, code);
    visitor.fault(name);
    await tab.press(SEND);
    await tab.hears(`!${code}`, 3);
    await answers.hears(1, isBad);
    assert.equal(await tab.stage(), 'ordered');
    await visitor.assertUnmoved(0);

    turnOff(name);
    // The kit remembers a failure for a moment.
    await answers.hears(1, ({ ok }) => ok);
    // Coinbase looks away until the API is away: else it may have paid out before.
    visitor.fault('unmatched-send');
    const before = tab.told.length;
    await tab.press(SEND);
    await tab.reaches('settling');
    visitor.fault(name);
    await answers.hears(2, isBad);
    turnOff(name);
    turnOff('unmatched-send');
    await wake(tab);
    await tab.reaches('completed');
    assert.equal(tab.told.slice(before).join(' '), `before-send sending settling !${code} completed`);
    await visitor.assertMoved('USDC', USDC_25);
  };

  const journeys: Readonly<Record<SeenFault, readonly [end: string, walk: () => Promise<void>]>> = {
    'record-before-commit': [
      'shows the order with a warning, and asks only after "Cash out now"',
      async () => {
        const tab = await arrive('record-before-commit');
        const window = await tab.pressForWindow();
        await goOn(window);
        await tab.reaches('ordered');
        await tab.polls(2);
        assert.equal(await tab.words('status'), WORDS.sayUncommitted);
        assert.equal(visitor.demo.simulator.orders()[0]?.committed, false);
        assertTold(tab, OFFERED);
        await visitor.assertUnmoved(0);
        await commit(window);
        await assertPaidOut(tab);
      },
    ],
    'commit-delay': [
      'waits for the order after the return, and asks as soon as it is there',
      async () => {
        const tab = await returnsBeforeOrder();
        visitor.demo.simulator.advance(6_000);
        await assertPaidOut(tab);
      },
    ],
    'no-redirect': ['finds the order by polling, and asks after a press', waitsForPress('no-redirect')],
    'redirect-without-query': [
      'finds the order by polling, and asks after a press',
      waitsForPress('redirect-without-query'),
    ],
    'coop-same-origin': ['hears the return without an opener', hearsWithoutOpener('coop-same-origin')],
    'coop-same-origin-allow-popups': [
      'hears the return without an opener',
      hearsWithoutOpener('coop-same-origin-allow-popups'),
    ],
    'window-messages': [
      'hears them, heeds none, and completes',
      async () => {
        const tab = await arrive('window-messages');
        await notePosted(tab);
        await cashOut(await tab.pressForWindow());
        await assertPaidOut(tab);
        const page = ['app_ready', 'open', 'transition_view'];
        assert.deepEqual(await tab.read('posted'), [...page, 'exit', ...page, 'success', 'exit']);
      },
    ],
    'stale-history': [
      'never uses an old order',
      async () => {
        const tab = await arrive('stale-history');
        const answers = answersOf(tab);
        const window = await tab.pressForWindow();
        await goOn(window);
        await wake(tab);
        await answers.hears(2, ({ transactions }) => transactions.length === 2);
        assertTold(tab, `page ${OPENED}`);
        await commit(window);
        await assertPaidOut(tab);
        const [fresh, ...old] = answers.all.at(-1)?.transactions ?? [];
        assert.equal(fresh?.to_address, visitor.demo.simulator.orders()[0]?.to);
        assert.deepEqual(
          old.map(({ status }) => status),
          ['TRANSACTION_STATUS_STARTED', 'TRANSACTION_STATUS_FAILED'],
        );
      },
    ],
    'two-candidates': ['refuses to choose', refuses('two-candidates', 'order-ambiguous')],
    'fiat-sell-amount': ['refuses the order', refuses('fiat-sell-amount', 'order-refused')],
    'crypto-account-order': ['refuses the order', refuses('crypto-account-order', 'order-refused')],
    'camel-case-list': ['completes', completes('camel-case-list')],
    'numeric-status': [
      'completes',
      async () => {
        const tab = await arrive('numeric-status', '?confirm-send&redirect=/demo/return.html');
        const answers = answersOf(tab);
        await cashOut(await tab.pressForWindow());
        await tab.reaches('ordered');
        await answers.hears(1, ({ transactions }) => transactions[0]?.status === 3);
        await tab.press(SEND);
        await assertPaidOut(tab);
      },
    ],
    'unknown-status': [
      'asks nothing while it lasts, and goes on afterwards',
      async () => {
        const tab = await arrive('unknown-status', '?confirm-send&redirect=/demo/return.html');
        const answers = answersOf(tab);
        const isThere = ({ transactions }: { transactions: readonly unknown[] }) => transactions.length === 1;
        await cashOut(await tab.pressForWindow());
        await answers.hears(2, isThere);
        assertTold(tab, `page ${OPENED}`);

        turnOff('unknown-status');
        await wake(tab);
        await tab.reaches('ordered');
        visitor.fault('unknown-status');
        await says(tab, WORDS.sayWaiting);
        await tab.page.bringToFront();
        await tab.page.click(`offramp-button >>> ${SEND}`);
        await answers.hears(2, isThere);
        assertTold(tab, OFFERED);
        await visitor.assertUnmoved(0);

        turnOff('unknown-status');
        await wake(tab);
        await says(tab, WORDS.sayOrdered);
        await visitor.assertUnmoved(0);
        await tab.press(SEND);
        await assertPaidOut(tab);
      },
    ],
    'api-401': ['is told once each time, and costs no sale', survives('api-401', 'backend-unreachable')],
    'api-429': ['is told once each time, and costs no sale', survives('api-429', 'backend-busy')],
    'api-5xx': ['is told once each time, and costs no sale', survivesAllAlong('api-5xx', 'backend-unreachable')],
    'foreign-contract': ['completes by the table of the page', completes('foreign-contract')],
    'slow-answers': ['completes', completes('slow-answers')],
    'late-success': [
      'stays settling until Coinbase says so',
      async () => {
        const tab = await arrive('late-success');
        const answers = answersOf(tab);
        await cashOut(await tab.pressForWindow());
        await tab.reaches('settling');
        // Three pauses of a second: longer than Coinbase needs otherwise.
        await answers.hears(4, ({ transactions }) => transactions[0]?.tx_hash !== '');
        assert.equal(await tab.words('status'), WORDS.saySettling);
        assertTold(tab, `${OFFERED} before-send sending settling`);
        visitor.demo.simulator.advance(20_000);
        await assertPaidOut(tab);
      },
    ],
    'tx-hash-lag': [
      'stays settling without a hash, sends nothing more, and completes',
      async () => {
        const tab = await arrive('tx-hash-lag');
        const answers = answersOf(tab);
        await cashOut(await tab.pressForWindow());
        await tab.reaches('settling');
        // Coinbase has changed the record, and still names no transfer.
        await answers.hears(3, ({ transactions: [order] }) => {
          return order?.tx_hash === '' && order.updated_at !== order.created_at;
        });
        assertTold(tab, `${OFFERED} before-send sending settling`);
        visitor.demo.simulator.advance(10_000);
        await assertPaidOut(tab);
      },
    ],
    failure: [
      'ends the sale, and says where the crypto is',
      async () => {
        const tab = await arrive('failure');
        // Coinbase looks away until the page knows of its own transfer: else it may hear of the failure first.
        visitor.fault('unmatched-send');
        await cashOut(await tab.pressForWindow());
        await tab.reaches('settling');
        turnOff('unmatched-send');
        await assertLostAfterSending(tab);
      },
    ],
    'price-drop': [
      'ends the sale, and says where the crypto is',
      async () => {
        const tab = await arrive('price-drop');
        await cashOut(await tab.pressForWindow());
        await assertLostAfterSending(tab);
      },
    ],
    expiry: [
      'ends the sale without an ask',
      async () => {
        const tab = await arrive('expiry');
        await cashOut(await tab.pressForWindow());
        await tab.reaches('failed');
        // Coinbase says EXPIRED three seconds after the time is over: the page may hear of the order before that, or not.
        const told = tab.told.filter((one) => one !== 'ordered' && one !== 'before-send').join(' ');
        assert.equal(told, `page ${OPENED} failed !order-expired`);
        assert.equal(await tab.words('status'), WORDS.sayFailedUnsent);
        await visitor.assertUnmoved(0);
      },
    ],
    'late-send': [
      'ends the sale, and says where the crypto is',
      async () => {
        const tab = await arrive('late-send');
        // As in `failure`: Coinbase looks away until the page knows of its own transfer.
        visitor.fault('unmatched-send');
        await cashOut(await tab.pressForWindow());
        await tab.reaches('settling');
        turnOff('unmatched-send');
        await assertLostAfterSending(tab);
        const [order] = visitor.demo.simulator.orders();
        assert.ok(Date.parse(order?.updatedAt ?? '') > Date.parse(order?.createdAt ?? '') + 30 * MINUTE);
      },
    ],
    'unmatched-send': [
      'stays settling until Coinbase gives up, and says where the crypto is',
      async () => {
        const tab = await arrive('unmatched-send');
        const answers = answersOf(tab);
        await cashOut(await tab.pressForWindow());
        await tab.reaches('settling');
        visitor.demo.simulator.advance(30 * MINUTE);
        await answers.hears(2);
        assertTold(tab, `${OFFERED} before-send sending settling`);
        visitor.demo.simulator.advance(MINUTE);
        await assertLostAfterSending(tab);
      },
    ],
  };

  const isSeen = (name: FaultName): name is SeenFault => !name.startsWith('webhook-');
  const seen = createFaults()
    .list()
    .map(({ name }) => name);
  for (const name of seen.filter(isSeen)) {
    const [end, walk] = journeys[name] ?? ['has a journey', () => assert.fail('It has none: write one in this table.')];
    // Twice the time of one sale: one may have to be begun again.
    it(`${name}: ${end}`, { timeout: 2 * LIMIT.timeout }, walk);
  }
});
