// Plays one schedule to its end: the steps, then a time without faults in which people answer and everything comes to rest.
// Knows what "in the end" means; does not know what each step does.
import { deadlineOf } from '../../src/rules.ts';
import { isOver, type Stage } from '../../src/stages.ts';
import { settle } from './agenda.ts';
import { copySale, isWithin, perform, type Step, tabAt } from './commands.ts';
import type { Schedule } from './generate.ts';
import { approve, canPressSend, commit, decline, goOn, openPrompts, pressSend } from './people.ts';
import type { Tab } from './tab.ts';
import { createWorld, type World } from './world.ts';

const MINUTE = 60_000;
const AWAKE = 800;
/** From one thing that people do to the next, where nothing disturbs them. */
const PACE = 400;
/** Turns from nothing to a wallet that is asked, with two devices that want a press each. */
const LONGEST_WAY = 14;
/** Two hours at Coinbase's window, then half an hour for an order; hours more where a clock that nobody puts right jumped back. */
const ROUNDS = 64;
/** Before a deadline: enough for what a page does from a press to the ask, and not much more. */
const NEARLY = 5_000;

/** What nobody caught while a schedule is played. */
let uncaught: unknown[] = [];
export const watchUncaught = (): void => {
  for (const kind of ['unhandledRejection', 'uncaughtException'] as const) {
    process.on(kind, (cause: unknown) => void uncaught.push(cause));
  }
};

/** People leave their machines alone; what is told to a page meanwhile, it hears on waking up. */
const leave = async ({ agenda, devices }: World, ms: number): Promise<void> => {
  for (const device of devices) {
    device.sleepsUntil = agenda.now + ms;
    agenda.after(ms + 1, () => device.tabs.map((tab) => tab.wake()));
  }
  await agenda.runUntil(agenda.now + ms);
};

/** Until so long before the deadline of what a page shows. */
const leaveUntil = async (world: World, tab: Tab | undefined, before: number): Promise<void> => {
  const id = tab?.flow.sale.order?.transactionId;
  const order = world.coinbase.orders.find((one) => one.id === id);
  const left = order ? deadlineOf(order.createdAt, order.network) - before - world.agenda.now : 0;
  if (left > 0) await leave(world, left);
};

const isStage = (world: World, stage: Stage): boolean => world.tabs().some(({ flow }) => flow.sale.stage === stage);

/** The natural way, as far as this world begins with it. */
const begin = async (world: World): Promise<void> => {
  const { devices, setup, agenda } = world;
  const { until } = setup;
  const waits = until === 'ordered' || until === 'late';
  const [first] = devices;
  for (const device of setup.isCopied && first ? [first] : devices) {
    for (let tab = 0; tab < setup.tabs; tab += 1) world.openTab(device);
  }
  await agenda.runUntil(agenda.now + 50);
  let isToCopy = setup.isCopied && devices.length > 1;
  const isThere = () => (until === 'any' ? false : waits ? isStage(world, 'ordered') : isStage(world, 'sending'));
  const turns = until === 'any' ? setup.warm : LONGEST_WAY;
  for (let turn = 0; turn < turns && !isThere(); turn += 1) {
    const device = isToCopy ? first : devices[turn % devices.length];
    const [tab] = device?.tabs ?? [];
    const road = waits ? 'none' : 'all';
    if (tab) goOn(world, tab, road);
    // The only page of the device is at Coinbase.
    else if (device && !commit(world, device, road)) world.openTab(device);
    await agenda.runUntil(agenda.now + PACE);
    if (isToCopy && isStage(world, 'selling')) isToCopy = !copySale(world);
  }
  if (until === 'reloaded') {
    perform(world, { when: { ms: 0 }, tab: 0, what: { do: 'reload' } });
    await agenda.runUntil(agenda.now + AWAKE);
  }
  if (until !== 'late') return;
  const tab = world.tabs().find(canPressSend);
  await leaveUntil(world, tab, NEARLY);
  await agenda.runUntil(agenda.now + AWAKE);
  if (tab && canPressSend(tab)) pressSend(world, tab);
};

/** The page says how long it is too early; people wait. */
const waitLongEnough = async (world: World, { tab: number }: Step): Promise<void> => {
  const { tab } = tabAt(world, number);
  const { stage, attempt } = tab?.flow.sale ?? {};
  if (!tab || stage !== 'unsure' || !attempt) return;
  const left = attempt.askedAt + 121_000 - tab.flow.now();
  if (left > 0 && left < 5 * MINUTE) await leave(world, left);
  // The polls that follow see the chain as it is now.
  await world.agenda.runUntil(world.agenda.now + AWAKE);
};

const take = async (world: World, step: Step): Promise<void> => {
  const { agenda } = world;
  const { when } = step;
  if ('point' in when) {
    const run = () => perform(world, step, when.point);
    world.traps.push({
      point: when.point,
      run: () => (isWithin(step.what, when.point) ? run() : void agenda.after(0, run)),
    });
    return;
  }
  if ('ms' in when) await agenda.runUntil(agenda.now + when.ms);
  else if ('away' in when) await leave(world, when.away);
  else if ('before' in when) await leaveUntil(world, tabAt(world, step.tab).tab, when.before);
  else for (let event = 0; event < when.events; event += 1) await agenda.next(agenda.now + MINUTE);
  // Nobody does anything at a machine that sleeps.
  const { device } = tabAt(world, step.tab);
  if (device.sleepsUntil > agenda.now) await agenda.runUntil(device.sleepsUntil + 1);
  if (step.what.do === 'not sent' && step.what.isPatient) await waitLongEnough(world, step);
  perform(world, step);
};

/** Nothing is broken any more. */
const mend = (world: World): void => {
  world.say('From here on nothing goes wrong, and people answer.');
  const { orders } = world.coinbase;
  for (const order of orders) order.shown = {};
  world.coinbase.listsLate = false;
  for (const device of world.devices) {
    device.storage.isFull = false;
    device.databases.mode = 'works';
    device.wallet.answerAll();
    device.wallet.show([world.wanted.from]);
    device.wallet.moveTo(device.wallet.options.homeChain);
    if (device.tabs.length === 0) world.openTab(device);
    for (const tab of device.tabs) {
      tab.join();
      // Most people close what they do not go on with; the others wait until the page has had enough.
      const isCommitted = orders.some((one) => one.isCommitted && one.reference === device.visit?.reference);
      if (tab.flow.sale.stage === 'selling' && !isCommitted && world.setup.ending % 4 > 0) tab.flow.cancel();
    }
  }
  for (const transaction of world.chain.transactions) {
    if (transaction.state === 'waiting') world.chain.hurry(transaction);
  }
};

const answer = (world: World, turn: number): void => {
  const isYes = (world.setup.ending >> (turn % 8)) & 1;
  for (const device of world.devices) {
    for (const prompt of openPrompts(device)) {
      if (isYes) approve(world, device, prompt);
      else decline(world, device, prompt);
    }
    for (const tab of device.tabs) if (isYes && canPressSend(tab)) pressSend(world, tab);
  }
};

const isAtRest = ({ flow }: Tab): boolean => flow.sale.stage === 'idle' || isOver(flow.sale.stage);

const finish = async (world: World): Promise<void> => {
  const { agenda, devices, referee } = world;
  for (const list of [world.netPlans, world.walletPlans, world.traps]) list.length = 0;
  // What was on its way in this instant still happens, and everybody is awake.
  await agenda.runUntil(Math.max(agenda.now, ...devices.map(({ sleepsUntil }) => sleepsUntil + 1)));
  mend(world);
  for (let round = 0; round < ROUNDS; round += 1) {
    await agenda.runUntil(agenda.now + AWAKE);
    answer(world, round);
    await agenda.runUntil(agenda.now + AWAKE);
    if (round > 1 && world.tabs().every(isAtRest)) break;
    await leave(world, round < 2 ? MINUTE : round < 16 ? 5 * MINUTE : 30 * MINUTE);
  }
  // What was approved last is mined, seen and paid out.
  await leave(world, 3 * MINUTE);
  await agenda.runUntil(agenda.now + AWAKE);
  for (const tab of world.tabs()) {
    if (!isAtRest(tab)) referee.fail('liveness', `${tab.name} is still ${tab.flow.sale.stage}`);
  }
  referee.lookAt(world.tabs());
  for (const device of devices) for (const tab of [...device.tabs]) world.kill(tab, false);
  for (const device of devices) world.openTab(device);
  await agenda.runUntil(agenda.now + AWAKE);
  world.say('Every page is loaded anew.');
  referee.lookAt(world.tabs());
};

/** Plays a schedule. Never throws: what goes wrong is in the referee's book. */
export const play = async ({ setup, early, steps }: Schedule): Promise<World> => {
  uncaught = [];
  const world = createWorld(setup);
  try {
    for (const step of early) await take(world, step);
    await begin(world);
    for (const step of steps) await take(world, step);
    await finish(world);
  } catch (cause) {
    world.referee.fail('world', cause instanceof Error ? (cause.stack ?? cause.message) : String(cause));
  }
  for (const tab of world.tabs()) world.kill(tab, false);
  // Node keeps what listens to a combined signal until that is aborted: whole worlds.
  for (const tab of world.everyTab) tab.part();
  await settle();
  for (const cause of uncaught) {
    const text = cause instanceof Error ? (cause.stack ?? cause.message) : String(cause);
    world.referee.fail('uncaught', text);
  }
  return world;
};
