// How the scenes of the gallery are reached: a button is placed, and what follows is played. Does not know which scenes there are.
import type { OfframpButton } from '../../src/index.ts';
import { NO_SALE } from '../../src/no-sale.ts';
import { saleKey } from '../../src/ports/traces.ts';
import type { Sale } from '../../src/sale.ts';
import type { SaleRecord } from '../../src/schema.ts';
import type { Stage } from '../../src/stages.ts';
import { json } from '../fixtures/element-backend.ts';
import {
  comeBack,
  createLiveProvider,
  has,
  later,
  list,
  placeButton,
  press,
  reach,
  reaches,
  settle,
  until,
  type World,
  wake,
  words,
} from '../fixtures/element-world.ts';
import { FROM, MINUTE, order, record } from '../fixtures/orders.ts';

type Setting = NonNullable<Parameters<typeof placeButton>[0]>;

export const place = (setting: Setting = {}): Promise<World> =>
  placeButton({ ...setting, set: { locale: 'en-US', ...setting.set } });

/** A fresh button, brought on by `steps`. */
export const played = (steps: (world: World) => unknown, setting?: Setting) => async (): Promise<World> => {
  const world = await place(setting);
  await steps(world);
  return world;
};

export const at = (stage: Stage) => played((world) => reach(world, stage));

export const ATTEMPT = { askedAt: 0, nonce: '0x7', block: '0x64' };
let kept = 0;

/** Keeps a sale, as an earlier page did; returns the `name` of its button. `left`: minutes to send. */
export const keepSale = (change: Partial<Sale>, left = 21): string => {
  kept += 1;
  const name = `kept-${kept}`;
  const now = Date.now();
  const sale: Sale = {
    ...NO_SALE,
    revision: 9,
    id: name,
    nonce: 'nonce',
    asset: 'USDC',
    network: 'base',
    amount: '25',
    from: FROM,
    partnerUserRef: name,
    statusUrl: '/api/sales',
    startedAt: now - MINUTE,
    returned: true,
    order: order({ deadline: now + left * MINUTE }),
    status: 'STARTED',
    fiat: { value: '24.75', currency: 'USD' },
    ...change,
  };
  localStorage.setItem(saleKey(name), JSON.stringify(sale));
  return name;
};

/** A button that finds a sale of an earlier page. */
export const found = (change: Partial<Sale> & Pick<Sale, 'stage'>, left?: number) => async (): Promise<World> => {
  const world = await place({ set: { name: keepSale(change, left) } });
  await reaches(world.button, change.stage);
  if (change.stage === 'ordered') await armed(world.button);
  await settle();
  return world;
};

export const failed = (change: Partial<Sale>) => found({ stage: 'failed', error: 'order-failed', ...change });

const ANSWER = {
  asset: 'USDC',
  network: 'base',
  amount: '25',
  fiat: { value: '24.75', currency: 'USD' },
  fee: { value: '0.25', currency: 'USD' },
  paymentMethod: 'FIAT_WALLET',
  limits: { min: '2', max: '500', currency: 'USD' },
};

const hasPrice = (button: OfframpButton): boolean => has(button, '[part=quote]');

/** A button with a price, or with another answer of the backend's. */
export const priced = (answer: () => Response = () => json(ANSWER), isThere = hasPrice) =>
  played(async ({ button, backend }) => {
    backend.answerQuote = answer;
    button.quoteEndpoint = '/api/quote';
    await until(() => isThere(button));
  });

const ICON =
  'data:image/svg+xml,%3Csvg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 20 20"%3E%3Ccircle cx="10" cy="10" r="9" fill="%23c2410c"/%3E%3C/svg%3E';

/** Wallets of this browser that announce themselves when asked (EIP-6963). */
export const announceWallets = (...names: string[]): void => {
  const providers = names.map((name) => ({
    info: { uuid: name, rdns: `org.${name.length}`, name, icon: ICON },
    provider: createLiveProvider(false),
  }));
  const say = () => {
    for (const detail of providers)
      window.dispatchEvent(new CustomEvent('eip6963:announceProvider', { detail: Object.freeze(detail) }));
  };
  window.addEventListener('eip6963:requestProvider', say);
  later(() => window.removeEventListener('eip6963:requestProvider', say));
};

export const hasError = ({ button }: World): Promise<void> => until(() => words(button, 'error'));

/** A press that ends in words of error. */
export const pressed = (prepare: (world: World) => unknown, setting?: Setting) =>
  played(async (world) => {
    await prepare(world);
    press(world);
    await hasError(world);
  }, setting);

/** The backend's answer to the press. */
export const answered = (answer: () => Response) =>
  pressed(({ backend }) => {
    backend.answerToken = answer;
  });

/**
 * From the press to the return from Coinbase: the order is committed, and the wallet is asked without another press.
 * `prepare` is what is there by then.
 */
export const commit = async (world: World, prepare: (world: World) => unknown = () => {}): Promise<void> => {
  await reach(world, 'selling');
  await prepare(world);
  comeBack(world);
  list(world);
};

/** What comes of a wallet that was asked. */
export const sent = (stage: Stage, prepare: (world: World) => unknown = () => {}) =>
  played(async (world) => {
    await commit(world, prepare);
    await reaches(world.button, stage);
    await settle();
  });

/** A send that ends in words of error. */
export const sentInVain = (prepare: (world: World) => unknown, begin: (world: World) => unknown = () => {}) =>
  played(async (world) => {
    await begin(world);
    await commit(world, prepare);
    await hasError(world);
    await armed(world.button);
  });

/** "Send" can be pressed: it has been there for as long as it takes to be seen. */
export const armed = (button: OfframpButton): Promise<void> =>
  until(() => has(button, '[part=send]:not([aria-disabled])'));

/** Coinbase's list holds these after the person has been there. */
export const listed = (...records: Partial<SaleRecord>[]) =>
  played(async (world) => {
    await reach(world, 'selling');
    world.backend.records = records.map((change) => record({ created_at: new Date().toISOString(), ...change }));
    wake();
    await reaches(world.button, 'failed');
  });

export const written = (attributes: Partial<OfframpButton>) =>
  pressed(async ({ button }) => {
    Object.assign(button, attributes);
    await settle();
  });
