// Trouble at Coinbase and on the chain: orders that are early, double, old, changed or dead; transactions that are sped up,
// withdrawn or lost. Knows how each looks from outside; does not know what a page should do about it.
import type { Device } from './device.ts';
import type { World } from './world.ts';

export type CoinbaseTrouble = 'early' | 'second' | 'old' | 'unknown' | 'known again' | 'failed' | 'changed';
export type ChainTrouble = 'speed up' | 'cancel' | 'drop' | 'hurry' | 'other';

const HOUR = 3_600_000;

export const breakCoinbase = (world: World, { visit }: Device, trouble: CoinbaseTrouble): void => {
  const { coinbase, wanted } = world;
  if (!visit) return;
  const { reference } = visit;
  const order = coinbase.orders.findLast((one) => one.reference === reference);
  const note = (fault: string) => {
    world.hit(fault);
    world.say(`Coinbase: ${fault}`);
  };
  if (trouble === 'early') {
    if (order && order.status !== 'EXPIRED') return;
    note('order shown before commitment');
    coinbase.choose(reference, wanted);
  } else if (trouble === 'old') {
    note('old order brought back');
    const old = coinbase.draw(reference, wanted, world.agenda.now - HOUR / 4);
    coinbase.commit(old);
  } else if (!order) {
    return;
  } else if (trouble === 'second') {
    note('two orders');
    coinbase.commit(coinbase.draw(reference, wanted));
  } else if (trouble === 'unknown') {
    note('unknown status');
    order.shown = { ...order.shown, status: 'TRANSACTION_STATUS_REVIEW' };
  } else if (trouble === 'known again') {
    order.shown = {};
  } else if (trouble === 'failed') {
    note('order failed');
    coinbase.fail(order);
  } else {
    note('order changed in the list');
    order.shown = { ...order.shown, to_address: order.otherTo };
  }
};

/** What somebody does to the newest transaction that waits. */
export const touchChain = (world: World, trouble: ChainTrouble): void => {
  const { chain } = world;
  const note = (fault: string) => {
    world.hit(fault);
    world.say(`chain: ${fault}`);
  };
  if (trouble === 'other') {
    note('nonce moved by something else');
    const { from } = world.wanted;
    chain.broadcast({ from, to: `0x${'07'.repeat(20)}`, value: 1n, data: '0x00', moves: undefined });
    return;
  }
  const waiting = chain.transactions.findLast(({ state, moves }) => state === 'waiting' && moves);
  if (!waiting) return;
  const { from, to, value, data, moves, nonce } = waiting;
  const prompt = world.devices.flatMap(({ wallet }) => wallet.prompts).find(({ sent }) => sent === waiting);
  if (trouble === 'hurry') {
    chain.hurry(waiting);
    return;
  }
  if (trouble === 'drop') {
    note('dropped');
    chain.drop(waiting);
    return;
  }
  note(trouble === 'cancel' ? 'cancelled on the chain' : 'sped up');
  const content =
    trouble === 'cancel'
      ? { from, to: from, value: 0n, data: '0x', moves: undefined }
      : { from, to, value, data, moves };
  const instead = chain.broadcast(content, { nonce });
  if (prompt) prompt.sent = instead;
};
