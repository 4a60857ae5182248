import { expect } from 'chai';
import { parseList, type SaleRecord } from '../src/schema.ts';
import { coinbaseRecord } from './fixtures/backends.ts';

/** The one record of a list that Coinbase, or a backend, wrote in its own way. */
const read = (change: object, spoil: (row: object) => object = (row) => row): Partial<SaleRecord> =>
  parseList({ transactions: [spoil({ ...coinbaseRecord, ...change })] })?.transactions[0] ?? {};

const camel = (row: object): object =>
  Object.fromEntries(
    Object.entries(row).map(([key, value]) => [
      key.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase()),
      value,
    ]),
  );

describe("Coinbase's list", () => {
  const { cbrn: _, ...sold } = coinbaseRecord.sell_amount;
  const plain = { ...coinbaseRecord, status: 'STARTED', sell_amount: sold, total: { value: '24.75', currency: 'USD' } };

  it('is read as the reference writes it', () => expect(read({})).to.deep.equal(plain));
  it('is read in camelCase', () => expect(read({}, camel)).to.deep.equal(plain));
  it('is read with "id" for the transaction id', () => {
    expect(read({ transaction_id: undefined, id: 'the-id' }).transaction_id).to.equal('the-id');
    expect(read({ transaction_id: null, id: 'the-id' }).transaction_id).to.equal('the-id');
    expect(read({ id: 'another' }).transaction_id).to.equal(coinbaseRecord.transaction_id);
  });
  it('takes the snake_case key where both are there', () => {
    expect(read({ toAddress: '0xevil' }).to_address).to.equal(coinbaseRecord.to_address);
    expect(read({}, (row) => ({ toAddress: '0xevil', ...row })).to_address).to.equal(coinbaseRecord.to_address);
  });

  for (const [status, word] of [
    ['TRANSACTION_STATUS_CREATED', 'CREATED'],
    ['STARTED', 'STARTED'],
    ['TRANSACTION_STATUS_TRANSACTION_STATUS_SUCCESS', 'TRANSACTION_STATUS_SUCCESS'],
    ['transaction_status_success', 'transaction_status_success'],
    ['SOMETHING_NEW', 'SOMETHING_NEW'],
    ['', ''],
    [0, 'UNSPECIFIED'],
    [1, 'CREATED'],
    [2, 'EXPIRED'],
    [3, 'STARTED'],
    [4, 'SUCCESS'],
    [5, 'FAILED'],
    [6, '6'],
    [-1, '-1'],
    [3.5, '3.5'],
  ] as const) {
    it(`reads the status ${JSON.stringify(status)} as "${word}"`, () => expect(read({ status }).status).to.equal(word));
  }

  it('leaves the spelling of networks to the table of assets', () => {
    expect(read({ network: 'networks/base-mainnet' }).network).to.equal('networks/base-mainnet');
  });
  it('takes null for absent', () => {
    const record = read({ total: null, tx_hash: null, to_address: null });
    expect(record.total).to.equal(undefined);
    expect(record.tx_hash).to.equal(undefined);
    expect(record.to_address).to.equal(undefined);
  });
  it('may be empty, with any count and key of a next page', () => {
    for (const total_count of ['3', 123, null, undefined]) {
      expect(parseList({ transactions: [], total_count, next_page_key: '' })).to.deep.equal({ transactions: [] });
    }
  });
  it('is cut after a thousand records', () => {
    expect(parseList({ transactions: Array(1500).fill(coinbaseRecord) })?.transactions).to.have.lengthOf(1000);
  });
  it('tells the time where the backend does', () => {
    expect(parseList({ transactions: [], now: '2026-08-11T15:20:00Z' })?.now).to.equal('2026-08-11T15:20:00Z');
    expect(parseList({ transactions: [], now: null })?.now).to.equal(undefined);
    expect(parseList({ transactions: [], now: 'noon' })).to.equal(undefined);
  });

  for (const [name, value] of [
    ['nothing', undefined],
    ['null', null],
    ['a bare list', [coinbaseRecord]],
    ['a text', 'transactions'],
    ['no transactions', {}],
    ['null for transactions', { transactions: null }],
    ['an object for transactions', { transactions: { 0: coinbaseRecord, length: 1 } }],
    ['a record of null', { transactions: [null] }],
    ['a record that is a list', { transactions: [[]] }],
    ['a record without an id', { transactions: [{ ...coinbaseRecord, transaction_id: undefined }] }],
    ['a record with a number for an id', { transactions: [{ ...coinbaseRecord, transaction_id: 7 }] }],
    ['a record without a status', { transactions: [{ ...coinbaseRecord, status: undefined }] }],
    ['a record with a word beyond measure', { transactions: [{ ...coinbaseRecord, status: 'S'.repeat(81) }] }],
    [
      'an amount that is a number',
      { transactions: [{ ...coinbaseRecord, sell_amount: { value: 25, currency: 'USDC' } }] },
    ],
    ['an amount without its currency', { transactions: [{ ...coinbaseRecord, sell_amount: { value: '25' } }] }],
    ['an address that is an object', { transactions: [{ ...coinbaseRecord, to_address: {} }] }],
  ] as const) {
    it(`is none in ${name}`, () => expect(parseList(value)).to.equal(undefined));
  }

  it('cannot pollute a prototype, nor be read from one', () => {
    const row =
      '{"transaction_id":"1","status":"FAILED","__proto__":{"to_address":"0x1"},"constructor":{"prototype":{"x":1}}}';
    const list = parseList(JSON.parse(`{"transactions":[${row}],"__proto__":{"now":"2026-01-01T00:00:00Z"}}`));
    expect(list).to.deep.equal({ transactions: [{ transaction_id: '1', status: 'FAILED' }] });
    expect(list?.now).to.equal(undefined);
    expect(list?.transactions[0]?.to_address).to.equal(undefined);
    expect(({} as { x?: number }).x).to.equal(undefined);
  });
});
