import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { allowedRedirect, entryFault } from '../../src/simulator/redirects.ts';

describe('the allow-list', () => {
  const table: [entry: string, url: string, allowed: boolean][] = [
    ['https://app.com', 'https://app.com', true],
    ['https://app.com', 'https://app.com/any/path?q=1#h', true],
    ['https://app.com', 'http://app.com/', false],
    ['https://app.com', 'https://app.com:8443/', false],
    ['https://app.com', 'https://www.app.com/', false],
    ['https://app.com', 'https://app.com.evil.com/', false],
    ['https://app.com', 'https://app.com@evil.com/', false],
    ['https://app.com', 'https://user:pass@app.com/', false],
    ['https://app.com', 'https://evil.com/?https://app.com', false],
    ['https://app.com/pay', 'https://app.com/pay/done', true],
    ['https://app.com/pay', 'https://app.com/payments', false],
    ['https://app.com/pay', 'https://app.com/pay/../other', false],
    ['https://*.app.com', 'https://a.app.com/x', true],
    ['https://*.app.com', 'https://a.b.app.com/', true],
    ['https://*.app.com', 'https://app.com/', false],
    ['https://*.app.com', 'https://evilapp.com/', false],
    ['https://*.app.com', 'https://.app.com.evil.com/', false],
    ['http://localhost:4400', 'http://localhost:4400/return', true],
    ['http://localhost:4400', 'http://localhost:4401/return', false],
    ['my-app://done', 'my-app://done?sale=1', true],
    ['my-app://done', 'my-app://done/now', true],
    ['my-app://done', 'my-app://other', false],
    ['my-app://done', 'javascript://done', false],
    ['https://app.com', '', false],
    ['https://app.com', '/return', false],
  ];
  for (const [entry, url, allowed] of table)
    test(`${entry} ${allowed ? 'allows' : 'does not allow'} ${url || 'nothing'}`, () => {
      assert.equal(entryFault(entry), undefined);
      assert.equal(allowedRedirect([entry], url) !== undefined, allowed);
    });

  for (const entry of [
    'app.com',
    '*',
    'https://*',
    'https://app.*.com',
    'https://*.*.com',
    'https://a*.com',
    'my-app://*.done',
    'javascript://x',
    'mailto:me',
    'https://app.com?x=1',
    'https://me@app.com',
  ])
    test(`does not take "${entry}" as an entry`, () => assert.ok(entryFault(entry)));
});
