// A machine that sleeps in the middle of a request: its timers stand still, and an answer that waited is no news any more.
import { expect } from 'chai';
import { OfframpError } from '../../src/errors.ts';
import { createBackend } from '../../src/ports/backend.ts';

const NOON = Date.UTC(2026, 0, 15, 12);

/** A door whose machine sleeps for so long between the answer and its being read. */
const sleepingFor = (milliseconds: number) => {
  let time = NOON;
  const answer = async () => {
    const body = { transactions: [], now: new Date(time).toISOString() };
    time += milliseconds;
    return Response.json(body);
  };
  return createBackend({ fetch: () => answer as typeof fetch, base: () => 'https://shop.example/', now: () => time });
};

const list = (milliseconds: number) => sleepingFor(milliseconds).list('status', new AbortController().signal);

describe('an answer that a machine slept over', () => {
  for (const [how, milliseconds] of [
    ['', 40 * 60_000],
    [', also where the clock was set back meanwhile', -6 * 3_600_000],
  ] as const) {
    it(`is not read: its time would pass for the server's time of now${how}`, async () => {
      const error = await list(milliseconds).catch((cause: unknown) => cause);
      expect(error).to.be.instanceOf(OfframpError);
      expect((error as OfframpError).code).to.equal('backend-unreachable');
    });
  }

  it('is read where it came within the time limit, or the clock was put right by a little', async () => {
    for (const milliseconds of [9_000, -50]) {
      expect((await list(milliseconds)).now).to.equal(new Date(NOON).toISOString());
    }
  });
});
