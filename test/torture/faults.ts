// Every kind of trouble the world knows, by name: a run that met less than all of them has not shown what it says.
import type { NetFault } from './backend.ts';
import { CODES, NON_HASHES } from './wallet.ts';

const NET: NetFault[] = [
  'request lost',
  'request late',
  'answer lost',
  'answer delayed',
  'answer late',
  'request duplicated',
  'requests reordered',
  'old answer repeated',
  'network error',
  'status 500',
  'status 429',
  'status 503 with a pause',
  'status 403',
  'status 404',
  'answer malformed',
  'another instruction',
];

const BROWSER = [
  'tab crashed',
  'tab crashed as its claim was written',
  'tab reloaded',
  'browser killed',
  'browser killed before its last writes',
  'second tab opened',
  'element removed',
  'store discarded',
  'sales discarded',
  'claims discarded',
  'sales quota full',
  'claims quota full',
  'claims refused to open',
  'news between tabs delayed',
  'slept minutes',
  'slept 40 minutes',
  'clock jumped +6 h',
  'clock jumped -6 h',
  'sale copied to another device',
];

const PERSON = [
  'double press in one task',
  'press in a second tab',
  '"nothing was sent", truthfully',
  '"nothing was sent", mistakenly',
  'cancelled',
  'reset',
  "page's own send()",
  "page's own start()",
  'return genuine',
  'return never heard',
  'return heard only after a reload',
  'return forged',
  'return replayed',
  'prompt approved with its page gone',
  'prompt approved after the deadline',
  'prompt declined',
];

const WALLET = [
  'account switched',
  'account switched between check and ask',
  'chain switched',
  'chain switched between check and ask',
  'chain reported before it is in force',
  'wallet locked',
  'question never answered',
  'question answered late',
  'question answered slowly',
  'question answered with garbage',
  'hash never answered',
  'hash answered late',
  'sent, but answered with an error',
  ...CODES.map((code) => `code ${code}`),
  'code as text',
  'code wrapped',
  'a bare text thrown',
  'undefined thrown',
  ...Object.keys(NON_HASHES).map((kind) => `answered ${kind}`),
];

const CHAIN = [
  'sped up',
  'cancelled on the chain',
  'reverted',
  'dropped',
  'mined late',
  'nonce moved by something else',
];

const COINBASE = [
  'order shown before commitment',
  'another quote before the order was listed',
  'two orders',
  'old order brought back',
  'unknown status',
  'order failed',
  'order expired',
  'order changed in the list',
];

export const FAULTS: readonly string[] = [...NET, ...BROWSER, ...PERSON, ...WALLET, ...CHAIN, ...COINBASE];
const KNOWN = new Set(FAULTS);

/** How often each kind of trouble happened. */
export type Tally = Map<string, number>;

export const hit = (tally: Tally, fault: string): void => {
  if (!KNOWN.has(fault)) throw new Error(`${fault} is no fault of the list`);
  tally.set(fault, (tally.get(fault) ?? 0) + 1);
};
