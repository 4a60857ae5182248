// Finds, installs and starts the browsers the tests run in, with what real visitors have on: popup blocker and storage partitioning.
// Does not know which tests run in them.
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { accessSync, constants, globSync } from 'node:fs';
import { createServer } from 'node:net';
import { delimiter, join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { type Browser, type LaunchOptions, launch } from 'puppeteer-core';

/** WebKitGTK in three parts: the driver, the browser it drives, and the screen that browser needs. */
interface WebKit {
  driver: string;
  browser: string;
  screen: string;
}

/** Where each engine's programs are; an engine that is not here has its reason in `absent`. */
export interface Browsers {
  chromium?: string;
  firefox?: string;
  webkit?: WebKit;
  /** Engine → why it cannot run, a few words. */
  absent: ReadonlyMap<Engine, string>;
}

export type Engine = 'Chromium' | 'Firefox' | 'WebKit';

/** Debian's packages for each engine. */
const PACKAGES: Record<Engine, readonly string[]> = {
  Chromium: ['chromium'],
  Firefox: ['firefox-esr'],
  WebKit: ['webkit2gtk-driver', 'xvfb'],
};

// Debian's /usr/bin/chromium is a script that starts the first of these, and complains to stderr while it does.
const CHROMIUM = [
  '/usr/lib/chromium/chromium',
  'chromium',
  'chromium-browser',
  'google-chrome',
  'google-chrome-stable',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
];
const FIREFOX = ['firefox-esr', 'firefox', '/Applications/Firefox.app/Contents/MacOS/firefox'];
const MINI_BROWSERS = ['/usr/lib/*/webkit2gtk-4.*/MiniBrowser', '/usr/libexec/webkit2gtk-4.*/MiniBrowser'];

const isProgram = (path: string): boolean => {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
};

/** The first of the names that can be run: a path as it is, a bare name looked for in PATH. */
const find = (...names: string[]): string | undefined =>
  names
    .flatMap((name) =>
      name.includes('/') ? name : (process.env.PATH ?? '').split(delimiter).map((folder) => join(folder, name)),
    )
    .find(isProgram);

/** Looks for the three engines on this machine. Starts nothing. */
export const findBrowsers = (): Browsers => {
  const absent = new Map<Engine, string>();
  const chromium = find(...CHROMIUM);
  if (!chromium) absent.set('Chromium', 'no Chromium or Chrome found');
  const firefox = find(...FIREFOX);
  if (!firefox) absent.set('Firefox', 'no Firefox found');
  const driver = find('WebKitWebDriver');
  const browser = globSync(MINI_BROWSERS).find(isProgram);
  const screen = find('Xvfb');
  if (!driver) absent.set('WebKit', 'WebKitWebDriver not found');
  else if (!browser) absent.set('WebKit', 'MiniBrowser not found');
  else if (!screen) absent.set('WebKit', 'Xvfb not found');
  return {
    ...(chromium && { chromium }),
    ...(firefox && { firefox }),
    ...(driver && browser && screen && { webkit: { driver, browser, screen } }),
    absent,
  };
};

/** Installs the engines that are absent with apt, where that can work: Debian or Ubuntu, as root. Says what it does. */
export const installAbsent = (absent: Browsers['absent']): void => {
  const apt = find('apt-get');
  if (!absent.size || !apt || process.getuid?.() !== 0) return;
  const run = (...words: string[]) =>
    spawnSync(apt, words, {
      env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
      encoding: 'utf8',
      timeout: 600_000,
    });
  run('update');
  for (const engine of absent.keys()) {
    console.log(`installing ${engine}: ${PACKAGES[engine].join(' ')}`);
    const { status, stderr } = run('install', '-y', '--no-install-recommends', ...PACKAGES[engine]);
    if (status !== 0) console.log(`apt-get could not install ${engine}: ${stderr.trim().split('\n').at(-1) ?? ''}`);
  }
};

/** Kills a child with this process, however this process ends. */
const keep = (child: ChildProcess): ChildProcess => {
  const kill = () => child.kill('SIGKILL');
  const leave = () => process.exit(143);
  process.once('exit', kill).once('SIGTERM', leave).once('SIGINT', leave);
  child.once('exit', () => process.off('exit', kill).off('SIGTERM', leave).off('SIGINT', leave));
  return child;
};

const end = async (child: ChildProcess): Promise<void> => {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = once(child, 'exit');
  child.kill();
  await Promise.race([gone, pause(2000, undefined, { ref: false })]);
  child.kill('SIGKILL');
};

/** How Chromium is started. Automation turns the popup blocker off by default; a visitor has it on. */
export const chromiumOptions = (executablePath: string): LaunchOptions => ({
  executablePath,
  headless: true,
  ignoreDefaultArgs: ['--disable-popup-blocking'],
  args: [
    // Chromium refuses to run as root with its sandbox.
    ...(process.getuid?.() === 0 ? ['--no-sandbox'] : []),
    '--disable-gpu',
    '--disable-quic',
    '--disable-component-update',
  ],
});

/** How Firefox is started, with the popup blocker on. */
export const firefoxOptions = (executablePath: string): LaunchOptions => ({
  browser: 'firefox',
  executablePath,
  headless: true,
  extraPrefsFirefox: { 'dom.disable_open_during_load': true },
});

/** Starts Chromium. Close it with `browser.close()`. Throws where there is none. */
export const launchChromium = async (options: LaunchOptions = {}): Promise<Browser> => {
  const { chromium } = findBrowsers();
  if (!chromium) throw new Error('There is no Chromium or Chrome on this machine.');
  const usual = chromiumOptions(chromium);
  return launch({ ...usual, ...options, args: [...(usual.args ?? []), ...(options.args ?? [])] });
};

/** Starts Firefox. Close it with `browser.close()`. Throws where there is none. */
export const launchFirefox = async (): Promise<Browser> => {
  const { firefox } = findBrowsers();
  if (!firefox) throw new Error('There is no Firefox on this machine.');
  return launch(firefoxOptions(firefox));
};

const freePort = async (): Promise<number> => {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (typeof address !== 'object' || !address) throw new Error('No free port.');
  return address.port;
};

/** A running WebKitWebDriver, for one session at a time. */
export interface WebKitDriver {
  port: number;
  /** What a WebDriver session asks for. */
  capabilities: { browserName: string; 'webkitgtk:browserOptions': { binary: string; args: string[] } };
  /** Ends driver, browser and screen. */
  stop(): Promise<void>;
}

/** Starts WebKitGTK's driver on a screen of its own. Throws where parts are missing or do not start. */
export const startWebKit = async (): Promise<WebKitDriver> => {
  const { webkit } = findBrowsers();
  if (!webkit) throw new Error('There is no WebKitGTK on this machine.');
  const screen = keep(
    spawn(webkit.screen, ['-displayfd', '3', '-screen', '0', '1280x1024x24', '-nolisten', 'tcp'], {
      stdio: ['ignore', 'ignore', 'ignore', 'pipe'],
    }),
  );
  const pipe = screen.stdio[3];
  if (!pipe) throw new Error('Xvfb has no pipe.');
  const [number] = await Promise.race([
    once(pipe, 'data'),
    once(screen, 'exit').then(() => Promise.reject(new Error('Xvfb did not start.'))),
  ]);
  const start = async (starts: number): Promise<{ port: number; driver: ChildProcess }> => {
    const port = await freePort();
    const driver = keep(
      spawn(webkit.driver, [`--port=${port}`], {
        env: { ...process.env, DISPLAY: `:${String(number).trim()}` },
        stdio: 'ignore',
      }),
    );
    for (let tries = 0; tries < 300 && driver.exitCode === null; tries += 1) {
      const answer = await fetch(`http://127.0.0.1:${port}/status`).catch(() => undefined);
      if (answer?.ok && driver.exitCode === null) return { port, driver };
      await pause(100);
    }
    // It ends at once where another process has taken the port meanwhile.
    if (driver.exitCode !== null && starts < 3) return start(starts + 1);
    await end(driver);
    await end(screen);
    throw new Error('WebKitWebDriver did not start.');
  };
  const { port, driver } = await start(1);
  return {
    port,
    capabilities: {
      browserName: 'MiniBrowser',
      'webkitgtk:browserOptions': { binary: webkit.browser, args: ['--automation'] },
    },
    // The screen goes last: a browser without its screen hangs.
    stop: async () => {
      await end(driver);
      await end(screen);
    },
  };
};
