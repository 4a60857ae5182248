// One browser's Web Locks, as far as the claims door goes: exclusive, in order, and freed when their page dies.
import type { Agenda, Owner } from './agenda.ts';

interface Waiting {
  readonly tab: Owner;
  readonly begin: () => void;
}

export interface Locks {
  of(tab: Owner): LockManager;
  /** A page died: its locks are free, and it waits for none. */
  drop(tab: Owner): void;
}

type Work = (lock: object | null) => Promise<unknown>;

const STEP = 1;

export const createLocks = (agenda: Agenda): Locks => {
  /** Name → who holds it, first, and who waits. */
  const lines = new Map<string, Waiting[]>();

  const leave = (name: string, one: Waiting): void => {
    const line = lines.get(name) ?? [];
    const wasFirst = line[0] === one;
    const rest = line.filter((other) => other !== one);
    if (rest.length > 0) lines.set(name, rest);
    else lines.delete(name);
    if (wasFirst) rest[0]?.begin();
  };

  const request = (tab: Owner, name: string, options: { ifAvailable?: boolean; signal?: AbortSignal }, work: Work) =>
    new Promise<unknown>((resolve, reject) => {
      agenda.after(
        STEP,
        () => {
          const line = lines.get(name) ?? [];
          if (options.ifAvailable && line.length > 0) return void work(null).then(resolve, reject);
          if (options.signal?.aborted) return reject(options.signal.reason);
          const mine: Waiting = {
            tab,
            begin: () => {
              options.signal?.removeEventListener('abort', giveUp);
              void work({ name })
                .then(resolve, reject)
                .finally(() => {
                  if (tab.isAlive) leave(name, mine);
                });
            },
          };
          const giveUp = () => {
            leave(name, mine);
            reject(options.signal?.reason);
          };
          lines.set(name, [...line, mine]);
          if (line.length === 0) mine.begin();
          else options.signal?.addEventListener('abort', giveUp, { once: true });
        },
        tab,
      );
    });

  return {
    of: (tab) =>
      ({
        request: (name: string, options: { ifAvailable?: boolean; signal?: AbortSignal }, work: Work) =>
          request(tab, name, options, work),
      }) as unknown as LockManager,
    drop: (tab) => {
      for (const [name, line] of [...lines]) {
        const rest = line.filter((one) => one.tab !== tab);
        if (rest.length > 0) lines.set(name, rest);
        else lines.delete(name);
        if (rest[0] !== line[0]) rest[0]?.begin();
      }
    },
  };
};
