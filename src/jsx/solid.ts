// Types of the tag in Solid's JSX: attributes, properties by `prop:`, events by `on:`.
import type { JSX } from 'solid-js';
import type { OfframpEventMap, OfframpEventName } from '../events.ts';
import type { OfframpButton } from '../offramp-button.ts';
import type { ButtonProperties, TagAttributes } from './tag.ts';

type Listeners = {
  [Name in OfframpEventName as `on:${Name}`]?: ((event: OfframpEventMap[Name]) => void) | undefined;
};

type Properties = { [Name in keyof ButtonProperties as `prop:${Name}`]?: ButtonProperties[Name] };

type Own = TagAttributes & Properties & Listeners;

/** What the tag takes. */
export type OfframpButtonTag = Omit<JSX.HTMLAttributes<OfframpButton>, keyof Own> & Own;

declare module 'solid-js' {
  namespace JSX {
    interface IntrinsicElements {
      'offramp-button': OfframpButtonTag;
    }
  }
}
