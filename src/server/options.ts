// What a backend gives to the kit, checked at start: a wrong option is a sentence at start, not a hole in service.
// Knows the shapes of options; does not know what is done with them.
import type { Store } from './store.ts';

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
  /** Private key that signs instructions: the JSON of a P-256 or Ed25519 JWK, or a PKCS#8 PEM. `instructionKeyOf` gives its public half. */
  signingKey?: string;
  /** Default: in memory, for one machine. */
  store?: Store;
  /** Base URL of the API, for a simulator. */
  coinbase?: string;
  /** How Coinbase is asked. Default: the runtime's `fetch`. */
  fetch?: typeof fetch;
}

const MIN_SECRET = 32;
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

/** @throws Error that says which option is wrong and what to give. */
export const checkOptions = (options: OfframpOptions): void => {
  const { apiKeyId, apiKeySecret, authorize, clientIp, secret, store, coinbase, fetch } = options;
  if (typeof apiKeyId !== 'string' || !/^[\w./:-]+$/.test(apiKeyId))
    stop('apiKeyId is missing or not one. Give the id of a CDP Secret API Key, as the portal shows it.');
  if (typeof apiKeySecret !== 'string' || apiKeySecret === '')
    stop('apiKeySecret is missing. Give the secret of the CDP Secret API Key, as the portal shows it.');
  checkOrigins(options.origins);
  if (typeof authorize !== 'function')
    stop('authorize is missing. Give a function of the request that returns the signed-in user’s id, or null.');
  if (typeof clientIp !== 'function')
    stop(
      'clientIp is missing. Give a function of the request that returns the visitor’s IP address from a source you trust: the socket, or a header that your own proxy sets.',
    );
  if (typeof secret !== 'string' || secret.length < MIN_SECRET)
    stop(`secret is missing or short. Give at least ${MIN_SECRET} random characters, and keep them over restarts.`);
  if (store && !STORE_VERBS.every((verb) => typeof store[verb] === 'function'))
    stop(`store is not one. Give an object with ${STORE_VERBS.join(', ')}, or leave it out.`);
  if (coinbase !== undefined && !isWebUrl(coinbase))
    stop('coinbase is not a web address. Give the base URL of the API, or leave it out.');
  if (fetch !== undefined && typeof fetch !== 'function')
    stop('fetch is not a function. Give one that is called like the runtime’s own, or leave it out.');
};
