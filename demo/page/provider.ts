// The test wallet as the page sees it: an EIP-1193 provider. The wallet itself lives in the server, with its queue, so that
// a prompt outlives this page; this only carries calls there and answers back.
import type { Provider } from '../../src/ports.ts';
import type { WalletRequest, WalletView } from '../wallet/view.ts';
import { get, post } from './setup.ts';

/** EIP-1193's error: a message and a code. */
class ProviderRpcError extends Error {
  readonly code: number;

  constructor({ code, message }: { code: number; message: string }) {
    super(message);
    this.name = 'ProviderRpcError';
    this.code = code;
  }
}

type RpcReply = { result: unknown } | { waiting: number } | { error: { code: number; message: string } };
type Listener = (value: never) => void;

const LOOK_EVERY_MS = 200;
/**
 * A page that is being left loses its connections, which says nothing about a request: a real wallet's goes on. So a loss is told
 * later, when such a page is gone.
 */
const TELL_LOSS_AFTER_MS = 2000;
const disconnected = { code: 4900, message: 'The test wallet is not reachable.' };

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

const outcomeOf = async (id: number): Promise<unknown> => {
  for (;;) {
    try {
      const request = await get<WalletRequest>(`/demo/wallet/requests/${id}`);
      if (request.error) throw new ProviderRpcError(request.error);
      if (request.txHash) return request.txHash;
    } catch (error) {
      if (error instanceof ProviderRpcError) throw error;
      await pause(TELL_LOSS_AFTER_MS);
      if (!(error instanceof TypeError)) throw new ProviderRpcError(disconnected);
    }
    await pause(LOOK_EVERY_MS);
  }
};

/** The provider, and the door through which the wallet's state comes to it (for EIP-1193's events). */
export const createProvider = (): { provider: Provider; update(view: WalletView): void } => {
  const listeners = new Map<string, Set<Listener>>();
  let seen: { chainId: string; accounts: string } | undefined;

  const emit = (event: string, value: unknown): void => {
    for (const listener of [...(listeners.get(event) ?? [])]) listener(value as never);
  };

  return {
    provider: {
      async request({ method, params = [] }) {
        const reply = await post<RpcReply>('/demo/wallet/rpc', { method, params }).catch(
          async (): Promise<RpcReply> => {
            await pause(TELL_LOSS_AFTER_MS);
            return { error: disconnected };
          },
        );
        if ('error' in reply) throw new ProviderRpcError(reply.error);
        return 'waiting' in reply ? outcomeOf(reply.waiting) : reply.result;
      },
      on(event, listener) {
        const all = listeners.get(event) ?? new Set();
        listeners.set(event, all.add(listener));
      },
      removeListener(event, listener) {
        listeners.get(event)?.delete(listener);
      },
    },
    update(view) {
      const now = { chainId: view.chainId, accounts: view.accounts.join() };
      if (seen && seen.chainId !== now.chainId) emit('chainChanged', now.chainId);
      if (seen && seen.accounts !== now.accounts) emit('accountsChanged', [...view.accounts]);
      seen = now;
    },
  };
};
