// The words of an attacker, by kind: amounts, addresses, times, URLs, names, numbers, keys. Knows what has fooled parsers before;
// does not know who reads it here.
import * as fc from 'fast-check';

/** In every free text of an attack, so that it is known again wherever it turns up. */
export const HOSTILE = 'h0stile';
/** In every token of an attack. */
export const SECRET = 's3cret-t0ken';

/** Noon of the day on which all attacks happen. */
export const NOON = Date.UTC(2026, 0, 15, 12);

// Addresses from the examples of EIP-55, with their checksums.
export const FROM = '0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed';
export const TO = '0xfB6916095ca1df60bB79Ce92cE3Ea74c37c5d359';
export const OTHER = '0xdbF03B407c01E7cD3CBea99509d93f8DDDC8C6FB';
const CHECKSUMMED = [FROM, TO, OTHER, '0xD1220A0cf47c7B9Be7A2E6BA89F429762e7b9aDb'];
const USDC = '0x833589fCD6eDb6E08f4c7C32D4f71b54bdA02913';

/** Mixed-case addresses whose checksum is right; every other mixed case is wrong. */
export const isChecksummed = (address: string): boolean => CHECKSUMMED.includes(address);

/** Many short texts on a line; none of them has a broken bar in it. */
const list = (...lines: readonly string[]): string[] => lines.flatMap((line) => line.split('¦'));

const MEGABYTE = 'x'.repeat(1_000_000);
const digits = (count: number, digit = '9'): string => digit.repeat(count);

const rare = <T>(common: fc.Arbitrary<T>, ...uncommon: fc.Arbitrary<T>[]): fc.Arbitrary<T> =>
  fc.oneof({ weight: 400, arbitrary: common }, ...uncommon.map((arbitrary) => ({ weight: 1, arbitrary })));

const ODD_AMOUNTS = [
  ...['25', '25.0', '25.000000', '25.0000000', '25.0000001', '0.000001', '0.0000001', '00025', '0', '0.0', '00', '-0'],
  ...list('¦ ¦-25¦+25¦--25¦ 25¦25 ¦\t25¦25\n¦\ufeff25¦25\u00a0¦25\u0000¦\u202e25¦2\u200b5'),
  ...list('25.¦.5¦.¦25..0¦25.0.0¦1e2¦1E2¦25e0¦2.5e1¦1e-7¦0x19¦0b11¦0o17¦25n¦1_000'),
  ...list('1,000¦25,5¦1 000¦$25¦25%¦25 USDC¦1/3¦NaN¦Infinity¦-Infinity¦null¦undefined¦∞'),
  ...['٢٥', '２５', '2５', '25.٠', '۲۵', '௨௫', '²⁵', '٢٥٫٠', '25．0', '𝟐𝟓', '½', '二十五', '[object Object]'],
  ...[digits(30), digits(31), digits(36), digits(77), digits(78), `0.${digits(36)}`, `0.${digits(37)}`],
  ...['115792089237316195423570985008687907853269984665640564039457584007913129639936', `1${digits(29, '0')}`],
  ...[`${digits(29, '0')}1`, `0.${digits(35, '0')}1`, `25.${digits(36, '0')}`, `25.${digits(37, '0')}`, '-1', '1.5.'],
];

const LONG_AMOUNTS = [digits(100_000), `1.${digits(100_000, '0')}`, `${digits(50_000)} `, `${'1.'.repeat(50_000)}`];

const run = (max: number) => fc.string({ unit: fc.constantFrom(...'0123456789'), maxLength: max });

/** Decimals of every length and spelling, most of them nearly right. */
export const amounts: fc.Arbitrary<string> = rare(
  fc.oneof(
    fc.constantFrom(...ODD_AMOUNTS),
    fc.tuple(run(32), run(38)).map(([whole, part]) => `${whole}.${part}`),
    run(40),
    fc
      .tuple(
        fc.constantFrom('', '', '-', '+', ' ', '0x'),
        run(6),
        fc.constantFrom('.', '.', ',', '', 'e'),
        run(9),
        fc.constantFrom('', '', 'e1', ' ', '\n', '٠', 'n'),
      )
      .map((parts) => parts.join('')),
  ),
  fc.constantFrom(...LONG_AMOUNTS),
);

const ODD_ADDRESSES = [
  ...CHECKSUMMED,
  ...CHECKSUMMED.map((address) => address.toLowerCase()),
  ...CHECKSUMMED.map((address) => `0x${address.slice(2).toUpperCase()}`),
  ...[
    USDC,
    USDC.toLowerCase(),
    '0x60a3E35Cc302bFA44Cb288Bc5a4F316Fdb1adb42',
    '0x3c499c542cEF5E3811e1192ce70d8cC03d5c3359',
  ],
  ...[
    `0x${digits(40, '0')}`,
    `0x${digits(39, '0')}1`,
    `0x${digits(36, '0')}ffff`,
    `0x${digits(35, '0')}10000`,
    `0x${digits(40, 'f')}`,
  ],
  ...[
    '',
    '0x',
    TO.slice(2),
    TO.slice(0, -1),
    `${TO}0`,
    `${TO}\n`,
    ` ${TO}`,
    `${TO} `,
    TO.replace('0x', '0X'),
    TO.replace('x', '×'),
  ],
  ...[
    `ethereum:${TO}`,
    `${TO}@8453`,
    'vitalik.eth',
    'XE7338O073KYGTWWZN0F2WZ0R8PX5ZPPZS',
    `\u202e${TO}`,
    `${TO.slice(0, 41)}\u0430`,
  ],
  ...[
    `${TO.slice(0, 20)}\u200b${TO.slice(20)}`,
    `${TO.slice(0, 41)}９`,
    `0x${digits(64, 'a')}`,
    'T9yD14Nj9j7xAB4dbGeiX9h8unkKHxuWwb',
  ],
];

const hex = fc.string({ unit: fc.constantFrom(...'0123456789abcdef'), minLength: 40, maxLength: 40 });

/** Addresses, and what is nearly one. */
export const addresses: fc.Arbitrary<string> = rare(
  fc.oneof(
    fc.constantFrom(...ODD_ADDRESSES),
    hex.map((value) => `0x${value}`),
    // A right address with the case of one letter turned: its checksum is wrong.
    fc.tuple(fc.constantFrom(...CHECKSUMMED), fc.nat(39)).map(([address, at]) => {
      const letter = address.charAt(at + 2);
      const turned = letter === letter.toLowerCase() ? letter.toUpperCase() : letter.toLowerCase();
      return `${address.slice(0, at + 2)}${turned}${address.slice(at + 3)}`;
    }),
  ),
  fc.constant(`0x${'a'.repeat(200_000)}`),
);

const ODD_TIMES = [
  ...list('2026-01-15T12:00:00Z¦2026-01-15T12:00:00.000Z¦2026-01-15T12:00:00.123456789Z¦2026-01-15T07:00:00-05:00'),
  ...list('2026-01-15T12:00:00¦2026-01-15T12:00:00.000¦2026-01-15 12:00:00¦2026-01-15¦2026-01-15Z¦20260115T120000Z'),
  ...list('2026-01-15 12:00:00Z¦2026-01-15t12:00:00z¦2026-01-15T12:00Z¦2026-01-15T24:00:00Z¦2026-01-15T25:00:00Z'),
  ...list('2026-02-30T12:00:00Z¦2026-02-29T12:00:00Z¦2026-13-01T12:00:00Z¦2026-00-15T12:00:00Z¦2026-01-15T12:60:00Z'),
  ...['2026-01-15T12:00:60Z', '2026-01-15T12:00:00+99:99', '2026-01-15T12:00:00+24:00', '2026-01-15T12:00:00-00:00'],
  ...['2026-01-15T12:00:00+0500', '2026-01-15T12:00:00 EST', '2026-01-15T12:00:00(Z)', '2026-01-15T12:00:00 (a) Z'],
  ...list('1 Z¦Z¦Jan 15 2026 12:00 Z¦Thu, 15 Jan 2026 12:00:00 GMT¦Thu, 15 Jan 2026 12:00:00¦noon Z¦12:00Z'),
  ...list(
    '1768478400¦1768478400000¦-000000-01-01T00:00:00Z¦+275760-09-13T00:00:00Z¦9999-12-31T23:59:59Z',
    '0000-01-01T00:00:00Z',
  ),
  ...list(
    '٢٠٢٦-01-15T12:00:00Z¦2026-01-15T12:00:00Z\n¦ 2026-01-15T12:00:00Z¦2026-01-15T12:00:00Z\u0000',
    '2026-01-15T12:00:00ZZ',
  ),
  ...list(
    '2026-01-15T12:00:00.Z¦2026-01-15T12:00:00,5Z¦2026-W03-4T12:00:00Z¦2026-015T12:00:00Z',
    '2026-01-15T12:00:00+01:00Z',
  ),
];

const pair = (max: number) => fc.integer({ min: 0, max }).map((value) => `${value}`.padStart(2, '0'));

/** Times, with and without a zone, in and out of range. */
export const times: fc.Arbitrary<string> = rare(
  fc.oneof(
    fc.constantFrom(...ODD_TIMES),
    fc.integer({ min: -4 * 3_600_000, max: 4 * 3_600_000 }).map((ms) => new Date(NOON + ms).toISOString()),
    fc
      .tuple(
        pair(14),
        pair(33),
        pair(25),
        pair(61),
        pair(61),
        fc.constantFrom('Z', 'z', '', '+00:00', '-05:00', '+14:00', '+24:00', ' Z', 'GMT', '+05'),
      )
      .map(([month, day, hour, minute, second, zone]) => `2026-${month}-${day}T${hour}:${minute}:${second}${zone}`),
  ),
  fc.constantFrom(`2026-01-15T12:00:00.${digits(50_000)}Z`, `${digits(50_000)}Z`, `${' '.repeat(50_000)}Z`),
);

const ODD_URLS = [
  ...list(
    '/token¦token¦../token?x=1¦?a=1¦#b¦¦ ¦https://shop.example/back?offramp-sale=old.nonce',
    'https://shop.example/a b',
  ),
  ...list(
    '//evil.example/x¦\\\\evil.example\\x¦/\\evil.example/x¦https:\\\\evil.example¦https:/evil.example',
    'https:evil.example¦///evil.example',
  ),
  ...list(
    'https://user:s3cret-t0ken@shop.example/¦https://user@shop.example/¦https://@shop.example/',
    'https://shop.example@evil.example/¦https://:p@shop.example/',
  ),
  ...list(
    'javascript:alert(1)¦JaVaScRiPt:alert(1)¦ javascript:alert(1)¦java\tscript:alert(1)',
    '\u0000javascript:alert(1)¦javascript://shop.example/%0aalert(1)',
  ),
  ...list(
    'data:text/html,<script>h0stile</script>¦blob:https://shop.example/5c0e¦file:///etc/passwd',
    'ftp://shop.example/¦about:blank¦vbscript:x¦ws://shop.example/',
  ),
  ...list(
    'view-source:https://shop.example/¦intent://x#Intent;end¦my-app://done¦mailto:a@b.example',
    'https://xn--80ak6aa92e.com/¦https://аррӏе.com/¦https://shop。example/',
  ),
  ...list(
    'https://shop.example:99999/¦https://shop.example:0443/¦https://[::1]/¦https://[::1¦https://0x7f.1/',
    'https://2130706433/¦https://shop.example./¦http://shop.example/',
  ),
  ...list(
    'https://shop.example/%00¦https://shop.example/\u0000¦https://shop.example/\ud800',
    'https://shop.example/\u202egpj.exe¦https://¦https://%¦https://shop.example/#<img>',
  ),
  ...list(
    'https://pay.coinbase.com¦https://pay.coinbase.com/¦https://pay.coinbase.com/x',
    'https://pay.coinbase.com.evil.example¦https://pay.coinbase.com\\@evil.example¦http://pay.coinbase.com',
  ),
  ...list(
    'http://localhost:4401¦http://127.0.0.1:4401¦http://127.0.0.1.evil.example¦http://localhost.evil.example',
    'http://[::1]:1¦http://localhost@evil.example¦null¦undefined',
  ),
];

/** Addresses of the web, and what looks like one. */
export const urls: fc.Arbitrary<string> = rare(
  fc.oneof(
    fc.constantFrom(...ODD_URLS),
    fc
      .tuple(
        fc.constantFrom('https:', 'http:', 'HTTPS:', 'javascript:', 'blob:https:', 'data:', '', ' https:', 'https'),
        fc.constantFrom('//', '\\\\', '/', '', '///', '/\\'),
        fc.constantFrom('', '', '', 'user@', 'user:pass@', ':@', 'shop.example@', '%40'),
        fc.constantFrom(
          'shop.example',
          'evil.example',
          'localhost',
          'xn--e1afmkfd.example',
          'ｓhop.example',
          'shop.example\\.evil.example',
          '[::1]',
          '',
        ),
        fc.constantFrom('', '/', '/a/../b', '/%2e%2e/', '?x=1', '#f', ':443/', ':x/', '/\t', '\\x'),
      )
      .map((parts) => parts.join('')),
  ),
  fc.constantFrom(
    `https://shop.example/${MEGABYTE}`,
    `https://${'a.'.repeat(50_000)}example/`,
    `/${'../'.repeat(100_000)}`,
  ),
);

const ODD_TEXTS = [
  ...list('¦ ¦USDC¦usdc¦UſDC¦USDС¦U\u200bSDC¦ETH¦eth¦ΕΤΗ¦cbBTC¦CBBTC¦USDbC¦USDC.e¦USDT¦ＵＳＤＣ¦USDC\n¦ USDC'),
  ...list(
    'base¦Base¦base-mainnet¦networks/base-mainnet¦network/base¦networks/networks/base¦base-sepolia¦ethereum',
    'avalanche-c-chain¦base ¦bаse¦solana',
  ),
  ...list(
    'STARTED¦CREATED¦SUCCESS¦FAILED¦EXPIRED¦started¦TRANSACTION_STATUS_STARTED¦STARTED ',
    'TRANSACTION_STATUS_TRANSACTION_STATUS_STARTED¦UNSPECIFIED',
  ),
  ...list(
    'FIAT_WALLET¦CRYPTO_ACCOUNT¦CRYPTO_WALLET¦crypto_account¦PAYMENT_METHOD_CRYPTO_WALLET¦Crypto_Wallet',
    'CRYPTO-ACCOUNT¦ACH_BANK_ACCOUNT',
  ),
  ...list(
    '__proto__¦constructor¦toString¦prototype¦hasOwnProperty¦null¦true¦undefined¦{}¦[]¦"¦\'¦\\¦\u0000¦\ud800',
    '\udfff\ud800',
  ),
  ...list(
    '\u202eh0stile¦h0stile\u200f¦<img src=x onerror=h0stile>¦$h0stile¦{fiat}¦%00h0stile',
    "h0stile\r\nSet-Cookie: a=b¦$&¦$'¦İ¦ß¦ﬁ¦K¦🙂¦e\u0301",
  ),
  ...[
    `h0stile ${SECRET}`,
    'a'.repeat(128),
    'a'.repeat(129),
    'a'.repeat(4096),
    'a'.repeat(4097),
    '😀'.repeat(64),
    `0x${digits(64, 'a')}`,
    `0x${digits(63, 'a')}`,
    `0x${digits(64, 'a')}\n`,
  ],
];

const LONG_TEXTS = [
  MEGABYTE,
  '\ud800'.repeat(100_000),
  '\u202e'.repeat(100_000),
  `${'a_'.repeat(100_000)}!`,
  `${'A'.repeat(200_000)}`,
];

/** Names, words and blobs. */
export const words: fc.Arbitrary<string> = rare(
  fc.oneof(fc.constantFrom(...ODD_TEXTS), fc.string({ maxLength: 12 }), fc.string({ unit: 'binary', maxLength: 6 })),
  fc.constantFrom(...LONG_TEXTS),
);

/** Any of the kinds above. */
export const texts: fc.Arbitrary<string> = fc.oneof(words, amounts, addresses, times, urls);

/** Numbers that JSON can write. */
export const numbers: fc.Arbitrary<number> = fc.constantFrom(
  ...[
    0,
    -0,
    1,
    -1,
    2,
    3,
    5,
    6,
    25,
    0.1,
    25.5,
    -25,
    1e21,
    1e-7,
    1e300,
    -1e300,
    5e-324,
    2 ** 31,
    2 ** 32,
    2 ** 53,
    2 ** 53 + 2,
  ],
  ...[Number.MAX_VALUE, 8.64e15, 8.64e15 + 1, -8.64e15, NOON, NOON / 1000, 8453, 8453.5, 0x2105],
);

/** Keys that have polluted prototypes or shadowed methods, and keys that mean something here. */
export const keys: fc.Arbitrary<string> = fc.constantFrom(
  ...list('__proto__¦constructor¦prototype¦toString¦valueOf¦toJSON¦hasOwnProperty¦__defineGetter__¦then¦length¦¦0¦-1'),
  ...[
    '_Proto__',
    '__Proto__',
    'transactionId',
    'id',
    'toAddress',
    'to_Address',
    'sellAmount',
    'createdAt',
    'status',
    'code',
    'token',
    'now',
    'order',
    h('key'),
  ],
);

function h(word: string): string {
  return `${HOSTILE}-${word}`;
}
