// A chain of the demo's own: anvil with Base's chain id and a USDC at Base's address. Knows no sale and no wallet.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createRequire } from 'node:module';
import { setTimeout as sleep } from 'node:timers/promises';
import { encodeFunctionData, erc20Abi, hexToBigInt, numberToHex, parseEther, parseUnits } from 'viem';
import { findAsset } from '../../src/assets.ts';
import { balanceSlot, tokenCode, word } from './token.ts';

type Hex = `0x${string}`;

/** A JSON-RPC error as the node gave it. */
export class RpcError extends Error {
  readonly code: number;

  constructor(code: number, message: string) {
    super(message);
    this.code = code;
  }
}

export interface DemoChain {
  url: string;
  chainId: number;
  /** Where USDC lives: the same address as on Base. */
  usdc: Hex;
  /** The visitor's account, and another one that the test wallet can turn to. anvil signs for both. */
  accounts: readonly [Hex, Hex];
  rpc(method: string, params?: readonly unknown[]): Promise<unknown>;
  /** In the smallest unit: 6 decimals of USDC. */
  usdcOf(owner: Hex): Promise<bigint>;
  /** In wei. */
  etherOf(owner: Hex): Promise<bigint>;
  setUsdc(owner: Hex, units: bigint): Promise<void>;
  setEther(owner: Hex, wei: bigint): Promise<void>;
  /** Gives the visitor 1,000 USDC and 10 ETH, and the other account 500 USDC and 5 ETH. */
  fund(): Promise<void>;
  stop(): Promise<void>;
}

/**
 * Starts the chain on 127.0.0.1 and funds it.
 * @throws Error when anvil ends or does not answer within 15 seconds.
 */
export const startChain = async (port: number): Promise<DemoChain> => {
  const token = findAsset('USDC', 'base');
  if (!token?.token) throw new Error('The asset table has no USDC on base.');
  const { token: usdc, chainId } = token;
  const url = `http://127.0.0.1:${port}`;

  const leash = new URL('./leash.ts', import.meta.url).href;
  const anvil = createRequire(import.meta.url).resolve('@foundry-rs/anvil/bin.mjs');
  const child = spawn(
    process.execPath,
    ['--import', leash, anvil, '--chain-id', `${chainId}`, '--port', `${port}`, '--host', '127.0.0.1', '--silent'],
    { stdio: ['pipe', 'ignore', 'pipe'], env: { ...process.env, TARGET_TOOL: 'anvil' } },
  );
  let complaint = '';
  child.stderr.on('data', (chunk) => {
    complaint += chunk;
  });

  const rpc = async (method: string, params: readonly unknown[] = []): Promise<unknown> => {
    const response = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ jsonrpc: '2.0', id: 1, method, params }),
    });
    const body = (await response.json()) as { result?: unknown; error?: { code: number; message: string } };
    if (body.error) throw new RpcError(body.error.code, body.error.message);
    return body.result;
  };

  const stop = async (): Promise<void> => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    const gone = once(child, 'exit');
    child.kill('SIGTERM');
    await gone;
  };

  const answers = async (): Promise<void> => {
    for (const giveUp = Date.now() + 15_000; Date.now() < giveUp; await sleep(50)) {
      // The leash keeps the process there, although its port is another's.
      if (child.exitCode !== null || /already in use/.test(complaint))
        throw new Error(`The local chain ended at once: ${complaint.trim() || child.exitCode}`);
      if (await rpc('eth_chainId').catch(() => undefined)) return;
    }
    throw new Error('The local chain did not answer within 15 seconds.');
  };

  const amount = async (method: string, params: readonly unknown[]): Promise<bigint> =>
    hexToBigInt((await rpc(method, params)) as Hex);
  const usdcOf = (owner: Hex): Promise<bigint> =>
    amount('eth_call', [
      { to: usdc, data: encodeFunctionData({ abi: erc20Abi, functionName: 'balanceOf', args: [owner] }) },
      'latest',
    ]);
  const etherOf = (owner: Hex): Promise<bigint> => amount('eth_getBalance', [owner, 'latest']);
  const setUsdc = async (owner: Hex, units: bigint): Promise<void> => {
    await rpc('anvil_setStorageAt', [usdc, balanceSlot(owner), word(units)]);
  };
  const setEther = async (owner: Hex, wei: bigint): Promise<void> => {
    await rpc('anvil_setBalance', [owner, numberToHex(wei)]);
  };

  try {
    await answers();
    await rpc('anvil_setCode', [usdc, tokenCode]);
    const [visitor, other] = (await rpc('eth_accounts')) as Hex[];
    if (!visitor || !other) throw new Error('The local chain has no accounts.');
    const fund = async (): Promise<void> => {
      await setUsdc(visitor, parseUnits('1000', 6));
      await setEther(visitor, parseEther('10'));
      await setUsdc(other, parseUnits('500', 6));
      await setEther(other, parseEther('5'));
    };
    await fund();
    return { url, chainId, usdc, accounts: [visitor, other], rpc, usdcOf, etherOf, setUsdc, setEther, fund, stop };
  } catch (error) {
    await stop();
    throw error;
  }
};
