// What a simulator is made of, and whether it is well made. Does not know what any of it is used for.
import type { Network } from '../assets.ts';
import { knownNetworks } from '../schema.ts';
import { keyFault, type PublicKey } from './authority.ts';
import { type ChainAccess, type ChainPort, openChain } from './chain.ts';
import { entryFault } from './redirects.ts';
import type { WebhookOptions } from './webhooks.ts';

export interface SimulatorOptions {
  /** The API keys that may call: key id → public key, Ed25519 or P-256, as JWK or SPKI PEM. */
  keys: Readonly<Record<string, PublicKey>>;
  /** Where to look for transfers. On a network that is left out, no transfer is ever found. */
  chains: Readonly<Partial<Record<Network, ChainAccess>>>;
  /** Where the window may redirect to, as in Coinbase's portal: `https://app.com`, `https://*.app.com`, `my-app://done`. */
  allowedRedirects: readonly string[];
  /** The backend that is told what happens to orders, such as a kit's `…/webhook`. Default: nobody is told. */
  webhooks?: WebhookOptions | undefined;
  /** The time in milliseconds since the epoch; `Date.now` by default. */
  now?: (() => number) | undefined;
}

const check = (holds: boolean, message: string): void => {
  if (!holds) throw new TypeError(`createSimulator: ${message}`);
};

const isObject = (value: unknown): value is object => typeof value === 'object' && value !== null;

const isChainAccess = (access: unknown): boolean =>
  typeof access === 'string'
    ? /^https?:$/.test(URL.parse(access)?.protocol ?? '')
    : isObject(access) && 'request' in access && typeof access.request === 'function';

/** Throws a `TypeError` for the first option that is wrong. */
export const checkOptions = ({ keys, chains, allowedRedirects, webhooks, now }: SimulatorOptions): void => {
  check(isObject(keys) && Object.keys(keys).length > 0, 'keys must have at least one API key id with its public key.');
  for (const [id, key] of Object.entries(keys)) {
    const fault = keyFault(key);
    check(fault === undefined, `the key of "${id}" ${fault}.`);
  }
  check(isObject(chains), 'chains must map networks to a JSON-RPC URL or a provider.');
  for (const [network, access] of Object.entries(chains)) {
    check(knownNetworks.includes(network), `there is no network "${network}"; there are ${knownNetworks.join(', ')}.`);
    check(isChainAccess(access), `the chain of "${network}" is neither an http URL nor has a request function.`);
  }
  check(Array.isArray(allowedRedirects), 'allowedRedirects must be a list of addresses.');
  for (const entry of allowedRedirects) {
    const fault = entryFault(`${entry}`);
    check(fault === undefined, `the allowed redirect "${entry}" ${fault}.`);
  }
  if (webhooks !== undefined) {
    check(isObject(webhooks), 'webhooks must have a url and a secret.');
    check(/^https?:$/.test(URL.parse(`${webhooks.url}`)?.protocol ?? ''), 'webhooks.url must be an http address.');
    check(typeof webhooks.secret === 'string' && webhooks.secret !== '', 'webhooks.secret must be a text.');
    check(webhooks.fetch === undefined || typeof webhooks.fetch === 'function', 'webhooks.fetch must be a function.');
  }
  check(now === undefined || typeof now === 'function', 'now must be a function.');
};

/** The chains, ready to be asked. */
export const openChains = (chains: SimulatorOptions['chains']): ReadonlyMap<Network, ChainPort> =>
  new Map(Object.entries(chains).map(([network, access]) => [network as Network, openChain(access)]));
