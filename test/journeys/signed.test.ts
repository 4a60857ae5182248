// Instructions that are changed between the backend and the page, as a proxy, a cache or a patched `fetch` may change them.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { until } from '../drive.ts';
import { assertTold, cashOut, LIMIT, OPENED, PAID, type Tab, useJourneys } from './journey.ts';

const USDC_25 = 25_000_000n;
const THIEF = `0x${'7e'.repeat(20)}`;

/**
 * Puts another deposit address into everything that tells of the order: the polls and the claim, which agree with each other.
 * Events are held back, as such a one would.
 */
const redirectTransfer = async ({ read }: Tab): Promise<void> => {
  await read(`document.querySelector('offramp-button').fetch = async (input, init) => {
    if (String(input).endsWith('/events')) return new Response('', { status: 503 });
    const answer = await fetch(input, init);
    if (!/\\/sales\\//.test(String(input)) || answer.status !== 200) return answer;
    const body = await answer.json();
    for (const order of body.transactions ?? []) order.to_address = ${JSON.stringify(THIEF)};
    if (body.instruction) body.instruction.to = ${JSON.stringify(THIEF)};
    return Response.json(body);
  }`);
};

describe('a sale whose instructions are changed on their way', () => {
  const visitor = useJourneys();

  it('sends nothing, and says why', LIMIT, async () => {
    await visitor.connectBefore();
    visitor.wallet.setMode('approve');
    const tab = await visitor.open();
    assert.match(
      `${await tab.read(`document.querySelector('offramp-button').instructionKey`)}`,
      /^\{"kty":"EC",.*"kid":/,
    );
    await redirectTransfer(tab);
    await cashOut(await tab.pressForWindow());
    await tab.reaches('failed');
    assert.match(await tab.words('error'), /changed on their way/);
    assert.equal(await tab.words('status'), 'Nothing was sent.');
    assertTold(tab, `page ${OPENED} ordered before-send failed !instruction-invalid`);
    await visitor.assertUnmoved(0);
  });

  it('would send to whoever changed them, where the page pins no key', LIMIT, async () => {
    await visitor.connectBefore();
    visitor.wallet.setMode('approve');
    const tab = await visitor.open();
    await tab.read(`document.querySelector('offramp-button').instructionKey = null`);
    await redirectTransfer(tab);
    await cashOut(await tab.pressForWindow());
    await tab.reaches('settling');
    // The page knows the transfer's hash before it is in a block.
    await until(async () => (await visitor.transfers()).length, 'the transfer');
    assert.deepEqual(await visitor.transfers(), [
      { asset: 'USDC', from: visitor.demo.wallet.view().visitor.toLowerCase(), to: THIEF, units: USDC_25 },
    ]);
  });

  it('is sent as ever where nothing is changed', LIMIT, async () => {
    await visitor.connectBefore();
    visitor.wallet.setMode('approve');
    const tab = await visitor.open();
    const signed = tab.page.waitForResponse(
      (answer) => answer.url().endsWith('/claim') && answer.request().method() === 'POST',
    );
    await cashOut(await tab.pressForWindow());
    const { signature } = (await (await signed).json()) as { signature: string };
    assert.match(signature, /^[\w-]+\.\.[\w-]+$/);
    await tab.reaches('completed');
    assertTold(tab, `page ${OPENED} ordered before-send sending ${PAID}`);
    await visitor.assertMoved('USDC', USDC_25);
  });
});
