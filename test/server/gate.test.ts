import assert from 'node:assert/strict';
import { test } from 'node:test';
import { BODY, codeOf, createKit, SHOP } from './fixture.ts';

const TOKEN_PATH = '/api/offramp/token';

const FOREIGN: [string, Record<string, string>][] = [
  ['another site', { origin: 'https://evil.example' }],
  ['a longer name', { origin: 'https://shop.example.evil.example' }],
  ['a name that ends alike', { origin: 'https://notshop.example' }],
  ['another scheme', { origin: 'http://shop.example' }],
  ['another port', { origin: 'https://shop.example:8443' }],
  ['the default port written out', { origin: 'https://shop.example:443' }],
  ['capital letters', { origin: 'HTTPS://SHOP.EXAMPLE' }],
  ['a trailing slash', { origin: 'https://shop.example/' }],
  ['a listed and an unlisted one', { origin: `${SHOP}, https://evil.example` }],
  ['null', { origin: 'null' }],
  ['none', { origin: '' }],
  ['none, with a listed Referer', { origin: '', referer: `${SHOP}/` }],
  ['none, though the browser says same-origin', { origin: '', 'sec-fetch-site': 'same-origin' }],
  [
    'another site, with headers of a proxy',
    {
      origin: 'https://evil.example',
      'x-forwarded-host': 'shop.example',
      'x-original-host': 'shop.example',
      forwarded: 'host=shop.example',
    },
  ],
  ['another site, said to be same-origin', { origin: 'https://evil.example', 'sec-fetch-site': 'same-origin' }],
  ['another site, said to be cross-site', { origin: 'https://evil.example', 'sec-fetch-site': 'cross-site' }],
];
for (const [name, headers] of FOREIGN) {
  test(`a request from the origin "${name}" is refused before anybody is asked`, async () => {
    let asked = 0;
    const { ask, upstream } = createKit({
      authorize: () => {
        asked += 1;
        return 'ann';
      },
    });
    for (const [method, path] of [
      ['POST', TOKEN_PATH],
      ['POST', '/sales/x/claim'],
      ['PATCH', '/sales/x/claim'],
      ['DELETE', '/sales/x/claim'],
    ] as const) {
      const answer = await ask(method, path, BODY, headers);
      assert.equal(answer.headers.get('access-control-allow-origin'), null);
      assert.deepEqual(await codeOf(answer), [403, 'origin-refused']);
    }
    assert.deepEqual([asked, upstream.asked.length], [0, 0]);
  });
}

test('a read needs no Origin, unless the browser says that another site asks', async () => {
  const { ask, mint } = createKit();
  const { statusUrl } = await mint();
  const read = (headers: Record<string, string>) => ask('GET', statusUrl, undefined, headers);
  assert.equal((await read({ origin: '' })).status, 200);
  assert.equal((await read({ origin: '', 'sec-fetch-site': 'same-origin' })).status, 200);
  assert.equal((await read({ 'sec-fetch-site': 'cross-site' })).status, 200);
  assert.deepEqual(await codeOf(read({ origin: '', 'sec-fetch-site': 'cross-site' })), [403, 'origin-refused']);
  assert.deepEqual(await codeOf(read({ origin: 'https://evil.example' })), [403, 'origin-refused']);
});

const SIMPLE = ['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data', 'application/jsonp', ''];
for (const type of SIMPLE) {
  test(`a body of the type "${type}" is refused, as it could cross origins without a preflight`, async () => {
    const { ask, upstream } = createKit();
    const headers = { 'content-type': type };
    assert.deepEqual(await codeOf(ask('POST', TOKEN_PATH, BODY, headers)), [415, 'not-json']);
    assert.deepEqual(await codeOf(ask('POST', '/sales/x/claim', BODY, headers)), [415, 'not-json']);
    assert.deepEqual(await codeOf(ask('PATCH', '/sales/x/claim', BODY, headers)), [415, 'not-json']);
    assert.equal(upstream.asked.length, 0);
  });
}

test('JSON with a charset is JSON', async () => {
  const { ask } = createKit();
  assert.equal(
    (await ask('POST', TOKEN_PATH, BODY, { 'content-type': 'Application/JSON; charset=utf-8' })).status,
    200,
  );
});

test('a cross-origin simple request gets a 403', async () => {
  const { handler } = createKit();
  const form = new Request(`${SHOP}${TOKEN_PATH}`, {
    method: 'POST',
    body: JSON.stringify(BODY),
    headers: { origin: 'https://evil.example', 'sec-fetch-site': 'cross-site', cookie: 'session=ann' },
  });
  assert.deepEqual(await codeOf(handler(form)), [403, 'origin-refused']);
});

test('a body over 16 kB is refused, with and without a Content-Length', async () => {
  const { ask, handler, upstream } = createKit();
  const large = { ...BODY, redirectUrl: `${SHOP}/${'x'.repeat(16 * 1024)}` };
  assert.deepEqual(await codeOf(ask('POST', TOKEN_PATH, large)), [413, 'too-large']);
  assert.deepEqual(await codeOf(ask('POST', TOKEN_PATH, large, { 'content-length': '20000' })), [413, 'too-large']);
  const endless = new ReadableStream({ pull: (body) => body.enqueue(new TextEncoder().encode(' '.repeat(1024))) });
  const streamed = new Request(`${SHOP}${TOKEN_PATH}`, {
    method: 'POST',
    headers: { origin: SHOP, 'content-type': 'application/json', 'x-user': 'ann' },
    body: endless,
    duplex: 'half',
  } as RequestInit);
  assert.deepEqual(await codeOf(handler(streamed)), [413, 'too-large']);
  assert.equal(upstream.asked.length, 0);
});

test('nobody signed in is a 401 on every route', async () => {
  const { ask, mint, upstream } = createKit();
  const { statusUrl, claimUrl } = await mint();
  upstream.asked.length = 0;
  for (const [method, path] of [
    ['POST', TOKEN_PATH],
    ['GET', statusUrl],
    ['POST', claimUrl],
    ['PATCH', claimUrl],
    ['DELETE', claimUrl],
  ] as const) {
    const body = method === 'GET' ? undefined : BODY;
    assert.deepEqual(await codeOf(ask(method, path, body, { 'x-user': '' })), [401, 'not-signed-in']);
  }
  assert.equal(upstream.asked.length, 0);
});

test('the hooks get the very request that the runtime gave', async () => {
  const seen: Request[] = [];
  const { handler } = createKit({
    authorize: async (request) => {
      seen.push(request);
      return 'ann';
    },
    clientIp: async (request) => {
      seen.push(request);
      return '2001:db8::1';
    },
  });
  const request = new Request(`${SHOP}/token`, {
    method: 'POST',
    headers: { origin: SHOP, 'content-type': 'application/json' },
    body: JSON.stringify(BODY),
  });
  assert.equal((await handler(request)).status, 200);
  assert.ok(seen.length === 2 && seen.every((one) => one === request));
});

test('a preflight from a listed origin is answered with that origin, never with *', async () => {
  const { ask } = createKit();
  for (const origin of [SHOP, 'https://www.shop.example']) {
    const answer = await ask('OPTIONS', TOKEN_PATH, undefined, {
      origin,
      'access-control-request-method': 'POST',
      'access-control-request-headers': 'content-type,x-evil',
    });
    assert.equal(answer.status, 204);
    const header = (name: string) => answer.headers.get(`access-control-${name}`);
    assert.equal(header('allow-origin'), origin);
    assert.equal(header('allow-methods'), 'POST,GET,PATCH,DELETE');
    assert.equal(header('allow-headers'), 'content-type,authorization,last-event-id');
    assert.equal(header('allow-credentials'), 'true');
    assert.match(`${answer.headers.get('vary')}`, /\bOrigin\b/);
  }
});

test('a preflight from any other origin, or none, is a 403 without a CORS header', async () => {
  const { ask } = createKit();
  for (const origin of ['https://evil.example', 'null', '']) {
    const answer = await ask('OPTIONS', TOKEN_PATH, undefined, { origin, 'access-control-request-method': 'POST' });
    assert.ok(![...answer.headers.keys()].some((name) => name.startsWith('access-control-')));
    assert.deepEqual(await codeOf(answer), [403, 'origin-refused']);
  }
});

test('good and bad answers alike carry the origin, Vary and no-store', async () => {
  const { ask, mint, upstream } = createKit();
  const { statusUrl } = await mint();
  upstream.answer = () => new Response('', { status: 429 });
  const answers = [
    await ask('POST', TOKEN_PATH, {}),
    await ask('POST', TOKEN_PATH, BODY),
    await ask('GET', statusUrl),
    await ask('GET', statusUrl, undefined, { 'x-user': '' }),
    await ask('GET', '/nothing'),
    await ask('PUT', TOKEN_PATH, BODY),
  ];
  assert.deepEqual(
    answers.map(({ status }) => status),
    [400, 429, 429, 401, 404, 405],
  );
  for (const { headers } of answers) {
    assert.equal(headers.get('access-control-allow-origin'), SHOP);
    assert.equal(headers.get('access-control-expose-headers'), 'Retry-After');
    assert.equal(headers.get('vary'), 'Origin');
    assert.equal(headers.get('cache-control'), 'no-store');
  }
  assert.equal(answers[1]?.headers.get('retry-after'), '2');
});

test('unknown addresses are a 404, known ones with another method a 405', async () => {
  const { ask } = createKit();
  for (const path of ['/', '/tokens', '/token/', '/sales/', '/sales/a/b', '/sales/a/claim/b', '/mytoken'])
    assert.deepEqual(await codeOf(ask('GET', path)), [404, 'not-found']);
  const wrong = [
    ['GET', TOKEN_PATH, 'POST'],
    ['PUT', '/x/sales/a', 'GET, HEAD'],
    ['GET', '/sales/a/claim', 'POST, PATCH, DELETE'],
  ] as const;
  for (const [method, path, allow] of wrong) {
    const answer = await ask(method, path);
    assert.equal(answer.headers.get('allow'), allow);
    assert.deepEqual(await codeOf(answer), [405, 'method-not-allowed']);
  }
});

test('a header cannot change the method', async () => {
  const { ask, mint } = createKit();
  const { claimUrl } = await mint();
  const answer = await ask('GET', claimUrl, undefined, { 'x-http-method-override': 'DELETE' });
  assert.equal(answer.status, 405);
});
