// Everything that can be checked before a wallet is asked to send (rule 10): account, chain, code, balance, fee, a trial run.
// Knows chains and tokens; does not know claims or asks.
import { type Asset, chainOf, findAsset } from '../assets.ts';
import { OfframpError } from '../errors.ts';
import type { Order } from '../order.ts';
import type { Clock, Prepared } from '../ports.ts';
import { balanceCall, transferRequest } from '../transaction.ts';
import { takesCalls } from './calls.ts';
import { isAmong, isContract, quantity, type Requests, word } from './requests.ts';
import { hasCode } from './wallet-errors.ts';

/** Some wallets report a new chain before they are on it. */
const SETTLE = 1_000;
const SWITCH_POLLS = 20;

/** Many custodians watch for transactions, and a contract's transfer of the chain's own currency is only a part of one. */
const CAUTION = {
  message: 'This wallet account is a contract, and Coinbase may not see coins that a contract sends.',
  advice: 'Use an ordinary account if you can; to send from this one all the same, press Send again.',
};

/** Brings the wallet to the order's chain and checks the transfer. Asks the person at most to connect and to switch. */
export const preflight = async (
  order: Order,
  requests: Requests,
  clock: Clock,
  signal: AbortSignal,
): Promise<Prepared> => {
  const { ask, accountsBy, isOnChain, read } = requests;

  const codeOf = async (address: string): Promise<string> =>
    word(await ask('eth_getCode', [address, 'latest'], signal));

  const addChain = async (asset: Asset): Promise<void> => {
    const { chainId, name, currency, rpcUrl, explorerUrl } = chainOf(asset);
    const chain = {
      chainId: `0x${chainId.toString(16)}`,
      chainName: name,
      nativeCurrency: currency,
      rpcUrls: [rpcUrl],
      blockExplorerUrls: [explorerUrl],
    };
    await ask('wallet_addEthereumChain', [chain], signal);
  };

  const switchChain = async (): Promise<void> => {
    const asset = findAsset(order.asset, order.network);
    if (!asset) throw new OfframpError('unknown-asset');
    const wanted = [{ chainId: `0x${order.chainId.toString(16)}` }];
    try {
      await ask('wallet_switchEthereumChain', wanted, signal).catch(async (cause) => {
        // EIP-3085 is for chains a wallet does not have; every wallet has Ethereum itself.
        if (!hasCode(cause, 4902) || order.chainId === 1) throw cause;
        await addChain(asset);
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

  const checkToken = async (token: string): Promise<void> => {
    if ((await codeOf(token)) === '0x') {
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

  /** Whether the sender has what is sent and the network's fee, with half as much again for a rising price. */
  const checkFunds = async (paysItsFee: boolean): Promise<void> => {
    const spent = order.token === null ? BigInt(order.units) : 0n;
    const own = quantity(await ask('eth_getBalance', [order.from, 'latest'], signal));
    const short = new OfframpError('low-funds', {
      message:
        order.token === null
          ? `There is not enough ${order.asset} in your wallet for this sale and its network fee.`
          : "There is not enough of the network's own currency in your wallet for the network fee.",
    });
    if (paysItsFee ? own <= spent : own < spent) throw short;
    if (!paysItsFee) return;
    const { chainId: _, ...transfer } = transferRequest(order);
    const gas = quantity(await ask('eth_estimateGas', [transfer], signal));
    const price = quantity(await ask('eth_gasPrice', [], signal));
    if (own < spent + (gas * price * 3n) / 2n) throw short;
  };

  const accounts = await accountsBy('eth_accounts', signal);
  // A locked or disconnected wallet shows none; it is asked to connect again, once.
  const shown = accounts.length > 0 ? accounts : await accountsBy('eth_requestAccounts', signal);
  if (!isAmong(shown, order.from)) throw new OfframpError('wrong-account');
  if (!(await isOnChain(order, signal))) await switchChain();
  const isSmart = isContract(await codeOf(order.from));
  if (order.token !== null) await checkToken(order.token);
  // Of a contract account somebody else may pay the fee, or it pays in a way of its own (ERC-4337).
  await checkFunds(!isSmart);
  const nonce = word(await read(order, 'eth_getTransactionCount', [order.from, 'pending'], signal));
  const block = word(await read(order, 'eth_blockNumber', [], signal));
  const callsId = isSmart && (await takesCalls(order, requests, signal)) ? { callsId: `0x${clock.randomId()}` } : {};
  const caution = isSmart && order.token === null ? { caution: new OfframpError('wallet-failed', CAUTION) } : {};
  return { nonce, block, ...callsId, ...caution };
};
