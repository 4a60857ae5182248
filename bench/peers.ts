// The peers: who they are, and how they come to be there. Their packages are in a folder of their own with a lock of its own,
// so that nothing of them is installed with the project. Does not know what is measured.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { ROOT } from './bundle.ts';

export interface Peer {
  name: string;
  /** Its smallest realistic page. */
  entry: string;
  /** What its bytes leave out. */
  remote?: string;
  /** Whether it is large enough to be loaded in the browser, too. The others are a button beside an address. */
  isApp?: boolean;
}

const page = (folder: string): string => `bench/peers/${folder}/page.js`;

/** React alone: no peer, but what the bench checks itself by. */
export const REACT: Peer = { name: 'React and one button', entry: page('react') };

export const PEERS: readonly Peer[] = [
  { name: 'cbpay-js (opens an address)', entry: page('cbpay-js') },
  { name: 'Google Pay element', entry: page('google-pay'), remote: 'a script' },
  { name: 'onramp.money', entry: page('onramp-money'), remote: 'a page in a frame' },
  { name: 'Transak', entry: page('transak'), remote: 'a page in a frame' },
  { name: 'Ramp', entry: page('ramp'), remote: 'a page in a frame' },
  { name: 'Binance', entry: page('binance'), remote: 'a page in a frame' },
  { name: 'MoonPay React', entry: page('moonpay'), remote: 'a script and a page in a frame' },
  { name: 'RainbowKit connect button', entry: page('rainbowkit'), isApp: true },
  { name: 'Reown AppKit button', entry: page('reown-appkit'), isApp: true },
  { name: 'OnchainKit FundButton', entry: page('onchainkit'), isApp: true },
  { name: 'LI.FI widget', entry: page('lifi'), isApp: true },
  { name: 'thirdweb BuyWidget', entry: page('thirdweb'), isApp: true },
];

/** What was looked at and is not measured, and why. */
export const ABSENT: readonly string[] = [
  'Stripe and PayPal: their packages only fetch a script from elsewhere.',
  'Daimo Pay, Privy and Onramper: left out to keep the installation short; each weighs more than OnchainKit’s button.',
  'Coinbase’s, MoonPay’s and Meld’s hosted pages: not on npm.',
];

const FOLDER = `${ROOT}bench/peers`;
const MARK = `${FOLDER}/node_modules/.installed`;

const lockHash = (): string =>
  createHash('sha256')
    .update(readFileSync(`${FOLDER}/package-lock.json`))
    .digest('hex');

/** Installs what the lock says, where that has not been done. Returns why it could not be, if so. */
export const installPeers = (): string | undefined => {
  if (existsSync(MARK) && readFileSync(MARK, 'utf8') === lockHash()) return undefined;
  console.log('Installing the peers (1.5 GB, once; some minutes) …');
  const { status, stderr, error } = spawnSync('npm', ['ci', '--loglevel=error'], {
    cwd: FOLDER,
    encoding: 'utf8',
    timeout: 900_000,
  });
  if (status !== 0) return (error?.message ?? stderr.trim().split('\n').at(-1)) || 'npm ci failed';
  writeFileSync(MARK, lockHash());
  return undefined;
};

/** A package's version in the lock, for a reader to look up. */
export const versionsOf = ({ entry }: Peer): string => {
  const folder = entry.slice(0, entry.lastIndexOf('/'));
  const { dependencies } = JSON.parse(readFileSync(`${ROOT}${folder}/package.json`, 'utf8')) as {
    dependencies: Record<string, string>;
  };
  const [first = ['', '']] = Object.entries(dependencies);
  return first.join(' ');
};
