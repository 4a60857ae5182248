// What a backend gives to the kit, checked at start: a wrong option is a sentence at start, not a hole in service.
// Knows the shapes of options; does not know what is done with them.
import type { AddressProof } from './address-proof.ts';
import type { LogEvent } from './log.ts';
import { isSecret, MIN_SECRET } from './reference.ts';
import type { Store } from './store.ts';

/** How often something may be done, over all machines that share the store; and how many streams may be open in each process. */
export interface OfframpLimits {
  /** Session tokens a minute of one user. Default 10. */
  tokensPerUser?: number;
  /** Session tokens a minute of one IPv4 address or IPv6 network of 64 bits. Default 20. */
  tokensPerIp?: number;
  /** Prices a minute of one user. Default 60. */
  quotesPerUser?: number;
  /** Pages of past sales a minute of one user. Default 30. */
  pagesPerUser?: number;
  /** Prices a second that Coinbase is asked for. Default 10, Coinbase's limit of one app. */
  quotesPerSecond?: number;
  /** Event streams of one user that may be open at once. Default 10; a browser has at most six to one host over HTTP/1.1. */
  streamsPerUser?: number;
  /** Event streams that may be open at once, of all users. Default 2000. */
  streamsPerProcess?: number;
}

/** Options of `createOfframpHandler`. */
export interface OfframpOptions {
  /** Id of a CDP Secret API Key, as the portal shows it. */
  apiKeyId: string;
  /** Its secret: 64 bytes of base64 (Ed25519) or a PEM (ECDSA); a literal `\n` is read as a line break. */
  apiKeySecret: string;
  /** The web origins that may ask, exactly: `https://shop.example`. Redirects go only to these, too. */
  origins: readonly string[];
  /** The signed-in user's id, or `null` where nobody is signed in. Reads headers; must not read the body. */
  authorize(request: Request): string | null | Promise<string | null>;
  /** The visitor's IP address, from where this server can trust it: the socket, or a header its own proxy sets. */
  clientIp(request: Request): string | Promise<string>;
  /** At least 32 random characters. References are bound to users with it: changing it disowns the sales under way. */
  secret: string;
  /**
   * The secret of the webhook subscription, which `createWebhookSubscription` returns; several while one takes the place of another.
   * Without it the webhook route is not there.
   */
  webhookSecret?: string | readonly string[];
  /** Private key that signs instructions: the JSON of a P-256 or Ed25519 JWK, or a PKCS#8 PEM. `instructionKeyOf` gives its public half. */
  signingKey?: string;
  /**
   * The path under which browsers find the kit, such as `/api/offramp`, where a proxy takes part of it away before this server sees
   * it. Default: where the request came in.
   */
  path?: string;
  /** Where the visitor is, ISO 3166 (`DE`, `US-CA`), for prices where the page does not say it; `null` where nobody knows. */
  country?(request: Request): string | null | Promise<string | null>;
  /** Whether this is the operator, who may see the whole app's transactions. Without it that route is not there. */
  operator?(request: Request): boolean | Promise<boolean>;
  /** Asks for proof that the visitor holds the address, such as `createAddressProof` makes. Default: none is asked for. */
  proveAddress?: AddressProof;
  limits?: OfframpLimits;
  /** Gets an event for each request, each question to Coinbase and each limit reached; holds no personal data. */
  log?(event: LogEvent): void;
  /** Default: in memory, for one machine. */
  store?: Store;
  /** Base URL of the API, for a simulator. */
  coinbase?: string;
  /** How Coinbase is asked. Default: the runtime's `fetch`. */
  fetch?: typeof fetch;
}

/** Coinbase's are UUIDs; this only finds what was never one. */
const MIN_WEBHOOK_SECRET = 16;
const STORE_VERBS = ['get', 'set', 'swap', 'publish', 'subscribe'] as const;

const stop = (sentence: string): never => {
  throw new Error(`createOfframpHandler: ${sentence}`);
};

const isWebUrl = (text: unknown): text is string =>
  typeof text === 'string' && URL.canParse(text) && /^https?:$/.test(new URL(text).protocol);

const checkOrigins = (origins: unknown): void => {
  if (!Array.isArray(origins) || origins.length === 0)
    stop('origins is missing. Give the exact web origins of your pages, such as ["https://shop.example"].');
  for (const origin of origins as unknown[]) {
    if (!isWebUrl(origin) || new URL(origin).origin !== origin)
      stop(
        `origins holds ${JSON.stringify(origin)}, which is not an exact web origin. Write scheme, host and port only, in small letters, such as "https://shop.example".`,
      );
  }
};

const HOOKS = ['country', 'operator', 'log'] as const;
const LIMITS: readonly string[] = [
  'tokensPerUser',
  'tokensPerIp',
  'quotesPerUser',
  'pagesPerUser',
  'quotesPerSecond',
  'streamsPerUser',
  'streamsPerProcess',
] satisfies (keyof OfframpLimits)[];

const checkOptional = (options: OfframpOptions): void => {
  const { path, proveAddress, limits = {} } = options;
  for (const hook of HOOKS)
    if (options[hook] !== undefined && typeof options[hook] !== 'function')
      stop(`${hook} is not a function. Give one, or leave it out.`);
  if (path !== undefined && !(typeof path === 'string' && /^(\/[\w.~-]+)*$/.test(path)))
    stop('path is not one. Give where browsers find the kit, such as "/api/offramp", without a slash at its end.');
  if (proveAddress && !(['challenge', 'verify'] as const).every((verb) => typeof proveAddress[verb] === 'function'))
    stop('proveAddress is not one. Give what createAddressProof makes, or an object with challenge and verify.');
  for (const [name, most] of Object.entries(limits))
    if (!LIMITS.includes(name) || !Number.isInteger(most) || most < 1)
      stop(`limits.${name} is not a limit. Give whole numbers from 1, named ${LIMITS.join(', ')}.`);
};

const checkWebhookSecret = (secret: unknown): void => {
  if (secret === undefined) return;
  const secrets = Array.isArray(secret) ? secret : [secret];
  if (
    secrets.length === 0 ||
    !secrets.every((one) => typeof one === 'string' && one.trim().length >= MIN_WEBHOOK_SECRET)
  )
    stop(
      'webhookSecret is empty or not one. Give the secret that createWebhookSubscription returned, or a list of them.',
    );
  if (secrets.some((one: string) => one !== one.trim()))
    stop('webhookSecret begins or ends with white space, such as the line break of a file. Give it without.');
};

/** @throws Error that says which option is wrong and what to give. */
export const checkOptions = (options: OfframpOptions): void => {
  const { apiKeyId, apiKeySecret, authorize, clientIp, secret, store, coinbase, fetch } = options;
  if (/BEGIN|^\s*\{/.test(`${apiKeyId}`))
    stop('apiKeyId is a secret or a whole file. Give only the id of the CDP Secret API Key, as the portal shows it.');
  if (typeof apiKeyId !== 'string' || !/^[\w./:-]+$/.test(apiKeyId))
    stop('apiKeyId is missing or not one. Give the id of a CDP Secret API Key, as the portal shows it.');
  if (typeof apiKeySecret !== 'string' || apiKeySecret === '')
    stop('apiKeySecret is missing. Give the secret of the CDP Secret API Key, as the portal shows it.');
  checkOrigins(options.origins);
  checkWebhookSecret(options.webhookSecret);
  if (typeof authorize !== 'function')
    stop('authorize is missing. Give a function of the request that returns the signed-in user’s id, or null.');
  if (typeof clientIp !== 'function')
    stop(
      'clientIp is missing. Give a function of the request that returns the visitor’s IP address from a source you trust: the socket, or a header that your own proxy sets.',
    );
  if (!isSecret(secret))
    stop(
      `secret is missing, short or not random. Give at least ${MIN_SECRET} random characters, such as of "openssl rand -base64 48", and keep them over restarts.`,
    );
  if (store && !STORE_VERBS.every((verb) => typeof store[verb] === 'function'))
    stop(`store is not one. Give an object with ${STORE_VERBS.join(', ')}, or leave it out.`);
  if (coinbase !== undefined && !isWebUrl(coinbase))
    stop('coinbase is not a web address. Give the base URL of the API, or leave it out.');
  if (fetch !== undefined && typeof fetch !== 'function')
    stop('fetch is not a function. Give one that is called like the runtime’s own, or leave it out.');
  checkOptional(options);
};
