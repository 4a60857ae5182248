import { expect } from 'chai';
import { createClaims } from '../../src/ports/claims.ts';
import type { Claims } from '../../src/ports.ts';
import { gate } from '../fixtures/gate.ts';
import { loadIn, openPage } from '../fixtures/page.ts';

const claims = createClaims();
const attempt = { askedAt: 1_700_000_000_000, nonce: '0x7', block: '0x64' };
const claimOf = (saleId: string) => ({ saleId, attempt });

let count = 0;
/** A name that no other test, and no run before, has used. */
const fresh = (): string => {
  count += 1;
  return `name-${Date.now()}-${Math.random().toString(36).slice(2)}-${count}`;
};

describe('the claim of an order, in two pages', function () {
  // Strict transactions are slow on a busy disk.
  this.timeout(60_000);

  it('is given to one of two pages that ask at once', async () => {
    const page = openPage();
    const other = await loadIn<Claims>(page.window, 'ports/claims.ts', 'createClaims()');
    for (let round = 0; round < 10; round += 1) {
      const order = fresh();
      const answers = await Promise.all([claims.take(order, claimOf('here')), other.take(order, claimOf('there'))]);
      expect(answers.filter((isMine) => isMine)).to.have.lengthOf(1);
      expect((await claims.find(order))?.saleId).to.equal(answers[0] ? 'here' : 'there');
    }
    page.close();
  });

  it('is still held when the page that took it is gone', async () => {
    const order = fresh();
    const page = openPage();
    const other = await loadIn<Claims>(page.window, 'ports/claims.ts', 'createClaims()');
    await other.take(order, claimOf('gone'));
    page.close();
    expect(await claims.take(order, claimOf('here'))).to.equal(false);
    expect(await claims.find(order)).to.deep.equal(claimOf('gone'));
  });
});

describe('being alone at a sale, in two pages', () => {
  it('holds across pages, and ends with the page that dies at it', async () => {
    const sale = fresh();
    const page = openPage();
    const other = await loadIn<Claims>(page.window, 'ports/claims.ts', 'createClaims()');
    const started = gate();
    void other.alone(sale, () => {
      started.open();
      return new Promise(() => {});
    });
    await started.opened;
    expect(await claims.alone(sale, async () => {})).to.equal(false);
    const free = claims.whenNobodyAsks(sale, new AbortController().signal);
    page.close();
    await free;
    expect(await claims.alone(sale, async () => {})).to.equal(true);
  });
});
