// Runs test files in every engine there is, with @web/test-runner over Vite. Does not know which files those are.
import { readFileSync } from 'node:fs';
import { relative } from 'node:path';
import {
  type BrowserLauncher,
  chromeLauncher,
  defaultReporter,
  startTestRunner,
  type TestResult,
  type TestRunnerConfig,
  type TestSession,
  type TestSuiteResult,
} from '@web/test-runner';
import { webdriverLauncher } from '@web/test-runner-webdriver';
import {
  type Browsers,
  chromiumOptions,
  type Engine,
  firefoxOptions,
  startWebKit,
  type WebKitDriver,
} from './browsers.ts';
import type { Outcome } from './run.ts';
import { startVite } from './vite.ts';

/** @web/test-runner calls every puppeteer browser "Chrome" and sets names late; a report must say which engine failed. */
const named = (name: Engine, launcher: object): BrowserLauncher =>
  Object.defineProperty(launcher, 'name', { get: () => name, set: () => {} }) as BrowserLauncher;

const launchers = ({ chromium, firefox }: Browsers, webkit: WebKitDriver | undefined): BrowserLauncher[] => [
  ...(chromium ? [named('Chromium', chromeLauncher({ launchOptions: chromiumOptions(chromium) }))] : []),
  ...(firefox ? [named('Firefox', chromeLauncher({ launchOptions: firefoxOptions(firefox) }))] : []),
  ...(webkit
    ? [
        named(
          'WebKit',
          webdriverLauncher({
            automationProtocol: 'webdriver',
            hostname: '127.0.0.1',
            port: webkit.port,
            path: '/',
            // MiniBrowser speaks no BiDi.
            capabilities: { ...webkit.capabilities, 'wdio:enforceWebDriverClassic': true },
          }),
        ),
      ]
    : []),
];

const WORKER = '/mockServiceWorker.js';

const isRunnersOwn = (path: string): boolean =>
  path === '/' || path.startsWith('/__web-') || path.includes('/@web/test-runner');

/** Serves msw's worker at the root, so that its scope is the test page, and everything that is not the runner's own by Vite. */
const serve = (vite: Awaited<ReturnType<typeof startVite>>): NonNullable<TestRunnerConfig['middleware']>[number] => {
  const worker = readFileSync(new URL('../node_modules/msw/lib/mockServiceWorker.js', import.meta.url), 'utf8');
  return async (context, next) => {
    if (isRunnersOwn(context.path)) return next();
    if (context.path === WORKER) {
      context.type = 'js';
      context.body = worker;
      return;
    }
    await new Promise<void>((resolve, reject) => {
      context.res.once('finish', resolve);
      context.respond = false;
      context.res.statusCode = 200;
      vite.middlewares(context.req, context.res, (error: unknown) => {
        context.respond = true;
        if (error) reject(error);
        else next().then(resolve, reject);
      });
    });
  };
};

const testsOf = (suite: TestSuiteResult | undefined): TestResult[] =>
  suite ? [...suite.tests, ...suite.suites.flatMap(testsOf)] : [];

/** A file that did not load, crashed or holds no test. */
const isEmpty = ({ testResults }: TestSession): boolean => testsOf(testResults).length === 0;

const count = (sessions: readonly TestSession[]): Outcome => {
  const outcome = { passed: 0, failed: 0 };
  for (const session of sessions) {
    const before = outcome.failed;
    for (const test of testsOf(session.testResults)) {
      outcome[test.passed && !test.skipped ? 'passed' : 'failed'] += 1;
      if (test.skipped) console.log(`"${test.name}" was skipped, which counts as failed`);
    }
    if (isEmpty(session) || (!session.passed && outcome.failed === before)) outcome.failed += 1;
    if (isEmpty(session) && session.passed) console.log(`${session.testFile} holds no test (${session.browser.name})`);
  }
  return outcome;
};

/** Runs the files in these of the engines found, and prints failures. */
const runOnce = async (
  files: readonly string[],
  browsers: Browsers,
  engines: readonly string[],
): Promise<TestSession[]> => {
  const webkit = browsers.webkit && engines.includes('WebKit') ? await startWebKit() : undefined;
  const vite = await startVite(files);
  try {
    let finished: TestSession[] = [];
    const runner = await startTestRunner({
      readCliArgs: false,
      readFileConfig: false,
      autoExitProcess: false,
      config: {
        files: [...files],
        // One file at a time in each engine: files share an origin, and with it storage and channels.
        concurrency: 1,
        concurrentBrowsers: 2,
        testsStartTimeout: 60_000,
        browserStartTimeout: 60_000,
        // For a whole file; its own default of two minutes is little for a machine that does other work.
        testsFinishTimeout: 300_000,
        testFramework: { config: { ui: 'bdd', timeout: 20_000, forbidOnly: true } },
        staticLogging: true,
        browsers: launchers(browsers, webkit).filter(({ name }) => engines.includes(name)),
        middleware: [serve(vite)],
        reporters: [
          defaultReporter({ reportTestResults: true, reportTestProgress: false }),
          {
            onTestRunFinished: ({ sessions }) => {
              finished = sessions;
            },
          },
        ],
      },
    });
    if (runner && !runner.stopped) await new Promise((resolve) => runner.on('stopped', resolve));
    return finished;
  } finally {
    await vite.close();
    await webkit?.stop();
  }
};

/**
 * Runs the files in all engines found and prints failures; each test counts once per engine. A file of which an engine gave no result at all,
 * because it crashed or stopped answering, is run once more in a new one, and that is printed; a test that failed is not.
 */
export const runBrowserTests = async (files: readonly string[], browsers: Browsers): Promise<Outcome> => {
  const engines: readonly Engine[] = ['Chromium', 'Firefox', 'WebKit'];
  const sessions = await runOnce(files, browsers, engines);
  const again: TestSession[] = [];
  for (const engine of engines) {
    const lost = sessions.filter((session) => session.browser.name === engine && isEmpty(session));
    if (!lost.length) continue;
    const names = lost.map(({ testFile }) => relative('.', testFile));
    console.log(`${engine} gave no result of ${names.join(', ')}: once more`);
    again.push(...(await runOnce(names, browsers, [engine])));
  }
  return count([...sessions.filter((session) => !isEmpty(session)), ...again]);
};
