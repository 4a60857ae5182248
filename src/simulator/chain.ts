// Finds the plain transfer an order waits for, on its chain. Knows JSON-RPC; does not know orders, time or faults.
import { numberToHex, pad } from 'viem/utils';
import * as z from 'zod/mini';

/** How to reach a chain: the URL of its JSON-RPC, or anything that answers like an EIP-1193 provider. */
export type ChainAccess = string | { request(call: { method: string; params: unknown[] }): Promise<unknown> };

/** One call to a chain. */
export type ChainPort = (method: string, params: unknown[]) => Promise<unknown>;

const TIMEOUT_MS = 5_000;
/** How many blocks one look goes through at most; the next look goes on from there. */
const BLOCKS_PER_LOOK = 64n;
/** keccak256 of `Transfer(address,address,uint256)` (EIP-20). */
const TRANSFER = '0xddf252ad1be2c89b69c2b068fc378daa952ba7f163c4a11628f55a4df523b3ef';

const hex = z.string().check(z.regex(/^0x[0-9a-fA-F]*$/));
const logs = z.array(z.object({ transactionHash: hex, data: hex }));
const receipt = z.nullable(z.object({ status: hex }));
const block = z.object({
  transactions: z.array(z.object({ hash: hex, from: hex, to: z.nullish(hex), value: hex })),
});
const reply = z.object({ result: z.optional(z.unknown()), error: z.optional(z.unknown()) });

export const openChain = (access: ChainAccess): ChainPort => {
  if (typeof access !== 'string') return (method, params) => access.request({ method, params });
  return async (method, params) => {
    const response = await fetch(access, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({ jsonrpc: '2.0', id: 1, method, params }),
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    const { result, error } = reply.parse(await response.json());
    if (error !== undefined) throw new Error(`The chain refused ${method}.`, { cause: error });
    return result;
  };
};

const quantity = async (answer: Promise<unknown>): Promise<bigint> => BigInt(hex.parse(await answer));

/** The number of the chain's newest block. */
export const newestBlock = (chain: ChainPort): Promise<bigint> => quantity(chain('eth_blockNumber', []));

/** The transfer that is looked for. */
export interface Wanted {
  /** The ERC-20 contract; `null` for the chain's own currency. */
  token: `0x${string}` | null;
  from: `0x${string}`;
  to: `0x${string}`;
  units: bigint;
}

/** What a look found, and the block at which the next look begins. */
export interface Sighting {
  txHash: string | undefined;
  next: bigint;
}

const same = (a: string, b: string): boolean => a.toLowerCase() === b.toLowerCase();

const succeeded = async (chain: ChainPort, hash: string): Promise<boolean> => {
  const found = receipt.parse(await chain('eth_getTransactionReceipt', [hash]));
  return found?.status === '0x1';
};

const tokenTransfers = async (
  chain: ChainPort,
  { token, from, to, units }: Wanted,
  since: bigint,
): Promise<string[]> => {
  const filter = { address: token, fromBlock: numberToHex(since), toBlock: 'latest' };
  const found = logs.parse(await chain('eth_getLogs', [{ ...filter, topics: [TRANSFER, pad(from), pad(to)] }]));
  return found.filter(({ data }) => data !== '0x' && BigInt(data) === units).map((log) => log.transactionHash);
};

const plainTransfers = async (chain: ChainPort, { from, to, units }: Wanted, first: bigint, last: bigint) => {
  const numbers = Array.from({ length: Number(last - first) + 1 }, (_, index) => numberToHex(first + BigInt(index)));
  const blocks = await Promise.all(numbers.map((number) => chain('eth_getBlockByNumber', [number, true])));
  return blocks
    .flatMap((answer) => block.parse(answer).transactions)
    .filter((sent) => sent.to && same(sent.to, to) && same(sent.from, from) && BigInt(sent.value) === units)
    .map(({ hash }) => hash);
};

/**
 * Looks for a mined, successful transfer of exactly these units between exactly these addresses, from block `since` on.
 * Coinbase matches nothing else: not another amount, not another sender, not the output of a swap.
 * Rejects where the chain does not answer.
 */
export const findTransfer = async (chain: ChainPort, wanted: Wanted, since: bigint): Promise<Sighting> => {
  let hashes: string[];
  let next = since;
  if (wanted.token) {
    hashes = await tokenTransfers(chain, wanted, since);
  } else {
    // Blocks are many and a balance is one call: the address is fresh, so nothing has come while it is empty.
    if ((await quantity(chain('eth_getBalance', [wanted.to, 'latest']))) === 0n) return { txHash: undefined, next };
    const newest = await newestBlock(chain);
    const last = newest < since + BLOCKS_PER_LOOK ? newest : since + BLOCKS_PER_LOOK - 1n;
    if (last < since) return { txHash: undefined, next };
    hashes = await plainTransfers(chain, wanted, since, last);
    next = last + 1n;
  }
  for (const hash of hashes) if (await succeeded(chain, hash)) return { txHash: hash, next };
  return { txHash: undefined, next };
};
