// What a page hears of a sale: names, order, details; and what it may stop.
import { expect } from 'chai';
import { WORDS } from '../src/words.ts';
import { TOKEN } from './fixtures/element-backend.ts';
import {
  comeBack,
  inside,
  later,
  list,
  mark,
  placeButton,
  press,
  reach,
  reaches,
  settle,
  tidy,
  until,
  type World,
  words,
} from './fixtures/element-world.ts';
import { FROM, HASH, TO } from './fixtures/orders.ts';
import { pressSend } from './fixtures/press-send.ts';

const types = ({ heard }: World): string[] => heard.map(({ type }) => type.replace('offramp-', ''));

/** From the press to the payout, with everybody saying yes. */
const sell = async (world: World): Promise<void> => {
  await reach(world, 'selling');
  comeBack(world);
  list(world);
  await reaches(world.button, 'settling');
  list(world, { status: 'SUCCESS', tx_hash: HASH });
  await reaches(world.button, 'completed');
};

const isFrozen = (value: unknown): boolean =>
  typeof value !== 'object' || value === null || (Object.isFrozen(value) && Object.values(value).every(isFrozen));

describe('the events of <offramp-button>', () => {
  afterEach(tidy);

  it('tell every stage twice, by its name and as a change, in the order of the sale', async () => {
    const world = await placeButton();
    await sell(world);
    expect(types(world)).to.deep.equal([
      'before-open',
      'opening',
      'change',
      'selling',
      'change',
      'ordered',
      'change',
      'before-send',
      'sending',
      'change',
      'settling',
      'change',
      'completed',
      'change',
    ]);
  });

  it('tell where the sale comes from and where it is', async () => {
    const world = await placeButton();
    await sell(world);
    const changes = world.heard.filter(({ type }) => type === 'offramp-change');
    expect(changes.map(({ detail }) => [detail.previous, detail.stage])).to.deep.equal([
      ['idle', 'opening'],
      ['opening', 'selling'],
      ['selling', 'ordered'],
      ['ordered', 'sending'],
      ['sending', 'settling'],
      ['settling', 'completed'],
    ]);
  });

  it('carry what a page needs to keep its books', async () => {
    const world = await placeButton();
    await sell(world);
    const { sale, error } = world.heard.at(-1)?.detail ?? {};
    expect(sale).to.deep.include({
      asset: 'USDC',
      network: 'base',
      amount: '25',
      from: FROM,
      to: TO,
      transactionId: world.transactionId,
      txHash: HASH,
      status: 'SUCCESS',
      fiat: { value: '24.75', currency: 'USD' },
    });
    expect(sale?.partnerUserRef).to.equal(sale?.id);
    expect(Date.parse(sale?.deadline ?? '')).to.be.above(Date.now());
    expect(error).to.equal(undefined);
    expect(world.button.sale).to.deep.equal(sale);
  });

  it('are frozen in all their depth', async () => {
    const world = await placeButton();
    await sell(world);
    for (const { type, detail } of world.heard) expect(isFrozen(detail), type).to.equal(true);
    expect(isFrozen(world.button.sale)).to.equal(true);
  });

  it('leave the element by its own edge, and rise through other shadow roots', async () => {
    const { button } = await placeButton();
    const host = document.createElement('div');
    later(() => host.remove());
    document.body.append(host);
    host.attachShadow({ mode: 'open' }).append(button);
    const seen: [EventTarget | null, boolean, boolean][] = [];
    const hear = ({ target, bubbles, composed }: Event) => void seen.push([target, bubbles, composed]);
    document.addEventListener('offramp-opening', hear, { once: true });
    press({ button });
    expect(seen).to.deep.equal([[host, true, true]]);
    await reaches(button, 'selling');
  });

  it('never show the token, the nonce or an address of the backend: not in details, storage or console', async () => {
    const lines: unknown[] = [];
    const { debug, log, info, warn, error } = console;
    later(() => Object.assign(console, { debug, log, info, warn, error }));
    const note = (...said: unknown[]) => void lines.push(...said);
    Object.assign(console, { debug: note, log: note, info: note, warn: note, error: note });
    const world = await placeButton();
    await sell(world);
    const { nonce } = mark(world);
    expect(world.windows.opened[0]?.addresses[0]).to.contain(TOKEN);
    const details = JSON.stringify(world.heard.map(({ detail }) => detail));
    for (const secret of [TOKEN, nonce, '/api/', 'http']) expect(details).not.to.contain(secret);
    const kept = JSON.stringify([{ ...localStorage }, { ...sessionStorage }]);
    expect(kept).to.contain(world.transactionId);
    expect(kept).not.to.contain(TOKEN);
    expect(inside(world.button).innerHTML).not.to.contain(TOKEN);
    expect(lines.map(String).join()).not.to.contain(TOKEN);
    expect(lines).to.deep.equal([]);
  });

  it('tell an error with its code after the stage it led to', async () => {
    const world = await placeButton();
    await reach(world, 'failed');
    expect(types(world).slice(-3)).to.deep.equal(['failed', 'change', 'error']);
    for (const { detail } of world.heard.slice(-3)) {
      expect(detail.error).to.include({ code: 'order-failed', stage: 'ordered', recoverable: false });
    }
  });

  it('tell nothing while a sale stays where it is', async () => {
    const world = await placeButton({ set: { confirmSend: true } });
    await reach(world, 'ordered');
    const before = world.heard.length;
    list(world, { total: { value: '24.60', currency: 'USD' } });
    await until(() => world.button.sale?.fiat?.value === '24.60');
    expect(world.heard).to.have.lengthOf(before);
  });
});

describe('a page that stops a step of <offramp-button>', () => {
  afterEach(tidy);

  const prevent = (name: 'offramp-before-open' | 'offramp-before-send', { button }: World): Event[] => {
    const stopped: Event[] = [];
    button.addEventListener(name, (event) => {
      event.preventDefault();
      stopped.push(event);
    });
    return stopped;
  };

  it('is asked in the press itself, before a window or a request', async () => {
    const world = await placeButton();
    const stopped = prevent('offramp-before-open', world);
    press(world);
    expect(stopped.map(({ cancelable }) => cancelable)).to.deep.equal([true]);
    await settle();
    expect(world.windows.opened).to.have.lengthOf(0);
    expect(world.backend.asked).to.deep.equal([]);
    expect(world.button.stage).to.equal('idle');
  });

  it('goes on with start(), in the task of its own press, and is not asked again', async () => {
    const world = await placeButton();
    const stopped = prevent('offramp-before-open', world);
    press(world);
    world.button.start();
    expect(world.windows.opened).to.have.lengthOf(1);
    expect(stopped).to.have.lengthOf(1);
    await reaches(world.button, 'selling');
  });

  it('is asked again at the next press', async () => {
    const world = await placeButton();
    const stopped = prevent('offramp-before-open', world);
    press(world);
    press(world);
    expect(stopped).to.have.lengthOf(2);
    expect(world.windows.opened).to.have.lengthOf(0);
  });

  it('is asked before a send, and send() goes on with it', async () => {
    const world = await placeButton();
    const stopped = prevent('offramp-before-send', world);
    await reach(world, 'selling');
    comeBack(world);
    await until(() => words(world.button, 'status') === WORDS.sayReturned);
    list(world);
    await until(() => stopped.length);
    await settle();
    expect(world.button.stage).to.equal('ordered');
    expect(world.provider.count('eth_sendTransaction')).to.equal(0);
    expect(words(world.button, 'status')).to.equal(WORDS.sayOrdered);
    world.button.send();
    await reaches(world.button, 'settling');
    expect(stopped).to.have.lengthOf(1);
    expect(world.provider.count('eth_sendTransaction')).to.equal(1);
  });

  it('stops the press on "Send" too', async () => {
    const world = await placeButton();
    const stopped = prevent('offramp-before-send', world);
    await reach(world, 'ordered');
    await pressSend(world);
    await settle();
    expect(stopped).to.have.lengthOf(1);
    expect(world.provider.count('eth_sendTransaction')).to.equal(0);
    world.button.send();
    await reaches(world.button, 'settling');
  });

  it('cannot send by send() what nobody committed to', async () => {
    const world = await placeButton();
    await reach(world, 'ordered');
    world.button.send();
    await settle();
    expect(world.button.stage).to.equal('ordered');
    expect(world.heard.map(({ type }) => type)).not.to.include('offramp-before-send');
    expect(world.provider.count('eth_sendTransaction')).to.equal(0);
  });
});
