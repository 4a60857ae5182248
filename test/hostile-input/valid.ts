// Right answers, as the house's neighbours give them: what an attack damages. Knows their shapes; does not know what is done to them.
import { NO_SALE } from '../../src/no-sale.ts';

import { FROM, NOON, OTHER, SECRET, TO } from './texts.ts';

export const HASH = `0x${'5c'.repeat(32)}`;
export const USDC = '0x833589fCD6eDb6E08f4c7C32D4f71b54bdA02913';
const at = (ms: number): string => new Date(NOON + ms).toISOString();

export const tokenAnswer = {
  token: SECRET,
  partnerUserRef: 'ref-1',
  statusUrl: '/api/sales/ref-1',
  claimUrl: '/api/sales/ref-1/claim',
  eventsUrl: 'https://shop.example/events',
  now: at(0),
};

/** Coinbase's own answer, passed through. */
export const plainTokenAnswer = { token: SECRET, channel_id: '' };

export const record = (change: object = {}) => ({
  transaction_id: 'order-1',
  status: 'TRANSACTION_STATUS_STARTED',
  asset: 'USDC',
  network: 'base',
  sell_amount: { value: '25', currency: 'USDC', cbrn: '' },
  total: { value: '24.75', currency: 'USD', cbrn: '' },
  from_address: FROM,
  to_address: TO,
  tx_hash: '',
  redirect_url: 'https://shop.example/done',
  payment_method: 'FIAT_WALLET',
  created_at: at(-60_000),
  updated_at: at(-30_000),
  ...change,
});

const native = {
  asset: 'ETH',
  network: 'ethereum',
  sell_amount: { value: '0.5', currency: 'ETH' },
  created_at: at(-5_000),
};

const camelRecord = {
  id: 'order-1',
  status: 3,
  asset: 'USDC',
  network: 'networks/base-mainnet',
  sellAmount: { value: '25', currency: 'USDC' },
  fromAddress: FROM,
  toAddress: TO,
  txHash: null,
  paymentMethod: 'ACH_BANK_ACCOUNT',
  createdAt: at(-60_000),
};

const listOf = (...transactions: object[]) => ({
  transactions,
  next_page_key: '',
  total_count: `${transactions.length}`,
  now: at(0),
});

const old = { created_at: at(-3 * 86_400_000), transaction_id: 'order-0', to_address: OTHER };

export const lists = [
  listOf(record()),
  listOf(record(native)),
  { transactions: [camelRecord], nextPageKey: null, totalCount: 1 },
  listOf(record(), record({ ...old, status: 'TRANSACTION_STATUS_FAILED' }), record(old)),
  listOf(record({ transaction_id: 'order-2', status: 'TRANSACTION_STATUS_EXPIRED' }), record()),
  listOf(record({ status: 'TRANSACTION_STATUS_SUCCESS', tx_hash: HASH })),
  listOf(),
];

export const instruction = {
  transactionId: 'order-1',
  chainId: 8453,
  asset: 'USDC',
  token: USDC,
  to: TO,
  from: FROM,
  amount: '25',
  units: '25000000',
  deadline: at(26 * 60_000),
};

export const claimAnswer = { instruction, signature: 'a..b' };

export const errorBodies = [
  { code: 'already-claimed', message: `h0stile ${SECRET}` },
  { code: 'order-expired', message: 'x' },
  { code: 'order-refused', message: 'x' },
  { code: 'unknown', message: 'https://h0stile.example' },
];

export const quoteAnswer = {
  asset: 'USDC',
  network: 'base',
  amount: '25',
  fiat: { value: '24.75', currency: 'EUR' },
  fee: { value: '0.25', currency: 'EUR' },
  paymentMethod: 'FIAT_WALLET',
  limits: { min: '2', max: '1000000', currency: 'EUR' },
};

export const quoteRefusal = {
  code: 'amount-out-of-range',
  message: `h0stile ${SECRET}`,
  limits: { min: '2', currency: 'EUR' },
};

export const quoteRequest = { asset: 'USDC', network: 'base', amount: '25', fiatCurrency: 'EUR' };

export const returnSignal = {
  source: 'offramp-button',
  version: 1,
  type: 'returned',
  sale: 'sale-1',
  nonce: 'f'.repeat(32),
};

export const tokenRequest = {
  saleId: 'sale-1',
  address: FROM,
  asset: 'USDC',
  network: 'base',
  redirectUrl: 'https://shop.example/done',
};

export const claimRequest = { saleId: 'sale-1', transactionId: 'order-1' };
export const claimReport = { txHash: HASH };

export const order = {
  transactionId: 'order-1',
  asset: 'USDC',
  network: 'base',
  chainId: 8453,
  token: USDC,
  to: TO,
  from: FROM,
  amount: '25',
  units: '25000000',
  deadline: NOON + 26 * 60_000,
};

const attempt = { askedAt: NOON, nonce: '0x7', block: '0x64' };

export const sale = (change: object = {}) => ({
  ...NO_SALE,
  revision: 7,
  stage: 'ordered',
  id: 'sale-1',
  nonce: 'f'.repeat(32),
  asset: 'USDC',
  network: 'base',
  amount: '25',
  from: FROM,
  presentation: 'popup',
  partnerUserRef: 'ref-1',
  statusUrl: '/api/sales/ref-1',
  claimUrl: '/api/sales/ref-1/claim',
  startedAt: NOON - 120_000,
  skew: -120,
  returned: true,
  pressed: false,
  asked: false,
  order,
  attempt: null,
  txHash: null,
  status: 'STARTED',
  fiat: { value: '24.75', currency: 'USD' },
  ...change,
});

export const sales = [
  sale(),
  sale({ stage: 'selling', order: null, status: null, fiat: null }),
  sale({ stage: 'unsure', attempt, asked: true }),
  sale({ stage: 'settling', attempt, asked: true, txHash: HASH, status: 'SUCCESS' }),
  sale({ stage: 'failed', error: 'order-expired' }),
];

export const claim = { saleId: 'sale-1', attempt };
