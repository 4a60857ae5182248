import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { createServer } from 'node:net';
import { after, test } from 'node:test';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { onFreePorts } from '../fixtures/free-ports.ts';
import { createWorld } from './world.ts';

const ANVIL = fileURLToPath(new URL('../../node_modules/.bin/anvil', import.meta.url));
let anvil: ChildProcess | undefined;

const freePort = (): Promise<number> =>
  new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address ? address.port : 0));
    });
  });

const startAnvil = async () => {
  const port = await freePort();
  const started = spawn(ANVIL, ['--host', '127.0.0.1', '--port', `${port}`, '--chain-id', '8453', '--silent'], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  anvil = started;
  let complaint = '';
  started.stderr.on('data', (chunk) => {
    complaint += chunk;
  });
  const url = `http://127.0.0.1:${port}`;
  const call = async (method: string, params: unknown[] = []) => {
    const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method, params });
    const response = await fetch(url, { method: 'POST', headers: { 'Content-Type': 'application/json' }, body });
    return (await response.json()).result;
  };
  for (let tries = 0; tries < 400 && started.exitCode === null; tries += 1) {
    if (await call('eth_blockNumber').catch(() => undefined)) return { url, call };
    await wait(50);
  }
  throw new Error(`anvil did not start: ${complaint}`);
};

after(() => anvil?.kill());

test('finds a plain transfer on a real chain, once it is mined', async () => {
  const { url, call } = await onFreePorts(startAnvil);
  const [from, other] = await call('eth_accounts');
  const { call: ask, browse, inputPath, toPrice, cashOut, first, pass } = await createWorld({ chains: { base: url } });
  const body = { addresses: [{ address: from, blockchains: ['base'] }] };
  const { token } = await (await ask('POST', '/onramp/v1/token', body)).json();
  const query = { sessionToken: token, partnerUserRef: 'ref', defaultAsset: 'ETH', defaultNetwork: 'base' };
  const path = (await browse(inputPath(query))).headers.get('Location') ?? '';
  await toPrice(path, '0.5');
  await cashOut(path);
  const { to_address: to } = await first();

  await call('eth_sendTransaction', [{ from: other, to, value: '0x6f05b59d3b20000' }]);
  assert.equal((await first()).tx_hash, '');
  await call('evm_setAutomine', [false]);
  const hash = await call('eth_sendTransaction', [{ from, to, value: '0x6f05b59d3b20000' }]);
  assert.equal((await first()).tx_hash, '');
  await call('evm_mine');
  assert.equal((await first()).tx_hash, hash);
  pass(2_000);
  assert.equal((await first()).status, 'TRANSACTION_STATUS_SUCCESS');
});
