// What the chain, read through the wallet, says of a transfer: found, gone through, undone, or not known. Knows nonces, logs and
// receipts; asks the person nothing and decides nothing.
import type { Order } from '../order.ts';
import type { Sighting, Trace } from '../ports.ts';
import { sameAddress } from '../rules.ts';
import type { Attempt } from '../sale.ts';
import { TRANSFER_TOPIC, transferFilter, transferRequest } from '../transaction.ts';
import { type CallsState, stateOfCalls } from './calls.ts';
import { isHash, quantity, type Requests, row, rows, word } from './requests.ts';

/** Blocks looked through for a transfer of the chain's own currency, which leaves no log. */
const MOST_BLOCKS = 150n;
/** Blocks on top of one before what it holds is taken for the end: no chain of our table drops that many. */
const DEEP = 12n;

type Row = Record<string, unknown>;

const hex = (value: bigint): string => `0x${value.toString(16)}`;

/** By order: the next block to read, the account's nonce, and the newest block when that nonce was first seen. Kept by who looks again. */
export type Reading = Map<string, { block: bigint; nonce: bigint; since: bigint }>;

/** Looks through one wallet for one order. */
export const sightingOf = (order: Order, requests: Requests, reading: Reading) => {
  const { isOnChain } = requests;

  const ask = (method: string, params?: readonly unknown[]): Promise<unknown> => requests.read(order, method, params);

  const codeOfSender = async (): Promise<string> => word(await ask('eth_getCode', [order.from, 'latest']));

  const nonceAt = async (block: string): Promise<bigint> =>
    quantity(await ask('eth_getTransactionCount', [order.from, block]));

  const newestBlock = async (): Promise<bigint> => quantity(await ask('eth_blockNumber'));

  const transactionsIn = async (block: bigint): Promise<Row[]> => {
    const [full] = rows([await ask('eth_getBlockByNumber', [hex(block), true])]);
    return rows(full?.transactions);
  };

  const isFrom = ({ from }: Row): boolean => sameAddress(String(from), order.from);

  /** A transaction that asks for exactly this order's transfer; whether it went through is another question. */
  const isSame = ({ to, value, input, data }: Row): boolean => {
    const wanted = transferRequest(order);
    if (!sameAddress(String(to), wanted.to) || quantity(value) !== BigInt(wanted.value)) return false;
    return wanted.data === undefined || sameAddress(String(input ?? data), wanted.data);
  };

  /**
   * A native transfer leaves no log, so the blocks since the ask are read: each until it is deep, and no more of them while the account's
   * nonce stands, for longer than two nodes behind one wallet are apart.
   */
  const findNative = async (first: bigint): Promise<string | undefined> => {
    const [nonce, newest] = [await nonceAt('latest'), await newestBlock()];
    const read = reading.get(order.transactionId);
    const since = read?.nonce === nonce ? read.since : newest;
    const from = read?.block ?? first;
    if (from > since) return undefined;
    const last = newest - from > MOST_BLOCKS ? from + MOST_BLOCKS : newest;
    for (let block = from; block <= last; block += 1n) {
      const found = (await transactionsIn(block)).find((one) => isFrom(one) && isSame(one) && isHash(one.hash));
      if (found) return found.hash as string;
    }
    const next = last - DEEP;
    reading.set(order.transactionId, { block: next > from ? next : from, nonce, since });
    return undefined;
  };

  const isTransferLog = ({ address, topics, data }: Row): boolean => {
    const [topic, from, to] = Array.isArray(topics) ? topics.map(String) : [];
    const ends = (padded: string | undefined, whole: string): boolean =>
      padded !== undefined && sameAddress(padded.slice(-40), whole.slice(2));
    return (
      sameAddress(String(address), order.token ?? '') &&
      topic === TRANSFER_TOPIC &&
      ends(from, order.from) &&
      ends(to, order.to) &&
      quantity(data) === BigInt(order.units)
    );
  };

  const findToken = async (block: string): Promise<string | undefined> => {
    for (const { data, transactionHash } of rows(await ask('eth_getLogs', [transferFilter(order, block)]))) {
      if (isHash(transactionHash) && quantity(data) === BigInt(order.units)) return transactionHash;
    }
    return undefined;
  };

  const find = async (block: string): Promise<string | undefined> =>
    order.token === null ? findNative(BigInt(block)) : findToken(block);

  /** The mined transaction of the account with this nonce, by halving the blocks since the ask. */
  const minedWith = async (nonce: bigint, since: bigint): Promise<Row | undefined> => {
    let [low, high] = [since, await newestBlock()];
    if ((await nonceAt(hex(high))) <= nonce) return undefined;
    while (low < high) {
      const middle = (low + high) / 2n;
      if ((await nonceAt(hex(middle))) > nonce) high = middle;
      else low = middle + 1n;
    }
    return (await transactionsIn(low)).find((one) => isFrom(one) && quantity(one.nonce) === nonce);
  };

  const isDeep = async ({ blockNumber }: Row): Promise<boolean> =>
    (await newestBlock()) - quantity(blockNumber) >= DEEP;

  const isOurs = async (transaction: Row, receipt: Row): Promise<boolean> => {
    if (order.token !== null) return rows(receipt.logs).some(isTransferLog);
    // Inside the transaction of an account with code the chain's own currency moves without a trace that could be read here.
    return isSame(transaction) || (await codeOfSender()) !== '0x';
  };

  /** Of a transaction that somebody else signed, such as a bundler (ERC-4337), neither nonce nor failure says anything of ours. */
  const waiting = (transaction: Row): Trace =>
    isFrom(transaction) ? { kind: 'waiting', nonce: hex(quantity(transaction.nonce)) } : { kind: 'waiting' };

  const traceMined = async (transaction: Row, { block }: Attempt): Promise<Trace> => {
    const receipt = row(await ask('eth_getTransactionReceipt', [transaction.hash]));
    if (!receipt) return waiting(transaction);
    if (quantity(receipt.status) === 0n) {
      if (!isFrom(transaction) || !(await isDeep(receipt))) return waiting(transaction);
      // Another transfer may have paid, and the coins be missing here.
      const paid = order.token !== null && block !== null && (await findToken(block));
      return paid ? { kind: 'repriced', txHash: paid } : { kind: 'undone', fate: 'reverted' };
    }
    return (await isOurs(transaction, receipt)) ? { kind: 'mined' } : { kind: 'other' };
  };

  /** The hash is not known, but its nonce: whatever took that nonce took its place. */
  const traceNonce = async (nonce: bigint, since: bigint, txHash: string, attempt: Attempt): Promise<Trace> => {
    const usurper = await minedWith(nonce, since);
    if (!usurper) return (await nonceAt('pending')) > nonce ? { kind: 'unknown' } : { kind: 'lost' };
    const { hash } = usurper;
    if (!isHash(hash)) return { kind: 'unknown' };
    // One node forgot it, another has it in a block.
    if (sameAddress(hash, txHash)) return traceMined(usurper, attempt);
    if (isSame(usurper)) return { kind: 'repriced', txHash: hash };
    const receipt = row(await ask('eth_getTransactionReceipt', [hash]));
    if (!receipt || !(await isDeep(usurper))) return { kind: 'unknown' };
    // The account's code may have made the very transfer inside of something else.
    if (rows(receipt.logs).some(isTransferLog)) return { kind: 'repriced', txHash: hash };
    if (order.token === null && (await codeOfSender()) !== '0x') return { kind: 'unknown' };
    // A wallet's "cancel" is an empty transfer to oneself under the same nonce.
    const isCancel = sameAddress(String(usurper.to), order.from) && quantity(usurper.value) === 0n;
    return { kind: 'undone', fate: isCancel ? 'cancelled' : 'replaced' };
  };

  /** A wallet that forgot the batch, or never knew it, says nothing about the transfer. */
  const callsState = async (id: string | undefined): Promise<CallsState | undefined> =>
    id === undefined ? id : stateOfCalls(id, requests).catch(() => undefined);

  return {
    look: async ({ nonce, block, callsId }: Attempt): Promise<Sighting> => {
      if (nonce === null || block === null) return 'unknown';
      try {
        if (!(await isOnChain(order))) return 'unknown';
        const calls = await callsState(callsId);
        if (typeof calls === 'object') return calls;
        const found = await find(block);
        if (found) return { txHash: found };
        if (calls === 'undone') return calls;
        // A node that is behind the ask knows nothing of it.
        if ((await newestBlock()) < BigInt(block)) return 'unknown';
        if ((await nonceAt('pending')) !== BigInt(nonce)) return 'nonce-moved';
        // An account with code can send without a nonce of its own, and a request to it wait where no chain shows it (ERC-4337, Safe).
        const isBare = callsId === undefined && (await codeOfSender()) === '0x';
        return isBare ? 'nothing' : 'unknown';
      } catch {
        // The wallet could not be read; that says nothing about the transfer.
        return 'unknown';
      }
    },

    trace: async (attempt: Attempt, txHash: string): Promise<Trace> => {
      const { block, placed } = attempt;
      try {
        if (!(await isOnChain(order))) return { kind: 'unknown' };
        const transaction = row(await ask('eth_getTransactionByHash', [txHash]));
        if (transaction) {
          if (!sameAddress(String(transaction.hash), txHash)) return { kind: 'unknown' };
          const isMined = transaction.blockNumber !== null && transaction.blockNumber !== undefined;
          return isMined ? await traceMined(transaction, attempt) : waiting(transaction);
        }
        if (block === null) return { kind: 'unknown' };
        const found = await find(block);
        if (found) return sameAddress(found, txHash) ? { kind: 'mined' } : { kind: 'repriced', txHash: found };
        return placed === undefined
          ? { kind: 'lost' }
          : await traceNonce(BigInt(placed), BigInt(block), txHash, attempt);
      } catch {
        return { kind: 'unknown' };
      }
    },
  };
};
