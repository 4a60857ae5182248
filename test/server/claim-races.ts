// Claims asked of machines, as pages do, many at one time. Knows what answers there may be; does not know who should win.
import { setTimeout as pause } from 'node:timers/promises';
import type { Machine } from './machines.ts';

/** Jobs at one time. */
const WIDTH = 20;

/** How a claim was answered. */
export type Outcome = 'granted' | 'taken' | 'away';

/** Asks for the claim of a sale. */
export const claim = async (machine: Machine, reference: string, saleId: string): Promise<Outcome> => {
  const answer = await machine.ask('POST', `/sales/${reference}/claim`, {
    saleId,
    transactionId: `order-${reference}`,
  });
  const body = (await answer.json()) as { code?: string; instruction?: { transactionId: string } };
  if (answer.status === 200 && body.instruction?.transactionId === `order-${reference}`) return 'granted';
  if (answer.status === 409 && body.code === 'already-claimed') return 'taken';
  if (answer.status === 503 && body.code === 'store-unavailable' && answer.headers.get('retry-after') === '2')
    return 'away';
  throw new Error(`${answer.status} ${JSON.stringify(body)}`);
};

/** Asks until the store answers: on a busy computer even a healthy Redis may take longer than a second. */
export const persist = async (machine: Machine, reference: string, saleId: string): Promise<Outcome> => {
  for (;;) {
    const outcome = await claim(machine, reference, saleId);
    if (outcome !== 'away') return outcome;
    await pause(50);
  }
};

export const percentile = (times: number[], part: number): string =>
  `${Math.round(times.sort((a, b) => a - b)[Math.floor(times.length * part)] ?? 0)} ms`;

/** Runs jobs, so many at one time. */
export const each = async (count: number, job: (at: number) => Promise<void>): Promise<void> => {
  let next = 0;
  const worker = async (): Promise<void> => {
    while (next < count) await job(next++);
  };
  await Promise.all(Array.from({ length: WIDTH }, worker));
};
