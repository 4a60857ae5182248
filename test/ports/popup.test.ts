import { sendMouse } from '@web/test-runner-commands';
import { expect } from 'chai';
import { createPopup } from '../../src/ports/popup.ts';
import type { Popup } from '../../src/ports.ts';
import { blankDocument, deny, loadIn, openPage, replace, restoreAll } from '../fixtures/page.ts';

const WORDS = { title: 'Cash out', text: 'One moment, <b>please</b>…' };
const createOwn = () => createPopup({ waiting: () => WORDS });

/** Any page of this origin that is not blank. */
const PAGE = '/mockServiceWorker.js';

/** A task, not a frame: a page behind another window may get no frames. */
const nextTask = () => new Promise((resolve) => setTimeout(resolve, 5));
const until = async (condition: () => unknown): Promise<void> => {
  while (!condition()) await nextTask();
};

/** Does something in the task of a real press, with the activation that a person's press gives. */
const press = async <T>(action: () => T): Promise<T> => {
  const button = document.createElement('button');
  button.textContent = 'Press';
  document.body.prepend(button);
  const done = new Promise<T>((resolve) => button.addEventListener('click', () => resolve(action())));
  const { left, top, width, height } = button.getBoundingClientRect();
  await sendMouse({ type: 'click', position: [Math.round(left + width / 2), Math.round(top + height / 2)] });
  const value = await done;
  button.remove();
  return value;
};

interface Opened {
  url: unknown;
  name: unknown;
  features: unknown;
  window: Window | null;
}
let opened: Opened[] = [];

/** Writes down what is opened for real. */
const watchOpen = (): void => {
  const open = window.open.bind(window);
  replace(window, 'open', (url?: string, name?: string, features?: string) => {
    const made = open(url, name, features);
    opened.push({ url, name, features, window: made });
    return made;
  });
};

const lastWindow = (): Window => {
  const made = opened.at(-1)?.window;
  if (!made) throw new Error('No window was opened.');
  return made;
};

afterEach(() => {
  restoreAll();
  for (const { window } of opened) window?.close();
  opened = [];
  document.documentElement.removeAttribute('lang');
});

describe('a real window', function () {
  // Real presses and windows are slow on a busy machine.
  this.timeout(60_000);
  let popup: Popup;
  beforeEach(() => {
    watchOpen();
    popup = createOwn();
  });

  it('opens blank in the task of the press, small and centred', async () => {
    expect(popup.isOpen).to.equal(false);
    expect(await press(() => popup.open())).to.equal(true);
    expect(popup.isOpen).to.equal(true);
    expect(opened).to.have.lengthOf(1);
    expect(opened[0]?.url).to.equal('about:blank');
    expect(opened[0]?.features).to.match(/^popup,width=460,height=720,left=\d+,top=\d+$/);
  });

  it('says that it waits, readably, as text, and goes on saying it', async () => {
    document.documentElement.lang = 'de';
    await press(() => popup.open());
    // A blank document that is loaded late would take the place of the one that was filled.
    for (let tasks = 0; tasks < 20; tasks += 1) await nextTask();
    const { document: inside } = lastWindow();
    expect(inside.title).to.equal(WORDS.title);
    expect(inside.documentElement.lang).to.equal('de');
    expect(inside.querySelector('[role=status]')?.textContent).to.equal(WORDS.text);
    expect(inside.querySelector('b')).to.equal(null);
    expect(inside.querySelector('[style]')).to.equal(null);
  });

  it('says so in English where the page names no language', async () => {
    await press(() => popup.open());
    expect(lastWindow().document.documentElement.lang).to.equal('en');
  });

  it('goes to the address it is sent to', async () => {
    await press(() => popup.open());
    popup.go(`${location.origin}${PAGE}`);
    await until(() => lastWindow().location.pathname === PAGE);
    expect(popup.isOpen).to.equal(true);
  });

  it('is closed, and then is neither open nor to be brought back', async () => {
    await press(() => popup.open());
    popup.close();
    expect(popup.isOpen).to.equal(false);
    expect(popup.focus()).to.equal(false);
    await until(() => lastWindow().closed);
  });

  it('that the person closed is not open, and what is asked of it breaks nothing', async () => {
    await press(() => popup.open());
    lastWindow().close();
    await until(() => !popup.isOpen);
    expect(popup.focus()).to.equal(false);
    popup.go(`${location.origin}${PAGE}`);
    popup.close();
    expect(await press(() => popup.open())).to.equal(true);
    expect(popup.isOpen).to.equal(true);
  });
});

/** A handle as `window.open` gives one, writing down what is done with it. */
const createHandle = (change: object = {}) => {
  const done: string[] = [];
  const handle = {
    closed: false,
    document: blankDocument(),
    location: { replace: (url: string) => done.push(`replace ${url}`) },
    focus: () => done.push('focus'),
    close: () => done.push('close'),
    ...change,
  };
  return { handle, done };
};

describe('a window by its handle', () => {
  it('is sent on without a step back, brought to the front and closed', () => {
    const { handle, done } = createHandle();
    replace(window, 'open', () => handle);
    const popup = createOwn();
    expect(popup.open()).to.equal(true);
    popup.go('https://pay.example/?sessionToken=x');
    expect(popup.focus()).to.equal(true);
    popup.close();
    popup.close();
    expect(done).to.deep.equal(['replace https://pay.example/?sessionToken=x', 'focus', 'close']);
  });

  it('has a name of its own each time, so that a second sale does not take the window of the first', () => {
    const names = new Set<unknown>();
    replace(window, 'open', (_: string, name: string) => {
      names.add(name);
      return createHandle().handle;
    });
    const popup = createOwn();
    for (let times = 0; times < 3; times += 1) expect(popup.open()).to.equal(true);
    expect(names.size).to.equal(3);
    for (const name of names) expect(name).to.match(/^offramp-/);
  });

  it('that was cut off looks closed, and is then not brought to the front', () => {
    const { handle, done } = createHandle();
    replace(window, 'open', () => handle);
    const popup = createOwn();
    popup.open();
    handle.closed = true;
    expect(popup.isOpen).to.equal(false);
    expect(popup.focus()).to.equal(false);
    popup.close();
    expect(done).to.deep.equal(['close']);
  });

  it('that shows nothing because its document is denied counts as open', () => {
    const { handle } = createHandle();
    deny(handle, 'document');
    replace(window, 'open', () => handle);
    const popup = createOwn();
    expect(popup.open()).to.equal(true);
    expect(popup.isOpen).to.equal(true);
  });

  const blocked: [name: string, open: () => unknown][] = [
    ['null', () => null],
    ['undefined', () => undefined],
    ['an empty object', () => ({})],
    [
      'an error',
      () => {
        throw new DOMException('sandboxed', 'InvalidAccessError');
      },
    ],
    ['a window that is closed already', () => createHandle({ closed: true }).handle],
  ];
  for (const [name, open] of blocked) {
    it(`is blocked where the browser gives ${name}, and nothing asked of it breaks`, () => {
      replace(window, 'open', open);
      const popup = createOwn();
      expect(popup.open()).to.equal(false);
      expect(popup.isOpen).to.equal(false);
      expect(popup.focus()).to.equal(false);
      popup.go('https://pay.example/');
      popup.close();
    });
  }

  it('is blocked where it closes while it is filled', () => {
    const { handle } = createHandle();
    replace(window, 'open', () => handle);
    const popup = createPopup({
      waiting: () => {
        handle.closed = true;
        return WORDS;
      },
    });
    expect(popup.open()).to.equal(false);
  });
});

describe('a page that leaves', () => {
  const openIn = async () => {
    const page = openPage();
    const { handle, done } = createHandle();
    replace(page.window, 'open', () => handle);
    const popup = await loadIn<Popup>(
      page.window,
      'ports/popup.ts',
      "createPopup({ waiting: () => ({ title: '', text: '' }) })",
    );
    popup.open();
    return { page, popup, done };
  };

  it('takes a window along that is still blank', async () => {
    const { page, popup, done } = await openIn();
    page.window.dispatchEvent(new Event('pagehide'));
    expect(done).to.deep.equal(['close']);
    expect(popup.isOpen).to.equal(false);
    page.close();
  });

  it('leaves a window alone that is at Coinbase', async () => {
    const { page, popup, done } = await openIn();
    popup.go('https://pay.example/');
    page.window.dispatchEvent(new Event('pagehide'));
    expect(done).to.deep.equal(['replace https://pay.example/']);
    page.close();
  });

  it('does so for real', async () => {
    const { page, done } = await openIn();
    page.close();
    await until(() => done.length);
    expect(done).to.deep.equal(['close']);
  });
});

describe('leaving in this tab', () => {
  afterEach(() => sessionStorage.clear());

  for (const isStored of [true, false]) {
    it(`goes to the address${isStored ? ' and marks the tab for the return page' : ' even where no mark can be left'}`, async () => {
      const { window: page, close } = openPage();
      const popup = await loadIn<Popup>(
        page,
        'ports/popup.ts',
        "createPopup({ waiting: () => ({ title: '', text: '' }) })",
      );
      if (!isStored) Object.defineProperty(page, 'sessionStorage', { value: null });
      popup.leave(`${location.origin}${PAGE}`, 'sale-1');
      await until(() => page.location.pathname === PAGE);
      expect(sessionStorage.getItem('offramp-button:same-tab')).to.equal(isStored ? 'sale-1' : null);
      close();
    });
  }
});
