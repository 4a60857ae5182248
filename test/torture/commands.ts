// One step of a schedule: when, where and what. Plain records, so that they can be generated, shrunk and printed.
// Knows how each is carried out in one instant; does not know how they are chosen (`generate.ts`).
import type { NetFault, Verb } from './backend.ts';
import type { Device } from './device.ts';
import type { Road } from './people.ts';
import {
  approve,
  callSend,
  canPressSend,
  commit,
  decline,
  goOn,
  openPrompts,
  pressSend,
  pressStart,
  reload,
  sayNotSent,
  sendSignal,
} from './people.ts';
import { SALE, type Tab } from './tab.ts';
import { breakCoinbase, type ChainTrouble, type CoinbaseTrouble, touchChain } from './trouble.ts';
import {
  type Approval,
  NON_HASHES,
  type NonHash,
  type Prompt,
  type Thrown,
  thrownOf,
  type WalletPlan,
} from './wallet.ts';
import { OTHER, type Point, type World } from './world.ts';

export type Answered =
  | { kind: 'hash' | 'silent' | 'late' | 'stuck' | 'fails' }
  | { kind: 'non-hash'; as: NonHash }
  | { kind: 'error'; code: number; thrown: Thrown };

/** What needs nothing but its name. */
export type Plain =
  | 'go'
  | 'start'
  | 'send'
  | 'send twice'
  | 'send everywhere'
  | 'call send'
  | 'call start'
  | 'cancel'
  | 'reset'
  | 'reload'
  | 'open tab'
  | 'part'
  | 'join'
  | 'delay news'
  | 'copy sale';

export type Do =
  | { [Name in Plain]: { do: Name } }[Plain]
  /** An impatient person says so at once. */
  | { do: 'not sent'; isTruthful: boolean; isPatient: boolean }
  | { do: 'approve'; which: number; answered: Answered }
  | { do: 'decline'; which: number }
  | { do: 'crash'; isCommitted: boolean }
  | { do: 'kill browser'; isLost: boolean }
  | { do: 'discard'; what: 'all' | 'sales' | 'claims' }
  | { do: 'disk'; is: 'sales full' | 'claims full' | 'claims refused' | 'well' }
  | { do: 'net'; verb: Verb; fault: NetFault }
  | { do: 'wallet'; plan: WalletPlan }
  /** `hours`: its clock is set meanwhile. */
  | { do: 'sleep'; ms: number; hours: number }
  | { do: 'clock'; hours: number }
  | { do: 'account'; is: 'other' | 'locked' | 'right' }
  | { do: 'chain id'; is: 'other' | 'right' }
  | { do: 'commit'; road: Road }
  | { do: 'signal'; is: 'forged' | 'replayed' }
  | { do: 'coinbase'; trouble: CoinbaseTrouble }
  | { do: 'chain'; trouble: ChainTrouble };

/** `away`: so long nobody is at the machines, and they sleep. `before`: until so long before the order's deadline. */
export type When = { events: number } | { ms: number } | { away: number } | { before: number } | { point: Point };

export interface Step {
  when: When;
  /** Which device and tab, counted round. */
  tab: number;
  what: Do;
}

const LATE = 600_000;
/** A chain that no asset of the table is on. */
const ELSEWHERE = 56;

const approvalOf = (world: World, answered: Answered): Approval => {
  switch (answered.kind) {
    case 'hash':
      return {};
    case 'silent':
      world.hit('hash never answered');
      return { isSilent: true };
    case 'late':
      world.hit('hash answered late');
      return { delay: LATE };
    case 'stuck':
      world.hit('mined late');
      return { isStuck: true };
    case 'fails':
      world.hit('reverted');
      return { fails: true };
    case 'non-hash':
      world.hit(`answered ${answered.as}`);
      return { answer: NON_HASHES[answered.as] };
    case 'error':
      world.hit('sent, but answered with an error');
      return { error: thrownOf(answered.code, answered.thrown) };
  }
};

const setDisk = (
  { storage, databases }: Device,
  is: 'sales full' | 'claims full' | 'claims refused' | 'well',
): void => {
  if (is === 'well') {
    storage.isFull = false;
    databases.mode = 'works';
  } else if (is === 'sales full') storage.isFull = true;
  else databases.mode = is === 'claims full' ? 'full' : 'refused';
};

const DISK = {
  'sales full': 'sales quota full',
  'claims full': 'claims quota full',
  'claims refused': 'claims refused to open',
} as const;

/** Between the checks and the ask. */
const BETWEEN: readonly Point[] = ['account checked', 'claim written', 'claim granted', 'sale saved as sending'];

export const tabAt = (world: World, number: number): { device: Device; tab: Tab | undefined } => {
  const { devices } = world;
  const device = devices[number % devices.length] ?? devices[0];
  if (!device) throw new Error('A world without devices.');
  const { tabs } = device;
  return { device, tab: tabs[Math.floor(number / devices.length) % Math.max(tabs.length, 1)] };
};

const setClock = ({ agenda }: World, device: Device, hours: number): void => {
  device.skew += hours * 3_600_000;
  device.clockSetAt = agenda.now;
};

/** Two devices with one sale: the pages' storage of the first is brought to the second, as where a profile is copied. */
export const copySale = (world: World): boolean => {
  const [from, to] = world.devices;
  const sale = from?.storage.read(SALE);
  // Where the second has asked already, its own sale would be forgotten.
  if (!from || !to || sale === undefined || to.wallet.prompts.length > 0) return false;
  for (const tab of [...to.tabs]) world.kill(tab, false);
  to.storage.write(SALE, sale);
  to.visit = from.visit && { ...from.visit, isSameTab: false };
  world.hit('sale copied to another device');
  world.say(`${to.name}: has the sale of the ${from.name}`);
  world.openTab(to);
  return true;
};

/** Where a step happens, and how it is told. */
interface Spot {
  world: World;
  device: Device;
  tab: Tab | undefined;
  /** Between the checks and the ask. */
  isBetween: boolean;
  note(fault: string, text?: string): void;
}

const promptAt = ({ device }: Spot, which: number): Prompt | undefined => {
  const open = openPrompts(device);
  return open[which % Math.max(open.length, 1)];
};

/** Plain presses and calls, for a page that is there. */
const onTab = (does: (tab: Tab, spot: Spot) => void) => (spot: Spot) => {
  if (spot.tab) does(spot.tab, spot);
};

const onPanel = (does: (tab: Tab, spot: Spot) => void) =>
  onTab((tab, spot) => {
    if (canPressSend(tab)) does(tab, spot);
  });

const DEEDS: { [Name in Do['do']]: (spot: Spot, what: Extract<Do, { do: Name }>) => void } = {
  go: ({ world, device, tab }) => {
    if (tab) goOn(world, tab);
    else if (device.tabs.length === 0) reload(world, device);
  },
  start: onTab((tab, { world }) => pressStart(world, tab)),
  send: onPanel((tab, { world }) => pressSend(world, tab)),
  'send twice': onPanel((tab, { world, note }) => {
    note('double press in one task');
    pressSend(world, tab);
    pressSend(world, tab);
  }),
  'send everywhere': ({ world, note }) => {
    const ready = world.tabs().filter(canPressSend);
    if (ready.length > 1) note('press in a second tab');
    for (const tab of ready) pressSend(world, tab);
  },
  'call send': onTab((tab, { world, note }) => {
    if (tab.flow.sale.stage !== 'ordered') return;
    note("page's own send()");
    callSend(world, tab);
  }),
  'call start': onTab((tab, { note }) => {
    note("page's own start()");
    tab.flow.start(tab.watcher, 'call');
  }),
  cancel: onTab((tab, { note }) => {
    if (tab.flow.sale.stage === 'idle') return;
    note('cancelled', 'the person presses Cancel');
    tab.flow.cancel();
  }),
  reset: onTab((tab, { note }) => {
    note('reset');
    tab.flow.reset();
  }),
  'not sent': (spot, { isTruthful }) => spot.tab && sayNotSent(spot.world, spot.tab, isTruthful),
  approve: (spot, { which, answered }) => {
    const prompt = promptAt(spot, which);
    if (prompt) approve(spot.world, spot.device, prompt, approvalOf(spot.world, answered));
  },
  decline: (spot, { which }) => {
    const prompt = promptAt(spot, which);
    if (!prompt) return;
    spot.world.hit('prompt declined');
    decline(spot.world, spot.device, prompt);
  },
  crash: ({ world, tab, note }, { isCommitted }) => {
    if (!tab) return;
    note(isCommitted ? 'tab crashed as its claim was written' : 'tab crashed');
    world.kill(tab, isCommitted);
  },
  'kill browser': ({ world, device, note }, { isLost }) => {
    if (device.tabs.length === 0) return;
    for (const tab of [...device.tabs]) world.kill(tab, isLost);
    const hasLost = isLost && device.storage.loseUnwritten();
    if (hasLost) device.forgotAt.sales = world.agenda.now;
    note(hasLost ? 'browser killed before its last writes' : 'browser killed');
  },
  reload: onTab((tab, { world, device, note }) => {
    note('tab reloaded');
    world.kill(tab, false);
    reload(world, device);
  }),
  'open tab': ({ world, device, note }) => {
    if (device.tabs.length > 2) return;
    note('second tab opened');
    reload(world, device);
  },
  part: onTab((tab, { note }) => {
    note('element removed');
    tab.part();
  }),
  join: onTab((tab) => tab.join()),
  discard: ({ world, device, note }, { what }) => {
    note(what === 'all' ? 'store discarded' : `${what} discarded`);
    if (what !== 'claims') {
      device.storage.wipe();
      device.forgotAt.sales = world.agenda.now;
    }
    if (what !== 'sales') {
      device.databases.wipe();
      device.forgotAt.claims = world.agenda.now;
    }
  },
  disk: ({ device, note }, { is }) => {
    if (is !== 'well') note(DISK[is]);
    setDisk(device, is);
  },
  'delay news': ({ device, note }) => {
    note('news between tabs delayed');
    device.storage.newsDelay = 5_000;
  },
  'copy sale': ({ world }) => copySale(world),
  net: ({ world }, { verb, fault }) => {
    world.netPlans.push({ verb, fault });
  },
  wallet: ({ world, device }, { plan }) => {
    world.walletPlans.push({ ...plan, device });
  },
  sleep: ({ world, device, note }, { ms, hours }) => {
    note(
      ms < 1_000_000 ? 'slept minutes' : 'slept 40 minutes',
      `the machine sleeps for ${ms / 60_000} minutes${hours === 0 ? '' : `, and its clock is set by ${hours} h`}`,
    );
    if (hours !== 0) setClock(world, device, hours);
    device.sleepsUntil = world.agenda.now + ms;
    world.agenda.after(ms + 1, () => device.tabs.map((one) => one.wake()));
  },
  clock: ({ world, device, note }, { hours }) => {
    note(`clock jumped ${hours > 0 ? '+' : '-'}6 h`);
    setClock(world, device, hours);
  },
  account: ({ world, device, isBetween, note }, { is }) => {
    if (is === 'right') return device.wallet.show([world.wanted.from]);
    if (is === 'locked') note('wallet locked');
    else note(isBetween ? 'account switched between check and ask' : 'account switched');
    device.wallet.show(is === 'locked' ? [] : [OTHER]);
  },
  'chain id': ({ device, isBetween, note }, { is }) => {
    if (is === 'right') return device.wallet.moveTo(device.wallet.options.homeChain);
    note(isBetween ? 'chain switched between check and ask' : 'chain switched');
    device.wallet.moveTo(ELSEWHERE);
  },
  commit: ({ world, device }, { road }) => void commit(world, device, road),
  signal: ({ world, device, tab, note }, { is }) => {
    const [old] = device.visits;
    if (!tab || (is === 'replayed' && !old)) return;
    note(`return ${is}`);
    const nonce = is === 'forged' ? 'forged' : (old?.nonce ?? '');
    const sale = tab.flow.sale.id;
    sendSignal(world, device, { source: 'offramp-button', version: 1, type: 'returned', sale, nonce });
  },
  coinbase: ({ world, device }, { trouble }) => breakCoinbase(world, device, trouble),
  chain: ({ world }, { trouble }) => touchChain(world, trouble),
};

const BY_PEOPLE = new Set<Do['do']>([
  'go',
  'start',
  'send',
  'send twice',
  'send everywhere',
  'not sent',
  'approve',
  'decline',
  'commit',
  'signal',
]);
const BY_PAGE = new Set<Do['do']>(['call send', 'call start', 'cancel', 'reset', 'part', 'join']);

/** What people do follows a moment. A page can act within one, where its listeners are called; the world within any. */
export const isWithin = ({ do: name }: Do, point: Point): boolean =>
  !BY_PEOPLE.has(name) && (!BY_PAGE.has(name) || point.startsWith('stage '));

/** Makes a step happen now. `point`: the moment it waited for. */
export const perform = (world: World, { tab: number, what }: Step, point?: Point): void => {
  const { device, tab } = tabAt(world, number);
  const at = point === undefined ? '' : ` (as soon as: ${point})`;
  const spot: Spot = {
    world,
    device,
    tab,
    isBetween: point !== undefined && BETWEEN.includes(point) && tab?.flow.sale.order !== null,
    note: (fault, text = fault) => {
      world.hit(fault);
      world.say(`${tab?.name ?? device.name}: ${text}${at}`);
    },
  };
  (DEEDS[what.do] as (spot: Spot, what: Do) => void)(spot, what);
};
