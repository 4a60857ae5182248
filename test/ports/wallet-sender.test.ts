import { expect } from 'chai';
import { createWallet } from '../../src/ports/wallet.ts';
import type { Outcome, Sender } from '../../src/ports.ts';
import {
  createProvider,
  createStepClock,
  type FakeProvider,
  HASH,
  hang,
  throwing,
  usdcOrder,
} from '../fixtures/provider.ts';

const walletOf = (provider: FakeProvider | undefined, sender?: Sender) =>
  createWallet({ provider: () => provider, sender: () => sender, clock: createStepClock() });

const inTime = () => true;

/** An outcome in one line: its kind, and the code of its error. */
const said = (outcome: Outcome): string =>
  'error' in outcome ? `${outcome.kind} ${outcome.error.code}` : outcome.kind;

describe("the page's own sender", () => {
  const ANSWERS: [name: string, sender: Sender, meaning: string][] = [
    ['gives a hash', async () => ({ txHash: HASH }), 'sent'],
    ['gives what is no hash', async () => ({ txHash: 'sent!' }), 'unsure wallet-failed'],
    ['gives nothing', async () => undefined as never, 'unsure wallet-failed'],
    ['gives a bare hash', async () => HASH as never, 'unsure wallet-failed'],
    ['says that the person declined', async () => throwing({ code: 4001 })(), 'declined'],
    [
      'rejects as where a wallet does not know a method, maybe one of after the sending',
      () => Promise.reject({ code: -32601 }),
      'unsure wallet-failed',
    ],
    ['throws at once', throwing(new Error('no')), 'unsure wallet-failed'],
    ['rejects with nothing', () => Promise.reject(), 'unsure wallet-failed'],
    ['rejects with -32002', () => Promise.reject({ code: -32002 }), 'unsure wallet-busy'],
  ];
  for (const [name, sender, meaning] of ANSWERS) {
    it(`is called once and "${meaning}" when it ${name}`, async () => {
      let calls = 0;
      const counted: Sender = (instruction) => {
        calls += 1;
        return sender(instruction);
      };
      const provider = createProvider({ accounts: hang() });
      expect(said(await walletOf(provider, counted).ask(usdcOrder, inTime))).to.equal(meaning);
      expect(calls).to.equal(1);
      expect(provider.asked).to.deep.equal([]);
    });
  }

  it('is not said to have failed where it answers nothing', async () => {
    const outcome = await walletOf(undefined, async () => undefined as never).ask(usdcOrder, inTime);
    expect(outcome).to.have.nested.property('error.cause', undefined);
  });

  it('is not called when it is too late', async () => {
    let calls = 0;
    const sender = async () => {
      calls += 1;
      return { txHash: HASH };
    };
    expect(said(await walletOf(undefined, sender).ask(usdcOrder, () => false))).to.equal('not-asked wallet-failed');
    expect(calls).to.equal(0);
  });

  it('gets the frozen instruction of exactly this order', async () => {
    const given: unknown[] = [];
    await walletOf(undefined, async (instruction) => {
      given.push(instruction);
      return { txHash: HASH };
    }).ask(usdcOrder, inTime);
    const { network: _, deadline, ...same } = usdcOrder;
    expect(given).to.deep.equal([{ ...same, deadline: new Date(deadline).toISOString() }]);
    expect(given[0]).to.be.frozen;
  });
});
