import { expect } from 'chai';
import { NO_SALE } from '../src/no-sale.ts';
import {
  failureOf,
  isLaterThan,
  isWorthShowing,
  LONGEST_SELLING,
  type Sale,
  type SaleEvent,
  transition,
} from '../src/sale.ts';
import { isOver, STAGES, type Stage, stageNames } from '../src/stages.ts';
import { FROM, HASH, NOON, OTHER, OTHER_HASH, order, seeded } from './fixtures/orders.ts';

const ATTEMPT = { askedAt: NOON, nonce: '0x7', block: '0x64' };

/** A sale in a stage, nothing heard or pressed yet. */
const saleIn = (stage: Stage, change: Partial<Sale> = {}): Sale =>
  Object.freeze({
    ...NO_SALE,
    revision: 7,
    stage,
    from: FROM,
    ...(stage === 'idle' || stage === 'connecting'
      ? {}
      : { id: 'sale-1', nonce: 'nonce-1', asset: 'USDC', network: 'base', startedAt: NOON, statusUrl: '/sales/1' }),
    ...(['idle', 'connecting', 'opening', 'selling'].includes(stage)
      ? {}
      : { order: order(), amount: '25', status: 'STARTED' }),
    ...(['sending', 'unsure', 'settling'].includes(stage) ? { attempt: ATTEMPT, asked: true } : {}),
    ...(stage === 'settling' || stage === 'completed' ? { txHash: HASH } : {}),
    ...change,
  });

const OPEN: SaleEvent = {
  type: 'open',
  id: 'sale-2',
  asset: 'USDC',
  network: 'base',
  amount: '25',
  presentation: 'popup',
  at: NOON,
};
const SESSION: SaleEvent = {
  type: 'session',
  nonce: 'nonce-2',
  partnerUserRef: 'ref-1',
  statusUrl: '/sales/1',
  claimUrl: null,
  eventsUrl: null,
  skew: 0,
  at: NOON + 5,
};
const status = (word: string, txHash: string | null = null): SaleEvent => ({
  type: 'status',
  status: word,
  txHash,
  fiat: null,
});

/** The rows of the table: an event, and what is special about the sale it meets. */
const EVENTS: Record<string, { event: SaleEvent; sale?: Partial<Sale> }> = {
  connect: { event: { type: 'connect' } },
  'connected:other': { event: { type: 'connected', from: OTHER } },
  'connected:same': { event: { type: 'connected', from: FROM } },
  'not-connected': { event: { type: 'not-connected' } },
  'not-connected:none': { event: { type: 'not-connected' }, sale: { from: null } },
  open: { event: OPEN },
  'open:no-account': { event: OPEN, sale: { from: null } },
  'not-opened': { event: { type: 'not-opened' } },
  session: { event: SESSION },
  returned: { event: { type: 'returned', nonce: 'nonce-1' } },
  'returned:again': { event: { type: 'returned', nonce: 'nonce-1' }, sale: { returned: true } },
  'returned:forged': { event: { type: 'returned', nonce: 'nonce-2' } },
  order: { event: { type: 'order', order: order(), status: 'STARTED', fiat: null } },
  press: { event: { type: 'press' } },
  'press:again': { event: { type: 'press' }, sale: { pressed: true } },
  claim: { event: { type: 'claim', at: NOON, attempt: ATTEMPT, isAuto: false }, sale: { returned: true } },
  'claim:uncommitted': { event: { type: 'claim', at: NOON, attempt: ATTEMPT, isAuto: false } },
  'claim-found': { event: { type: 'claim-found', attempt: ATTEMPT } },
  sent: { event: { type: 'sent', txHash: HASH } },
  'sent:believed-unsent': { event: { type: 'sent', txHash: HASH }, sale: { attempt: ATTEMPT } },
  'not-sent': { event: { type: 'not-sent', isKnown: true } },
  'not-sent:believed': { event: { type: 'not-sent', isKnown: false } },
  unsure: { event: { type: 'unsure' } },
  placed: { event: { type: 'placed', txHash: HASH, nonce: '0x8' } },
  'placed:other-hash': { event: { type: 'placed', txHash: OTHER_HASH, nonce: '0x8' } },
  'placed:known': {
    event: { type: 'placed', txHash: HASH, nonce: '0x8' },
    sale: { attempt: { ...ATTEMPT, placed: '0x8' } },
  },
  'placed:no-attempt': { event: { type: 'placed', txHash: HASH, nonce: '0x8' }, sale: { attempt: null } },
  repriced: { event: { type: 'repriced', txHash: OTHER_HASH, instead: HASH } },
  'repriced:other-hash': { event: { type: 'repriced', txHash: HASH, instead: OTHER_HASH } },
  undone: { event: { type: 'undone', txHash: HASH, fate: 'cancelled' } },
  'undone:other-hash': { event: { type: 'undone', txHash: OTHER_HASH, fate: 'cancelled' } },
  'status:same': { event: status('STARTED') },
  'status:CREATED': { event: status('CREATED') },
  'status:unknown': { event: status('IN_REVIEW') },
  'status:with-hash': { event: status('STARTED', OTHER_HASH) },
  'status:SUCCESS': { event: status('SUCCESS') },
  'status:EXPIRED': { event: status('EXPIRED') },
  'status:FAILED': { event: status('FAILED') },
  fail: { event: { type: 'fail', code: 'order-refused' } },
  cancel: { event: { type: 'cancel' } },
  reset: { event: { type: 'reset' } },
};

/** Every event there is: a missing one does not compile. */
const KINDS = Object.keys({
  connect: true,
  connected: true,
  'not-connected': true,
  open: true,
  'not-opened': true,
  session: true,
  returned: true,
  order: true,
  press: true,
  claim: true,
  'claim-found': true,
  sent: true,
  'not-sent': true,
  unsure: true,
  placed: true,
  repriced: true,
  undone: true,
  status: true,
  fail: true,
  cancel: true,
  reset: true,
} satisfies Record<SaleEvent['type'], true>);

/** What each event makes of a sale in each stage. A dot: nothing happens. */
const TABLE = `
                      idle        connecting  opening  selling    ordered    sending    unsure     settling   completed  failed  cancelled
connect               connecting  .           .        .          .          .          .          .          .          .       .
connected:other       idle        idle        .        .          .          .          .          .          .          .       .
connected:same        .           idle        .        .          .          .          .          .          .          .       .
not-connected         idle        idle        .        .          .          .          .          .          .          .       .
not-connected:none    .           idle        .        .          .          .          .          .          .          .       .
open                  opening     .           .        .          .          .          .          .          .          .       .
open:no-account       .           .           .        .          .          .          .          .          .          .       .
not-opened            .           .           idle     .          .          .          .          .          .          .       .
session               .           .           selling  selling    .          .          .          .          .          .       .
returned              .           .           opening  selling    ordered    sending    unsure     settling   .          .       .
returned:again        .           .           .        .          .          .          .          .          .          .       .
returned:forged       .           .           .        .          .          .          .          .          .          .       .
order                 .           .           .        ordered    .          .          .          .          .          .       .
press                 .           .           .        .          ordered    .          .          .          .          .       .
press:again           .           .           .        .          .          .          .          .          .          .       .
claim                 .           .           .        .          sending    .          .          .          .          .       .
claim:uncommitted     .           .           .        .          .          .          .          .          .          .       .
claim-found           .           .           .        .          sending    .          .          .          .          .       .
sent                  .           .           .        .          .          settling   settling   .          .          .       .
sent:believed-unsent  .           .           .        .          settling   settling   settling   .          .          .       .
not-sent              .           .           .        .          .          ordered    ordered    .          .          .       .
not-sent:believed     .           .           .        .          .          ordered    ordered    .          .          .       .
unsure                .           .           .        .          .          unsure     .          .          .          .       .
placed                .           .           .        .          .          .          .          settling   .          .       .
placed:other-hash     .           .           .        .          .          .          .          .          .          .       .
placed:known          .           .           .        .          .          .          .          .          .          .       .
placed:no-attempt     .           .           .        .          .          .          .          .          .          .       .
repriced              .           .           .        .          .          .          .          settling   .          .       .
repriced:other-hash   .           .           .        .          .          .          .          .          .          .       .
undone                .           .           .        .          .          .          .          failed     .          .       .
undone:other-hash     .           .           .        .          .          .          .          .          .          .       .
status:same           .           .           .        .          .          .          .          .          .          .       .
status:CREATED        .           .           .        .          ordered    sending    unsure     settling   .          .       .
status:unknown        .           .           .        .          ordered    sending    unsure     settling   .          .       .
status:with-hash      .           .           .        .          settling   settling   settling   settling   .          .       .
status:SUCCESS        .           .           .        .          settling   settling   completed  completed  .          .       .
status:EXPIRED        .           .           .        .          failed     failed     failed     failed     .          .       .
status:FAILED         .           .           .        .          failed     failed     failed     failed     .          .       .
fail                  .           .           failed   failed     failed     .          .          .          .          .       .
cancel                .           .           .        cancelled  cancelled  .          .          .          .          .       .
reset                 .           .           .        .          .          .          .          .          idle       idle    idle
`;

const [columns = [], ...rows] = TABLE.trim()
  .split('\n')
  .map((line) => line.trim().split(/\s+/));
const expected = new Map(rows.map(([name = '', ...cells]) => [name, cells]));

describe('sale: the table', () => {
  it('has a column for every stage', () => {
    expect(columns).to.have.members(stageNames);
  });

  it('has a row for every event, and no other', () => {
    expect([...expected.keys()]).to.have.members(Object.keys(EVENTS));
    expect([...new Set(Object.values(EVENTS).map(({ event }) => event.type))]).to.have.members(KINDS);
  });

  for (const [name, { event, sale: change = {} }] of Object.entries(EVENTS)) {
    for (const stage of stageNames) {
      const cell = expected.get(name)?.[columns.indexOf(stage)];
      it(`${name} in ${stage}: ${cell === '.' ? 'nothing happens' : cell}`, () => {
        const before = saleIn(stage, change);
        const after = transition(before, event);
        if (cell === '.') return expect(after).to.equal(before);
        expect(after.stage).to.equal(cell);
        expect(after.revision).to.equal(before.revision + 1);
        expect(after).not.to.equal(before);
        expect(Object.isFrozen(after)).to.equal(true);
        if (after.stage !== stage) expect(STAGES[stage]).to.include(after.stage);
        return undefined;
      });
    }
  }
});

describe('sale: what each step carries', () => {
  it('begins a sale with nothing left of an older one but the account', () => {
    const dirty = saleIn('idle', { error: 'order-failed', txHash: HASH, asked: true, returned: true, pressed: true });
    const { at, type: _, ...wish } = OPEN as Extract<SaleEvent, { type: 'open' }>;
    expect(transition(dirty, OPEN)).to.deep.equal({
      ...NO_SALE,
      ...wish,
      from: FROM,
      stage: 'opening',
      startedAt: at,
      revision: dirty.revision + 1,
    });
  });

  it('begins the sale when its session is made, by the server’s clock', () => {
    expect(transition(saleIn('opening'), SESSION)).to.include({
      startedAt: NOON + 5,
      statusUrl: '/sales/1',
      partnerUserRef: 'ref-1',
    });
  });

  it('keeps the beginning of the sale when its window is opened again, and waits for a return from that one', () => {
    const again = transition(saleIn('selling', { returned: true }), SESSION);
    expect(again).to.include({ startedAt: NOON, nonce: 'nonce-2', returned: false });
    expect(transition(again, { type: 'returned', nonce: saleIn('selling').nonce })).to.equal(again);
  });

  it('is behind a later state that knows of its ask, and an order behind what asked a wallet for it', () => {
    const at = (stage: Stage, change?: Partial<Sale>) => saleIn(stage, { revision: 7, ...change });
    const asked = at('sending');
    for (const stage of ['ordered', 'cancelled'] as const) {
      expect([isLaterThan(asked, at(stage)), isLaterThan(at(stage), asked)]).to.deep.equal([true, false]);
      expect(isLaterThan(at(stage), at(stage))).to.equal(false);
    }
    const before = at('ordered', { attempt: { ...ATTEMPT, askedAt: ATTEMPT.askedAt - 1 } });
    expect([isLaterThan(asked, before), isLaterThan(before, asked)]).to.deep.equal([true, false]);
    for (const stage of ['failed', 'completed'] as const) expect(isLaterThan(asked, at(stage))).to.equal(false);
    const since = at('ordered', { attempt: { ...ATTEMPT, askedAt: ATTEMPT.askedAt + 1 } });
    expect(isLaterThan(before, since)).to.equal(false);
    const { attempt } = asked;
    const later = at('ordered', { revision: 8, attempt });
    expect([isLaterThan(later, asked), isLaterThan(asked, later)]).to.deep.equal([true, false]);
    const ignorant = at('cancelled', { revision: 9 });
    expect([isLaterThan(ignorant, asked), isLaterThan(asked, ignorant)]).to.deep.equal([false, true]);
  });

  it('is worth showing for two hours in Coinbase’s hands by the server’s clock, and at its end with an order alone', () => {
    const selling = saleIn('selling', { skew: 6 * 3_600_000 });
    const at = (age: number) => NOON - selling.skew + age;
    const ages = [0, LONGEST_SELLING - 1, LONGEST_SELLING];
    expect(ages.map((age) => isWorthShowing(selling, at(age)))).to.deep.equal([true, true, false]);
    const failed = saleIn('failed', { order: order() });
    expect([failed, { ...failed, order: null }].map((sale) => isWorthShowing(sale, NOON))).to.deep.equal([true, false]);
  });

  it('pins the very order that was picked', () => {
    const picked = order({ amount: '24.5', units: '24500000' });
    const fiat = { value: '24', currency: 'USD' };
    const after = transition(saleIn('selling'), { type: 'order', order: picked, status: 'CREATED', fiat });
    expect(after.order).to.equal(picked);
    expect(after).to.include({ amount: '24.5', status: 'CREATED', fiat });
  });

  it('needs a new press after an ask that sent nothing, and remembers that there was one', () => {
    const before = saleIn('sending', { pressed: true, returned: true });
    expect(transition(before, { type: 'not-sent', isKnown: true })).to.include({
      pressed: false,
      returned: true,
      asked: true,
    });
    expect(transition(before, { type: 'not-sent', isKnown: true }).attempt).to.deep.equal({
      ...ATTEMPT,
      isDeclined: true,
    });
  });

  it('keeps the attempt of an ask for the time of doubt', () => {
    const sending = transition(saleIn('ordered', { returned: true }), {
      type: 'claim',
      at: NOON,
      attempt: ATTEMPT,
      isAuto: true,
    });
    expect(sending).to.include({ attempt: ATTEMPT, asked: true });
    expect(transition(sending, { type: 'unsure' }).attempt).to.equal(ATTEMPT);
    expect(transition(saleIn('ordered'), { type: 'claim-found', attempt: ATTEMPT })).to.include({
      attempt: ATTEMPT,
      asked: true,
    });
  });

  it('keeps an attempt that is only believed unsent, and every one after it', () => {
    const believed = transition(saleIn('unsure'), { type: 'not-sent', isKnown: false });
    expect(believed).to.include({ stage: 'ordered', attempt: ATTEMPT, pressed: false });
    const attempt = { ...ATTEMPT, askedAt: NOON + 1, isRepeat: true };
    expect(transition(saleIn('sending', { attempt }), { type: 'not-sent', isKnown: true }).attempt).to.equal(attempt);
  });

  it('keeps the id that a wallet gave a batch instead of ours', () => {
    const attempt = { ...ATTEMPT, callsId: '0x01' };
    const kept = transition(saleIn('sending', { attempt }), { type: 'unsure', callsId: '0x02' });
    expect(kept.attempt).to.deep.equal({ ...ATTEMPT, callsId: '0x02' });
    const late = transition(saleIn('unsure', { attempt }), { type: 'unsure', callsId: '0x02' });
    expect(late).to.deep.include({ stage: 'unsure', attempt: { ...ATTEMPT, callsId: '0x02' } });
    const settling = saleIn('settling', { attempt });
    expect(transition(settling, { type: 'unsure', callsId: '0x02' })).to.equal(settling);
  });

  it('keeps the nonce, the new hash and the fate that the chain shows', () => {
    const settling = saleIn('settling');
    const placed = transition(settling, { type: 'placed', txHash: HASH, nonce: '0x9' });
    expect(placed.attempt).to.deep.equal({ ...ATTEMPT, placed: '0x9' });
    const repriced = transition(placed, { type: 'repriced', txHash: OTHER_HASH, instead: HASH });
    expect(repriced).to.include({ txHash: OTHER_HASH, attempt: placed.attempt });
    const undone = transition(repriced, { type: 'undone', txHash: OTHER_HASH, fate: 'reverted' });
    expect(undone).to.include({ error: 'order-failed', fate: 'reverted', txHash: OTHER_HASH });
    expect(failureOf(undone)?.message).to.equal('The transfer did not go through.');
  });

  it('takes the hash that Coinbase has seen, and keeps its own where Coinbase names none', () => {
    expect(transition(saleIn('ordered'), status('STARTED', OTHER_HASH)).txHash).to.equal(OTHER_HASH);
    expect(transition(saleIn('settling'), status('SUCCESS')).txHash).to.equal(HASH);
  });

  it('says why it failed', () => {
    expect(transition(saleIn('ordered'), status('EXPIRED')).error).to.equal('order-expired');
    expect(transition(saleIn('ordered'), status('FAILED')).error).to.equal('order-failed');
    expect(transition(saleIn('ordered'), { type: 'fail', code: 'order-refused' }).error).to.equal('order-refused');
    const expired = failureOf(saleIn('failed', { error: 'order-expired' }));
    expect(expired?.code).to.equal('order-expired');
    expect(expired?.message).not.to.match(/transfer/);
  });

  it('gives no reason for a failure that there is not', () => {
    for (const stage of stageNames) expect(failureOf(saleIn(stage))).to.equal(undefined);
  });

  it('has neither names nor a secret before the first press', () => {
    const { id, nonce, asset, network } = NO_SALE;
    expect([id, nonce, asset, network].join('')).to.equal('');
  });

  it('can be sent again after a doubt, also where its store has lost what was known of the ask', () => {
    const after = transition(saleIn('unsure', { attempt: null }), { type: 'not-sent', isKnown: true });
    expect(after).to.include({ stage: 'ordered', attempt: null });
  });

  it('takes news of the payout without leaving its stage', () => {
    const fiat = { value: '24.70', currency: 'USD' };
    const after = transition(saleIn('settling'), { type: 'status', status: 'STARTED', txHash: null, fiat });
    expect(after).to.include({ stage: 'settling', fiat });
    expect(transition(after, { type: 'status', status: 'STARTED', txHash: HASH, fiat: { ...fiat } })).to.equal(after);
    expect(transition(after, status('STARTED'))).to.equal(after);
  });

  it('keeps nothing but the account after a reset', () => {
    for (const stage of stageNames.filter(isOver)) {
      const before = saleIn(stage, { error: 'order-failed' });
      expect(transition(before, { type: 'reset' })).to.deep.equal({
        ...NO_SALE,
        from: FROM,
        revision: before.revision + 1,
      });
    }
  });
});

describe('sale: when an order may be claimed', () => {
  const claimed = (change: Partial<Sale>, { at = NOON, isAuto = false } = {}) =>
    transition(saleIn('ordered', { returned: true, ...change }), { type: 'claim', at, attempt: ATTEMPT, isAuto })
      .stage === 'sending';

  for (const [name, change] of Object.entries<Partial<Sale>>({
    'after a return signal': {},
    'after the press alone': { returned: false, pressed: true },
    'when it is CREATED': { status: 'CREATED' },
    'again, after the press': { asked: true, pressed: true },
  })) {
    it(`may be claimed ${name}`, () => expect(claimed(change)).to.equal(true));
  }

  for (const [name, change] of Object.entries<Partial<Sale>>({
    'that nobody committed to (rule 7)': { returned: false },
    'that does not exist': { order: null },
    'that Coinbase has seen a transfer for (rule 6)': { txHash: HASH },
  })) {
    it(`may not be claimed: one ${name}`, () => expect(claimed(change)).to.equal(false));
  }

  for (const word of [null, '', 'SUCCESS', 'FAILED', 'EXPIRED', 'UNSPECIFIED', 'IN_REVIEW', 'started', 'STARTED ']) {
    it(`may not be claimed with the status ${JSON.stringify(word)} (rule 6)`, () => {
      expect(claimed({ status: word })).to.equal(false);
    });
  }

  it('may be claimed until its deadline and not from then on (rule 12)', () => {
    const { deadline } = order();
    expect(claimed({}, { at: deadline - 1 })).to.equal(true);
    expect(claimed({}, { at: deadline })).to.equal(false);
    expect(claimed({}, { at: deadline + 1 })).to.equal(false);
  });

  it('may be claimed without a press only the first time', () => {
    expect(claimed({ asked: false }, { isAuto: true })).to.equal(true);
    expect(claimed({ asked: true }, { isAuto: true })).to.equal(false);
  });
});

describe('sale: whatever happens', () => {
  it('never leaves its table, never changes what it was given, and completes on SUCCESS alone', () => {
    const random = seeded(1);
    const events = Object.values(EVENTS).map(({ event }) => event);
    for (let walk = 0; walk < 300; walk += 1) {
      let sale: Sale = saleIn('idle');
      for (let step = 0; step < 60; step += 1) {
        const event = events[Math.floor(random() * events.length)];
        if (!event) throw new Error('There is always an event.');
        const next = transition(sale, event);
        if (next.stage !== sale.stage) expect(STAGES[sale.stage]).to.include(next.stage);
        if (next.stage === 'completed' && sale.stage !== 'completed') {
          expect(event).to.include({ type: 'status', status: 'SUCCESS' });
        }
        if (next !== sale) expect(next.revision).to.be.greaterThan(sale.revision);
        sale = next;
      }
    }
  });

  it('leaves an end only by a reset', () => {
    for (const stage of stageNames.filter(isOver)) {
      for (const { event } of Object.values(EVENTS)) {
        const before = saleIn(stage);
        if (event.type !== 'reset') expect(transition(before, event)).to.equal(before);
      }
    }
  });
});
