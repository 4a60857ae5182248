// What a page may write on the element, and the address of Coinbase's window that comes of it.
import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import { OfframpError } from '../../../src/errors.ts';
import { payUrl, returnUrl } from '../../../src/pay-url.ts';
import { readQuoteWish, readWish, type Wish } from '../../../src/wish.ts';
import { border, checkError, checkKeys } from '../border.ts';
import * as oracle from '../oracle.ts';
import { amounts, SECRET, urls, words } from '../texts.ts';
import { make, things } from '../things.ts';

const PAGE = { href: 'https://user:s3cret-t0ken@shop.example/pay/out?step=2#x', base: 'https://shop.example/pay/' };

/** A text, or by its name a thing that a script can set as a property. */
type Written = { text: string } | { thing: string };

const written = (texts: fc.Arbitrary<string>, ...usual: readonly string[]): fc.Arbitrary<Written | null> =>
  fc.oneof(
    { weight: 12, arbitrary: fc.constantFrom(...usual).map((text) => ({ text })) },
    { weight: 6, arbitrary: texts.map((text) => ({ text })) },
    { weight: 1, arbitrary: things.map((thing) => ({ thing })) },
    { weight: 1, arbitrary: fc.constant(null) },
  );

const FIELDS: { [Key in keyof Wish]: fc.Arbitrary<Written | null> } = {
  tokenEndpoint: written(urls, '/api/token', 'https://shop.example/token'),
  statusEndpoint: written(urls, '', '/api/status'),
  asset: written(words, 'USDC', 'eth', ''),
  network: written(words, 'base', 'ethereum', ''),
  amount: written(amounts, '', '25', '0.5'),
  fiatAmount: written(amounts, '', '20'),
  fiatCurrency: written(words, 'EUR', ''),
  cashoutMethod: written(words, 'ACH_BANK_ACCOUNT', ''),
  redirectUrl: written(urls, '', '/back', 'https://shop.example/back#part'),
  presentation: written(words, 'popup', 'redirect', '') as fc.Arbitrary<Written | null>,
  payOrigin: written(urls, '', 'https://pay.coinbase.com', 'http://127.0.0.1:4401') as fc.Arbitrary<Written | null>,
};

const CAPITALS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ';

const made = (one: Written | null): unknown => (one === null ? null : 'text' in one ? one.text : make(one.thing));

const isLoopback = (host: string): boolean => ['localhost', '127.0.0.1', '[::1]'].includes(host);

const checkPayUrl = (address: string, wish: Wish, back: string): void => {
  const url = new URL(address);
  const origin = new URL(wish.payOrigin);
  assert.equal(url.origin, origin.origin, 'another origin than the one that was set');
  assert.ok(url.protocol === 'https:' || (url.protocol === 'http:' && isLoopback(url.hostname)));
  assert.deepEqual([url.pathname, url.username, url.password, url.hash], ['/v3/sell/input', '', '', '']);
  const known = [
    'sessionToken',
    'partnerUserRef',
    'redirectUrl',
    'defaultAsset',
    'defaultNetwork',
    'presetCryptoAmount',
  ];
  for (const name of url.searchParams.keys()) {
    assert.ok([...known, 'presetFiatAmount', 'fiatCurrency', 'defaultCashoutMethod'].includes(name), name);
    assert.equal(url.searchParams.getAll(name).length, 1, 'a parameter twice');
  }
  assert.equal(url.searchParams.get('sessionToken'), SECRET);
  assert.equal(url.searchParams.get('partnerUserRef'), 'ref-1');
  assert.equal(url.searchParams.get('redirectUrl'), back);
  assert.equal(url.searchParams.get('presetCryptoAmount'), wish.amount);
};

const wish = border<{ [Key in keyof Wish]: Written | null }>({
  name: 'attributes: wish.readWish → pay-url.payUrl',
  share: 60,
  input: fc.record(FIELDS),
  judge: (fields) => {
    const values = Object.fromEntries(Object.entries(fields).map(([name, value]) => [name, made(value)]));
    let read: Wish;
    try {
      read = readWish(values, PAGE);
    } catch (thrown) {
      checkError(thrown, /^(no-endpoint|unknown-asset|bad-amount)$/);
      assert.ok(thrown instanceof OfframpError);
      return 'refused';
    }
    for (const address of [read.tokenEndpoint, read.redirectUrl]) assert.ok(oracle.isWebUrl(address), address);
    assert.ok(read.statusEndpoint === null || oracle.isWebUrl(read.statusEndpoint));
    assert.ok(
      !read.redirectUrl.includes(SECRET) && !read.redirectUrl.includes('#'),
      'tells the page’s password or fragment',
    );
    assert.ok(!new URL(read.redirectUrl).searchParams.has('offramp-sale'), 'keeps the mark of an earlier sale');
    const row = oracle.rowOf(read.asset, read.network);
    assert.ok(row && row.name === read.network, `${read.asset} on ${read.network}`);
    for (const [amount, decimals] of [
      [read.amount, row.decimals],
      [read.fiatAmount, 4],
    ] as const) {
      if (amount === null) continue;
      const { over, under } = oracle.fractionOf(amount) ?? { over: 0n, under: 1n };
      assert.ok(over > 0n && (over * 10n ** BigInt(decimals)) % under === 0n, `the amount ${amount}`);
    }
    assert.ok(['popup', 'redirect'].includes(read.presentation));
    for (const text of Object.values(read)) assert.ok(text === null || typeof text === 'string', 'no text');

    const back = returnUrl(read.redirectUrl, 'sale-1', 'nonce-1');
    const { asset, network, amount, fiatAmount, fiatCurrency, cashoutMethod, payOrigin } = read;
    const address = payUrl({
      ...{ payOrigin, token: SECRET, partnerUserRef: 'ref-1', redirectUrl: back },
      ...{ asset, network, amount, fiatAmount, fiatCurrency, cashoutMethod },
    });
    if (address === undefined) return 'refused';
    checkPayUrl(address, read, back);
    return 'accepted';
  },
});

const quoteWish = border<{ [Key in keyof Wish | 'quoteEndpoint']: Written | null }>({
  name: 'attributes: wish.readQuoteWish',
  share: 25,
  input: fc.record({ ...FIELDS, quoteEndpoint: written(urls, '/api/quote', 'https://shop.example/quote', '') }),
  judge: (fields) => {
    const values = Object.fromEntries(Object.entries(fields).map(([name, value]) => [name, made(value)]));
    // Nothing may be thrown: what is wrong is said at the press.
    const read = readQuoteWish(values, PAGE);
    if (!read) return 'ignored';
    const { endpoint, request } = read;
    assert.ok(oracle.isWebUrl(endpoint), endpoint);
    checkKeys(request, ['asset', 'network', 'amount', 'fiatCurrency', 'paymentMethod']);
    const row = oracle.rowOf(request.asset, request.network);
    const { over, under } = oracle.fractionOf(request.amount) ?? { over: 0n, under: 1n };
    assert.ok(row && over > 0n && (over * 10n ** BigInt(row.decimals)) % under === 0n, `the amount ${request.amount}`);
    for (const [word, letters, least, most] of [
      [request.fiatCurrency, CAPITALS, 3, 3],
      [request.paymentMethod, `${CAPITALS}_`, 2, 40],
    ] as const) {
      assert.ok(word === undefined || oracle.isMadeOf(word, letters, least, most), `the word ${word}`);
    }
    return 'accepted';
  },
});

export const wishBorders = [wish, quoteWish];
