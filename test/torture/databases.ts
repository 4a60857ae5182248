// One browser's IndexedDB, as far as the claims door goes: one store, transactions in their order, and a gap between a request's
// answer and the disk in which a page can die. Knows keys and values; does not know what a claim is.
import type { Agenda, Owner } from './agenda.ts';

/** `full`: nothing new is written. `refused`: it does not open at all, as in some private windows. */
type Mode = 'works' | 'full' | 'refused';

interface Transaction {
  readonly tab: Owner;
  readonly begin: () => void;
  readonly commit: () => void;
  isAnswered: boolean;
}

export interface Databases {
  mode: Mode;
  of(tab: Owner): IDBFactory;
  wipe(): void;
  /** Whether the disk has something under a key. */
  holds(key: string): boolean;
  /** A page died: what it had asked for and was answered may be on the disk or not. */
  drop(tab: Owner, isCommitted: boolean): void;
}

/** What the disk holds, told at the moment when it does. */
export type OnChange = (kind: Change | 'refused', key: Key, tab: Owner) => void;
type Change = 'add' | 'put' | 'delete';
type Key = string | number;

const STEP = 1;

type Handler = (() => void) | null;

const createRequest = () => ({
  result: undefined as unknown,
  error: null as DOMException | null,
  onsuccess: null as Handler,
  onerror: null as Handler,
  onupgradeneeded: null as Handler,
});

export const createDatabases = (agenda: Agenda, onChange: OnChange): Databases => {
  let isMade = false;
  let kept = new Map<Key, unknown>();
  let queue: Transaction[] = [];

  const beginNext = (): void => queue[0]?.begin();

  const end = (transaction: Transaction): void => {
    const wasFirst = queue[0] === transaction;
    queue = queue.filter((one) => one !== transaction);
    if (wasFirst) beginNext();
  };

  const openTransaction = (tab: Owner) => {
    const handle = { oncomplete: null as Handler, onabort: null as Handler, error: null as DOMException | null };
    const request = createRequest();
    let check = (): DOMException | undefined => undefined;
    let apply = (): unknown => undefined;
    let write: { kind: Change; key: Key } | undefined;

    const transaction: Transaction = {
      tab,
      isAnswered: false,
      begin: () => {
        agenda.after(
          STEP,
          () => {
            const error = check();
            if (!error) {
              transaction.isAnswered = true;
              if (!write) request.result = apply();
              request.onsuccess?.();
              agenda.after(STEP, commit, tab);
              return;
            }
            if (error.name !== 'ConstraintError') onChange('refused', write?.key ?? '', tab);
            request.error = error;
            handle.error = error;
            request.onerror?.();
            agenda.after(STEP, () => handle.onabort?.(), tab);
            end(transaction);
          },
          tab,
        );
      },
      commit: () => {
        if (!write) return;
        apply();
        onChange(write.kind, write.key, tab);
      },
    };
    const commit = (): void => {
      transaction.commit();
      agenda.after(STEP, () => handle.oncomplete?.(), tab);
      end(transaction);
    };
    const full = () => (databases.mode === 'full' ? new DOMException('full', 'QuotaExceededError') : undefined);
    const store = {
      add: (value: unknown, key: Key) => {
        write = { kind: 'add', key };
        check = () => {
          return kept.has(key) ? new DOMException('taken', 'ConstraintError') : full();
        };
        apply = () => kept.set(key, structuredClone(value));
        return request;
      },
      put: (value: unknown, key: Key) => {
        write = { kind: 'put', key };
        check = full;
        apply = () => kept.set(key, structuredClone(value));
        return request;
      },
      getAll: () => {
        apply = () => structuredClone([...kept.values()]);
        return request;
      },
      get: (key: Key) => {
        apply = () => structuredClone(kept.get(key));
        return request;
      },
      delete: (key: Key) => {
        write = { kind: 'delete', key };
        apply = () => kept.delete(key);
        return request;
      },
    };
    if (tab.isAlive) {
      queue.push(transaction);
      if (queue[0] === transaction) beginNext();
    }
    return Object.assign(handle, { objectStore: () => store });
  };

  const databases: Databases = {
    mode: 'works',
    of: (tab) => {
      const factory = {
        databases: async () => (isMade ? [{ name: 'offramp-button', version: 1 }] : []),
        open: () => {
          const request = createRequest();
          agenda.after(
            STEP,
            () => {
              if (databases.mode === 'refused') {
                onChange('refused', '', tab);
                request.error = new DOMException('refused', 'UnknownError');
                request.onerror?.();
                return;
              }
              isMade = true;
              request.result = { transaction: () => openTransaction(tab), close: () => {} };
              request.onsuccess?.();
            },
            tab,
          );
          return request;
        },
      };
      return factory as unknown as IDBFactory;
    },
    holds: (key) => kept.has(key),
    wipe: () => {
      isMade = false;
      kept = new Map();
    },
    drop: (tab, isCommitted) => {
      const [first] = queue;
      if (first?.tab === tab && first.isAnswered && isCommitted) first.commit();
      queue = queue.filter((one) => one.tab !== tab);
      if (first && first !== queue[0]) beginNext();
    },
  };
  return databases;
};
