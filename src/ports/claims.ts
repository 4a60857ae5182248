// One right to ask a wallet per order, across tabs, windows and reloads: an IndexedDB `add`, written strictly (rule 3).
// Knows who holds a claim; does not know what a claim is for.
import { OfframpError } from '../errors.ts';
import type { Claims } from '../ports.ts';
import type { Attempt, Sale } from '../sale.ts';
import { parseClaim } from '../schema.ts';
import { readSale } from './kept-sale.ts';

interface HolderOptions {
  databases?: () => IDBFactory;
  /** URL-safe random text of 128 bits. */
  randomId: () => string;
}

interface ClaimsOptions {
  /** Both are read at each use: a browser may throw where storage is denied, and has no locks outside secure contexts. */
  databases?: () => IDBFactory;
  locks?: () => LockManager | undefined;
  /** The page's origin, `null` as text where it is an opaque one. */
  origin?: () => string;
}

const DATABASE = 'offramp-button';
const CLAIMS = 'claims';

const settled = <T>(request: IDBRequest<T>): Promise<T> =>
  new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });

const openDatabase = async (databases: IDBFactory): Promise<IDBDatabase> => {
  const request = databases.open(DATABASE, 1);
  request.onupgradeneeded = () => request.result.createObjectStore(CLAIMS);
  return settled(request);
};

/** Runs one strict transaction: it is over when the disk has it, not when the browser has it (Chrome 121 made relaxed the default). */
const within = async <T>(
  databases: () => IDBFactory,
  mode: IDBTransactionMode,
  work: (claims: IDBObjectStore) => IDBRequest<T>,
): Promise<T> => {
  let database: IDBDatabase | undefined;
  try {
    database = await openDatabase(databases());
    const transaction = database.transaction(CLAIMS, mode, { durability: 'strict' });
    const over = new Promise<void>((resolve, reject) => {
      transaction.oncomplete = () => resolve();
      transaction.onabort = () => reject(transaction.error);
    });
    // Either may fail first; a refused `add` fails both.
    const [result] = await Promise.all([settled(work(transaction.objectStore(CLAIMS))), over]);
    return result;
  } finally {
    database?.close();
  }
};

const isTaken = (error: unknown): boolean => error instanceof DOMException && error.name === 'ConstraintError';

/** No order has a number for its id. */
const HOLDER = 0;

/**
 * This browser's name for itself before a backend: one over tabs and reloads, another on every device, and a new one where the
 * site's data was wiped, because the claims are gone with it. Where nothing can be kept it is the page's own, which no other page
 * ever has, as it is for a claim that could not be kept: no other page knows of that one, and the backend grants a holder's again.
 */
export const createHolder = ({
  databases = () => indexedDB,
  randomId,
}: HolderOptions): ((isKept: boolean) => Promise<string>) => {
  const own = randomId();
  return async (isKept) => {
    if (!isKept) return own;
    const fresh = randomId();
    try {
      await within(databases, 'readwrite', (claims) => claims.add(fresh, HOLDER));
      return fresh;
    } catch {
      const kept = await within(databases, 'readonly', (claims) => claims.get(HOLDER)).catch(() => undefined);
      return typeof kept === 'string' ? kept : own;
    }
  };
};

/** The sale of a kept claim, as it is after the ask that the claim was for. */
const leftBy = (value: unknown, key: string): (Sale & { readonly attempt: Attempt }) | undefined => {
  const claim = parseClaim(value);
  const of = value as { key?: unknown; sale?: unknown };
  const sale = claim && of.key === key ? readSale(of.sale) : undefined;
  if (!claim || !sale?.order || sale.id !== claim.saleId) return undefined;
  return Object.freeze({
    ...sale,
    stage: 'sending',
    attempt: claim.attempt,
    asked: true,
    revision: sale.revision + 1,
  });
};

const lockName = (saleId: string): string => `offramp-button:asking:${saleId}`;

export const createClaims = ({
  databases = () => indexedDB,
  locks = () => navigator.locks,
  origin = () => globalThis.origin,
}: ClaimsOptions = {}): Claims => ({
  take: async (transactionId, claim, of) => {
    try {
      await within(databases, 'readwrite', (claims) => claims.add({ ...claim, ...of }, transactionId));
      return true;
    } catch (cause) {
      if (isTaken(cause)) return false;
      throw new OfframpError('store-unavailable', { cause });
    }
  },

  find: async (transactionId) => {
    try {
      return parseClaim(await within(databases, 'readonly', (claims) => claims.get(transactionId)));
    } catch {
      // No store, so nothing was claimed here.
      return undefined;
    }
  },

  left: async (key) => {
    try {
      // An opaque origin has no storage, and Chromium rejects one promise more there than it gives.
      if (origin() === 'null') return undefined;
      // Looking into a database that is not there would make one, in every visitor's browser.
      const known = await databases().databases?.();
      if (known && !known.some(({ name }) => name === DATABASE)) return undefined;
      const all = await within(databases, 'readonly', (claims) => claims.getAll());
      const left = all.flatMap((one) => leftBy(one, key) ?? []);
      const [newest] = left.sort((one, other) => other.attempt.askedAt - one.attempt.askedAt);
      return newest;
    } catch {
      return undefined;
    }
  },

  settle: async (transactionId, { saleId, attempt }) => {
    try {
      // A claim that was given back stays so.
      if ((await within(databases, 'readonly', (claims) => claims.get(transactionId))) === undefined) return;
      await within(databases, 'readwrite', (claims) => claims.put({ saleId, attempt }, transactionId));
    } catch {
      // Then the sale is taken up once more, and comes to the same end.
    }
  },

  release: async (transactionId) => {
    try {
      await within(databases, 'readwrite', (claims) => claims.delete(transactionId));
    } catch (cause) {
      throw new OfframpError('store-unavailable', { cause });
    }
  },

  // Web Locks end with the page that holds them, so they tell who lives; they are absent outside secure contexts.
  alone: async (saleId, work) => {
    const whenFree = async (lock: Lock | null) => {
      if (lock) await work();
      return lock !== null;
    };
    let hasBegun = false;
    try {
      const begin = (lock: Lock | null) => {
        hasBegun = true;
        return whenFree(lock);
      };
      const manager = locks();
      if (manager) return await manager.request(lockName(saleId), { ifAvailable: true }, begin);
    } catch (cause) {
      // Refused where storage is denied, as in a sandboxed frame; a claim must do there.
      if (hasBegun) throw cause;
    }
    await work();
    return true;
  },

  whenNobodyAsks: async (saleId, signal) => {
    try {
      await locks()?.request(lockName(saleId), { signal }, async () => {});
    } catch {
      // Aborted, or no locks here: nobody is known to be at it.
    }
  },
});
