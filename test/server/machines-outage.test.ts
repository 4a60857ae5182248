// Redis goes away while two machines ask it for claims: nothing is granted twice, and nothing is forgotten.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { claim, each, type Outcome } from './claim-races.ts';
import { type Site, startSite } from './machines.ts';

let site: Site;
before(async () => {
  site = await startSite();
});
after(() => site.end());

/** Claims by two pages on two machines while `trouble` happens, then again until all is answered. Exactly one of the two may pay. */
const claimThrough = async (name: string, count: number, trouble: () => Promise<void>) => {
  const references = await Promise.all(Array.from({ length: count }, (_, at) => site.begin(`${name}-${at}`)));
  const granted = new Map<string, Set<string>>();
  let away = 0;
  let begun = 0;
  const ask = async (reference: string, which: number): Promise<Outcome> => {
    const page = `page-${which}`;
    const [machine = site.machines[0]] = [site.machines[which]];
    const outcome = await claim(machine, reference, page);
    if (outcome === 'granted') granted.set(reference, (granted.get(reference) ?? new Set()).add(page));
    if (outcome === 'away') away += 1;
    return outcome;
  };
  let happened: Promise<void> | undefined;
  await each(count, async (at) => {
    begun += 1;
    if (begun === Math.floor(count / 3)) happened = trouble();
    const reference = references[at] ?? '';
    const patience = async (which: number): Promise<void> => {
      while ((await ask(reference, which)) === 'away') await pause(50);
    };
    await Promise.all([patience(0), patience(1)]);
  });
  await happened;
  // Nothing that was granted is forgotten: the same page is granted it again, the other one never.
  await each(count, async (at) => {
    const reference = references[at] ?? '';
    const [winner = ''] = granted.get(reference) ?? [];
    const outcomes = [await ask(reference, 0), await ask(reference, 1)];
    assert.equal(granted.get(reference)?.size, 1, `${reference} was granted to ${[...(granted.get(reference) ?? [])]}`);
    assert.equal(outcomes[winner === 'page-0' ? 0 : 1], 'granted');
  });
  return { granted: granted.size, away };
};

test('while Redis hangs no claim is granted twice and none is lost', async (t) => {
  const { granted, away } = await claimThrough('hang', 200, async () => {
    site.redis.freeze();
    await pause(2500);
    site.redis.thaw();
  });
  assert.equal(granted, 200);
  assert.ok(away > 0, 'nobody noticed');
  t.diagnostic(`SIGSTOP for 2.5 s in the middle of 200 pairs of claims: 200 winners, ${away} answers 503`);
});

test('over a kill of Redis and a start no claim is granted twice and none is lost', async (t) => {
  const { granted, away } = await claimThrough('kill', 200, async () => {
    await site.redis.kill();
    await pause(500);
    await site.redis.start();
  });
  assert.equal(granted, 200);
  assert.ok(away > 0, 'nobody noticed');
  t.diagnostic(`SIGKILL and a start in the middle of 200 pairs of claims: 200 winners, ${away} answers 503`);
});
