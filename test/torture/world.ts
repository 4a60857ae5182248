// The whole world of one schedule: time, a chain, Coinbase, a backend, devices with their wallets and pages, and the referee.
// Knows how the parts hear of each other; decides nothing by itself.
import { findAsset } from '../../src/assets.ts';
import { deadlineOf, exactUnits } from '../../src/rules.ts';
import { isOver } from '../../src/stages.ts';
import type { Wish } from '../../src/wish.ts';
import { type Agenda, createAgenda, type Owner } from './agenda.ts';
import { type Backend, createBackendSide, type NetFault, type Verb } from './backend.ts';
import { type Chain, createChain } from './chain.ts';
import { decode } from './chain-reads.ts';
import { type Coinbase, createCoinbase, type Wanted } from './coinbase.ts';
import { createDevice, type Device } from './device.ts';
import { hit, type Tally } from './faults.ts';
import { createReferee, type Referee } from './referee.ts';
import { openTab, type Tab } from './tab.ts';
import { createWalletSide, type WalletOptions, type WalletPlan } from './wallet.ts';

export const START = Date.UTC(2026, 0, 15, 12);
/** A page waits so long for an answer of its backend. */
const LONGEST_ANSWER = 10_000;
const FROM = '0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed';
export const OTHER = '0xdbF03B407c01E7cD3CBea99509d93f8DDDC8C6FB';

/** What is sold: both kinds of movement, a quick chain and a slow one. */
const SOLD = [
  { asset: 'USDC', network: 'base', amount: '25', blockTime: 2_000 },
  { asset: 'ETH', network: 'base', amount: '0.5', blockTime: 2_000 },
  { asset: 'USDC', network: 'ethereum', amount: '25.5', blockTime: 12_000 },
  { asset: 'ETH', network: 'ethereum', amount: '0.5', blockTime: 12_000 },
] as const;

export interface Setup {
  devices: 1 | 2;
  tabs: 1 | 2;
  hasClaims: boolean;
  tellsTime: boolean;
  hasEvents: boolean;
  sold: 0 | 1 | 2 | 3;
  account: WalletOptions['account'];
  takesCalls: boolean;
  hasOnePrompt: boolean;
  ignoresChainId: boolean;
  tellsChainEarly: boolean;
  hasLocks: boolean;
  hasSender: boolean;
  isSameTab: boolean;
  listsLate: boolean;
  confirms: boolean;
  preventsSend: boolean;
  /** Hours that the first device's clock is off. */
  skewHours: number;
  /** How many natural steps come before the first of the schedule. */
  warm: number;
  /**
   * Instead of so many: until a wallet is asked, and perhaps until the page that asked is gone; until an order waits for a press,
   * and perhaps until its time is nearly over.
   */
  until: 'any' | 'asked' | 'reloaded' | 'ordered' | 'late';
  /** The second device begins with the first one's sale. */
  isCopied: boolean;
  /** What people answer in the end, bit by bit. */
  ending: number;
}

/** A moment that a step can wait for. */
export const POINTS = [
  'list answered',
  'claim written',
  'claim granted',
  'claim deleted',
  'sale saved as sending',
  'wallet asked',
  'account checked',
  'chain checked',
  'prompt approved',
  'stage unsure',
  'stage settling',
  'stage selling',
  'stage ordered',
] as const;
export type Point = (typeof POINTS)[number];

export interface World {
  readonly setup: Setup;
  readonly agenda: Agenda;
  readonly chain: Chain;
  readonly coinbase: Coinbase;
  readonly devices: readonly Device[];
  readonly referee: Referee;
  readonly story: string[];
  readonly tally: Tally;
  readonly wanted: Wanted;
  /** Faults for the next request of their kind, oldest first. */
  readonly netPlans: { verb: Verb; fault: NetFault }[];
  readonly walletPlans: (WalletPlan & { device: Device })[];
  /** What waits for a moment. */
  readonly traps: { point: Point; run: (tab: Tab) => void }[];
  /** Sales and how they ended. */
  readonly ended: Set<string>;
  say(text: string): void;
  hit(fault: string): void;
  tabs(): Tab[];
  /** Dead ones, too. */
  readonly everyTab: readonly Tab[];
  openTab(device: Device): Tab;
  /** Nothing of the page runs on; what it asked for goes its way. */
  kill(tab: Tab, isCommitted: boolean): void;
}

export const createWorld = (setup: Setup): World => {
  const agenda = createAgenda(START);
  const story: string[] = [];
  const tally: Tally = new Map();
  const ended = new Set<string>();
  const say = (text: string) => {
    story.push(`${((agenda.now - START) / 1000).toFixed(2).padStart(9)} s  ${text}`);
  };

  const { asset, network, amount, blockTime } = SOLD[setup.sold];
  const row = findAsset(asset, network);
  if (!row) throw new Error('The table of assets lost a row.');
  const units = exactUnits(amount, row.decimals) ?? 0n;
  const wish: Wish = {
    tokenEndpoint: 'https://shop.example/token',
    statusEndpoint: null,
    asset,
    network,
    amount,
    fiatAmount: null,
    fiatCurrency: null,
    cashoutMethod: null,
    redirectUrl: 'https://shop.example/back',
    presentation: setup.isSameTab ? 'redirect' : 'popup',
    payOrigin: 'https://pay.coinbase.com',
  };

  const chain = createChain(agenda);
  chain.blockTime = blockTime;
  const coinbase = createCoinbase(agenda, say, (order) => {
    if (order.status === 'EXPIRED' && order.isCommitted) hit(tally, 'order expired');
  });
  coinbase.listsLate = setup.listsLate;
  const { hasClaims, hasSender, tellsTime } = setup;
  const referee = createReferee(agenda, coinbase, { hasClaims, hasLocks: setup.hasLocks, hasSender, tellsTime });
  chain.onMined = (transaction) => {
    say(`chain: ${transaction.hash.slice(0, 10)} is mined${transaction.moves ? ', the transfer is made' : ''}`);
    coinbase.seeMined(transaction);
    referee.onMined(transaction);
  };

  const at = (point: Point, tab: Tab | undefined) => {
    const { traps } = world;
    const index = traps.findIndex((trap) => trap.point === point);
    if (index < 0 || !tab) return;
    const [trap] = traps.splice(index, 1);
    trap?.run(tab);
  };
  /** Only pages own anything here. */
  const tabOf = (owner: Owner): Tab | undefined => (owner.isAlive ? (owner as Tab) : undefined);

  const backend: Backend = createBackendSide(
    agenda,
    coinbase,
    { hasClaims, tellsTime, hasEvents: setup.hasEvents, isShared: setup.devices === 2 },
    {
      faultFor: (verb) => {
        const index = world.netPlans.findIndex((plan) => plan.verb === verb);
        const [plan] = index < 0 ? [] : world.netPlans.splice(index, 1);
        if (!plan) return undefined;
        hit(tally, plan.fault);
        say(`network: ${verb}: ${plan.fault}`);
        return plan.fault;
      },
      onSent: (verb, owner) => {
        const tab = tabOf(owner);
        if (!tab || verb !== 'release') return;
        tab.releasedAt = agenda.now;
        // From here on the other device may ask, whatever becomes of the word here.
        if (tab.falseWord) world.referee.facts(tab.falseWord.orderId).falseWords.push(tab.falseWord.at);
      },
      onDelivered: (verb, owner, { status, body }, askedAt) => {
        const tab = tabOf(owner);
        if (!tab || status !== 200) return;
        // What a machine slept over is not read.
        if (Math.max(agenda.now - askedAt - LONGEST_ANSWER, tab.device.clockSetAt - askedAt) > 0) return;
        if (verb === 'list' || verb === 'events') {
          const { transactions, now } = body as { transactions: unknown; now?: string };
          if (!Array.isArray(transactions)) return;
          const time = Date.parse(now ?? '');
          // An event that is older than what was heard tells a page nothing.
          if (verb === 'events' && time < tab.heardTime) return;
          tab.heardTime = time;
          tab.list = transactions;
          for (const record of tab.list) tab.told.set(record.transaction_id, record);
          tab.toldAt = agenda.now;
          if (verb === 'list') tab.listAskedAt = Math.max(tab.listAskedAt, askedAt);
          at('list answered', tab);
        }
        if (verb === 'claim') {
          const { instruction } = body as { instruction?: { transactionId?: string } };
          if (instruction?.transactionId) referee.onGranted(tab, instruction.transactionId);
          at('claim granted', tab);
        }
      },
    },
  );

  const makeDevice = (name: string): Device => {
    const options: WalletOptions = {
      account: setup.account,
      takesCalls: setup.takesCalls,
      hasOnePrompt: setup.hasOnePrompt,
      ignoresChainId: setup.ignoresChainId,
      tellsChainEarly: setup.tellsChainEarly,
      from: FROM,
      homeChain: row.chainId,
    };
    const wallet = createWalletSide(agenda, chain, options, {
      say: (text) => say(`${name} ${text}`),
      planFor: (kind) => {
        const index = world.walletPlans.findIndex((plan) => plan.kind === kind && plan.device === device);
        return index < 0 ? undefined : world.walletPlans.splice(index, 1)[0];
      },
      onRead: (owner, method) => {
        const tab = tabOf(owner);
        if (!tab) return;
        tab.readAt[method === 'eth_chainId' ? 'chain' : 'accounts'] = agenda.now;
        at(method === 'eth_chainId' ? 'chain checked' : 'account checked', tab);
      },
      onPlan: (plan) => {
        hitPlan(plan);
        say(`${name} wallet: next ${plan.kind}: ${JSON.stringify(plan.fault)}`);
      },
      onAsk: (owner, prompt) => {
        const tab = tabOf(owner);
        if (!tab) return;
        say(`${tab.name}: asks the wallet (${prompt.method})`);
        referee.onAsk(tab, prompt);
      },
      onAsked: (owner) => at('wallet asked', tabOf(owner)),
      onChainEarly: () => hit(tally, 'chain reported before it is in force'),
      onApproved: (prompt) => {
        const tab = tabOf(prompt.tab);
        if (!tab) hit(tally, 'prompt approved with its page gone');
        const order = coinbase.paidBy(decode(prompt.transaction));
        if (order && agenda.now > deadlineOf(order.createdAt, network))
          hit(tally, 'prompt approved after the deadline');
        at('prompt approved', tab ?? world.tabs()[0]);
      },
    });
    const device: Device = createDevice(name, agenda, wallet, (kind, key, owner) => {
      referee.onDisk(kind, key, owner);
      if (kind === 'refused' && device.databases.mode === 'refused') device.unreadAt = agenda.now;
      if (kind === 'add' && key !== 0) at('claim written', tabOf(owner));
      if (kind === 'delete') at('claim deleted', tabOf(owner));
    });
    return device;
  };

  const hitPlan = ({ kind, fault }: WalletPlan) => {
    if (typeof fault === 'object') {
      hit(tally, `code ${fault.code}`);
      if (fault.thrown === 'code as text') hit(tally, 'code as text');
      if (fault.thrown === 'wrapped') hit(tally, 'code wrapped');
      if (fault.thrown === 'a bare text') hit(tally, 'a bare text thrown');
      if (fault.thrown === 'undefined') hit(tally, 'undefined thrown');
    } else if (kind !== 'send') hit(tally, `question ${fault === 'garbage' ? 'answered with garbage' : fault}`);
  };

  const everyTab: Tab[] = [];
  let tabNumber = 0;
  const world: World = {
    setup,
    agenda,
    chain,
    coinbase,
    devices: [],
    referee,
    story,
    tally,
    ended,
    wanted: { from: FROM, asset, network, token: row.token, amount, units },
    netPlans: [],
    walletPlans: [],
    traps: [],
    say,
    hit: (fault) => hit(tally, fault),
    everyTab,
    tabs: () => world.devices.flatMap(({ tabs }) => tabs),

    openTab: (device) => {
      tabNumber += 1;
      const name = `${device.name} tab ${tabNumber}`;
      const { confirms, preventsSend, hasSender, hasLocks } = setup;
      const tab = openTab(
        name,
        device,
        agenda,
        backend,
        { wish, confirms, preventsSend, hasSender, hasLocks },
        {
          say,
          onGo: (from, url, isSameTab) => {
            const reference = url.searchParams.get('partnerUserRef') ?? '';
            const mark = new URL(url.searchParams.get('redirectUrl') ?? '').searchParams.get('offramp-sale') ?? '';
            const [saleId = '', nonce = ''] = mark.split('.');
            device.visit = { reference, saleId, nonce, isSameTab, openedAt: agenda.now, isOpen: true };
            if (isSameTab) world.kill(from, false);
          },
          onShown: referee.onShown,
          onSaved: (from, stage) => {
            if (stage === 'sending') at('sale saved as sending', from);
          },
          onStage: (from, previous) => {
            const { stage, id } = from.flow.sale;
            referee.onStage(from, previous);
            if (isOver(stage)) ended.add(`${id} ${stage}`);
            if (stage === 'selling' || stage === 'ordered' || stage === 'unsure' || stage === 'settling')
              at(`stage ${stage}`, from);
          },
        },
      );
      device.tabs.push(tab);
      everyTab.push(tab);
      say(`${name} is open`);
      tab.join();
      return tab;
    },

    kill: (tab, isCommitted) => {
      const { device } = tab;
      tab.die();
      device.tabs = device.tabs.filter((one) => one !== tab);
      device.databases.drop(tab, isCommitted);
      device.locks.drop(tab);
    },
  };
  const names = setup.devices === 2 ? ['laptop', 'phone'] : ['laptop'];
  Object.assign(world, { devices: names.map(makeDevice) });
  const [first] = world.devices;
  if (first) first.skew = setup.skewHours * 3_600_000;
  return world;
};
