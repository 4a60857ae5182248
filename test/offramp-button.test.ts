// The element's presses: what each begins, in which order, and what is said when it cannot.
import { sendMouse } from '@web/test-runner-commands';
import { expect } from 'chai';
import { errorTable, type OfframpErrorCode } from '../src/errors.ts';
import { WORDS } from '../src/words.ts';
import { json } from './fixtures/element-backend.ts';
import {
  inside,
  later,
  list,
  panelButton,
  part,
  placeButton,
  press,
  reach,
  reaches,
  settle,
  tidy,
  until,
  words,
} from './fixtures/element-world.ts';
import { pressSend } from './fixtures/press-send.ts';
import { hang, throwing } from './fixtures/provider.ts';

const said = (code: OfframpErrorCode): string => `${errorTable[code].message} ${errorTable[code].advice}`;

describe('a press on <offramp-button>', () => {
  afterEach(tidy);

  it("opens the window before the press's own task ends", async () => {
    const { button, windows } = await placeButton();
    let isLater = false;
    windows.onOpen = () => expect(isLater).to.equal(false);
    void Promise.resolve().then(() => {
      isLater = true;
    });
    part(button, 'button').click();
    expect(windows.opened).to.have.lengthOf(1);
    await reaches(button, 'selling');
  });

  it('opens a real window when a person presses', async () => {
    const { button, windows } = await placeButton({ set: { payOrigin: location.origin } });
    windows.restore();
    const { open } = window;
    const opened: (Window | null)[] = [];
    window.open = (...how) => {
      const handle = open.apply(window, how);
      opened.push(handle);
      return handle;
    };
    later(() => {
      window.open = open;
      opened[0]?.close();
    });
    const { x, y, width, height } = part(button, 'button').getBoundingClientRect();
    await sendMouse({ type: 'click', position: [Math.round(x + width / 2), Math.round(y + height / 2)] });
    await reaches(button, 'selling');
    expect(opened).to.have.lengthOf(1);
    expect(opened[0]?.closed).to.equal(false);
  });

  it('asks the backend once, after the window is open, and sends the window to Coinbase', async () => {
    const { button, windows, backend } = await placeButton();
    windows.onOpen = () => expect(backend.asked).to.deep.equal([]);
    press({ button });
    press({ button });
    await reaches(button, 'selling');
    expect(backend.count('POST')).to.equal(1);
    expect(windows.opened).to.have.lengthOf(1);
    expect(windows.opened[0]?.addresses[0]).to.match(/^https:\/\/pay\.coinbase\.com\/v3\/sell\/input\?/);
  });

  it('says in the blank window what is being waited for', async () => {
    const { button, windows, backend } = await placeButton({ set: { labels: { waitingTitle: 'Bitte warten' } } });
    backend.answerToken = hang;
    press({ button });
    const blank = windows.opened[0]?.document;
    expect(blank?.title).to.equal('Bitte warten');
    expect(blank?.querySelector('[role=status]')?.textContent).to.equal(WORDS.sayOpening);
    expect(blank?.querySelectorAll('[style]')).to.have.lengthOf(0);
  });

  it('begins nothing before it comes: no request, no timer', async () => {
    const { setTimeout: timeout, setInterval: interval, fetch: get } = window;
    const begun: string[] = [];
    const note =
      <T extends unknown[], R>(name: string, real: (...values: T) => R) =>
      (...values: T): R => {
        begun.push(name);
        return real.apply(window, values);
      };
    later(() => Object.assign(window, { setTimeout: timeout, setInterval: interval, fetch: get }));
    Object.assign(window, {
      setTimeout: note('setTimeout', timeout),
      setInterval: note('setInterval', interval),
      fetch: note('fetch', get),
    });
    const { backend, provider } = await placeButton();
    expect(begun).to.deep.equal([]);
    expect(backend.asked).to.deep.equal([]);
    expect(provider.asked.map(({ method }) => method)).to.deep.equal(['eth_accounts']);
  });

  it('connects first, and says to press again: the window needs a press of its own', async () => {
    const { button, windows, provider } = await placeButton({ isConnected: false });
    press({ button });
    expect(button.stage).to.equal('connecting');
    await reaches(button, 'idle');
    expect(provider.count('eth_requestAccounts')).to.equal(1);
    expect(windows.opened).to.have.lengthOf(0);
    expect(words(button, 'status')).to.equal(WORDS.sayConnected);
    press({ button });
    expect(windows.opened).to.have.lengthOf(1);
    await reaches(button, 'selling');
  });

  it('takes a declined connection as a "no", not as an error', async () => {
    const { button, provider, heard } = await placeButton({ isConnected: false });
    provider.script('eth_requestAccounts', throwing({ code: 4001 }));
    press({ button });
    await reaches(button, 'idle');
    expect(heard.map(({ type }) => type)).not.to.include('offramp-error');
    expect(words(button, 'error')).to.equal('');
    expect(words(button, 'status')).to.equal('');
  });

  it('is enough, once, for a visitor whose wallet is connected', async () => {
    const { button, provider } = await placeButton();
    press({ button });
    await reaches(button, 'selling');
    expect(provider.count('eth_requestAccounts')).to.equal(0);
  });

  it('brings the window back while it is open', async () => {
    const world = await placeButton();
    await reach(world, 'selling');
    press(world);
    expect(world.windows.opened.map(({ focused }) => focused)).to.deep.equal([1]);
  });

  it('opens a new window with a new session when the first one was closed', async () => {
    const world = await placeButton();
    await reach(world, 'selling');
    const [first] = world.windows.opened;
    if (first) first.closed = true;
    press(world);
    await until(() => world.windows.opened[1]?.addresses.length);
    expect(world.backend.count('POST')).to.equal(2);
    expect(world.button.stage).to.equal('selling');
  });

  it('in review goes to "Send" and sends nothing', async () => {
    const world = await placeButton();
    await reach(world, 'ordered');
    press(world);
    await settle();
    expect(inside(world.button).activeElement?.getAttribute('part')).to.equal('send');
    expect(world.provider.count('eth_sendTransaction')).to.equal(0);
  });

  it('after a completed sale clears it, and the next one begins a new sale', async () => {
    const world = await placeButton();
    await reach(world, 'completed');
    const first = world.button.sale?.id;
    press(world);
    await reaches(world.button, 'idle');
    expect(world.button.sale).to.equal(null);
    world.backend.records = [];
    press(world);
    await reaches(world.button, 'selling');
    expect(world.button.sale?.id).not.to.equal(first);
  });

  for (const stage of ['failed', 'cancelled'] as const) {
    it(`after a ${stage} sale begins a new one at once`, async () => {
      const world = await placeButton();
      await reach(world, stage);
      world.backend.records = [];
      press(world);
      expect(world.windows.opened).to.have.lengthOf(2);
      await reaches(world.button, 'selling');
      expect(words(world.button, 'error')).to.equal('');
    });
  }

  it('does nothing on a disabled button, by hand or from code', async () => {
    const { button, windows, backend } = await placeButton({ set: { disabled: true } });
    expect(part(button, 'button').matches(':disabled')).to.equal(true);
    press({ button });
    button.start();
    await settle();
    expect(windows.opened).to.have.lengthOf(0);
    expect(backend.asked).to.deep.equal([]);
    expect(button.stage).to.equal('idle');
  });
});

describe('an error of <offramp-button>', () => {
  afterEach(tidy);

  for (const [set, code] of [
    [{ tokenEndpoint: null }, 'no-endpoint'],
    [{ amount: '1,5' }, 'bad-amount'],
    [{ amount: '0' }, 'bad-amount'],
    [{ amount: '0.0000001' }, 'bad-amount'],
    [{ asset: 'DOGE' }, 'unknown-asset'],
    [{ network: 'solana' }, 'unknown-asset'],
  ] as const) {
    it(`${code} is said with its advice, and nothing is opened: ${JSON.stringify(set)}`, async () => {
      const { button, windows, backend, heard } = await placeButton({ set });
      press({ button });
      await settle();
      expect(words(button, 'error')).to.equal(said(code));
      expect(heard.map(({ type, detail }) => [type, detail.error?.code])).to.deep.equal([['offramp-error', code]]);
      expect(windows.opened).to.have.lengthOf(0);
      expect(backend.asked).to.deep.equal([]);
      expect(button.stage).to.equal('idle');
    });
  }

  it('popup-blocked leaves the button ready, and offers this tab', async () => {
    const { button, windows, backend, heard } = await placeButton();
    windows.areBlocked = true;
    press({ button });
    await settle();
    expect(button.stage).to.equal('idle');
    expect(words(button, 'error')).to.equal(said('popup-blocked'));
    expect(panelButton(button, WORDS.sameTab).localName).to.equal('button');
    expect(backend.asked).to.deep.equal([]);
    expect(heard.at(-1)?.detail.error?.code).to.equal('popup-blocked');
    windows.areBlocked = false;
    press({ button });
    await reaches(button, 'selling');
    expect(words(button, 'error')).to.equal('');
  });

  it('of the backend closes the blank window and fails the sale', async () => {
    const { button, windows, backend } = await placeButton();
    backend.answerToken = () => json({ code: 'signed-out', message: 'no' }, 401);
    press({ button });
    await reaches(button, 'failed');
    expect(windows.opened[0]?.closed).to.equal(true);
    expect(words(button, 'error')).to.equal(said('backend-refused'));
    expect(words(button, 'status')).to.equal(WORDS.sayFailedUnsent);
  });

  it('of a check before the send is said in the panel, and "Send" stays', async () => {
    const world = await placeButton();
    world.provider.state.tokens = 1n;
    await reach(world, 'ordered');
    await pressSend(world);
    await until(() => words(world.button, 'error'));
    expect(words(world.button, 'error')).to.contain(errorTable['low-funds'].advice);
    expect(world.button.stage).to.equal('ordered');
    expect(world.provider.count('eth_sendTransaction')).to.equal(0);
    world.provider.state.tokens = 25_000_000n;
    await pressSend(world);
    await reaches(world.button, 'settling');
    expect(words(world.button, 'error')).to.equal('');
  });

  it('goes away when the sale goes on', async () => {
    const world = await placeButton();
    await reach(world, 'unsure');
    expect(words(world.button, 'error')).to.equal(said('wallet-failed'));
    list(world, { status: 'STARTED', tx_hash: `0x${'ab'.repeat(32)}` });
    await reaches(world.button, 'settling');
    expect(words(world.button, 'error')).to.equal('');
  });
});
