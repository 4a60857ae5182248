// The test wallet: accounts, a current chain, a queue of requests waiting for a person. It lives in the demo's server, so
// that a prompt outlives a reload of the page, as an extension's does. Knows a chain; does not know sales or HTTP.
import { parseUnits } from 'viem';
import { type DemoChain, RpcError } from '../chain/chain.ts';
import { decodeTransfer, type WalletTransaction } from './decode.ts';
import type { Answer, Trouble, WalletRequest, WalletView } from './view.ts';

/** The answer to a call: now, or later under the id of a request in the queue. */
type WalletAnswer = { result: unknown } | { waiting: number };

export interface TestWallet {
  /** @throws RpcError with EIP-1193 and EIP-1474 codes. */
  call(method: string, params: readonly unknown[]): Promise<WalletAnswer>;
  /** Answers a waiting request for the person; nothing happens to one that is answered already. */
  answer(id: number, approve: boolean): Promise<void>;
  setMode(mode: Answer): void;
  setTrouble(name: Trouble, on: boolean): Promise<void>;
  request(id: number): WalletRequest | undefined;
  view(): WalletView;
  reset(): Promise<void>;
}

const HOME = '0x2105';
const ELSEWHERE = '0x1';

// A node of another chain, as far as the button can see one: it knows nothing of this account or this token.
const nowhere: Record<string, unknown> = {
  eth_blockNumber: '0x1',
  eth_call: '0x',
  eth_estimateGas: '0x5208',
  eth_gasPrice: '0x3b9aca00',
  eth_getBalance: '0x0',
  eth_getCode: '0x',
  eth_getLogs: [],
  eth_getTransactionByHash: null,
  eth_getTransactionCount: '0x0',
  eth_getTransactionReceipt: null,
};

const declined = { code: 4001, message: 'User rejected the request.' };

/** A wallet whose keys are anvil's own: it holds none. */
export const createTestWallet = (chain: DemoChain): TestWallet => {
  const [visitor, other] = chain.accounts;
  const requests: WalletRequest[] = [];
  const on = new Set<Trouble>();
  const known = new Set([HOME, ELSEWHERE]);
  let mode: Answer = 'ask';
  let chainId = HOME;
  let connected = false;
  let lastId = 0;
  let savedUsdc = 0n;
  let savedEther = 0n;

  const accounts = (): string[] => (connected ? [on.has('wrong-account') ? other : visitor] : []);

  const settle = async (request: WalletRequest, approve: boolean): Promise<void> => {
    if (request.state !== 'waiting') return;
    if (!approve) {
      request.state = 'declined';
      request.error = declined;
      return;
    }
    request.state = 'approved';
    try {
      request.txHash = (await chain.rpc('eth_sendTransaction', [request.transaction])) as string;
    } catch (error) {
      request.state = 'refused';
      request.error =
        error instanceof RpcError
          ? { code: error.code, message: error.message }
          : { code: -32603, message: 'The node could not be reached.' };
    }
  };

  const refusal = (transaction: WalletTransaction): { code: number; message: string } | undefined => {
    if (mode === 'stuck') return { code: -32002, message: "Request of type 'eth_sendTransaction' already pending." };
    if (!accounts().some((account) => account.toLowerCase() === transaction.from?.toLowerCase())) {
      return { code: 4100, message: 'The requested account has not been authorized by the user.' };
    }
    if (transaction.chainId !== undefined && BigInt(transaction.chainId) !== BigInt(chainId)) {
      return { code: -32602, message: `Invalid chainId: the wallet is on ${chainId}.` };
    }
    // Signing for a chain that is not there would be lost; a real wallet would broadcast it, and so must never be asked.
    if (chainId !== HOME) return { code: -32603, message: `There is no node for ${chainId} here.` };
    return undefined;
  };

  const send = async (transaction: WalletTransaction): Promise<WalletAnswer> => {
    lastId += 1;
    const transfer = decodeTransfer(transaction, Number(chainId));
    const request: WalletRequest = {
      id: lastId,
      state: 'waiting',
      at: new Date().toISOString(),
      chainId,
      transaction,
      ...(transfer && { transfer }),
    };
    requests.push(request);
    const error = refusal(transaction);
    if (error) {
      request.state = 'refused';
      request.error = error;
    } else if (mode === 'approve' || mode === 'decline') {
      await settle(request, mode === 'approve');
    }
    return { waiting: request.id };
  };

  const switchTo = (wanted: unknown): null => {
    const id = (wanted as { chainId?: unknown } | undefined)?.chainId;
    if (typeof id !== 'string' || !/^0x[0-9a-f]+$/i.test(id))
      throw new RpcError(-32602, 'Expected a 0x-prefixed chainId.');
    if (!known.has(id.toLowerCase())) throw new RpcError(4902, `Unrecognized chain ID "${id}".`);
    chainId = id.toLowerCase();
    return null;
  };

  const own: Record<string, (params: readonly unknown[]) => unknown> = {
    eth_accounts: accounts,
    eth_requestAccounts: () => {
      connected = true;
      // The wrong account shows up after the connection, as when a person turns to another one in the wallet.
      return [visitor];
    },
    wallet_requestPermissions: () => {
      connected = true;
      return [{ parentCapability: 'eth_accounts' }];
    },
    wallet_revokePermissions: () => {
      connected = false;
      return null;
    },
    eth_chainId: () => chainId,
    net_version: () => `${Number(chainId)}`,
    wallet_switchEthereumChain: ([wanted]) => switchTo(wanted),
    wallet_addEthereumChain: ([wanted]) => {
      const id = (wanted as { chainId?: unknown } | undefined)?.chainId;
      if (typeof id === 'string') known.add(id.toLowerCase());
      return switchTo(wanted);
    },
  };

  const setTrouble = async (name: Trouble, wanted: boolean): Promise<void> => {
    if (on.has(name) === wanted) return;
    if (wanted) on.add(name);
    else on.delete(name);
    if (name === 'wrong-chain') chainId = wanted ? ELSEWHERE : HOME;
    if (name === 'low-usdc') {
      if (wanted) savedUsdc = await chain.usdcOf(visitor);
      await chain.setUsdc(visitor, wanted ? parseUnits('1', 6) : savedUsdc);
    }
    if (name === 'low-gas') {
      if (wanted) savedEther = await chain.etherOf(visitor);
      await chain.setEther(visitor, wanted ? 1000n : savedEther);
    }
  };

  return {
    async call(method, params) {
      if (method === 'eth_sendTransaction') return send((params[0] ?? {}) as WalletTransaction);
      const answer = own[method];
      if (answer) return { result: answer(params) };
      if (!(method in nowhere) && !/^(eth_(fee|max|getBlock|getTransaction|getStorage)|web3_client)/.test(method)) {
        throw new RpcError(4200, `The test wallet does not support ${method}.`);
      }
      return { result: chainId === HOME ? await chain.rpc(method, params) : (nowhere[method] ?? null) };
    },
    async answer(id, approve) {
      const request = requests.find((one) => one.id === id);
      if (request) await settle(request, approve);
    },
    setMode(wanted) {
      mode = wanted;
    },
    setTrouble,
    request: (id) => requests.find((one) => one.id === id),
    view: () => ({
      mode,
      troubles: [...on],
      connected,
      chainId,
      accounts: accounts(),
      visitor,
      sendCount: requests.length,
      requests,
    }),
    async reset() {
      for (const trouble of [...on]) await setTrouble(trouble, false);
      requests.length = 0;
      mode = 'ask';
      chainId = HOME;
      connected = false;
      await chain.fund();
    },
  };
};
