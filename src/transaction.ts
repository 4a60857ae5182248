// PURE. An order → the one transaction a wallet is asked for, and how its transfer looks on the chain.
// Knows EIP-1474 shapes and ERC-20; does not know wallets.
import { encodeFunctionData, numberToHex, padHex } from 'viem/utils';
import type { Order } from './order.ts';

type Hex = `0x${string}`;

const TRANSFER = [
  {
    type: 'function',
    name: 'transfer',
    stateMutability: 'nonpayable',
    inputs: [
      { name: 'to', type: 'address' },
      { name: 'value', type: 'uint256' },
    ],
    outputs: [{ type: 'bool' }],
  },
] as const;

const BALANCE_OF = [
  {
    type: 'function',
    name: 'balanceOf',
    stateMutability: 'view',
    inputs: [{ name: 'owner', type: 'address' }],
    outputs: [{ type: 'uint256' }],
  },
] as const;

/** keccak256 of `Transfer(address,address,uint256)` (ERC-20). */
export const TRANSFER_TOPIC = '0xddf252ad1be2c89b69c2b068fc378daa952ba7f163c4a11628f55a4df523b3ef';

/** The parameter of `eth_sendTransaction`: a plain transfer, nothing around it, with `chainId` so that a wallet on another chain refuses. */
export interface TransferRequest {
  from: string;
  to: string;
  value: string;
  data?: string;
  chainId: string;
}

export const transferRequest = (order: Order): TransferRequest => {
  const units = BigInt(order.units);
  const chainId = numberToHex(order.chainId);
  if (order.token === null) return { from: order.from, to: order.to, value: numberToHex(units), chainId };
  const data = encodeFunctionData({ abi: TRANSFER, functionName: 'transfer', args: [order.to as Hex, units] });
  return { from: order.from, to: order.token, value: '0x0', data, chainId };
};

/** The `eth_call` that reads an owner's balance of a token. */
export const balanceCall = (token: string, owner: string): { to: string; data: string } => ({
  to: token,
  data: encodeFunctionData({ abi: BALANCE_OF, functionName: 'balanceOf', args: [owner as Hex] }),
});

/** The `eth_getLogs` filter for an order's token transfer, from a block on. */
export const transferFilter = (order: Order, fromBlock: string): object => ({
  fromBlock,
  toBlock: 'latest',
  address: order.token,
  topics: [TRANSFER_TOPIC, padHex(order.from as Hex, { size: 32 }), padHex(order.to as Hex, { size: 32 })],
});
