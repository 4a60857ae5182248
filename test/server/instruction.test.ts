import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseList } from '../../src/schema.ts';
import { makeInstruction } from '../../src/server/instruction.ts';
import { Refusal } from '../../src/server/refusal.ts';
import { FROM, record, TO } from './fixture.ts';

const CREATED = Date.parse('2026-08-11T15:00:00Z');
const MINUTE = 60_000;

const make = (changes: Record<string, unknown> = {}, now = CREATED + MINUTE) =>
  makeInstruction(
    parseList({ transactions: [record({ created_at: '2026-08-11T15:00:00Z', ...changes })] })?.transactions[0],
    now,
  );
const refusedAs = (code: string) => (error: unknown) =>
  error instanceof Refusal && error.status === 409 && error.code === code && /\.$/.test(error.message);

test('an awaited order becomes the one transfer, in exact units', () => {
  assert.deepEqual(make(), {
    transactionId: 'order-1',
    chainId: 8453,
    asset: 'USDC',
    token: '0x833589fCD6eDb6E08f4c7C32D4f71b54bdA02913',
    to: TO,
    from: FROM,
    amount: '25',
    units: '25000000',
    deadline: '2026-08-11T15:27:00.000Z',
  });
});

test('the chain and the token come from the table, whatever the record spells', () => {
  const eth = { asset: 'eth', network: 'networks/base-mainnet', sell_amount: { value: '0.5', currency: 'ETH' } };
  const { chainId, asset, token, units } = make({ ...eth, token: FROM, chain_id: '1', decimals: 2 });
  assert.deepEqual(
    { chainId, asset, token, units },
    { chainId: 8453, asset: 'ETH', token: null, units: `5${'0'.repeat(17)}` },
  );
});

test('CREATED waits for a transfer, too', () => {
  assert.equal(make({ status: 'TRANSACTION_STATUS_CREATED' }).units, '25000000');
});

test('amounts are exact to the last unit', () => {
  const usdc = (value: string) => make({ sell_amount: { value, currency: 'USDC' } }).units;
  assert.equal(usdc('0.000001'), '1');
  assert.equal(usdc('9007199254740993.000001'), '9007199254740993000001');
  assert.equal(usdc('25.10'), '25100000');
});

const REFUSED: [string, Record<string, unknown>][] = [
  ['a sold order', { status: 'TRANSACTION_STATUS_SUCCESS' }],
  ['a failed order', { status: 'TRANSACTION_STATUS_FAILED' }],
  ['an expired order', { status: 'TRANSACTION_STATUS_EXPIRED' }],
  ['an unknown status', { status: 'TRANSACTION_STATUS_PENDING_REVIEW' }],
  ['an unknown asset', { asset: 'DOGE', sell_amount: { value: '25', currency: 'DOGE' } }],
  ['an unknown network', { network: 'base-sepolia' }],
  ['an amount in fiat', { sell_amount: { value: '25', currency: 'EUR' } }],
  ['no amount', { sell_amount: undefined }],
  ['too many decimals', { sell_amount: { value: '25.0000001', currency: 'USDC' } }],
  ['an amount of zero', { sell_amount: { value: '0.000000', currency: 'USDC' } }],
  ['a negative amount', { sell_amount: { value: '-25', currency: 'USDC' } }],
  ['an amount with an exponent', { sell_amount: { value: '25e3', currency: 'USDC' } }],
  ['an amount with a group separator', { sell_amount: { value: '1,000', currency: 'USDC' } }],
  ['a move to a Coinbase account', { payment_method: 'CRYPTO_ACCOUNT' }],
  ['a move to a Coinbase wallet', { payment_method: 'CRYPTO_WALLET' }],
  ['no deposit address', { to_address: '' }],
  ['a deposit address that is none', { to_address: 'shop.eth' }],
  ['a deposit address with a wrong checksum', { to_address: '0x5aAeb6053F3E94C9b9A09f33669435E7Ef1Beaed' }],
  ['the zero address', { to_address: `0x${'0'.repeat(40)}` }],
  ["a token's contract as deposit address", { to_address: '0x833589fcd6edb6e08f4c7c32d4f71b54bda02913' }],
  ['the sender as deposit address', { to_address: FROM }],
  ['no sender', { from_address: undefined }],
  ['no creation time', { created_at: undefined }],
  ['a creation time without a zone', { created_at: '2026-08-11T15:00:00' }],
];
for (const [name, change] of REFUSED) {
  test(`refuses ${name}`, () => {
    assert.throws(() => make(change), refusedAs('order-refused'));
  });
}

test('refuses an order that is not in the list', () => {
  assert.throws(() => makeInstruction(undefined, CREATED), refusedAs('order-refused'));
});

test('an order that has a transfer is already being paid', () => {
  assert.throws(() => make({ tx_hash: `0x${'ab'.repeat(32)}` }), refusedAs('already-claimed'));
});

test('nothing is granted in the last 3 minutes of the 30, 5 on Ethereum', () => {
  assert.ok(make({}, CREATED + 27 * MINUTE - 1));
  assert.throws(() => make({}, CREATED + 27 * MINUTE), refusedAs('order-expired'));
  assert.ok(make({ network: 'ethereum' }, CREATED + 25 * MINUTE - 1));
  assert.throws(() => make({ network: 'ethereum' }, CREATED + 25 * MINUTE), refusedAs('order-expired'));
});

test('a creation time in the future does not lengthen the life of the order', () => {
  assert.equal(make({}, CREATED - 60 * MINUTE).deadline, '2026-08-11T14:27:00.000Z');
});
