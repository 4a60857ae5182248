// EIP-5792: a transfer as a batch of one call, for contract accounts whose wallet takes such batches. Knows the standard's shapes;
// does not know when a wallet is asked.
import { OfframpError } from '../errors.ts';
import type { Order } from '../order.ts';
import { transferRequest } from '../transaction.ts';
import { isHash, type Requests, row, rows } from './requests.ts';

/** What became of a batch: its transaction, known never to happen, or not known yet. */
export type CallsState = { txHash: string } | 'undone' | 'unknown';

const hexChain = (order: Order): string => `0x${order.chainId.toString(16)}`;

/** Whether the wallet says that it takes batches for this account on this chain. One that does not know the question does not. */
export const takesCalls = async (order: Order, { ask }: Requests, signal: AbortSignal): Promise<boolean> => {
  try {
    const chain = hexChain(order);
    const capabilities = row(await ask('wallet_getCapabilities', [order.from, [chain]], signal));
    // By chain; `0x0` stands for every chain.
    return ['0x0', chain].some((key) => capabilities !== undefined && Object.hasOwn(capabilities, key));
  } catch {
    return false;
  }
};

/** The parameter of `wallet_sendCalls`, under an id of our own, so that the same batch is never taken twice. */
export const callsRequest = (order: Order, id: string): object => {
  const { from, to, value, data } = transferRequest(order);
  return {
    version: '2.0.0',
    id,
    from,
    chainId: hexChain(order),
    atomicRequired: false,
    calls: [{ to, value, ...(data === undefined ? {} : { data }) }],
  };
};

/** The id under which the wallet keeps the batch: some make one of their own. Version 1 answered the bare text. */
export const callsIdOf = (answer: unknown): string | undefined => {
  const id = typeof answer === 'object' && answer !== null ? (answer as { id?: unknown }).id : answer;
  return typeof id === 'string' && id !== '' && id.length <= 8194 ? id : undefined;
};

/** @throws what the wallet throws, such as 5730 for an id it does not know. */
export const stateOfCalls = async (id: string, { ask }: Requests): Promise<CallsState> => {
  const answer = row(await ask('wallet_getCallsStatus', [id]));
  if (typeof answer?.status !== 'number') throw new OfframpError('wallet-failed');
  const { status, receipts } = answer;
  // 400: not included, and not tried again. 500: reverted completely. 600, reverted in part, cannot be of one call.
  if (status >= 400 && status < 600) return 'undone';
  if (!(status >= 200 && status < 300)) return 'unknown';
  const last = rows(receipts ?? []).at(-1);
  return isHash(last?.transactionHash) ? { txHash: last.transactionHash } : 'unknown';
};
