// Runs test files in every engine there is, with @web/test-runner over Vite. Does not know which files those are.
import { readFileSync } from 'node:fs';
import {
  type BrowserLauncher,
  chromeLauncher,
  defaultReporter,
  startTestRunner,
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

const count = (sessions: readonly TestSession[]): Outcome => {
  const outcome = { passed: 0, failed: 0 };
  const walk = (suite: TestSuiteResult | undefined) => {
    for (const test of suite?.tests ?? []) {
      outcome[test.passed && !test.skipped ? 'passed' : 'failed'] += 1;
      if (test.skipped) console.log(`"${test.name}" was skipped, which counts as failed`);
    }
    for (const inner of suite?.suites ?? []) walk(inner);
  };
  for (const session of sessions) {
    const before = { ...outcome };
    walk(session.testResults);
    // A file that did not load, crashed or holds no test has no results to count.
    const isEmpty = outcome.passed + outcome.failed === before.passed + before.failed;
    if (isEmpty || (!session.passed && outcome.failed === before.failed)) outcome.failed += 1;
    if (isEmpty && session.passed) console.log(`${session.testFile} holds no test (${session.browser.name})`);
  }
  return outcome;
};

/** Runs the files in all engines found and prints failures; each test counts once per engine. */
export const runBrowserTests = async (files: readonly string[], browsers: Browsers): Promise<Outcome> => {
  const webkit = browsers.webkit && (await startWebKit());
  const vite = await startVite(files);
  try {
    let outcome: Outcome = { passed: 0, failed: files.length };
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
        testsFinishTimeout: 600_000,
        testFramework: { config: { ui: 'bdd', timeout: 20_000, forbidOnly: true } },
        staticLogging: true,
        browsers: launchers(browsers, webkit),
        middleware: [serve(vite)],
        reporters: [
          defaultReporter({ reportTestResults: true, reportTestProgress: false }),
          {
            onTestRunFinished: ({ sessions }) => {
              outcome = count(sessions);
            },
          },
        ],
      },
    });
    if (runner && !runner.stopped) await new Promise((resolve) => runner.on('stopped', resolve));
    return outcome;
  } finally {
    await vite.close();
    await webkit?.stop();
  }
};
