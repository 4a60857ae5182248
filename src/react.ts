// The element as a React component, for 18 and 19: attributes in the markup of a server, objects as properties, events by props.
// Knows React and the element's tables; does not know what a sale is.
import type { PropertyDeclaration } from 'lit';
import {
  createElement,
  type ForwardRefExoticComponent,
  forwardRef,
  type HTMLAttributes,
  type RefAttributes,
  useEffect,
  useImperativeHandle,
  useLayoutEffect,
  useRef,
} from 'react';
import { ButtonAttributes } from './attributes.ts';
import { eventNames, tellingNames } from './event-names.ts';
import type { OfframpEventMap, OfframpEventName } from './events.ts';
import type { OfframpButton as OfframpButtonElement } from './index.ts';
import './index.ts';
import type { ButtonProperties } from './jsx/tag.ts';

export type { OfframpDetail, OfframpEventMap, OfframpEventName, PublicSale } from './events.ts';
export type { OfframpButtonElement };

type Pascal<Name extends string> = Name extends `${infer First}-${infer Rest}`
  ? `${Capitalize<First>}${Pascal<Rest>}`
  : Capitalize<Name>;

/** A prop per event, named after it: `offramp-before-send` is `onOfframpBeforeSend`. */
export type OfframpButtonListeners = {
  [Name in OfframpEventName as `on${Pascal<Name>}`]?: ((event: OfframpEventMap[Name]) => void) | undefined;
};

type Own = ButtonProperties & OfframpButtonListeners;

/** The element's properties, a listener per event, and what every element of HTML takes. The children are the label before a sale. */
export type OfframpButtonProps = Own & Omit<HTMLAttributes<OfframpButtonElement>, keyof Own>;

const propOf = (name: string): string =>
  `on${name.replace(/(?:^|-)([a-z])/g, (_, letter: string) => letter.toUpperCase())}`;

const listeners = new Map(eventNames.map((name) => [propOf(name), name]));

const table: Readonly<Record<string, PropertyDeclaration>> = ButtonAttributes.properties;

/** Property → its attribute; `null`: it has none. */
const attributes = new Map(
  Object.entries(table).map(([name, { attribute }]) => [name, attribute === false ? null : `${attribute ?? name}`]),
);

/** React 18 writes `false` into an attribute of a custom element, whose presence alone is "yes". */
const flags = new Set(['hidden', 'inert', ...Object.keys(table).filter((name) => table[name]?.type === Boolean)]);

type Props = Readonly<Record<string, unknown>>;

/** What React itself puts on the tag, on a server too. */
const tagProps = (props: Props): Record<string, unknown> => {
  const given: Record<string, unknown> = {};
  for (const [prop, value] of Object.entries(props)) {
    // React 18 knows no `className` of a custom element.
    const name = prop === 'className' ? 'class' : attributes.has(prop) ? attributes.get(prop) : prop;
    if (name && !listeners.has(prop)) given[name] = flags.has(prop) ? value || undefined : value;
  }
  return given;
};

/** What no attribute can hold, and what React leaves `undefined`. What a page never gave is left as it is: a script may have set it. */
const setProperties = (element: OfframpButtonElement, props: Props, former: Props): void => {
  for (const [name, attribute] of attributes) {
    if (props[name] === former[name]) continue;
    if (attribute === null) Object.assign(element, { [name]: props[name] ?? null });
    else if (flags.has(name)) Object.assign(element, { [name]: Boolean(props[name]) });
  }
};

/** Those whose component listens now. */
const heard = new WeakSet<EventTarget>();
/** What an element told before its component listened: a server's markup is alive before React has come to it. */
const early = new WeakMap<EventTarget, Event[]>();

if (typeof document !== 'undefined') {
  for (const name of tellingNames) {
    const keep = (event: Event): void => {
      const [element] = event.composedPath();
      if (element && !heard.has(element)) early.set(element, [...(early.get(element) ?? []), event]);
    };
    document.addEventListener(name, keep, true);
  }
}

/** Passes on what the element tells, first what it has told already. Returns its undo. */
const listen = (element: OfframpButtonElement, props: () => Props): (() => void) => {
  const page = new AbortController();
  heard.add(element);
  const pass = (event: Event): void => {
    const listener = props()[propOf(event.type)];
    if (typeof listener === 'function') listener(event);
  };
  for (const name of eventNames) element.addEventListener(name, pass, { signal: page.signal });
  for (const event of early.get(element) ?? []) pass(event);
  early.delete(element);
  return () => {
    heard.delete(element);
    page.abort();
  };
};

// React 18 warns of a layout effect on a server, where neither runs.
const useLayout = typeof document === 'undefined' ? useEffect : useLayoutEffect;

/** `<offramp-button>` in React. A `ref` is the element. */
export const OfframpButton: ForwardRefExoticComponent<OfframpButtonProps & RefAttributes<OfframpButtonElement>> =
  forwardRef<OfframpButtonElement, OfframpButtonProps>((given, ref) => {
    const props = given as Props;
    const element = useRef<OfframpButtonElement>(null);
    const latest = useRef<Props>({});
    const leave = useRef<(() => void) | null>(null);

    useImperativeHandle(ref, () => element.current as OfframpButtonElement, []);

    useLayout(() => {
      const former = latest.current;
      latest.current = props;
      if (!element.current) return;
      setProperties(element.current, props, former);
      // In the same task as the element's coming into the page, so before it can tell anything.
      leave.current ??= listen(element.current, () => latest.current);
    });

    // Not with the layout: what Suspense hides for a while is still in the page, and tells.
    useEffect(
      () => () => {
        leave.current?.();
        leave.current = null;
      },
      [],
    );

    return createElement('offramp-button', { ...tagProps(props), ref: element });
  });
OfframpButton.displayName = 'OfframpButton';
