// Two kits behind one Redis are one: who may pay, who is told, who is asked.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { claim, each, percentile, persist } from './claim-races.ts';
import { HASH } from './fixture.ts';
import { type Site, startSite } from './machines.ts';
import { eventOf, signed } from './webhook-fixture.ts';

const RACES = 1000;

let site: Site;
before(async () => {
  site = await startSite();
});
after(() => site.end());

test(`of two machines that race for one claim, ${RACES} times, one wins each time`, async (t) => {
  const times: number[] = [];
  const wins = [0, 0];
  await each(RACES, async (at) => {
    const reference = await site.begin(`race-${at}`);
    const outcomes = await Promise.all(
      site.machines.map(async (machine, which) => {
        const began = performance.now();
        const outcome = await claim(machine, reference, `page-${which}`);
        times.push(performance.now() - began);
        return outcome === 'away' ? persist(machine, reference, `page-${which}`) : outcome;
      }),
    );
    assert.deepEqual([...outcomes].sort(), ['granted', 'taken']);
    const winner = outcomes.indexOf('granted');
    wins[winner] = (wins[winner] ?? 0) + 1;
  });
  assert.equal(
    wins.reduce((all, one) => all + one),
    RACES,
  );
  t.diagnostic(`${RACES} races, ${RACES} winners: ${wins[0]} on machine A, ${wins[1]} on machine B`);
  t.diagnostic(
    `a claim took ${percentile(times, 0.5)} at the median, ${percentile(times, 0.99)} at the 99th percentile`,
  );
});

/** Reads a stream of events until it has said something. */
const waitFor = async (answer: Response, words: string): Promise<void> => {
  const reader = answer.body?.getReader();
  let text = '';
  while (!text.includes(words)) {
    const { value, done } = (await reader?.read()) ?? { done: true };
    if (done) throw new Error(`The stream ended without ${words}: ${text}`);
    text += new TextDecoder().decode(value);
  }
  await reader?.cancel();
};

test('an event that reaches machine A is heard by a page that watches on machine B, long before the next poll', async (t) => {
  const [near, far] = site.machines;
  const times: number[] = [];
  for (let at = 0; at < 10; at++) {
    const reference = await site.begin(`event-${at}`);
    const stream = await far.ask('GET', `/sales/${reference}/events`);
    const heard = waitFor(stream, HASH);
    const event = { partnerUserRef: reference, transactionId: `order-${reference}`, txHash: HASH };
    const { body, headers } = signed(eventOf({ ...event, updatedAt: new Date().toISOString() }));
    const began = performance.now();
    assert.equal((await fetch(`${near.url}/webhook`, { method: 'POST', body, headers })).status, 204);
    await heard;
    times.push(performance.now() - began);
  }
  t.diagnostic(`from the webhook at A to the page at B: ${percentile(times, 0.5)} at the median of ${times.length}`);
  assert.ok(Math.min(...times) < 1500, 'that was the poll, not the event');
});

test('twenty pages that watch one sale on two machines make Coinbase be asked once in two seconds', async (t) => {
  const reference = await site.begin('watched');
  const gone = new AbortController();
  const before = site.lists();
  const began = performance.now();
  for (let at = 0; at < 20; at++)
    await fetch(`${site.machines[at % 2]?.url}/sales/${reference}/events`, {
      headers: { 'x-user': 'ann' },
      signal: gone.signal,
    });
  await pause(6000);
  const seconds = (performance.now() - began) / 1000;
  gone.abort();
  const asked = site.lists() - before;
  t.diagnostic(`20 streams on two machines, ${seconds.toFixed(1)} s: ${asked} questions to Coinbase`);
  assert.ok(asked <= Math.ceil(seconds / 2) + 1, `${asked} questions in ${seconds} s`);
});
