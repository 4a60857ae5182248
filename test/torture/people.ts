// What people do, each in one instant: at the page, in Coinbase's window, in the wallet. Knows what is natural next;
// does not know what goes wrong around them.

import { isAwaiting } from '../../src/rules.ts';
import type { ReturnSignal } from '../../src/schema.ts';
import { isOver } from '../../src/stages.ts';
import type { CoinbaseOrder } from './coinbase.ts';
import type { Device, Visit } from './device.ts';
import { RETURNED, type Tab } from './tab.ts';
import type { Approval, Prompt } from './wallet.ts';
import type { World } from './world.ts';

const SOON = 30;
const LOAD = 60;

/** How much of the way back is heard. */
export type Road = 'all' | 'kept' | 'none';

const isOpen = ({ state }: Prompt): boolean => state === 'open';

export const openPrompts = ({ wallet }: Device): Prompt[] => wallet.prompts.filter(isOpen);

/** Requests for a tab's order, in every wallet of the person. */
const promptsOf = (world: World, tab: Tab): Prompt[] => {
  const id = tab.flow.sale.order?.transactionId;
  return id === undefined ? [] : world.referee.facts(id).asks.map(({ prompt }) => prompt);
};

const isUnderWay = ({ state, sent }: Prompt): boolean =>
  state === 'approved' && !!sent?.moves && (sent.state === 'waiting' || (sent.state === 'mined' && !sent.fails));

export const pressStart = (world: World, tab: Tab): void => {
  if (!tab.isShown) return;
  world.say(`${tab.name}: main press`);
  tab.flow.start(tab.watcher, 'press');
};

const note = (world: World, tab: Tab, kind: 'presses' | 'calls'): void => {
  const { id, stage, order } = tab.flow.sale;
  if (!tab.flow.isBusy) tab.triggeredAt = world.agenda.now;
  if (stage === 'ordered' && order) {
    world.referee.facts(order.transactionId)[kind].push({ device: tab.device, at: world.agenda.now, saleId: id });
  }
};

/** Whether the panel has a button that sends. */
export const canPressSend = ({ flow, isShown }: Tab): boolean =>
  isShown && flow.sale.stage === 'ordered' && !flow.isBusy && isAwaiting(flow.sale.status ?? '');

export const pressSend = (world: World, tab: Tab): void => {
  world.say(`${tab.name}: presses Send`);
  note(world, tab, 'presses');
  tab.flow.send(tab.watcher, 'press');
};

export const callSend = (world: World, tab: Tab): void => {
  if (!tab.isShown) return;
  world.say(`${tab.name}: the page calls send()`);
  note(world, tab, 'calls');
  tab.flow.send(tab.watcher, 'call');
};

export const approve = (world: World, device: Device, prompt: Prompt, how: Approval = {}): void => {
  world.say(`${device.name} wallet: the person approves prompt ${prompt.id}`);
  device.wallet.approve(prompt, how);
};

export const decline = (world: World, device: Device, prompt: Prompt): void => {
  world.say(`${device.name} wallet: the person declines prompt ${prompt.id}`);
  device.wallet.decline(prompt);
};

/** "Nothing was sent". A truthful person has looked: declined what was open, and saw nothing sent. */
export const sayNotSent = (world: World, tab: Tab, isTruthful: boolean): void => {
  const { stage, order } = tab.flow.sale;
  if (stage !== 'unsure' || !order || !tab.isShown) return;
  const prompts = promptsOf(world, tab);
  const isFalse = prompts.some((prompt) => isOpen(prompt) || isUnderWay(prompt));
  tab.falseWord = undefined;
  tab.saidAt ??= world.agenda.now;
  if (isTruthful) {
    if (prompts.some(isUnderWay)) return;
    for (const device of world.devices) {
      for (const prompt of openPrompts(device)) if (prompts.includes(prompt)) decline(world, device, prompt);
    }
  } else if (!isFalse) return;
  else {
    tab.falseWord = { orderId: order.transactionId, at: world.agenda.now };
    world.referee.facts(order.transactionId).isDenied = true;
  }
  world.hit(`"nothing was sent", ${isTruthful ? 'truthfully' : 'mistakenly'}`);
  world.say(`${tab.name}: "Nothing was sent", says the person ${isTruthful ? 'truthfully' : 'mistakenly'}`);
  tab.flow.sayNotSent(tab.watcher);
};

const signalOf = ({ saleId, nonce }: Visit): ReturnSignal => ({
  source: 'offramp-button',
  version: 1,
  type: 'returned',
  sale: saleId,
  nonce,
});

export const sendSignal = (world: World, device: Device, signal: ReturnSignal): void => {
  for (const tab of device.tabs) world.agenda.after(SOON, () => tab.hear(signal), tab);
};

/** The return page, on its roads. */
const comeBack = (world: World, device: Device, visit: Visit, road: Road): void => {
  const closeWindow = () => {
    visit.isOpen = false;
    for (const tab of device.tabs) tab.isWindowOpen = false;
  };
  closeWindow();
  if (road === 'none') {
    world.hit('return never heard');
    world.say(`${device.name}: the return page is never seen`);
    return;
  }
  world.say(`${device.name}: the return page is loaded${road === 'kept' ? ', heard by nobody' : ''}`);
  world.hit(road === 'all' ? 'return genuine' : 'return heard only after a reload');
  world.referee.onReturn(visit.saleId);
  device.visits.push(visit);
  if (!device.storage.isFull) device.storage.write(RETURNED + visit.saleId, JSON.stringify(signalOf(visit)));
  if (visit.isSameTab) world.openTab(device);
  else if (road === 'all') sendSignal(world, device, signalOf(visit));
};

/** "Cash out now" in Coinbase's window, and back. */
export const commit = (world: World, device: Device, road: Road): boolean => {
  const { visit } = device;
  const { orders } = world.coinbase;
  if (!visit?.isOpen) return false;
  const mine = orders.filter(({ reference, status }) => reference === visit.reference && status !== 'EXPIRED');
  // What was chosen in a former window is not on the screen of this one.
  const chosen = mine.findLast(({ isCommitted, createdAt }) => !isCommitted && createdAt >= visit.openedAt);
  const order = chosen ?? world.coinbase.choose(visit.reference, world.wanted);
  world.coinbase.commit(order);
  world.say(`${device.name}: "Cash out now" at Coinbase: ${order.id}`);
  comeBack(world, device, visit, road);
  return true;
};

/** Two devices show one order where both had begun before it was made. */
const isAnyWaiting = (world: World): boolean => world.devices.some(({ visit }) => !visit);

/**
 * Who sees nothing of what they committed to opens the window again, and gets another quote there. Not beside a second device: no
 * page could know of a quote there that is listed before what was committed to here.
 */
const lookAgain = (world: World, tab: Tab, committed: CoinbaseOrder): void => {
  const { visit, visits } = tab.device;
  if (!visit || world.devices.length > 1 || world.coinbase.isListed(committed)) return;
  if (!visit.isOpen || visits.includes(visit)) pressStart(world, tab);
  else if (!world.coinbase.orders.some(({ isCommitted, reference }) => !isCommitted && reference === visit.reference)) {
    world.hit('another quote before the order was listed');
    world.say(`${tab.device.name}: looks at another quote at Coinbase`);
    world.coinbase.draw(visit.reference, world.wanted);
  }
};

/** What a person would do next. @param road how much is heard of their coming back from Coinbase. */
export const goOn = (world: World, tab: Tab, road: Road = 'all'): void => {
  const { device, flow } = tab;
  const { stage } = flow.sale;
  const [prompt] = openPrompts(device);
  if (stage === 'selling') {
    // One order is enough for a person, on however many devices it is shown.
    const { visit } = device;
    const committed = world.coinbase.orders.find((one) => one.isCommitted && one.reference === visit?.reference);
    if (isAnyWaiting(world)) return;
    if (committed) lookAgain(world, tab, committed);
    else if (!commit(world, device, road)) pressStart(world, tab);
  } else if (stage === 'idle' || isOver(stage)) pressStart(world, tab);
  // A page that prevents the press sends by its own call.
  else if (canPressSend(tab) && flow.sale.pressed && world.setup.preventsSend) callSend(world, tab);
  else if (canPressSend(tab)) pressSend(world, tab);
  else if ((stage === 'sending' || stage === 'unsure') && prompt) approve(world, device, prompt);
};

export const reload = (world: World, device: Device): void => {
  world.agenda.after(LOAD, () => void world.openTab(device));
};
