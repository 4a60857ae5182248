// What the bench ran on. Knows this process and the browser's version; nothing that names a machine or a person.
import { arch, availableParallelism, cpus, loadavg, platform, totalmem } from 'node:os';
import { rolldownVersion, version } from 'vite';
import { launchChromium } from '../test/browsers.ts';

/** One sentence. */
export const describeMachine = async (): Promise<string> => {
  const browser = await launchChromium();
  const chromium = await browser.version().finally(() => browser.close());
  const [processor] = cpus();
  const memory = Math.round(totalmem() / 2 ** 30);
  return [
    `${availableParallelism()} × ${processor?.model.trim() || 'an unnamed processor'}, ${memory} GiB, ${platform()} ${arch()}`,
    `Node ${process.version}, ${chromium}, Vite ${version} (Rolldown ${rolldownVersion})`,
  ].join('; ');
};

/** Processors that were busy in the last minute. */
export const loadNow = (): number => loadavg()[0] ?? 0;

/** Above this many the machine has other work, and times are not its own. */
export const MOST_LOAD = availableParallelism() / 2;
