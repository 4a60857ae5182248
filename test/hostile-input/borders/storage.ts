// What a page finds in storage, and what another tab says it wrote: through the real store.
import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import { publicSale } from '../../../src/events.ts';
import { createStore } from '../../../src/ports/store.ts';
import type { Sale, SaleEvent } from '../../../src/sale.ts';
import { transition } from '../../../src/sale.ts';
import { stageNames } from '../../../src/stages.ts';
import { border } from '../border.ts';
import { type Sent, sent } from '../damage.ts';
import * as oracle from '../oracle.ts';
import { createStorage, Target } from '../page.ts';
import { keys, NOON } from '../texts.ts';
import * as valid from '../valid.ts';

const PREFIX = 'offramp-button:sale:';

const isNullOr = (test: boolean, value: unknown): boolean => value === null || test;

const isShort = (value: unknown, most: number): boolean => typeof value === 'string' && value.length <= most;

/** Everything that code may rely on in a sale, however it came. */
const checkSale = (sale: Sale): void => {
  assert.ok(Object.isFrozen(sale));
  assert.ok(stageNames.includes(sale.stage));
  assert.ok(Number.isSafeInteger(sale.revision));
  for (const id of [sale.id, sale.nonce]) assert.ok(oracle.isIdentifier(id, 128, 0));
  for (const at of [sale.startedAt, sale.skew]) assert.ok(Number.isFinite(at));
  for (const flag of [sale.returned, sale.pressed, sale.asked]) assert.equal(typeof flag, 'boolean');
  assert.ok(isNullOr(oracle.isAddress(sale.from), sale.from));
  assert.ok(['popup', 'redirect'].includes(sale.presentation));
  assert.ok(isShort(sale.asset, 20) && isShort(sale.network, 40));
  for (const text of [sale.amount, sale.partnerUserRef, sale.status]) assert.ok(isNullOr(isShort(text, 80), text));
  for (const link of [sale.statusUrl, sale.claimUrl]) assert.ok(isNullOr(isShort(link, 2048), link));
  if (['ordered', 'sending', 'unsure', 'settling'].includes(sale.stage)) assert.ok(sale.order, 'no order');
  const { order } = sale;
  if (!order) return;
  assert.ok(oracle.isAddress(order.to) && oracle.isAddress(order.from));
  assert.ok(order.token === null || oracle.isAddress(order.token));
  assert.ok(BigInt(order.units) > 0n && order.units.length <= 78);
  assert.ok(Number.isSafeInteger(order.chainId) && order.chainId > 0);
};

const events: SaleEvent[] = [
  { type: 'press' },
  { type: 'returned', nonce: 'f'.repeat(32) },
  { type: 'unsure' },
  { type: 'status', status: 'STARTED', txHash: null, fiat: null },
  { type: 'cancel' },
  { type: 'reset' },
];

/** The nonce by itself: an address may have as many of these in a row. */
const NONCE = /(?<![0-9a-f])f{32}(?![0-9a-f])/;

/** Whatever was found must be shown and led on without a throw. */
const use = (sale: Sale): void => {
  checkSale(sale);
  const shown = publicSale(sale);
  assert.ok(!NONCE.test(JSON.stringify(shown)) || !NONCE.test(sale.nonce), 'tells the nonce');
  for (const event of events) checkSale(transition(sale, event));
};

const kept = border<{ sent: Sent; key: string }>({
  name: 'storage: ports/store load, save',
  share: 60,
  input: fc.record({ sent: sent(...valid.sales), key: fc.oneof(fc.constant('shop'), keys) }),
  judge: ({ sent: { text, isDamaged }, key }) => {
    const storage = createStorage();
    const store = createStore({
      storage: () => storage,
      page: () => new Target() as unknown as Window,
      now: () => NOON,
    });
    storage.setItem(PREFIX + key, text.slice(0, 4_000_000));
    const sale = store.load(key);
    assert.equal(store.load(`${key}-other`), undefined);
    if (!sale) {
      assert.ok(isDamaged, 'a right sale is forgotten');
      return 'refused';
    }
    use(sale);
    assert.ok(store.save(key, sale));
    assert.equal(JSON.stringify(store.load(key)), JSON.stringify(sale), 'what is kept again is not the same');
    return 'accepted';
  },
});

const other = border<{ sent: Sent; key: string }>({
  name: 'storage: ports/store onChange',
  share: 30,
  input: fc.record({
    sent: sent(...valid.sales),
    key: fc.constantFrom(
      ...[`${PREFIX}shop`, `${PREFIX}shop`, `${PREFIX}shop`, `${PREFIX}shop2`, PREFIX, 'shop', '__proto__', ''],
    ),
  }),
  judge: ({ sent: { text, isDamaged }, key }) => {
    const page = new Target();
    const heard: Sale[] = [];
    const undo = createStore({ page: () => page as unknown as Window }).onChange('shop', (sale) => heard.push(sale));
    page.dispatchEvent({ type: 'storage', key, newValue: text } as unknown as Event);
    page.dispatchEvent({ type: 'storage', key: null, newValue: null } as unknown as Event);
    page.dispatchEvent({ type: 'storage', key, newValue: null } as unknown as Event);
    undo();
    assert.ok(!page.isHeard);
    for (const sale of heard) use(sale);
    assert.ok(heard.length === 0 || key === `${PREFIX}shop`, 'hears of another key');
    if (key !== `${PREFIX}shop`) return 'ignored';
    assert.ok(heard.length === 1 || isDamaged, 'a right sale is not heard');
    return heard.length === 1 ? 'accepted' : 'refused';
  },
});

export const storageBorders = [kept, other];
