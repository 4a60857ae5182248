// The eleven stages of a sale and where each may lead. The one table that code, events, CSS states and README follow.

/** Stage → the stages it may leave to. */
export const STAGES = {
  idle: ['connecting', 'opening'],
  connecting: ['idle'],
  opening: ['selling', 'idle', 'failed'],
  selling: ['ordered', 'cancelled', 'failed'],
  // To settling: Coinbase reports a transfer that another device or the person made, without this page asking a wallet.
  ordered: ['sending', 'settling', 'cancelled', 'failed'],
  sending: ['settling', 'ordered', 'unsure', 'failed'],
  unsure: ['settling', 'completed', 'ordered', 'failed'],
  settling: ['completed', 'failed'],
  completed: ['idle'],
  failed: ['idle'],
  cancelled: ['idle'],
} as const satisfies Record<string, readonly string[]>;

/** Where a sale is. */
export type Stage = keyof typeof STAGES;

export const stageNames = Object.keys(STAGES) as Stage[];

/** Whether the sale is over. */
export const isOver = (stage: Stage): boolean => stage === 'completed' || stage === 'failed' || stage === 'cancelled';
