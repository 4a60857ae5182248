// A tiny Coinbase and a kit wired to it, for the kit's own tests. Knows fetch's shape; never opens a connection.
import { createOfframpHandler, type OfframpOptions } from '../../src/server.ts';

export const SHOP = 'https://shop.example';
export const FROM = '0x1111111111111111111111111111111111111111';
export const TO = '0x2222222222222222222222222222222222222222';
export const HASH = `0x${'ab'.repeat(32)}`;
export const SECRET = 'a-secret-of-the-kit-for-tests-0123456789';
export const TOKEN = 'c2Vzc2lvbi10b2tlbi1vZi10aGUtdGVzdA==';
export const BODY = { saleId: 'sale-1', address: FROM, asset: 'USDC', network: 'base', redirectUrl: `${SHOP}/done` };

/** A fresh Ed25519 secret in the portal's form. */
export const makeSecret = async (): Promise<string> => {
  const pair = await crypto.subtle.generateKey('Ed25519', true, ['sign', 'verify']);
  const { d = '', x = '' } = await crypto.subtle.exportKey('jwk', (pair as CryptoKeyPair).privateKey);
  return Buffer.concat([Buffer.from(d, 'base64url'), Buffer.from(x, 'base64url')]).toString('base64');
};
export const API_KEY_SECRET = await makeSecret();

/** An order as Coinbase's list has it, awaiting 25 USDC on Base, begun a minute ago. */
export const record = (changes: Record<string, unknown> = {}): Record<string, unknown> => ({
  transaction_id: 'order-1',
  status: 'TRANSACTION_STATUS_STARTED',
  asset: 'USDC',
  network: 'base',
  sell_amount: { value: '25', currency: 'USDC', cbrn: '' },
  total: { value: '24.75', currency: 'USD', cbrn: '' },
  from_address: FROM,
  to_address: TO,
  tx_hash: '',
  redirect_url: `${SHOP}/done?secret=1`,
  payment_method: 'FIAT_WALLET',
  created_at: new Date(Date.now() - 60_000).toISOString(),
  updated_at: new Date(Date.now() - 60_000).toISOString(),
  ...changes,
});

export const listOf = (...transactions: unknown[]) => ({
  transactions,
  next_page_key: '',
  total_count: `${transactions.length}`,
  secret_field: 'never to be told',
});

/** Coinbase's host in the test: what it was asked, and what it will answer. */
export const createUpstream = () => {
  const upstream = {
    asked: [] as Request[],
    list: listOf(record()) as unknown,
    token: { token: TOKEN, channel_id: '' } as unknown,
    headers: {} as Record<string, string>,
    /** Replaces every answer. */
    answer: undefined as ((request: Request) => Response | Promise<Response>) | undefined,
    fetch: (async (input, init) => {
      const request = new Request(input, init);
      upstream.asked.push(request.clone());
      if (upstream.answer) return upstream.answer(request);
      const body = request.url.endsWith('/token') ? upstream.token : upstream.list;
      return Response.json(body, { headers: upstream.headers });
    }) as typeof fetch,
  };
  return upstream;
};

/** A kit whose user is named by the header `x-user` and whose visitor is always 203.0.113.7. */
export const createKit = (changes: Partial<OfframpOptions> = {}) => {
  const upstream = createUpstream();
  const handler = createOfframpHandler({
    apiKeyId: 'key-1',
    apiKeySecret: API_KEY_SECRET,
    origins: [SHOP, 'https://www.shop.example'],
    authorize: (request) => request.headers.get('x-user'),
    clientIp: () => '203.0.113.7',
    secret: SECRET,
    fetch: upstream.fetch,
    ...changes,
  });
  /** A same-origin request of a signed-in visitor; a header set to '' is left out. */
  const ask = (method: string, path: string, body?: unknown, headers: Record<string, string> = {}) => {
    const all = { 'x-user': 'ann', origin: SHOP, 'content-type': 'application/json', ...headers };
    return handler(
      new Request(`${SHOP}${path}`, {
        method,
        headers: Object.entries(all).filter(([, value]) => value !== ''),
        ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
      }),
    );
  };
  const mint = async (saleId = 'sale-1', user = 'ann') => {
    const answer = await ask('POST', '/api/offramp/token', { ...BODY, saleId }, { 'x-user': user });
    return (await answer.json()) as { partnerUserRef: string; statusUrl: string; claimUrl: string; now: string };
  };
  return { upstream, handler, ask, mint };
};

/** The status and the code of an answer. */
export const codeOf = async (response: Response | Promise<Response>): Promise<[number, string]> => {
  const answer = await response;
  const { code, message } = (await answer.json()) as { code: string; message: string };
  if (!/^[A-Z].*\.$/.test(message)) throw new Error(`not a sentence: ${message}`);
  return [answer.status, code];
};
