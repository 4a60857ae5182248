// Virtual time and what is due in it, one event after another. Nothing passes but by `next`.
// Knows who an event belongs to, so that dead pages hear nothing and sleeping ones hear late; does not know what happens.

/** A page or nobody: what belongs to a dead page never happens, what belongs to a sleeping one happens when it wakes. */
export interface Owner {
  readonly isAlive: boolean;
  readonly sleepsUntil: number;
}

export interface Due {
  at: number;
  readonly seq: number;
  readonly run: () => void;
  readonly owner: Owner | undefined;
}

export interface Agenda {
  /** True time, milliseconds since the epoch: Coinbase's and the chain's. */
  readonly now: number;
  /** Events that have happened. */
  readonly count: number;
  after(ms: number, run: () => void, owner?: Owner): Due;
  cancel(due: Due): void;
  /** Lets the next event up to a time happen, and everything that follows from it without time. `false`: there is none. */
  next(until: number): Promise<boolean>;
  /** Lets all events up to a time happen. */
  runUntil(time: number): Promise<void>;
}

/** Everything that can happen without time has happened: an immediate runs after all microtasks. */
export const settle = (): Promise<void> => new Promise((resolve) => void setImmediate(resolve));

/** No honest schedule comes near; more means that something turns without time passing. */
const MOST_EVENTS = 60_000;

export const createAgenda = (start: number): Agenda => {
  const list: Due[] = [];
  let now = start;
  let seq = 0;
  let count = 0;

  /** Kept in order; late things are few, so a walk from the end is the quickest. */
  const insert = (due: Due): void => {
    let index = list.length;
    for (let before = list[index - 1]; before && before.at > due.at; before = list[index - 1]) index -= 1;
    list.splice(index, 0, due);
  };

  const next = async (until: number): Promise<boolean> => {
    for (;;) {
      const due = list[0];
      if (!due || due.at > until) return false;
      list.shift();
      const { owner } = due;
      if (owner && !owner.isAlive) continue;
      if (owner && owner.sleepsUntil > due.at && owner.sleepsUntil > now) {
        due.at = owner.sleepsUntil;
        insert(due);
        continue;
      }
      now = Math.max(now, due.at);
      count += 1;
      if (count > MOST_EVENTS) throw new Error('The schedule does not come to rest.');
      due.run();
      await settle();
      return true;
    }
  };

  return {
    get now() {
      return now;
    },
    get count() {
      return count;
    },
    after: (ms, run, owner) => {
      seq += 1;
      const due = { at: now + Math.max(0, Math.ceil(ms)), seq, run, owner };
      insert(due);
      return due;
    },
    cancel: (due) => {
      const index = list.indexOf(due);
      if (index >= 0) list.splice(index, 1);
    },
    next,
    runUntil: async (time) => {
      while (await next(time));
      now = Math.max(now, time);
    },
  };
};
