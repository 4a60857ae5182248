// One EIP-1193 request at a time, and its answer read strictly. Knows the shapes of EIP-1474; does not know why anything is asked.
import { OfframpError } from '../errors.ts';
import type { Order } from '../order.ts';
import type { Provider } from '../ports.ts';
import { sameAddress } from '../rules.ts';
import { address, txHash } from '../schema.ts';

/** A hash in shape; whether the network knows a transaction by it is another question. */
export const isHash = (value: unknown): value is string => txHash.safeParse(value).success;

/** A number of at most 256 bits: no chain has a larger one, and arithmetic on a longer one could take for ever. */
export const quantity = (value: unknown): bigint => {
  if (typeof value !== 'string' || !/^0x[0-9a-f]{1,64}$/i.test(value)) throw new OfframpError('wallet-failed');
  return BigInt(value);
};

/** Bytes of any length, `0x` for none. */
export const word = (value: unknown): string => {
  if (typeof value !== 'string' || !/^0x[0-9a-f]*$/i.test(value)) throw new OfframpError('wallet-failed');
  return value;
};

/** Rows of an answer. What cannot be read is an error, never "no rows": that would pass for proof that nothing was sent. */
export const rows = (value: unknown): Record<string, unknown>[] => {
  if (!Array.isArray(value) || !value.every((row) => typeof row === 'object' && row !== null)) {
    throw new OfframpError('wallet-failed');
  }
  return value;
};

/** An object, or `undefined` for the `null` that says "none". */
export const row = (value: unknown): Record<string, unknown> | undefined =>
  value === null || value === undefined ? undefined : rows([value])[0];

/** A contract account. EIP-7702's designator is none: such an account still signs and pays for its own transactions. */
export const isContract = (code: string): boolean => code !== '0x' && !/^0xef0100[0-9a-f]{40}$/i.test(code);

export const isAmong = (accounts: readonly string[], address: string): boolean =>
  // Any place in the list: wallets order it as they like.
  accounts.some((account) => sameAddress(account, address));

export interface Requests {
  /** With a signal, leaving does not wait for the answer. */
  ask(method: string, params?: readonly unknown[], signal?: AbortSignal): Promise<unknown>;
  accountsBy(method: 'eth_accounts' | 'eth_requestAccounts', signal?: AbortSignal): Promise<string[]>;
  isOnChain(order: Order, signal?: AbortSignal): Promise<boolean>;
  /** Asks something of the order's chain. @throws `wrong-chain` where the wallet is not on it behind the answer: it may have switched before. */
  read(order: Order, method: string, params?: readonly unknown[], signal?: AbortSignal): Promise<unknown>;
}

/** One wallet for all requests that belong together: the person may choose another meanwhile. */
export const createRequests = (wallet: Provider | undefined): Requests => {
  const ask: Requests['ask'] = async (method, params = [], signal) => {
    if (!wallet) throw new OfframpError('no-wallet');
    if (signal?.aborted) throw new OfframpError('wallet-failed');
    const answer = wallet.request({ method, params });
    if (!signal) return answer;
    // A wallet may never answer; leaving the stage must not wait for it.
    const left = new Promise<never>((_, reject) => {
      signal.addEventListener('abort', () => reject(new OfframpError('wallet-failed')), { once: true });
    });
    return Promise.race([answer, left]);
  };

  const isOnChain: Requests['isOnChain'] = async (order, signal) =>
    quantity(await ask('eth_chainId', [], signal)) === BigInt(order.chainId);

  return {
    ask,
    isOnChain,

    accountsBy: async (method, signal) => {
      const answer = await ask(method, [], signal);
      const list: unknown[] = Array.isArray(answer) ? answer : [];
      return list.filter((one): one is string => address.safeParse(one).success);
    },

    read: async (order, method, params, signal) => {
      const answer = await ask(method, params, signal);
      if (!(await isOnChain(order, signal))) throw new OfframpError('wrong-chain');
      return answer;
    },
  };
};
