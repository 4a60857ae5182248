// The OpenAPI description against the kit. `node test/server/openapi.test.ts --write` writes docs/openapi.json.
import assert from 'node:assert/strict';
import { existsSync, globSync, readFileSync, writeFileSync } from 'node:fs';
import { test } from 'node:test';
import { ERRORS } from '../../tools/errors.ts';
import { describeKit } from '../../tools/openapi.ts';
import { ROUTES } from '../../tools/routes.ts';
import { createDescription } from './described.ts';
import { API_KEY_SECRET, BODY, createKit, HASH, SHOP } from './fixture.ts';
import { openShop } from './shop.ts';
import { eventOf, signed, WEBHOOK_SECRET } from './webhook-fixture.ts';

const FILE = new URL('../../docs/openapi.json', import.meta.url);
const text = `${JSON.stringify(describeKit(), null, 2)}\n`;
if (process.argv.includes('--write')) writeFileSync(FILE, text);

const sources = ['src/server.ts', ...globSync('src/server/*.ts')].map((path) => readFileSync(path, 'utf8')).join('\n');
const sorted = (words: Iterable<string>): string[] => [...new Set(words)].sort();

test('docs/openapi.json is what the schemas say', () => {
  assert.ok(existsSync(FILE) && readFileSync(FILE, 'utf8') === text, 'run node test/server/openapi.test.ts --write');
});

test('every route of the kit is described, and no other', () => {
  const registered = [...sources.matchAll(/\bapp\.(get|post|put|patch|delete|all|on)\('([^']*)'/g)];
  assert.deepEqual(
    sorted(registered.map(([, method, path = '']) => `${method} ${path.replaceAll(/:(\w+)/g, '{$1}')}`)),
    sorted(ROUTES.map(({ method, path }) => `${method} ${path}`)),
  );
});

test('each address takes the methods that are described, and answers 405 to others', async () => {
  const { ask } = createKit({ operator: () => true, proveAddress: { challenge: () => never(), verify: () => false } });
  for (const path of sorted(ROUTES.map((route) => route.path))) {
    // It stands before the others, for a caller without an origin.
    if (path === '/webhook') continue;
    const answer = await ask('PUT', path.replace('{ref}', 'x'.repeat(44)));
    const described = ROUTES.filter((route) => route.path === path).map(({ method }) => method.toUpperCase());
    // A HEAD is answered wherever a GET is.
    const allowed = (answer.headers.get('allow') ?? '').split(', ').filter((method) => method !== 'HEAD');
    assert.deepEqual([answer.status, sorted(allowed)], [405, sorted(described)], path);
  }
});

const never = (): never => {
  throw new Error('Nobody asks for this.');
};

test('every code that the kit can answer is described, with its status', () => {
  // `new Refusal(status, 'code', …)` and its kin, over one line or many.
  const thrown = [...sources.matchAll(/(?:Refusal|super)\(\s*(\d{3}),\s*'([a-z-]+)'/g)];
  const bodies = [...sources.matchAll(/code: '([a-z-]+)',\s*message/g)].map(([, code = '']) => code);
  // `refuse` is 409, `bad` is 400; each has a code of its own as its last argument, or this one.
  const named = [...sources.matchAll(/\b(?:refuse|bad)\((?:'[^']*'|`[^`]*`), '([a-z-]+)'\)/g)].map(
    ([, code = '']) => code,
  );
  const defaults = [...sources.matchAll(/\bcode = '([a-z-]+)'/g)].map(([, code = '']) => code);
  const codes = [...thrown.map(([, , code = '']) => code), ...bodies, ...named, ...defaults];
  assert.deepEqual(sorted(codes), sorted(Object.keys(ERRORS)));
  for (const [, status, code] of thrown) {
    const known: readonly number[] = ERRORS[code as keyof typeof ERRORS].status;
    assert.ok(known.includes(Number(status)), `${status} ${code}`);
  }
});

test('each code belongs to a route, but those of no route', () => {
  const used = ROUTES.flatMap(({ errors }) => errors as readonly string[]);
  assert.deepEqual(sorted([...used, 'method-not-allowed']), sorted(Object.keys(ERRORS)));
});

test('the answers of every route, against the simulator, are as described', async (t) => {
  const description = createDescription(JSON.parse(readFileSync(FILE, 'utf8')));
  const { ask, mint, cashOut, simulator } = await openShop(t, {
    operator: (request) => request.headers.get('x-user') === 'operator',
    webhookSecret: WEBHOOK_SECRET,
    signingKey: await makeSigningKey(),
    limits: { tokensPerUser: 3, quotesPerUser: 4, pagesPerUser: 3 },
  });
  const check = async (method: string, path: string, body?: unknown, headers?: Record<string, string>) =>
    description.check(method, path.replace('/pay', ''), await ask(method, path, body, headers));
  const each = async (...calls: [string, string, unknown?, Record<string, string>?][]) => {
    for (const call of calls) await check(...call);
  };

  const session = await mint('sale-1');
  await cashOut(session);
  const [order] = simulator.orders();
  const { statusUrl, claimUrl } = session;
  const claim = { saleId: 'sale-1', transactionId: order?.transactionId };
  const wish = { asset: 'USDC', network: 'base', amount: '25', country: 'SG' };

  await each(
    ['POST', '/pay/token', { ...BODY, saleId: 'sale-2' }],
    ['POST', '/pay/token', { ...BODY, address: '0x1' }],
    ['POST', '/pay/token', { ...BODY, asset: 'DOGE' }],
    ['POST', '/pay/token', { ...BODY, redirectUrl: 'https://evil.example/' }],
    ['POST', '/pay/token', BODY, { 'x-user': '' }],
    ['POST', '/pay/token', BODY, { origin: 'https://evil.example' }],
    ['POST', '/pay/token', '{}', { 'content-type': 'text/plain' }],
    ['POST', '/pay/token', { ...BODY, redirectUrl: `${SHOP}/${'x'.repeat(20_000)}` }],
    ['POST', '/pay/token', { ...BODY, saleId: 'sale-3' }],
    ['POST', '/pay/token', { ...BODY, saleId: 'sale-4' }],
    ['GET', '/pay/config'],
    ['GET', '/pay/options?country=US&subdivision=CA'],
    ['GET', '/pay/options?country=US'],
    ['GET', '/pay/options?country=XX'],
    ['GET', '/pay/options'],
    ['POST', '/pay/quote', wish],
    ['POST', '/pay/quote', { ...wish, amount: '0' }],
    ['POST', '/pay/quote', { ...wish, country: 'XX' }],
    ['POST', '/pay/quote', { ...wish, amount: '999999999' }],
    ['POST', '/pay/quote', { ...wish, paymentMethod: 'ACH_BANK_ACCOUNT' }],
    ['POST', '/pay/quote', wish],
    ['GET', '/pay/sales'],
    ['GET', '/pay/sales?page_key=nobody'],
    ['GET', '/pay/sales?page_key=%20'],
    ['GET', '/pay/sales'],
    ['GET', '/pay/sales'],
    ['GET', statusUrl],
    ['GET', `${statusUrl}?page_key=x`],
    ['GET', statusUrl, undefined, { 'x-user': 'bob' }],
    ['GET', `${statusUrl}/events`],
    ['GET', `${statusUrl}/events`, undefined, { 'x-user': 'bob' }],
    ['POST', claimUrl, { saleId: 'sale-1', transactionId: 'none' }],
    ['POST', claimUrl, claim],
    ['POST', claimUrl, { ...claim, saleId: 'another' }],
    ['POST', claimUrl, {}],
    ['DELETE', claimUrl],
    ['PATCH', claimUrl, { txHash: HASH }],
    ['PATCH', claimUrl, { txHash: HASH.replace('ab', 'cd') }],
    ['PATCH', claimUrl, { txHash: 'none' }],
    ['DELETE', claimUrl],
    ['GET', '/pay/transactions', undefined, { 'x-user': 'operator' }],
    ['GET', '/pay/transactions?from=yesterday', undefined, { 'x-user': 'operator' }],
    ['GET', '/pay/transactions'],
    ['GET', '/pay/address-proof'],
    ['POST', '/pay/webhook', {}],
  );
  const paid = { eventType: 'offramp.transaction.success', status: 'TRANSACTION_STATUS_SUCCESS', txHash: HASH };
  const { transactionId, partnerUserRef } = { ...order, ...session };
  const { body, headers } = signed(eventOf({ ...paid, transactionId, partnerUserRef }));
  await check('POST', '/pay/webhook', body, headers);
  const [, last = ''] = /^id: (\w+)$/m.exec(await (await ask('GET', `${statusUrl}/events`)).text()) ?? [];
  await check('GET', `${statusUrl}/events`, undefined, { 'last-event-id': last });

  for (const fault of ['api-429', 'api-401', 'api-5xx'] as const) {
    simulator.faults.set(fault, true);
    const other = { 'x-user': `another-${fault}` };
    await check('POST', '/pay/token', BODY, other);
    await check('GET', '/pay/options?country=US&subdivision=NY');
    await check('GET', '/pay/transactions', undefined, { 'x-user': 'operator' });
    simulator.faults.set(fault, false);
  }
  const proving = createKit({ proveAddress: { challenge: () => challenge, verify: () => false } });
  description.check('GET', '/address-proof', await proving.ask('GET', '/address-proof'));
  await description.check('POST', '/token', await proving.ask('POST', '/token', BODY));

  // Every way of going well has been seen.
  const well = ROUTES.flatMap(({ method, path, answers }) =>
    Object.keys(answers).map((status) => `${method} ${path} ${status}`),
  );
  assert.deepEqual(
    well.filter((one) => !description.seen.has(one)),
    [],
  );
});

const challenge = { nonce: 'a'.repeat(47), domain: 'shop.example', expirationTime: '2026-01-01T00:00:00.000Z' };

const makeSigningKey = async (): Promise<string> => {
  const bytes = Buffer.from(API_KEY_SECRET, 'base64');
  const [d, x] = [bytes.subarray(0, 32), bytes.subarray(32)].map((half) => half.toString('base64url'));
  return JSON.stringify({ kty: 'OKP', crv: 'Ed25519', d, x, kid: 'one' });
};
