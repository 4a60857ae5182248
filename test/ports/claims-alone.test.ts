import { expect } from 'chai';
import { createClaims } from '../../src/ports/claims.ts';
import { gate } from '../fixtures/gate.ts';
import { replace, restoreAll } from '../fixtures/page.ts';

const claims = createClaims();

let count = 0;
/** A sale that no other test, and no run before, has used. */
const newSale = (): string => {
  count += 1;
  return `sale-${Date.now()}-${count}`;
};

afterEach(restoreAll);

describe('being alone at a sale', () => {
  it('is not for the second who asks, and is again when the first is done', async () => {
    const sale = newSale();
    const { opened, open } = gate();
    const done: string[] = [];
    const started = gate();
    const first = claims.alone(sale, async () => {
      started.open();
      await opened;
      done.push('first');
    });
    await started.opened;
    expect(await claims.alone(sale, async () => void done.push('second'))).to.equal(false);
    expect(await createClaims().alone(sale, async () => void done.push('third'))).to.equal(false);
    open();
    expect(await first).to.equal(true);
    expect(await claims.alone(sale, async () => void done.push('fourth'))).to.equal(true);
    expect(done).to.deep.equal(['first', 'fourth']);
  });

  it('is of one sale and hinders no other', async () => {
    const { opened, open } = gate();
    const first = claims.alone(newSale(), () => opened);
    expect(await claims.alone(newSale(), async () => {})).to.equal(true);
    open();
    await first;
  });

  it('ends with work that fails, which is not begun again, and tells of the failure', async () => {
    const sale = newSale();
    const failure = new Error('failed');
    let begun = 0;
    const work = () => {
      begun += 1;
      return Promise.reject(failure);
    };
    expect(await claims.alone(sale, work).catch((thrown: unknown) => thrown)).to.equal(failure);
    expect(begun).to.equal(1);
    expect(await claims.alone(sale, async () => {})).to.equal(true);
  });

  it("is everybody's where the browser has no locks", async () => {
    replace(navigator, 'locks', undefined);
    let runs = 0;
    const sale = newSale();
    await claims.alone(sale, async () => {
      runs += 1;
      const isMine = await claims.alone(sale, async () => {
        runs += 1;
      });
      expect(isMine).to.equal(true);
    });
    expect(runs).to.equal(2);
    await claims.whenNobodyAsks(sale, new AbortController().signal);
  });

  it("is everybody's where locks are refused, as in a sandboxed frame", async () => {
    replace(navigator.locks, 'request', () => Promise.reject(new DOMException('denied', 'SecurityError')));
    let runs = 0;
    const isMine = await claims.alone(newSale(), async () => {
      runs += 1;
    });
    expect(isMine).to.equal(true);
    expect(runs).to.equal(1);
    await claims.whenNobodyAsks(newSale(), new AbortController().signal);
  });

  it('is waited for until it is over', async () => {
    const sale = newSale();
    const { opened, open } = gate();
    const started = gate();
    const over: string[] = [];
    const work = claims.alone(sale, async () => {
      started.open();
      await opened;
      over.push('work');
    });
    await started.opened;
    const free = claims.whenNobodyAsks(sale, new AbortController().signal).then(() => over.push('free'));
    open();
    await Promise.all([work, free]);
    expect(over).to.deep.equal(['work', 'free']);
  });

  it('is not waited for where nobody is at it', async () => {
    await claims.whenNobodyAsks(newSale(), new AbortController().signal);
  });

  it('is not waited for any longer once the stage is left', async () => {
    const sale = newSale();
    const { opened, open } = gate();
    const started = gate();
    const work = claims.alone(sale, () => {
      started.open();
      return opened;
    });
    await started.opened;
    const leave = new AbortController();
    const waiting = claims.whenNobodyAsks(sale, leave.signal);
    leave.abort();
    await waiting;
    await claims.whenNobodyAsks(sale, AbortSignal.abort());
    open();
    await work;
  });
});
