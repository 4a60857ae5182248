// Types of the plain tag in React's JSX, for who writes `<offramp-button token-endpoint="…">` without the component of
// `offramp-button/react`. Events by props (`onofframp-completed`) and objects want React 19, as for any custom element.
import type { DetailedHTMLProps, HTMLAttributes } from 'react';
import type { OfframpEventMap, OfframpEventName } from '../events.ts';
import type { OfframpButton } from '../offramp-button.ts';
import type { TagAttributes, TagObjects } from './tag.ts';

type Listeners = {
  [Name in OfframpEventName as `on${Name}`]?: ((event: OfframpEventMap[Name]) => void) | undefined;
};

type Own = TagAttributes & TagObjects & Listeners & { class?: string | undefined };

/** What the tag takes. */
export type OfframpButtonTag = Omit<DetailedHTMLProps<HTMLAttributes<OfframpButton>, OfframpButton>, keyof Own> & Own;

declare module 'react' {
  namespace JSX {
    interface IntrinsicElements {
      'offramp-button': OfframpButtonTag;
    }
  }
}
