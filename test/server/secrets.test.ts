import assert from 'node:assert/strict';
import { test } from 'node:test';
import { API_KEY_SECRET, BODY, createKit, HASH, SECRET, SHOP, TOKEN } from './fixture.ts';

const LEAK = 'upstream-body-text';

const ANSWERS: [string, (request: Request) => Response | Promise<Response>][] = [
  ['good', () => Response.json({ token: TOKEN, transactions: [] })],
  ['a token of a wrong shape', () => Response.json({ token: [TOKEN, LEAK], transactions: [TOKEN] })],
  ['401', () => Response.json({ message: LEAK }, { status: 401 })],
  ['429', () => Response.json({ message: LEAK }, { status: 429 })],
  ['500', () => new Response(LEAK, { status: 500 })],
  ['echoing', ({ headers, url }) => new Response(`${url} ${headers.get('authorization')}`, { status: 400 })],
  ['broken', ({ headers, url }) => Promise.reject(new Error(`${url} ${headers.get('authorization')}`))],
];

for (const [name, answer] of ANSWERS) {
  test(`no error holds a secret, token, key, URL or upstream text while Coinbase is ${name}`, async (t) => {
    const said = t.mock.method(console, 'error', () => {});
    const { ask, mint, upstream } = createKit();
    const { statusUrl, claimUrl } = await mint();
    upstream.answer = answer;
    const answers = [
      await ask('POST', '/token', BODY),
      await ask('POST', '/token', { ...BODY, redirectUrl: 'https://evil.example/?token=abc' }),
      await ask('POST', '/token', { ...BODY, address: HASH }),
      await ask('POST', '/token', BODY, { origin: 'https://evil.example' }),
      await ask('POST', '/token', BODY, { 'x-user': '' }),
      await ask('GET', statusUrl),
      await ask('GET', statusUrl, undefined, { 'x-user': 'bob' }),
      await ask('POST', claimUrl, { saleId: 'sale-1', transactionId: 'order-1' }),
    ];
    const bearers = upstream.asked.map(({ headers }) => `${headers.get('authorization')?.split(' ')[1]}`);
    const secrets = [API_KEY_SECRET, SECRET, TOKEN, LEAK, SHOP, 'http', 'key-1', ...bearers];
    for (const refused of answers.filter(({ ok }) => !ok)) {
      const text = await refused.text();
      for (const secret of secrets) assert.ok(!text.includes(secret), `${refused.status} tells ${secret}`);
      for (const [, value] of refused.headers) assert.ok(!value.includes(TOKEN) && !value.includes(LEAK));
    }
    assert.ok(answers.filter(({ ok }) => !ok).length >= 5);
    assert.equal(said.mock.callCount(), 0);
  });
}
