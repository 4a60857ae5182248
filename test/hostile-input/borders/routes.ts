// The kit's other roads: queries, quotes, Coinbase's catalogue, and webhooks, right and forged.
import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import * as fc from 'fast-check';
import { createKit, listOf, record, SHOP, TO } from '../../server/fixture.ts';
import { eventOf, signed, WEBHOOK_SECRET } from '../../server/webhook-fixture.ts';
import { border, checkKeys, checkWords, type Verdict } from '../border.ts';
import { type Sent, sent } from '../damage.ts';
import * as oracle from '../oracle.ts';
import { amounts, HOSTILE, SECRET, texts, times, words } from '../texts.ts';

/** Nothing of an attack should end at a limit of its own pace. */
const MANY = 1_000_000_000;
const limits = {
  tokensPerUser: MANY,
  tokensPerIp: MANY,
  quotesPerUser: MANY,
  pagesPerUser: MANY,
  quotesPerSecond: MANY,
};

const config = {
  countries: [
    { id: 'US', subdivisions: ['CA', 'NY'], payment_methods: [{ id: 'ACH_BANK_ACCOUNT' }, { id: 'FIAT_WALLET' }] },
    { id: 'DE', subdivisions: [], payment_methods: [{ id: 'FIAT_WALLET' }] },
  ],
};
const USDC = '0x833589fCD6eDb6E08f4c7C32D4f71b54bdA02913';
const options = {
  cashout_currencies: [{ id: 'EUR', limits: [{ id: 'FIAT_WALLET', min: '2', max: '1000000' }] }],
  sell_currencies: [
    {
      ...{ id: 'u', symbol: 'USDC', name: 'USDC', icon_url: `https://${HOSTILE}.example/` },
      networks: [
        { name: 'base', display_name: 'Base', icon_url: '', chain_id: '8453', contract_address: USDC },
        { name: 'ethereum', display_name: 'Ethereum', chain_id: '1', contract_address: `0x${'de'.repeat(20)}` },
      ],
    },
    {
      symbol: 'ETH',
      name: 'Ether',
      networks: [{ name: 'base', display_name: 'Base', chain_id: '8453', contract_address: '' }],
    },
  ],
};
const price = {
  cashout_total: { value: '24.75', currency: 'EUR' },
  cashout_subtotal: { value: '25', currency: 'EUR' },
  coinbase_fee: { value: '0.25', currency: 'EUR' },
  quote_id: SECRET,
};
const wish = {
  asset: 'USDC',
  network: 'base',
  amount: '25',
  fiatCurrency: 'EUR',
  country: 'DE',
  paymentMethod: 'FIAT_WALLET',
};

/** Coinbase's host, with one answer of it in the attacker's hands. */
const coinbaseWith = (instead: { path?: RegExp; text?: string } = {}) => {
  const asked: { url: URL; body: string }[] = [];
  const fetch: typeof globalThis.fetch = async (input, init) => {
    const url = new URL(`${input}`);
    asked.push({ url, body: String(init?.body ?? '') });
    if (instead.path?.test(url.pathname)) return new Response(instead.text);
    if (url.pathname.endsWith('/config')) return Response.json(config);
    if (url.pathname.endsWith('/options')) return Response.json(options);
    if (url.pathname.endsWith('/quote')) return Response.json(price);
    if (url.pathname.endsWith('/token')) return Response.json({ token: SECRET });
    return Response.json(listOf(record()));
  };
  return { asked, fetch };
};

const upstream = coinbaseWith();
const kit = createKit({ limits, fetch: upstream.fetch, operator: () => true, webhookSecret: WEBHOOK_SECRET });
const { statusUrl, partnerUserRef } = await kit.mint();

const FITTING = [400, 404, 413, 415, 422, 429, 502];

const check = async (response: Response, also: readonly number[] = []): Promise<Verdict> => {
  assert.equal(response.headers.get('set-cookie'), null);
  if (response.ok) return 'accepted';
  assert.ok([...FITTING, ...also].includes(response.status), `answered ${response.status}`);
  const body = (await response.json()) as { code: string; message: string };
  checkKeys(body, ['code', 'message', 'limits']);
  checkWords(body.message);
  return 'refused';
};

/** A value as somebody may write it into an address. */
const written = (values: fc.Arbitrary<string>): fc.Arbitrary<string> =>
  fc
    .tuple(
      values.map((text) => text.replace(/[\ud800-\udfff]/g, '').slice(0, 3_000)),
      fc.constantFrom(encodeURIComponent, encodeURIComponent, encodeURI, (text: string) => text),
    )
    .map(([text, encode]) => encode(text));

const NAMES = [
  'country',
  'subdivision',
  'page_key',
  'from',
  'to',
  'page_size',
  'start_date',
  '__proto__',
  'country[]',
  'Country',
];
const VALUES = new Map<string, fc.Arbitrary<string>>(
  Object.entries({
    country: fc.oneof(fc.constantFrom('US', 'DE', 'US', 'DE', 'XX', 'us', 'USA'), words),
    subdivision: fc.oneof(fc.constantFrom('CA', 'NY', 'ZZ', '', 'ca'), words),
    page_key: fc.oneof(fc.constantFrom('abc', 'eyJndF9za2lwIjowfQ==', partnerUserRef, '..%2f', 'a&page_size=1'), texts),
    from: fc.oneof(fc.constantFrom('2026-01-01', '2026-01-01T00:00:00Z', '2026-13-01', '2026-02-30', '26-1-1'), times),
  }),
);
const valuesOf = (name: string): fc.Arbitrary<string> => VALUES.get(name === 'to' ? 'from' : name) ?? texts;

interface Asked {
  path: string;
  pairs: readonly (readonly [string, string])[];
  lastId: string;
}

/** Coinbase is asked in words that the kit has looked at, one each. */
const checkAsked = (url: URL): void => {
  const known: Record<string, (value: string) => boolean> = {
    country: (value) => ['US', 'DE'].includes(value),
    subdivision: (value) => ['CA', 'NY'].includes(value),
    page_size: (value) => value === '50' || value === '100',
    page_key: (value) => oracle.isMadeOf(value, BASE64, 1, 512),
    start_date: isDay,
    end_date: isDay,
  };
  assert.equal(url.origin, 'https://api.developer.coinbase.com');
  assert.match(
    url.pathname,
    /^\/onramp\/v1\/sell\/(config|options|transactions|user\/[A-Za-z0-9_-]{44}\/transactions)$/,
  );
  for (const name of url.searchParams.keys()) {
    const values = url.searchParams.getAll(name);
    assert.ok(values.length === 1 && known[name]?.(values[0] ?? ''), `asks Coinbase with ${name}=${values}`);
  }
};
const BASE64 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/=_-';
const isDay = (text: string): boolean =>
  oracle.instantOf(text) !== undefined || oracle.instantOf(`${text}T00:00:00Z`) !== undefined;

const queries = border<Asked>({
  name: 'server kit: queries',
  share: 15,
  input: fc.record({
    path: fc.constantFrom(
      ...[
        '/config',
        '/options',
        '/options',
        '/options',
        '/transactions',
        '/transactions',
        '/sales',
        statusUrl,
        `${statusUrl}/events`,
      ],
    ),
    pairs: fc.array(
      fc.constantFrom(...NAMES).chain((name) => written(valuesOf(name)).map((value) => [name, value] as const)),
      { maxLength: 3 },
    ),
    lastId: fc.oneof({ weight: 3, arbitrary: fc.constant('') }, words),
  }),
  judge: async ({ path, pairs, lastId }) => {
    upstream.asked.splice(0);
    const query = pairs.map(([name, value]) => `${name}=${value}`).join('&');
    let response: Response;
    try {
      new Headers({ 'last-event-id': lastId });
      response = await kit.ask('GET', `${path}?${query}`, undefined, { 'last-event-id': lastId });
    } catch {
      // No client could send it.
      return 'ignored';
    }
    for (const { url } of upstream.asked) checkAsked(url);
    if (path.endsWith('/events')) await response.body?.cancel();
    return check(response);
  },
});

const isPlain = (text: unknown): boolean => oracle.fractionOf(text) !== undefined;

const checkPrice = (body: Record<string, Record<string, unknown> | undefined>): void => {
  checkKeys(body, ['asset', 'network', 'amount', 'fiat', 'fee', 'paymentMethod', 'limits']);
  for (const money of [body.fiat, body.fee]) {
    assert.ok(isPlain(money?.value), `the money ${money?.value}`);
    assert.match(String(money?.currency), /^[A-Z]{3}$/);
  }
  const { min = '0', max = '0', currency } = body.limits ?? { currency: 'EUR' };
  assert.ok(isPlain(min) && isPlain(max) && /^[A-Z]{3}$/.test(String(currency)), 'limits that are none');
  const { over = 0n } = oracle.fractionOf(body.amount) ?? {};
  assert.ok(over > 0n && oracle.rowOf(body.asset, body.network));
};

const quoteRequests = border<Sent>({
  name: 'server kit: POST quote',
  share: 10,
  input: fc.oneof(
    sent(wish),
    amounts.map((amount) => ({ text: JSON.stringify({ ...wish, amount }), isDamaged: true })),
  ),
  judge: async ({ text, isDamaged }) => {
    upstream.asked.splice(0);
    const response = await kit.ask('POST', '/quote', text);
    for (const { url, body } of upstream.asked) {
      if (!url.pathname.endsWith('/quote')) continue;
      // Neither an address nor a reference: with both, Coinbase would begin an order.
      checkKeys(JSON.parse(body), [
        ...[
          'sell_currency',
          'sell_network',
          'sell_amount',
          'cashout_currency',
          'payment_method',
          'country',
          'subdivision',
        ],
      ]);
    }
    assert.ok(response.ok || isDamaged, 'a right question is refused');
    if (response.ok) checkPrice((await response.clone().json()) as Parameters<typeof checkPrice>[0]);
    return check(response);
  },
});

/** Chains and contracts are the table's, whatever Coinbase says. */
const checkOptions = (body: { sell_currencies: { symbol: string; networks: Record<string, string>[] }[] }): void => {
  for (const { symbol, networks } of body.sell_currencies) {
    for (const { name, chain_id: chainId, contract_address: contract } of networks) {
      const row = oracle.rowOf(symbol, name);
      assert.ok(row, `${symbol} on ${name}`);
      assert.deepEqual([chainId, contract], [`${row.chainId}`, row.token ?? '']);
    }
  }
};

const CATALOG = {
  '/config': { right: config, path: /\/config$/ },
  '/options': { right: options, path: /\/options$/ },
  '/quote': { right: price, path: /\/quote$/ },
};

const catalog = border<{ of: keyof typeof CATALOG; sent: Sent }>({
  name: "server kit: Coinbase's config, options and quotes",
  share: 12,
  input: fc
    .constantFrom(...(Object.keys(CATALOG) as (keyof typeof CATALOG)[]))
    .chain((of) => fc.record({ of: fc.constant(of), sent: sent(CATALOG[of].right, { data: CATALOG[of].right }) })),
  judge: async ({ of, sent: { text, isDamaged } }) => {
    const { fetch } = coinbaseWith({ path: CATALOG[of].path, text });
    const fresh = createKit({ limits, fetch });
    const response =
      of === '/quote'
        ? await fresh.ask('POST', '/quote', wish)
        : await fresh.ask('GET', of === '/options' ? '/options?country=DE' : of);
    assert.ok(response.ok || isDamaged, 'a right answer is refused');
    if (response.ok) {
      const told = await response.clone().text();
      for (const foreign of ['icon_url', 'quote_id', 'toJSON', '__proto__'])
        assert.ok(!told.includes(`"${foreign}":`), foreign);
      if (of === '/options') checkOptions(JSON.parse(told));
      if (of === '/quote') checkPrice(JSON.parse(told));
    }
    return check(response);
  },
});

interface Hooked {
  sent: Sent;
  /** Changes of the signature's header, or of another header, by place; none is a right signature. */
  forged:
    | 'no'
    | 'body'
    | 'secret'
    | { t: string }
    | { h: string }
    | { v1: string }
    | { header: string }
    | { other: string };
}

const TIMES = [
  '0',
  '',
  '-1',
  '1e9',
  '99999999999999999999',
  ' 5',
  '٥',
  '5.5',
  '0x5',
  'now-301',
  'now+61',
  'now+60',
  'now-299',
];

const forgeries: fc.Arbitrary<Hooked['forged']> = fc.oneof(
  { weight: 6, arbitrary: fc.constant('no' as const) },
  { weight: 2, arbitrary: fc.constantFrom('body' as const, 'secret' as const) },
  fc.constantFrom(...TIMES).map((t) => ({ t })),
  fc
    .constantFrom(
      '',
      ' ',
      'x-none',
      'content-type',
      'x-event-id  x-event-type',
      'content-type content-type',
      '__proto__',
      'Host',
    )
    .map((h) => ({ h })),
  fc
    .oneof(fc.constantFrom('', '0'.repeat(64), 'F'.repeat(64), '0'.repeat(63), `${'0'.repeat(64)}\n`), words)
    .map((v1) => ({ v1 })),
  words.map((header) => ({ header })),
  words.map((other) => ({ other })),
);

/** The body, the headers and the time they were signed at. */
const request = ({ sent: { text }, forged }: Hooked): { body: string; headers: Record<string, string> } => {
  const now = Math.floor(Date.now() / 1000);
  if (forged === 'secret') return signed(text, { secret: 'a-secret-of-somebody-else' });
  const right = signed(text);
  if (forged === 'no') return right;
  if (forged === 'body') return { ...right, body: `${text} ` };
  if ('other' in forged) return { ...right, headers: { ...right.headers, 'x-event-type': forged.other } };
  if ('header' in forged) return { ...right, headers: { ...right.headers, 'x-hook0-signature': forged.header } };
  if ('t' in forged) {
    const at = /^now([+-]\d+)$/.exec(forged.t);
    if (at) return signed(text, { t: now + Number(at[1]) });
  }
  const signature = Object.entries(forged).reduce(
    (header, [name, value]) => header.replace(new RegExp(`(?<=(^|,)${name}=)[^,]*`), () => value),
    right.headers['x-hook0-signature'] ?? '',
  );
  return { ...right, headers: { ...right.headers, 'x-hook0-signature': signature } };
};

/** Whether Coinbase said this now, by the letters of its guide and by Node's own cryptography. */
const isCoinbases = (headers: Headers, body: string): boolean => {
  const parts = (headers.get('x-hook0-signature') ?? '').split(',').map((part) => part.trim());
  const [t = '', h = '', v1 = ''] = ['t=', 'h=', 'v1='].map((name) =>
    parts.find((part) => part.startsWith(name))?.slice(name.length),
  );
  const values = h
    .split(' ')
    .filter(Boolean)
    .map((name) => headers.get(name));
  const mark = createHmac('sha256', WEBHOOK_SECRET)
    .update(`${t}.${h}.${values.join('.')}.`)
    .update(body)
    .digest('hex');
  const age = Date.now() / 1000 - Number(t);
  return mark === v1.toLowerCase() && age < 301 && age > -61;
};

const BIG = 16 * 1024;
const events = [
  eventOf({ transactionId: 'order-1' }),
  eventOf({
    transactionId: 'order-1',
    partnerUserRef,
    status: 'TRANSACTION_STATUS_SUCCESS',
    eventType: 'offramp.transaction.success',
  }),
  eventOf({ transactionId: 'order-2', redirectUrl: `${SHOP}/done?offramp-sale=sale-1.nonce` }),
];

const webhooks = border<Hooked>({
  name: 'server kit: webhooks',
  share: 12,
  input: fc.record({ sent: sent(...events), forged: forgeries }),
  judge: async (input) => {
    const { body, headers } = request(input);
    let asked: Request;
    try {
      asked = new Request(`${SHOP}/api/offramp/webhook`, { method: 'POST', headers, body });
    } catch {
      return 'ignored';
    }
    const isTrue = isCoinbases(asked.headers, body);
    const fresh = createKit({ limits, webhookSecret: WEBHOOK_SECRET });
    const sale = await fresh.mint();
    const response = await fresh.handler(asked);
    const isSmall = Buffer.byteLength(body) <= BIG;
    assert.ok(!response.ok || isTrue, 'believes a stranger');
    assert.ok(response.ok || !isTrue || !isSmall || input.forged !== 'no', `answers Coinbase with ${response.status}`);
    // Whatever was said, the order is paid to where it was, in the same amount; only how it stands may be new.
    const status = await fresh.ask('GET', sale.statusUrl);
    assert.equal(status.status, 200);
    const { transactions } = (await status.json()) as { transactions: Record<string, unknown>[] };
    assert.equal(transactions.length, 1);
    const { transaction_id: id, to_address: to, sell_amount: amount, asset, network } = transactions[0] ?? {};
    assert.deepEqual(
      { id, to, amount, asset, network },
      { id: 'order-1', to: TO, amount: { value: '25', currency: 'USDC' }, asset: 'USDC', network: 'base' },
    );
    return response.status === 204 ? 'accepted' : check(response, [401]);
  },
});

export const routeBorders = [queries, quoteRequests, catalog, webhooks];
