// One browser's localStorage, as its tabs see it: written at once, told to the others a little later, lost when the browser dies
// too soon, full or wiped when the world says so. Knows keys and texts; does not know what they mean.
import type { Agenda, Owner } from './agenda.ts';

type StorageListener = (event: { key: string | null; newValue: string | null }) => void;

/** How long the other tabs wait for the news. */
const NEWS = 4;
/** A browser that is killed has not yet written what is younger than this. */
const UNWRITTEN = 800;

export interface LocalStorage {
  isFull: boolean;
  /** Milliseconds that the next news takes longer. */
  newsDelay: number;
  of(tab: Owner, onWrite: (key: string, value: string, isKept: boolean) => void): Storage;
  listen(tab: Owner, listener: StorageListener): () => void;
  read(key: string): string | undefined;
  /** Somebody of this browser, but none of its tabs with a button, writes: the return page does. */
  write(key: string, value: string): void;
  wipe(): void;
  /** What a killed browser had not yet brought to the disk is gone. */
  loseUnwritten(): boolean;
}

export const createLocalStorage = (agenda: Agenda): LocalStorage => {
  let kept = new Map<string, string>();
  let history: { at: number; key: string; before: string | undefined }[] = [];
  const listeners = new Map<Owner, Set<StorageListener>>();

  const change = (writer: Owner | undefined, key: string, value: string | undefined): void => {
    const before = kept.get(key);
    if (before === value) return;
    history = [...history.filter(({ at }) => agenda.now - at < UNWRITTEN), { at: agenda.now, key, before }];
    if (value === undefined) kept.delete(key);
    else kept.set(key, value);
    const delay = NEWS + local.newsDelay;
    local.newsDelay = 0;
    for (const [tab, heard] of listeners) {
      if (tab === writer) continue;
      agenda.after(delay, () => [...heard].map((listener) => listener({ key, newValue: value ?? null })), tab);
    }
  };

  const local: LocalStorage = {
    isFull: false,
    newsDelay: 0,
    of: (tab, onWrite) => {
      const storage: Storage = {
        get length() {
          return kept.size;
        },
        key: (index) => [...kept.keys()][index] ?? null,
        clear: () => local.wipe(),
        getItem: (key) => kept.get(key) ?? null,
        setItem: (key, value) => {
          if (!tab.isAlive) return;
          const isKept = !local.isFull;
          if (isKept) change(tab, key, value);
          onWrite(key, value, isKept);
          if (!isKept) throw new DOMException('full', 'QuotaExceededError');
        },
        removeItem: (key) => {
          if (tab.isAlive) change(tab, key, undefined);
        },
      };
      return storage;
    },
    listen: (tab, listener) => {
      const mine = listeners.get(tab) ?? new Set();
      listeners.set(tab, mine);
      mine.add(listener);
      return () => mine.delete(listener);
    },
    read: (key) => kept.get(key),
    write: (key, value) => change(undefined, key, value),
    wipe: () => {
      kept = new Map();
      history = [];
    },
    loseUnwritten: () => {
      const young = history.filter(({ at }) => agenda.now - at < UNWRITTEN);
      for (const { key, before } of young.reverse()) {
        if (before === undefined) kept.delete(key);
        else kept.set(key, before);
      }
      history = [];
      return young.length > 0;
    },
  };
  return local;
};
