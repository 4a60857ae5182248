// The visitor's wallet behind EIP-1193: one account, the order's chain, the checks, one ask. Knows wallets' habits;
// does not know sales. Only pure functions of viem are used: its client asks a wallet twice on some errors.
import { type Asset, chainOf, findAsset } from '../assets.ts';
import { OfframpError } from '../errors.ts';
import { instructionOf, type Order } from '../order.ts';
import type { Clock, Outcome, Provider, Sender, Sighting, Wallet } from '../ports.ts';
import { sameAddress } from '../rules.ts';
import { txHash as txHashShape } from '../schema.ts';
import { balanceCall, transferFilter, transferRequest } from '../transaction.ts';
import { codesOf, hasCode } from './wallet-errors.ts';

interface WalletOptions {
  /** Read at each use: the person may choose another wallet. */
  provider: () => Provider | undefined;
  sender: () => Sender | undefined;
  clock: Clock;
}

/** Some wallets report a new chain before they are on it. */
const SETTLE = 1_000;
const SWITCH_POLLS = 20;
/** Blocks looked through for a transfer of the chain's own currency, which leaves no log. */
const MOST_BLOCKS = 150n;

const NOT_CONNECTED = {
  message: 'Your wallet is not connected to this page.',
  advice: 'Connect the account this sale began with, then press Send again.',
};

const TOO_LATE = {
  message: 'The wallet answered too late, and was not asked to send.',
  advice: 'Nothing was sent; press Send again if there is time left.',
};

const isHash = (value: unknown): value is string => txHashShape.safeParse(value).success;

const quantity = (value: unknown): bigint => {
  if (typeof value !== 'string' || !/^0x[0-9a-f]+$/i.test(value)) throw new OfframpError('wallet-failed');
  return BigInt(value);
};

const word = (value: unknown): string => {
  if (typeof value !== 'string' || !/^0x[0-9a-f]*$/i.test(value)) throw new OfframpError('wallet-failed');
  return value;
};

/** Rows of an answer. What cannot be read is an error, never "no rows": that would pass for proof that nothing was sent. */
const rows = (value: unknown): Record<string, unknown>[] => {
  if (!Array.isArray(value) || !value.every((row) => typeof row === 'object' && row !== null)) {
    throw new OfframpError('wallet-failed');
  }
  return value;
};

/** EIP-1193 and EIP-5792 (and WalletConnect) for a person's "no". */
const isDeclined = (cause: unknown): boolean => hasCode(cause, 4001) || hasCode(cause, 5000);

/** An error before any ask to send, in our words. */
const translate = (cause: unknown): OfframpError => {
  if (cause instanceof OfframpError) return cause;
  if (hasCode(cause, -32002)) return new OfframpError('wallet-busy', { cause });
  return new OfframpError('wallet-failed', { cause });
};

/** An error of the ask itself (EIP-1193, EIP-1474, EIP-5792): known not to have sent, or not known. */
const judge = (cause: unknown): Outcome => {
  if (isDeclined(cause)) return { kind: 'declined' };
  const codes = codesOf(cause);
  if (codes.includes(-32002)) return { kind: 'unsure', error: new OfframpError('wallet-busy', { cause }) };
  // The wallet does not know the method or the account: it cannot have shown anything to approve.
  if ([4100, 4200, -32601].includes(codes[0] ?? 0)) {
    return { kind: 'not-asked', error: new OfframpError('wallet-failed', { cause }) };
  }
  return { kind: 'unsure', error: new OfframpError('wallet-failed', { cause }) };
};

const asOutcome = (answer: unknown): Outcome =>
  isHash(answer) ? { kind: 'sent', txHash: answer } : { kind: 'unsure', error: new OfframpError('wallet-failed') };

export const createWallet = ({ provider, sender, clock }: WalletOptions): Wallet => {
  const ask = async (
    method: string,
    params: readonly unknown[] = [],
    signal?: AbortSignal,
    wallet = provider(),
  ): Promise<unknown> => {
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

  const accountsBy = async (method: string, signal?: AbortSignal, wallet = provider()): Promise<string[]> => {
    const answer = await ask(method, [], signal, wallet);
    const list: unknown[] = Array.isArray(answer) ? answer : [];
    return list.filter((one): one is string => typeof one === 'string' && /^0x[0-9a-f]{40}$/i.test(one));
  };

  const requireAccount = (order: Order, accounts: readonly string[]): void => {
    // Any place in the list: wallets order it as they like.
    if (!accounts.some((account) => sameAddress(account, order.from))) throw new OfframpError('wrong-account');
  };

  const isOnChain = async (order: Order, signal?: AbortSignal, wallet = provider()): Promise<boolean> =>
    quantity(await ask('eth_chainId', [], signal, wallet)) === BigInt(order.chainId);

  const addChain = async (asset: Asset, signal: AbortSignal): Promise<void> => {
    const { chainId, name, currency, rpcUrl, explorerUrl } = chainOf(asset);
    await ask(
      'wallet_addEthereumChain',
      [
        {
          chainId: `0x${chainId.toString(16)}`,
          chainName: name,
          nativeCurrency: currency,
          rpcUrls: [rpcUrl],
          blockExplorerUrls: [explorerUrl],
        },
      ],
      signal,
    );
  };

  const switchChain = async (order: Order, signal: AbortSignal): Promise<void> => {
    const asset = findAsset(order.asset, order.network);
    if (!asset) throw new OfframpError('unknown-asset');
    const wanted = [{ chainId: `0x${order.chainId.toString(16)}` }];
    try {
      await ask('wallet_switchEthereumChain', wanted, signal).catch(async (cause) => {
        // EIP-3085 is for chains a wallet does not have; every wallet has Ethereum itself.
        if (!hasCode(cause, 4902) || order.chainId === 1) throw cause;
        await addChain(asset, signal);
        if (!(await isOnChain(order, signal))) await ask('wallet_switchEthereumChain', wanted, signal);
      });
    } catch (cause) {
      if (hasCode(cause, -32002)) throw new OfframpError('wallet-busy', { cause });
      throw new OfframpError('wrong-chain', { cause });
    }
    for (let polls = 0; !(await isOnChain(order, signal)); polls += 1) {
      if (polls === SWITCH_POLLS) throw new OfframpError('wrong-chain');
      await clock.wait(250, signal);
    }
    await clock.wait(SETTLE, signal);
    if (!(await isOnChain(order, signal))) throw new OfframpError('wrong-chain');
  };

  const checkToken = async (order: Order, token: string, signal: AbortSignal): Promise<void> => {
    if (word(await ask('eth_getCode', [token, 'latest'], signal)) === '0x') {
      throw new OfframpError('wrong-chain', { message: 'The token does not exist on the network your wallet is on.' });
    }
    const balance = quantity(await ask('eth_call', [balanceCall(token, order.from), 'latest'], signal));
    if (balance < BigInt(order.units)) {
      throw new OfframpError('low-funds', {
        message: `There is not enough ${order.asset} in your wallet for this sale.`,
      });
    }
    const { from, to, data } = transferRequest(order);
    const result = word(await ask('eth_call', [{ from, to, data }, 'latest'], signal));
    // Some tokens answer nothing, some `true`; `false` or anything else means that nothing would move.
    if (result !== '0x' && BigInt(result) !== 1n) {
      throw new OfframpError('wallet-failed', { message: 'A trial run of the transfer did not succeed.' });
    }
  };

  /** Whether the sender has the network's fee, with half as much again for a rising price. */
  const checkFee = async (order: Order, signal: AbortSignal): Promise<void> => {
    const { chainId: _, ...transfer } = transferRequest(order);
    const own = quantity(await ask('eth_getBalance', [order.from, 'latest'], signal));
    const spent = order.token === null ? BigInt(order.units) : 0n;
    const short = new OfframpError('low-funds', {
      message:
        order.token === null
          ? `There is not enough ${order.asset} in your wallet for this sale and its network fee.`
          : "There is not enough of the network's own currency in your wallet for the network fee.",
    });
    if (own <= spent) throw short;
    const gas = quantity(await ask('eth_estimateGas', [transfer], signal));
    const price = quantity(await ask('eth_gasPrice', [], signal));
    if (own < spent + (gas * price * 3n) / 2n) throw short;
  };

  /** A native transfer leaves no log, so the blocks since the ask are read, newest bound first. */
  const findNative = async (order: Order, from: bigint): Promise<string | undefined> => {
    const newest = quantity(await ask('eth_blockNumber'));
    const last = newest - from > MOST_BLOCKS ? from + MOST_BLOCKS : newest;
    for (let number = from; number <= last; number += 1n) {
      const [block] = rows([await ask('eth_getBlockByNumber', [`0x${number.toString(16)}`, true])]);
      for (const { from: sender, to, value, hash } of rows(block?.transactions)) {
        const isOurs =
          sameAddress(String(sender), order.from) &&
          sameAddress(String(to), order.to) &&
          quantity(value) === BigInt(order.units);
        if (isOurs && isHash(hash)) return hash;
      }
    }
    return undefined;
  };

  const findToken = async (order: Order, block: string): Promise<string | undefined> => {
    const logs = await ask('eth_getLogs', [transferFilter(order, block)]);
    for (const { data, transactionHash } of rows(logs)) {
      if (isHash(transactionHash) && quantity(data) === BigInt(order.units)) return transactionHash;
    }
    return undefined;
  };

  return {
    accounts: async () => (provider() ? accountsBy('eth_accounts').catch(() => []) : []),

    connect: async () => {
      try {
        const [account] = await accountsBy('eth_requestAccounts');
        if (account) return account;
      } catch (cause) {
        if (isDeclined(cause)) return undefined;
        throw translate(cause);
      }
      throw new OfframpError('no-wallet', { message: 'The wallet shared no account.' });
    },

    prepare: async (order, signal) => {
      // A page's own sender may be no EIP-1193 wallet at all: it makes its own checks.
      if (sender()) return { nonce: null, block: null };
      try {
        const accounts = await accountsBy('eth_accounts', signal);
        // A locked or disconnected wallet shows none; it is asked to connect again, once.
        requireAccount(order, accounts.length > 0 ? accounts : await accountsBy('eth_requestAccounts', signal));
        if (!(await isOnChain(order, signal))) await switchChain(order, signal);
        if (order.token !== null) await checkToken(order, order.token, signal);
        await checkFee(order, signal);
        const nonce = word(await ask('eth_getTransactionCount', [order.from, 'pending'], signal));
        const block = word(await ask('eth_blockNumber', [], signal));
        return { nonce, block };
      } catch (cause) {
        // Only the request to connect throws a bare "no" here; a declined switch is told as `wrong-chain`, with its cause.
        const isUnconnected = !(cause instanceof OfframpError) && isDeclined(cause);
        throw isUnconnected ? new OfframpError('wrong-account', NOT_CONNECTED) : translate(cause);
      }
    },

    ask: async (order, mayStill) => {
      const tooLate: Outcome = { kind: 'not-asked', error: new OfframpError('wallet-failed', TOO_LATE) };
      const send = sender();
      if (send) {
        if (!mayStill()) return tooLate;
        try {
          return asOutcome((await send(Object.freeze(instructionOf(order))))?.txHash);
        } catch (cause) {
          return judge(cause);
        }
      }
      // One wallet for the checks and the ask, whatever the page sets meanwhile.
      const wallet = provider();
      try {
        requireAccount(order, await accountsBy('eth_accounts', undefined, wallet));
        if (!(await isOnChain(order, undefined, wallet))) throw new OfframpError('wrong-chain');
      } catch (cause) {
        return { kind: 'not-asked', error: translate(cause) };
      }
      if (!mayStill()) return tooLate;
      try {
        // The one and only request to send; nothing here or above repeats it (rule 2).
        return asOutcome(await ask('eth_sendTransaction', [transferRequest(order)], undefined, wallet));
      } catch (cause) {
        return judge(cause);
      }
    },

    look: async (order, { nonce, block }): Promise<Sighting> => {
      if (nonce === null || block === null || !provider()) return 'unknown';
      try {
        if (!(await isOnChain(order))) return 'unknown';
        const found = await (order.token === null ? findNative(order, BigInt(block)) : findToken(order, block));
        if (found) return { txHash: found };
        const next = quantity(await ask('eth_getTransactionCount', [order.from, 'pending']));
        if (next !== BigInt(nonce)) return 'nonce-moved';
        // An account with code can send the chain's own currency without a nonce or a log (ERC-4337, EIP-7702).
        const isBare = order.token !== null || word(await ask('eth_getCode', [order.from, 'latest'])) === '0x';
        return isBare ? 'nothing' : 'unknown';
      } catch {
        // The wallet could not be read; that says nothing about the transfer.
        return 'unknown';
      }
    },
  };
};
