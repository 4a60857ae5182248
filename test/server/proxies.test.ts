import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { siteOf } from '../../src/server/proxies.ts';
import { cloudflareClientIp, flyClientIp, ipFromHops, vercelClientIp } from '../../src/server.ts';

const request = (headers: Record<string, string> = {}) => new Request('https://shop.example/token', { headers });
const forwarded = (list: string) => request({ 'x-forwarded-for': list });
const SOCKET = '10.0.0.9';

describe('counting hops', () => {
  test('without a proxy the socket is the visitor, whatever a header says', () => {
    assert.equal(ipFromHops(forwarded('198.51.100.66'), '203.0.113.7', 0), '203.0.113.7');
  });

  const rows: [string, number, string][] = [
    ['203.0.113.7', 1, '203.0.113.7'],
    ['198.51.100.66, 203.0.113.7', 1, '203.0.113.7'],
    ['1.1.1.1, 198.51.100.66,203.0.113.7 , 10.0.0.2', 2, '203.0.113.7'],
    ['spoof"ed, 203.0.113.7', 1, '203.0.113.7'],
    ['203.0.113.7:4711', 1, '203.0.113.7'],
    ['[2001:db8::1]:4711', 1, '2001:db8::1'],
    ['2001:db8::1', 1, '2001:db8::1'],
    ['::ffff:203.0.113.7', 1, '203.0.113.7'],
  ];
  for (const [list, hops, ip] of rows)
    test(`${hops} from the end of "${list}" is ${ip}`, () =>
      assert.equal(ipFromHops(forwarded(list), SOCKET, hops), ip));

  test('what the visitor writes further left never counts, however much it is', () => {
    const list = `${Array(50).fill('198.51.100.66').join(', ')}, 203.0.113.7`;
    assert.equal(ipFromHops(forwarded(list), SOCKET, 1), '203.0.113.7');
  });

  test('fewer entries than proxies, or one that is no address, is an error and not a guess', () => {
    for (const headers of [request(), forwarded('203.0.113.7'), forwarded('unknown, 10.0.0.2'), forwarded(', ,')])
      assert.throws(() => ipFromHops(headers, SOCKET, 2), /Count the proxies again/);
  });

  test('a count that is none, or a socket without an address, is an error', () => {
    for (const hops of [-1, 1.5, Number.NaN]) assert.throws(() => ipFromHops(request(), SOCKET, hops), /hops must be/);
    assert.throws(() => ipFromHops(request(), undefined, 0), /socket has no address/);
  });
});

const PLATFORMS: [string, (request: Request) => string, string][] = [
  ['Fly', flyClientIp, 'fly-client-ip'],
  ['Cloudflare', cloudflareClientIp, 'cf-connecting-ip'],
  ['Vercel', vercelClientIp, 'x-vercel-forwarded-for'],
];
for (const [name, clientIp, header] of PLATFORMS) {
  test(`the address by ${name} is that of its own header only`, () => {
    const spoofs = Object.fromEntries(
      ['x-forwarded-for', 'x-real-ip', 'true-client-ip', 'forwarded', ...PLATFORMS.map(([, , one]) => one)]
        .filter((one) => one !== header)
        .map((one) => [one, '198.51.100.66']),
    );
    assert.equal(clientIp(request({ ...spoofs, [header]: '203.0.113.7' })), '203.0.113.7');
    assert.throws(() => clientIp(request(spoofs)), /is missing/);
    assert.throws(() => clientIp(request({ [header]: '203.0.113.7, 198.51.100.66' })), /is missing/);
  });
}

test('a visitor is known by the whole of IPv4 and the first half of IPv6, however it is written', () => {
  assert.equal(siteOf('203.0.113.7'), '203.0.113.7');
  for (const ip of ['2001:db8::1', '2001:0DB8:0:0:5:6:7:8', '2001:db8:0:0::', '2001:db8::5:6:7:8'])
    assert.equal(siteOf(ip), '2001:db8:0:0');
  assert.equal(siteOf('2001:db8:0:1::1'), '2001:db8:0:1');
  assert.equal(siteOf('::1'), '0:0:0:0');
});
