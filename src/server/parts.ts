// Puts the kit's parts together from its options. Knows what each part needs; does not know routes.
import { createCache } from './cache.ts';
import { createCatalog } from './catalog.ts';
import { createChanges } from './changes.ts';
import { createClaims } from './claims.ts';
import { createCoinbase } from './coinbase.ts';
import { createStreams } from './events.ts';
import { createHistory } from './history.ts';
import { createSigner } from './jwt.ts';
import { readKey } from './key.ts';
import { createLimits, createQueue, type Limit } from './limits.ts';
import { createLog, type Log } from './log.ts';
import type { OfframpOptions } from './options.ts';
import { failClosed } from './outage.ts';
import { createQuotes } from './quote.ts';
import { createReferences } from './reference.ts';
import { createInstructionSigner } from './signature.ts';
import { createForget, createStatus } from './status.ts';
import { createMemoryStore } from './store.ts';
import { COINBASE, createUpstream } from './upstream.ts';
import { createWatches } from './watch.ts';
import { createWebhook } from './webhook.ts';

const MINUTE = 60_000;
/** A tenth more than the second of Coinbase's limit: questions that leave evenly do not arrive so. */
const QUOTE_WINDOW = 1_100;

/** A key is of the right form, and none all the same. */
const tellBroken = (error: Error, log: Log): void => {
  console.error(error);
  log({ event: 'error', route: 'start', name: error.name });
};

export const createParts = (options: OfframpOptions) => {
  const { signingKey, limits: most = {} } = options;
  const log = createLog(options.log);
  const loadKey = readKey(options.apiKeySecret);
  const signer = signingKey === undefined ? undefined : createInstructionSigner(signingKey);
  const store = failClosed(options.store ?? createMemoryStore(), log);
  const limits = createLimits({ store, log });
  const cache = createCache(store);
  const coinbase = createCoinbase(
    createUpstream({
      base: options.coinbase ?? COINBASE,
      sign: createSigner(options.apiKeyId, loadKey),
      fetch: options.fetch ?? ((...request) => globalThis.fetch(...request)),
      log,
    }),
  );
  const changes = createChanges(store);
  const status = createStatus(coinbase, cache, changes);
  const secrets = [options.webhookSecret ?? []].flat();
  const catalog = createCatalog({ coinbase, cache, log });

  const perMinute = (name: string, times: number): Limit => ({ name, most: times, ms: MINUTE });
  const tokensPerUser = perMinute('tokens-per-user', most.tokensPerUser ?? 10);
  const tokensPerIp = perMinute('tokens-per-ip', most.tokensPerIp ?? 20);
  const quotesPerUser = perMinute('quotes-per-user', most.quotesPerUser ?? 60);
  const pagesPerUser = perMinute('pages-per-user', most.pagesPerUser ?? 30);
  const mostStreams = { perUser: most.streamsPerUser ?? 10, perProcess: most.streamsPerProcess ?? 2000 };
  const allQuotes = { name: 'quotes', most: most.quotesPerSecond ?? 10, ms: QUOTE_WINDOW };

  // What only work can tell of a key is told at start, before anybody comes.
  for (const prove of [loadKey, signer?.prove]) prove?.().catch((error: Error) => tellBroken(error, log));

  return {
    log,
    store,
    coinbase,
    catalog,
    quotes: createQuotes({ coinbase, catalog, cache, turn: createQueue({ limits, limit: allQuotes, log }) }),
    references: createReferences(options.secret),
    claims: createClaims(store),
    signer,
    status,
    changes,
    streams: createStreams(createWatches(status, store), mostStreams, log),
    webhook: secrets.length ? createWebhook({ secrets, store, changes, forget: createForget(store), log }) : undefined,
    history: createHistory({ store, cache, coinbase, changes }),
    /** Each counts one more, or throws a 429. Users and IPs go by names of `References.nameOf`. */
    limits: {
      tokens: async (user: string, ip: string): Promise<void> => {
        await limits.demand(tokensPerUser, user);
        await limits.demand(tokensPerIp, ip);
      },
      quotes: (user: string): Promise<void> => limits.demand(quotesPerUser, user),
      pages: (user: string): Promise<void> => limits.demand(pagesPerUser, user),
    },
  };
};
