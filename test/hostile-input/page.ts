// As much of a browser's page as the doors touch: a window that calls its listeners at once, storage, a channel. An error of a
// listener reaches the one who dispatched, where a browser would only report it. Knows no door.

type Listener = (event: never) => void;

/** Calls listeners at once, in order; what one throws is thrown on. */
export class Target {
  readonly #listeners = new Map<string, Set<Listener>>();

  addEventListener(type: string, listener: Listener, options?: { signal?: AbortSignal }): void {
    const heard = this.#listeners.get(type) ?? new Set();
    heard.add(listener);
    this.#listeners.set(type, heard);
    options?.signal?.addEventListener('abort', () => heard.delete(listener));
  }

  removeEventListener(type: string, listener: Listener): void {
    this.#listeners.get(type)?.delete(listener);
  }

  dispatchEvent(event: { type: string }): boolean {
    for (const listener of [...(this.#listeners.get(event.type) ?? [])]) listener(event as never);
    return true;
  }

  get isHeard(): boolean {
    return [...this.#listeners.values()].some((listeners) => listeners.size > 0);
  }
}

/** Storage in memory; `quota` letters, then it throws as a full one does. */
export const createStorage = (quota = 5_000_000): Storage => {
  const kept = new Map<string, string>();
  return {
    get length() {
      return kept.size;
    },
    clear: () => kept.clear(),
    getItem: (key) => kept.get(String(key)) ?? null,
    key: (index) => [...kept.keys()][index] ?? null,
    removeItem: (key) => void kept.delete(String(key)),
    setItem: (key, value) => {
      if (String(key).length + String(value).length > quota) throw new DOMException('full', 'QuotaExceededError');
      kept.set(String(key), String(value));
    },
  };
};

/** Gives names of the global object other values for as long as `work` takes. */
export const within = <Result>(globals: Record<string, unknown>, work: () => Result): Result => {
  const before = Object.keys(globals).map((name) => [name, Object.getOwnPropertyDescriptor(globalThis, name)] as const);
  for (const [name, value] of Object.entries(globals)) {
    Object.defineProperty(globalThis, name, { value, configurable: true, writable: true });
  }
  try {
    return work();
  } finally {
    for (const [name, property] of before) {
      if (property) Object.defineProperty(globalThis, name, property);
      else Reflect.deleteProperty(globalThis, name);
    }
  }
};
