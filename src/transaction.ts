// PURE. An order → the one transaction a wallet is asked for, and how its transfer looks on the chain.
// Knows EIP-1474 shapes and ERC-20; does not know wallets.
import { concatHex, numberToHex, padHex } from 'viem/utils';
import type { Order } from './order.ts';

type Hex = `0x${string}`;

/** The first four bytes of keccak256 of `transfer(address,uint256)` and `balanceOf(address)` (ERC-20, Solidity's contract ABI). */
const TRANSFER = '0xa9059cbb';
const BALANCE_OF = '0x70a08231';

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

/** One argument of a call: 32 bytes (contract ABI). A whole ABI encoder for two of them would be a tenth of the element. */
const word = (value: Hex): Hex => padHex(value, { size: 32 });

const addressWord = (address: string): Hex => {
  // What is too short would be padded to another address.
  if (!/^0x[0-9a-f]{40}$/i.test(address)) throw new RangeError('This is no address.');
  return word(address as Hex);
};

export const transferRequest = (order: Order): TransferRequest => {
  const units = BigInt(order.units);
  const chainId = numberToHex(order.chainId);
  if (order.token === null) return { from: order.from, to: order.to, value: numberToHex(units), chainId };
  const data = concatHex([TRANSFER, addressWord(order.to), word(numberToHex(units))]).toLowerCase();
  return { from: order.from, to: order.token, value: '0x0', data, chainId };
};

/** The `eth_call` that reads an owner's balance of a token. */
export const balanceCall = (token: string, owner: string): { to: string; data: string } => ({
  to: token,
  data: concatHex([BALANCE_OF, addressWord(owner)]).toLowerCase(),
});

/** The `eth_getLogs` filter for an order's token transfer, from a block on. */
export const transferFilter = (order: Order, fromBlock: string): object => ({
  fromBlock,
  toBlock: 'latest',
  address: order.token,
  topics: [TRANSFER_TOPIC, addressWord(order.from), addressWord(order.to)],
});
