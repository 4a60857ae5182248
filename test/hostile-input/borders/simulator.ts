// The simulator's API and sell window: whatever is asked of them, they answer as Coinbase's do, and redirect only where they may.
import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import { createWorld, ORIGIN, RETURN, SELLER } from '../../simulator/world.ts';
import { border, type Verdict } from '../border.ts';
import { type Sent, sent } from '../damage.ts';
import * as oracle from '../oracle.ts';
import { amounts, HOSTILE, keys, texts, urls, words } from '../texts.ts';

const world = await createWorld();

const checkPage = async (response: Response): Promise<Verdict> => {
  assert.ok([200, 303, 400, 404, 422].includes(response.status), `answered ${response.status}`);
  assert.equal(response.headers.get('x-frame-options'), 'DENY');
  const to = response.headers.get('location');
  if (to !== null) {
    const { origin, username } = new URL(to, ORIGIN);
    assert.ok([ORIGIN, 'https://app.test'].includes(origin) && username === '', `redirects to ${to}`);
  }
  const page = await response.text();
  // What was typed stands in the page as text, never as markup; the one script is the window's own.
  const scripts = page.match(/<script[^>]*>/gi) ?? [];
  const isOwn = scripts.every((script) => script === '<script src="/v3/sell/window.js">') && scripts.length <= 1;
  assert.ok(!page.includes(`onerror=${HOSTILE}>`) && isOwn, 'markup from outside');
  return response.status < 400 ? 'accepted' : 'refused';
};

const request = { addresses: [{ address: SELLER, blockchains: ['base'] }], assets: ['USDC'], clientIp: '203.0.113.7' };

const tokens = border<{ body: Sent; bearer: string | null }>({
  name: 'simulator: POST /onramp/v1/token',
  share: 4,
  input: fc.record({ body: sent(request), bearer: fc.oneof({ weight: 4, arbitrary: fc.constant(null) }, texts) }),
  judge: async ({ body, bearer }) => {
    let response: Response;
    if (bearer === null) response = await world.call('POST', '/onramp/v1/token', body.text);
    else {
      const headers = new Headers();
      try {
        headers.set('authorization', `Bearer ${bearer}`);
      } catch {
        return 'ignored';
      }
      const asked = new Request(`${ORIGIN}/onramp/v1/token`, { method: 'POST', headers, body: body.text });
      response = await world.simulator.fetch(asked);
      assert.equal(response.status, 401);
    }
    assert.ok([200, 400, 401].includes(response.status), `answered ${response.status}`);
    const answer = (await response.json()) as Record<string, unknown>;
    assert.deepEqual(Object.keys(answer), response.ok ? ['token', 'channel_id'] : ['code', 'message', 'details']);
    assert.ok(response.ok || body.isDamaged || bearer !== null, 'a right request is refused');
    return response.ok ? 'accepted' : 'refused';
  },
});

const field = (usual: string, odd: fc.Arbitrary<string>): fc.Arbitrary<string> =>
  fc.oneof(
    { weight: 5, arbitrary: fc.constant(usual) },
    odd.map((text) => text.slice(0, 20_000)),
  );

const sellWindow = border<
  Record<'partnerUserRef' | 'redirectUrl' | 'asset' | 'amount' | 'typed' | 'method' | 'fiat' | 'key', string>
>({
  name: 'simulator: the sell window',
  share: 4,
  input: fc.record({
    partnerUserRef: field('ref', words),
    redirectUrl: field(RETURN, urls),
    asset: field('USDC', words),
    amount: field('', amounts),
    typed: field('25', amounts),
    method: field('ACH_BANK_ACCOUNT', words),
    fiat: field('USD', words),
    key: keys,
  }),
  judge: async ({ partnerUserRef, redirectUrl, asset, amount, typed, method, fiat, key }) => {
    world.simulator.reset();
    const sessionToken = await world.mint();
    const query = { sessionToken, partnerUserRef, redirectUrl, defaultAsset: asset, defaultNetwork: 'base' };
    const more = { presetCryptoAmount: amount, fiatCurrency: fiat, defaultCashoutMethod: method };
    const opened = await world.browse(world.inputPath({ [key]: HOSTILE, ...query, ...more }));
    const path = opened.headers.get('location');
    if ((await checkPage(opened)) === 'refused' || path === null) return 'refused';
    const priced = await world.toPrice(path, typed, method);
    if ((await checkPage(priced)) === 'refused') return 'refused';
    const done = await world.cashOut(path);
    await checkPage(done);
    const [order] = world.simulator.orders();
    assert.ok(order && order.partnerUserRef === partnerUserRef, 'no order');
    const row = oracle.rowOf(order.asset, 'base');
    const wanted = typed.trim();
    const { over, under } = oracle.fractionOf(order.amount) ?? { over: 0n, under: 0n };
    assert.ok(row && over > 0n, `sells ${order.amount}`);
    if (amount === '') {
      const typedOne = oracle.fractionOf(wanted);
      assert.ok(typedOne && typedOne.over * under === over * typedOne.under, `sells ${order.amount} for ${wanted}`);
    }
    return 'accepted';
  },
});

export const simulatorBorders = [tokens, sellWindow];
