// Types of the tag in Preact's JSX. Preact sets what the element has as properties, and takes events by their own names.
import type { DetailedHTMLProps, HTMLAttributes } from 'preact';
import type { OfframpEventMap, OfframpEventName } from '../events.ts';
import type { OfframpButton } from '../offramp-button.ts';
import type { TagAttributes, TagObjects } from './tag.ts';

type Listeners = {
  [Name in OfframpEventName as `on${Name}`]?: ((event: OfframpEventMap[Name]) => void) | undefined;
};

type Own = TagAttributes & TagObjects & Listeners;

/** What the tag takes. */
export type OfframpButtonTag = Omit<DetailedHTMLProps<HTMLAttributes<OfframpButton>, OfframpButton>, keyof Own> & Own;

declare module 'preact' {
  namespace JSX {
    interface IntrinsicElements {
      'offramp-button': OfframpButtonTag;
    }
  }
}
