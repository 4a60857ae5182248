// What a wallet says of the chain it is on, method by method, and what a transfer's bytes mean.
// Knows ABI and EIP-1474; does not know prompts.
import { type Chain, hex, type Movement, same } from './chain.ts';
import type { WalletOptions } from './wallet.ts';

const ENOUGH = 10n ** 24n;
const word = (value: bigint | number): string => `0x${value.toString(16).padStart(64, '0')}`;

const CODE = {
  plain: '0x',
  contract: '0x6080604052',
  // EIP-7702: where the account's code is to be found.
  delegated: `0xef0100${'de1e'.repeat(10)}`,
};

export const isSendClass = (method: string): boolean =>
  method === 'wallet_sendCalls' || /^(eth|wallet)_send(Raw)?Transaction$/.test(method);

/** What a transaction moves: a token's `transfer`, or the chain's own currency. */
export const decode = (call: { from: string; to: string; value: bigint; data: string }): Movement | undefined => {
  const { from, to, value, data } = call;
  const [, receiver, units] = /^0xa9059cbb0{24}([0-9a-f]{40})([0-9a-f]{64})$/i.exec(data) ?? [];
  if (receiver !== undefined && units !== undefined) {
    return { token: to, from, to: `0x${receiver}`, units: BigInt(`0x${units}`) };
  }
  return data === '0x' && value > 0n ? { token: null, from, to, units: value } : undefined;
};

export const readChain = (
  chain: Chain,
  { account, from }: WalletOptions,
  isHome: boolean,
  method: string,
  params: readonly unknown[],
): unknown => {
  const [first, second] = params;
  switch (method) {
    case 'eth_getCode':
      if (!isHome) return '0x';
      return same(String(first), from) ? CODE[account] : '0x6080';
    case 'eth_call':
      if (!isHome) return '0x';
      return String((first as { data: string }).data).startsWith('0x70a08231') ? word(ENOUGH) : word(1);
    case 'eth_getBalance':
      return hex(isHome ? ENOUGH : 0n);
    case 'eth_estimateGas':
      return hex(50_000);
    case 'eth_gasPrice':
      return hex(1_000_000);
    case 'eth_getTransactionCount':
      return hex(isHome ? chain.nonceOf(String(first), second) : 0);
    case 'eth_blockNumber':
      return hex(chain.block());
    case 'eth_getLogs':
      return isHome ? chain.logs(first as object) : [];
    case 'eth_getBlockByNumber':
      return isHome ? chain.blockOf(Number(first)) : { transactions: [] };
    case 'eth_getTransactionByHash':
      return isHome ? chain.byHash(String(first)) : null;
    case 'eth_getTransactionReceipt':
      return isHome ? chain.receipt(String(first)) : null;
    default:
      throw { code: -32601, message: `${method} is not there` };
  }
};
