// The return page: a page that loads this announces the visitor's return from Coinbase. Everything else is in `arrival.ts`.
import { announceReturn } from './arrival.ts';

export { announceReturn, whenStaying } from './arrival.ts';

announceReturn();
