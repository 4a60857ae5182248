// A real Redis server for the kit's tests: on a free loopback port, in a folder of its own, gone with the test.
// Knows Debian's package and the process; does not know what is kept in it.
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createConnection, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { onFreePorts } from '../fixtures/free-ports.ts';

const PROGRAM = 'redis-server';
const APT = 'apt-get';

const isThere = (): boolean => spawnSync(PROGRAM, ['--version']).status === 0;

const provide = (): void => {
  if (isThere()) return;
  if (process.getuid?.() === 0) {
    const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
    // Test files run side by side, and each may come here: the second waits for the first.
    const lock = ['-o', 'DPkg::Lock::Timeout=120'];
    spawnSync(APT, [...lock, 'update'], { env, timeout: 300_000 });
    spawnSync(APT, [...lock, 'install', '-y', '--no-install-recommends', 'redis-server'], {
      env,
      timeout: 600_000,
    });
  }
  if (!isThere())
    throw new Error(
      'This test needs Redis: install redis-server (on Debian: apt install redis-server) and have it in PATH.',
    );
};

const freePort = async (): Promise<number> => {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (typeof address !== 'object' || !address) throw new Error('No free port.');
  return address.port;
};

/** Whether the server answers a PING. */
const answers = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = createConnection({ port, host: '127.0.0.1' }, () => socket.write('PING\r\n'));
    const done = (result: boolean) => () => {
      socket.destroy();
      resolve(result);
    };
    socket.once('data', (data) => done(`${data}`.startsWith('+PONG'))());
    socket.once('error', done(false)).once('close', done(false)).setTimeout(1000, done(false));
  });

/** A Redis server of a test. It remembers over {@link RedisServer.start}, and forgets with {@link RedisServer.remove}. */
export interface RedisServer {
  port: number;
  url: string;
  /** Starts it again after a kill. */
  start(): Promise<void>;
  /** SIGKILL: no chance to write anything more. */
  kill(): Promise<void>;
  /** SIGSTOP: connections stay, nothing answers. */
  freeze(): void;
  thaw(): void;
  remove(): Promise<void>;
}

const startSomewhere = async (settings: readonly string[]): Promise<RedisServer> => {
  const port = await freePort();
  const folder = mkdtempSync(join(tmpdir(), 'offramp-redis-'));
  let child: ChildProcess | undefined;
  const killWithUs = () => child?.kill('SIGKILL');
  process.once('exit', killWithUs);

  const server: RedisServer = {
    port,
    url: `redis://127.0.0.1:${port}`,
    start: async () => {
      const usual = [
        '--port',
        `${port}`,
        '--bind',
        '127.0.0.1',
        '--dir',
        folder,
        '--save',
        '',
        '--loglevel',
        'warning',
      ];
      const started = spawn(PROGRAM, [...usual, ...settings], { stdio: ['ignore', 'pipe', 'ignore'] });
      child = started;
      let words = '';
      started.stdout.on('data', (chunk) => {
        words += chunk;
      });
      for (let tries = 0; tries < 800 && started.exitCode === null; tries++) {
        // Another one may answer on the port that it did not get.
        if ((await answers(port)) && started.exitCode === null) return;
        await pause(25);
      }
      throw new Error(`redis-server did not start: ${words}`);
    },
    kill: async () => {
      if (!child || child.exitCode !== null || child.signalCode !== null) return;
      const gone = once(child, 'exit');
      child.kill('SIGKILL');
      await gone;
    },
    freeze: () => void child?.kill('SIGSTOP'),
    thaw: () => void child?.kill('SIGCONT'),
    remove: async () => {
      await server.kill();
      process.off('exit', killWithUs);
      rmSync(folder, { recursive: true, force: true });
    },
  };
  await server.start().catch(async (cause) => {
    await server.remove();
    throw cause;
  });
  return server;
};

/** Starts one. `settings` are of redis.conf, as words: `['--appendonly', 'yes']`. */
export const startRedis = async (...settings: string[]): Promise<RedisServer> => {
  provide();
  return onFreePorts(() => startSomewhere(settings));
};
