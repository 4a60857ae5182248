// The names of all events, from the stage table, for what lists them while it runs: wrappers for frameworks, the manifest of the
// element. Not in `events.ts`, because the button itself needs no list.
import type { OfframpEventName } from './events.ts';
import { stageNames } from './stages.ts';

/** Cancelable, told before a step. */
const STEPS = ['offramp-before-open', 'offramp-before-send'] as const satisfies OfframpEventName[];

/** What has happened already. */
export const tellingNames: readonly Exclude<OfframpEventName, (typeof STEPS)[number]>[] = [
  'offramp-change',
  'offramp-error',
  ...stageNames.map((stage) => `offramp-${stage}` as const),
];

export const eventNames: readonly OfframpEventName[] = [...tellingNames, ...STEPS];
