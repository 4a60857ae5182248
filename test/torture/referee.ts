// What must hold whatever happens, looked at as it happens: at every ask, every mined transfer, every stage that is entered.
// Knows the truth of the world and what each page was told; changes nothing.
import type { Order } from '../../src/order.ts';
import type { Stage } from '../../src/stages.ts';
import type { Agenda, Owner } from './agenda.ts';
import { same, type Transaction } from './chain.ts';
import { decode } from './chain-reads.ts';
import type { Coinbase, CoinbaseOrder } from './coinbase.ts';
import type { OnChange } from './databases.ts';
import type { Device } from './device.ts';
import { saysUnsent, wordsOf } from './spoken.ts';
import type { Tab } from './tab.ts';
import type { Prompt } from './wallet.ts';

export interface Violation {
  readonly rule: string;
  readonly text: string;
}

/** One request to send, and what led to it. */
interface Ask {
  readonly device: Device;
  readonly prompt: Prompt;
  readonly at: number;
  readonly saleId: string;
  /** The person had pressed "Send" since the ask before; otherwise the page called or it went by itself. */
  readonly isPressed: boolean;
}

/** The right to ask, as one page got it. */
interface Right {
  readonly tab: Owner;
  readonly of: 'disk' | 'backend';
  readonly at: number;
  isUsed: boolean;
}

interface Facts {
  readonly asks: Ask[];
  readonly transfers: Transaction[];
  readonly rights: Right[];
  /** A person has said so, believed or not. */
  isDenied: boolean;
  /** When a person said "nothing was sent" with a request open or sent. */
  readonly falseWords: number[];
  /** Presses on "Send" and the page's own calls, by device; a press commits the sale, wherever that is copied to. */
  readonly presses: { device: Device; at: number; saleId: string }[];
  readonly calls: { device: Device; at: number; saleId: string }[];
}

export interface Referee {
  readonly violations: Violation[];
  /** Second transfers that a person's false word, a press or a coming back on another device, and two approvals made. */
  mistakenDoubles: number;
  /** Second transfers from a browser that had lost both the sale and the claim, where no backend keeps one. */
  forgottenDoubles: number;
  /** Asks by the return of a former window, in a browser that was killed before it had kept that there is a later one. */
  forgottenWindows: number;
  /** Untrue words that needed a person's false word before. */
  mistakenWords: number;
  /** A page of a device that asked nothing, or lost all that it knew, saying that nothing was sent while another has sent. */
  elsewhereWords: number;
  facts(orderId: string): Facts;
  onDisk: OnChange;
  onGranted(tab: Owner, orderId: string): void;
  onShown(tab: Tab, order: Order): void;
  onAsk(tab: Tab, prompt: Prompt): void;
  onMined(transaction: Transaction): void;
  onStage(tab: Tab, previous: Stage): void;
  /** A sale's genuine return page was loaded. */
  onReturn(saleId: string): void;
  /** Looks at what every page shows now. */
  lookAt(tabs: readonly Tab[]): void;
  fail(rule: string, text: string): void;
}

export interface RefereeOptions {
  hasClaims: boolean;
  /** Tabs of one browser hear of each other's asks. */
  hasLocks: boolean;
  /** The page sends in its own way. */
  hasSender: boolean;
  /** Whether a page can know the true time: the backend tells it. */
  tellsTime: boolean;
}

const MINUTE = 60_000;
/** Rule 12, in numbers of its own: half an hour, less what a transfer needs to be confirmed. */
const deadlineOf = ({ createdAt, network }: CoinbaseOrder): number =>
  createdAt + (network === 'ethereum' ? 25 : 27) * MINUTE;
/** Rule 6. */
const SENDABLE = ['TRANSACTION_STATUS_CREATED', 'TRANSACTION_STATUS_STARTED'];
const OVER = ['TRANSACTION_STATUS_FAILED', 'TRANSACTION_STATUS_EXPIRED'];
/** Older orders are not this sale's (rule 8). */
const CLOCK_ALLOWANCE = 30_000;
/** A node shows a transaction within a second, and a page goes by what it saw for so long. */
const SEEN_AFTER = 21_000;
/** From a page's checks, where it begins to count, to the ask itself. */
const CHECKED_BEFORE = 30_000;

/** Rule 4: a request may sit unseen in a wallet for so long. */
const ENOUGH_TIME = 120_000;

/** An answer is on its way for as long as a request may take; by so much the page's idea of the time may be old. */
const TIME_OF_ANSWER = 11_000;

export const createReferee = (agenda: Agenda, coinbase: Coinbase, options: RefereeOptions): Referee => {
  const known = new Map<string, Facts>();
  const returned = new Set<string>();
  const refusedAt = new Map<Owner, number>();
  const violations: Violation[] = [];

  const fail = (rule: string, text: string): void => {
    violations.push({ rule, text });
  };

  const facts = (orderId: string): Facts => {
    const found = known.get(orderId) ?? {
      asks: [],
      transfers: [],
      rights: [],
      isDenied: false,
      falseWords: [],
      presses: [],
      calls: [],
    };
    known.set(orderId, found);
    return found;
  };

  const truthOf = (orderId: string): CoinbaseOrder | undefined => coinbase.orders.find(({ id }) => id === orderId);

  /** What is asked is what was shown from the first moment. */
  const judgeTransfer = (tab: Tab, { transaction, tab: owner }: Prompt): void => {
    const { order } = tab.flow.sale;
    const first = order && tab.shown.get(tab.flow.sale.id);
    if (!order || !first) {
      fail('11', `${tab.name} asked without an order`);
      return;
    }
    const doubt = tab.doubts.get(tab.flow.sale.id);
    if (doubt !== undefined) fail('8', `${tab.name} picked ${doubt}, and asked for it`);
    if (JSON.stringify(order) !== JSON.stringify(first)) fail('11', `${tab.name} changed the order it showed`);
    const moves = decode(transaction);
    const { wallet } = tab.device;
    // A page's own way to send makes its own checks. What changes after the last look cannot be known; what changed before it must be.
    if (!options.hasSender && wallet.chainId !== order.chainId && wallet.changedAt.chain < tab.readAt.chain) {
      fail('10', `${tab.name} asked a wallet that is on chain ${wallet.chainId}`);
    }
    const isShown = wallet.accounts.some((one) => same(one, order.from));
    if (!options.hasSender && !isShown && wallet.changedAt.accounts < tab.readAt.accounts) {
      fail('10', `${tab.name} asked a wallet that no longer shows the account`);
    }
    if (transaction.chainId !== order.chainId)
      fail('10', `asked for chain ${transaction.chainId}, shown ${order.chainId}`);
    const isSame =
      moves !== undefined &&
      same(moves.to, order.to) &&
      same(moves.from, order.from) &&
      same(moves.token ?? '', order.token ?? '') &&
      moves.units === BigInt(order.units);
    if (!isSame) fail('11', `${tab.name} asked for another transfer than the one it showed`);
    if (owner !== tab) fail('2', 'a page asked for another page');
  };

  /** One use of one right, from the disk where it can be written, and from the backend where it gives them. */
  const judgeRights = (tab: Tab, orderId: string): void => {
    const { rights } = facts(orderId);
    const use = (of: Right['of']): boolean => {
      const right = rights.findLast((one) => one.tab === tab && one.of === of && !one.isUsed);
      if (right) right.isUsed = true;
      return right !== undefined;
    };
    // Account and chain are looked at once more, after the claim.
    const grantedAt = rights.findLast((one) => one.tab === tab)?.at ?? 0;
    if (!options.hasSender && Math.min(tab.readAt.chain, tab.readAt.accounts) < grantedAt) {
      fail('10', `${tab.name} asked without looking at account and chain again`);
    }
    const isRefused = (refusedAt.get(tab) ?? 0) >= tab.triggeredAt;
    if (!use('disk') && !(options.hasClaims && isRefused)) fail('3', `${tab.name} asked without a claim on the disk`);
    if (options.hasClaims && !use('backend')) fail('3', `${tab.name} asked without the backend's claim`);
    const { stage, isKept } = tab.lastSave ?? {};
    if (!(stage === 'sending' && isKept) && !options.hasClaims)
      fail('1', `${tab.name} asked before the sale left ordered`);
  };

  /** Nobody gives back the claim of an ask that is open, unless a person said that nothing was sent; one that asked nothing goes back at once. */
  const judgeRelease = (tab: Tab, orderId: string): void => {
    const { asks, rights, isDenied } = facts(orderId);
    const right = rights.findLast((one) => one.of === 'disk' && (one.tab as Tab).device === tab.device);
    if (right && right.tab === tab && !right.isUsed) return;
    const isOpen = asks.some(({ device, prompt }) => device === tab.device && prompt.state === 'open');
    // Without locks, another tab may ask in the moment in which a person says truly that nothing was sent.
    const isOvertaken = !options.hasLocks && tab.saidAt !== undefined;
    if (isOpen && !isDenied && !isOvertaken) fail('4', `${tab.name} released a claim with its prompt open`);
  };

  /** A person's false word counts only after a while, and where the chain shows nothing else. */
  const judgeBelief = (tab: Tab, orderId: string, saidAt: number): void => {
    const { asks } = facts(orderId);
    if (tab.readAt.chain < saidAt) fail('4', `${tab.name} believed that nothing was sent without a look at the chain`);
    const { clockSetAt } = tab.device;
    const last = asks.findLast(({ device }) => device === tab.device);
    const knowsTime = options.tellsTime ? tab.listAskedAt >= clockSetAt : (last?.at ?? 0) > clockSetAt;
    const waited = agenda.now - (last?.at ?? 0);
    if (knowsTime && waited < ENOUGH_TIME - CHECKED_BEFORE - TIME_OF_ANSWER)
      fail('4', `${tab.name} believed that nothing was sent ${waited} ms after it asked`);
    for (const { device, prompt } of asks) {
      const { sent } = prompt;
      if (device !== tab.device || !sent?.moves || agenda.now - sent.at < SEEN_AFTER) continue;
      const isOwnNonce = same(sent.from, sent.moves.from);
      const isShown = (sent.state === 'mined' && !sent.fails) || (sent.state === 'waiting' && isOwnNonce);
      if (isShown) fail('4', `${tab.name} believed that nothing was sent, and the chain shows that it was`);
    }
  };

  /** What was asked for can still be paid. */
  const isUnderWay = (tab: Tab, orderId: string): boolean =>
    facts(orderId).asks.some(({ device, prompt: { state, sent } }) => {
      if (device !== tab.device) return false;
      const isSent = sent?.moves && (sent.state === 'waiting' || (sent.state === 'mined' && !sent.fails));
      return state === 'open' || (state === 'approved' && isSent);
    });

  /** Declined, but the page that asked was gone: no other knows. */
  const isUnheard = (tab: Tab, orderId: string): boolean => {
    const last = facts(orderId).asks.findLast(({ device }) => device === tab.device);
    return last?.prompt.state === 'declined' && last.prompt.tab !== tab;
  };

  /** A page that says "ordered" again has given back what would keep the next press from asking. */
  const judgeFreed = (tab: Tab, orderId: string): void => {
    const { asks } = facts(orderId);
    const last = asks.findLast(({ device }) => device === tab.device);
    if (!last || tab.lastSave?.at !== agenda.now) return;
    if (!refusedAt.has(tab) && tab.device.databases.holds(orderId))
      fail('liveness', `${tab.name} is ordered again, and its claim is still on the disk`);
    if (options.hasClaims && tab.releasedAt < last.at)
      fail('liveness', `${tab.name} is ordered again, and the backend was not told`);
  };

  const judgeTime = (tab: Tab, truth: CoinbaseOrder): void => {
    const late = agenda.now - deadlineOf(truth);
    if (options.tellsTime && late >= TIME_OF_ANSWER) fail('12', `${tab.name} asked ${late} ms after the deadline`);
    const { status = '', tx_hash = '' } = tab.told.get(truth.id) ?? {};
    if (!SENDABLE.includes(status) || tx_hash) fail('6', `${tab.name} asked although it was told ${status} ${tx_hash}`);
    if (tab.listAskedAt < tab.triggeredAt) fail('6', `${tab.name} asked without looking at the order again`);
  };

  /** A browser that has lost both the sale and the claim of an ask cannot know of it. */
  const isForgotten = ({ device, prompt, at }: Ask, orderId: string, { sales, claims } = device.forgotAt): boolean => {
    const isOf = ({ of, tab, at: since }: Right) => of === 'disk' && tab === prompt.tab && since <= at;
    const right = facts(orderId).rights.findLast(isOf);
    return right ? Math.min(sales, claims) >= right.at : sales >= at;
  };

  /** Nor can its other pages where the sale could not be written, or the claim not be read. */
  const isUnknown = (ask: Ask, tab: Tab, orderId: string): boolean => {
    const { forgotAt, unreadAt } = ask.device;
    const isKept = ask.prompt.tab === tab || (ask.prompt.tab as Tab).lastSave?.isKept;
    const sales = isKept ? forgotAt.sales : Number.POSITIVE_INFINITY;
    return isForgotten(ask, orderId, { sales, claims: Math.max(forgotAt.claims, unreadAt) });
  };

  const judgeWill = (tab: Tab, orderId: string): void => {
    const { presses, calls, asks } = facts(orderId);
    const isHere = ({ device }: { device: Device }) => device === tab.device;
    const { id } = tab.flow.sale;
    const isPressed = presses.some((press) => isHere(press) || press.saleId === id);
    if (!isPressed && !(returned.has(id) && truthOf(orderId)?.isCommitted)) {
      const { visit, forgotAt } = tab.device;
      if (returned.has(id) && visit && forgotAt.sales >= visit.openedAt) referee.forgottenWindows += 1;
      else fail('7', `${tab.name} asked for an order that nobody committed to`);
    }
    const last = asks.findLast(isHere);
    const isNews = ({ device, at }: { device: Device; at: number }) => device === tab.device && at >= (last?.at ?? 0);
    // What the person declined may be asked again where a killed browser lost the "no"; what may have been sent may not.
    const mayBeSent = last?.prompt.state === 'open' || last?.prompt.state === 'approved';
    const isDoubtful = last && mayBeSent && !isForgotten(last, orderId);
    if (isDoubtful && !presses.some(isNews) && !calls.some(isNews))
      fail('7', `${tab.name} asked a second time by itself`);
    if (tab.flow.sale.stage !== 'sending') fail('1', `${tab.name} asked in ${tab.flow.sale.stage}`);
  };

  /** A second transfer, unless a person said falsely that there was no first one, and pressed "Send", and approved twice. */
  const judgeDouble = (order: CoinbaseOrder, transfers: readonly Transaction[]): void => {
    const { asks, falseWords } = facts(order.id);
    const askOf = (transaction: Transaction) => asks.find(({ prompt }) => prompt.sent === transaction);
    const [first, second] = transfers.map(askOf).sort((one, other) => (one?.at ?? 0) - (other?.at ?? 0));
    const wasMisled = falseWords.some((at) => at <= (second?.at ?? 0) && asks.some((ask) => ask.at < at));
    // Their own device asks for what they come back for, once, without a press.
    const isFirstHere = second && !asks.some(({ device, at }) => device === second.device && at < second.at);
    if (wasMisled && (second?.isPressed || isFirstHere)) referee.mistakenDoubles += 1;
    else if (first && !options.hasClaims && isForgotten(first, order.id)) referee.forgottenDoubles += 1;
    else if (wasMisled) fail('4', `${order.id} was paid twice after a mistaken word, without a press on Send`);
    else fail('3', `${order.id} was paid twice`);
  };

  const referee: Referee = {
    violations,
    mistakenDoubles: 0,
    forgottenDoubles: 0,
    forgottenWindows: 0,
    mistakenWords: 0,
    elsewhereWords: 0,
    facts,
    fail,

    onDisk: (kind, key, tab) => {
      if (kind === 'refused') refusedAt.set(tab, agenda.now);
      if (kind === 'delete' && typeof key === 'string') judgeRelease(tab as Tab, key);
      if (kind === 'add' && typeof key === 'string')
        facts(key).rights.push({ tab, of: 'disk', at: agenda.now, isUsed: false });
    },

    onGranted: (tab, orderId) => {
      facts(orderId).rights.push({ tab, of: 'backend', at: agenda.now, isUsed: false });
    },

    onShown: (tab, order) => {
      const truth = truthOf(order.transactionId);
      const { to_address: to = truth?.to ?? '' } = tab.told.get(order.transactionId) ?? {};
      const isSame =
        truth !== undefined &&
        same(order.to, to) &&
        same(order.from, truth.from) &&
        same(order.token ?? '', truth.token ?? '') &&
        BigInt(order.units) === truth.units &&
        order.asset === truth.asset &&
        order.network === truth.network;
      // Not where the order comes from another tab. If it did so in this very instant, what is doubted here is never asked for.
      if (tab.toldAt !== agenda.now) return;
      const { id } = tab.flow.sale;
      if (!isSame) tab.doubts.set(id, "another order than Coinbase's");
      const since = tab.flow.sale.startedAt - CLOCK_ALLOWANCE;
      const candidates = tab.list.filter(
        ({ status, created_at }) => !OVER.includes(status) && Date.parse(created_at ?? '') >= since,
      );
      if (candidates.length > 1) tab.doubts.set(id, `one of ${candidates.length} orders`);
    },

    onReturn: (saleId) => void returned.add(saleId),

    onAsk: (tab, prompt) => {
      const orderId = tab.flow.sale.order?.transactionId ?? '';
      const truth = truthOf(orderId);
      judgeTransfer(tab, prompt);
      if (!truth) return;
      judgeRights(tab, orderId);
      judgeTime(tab, truth);
      judgeWill(tab, orderId);
      const { asks, presses } = facts(orderId);
      const last = asks.findLast(({ device }) => device === tab.device);
      const isPressed = presses.some(({ device, at }) => device === tab.device && at >= (last?.at ?? 0));
      asks.push({ device: tab.device, prompt, at: agenda.now, saleId: tab.flow.sale.id, isPressed });
    },

    onMined: (transaction) => {
      if (!transaction.moves) return;
      const order = coinbase.paidBy(transaction.moves);
      if (!order) return fail('11', `a transfer went to ${transaction.moves.to}, which is no order's`);
      const { transfers, asks } = facts(order.id);
      transfers.push(transaction);
      const deviceOf = (one: Transaction) => asks.find(({ prompt }) => prompt.sent === one)?.device;
      const rivals = options.hasClaims ? transfers : transfers.filter((one) => deviceOf(one) === deviceOf(transaction));
      if (rivals.length > 1) judgeDouble(order, rivals);
    },

    onStage: (tab, previous) => {
      const { id, stage, order } = tab.flow.sale;
      if (order && tab.shown.get(id)?.transactionId !== order.transactionId) {
        fail('8', `${tab.name} replaced the order of its sale`);
      }
      const { falseWord, saidAt } = tab;
      if (previous === 'unsure') [tab.falseWord, tab.saidAt] = [undefined, undefined];
      if (previous === 'unsure' && stage === 'ordered' && order && saidAt !== undefined) {
        // Declined meanwhile, it has become true.
        const isFalse = falseWord !== undefined && isUnderWay(tab, order.transactionId);
        // What another tab believed is that one's.
        const isOwn = tab.lastSave?.at === agenda.now;
        if (isOwn && (isFalse || isUnheard(tab, order.transactionId))) judgeBelief(tab, order.transactionId, saidAt);
        if (isFalse) facts(order.transactionId).falseWords.push(falseWord.at);
      }
      if (stage === 'ordered' && previous !== 'selling' && order) judgeFreed(tab, order.transactionId);
      const truth = order ? truthOf(order.transactionId) : undefined;
      if (stage === 'completed' && truth?.status !== 'SUCCESS') {
        fail('14', `${tab.name} says completed, Coinbase says ${truth?.status}`);
      }
    },

    lookAt: (tabs) => {
      for (const tab of tabs) {
        const { order, stage } = tab.flow.sale;
        if (!order || !saysUnsent(tab)) continue;
        const { transfers, asks, falseWords } = facts(order.transactionId);
        const [transfer] = transfers;
        if (!transfer) continue;
        const ask = asks.find(({ prompt, device }) => prompt.sent === transfer && device === tab.device);
        const isAnothers = ask && ask.saleId !== tab.flow.sale.id;
        if (!ask || isAnothers || isUnknown(ask, tab, order.transactionId)) referee.elsewhereWords += 1;
        else if (falseWords.length > 0) referee.mistakenWords += 1;
        else fail('truth', `${tab.name} is ${stage} and says "${wordsOf(tab)}", but ${order.transactionId} was paid`);
      }
    },
  };
  return referee;
};
