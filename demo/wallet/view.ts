// The test wallet as others see it: its switches, its requests, its state. Words only; page, server and tests share them.
import type { Transfer, WalletTransaction } from './decode.ts';

/** How the wallet answers a request to send. */
export const answers = ['ask', 'approve', 'decline', 'never', 'stuck'] as const;
export type Answer = (typeof answers)[number];

/** What is wrong with the wallet, each on or off. */
export const troubles = ['wrong-chain', 'wrong-account', 'low-usdc', 'low-gas'] as const;
export type Trouble = (typeof troubles)[number];

/** One `eth_sendTransaction` the wallet was given. */
export interface WalletRequest {
  id: number;
  state: 'waiting' | 'approved' | 'declined' | 'refused';
  /** ISO time it came. */
  at: string;
  /** The chain the wallet was on then. */
  chainId: string;
  transaction: WalletTransaction;
  transfer?: Transfer;
  txHash?: string;
  error?: { code: number; message: string };
}

/** What the panel and the tests see. */
export interface WalletView {
  mode: Answer;
  troubles: Trouble[];
  connected: boolean;
  chainId: string;
  accounts: string[];
  /** The account whose money the demo shows, connected or not. */
  visitor: `0x${string}`;
  /** How many `eth_sendTransaction` came in since the last reset, answered or not. */
  sendCount: number;
  requests: WalletRequest[];
}
