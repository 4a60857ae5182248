// Coinbase's list on its way to an order: what is pinned must be payable by the second set of rules, letter by letter.
import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import { OfframpError } from '../../../src/errors.ts';
import { instructionOf, isSameTransfer, isUnchanged, type Order, pickOrder, recordOf } from '../../../src/order.ts';
import { claimAnswer, parseList, parseSale, type SaleRecord } from '../../../src/schema.ts';
import { transferRequest } from '../../../src/transaction.ts';
import { border, checkWords } from '../border.ts';
import { parsed, type Sent, sent } from '../damage.ts';
import * as oracle from '../oracle.ts';
import { FROM, NOON } from '../texts.ts';
import * as valid from '../valid.ts';

const EXPECTED = [
  { asset: 'USDC', network: 'base', from: FROM, startedAt: NOON - 120_000 },
  { asset: 'ETH', network: 'ethereum', from: FROM.toLowerCase(), startedAt: NOON - 120_000 },
];
type Expected = (typeof EXPECTED)[number];

/** A field of a row as it was sent, by either spelling. */
const field = (row: unknown, snake: string, camel: string): unknown => {
  if (typeof row !== 'object' || row === null) return undefined;
  const key = [snake, camel].find((name) => Object.hasOwn(row, name));
  return key === undefined ? undefined : (row as Record<string, unknown>)[key];
};

const idOf = (row: unknown): unknown => field(row, 'transaction_id', 'transactionId') ?? field(row, 'id', 'id');

const statusOf = (row: unknown): unknown => {
  const status = field(row, 'status', 'status');
  if (typeof status !== 'string')
    return { 1: 'CREATED', 2: 'EXPIRED', 3: 'STARTED', 4: 'SUCCESS', 5: 'FAILED' }[Number(status)];
  return status.startsWith('TRANSACTION_STATUS_') ? status.slice('TRANSACTION_STATUS_'.length) : status;
};

const isRecent = (row: unknown, expected: Expected): boolean =>
  (oracle.instantOf(field(row, 'created_at', 'createdAt')) ?? Number.NEGATIVE_INFINITY) >= expected.startedAt - 30_000;

const isOver = (row: unknown): boolean => ['FAILED', 'EXPIRED'].includes(String(statusOf(row)));

/** Holds an order against the rows it was read from. */
export const checkOrder = (order: Order, text: string, expected: Expected, now = NOON): void => {
  const rows = field(parsed(text), 'transactions', 'transactions');
  assert.ok(Array.isArray(rows));
  const open = rows.filter((row) => isRecent(row, expected) && !isOver(row));
  // Sold ones may be several: nothing is sent for them.
  const [row] = open;
  if (statusOf(row) !== 'SUCCESS') assert.equal(open.length, 1, 'not the only one that is open');
  assert.equal(idOf(row), order.transactionId);
  assert.ok(['CREATED', 'STARTED', 'SUCCESS'].includes(String(statusOf(row))), `status ${statusOf(row)}`);

  const known = oracle.rowOf(field(row, 'asset', 'asset'), field(row, 'network', 'network'));
  assert.deepEqual(known, oracle.rowOf(expected.asset, expected.network));
  assert.deepEqual([order.chainId, order.token], [known?.chainId, known?.token]);

  const to = field(row, 'to_address', 'toAddress');
  assert.ok(oracle.isDepositAddress(to, expected.from), `sends to ${to}`);
  assert.equal(order.to, to);
  assert.equal(oracle.small(order.from), oracle.small(expected.from));
  assert.equal(oracle.small(String(field(row, 'from_address', 'fromAddress'))), oracle.small(expected.from));

  const sold = field(row, 'sell_amount', 'sellAmount');
  assert.equal(oracle.small(String(field(sold, 'currency', 'currency'))), oracle.small(expected.asset));
  assert.equal(order.amount, field(sold, 'value', 'value'));
  assert.ok(
    oracle.isExactly(BigInt(order.units), order.amount, known?.decimals ?? 0),
    `${order.units} for ${order.amount}`,
  );

  const method = oracle.small(String(field(row, 'payment_method', 'paymentMethod')));
  assert.ok(!method.includes('crypto_account') && !method.includes('crypto_wallet'), 'sells nothing');
  const createdAt = oracle.instantOf(field(row, 'created_at', 'createdAt')) ?? 0;
  assert.ok(order.deadline <= oracle.lastMoment(createdAt, expected.network, now), 'lives too long');
  assert.ok(Object.isFrozen(order));
};

const pick = border<{ sent: Sent; expected: Expected }>({
  name: "Coinbase's list: parseList → pickOrder",
  share: 140,
  input: fc.record({ sent: sent(...valid.lists), expected: fc.constantFrom(...EXPECTED) }),
  judge: ({ sent: { text, isDamaged }, expected }) => {
    const list = parseList(parsed(text));
    assert.ok(list || isDamaged, 'a right list is refused');
    if (!list) return 'refused';
    const picked = pickOrder(list.transactions, expected, NOON);
    if (picked.kind === 'none') return 'ignored';
    if (picked.kind === 'refused') checkWords(new OfframpError(picked.code, picked).message);
    if (picked.kind !== 'order') return 'refused';
    const { order, record } = picked;
    checkOrder(order, text, expected);
    assert.equal(recordOf(list.transactions, order.transactionId)?.transaction_id, record.transaction_id);
    assert.ok(
      isUnchanged(record, order) || Date.parse(record.created_at ?? '') > NOON,
      'its own record has changed it',
    );
    assert.ok(isSameTransfer(instructionOf(order), order));
    return 'accepted';
  },
});

const pinned = (list: object): { order: Order; expected: Expected } => {
  for (const expected of EXPECTED) {
    const picked = pickOrder(parseList(list)?.transactions ?? [], expected, NOON);
    if (picked.kind === 'order') return { order: picked.order, expected };
  }
  throw new Error('A right list gave no order.');
};

const USDC_ORDER = pinned(valid.lists[0] ?? {});

/** Holds an order that is on the screen against a later list: whatever is sent, Coinbase still asks for it. */
export const checkUnchanged = (order: Order, text: string): void => {
  const decimals = oracle.rowOf(order.asset, order.network)?.decimals ?? 0;
  const rows = field(parsed(text), 'transactions', 'transactions');
  assert.ok(Array.isArray(rows));
  const row = rows.find((one) => idOf(one) === order.transactionId);
  assert.equal(oracle.small(String(field(row, 'to_address', 'toAddress'))), oracle.small(order.to));
  assert.equal(oracle.small(String(field(row, 'from_address', 'fromAddress'))), oracle.small(order.from));
  const sold = field(row, 'sell_amount', 'sellAmount');
  assert.ok(oracle.isExactly(BigInt(order.units), field(sold, 'value', 'value'), decimals), 'another amount');
  assert.equal(oracle.small(String(field(sold, 'currency', 'currency'))), oracle.small(order.asset));
  assert.deepEqual(
    oracle.rowOf(field(row, 'asset', 'asset'), field(row, 'network', 'network')),
    oracle.rowOf(order.asset, order.network),
  );
  const createdAt = oracle.instantOf(field(row, 'created_at', 'createdAt')) ?? Number.NEGATIVE_INFINITY;
  assert.ok(
    order.deadline <= oracle.lastMoment(createdAt, order.network, Number.POSITIVE_INFINITY),
    'lives longer than its order',
  );
};

/** A later list about an order that is on the screen: whatever changed in it must stop the transfer. */
const later = border<Sent>({
  name: "Coinbase's list: parseList → recordOf → isUnchanged",
  share: 80,
  input: sent(valid.lists[0], valid.lists[2], valid.lists[3]),
  judge: ({ text, isDamaged }) => {
    const { order } = USDC_ORDER;
    const list = parseList(parsed(text));
    const record = list && recordOf(list.transactions, order.transactionId);
    if (!record) return 'ignored';
    if (!isUnchanged(record, order)) {
      assert.ok(isDamaged, 'the same list has changed');
      return 'refused';
    }
    checkUnchanged(order, text);
    return 'accepted';
  },
});

const SHOWN = USDC_ORDER.order;
const RECORD = (parseList(valid.lists[0])?.transactions ?? [])[0] as SaleRecord;

/** A stored order, damaged: what would be sent must be what Coinbase asks for. */
const stored = border<Sent>({
  name: 'storage: a stored order → isUnchanged → transferRequest',
  share: 60,
  input: sent(SHOWN),
  judge: ({ text, isDamaged }) => {
    const value = parsed(text);
    if (typeof value !== 'object' || value === null) return 'refused';
    const sale = parsedSale(value);
    if (!sale?.order) return 'refused';
    if (!isUnchanged(RECORD, sale.order)) {
      assert.ok(isDamaged, 'a right order is refused');
      return 'refused';
    }
    assert.deepEqual(small(transferRequest(sale.order)), small(transferRequest(SHOWN)));
    assert.ok(sale.order.deadline <= SHOWN.deadline, 'lives longer than its order');
    return 'accepted';
  },
});

const small = (object: object): unknown => JSON.parse(oracle.small(JSON.stringify(object)));

const parsedSale = (order: unknown) => parseSale({ ...valid.sale(), order });

/** What a backend grants, held against what is shown. */
const granted = border<Sent>({
  name: 'claim answer: schema.claimAnswer → isSameTransfer',
  share: 40,
  input: sent({ instruction: instructionOf(SHOWN) }),
  judge: ({ text, isDamaged }) => {
    const { data } = claimAnswer.safeParse(parsed(text));
    if (!data) return 'refused';
    const { instruction } = data;
    if (!isSameTransfer(instruction, SHOWN)) {
      assert.ok(isDamaged);
      return 'refused';
    }
    const { transactionId, chainId, units } = instruction;
    assert.deepEqual([transactionId, chainId, units], [SHOWN.transactionId, SHOWN.chainId, SHOWN.units]);
    for (const name of ['to', 'from', 'token'] as const) {
      assert.equal(oracle.small(instruction[name] ?? ''), oracle.small(SHOWN[name] ?? ''));
    }
    return 'accepted';
  },
});

export const orderBorders = [pick, later, stored, granted];
