// One person's browser and wallet: what its tabs share. Knows how tabs die and what outlives them; does not know sales.
import type { Agenda } from './agenda.ts';
import { createDatabases, type Databases, type OnChange } from './databases.ts';
import { createLocks, type Locks } from './locks.ts';
import { createLocalStorage, type LocalStorage } from './storage.ts';
import type { Tab } from './tab.ts';
import type { Wallet } from './wallet.ts';

/** The way back from Coinbase's window, which only the return page knows. */
export interface Visit {
  readonly reference: string;
  readonly saleId: string;
  readonly nonce: string;
  /** The same tab went to Coinbase: it comes back as a new page. */
  readonly isSameTab: boolean;
  readonly openedAt: number;
  isOpen: boolean;
}

export interface Device {
  readonly name: string;
  /** This machine's clock minus the true time, milliseconds. */
  skew: number;
  /** When that last changed. */
  clockSetAt: number;
  sleepsUntil: number;
  /** When it last lost what it knew, by where it was kept. */
  readonly forgotAt: { sales: number; claims: number };
  /** When its claims could last not be read. */
  unreadAt: number;
  readonly storage: LocalStorage;
  readonly databases: Databases;
  readonly locks: Locks;
  readonly wallet: Wallet;
  tabs: Tab[];
  visit: Visit | undefined;
  /** Those that came back by the return page, for replays. */
  readonly visits: Visit[];
}

export const createDevice = (name: string, agenda: Agenda, wallet: Wallet, onDisk: OnChange): Device => ({
  name,
  skew: 0,
  clockSetAt: 0,
  sleepsUntil: 0,
  forgotAt: { sales: 0, claims: 0 },
  unreadAt: 0,
  storage: createLocalStorage(agenda),
  databases: createDatabases(agenda, onDisk),
  locks: createLocks(agenda),
  wallet,
  tabs: [],
  visit: undefined,
  visits: [],
});
