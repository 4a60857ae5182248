import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { createWorld, RETURN } from './world.ts';

describe('the sell window', () => {
  test('goes from amount to price to the redirect, with the query kept and nothing appended', async () => {
    const { open, browse, toPrice, cashOut, list } = await createWorld();
    const path = await open({ presetCryptoAmount: '25' });
    const amount = await (await browse(path)).text();
    assert.match(amount, /name="amount" value="25"/);
    assert.match(amount, /<button id="continue">/);

    const priced = await toPrice(path);
    assert.equal(priced.status, 303);
    const price = await (await browse(priced.headers.get('Location') ?? '')).text();
    for (const shown of ['$24.75', '$24.50', '$0.25', '25 USDC', 'Base', 'Bank account', 'Receive at least'])
      assert.ok(price.includes(shown), shown);
    assert.match(price, /<button id="cash-out-now">Cash out now<\/button>/);
    assert.equal((await list()).transactions.length, 0);

    const redirect = await cashOut(path);
    assert.equal(redirect.status, 303);
    assert.equal(redirect.headers.get('Location'), RETURN);
    assert.equal((await list()).transactions.length, 1);
  });

  test('does not keep the token in its address', async () => {
    const { open } = await createWorld();
    assert.match(await open(), /^\/v3\/sell\/window\/[0-9a-f-]{36}$/);
  });

  test('never makes a second order, however often a step is loaded or sent', async () => {
    const { open, browse, toPrice, cashOut, list } = await createWorld();
    const path = await open();
    await toPrice(path);
    await toPrice(path);
    const answers = await Promise.all([cashOut(path), cashOut(path), cashOut(path)]);
    assert.deepEqual(
      answers.map(({ headers }) => headers.get('Location')),
      [RETURN, RETURN, RETURN],
    );
    await toPrice(path, '99');
    await cashOut(path);
    for (const step of ['', '/price', '/started']) await browse(path + step);
    const { transactions } = await list();
    assert.deepEqual(
      transactions.map(({ sell_amount }) => sell_amount.value),
      ['25'],
    );
  });

  test('shows that it has started when a step is loaded after the cash-out', async () => {
    const { open, toPrice, cashOut, browse } = await createWorld();
    const path = await open();
    await toPrice(path);
    await cashOut(path);
    for (const step of ['', '/price'])
      assert.equal((await browse(path + step)).headers.get('Location'), `${path}/started`);
    assert.match(await (await browse(`${path}/started`)).text(), /Your cash-out has started/);
  });

  test('does not jump ahead', async () => {
    const { open, browse, cashOut, list } = await createWorld();
    const path = await open();
    for (const step of ['/price', '/started']) assert.equal((await browse(path + step)).headers.get('Location'), path);
    assert.equal((await cashOut(path)).headers.get('Location'), path);
    assert.equal((await list()).transactions.length, 0);
  });

  for (const amount of ['', '0', '0.00', '-1', '1e3', '1,5', '0.0000001', '25 USDC', '0.009'])
    test(`does not accept "${amount}" as an amount`, async () => {
      const { open, toPrice } = await createWorld();
      const response = await toPrice(await open(), amount);
      assert.equal(response.status, 422);
      const page = await response.text();
      assert.match(page, /id="amount-fault"/);
      assert.match(page, /<title>Error: /);
    });

  test('escapes what was typed', async () => {
    const { open, toPrice } = await createWorld();
    const page = await (await toPrice(await open(), '"><script>')).text();
    assert.ok(!page.includes('<script>'));
  });

  test('pays out by the chosen method, and by the one of the URL at first', async () => {
    const { open, browse, toPrice, cashOut, first } = await createWorld();
    const path = await open({ defaultCashoutMethod: 'FIAT_WALLET' });
    assert.match(await (await browse(path)).text(), /value="FIAT_WALLET" checked/);
    await toPrice(path, '25', 'PAYPAL');
    await cashOut(path);
    assert.equal((await first()).payment_method, 'PAYPAL');
  });

  test('turns a preset in fiat into crypto, unless one in crypto is given', async () => {
    const { open, browse } = await createWorld();
    const eth = { defaultAsset: 'ETH', fiatCurrency: 'USD', presetFiatAmount: '100' };
    assert.match(await (await browse(await open(eth))).text(), /value="0.04"/);
    assert.match(await (await browse(await open({ ...eth, presetCryptoAmount: '0.5' }))).text(), /value="0.5"/);
  });

  test('locks the amount where the URL says disableEdit', async () => {
    const { open, toPrice, cashOut, browse, first } = await createWorld();
    const path = await open({ presetCryptoAmount: '25', disableEdit: 'true' });
    assert.match(await (await browse(path)).text(), /readonly/);
    await toPrice(path, '99');
    await cashOut(path);
    assert.equal((await first()).sell_amount.value, '25');
  });

  test('is gone for an unknown id', async () => {
    const { browse, cashOut } = await createWorld();
    assert.equal((await browse('/v3/sell/window/none')).status, 404);
    assert.equal((await cashOut('/v3/sell/window/none')).status, 404);
  });

  test('sends the headers that forbid frames, on every page and redirect', async () => {
    const { open, browse, toPrice, inputPath } = await createWorld();
    const path = await open();
    const pages = [browse(path), toPrice(path), browse(`${path}/price`), browse(inputPath({})), browse('/v3/sell/x')];
    for (const { headers } of await Promise.all(pages)) {
      assert.equal(headers.get('X-Frame-Options'), 'DENY');
      assert.match(headers.get('Content-Security-Policy') ?? '', /default-src 'none'.*frame-ancestors 'none'/);
      assert.equal(headers.get('Cross-Origin-Opener-Policy'), null);
    }
  });

  test('takes its style from its own origin, as its policy allows', async () => {
    const { open, browse } = await createWorld();
    const [, href = ''] =
      /<link rel="stylesheet" href="([^"]+)">/.exec(await (await browse(await open())).text()) ?? [];
    const { status, headers } = await browse(href);
    assert.equal(status, 200);
    assert.match(headers.get('Content-Type') ?? '', /^text\/css/);
    assert.match(headers.get('Content-Security-Policy') ?? '', /style-src 'self'/);
  });

  test('says on every page that no money is real', async () => {
    const { open, browse, toPrice, cashOut, inputPath } = await createWorld();
    const path = await open();
    await toPrice(path);
    const pages = [
      await browse(path),
      await browse(`${path}/price`),
      await browse(inputPath({})),
      await browse('/v3/sell/x'),
    ];
    await cashOut(path);
    for (const page of [...pages, await browse(`${path}/started`)])
      assert.match(await page.text(), /<strong>Simulator<\/strong> – no real money/);
  });
});

describe('a window is refused', () => {
  const refs: [string, string][] = [
    ['without a reference', ''],
    ['with a reference of 50 characters', 'r'.repeat(50)],
    ['with a reference that is not URL-safe', 'a@b'],
  ];
  for (const [what, partnerUserRef] of refs)
    test(`${what}, and the token stays good`, async () => {
      const { mint, browse, inputPath } = await createWorld();
      const sessionToken = await mint();
      const refused = await browse(inputPath({ sessionToken, partnerUserRef }));
      assert.equal(refused.status, 400);
      assert.match(await refused.text(), /Missing or invalid parameters/);
      assert.equal((await browse(inputPath({ sessionToken, partnerUserRef: 'r'.repeat(49) }))).status, 303);
    });

  test('without a token, or with one that was never minted', async () => {
    const { browse, inputPath } = await createWorld();
    for (const query of [{}, { sessionToken: 'x' }])
      assert.equal((await browse(inputPath({ partnerUserRef: 'ref', ...query }))).status, 400);
  });

  test('with a token that was used', async () => {
    const { mint, browse, inputPath } = await createWorld();
    const path = inputPath({ sessionToken: await mint(), partnerUserRef: 'ref' });
    assert.equal((await browse(path)).status, 303);
    const again = await browse(path);
    assert.equal(again.status, 400);
    assert.match(await again.text(), /used before/);
  });

  test('with a token of five minutes ago, by the clock that leaps', async () => {
    const { mint, browse, inputPath, simulator } = await createWorld();
    const tokens = [await mint(), await mint()];
    const paths = tokens.map((sessionToken) => inputPath({ sessionToken, partnerUserRef: 'ref' }));
    simulator.advance(5 * 60_000 - 1);
    assert.equal((await browse(paths[0] ?? '')).status, 303);
    simulator.advance(1);
    assert.equal((await browse(paths[1] ?? '')).status, 400);
  });

  test('for an asset or network that the session does not cover', async () => {
    const { mint, browse, inputPath } = await createWorld();
    const refused: [string[], Record<string, string>][] = [
      [['USDC'], { defaultAsset: 'ETH' }],
      [['USDC'], { defaultAsset: 'DOGE' }],
      [['USDC'], { defaultNetwork: 'ethereum' }],
    ];
    for (const [assets, query] of refused) {
      const sessionToken = await mint(['base'], assets);
      assert.equal((await browse(inputPath({ sessionToken, partnerUserRef: 'ref', ...query }))).status, 400);
    }
  });
});

describe('the redirect', () => {
  test('is silently left out where it is not allowed, and the sale goes on', async () => {
    const { sell, browse, list } = await createWorld();
    const response = await sell({ redirectUrl: 'https://evil.test/' });
    const location = response.headers.get('Location') ?? '';
    assert.match(location, /^\/v3\/sell\/window\/.*\/started$/);
    assert.match(await (await browse(location)).text(), /Go back to the site/);
    assert.equal((await list()).transactions.length, 1);
  });
});
