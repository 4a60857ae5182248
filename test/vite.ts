// Serves the project's TypeScript to test browsers, as middleware. Does not know what pages ask for it.
import { rmSync } from 'node:fs';
import { createServer, type ViteDevServer } from 'vite';

let started = 0;

/**
 * Starts Vite over the project. Each dependency is bundled once, at the start: `entries` are the files to look through for them.
 * A cache of its own keeps runs at the same time apart; `close` removes it.
 */
export const startVite = async (entries: readonly string[]): Promise<Pick<ViteDevServer, 'middlewares' | 'close'>> => {
  started += 1;
  const cacheDir = `node_modules/.vite/test-${process.pid}-${started}`;
  const vite = await createServer({
    configFile: false,
    clearScreen: false,
    appType: 'custom',
    logLevel: 'warn',
    publicDir: 'test/public',
    cacheDir,
    optimizeDeps: { entries: [...entries], exclude: ['@web/test-runner-commands'] },
    plugins: [
      {
        name: 'test-runner-socket',
        enforce: 'pre',
        resolveId: (id) => (id === '/__web-dev-server__web-socket.js' ? { id, external: true } : undefined),
      },
    ],
    server: { middlewareMode: true, hmr: false, ws: false, watch: null },
  });
  return {
    middlewares: vite.middlewares,
    close: async () => {
      await vite.close();
      rmSync(cacheDir, { recursive: true, force: true });
    },
  };
};
