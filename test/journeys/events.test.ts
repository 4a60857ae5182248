// Sales that are told by the backend's events, through the real server kit.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { HTTPRequest } from 'puppeteer-core';
import { until } from '../drive.ts';
import { assertTold, cashOut, LIMIT, OPENED, PAID, useJourneys } from './journey.ts';

const STATUS = /\/api\/offramp\/sales\/[^/]+$/;
const EVENTS = /\/api\/offramp\/sales\/[^/]+\/events$/;

describe('events', () => {
  const visitor = useJourneys();

  it('tell of the order where asking shows nothing, by one stream to the end of the sale', LIMIT, async () => {
    await visitor.connectBefore();
    visitor.wallet.setMode('approve');
    const tab = await visitor.open('?confirm-send');
    const streams: string[] = [];
    tab.page.on('request', (request) => EVENTS.test(request.url()) && streams.push(request.url()));
    const showNothing = (request: HTTPRequest) => {
      if (!STATUS.test(request.url())) return void request.continue();
      void request.respond({ contentType: 'application/json', body: '{"transactions":[]}' });
    };
    await tab.page.setRequestInterception(true);
    tab.page.on('request', showNothing);
    await cashOut(await tab.pressForWindow());
    await tab.reaches('ordered');
    tab.page.off('request', showNothing);
    await tab.page.setRequestInterception(false);
    await tab.press('[part=send]');
    await tab.reaches('completed');
    assertTold(tab, `page ${OPENED} ordered before-send sending ${PAID}`);
    await visitor.assertMoved('USDC', 25_000_000n);
    assert.equal(streams.length, 1);
  });

  it('are there at once, because Coinbase tells the backend by webhooks', LIMIT, async (t) => {
    const told: string[] = [];
    const send = globalThis.fetch;
    t.mock.method(globalThis, 'fetch', async (...[input, init]: Parameters<typeof fetch>) => {
      const answer = await send(input, init);
      if (`${input}`.endsWith('/api/offramp/webhook'))
        told.push(`${JSON.parse(`${init?.body}`).eventType} ${answer.status}`);
      return answer;
    });
    await visitor.connectBefore();
    visitor.wallet.setMode('approve');
    const tab = await visitor.open();
    await cashOut(await tab.pressForWindow());
    await tab.reaches('completed');
    // The page may know before the backend's answer to Coinbase is noted here.
    for (const type of ['created', 'updated', 'success'])
      await until(async () => told.includes(`offramp.transaction.${type} 204`), `a webhook of type ${type}`).catch(
        ({ message }) => assert.fail(`${message}; told were ${told}`),
      );
    await visitor.assertMoved('USDC', 25_000_000n);
  });
});
