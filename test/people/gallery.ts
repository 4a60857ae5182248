// Every look of the element, each reached in a button of its own: one list that axe, contrast, sizes, words and pictures share.
// A new stage or fate needs a scene here, a new error a row in `gallery-errors.ts`. Does not know what is looked at.
import { errorTable, type OfframpErrorCode } from '../../src/errors.ts';
import type { Fate } from '../../src/sale.ts';
import type { Stage } from '../../src/stages.ts';
import { json } from '../fixtures/element-backend.ts';
import {
  comeBack,
  has,
  inside,
  list,
  press,
  reach,
  reaches,
  settle,
  until,
  type World,
  words,
} from '../fixtures/element-world.ts';
import { HASH } from '../fixtures/orders.ts';
import { hang, throwing } from '../fixtures/provider.ts';
import { ERRORS } from './gallery-errors.ts';
import { ATTEMPT, announceWallets, armed, at, failed, found, place, played, priced, sent } from './gallery-ways.ts';

export interface Scene {
  /** Unique, a few words; stands under the picture. */
  name: string;
  /** What a person sees and can do, a sentence. */
  says: string;
  stage: Stage;
  code?: OfframpErrorCode;
  fate?: Fate;
  show(): Promise<World>;
}

const STAGES: readonly Scene[] = [
  { name: 'idle', stage: 'idle', says: 'The button with its own label, or the page’s.', show: at('idle') },
  {
    name: 'disabled',
    stage: 'idle',
    says: 'The page has set `disabled`.',
    show: () => place({ set: { disabled: true } }),
  },
  {
    name: 'price',
    stage: 'idle',
    says: 'With a `quote-endpoint`: what the sale would bring.',
    show: priced(),
  },
  {
    name: 'price and fee',
    stage: 'idle',
    says: 'A press on the price tells the fee in it.',
    show: async () => {
      const world = await priced()();
      inside(world.button).querySelector('summary')?.click();
      await settle();
      return world;
    },
  },
  {
    name: 'out of range',
    stage: 'idle',
    says: 'Coinbase would not take the amount; the limits are named where they are known.',
    show: priced(
      () =>
        json({ code: 'amount-out-of-range', message: 'No.', limits: { min: '2', max: '500', currency: 'USD' } }, 400),
      (button) => words(button, 'status') !== '',
    ),
  },
  {
    name: 'connecting',
    stage: 'connecting',
    says: 'The wallet asks the person for an account.',
    show: at('connecting'),
  },
  {
    name: 'connected',
    stage: 'idle',
    says: 'The wallet gave an account in a window of its own; a second press opens Coinbase.',
    show: played(
      async ({ button }) => {
        press({ button });
        await until(() => words(button, 'status').startsWith('Your wallet is connected'));
      },
      { isConnected: false },
    ),
  },
  {
    name: 'several wallets',
    stage: 'idle',
    says: 'Each wallet of this browser is a button.',
    show: async () => {
      announceWallets('Blue Wallet', 'A Wallet With a Rather Long Name', 'Vault');
      const world = await place({ hasProvider: false });
      press(world);
      await until(() => has(world.button, '[part=panel]'));
      return world;
    },
  },
  {
    name: 'opening',
    stage: 'opening',
    says: 'Coinbase’s window is there, its session is being made.',
    show: at('opening'),
  },
  {
    name: 'selling',
    stage: 'selling',
    says: 'The person is in Coinbase’s window; a press brings it to the front, or opens it again.',
    show: at('selling'),
  },
  {
    name: 'returned',
    stage: 'selling',
    says: 'Back from Coinbase, whose list does not show the order yet.',
    show: played(async (world) => {
      await reach(world, 'selling');
      comeBack(world);
      await until(() => words(world.button, 'status').startsWith('Waiting'));
    }),
  },
  {
    name: 'order, not confirmed',
    stage: 'ordered',
    says: 'The order is there, and nobody has said that “Cash out now” was pressed: only the person can know.',
    show: played(async (world) => {
      await reach(world, 'ordered');
      await armed(world.button);
    }),
  },
  {
    name: 'order to review',
    stage: 'ordered',
    says: 'With `confirm-send`, or after a “no” in the wallet: what will be sent, letter by letter.',
    show: played(
      async (world) => {
        await reach(world, 'selling');
        comeBack(world);
        list(world);
        await reaches(world.button, 'ordered');
        await armed(world.button);
      },
      { set: { confirmSend: true } },
    ),
  },
  {
    name: 'under ten minutes',
    stage: 'ordered',
    says: 'At 10, 5 and 1 minutes the status line says it, once; the countdown itself is silent.',
    show: found({ stage: 'ordered', asked: true }, 9.5),
  },
  {
    name: 'under five minutes',
    stage: 'ordered',
    says: 'The second of the three.',
    show: found({ stage: 'ordered', asked: true }, 4.5),
  },
  {
    name: 'under a minute',
    stage: 'ordered',
    says: 'The last of them.',
    show: found({ stage: 'ordered', asked: true }, 0.9),
  },
  {
    name: 'checking',
    stage: 'ordered',
    says: 'Account, network, balance, fee and a trial run are checked before the wallet is asked.',
    show: async () => {
      const world = await sent('ordered', ({ provider }) => provider.script('eth_estimateGas', hang))();
      await until(() => words(world.button, 'status').startsWith('Checking'));
      return world;
    },
  },
  {
    name: 'not ready',
    stage: 'ordered',
    says: 'Coinbase’s status is one that nothing is sent for.',
    show: played(async (world) => {
      await reach(world, 'ordered');
      list(world, { status: 'PENDING_REVIEW' });
      await until(() => words(world.button, 'status').startsWith('Coinbase is not ready'));
    }),
  },
  {
    name: 'order again',
    stage: 'ordered',
    says: 'An earlier ask was only believed to be unsent: its request may still be open in the wallet.',
    show: found({ stage: 'ordered', asked: true, attempt: ATTEMPT }),
  },
  {
    name: 'sending',
    stage: 'sending',
    says: 'The wallet has been asked, once.',
    show: sent('sending', ({ provider }) => provider.script('eth_sendTransaction', hang)),
  },
  {
    name: 'unsure',
    stage: 'unsure',
    says: 'The wallet’s answer said nothing for certain; the chain and Coinbase are looked at.',
    show: sent('unsure', ({ provider }) => provider.script('eth_sendTransaction', throwing({ code: -32603 }))),
  },
  { name: 'settling', stage: 'settling', says: 'Sent, with a link to the transfer.', show: sent('settling') },
  {
    name: 'completed',
    stage: 'completed',
    says: 'Coinbase says that it has paid.',
    show: found({ stage: 'completed', asked: true, txHash: HASH, status: 'SUCCESS' }),
  },
  {
    name: 'completed, no amount',
    stage: 'completed',
    says: 'The same, where Coinbase names no amount.',
    show: found({ stage: 'completed', asked: true, txHash: HASH, fiat: null, status: 'SUCCESS' }),
  },
  {
    name: 'failed after sending',
    stage: 'failed',
    says: 'Coinbase did not sell what was sent.',
    show: failed({ asked: true, txHash: HASH }),
  },
  {
    name: 'failed, perhaps sent',
    stage: 'failed',
    says: 'The order ended before it was known what became of the ask.',
    show: failed({ asked: true, attempt: ATTEMPT }),
  },
  { name: 'cancelled', stage: 'cancelled', says: 'The person gave it up.', show: at('cancelled') },
  {
    name: 'cancelled, perhaps sent',
    stage: 'cancelled',
    says: 'Given up, while an earlier request may still be open in the wallet.',
    show: async () => {
      const world = await found({ stage: 'ordered', asked: true, attempt: ATTEMPT })();
      world.button.cancel();
      await reaches(world.button, 'cancelled');
      return world;
    },
  },
];

const FATES: Readonly<Record<Fate, string>> = {
  cancelled: 'The person cancelled the transfer in the wallet.',
  replaced: 'Another transaction of the wallet took its place.',
  reverted: 'The network refused it.',
};

const byFate = Object.entries(FATES).map(
  ([fate, says]): Scene => ({
    name: `failed: ${fate}`,
    stage: 'failed',
    says,
    fate: fate as Fate,
    show: failed({ asked: true, attempt: ATTEMPT, txHash: HASH, fate: fate as Fate }),
  }),
);

const byCode = Object.entries(ERRORS).map(
  ([code, [stage, show]]): Scene => ({
    name: code,
    stage,
    says: errorTable[code as OfframpErrorCode].message,
    code: code as OfframpErrorCode,
    show,
  }),
);

export const scenes: readonly Scene[] = [...STAGES, ...byFate, ...byCode];
