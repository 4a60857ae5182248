// What may pass, written down a second time and in another way: by letters and fractions, without a regular expression and
// without the code under attack. Knows the published tables; does not know the modules.
import { isChecksummed, NOON } from './texts.ts';

const DIGITS = '0123456789';
const HEX = `${DIGITS}abcdefABCDEF`;

export const isMadeOf = (text: unknown, letters: string, least: number, most: number): text is string => {
  if (typeof text !== 'string' || text.length < least || text.length > most) return false;
  for (let at = 0; at < text.length; at += 1) if (!letters.includes(text.charAt(at))) return false;
  return true;
};

const isHex = (text: unknown, length: number): text is string =>
  typeof text === 'string' && text.startsWith('0x') && isMadeOf(text.slice(2), HEX, length, length);

export const isAddress = (text: unknown): text is string => isHex(text, 40);
/** A number of at most 256 bits (EIP-1474); leading noughts are let pass. */
export const isQuantity = (text: unknown): text is string =>
  typeof text === 'string' && (text.startsWith('0x') || text.startsWith('0X')) && isMadeOf(text.slice(2), HEX, 1, 64);
export const isHash = (text: unknown): text is string => isHex(text, 64);

const LETTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
export const isIdentifier = (text: unknown, most = 128, least = 1): text is string =>
  isMadeOf(text, `${LETTERS}${DIGITS}_-`, least, most);

/** Without locale and without Unicode: only A to Z become small. */
export const small = (text: string): string => {
  let out = '';
  for (const letter of text)
    out += letter >= 'A' && letter <= 'Z' ? String.fromCharCode(letter.charCodeAt(0) + 32) : letter;
  return out;
};

// Circle, Coinbase and the chains themselves; `null` is the chain's own currency.
const TABLE: Readonly<Record<string, readonly [chainId: number, token: string | null, decimals: number]>> = {
  'usdc base': [8453, '0x833589fCD6eDb6E08f4c7C32D4f71b54bdA02913', 6],
  'usdc ethereum': [1, '0xA0b86991c6218b36c1d19D4a2e9Eb0cE3606eB48', 6],
  'usdc optimism': [10, '0x0b2C639c533813f4Aa9D7837CAf62653d097Ff85', 6],
  'usdc arbitrum': [42161, '0xaf88d065e77c8cC2239327C5EDb3A432268e5831', 6],
  'usdc polygon': [137, '0x3c499c542cEF5E3811e1192ce70d8cC03d5c3359', 6],
  'usdc avacchain': [43114, '0xB97EF9Ef8734C71904D8002F8b6Bc66Dd9c48a6E', 6],
  'eurc base': [8453, '0x60a3E35Cc302bFA44Cb288Bc5a4F316Fdb1adb42', 6],
  'eurc ethereum': [1, '0x1aBaEA1f7C830bD89Acc67eC4af516284b1bC33c', 6],
  'eurc avacchain': [43114, '0xC891EB4cbdEFf6e073e859e987815Ed1505c2ACD', 6],
  'cbbtc base': [8453, '0xcbB7C0000aB88B473b1f5aFd9ef808440eed33Bf', 8],
  'cbbtc ethereum': [1, '0xcbB7C0000aB88B473b1f5aFd9ef808440eed33Bf', 8],
  'eth base': [8453, null, 18],
  'eth ethereum': [1, null, 18],
  'eth optimism': [10, null, 18],
  'eth arbitrum': [42161, null, 18],
  'pol polygon': [137, null, 18],
  'avax avacchain': [43114, null, 18],
};

/** Coinbase's spellings of a network, plain. */
const plain = (network: string): string => {
  const [, name = network] =
    network.startsWith('networks/') || network.startsWith('network/') ? network.split(/\/(.*)/s) : [];
  const short = name.endsWith('-mainnet') ? name.slice(0, -'-mainnet'.length) : name;
  return short === 'avalanche-c-chain' ? 'avacchain' : short;
};

/** Chain, token and decimals of what may be sold; `undefined` for everything else. */
export const rowOf = (asset: unknown, network: unknown) => {
  if (typeof asset !== 'string' || typeof network !== 'string') return undefined;
  if (asset.length > 40 || network.length > 80) return undefined;
  const key = `${small(asset)} ${plain(network)}`;
  const row = Object.hasOwn(TABLE, key) ? TABLE[key] : undefined;
  return row && { chainId: row[0], token: row[1], decimals: row[2], name: plain(network) };
};

const isToken = (address: string): boolean =>
  Object.values(TABLE).some(([, token]) => token !== null && small(token) === small(address));

/** The value of a hex text, by its letters. */
const numberOf = (hex: string): bigint => {
  let value = 0n;
  for (const letter of small(hex.slice(2))) value = value * 16n + BigInt('0123456789abcdef'.indexOf(letter));
  return value;
};

/** Whether crypto may be sent there: one spelling, right checksum where there is one, nobody's token, not the sender. */
export const isDepositAddress = (to: unknown, from: string): to is string =>
  isAddress(to) &&
  (to === small(to) || isChecksummed(to)) &&
  numberOf(to) >= 65_536n &&
  !isToken(to) &&
  small(to) !== small(from);

/** A decimal as a fraction; `undefined` for what is no plain one. */
export const fractionOf = (text: unknown): { over: bigint; under: bigint } | undefined => {
  if (typeof text !== 'string') return undefined;
  const [whole = '', part, ...more] = text.split('.');
  if (more.length > 0 || !isMadeOf(whole, DIGITS, 1, 1_000)) return undefined;
  if (part !== undefined && !isMadeOf(part, DIGITS, 1, 1_000)) return undefined;
  let [over, under] = [0n, 1n];
  for (const digit of whole) over = over * 10n + BigInt(DIGITS.indexOf(digit));
  for (const digit of part ?? '') [over, under] = [over * 10n + BigInt(DIGITS.indexOf(digit)), under * 10n];
  return { over, under };
};

/** Whether these units are exactly this amount, and more than nothing. */
export const isExactly = (units: bigint, amount: unknown, decimals: number): boolean => {
  const fraction = fractionOf(amount);
  return fraction !== undefined && units > 0n && units * fraction.under === fraction.over * 10n ** BigInt(decimals);
};

const number = (text: string): number => (isMadeOf(text, DIGITS, 1, 9) ? Number(text) : Number.NaN);

/** RFC 3339 by its letters: milliseconds, or `undefined`. Days that a month does not have are none. */
export const instantOf = (text: unknown): number | undefined => {
  if (typeof text !== 'string' || text.length < 20) return undefined;
  const [date, rest] = [text.slice(0, 10), text.slice(11)];
  const [year, month, day] = [date.slice(0, 4), date.slice(5, 7), date.slice(8, 10)].map(number);
  const [hour, minute, second] = [rest.slice(0, 2), rest.slice(3, 5), rest.slice(6, 8)].map(number);
  if (small(text.charAt(10)) !== 't' || date[4] !== '-' || date[7] !== '-' || rest[2] !== ':' || rest[5] !== ':')
    return undefined;
  let tail = rest.slice(8);
  let fraction = 0;
  if (tail.startsWith('.')) {
    let at = 1;
    while (at < tail.length && DIGITS.includes(tail.charAt(at))) at += 1;
    if (at === 1) return undefined;
    fraction = Number(
      tail
        .slice(1, 4)
        .padEnd(3, '0')
        .slice(0, Math.min(3, at - 1))
        .padEnd(3, '0'),
    );
    tail = tail.slice(at);
  }
  let offset = 0;
  if (small(tail) !== 'z') {
    const [hours, minutes] = [number(tail.slice(1, 3)), number(tail.slice(4, 6))];
    if (tail.length !== 6 || !'+-'.includes(tail.charAt(0)) || tail[3] !== ':' || !(hours <= 23) || !(minutes <= 59))
      return undefined;
    offset = (tail.startsWith('-') ? -1 : 1) * (hours * 60 + minutes);
  }
  const parts = [year, month, day, hour, minute, second].map((part) => part ?? Number.NaN);
  if (parts.some(Number.isNaN)) return undefined;
  const [y = 0, mo = 0, d = 0, h = 0, mi = 0, s = 0] = parts;
  if (mo < 1 || mo > 12 || d < 1 || d > 31 || h > 24 || mi > 59 || s > 59) return undefined;
  const at = new Date(0);
  at.setUTCFullYear(y, mo - 1, d);
  at.setUTCHours(h, mi, s, fraction);
  return at.getTime() - offset * 60_000;
};

/** An address of the web without anybody's name in it. */
export const isWebUrl = (text: unknown): text is string => {
  if (typeof text !== 'string' || !URL.canParse(text)) return false;
  const { protocol, username, password } = new URL(text);
  return (protocol === 'https:' || protocol === 'http:') && username === '' && password === '';
};

/** When the last transfer for an order may leave: half an hour, less three minutes, or five on Ethereum itself. */
export const lastMoment = (createdAt: number, network: string, now = NOON): number =>
  Math.min(createdAt, now) + (network === 'ethereum' ? 25 : 27) * 60_000;
