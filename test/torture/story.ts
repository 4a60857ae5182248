// A schedule and what came of it, told in plain lines. Knows words; judges nothing.
import type { World } from './world.ts';

const ASSETS = ['USDC on Base', 'ETH on Base', 'USDC on Ethereum', 'ETH on Ethereum'];
const ACCOUNTS = { plain: 'an ordinary account', contract: 'a contract account', delegated: 'an EIP-7702 account' };

const about = ({ setup }: World): string =>
  [
    `${setup.devices === 2 ? 'Two devices' : 'One device'}, ${setup.tabs === 2 ? 'two tabs' : 'one tab'} on each`,
    `${ASSETS[setup.sold]} from ${ACCOUNTS[setup.account]}`,
    `${setup.hasClaims ? 'the backend gives claims' : 'no claims at the backend'}`,
    ...(setup.hasEvents ? ['the backend streams events'] : []),
    ...(setup.isCopied && setup.devices === 2 ? ['one sale on both'] : []),
    ...(setup.tellsTime ? [] : ['the backend does not tell the time']),
    ...(setup.takesCalls ? ['the wallet takes batches'] : []),
    ...(setup.hasOnePrompt ? ['the wallet has one prompt at a time'] : []),
    ...(setup.ignoresChainId ? ['the wallet ignores chainId'] : []),
    ...(setup.tellsChainEarly ? ['the wallet reports a new chain early'] : []),
    ...(setup.hasLocks ? [] : ['no Web Locks']),
    ...(setup.hasSender ? ['the page sends in its own way'] : []),
    ...(setup.isSameTab ? ['in the same tab'] : []),
    ...(setup.listsLate ? ['Coinbase lists an order late'] : []),
    ...(setup.confirms ? ['the page wants a press on Send'] : []),
    ...(setup.preventsSend ? ['the page prevents the first send'] : []),
    ...(setup.skewHours === 0 ? [] : [`the laptop's clock is ${setup.skewHours} h off`]),
  ].join('; ');

/** One line per event, then what was violated. */
export const tell = (world: World): string =>
  [
    `${about(world)}.`,
    ...world.story,
    ...world.referee.violations.map(({ rule, text }) => `VIOLATION (${rule}): ${text}`),
  ].join('\n');
