// The balances on Harbor's card, read from the demo's chain. Knows JSON-RPC; does not know wallets or sales.
import { encodeFunctionData, formatUnits, parseAbi } from 'viem/utils';
import { setup } from './setup.ts';

const abi = parseAbi(['function balanceOf(address) view returns (uint256)']);
const LOOK_EVERY_MS = 2_000;
const OWNER_SOON_MS = 100;

const call = async (method: string, params: unknown[]): Promise<bigint> => {
  const response = await fetch(setup.rpcUrl ?? '', {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ jsonrpc: '2.0', id: 1, method, params }),
  });
  const { result } = (await response.json()) as { result: string };
  return BigInt(result);
};

const shown = (units: bigint, decimals: number, places: number): string => {
  const [whole = '0', fraction = ''] = formatUnits(units, decimals).split('.');
  const grouped = BigInt(whole).toLocaleString('en');
  return `${grouped}.${fraction.slice(0, places).padEnd(2, '0')}`;
};

/** Starts looking, for the account that `owner` names at the time. */
export const startBalance = (usdc: HTMLElement, ether: HTMLElement, owner: () => `0x${string}` | undefined): void => {
  const look = async (): Promise<void> => {
    const account = owner();
    if (account && document.visibilityState === 'visible') {
      const data = encodeFunctionData({ abi, functionName: 'balanceOf', args: [account] });
      try {
        usdc.textContent = shown(await call('eth_call', [{ to: setup.usdc, data }, 'latest']), 6, 2);
        ether.textContent = shown(await call('eth_getBalance', [account, 'latest']), 18, 4);
      } catch {
        usdc.textContent = '–';
        ether.textContent = '–';
      }
    }
    setTimeout(look, account ? LOOK_EVERY_MS : OWNER_SOON_MS);
  };
  void look();
};
