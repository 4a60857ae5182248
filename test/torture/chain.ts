// A chain: blocks by the clock, nonces in order, transactions that wait, are replaced, fail, vanish or are mined late.
// Knows what EIP-1474 shows of them; does not know orders or wallets.
import type { Agenda } from './agenda.ts';

/** The keccak256 of `Transfer(address,address,uint256)` (ERC-20). */
const TRANSFER = '0xddf252ad1be2c89b69c2b068fc378daa952ba7f163c4a11628f55a4df523b3ef';
const FIRST_BLOCK = 1_000_000;

/** What a transaction moves, if it goes through. `token`: `null` for the chain's own currency. */
export interface Movement {
  readonly token: string | null;
  readonly from: string;
  readonly to: string;
  readonly units: bigint;
}

export interface Transaction {
  readonly hash: string;
  readonly from: string;
  readonly to: string;
  readonly value: bigint;
  readonly data: string;
  readonly nonce: number;
  /** When it was sent. */
  readonly at: number;
  readonly moves: Movement | undefined;
  state: 'waiting' | 'mined' | 'replaced' | 'dropped';
  /** Fee too low: waits until somebody does something. */
  isStuck: boolean;
  /** It will run out of gas. */
  fails: boolean;
  block: number;
}

interface Content {
  from: string;
  to: string;
  value: bigint;
  data: string;
  moves: Movement | undefined;
}

export interface Chain {
  readonly transactions: Transaction[];
  block(): number;
  blockTime: number;
  /** @param nonce of a transaction that waits: this one takes its place. */
  broadcast(content: Content, options?: { nonce?: number; isStuck?: boolean; fails?: boolean }): Transaction;
  drop(transaction: Transaction): void;
  /** The miners take it now after all. */
  hurry(transaction: Transaction): void;
  nonceOf(address: string, block: unknown): number;
  byHash(hash: string): object | null;
  receipt(hash: string): object | null;
  blockOf(number: number): object;
  logs(filter: { fromBlock?: unknown; address?: unknown; topics?: unknown }): object[];
  /** Hears of every transaction that has gone through. */
  onMined: (transaction: Transaction) => void;
}

export const hex = (value: number | bigint): string => `0x${value.toString(16)}`;
export const same = (one: string, other: string): boolean => one.toLowerCase() === other.toLowerCase();
const topicOf = (address: string): string => `0x${address.slice(2).toLowerCase().padStart(64, '0')}`;

export const createChain = (agenda: Agenda): Chain => {
  const genesis = agenda.now;
  const transactions: Transaction[] = [];

  const block = (): number => FIRST_BLOCK + Math.floor((agenda.now - genesis) / chain.blockTime);

  const minedOf = (address: string) => transactions.filter((one) => one.state === 'mined' && same(one.from, address));

  /** Mines what can be mined in this block, nonce by nonce. */
  const mine = (): void => {
    for (let one = minable(); one; one = minable()) {
      one.state = 'mined';
      one.block = block();
      for (const rival of transactions) {
        if (rival !== one && rival.state === 'waiting' && same(rival.from, one.from) && rival.nonce === one.nonce) {
          rival.state = 'replaced';
        }
      }
      if (!one.fails) chain.onMined(one);
    }
  };

  const minable = (): Transaction | undefined =>
    transactions.find((one) => one.state === 'waiting' && !one.isStuck && one.nonce === minedOf(one.from).length);

  const mineSoon = (): void => {
    const left = chain.blockTime - ((agenda.now - genesis) % chain.blockTime);
    agenda.after(left, mine);
  };

  const shown = (one: Transaction): object => ({
    hash: one.hash,
    from: one.from.toLowerCase(),
    to: one.to.toLowerCase(),
    value: hex(one.value),
    input: one.data,
    nonce: hex(one.nonce),
    blockNumber: one.state === 'mined' ? hex(one.block) : null,
  });

  const logsOf = ({ moves, hash, block, fails, state }: Transaction): object[] =>
    moves?.token && state === 'mined' && !fails
      ? [
          {
            address: moves.token.toLowerCase(),
            topics: [TRANSFER, topicOf(moves.from), topicOf(moves.to)],
            data: `0x${moves.units.toString(16).padStart(64, '0')}`,
            transactionHash: hash,
            blockNumber: hex(block),
          },
        ]
      : [];

  const find = (hash: string): Transaction | undefined => transactions.find((one) => same(one.hash, hash));

  const chain: Chain = {
    transactions,
    block,
    blockTime: 2_000,
    onMined: () => {},

    broadcast: (content, { nonce, isStuck = false, fails = false } = {}) => {
      const number = transactions.length + 1;
      const transaction: Transaction = {
        ...content,
        hash: `0x${number.toString(16).padStart(8, '0').repeat(8)}`,
        nonce: nonce ?? chain.nonceOf(content.from, 'pending'),
        at: agenda.now,
        state: 'waiting',
        isStuck,
        fails,
        block: 0,
      };
      // A replacement pays more, so nodes forget the one it replaces.
      for (const rival of transactions) {
        const isRival = rival.state === 'waiting' && same(rival.from, content.from);
        if (isRival && rival.nonce === transaction.nonce) rival.state = 'replaced';
      }
      transactions.push(transaction);
      mineSoon();
      return transaction;
    },

    drop: (transaction) => {
      if (transaction.state === 'waiting') transaction.state = 'dropped';
    },

    hurry: (transaction) => {
      transaction.isStuck = false;
      mineSoon();
    },

    nonceOf: (address, at) => {
      const mined = minedOf(address);
      if (at === 'latest') return mined.length;
      if (at !== 'pending') return mined.filter((one) => one.block <= Number(at)).length;
      let next = mined.length;
      const isTaken = (one: Transaction) => one.state === 'waiting' && same(one.from, address) && one.nonce === next;
      while (transactions.some(isTaken)) next += 1;
      return next;
    },

    byHash: (hash) => {
      const one = find(hash);
      return one && (one.state === 'waiting' || one.state === 'mined') ? shown(one) : null;
    },

    receipt: (hash) => {
      const one = find(hash);
      if (one?.state !== 'mined') return null;
      return {
        transactionHash: one.hash,
        blockNumber: hex(one.block),
        status: one.fails ? '0x0' : '0x1',
        logs: logsOf(one),
      };
    },

    blockOf: (number) => ({
      number: hex(number),
      transactions: transactions.filter((one) => one.state === 'mined' && one.block === number).map(shown),
    }),

    logs: ({ fromBlock, address, topics }) => {
      const [topic, from, to] = Array.isArray(topics) ? topics : [];
      return transactions
        .filter(({ block, moves }) => block >= Number(fromBlock) && moves?.token && same(moves.token, String(address)))
        .filter(({ moves }) => moves && from === topicOf(moves.from) && to === topicOf(moves.to) && topic === TRANSFER)
        .flatMap(logsOf);
    },
  };
  return chain;
};
