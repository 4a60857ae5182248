// The tag as JSX sees it: types alone, from the element's own table of attributes. Knows no framework.
import type { ButtonAttributes } from '../attributes.ts';

type Table = typeof ButtonAttributes.properties;

type AttributeOf<Name extends keyof Table> = Table[Name] extends { readonly attribute: infer Given }
  ? Given extends string
    ? Given
    : never
  : Name;

/** Names of what is a property only, because no attribute can hold it. */
type ObjectName = { [Name in keyof Table]: [AttributeOf<Name>] extends [never] ? Name : never }[keyof Table];

/** The element's own attributes, `token-endpoint`, as a page writes them. */
export type TagAttributes = {
  [Name in keyof Table as AttributeOf<Name>]?: ButtonAttributes[Name] | undefined;
};

/** All that a page may set on the element, `tokenEndpoint`. */
export type ButtonProperties = {
  [Name in keyof Pick<ButtonAttributes, keyof Table>]?: ButtonAttributes[Name] | undefined;
};

/** What no attribute can hold: `provider`, `sender`, `fetch`, `labels`. */
export type TagObjects = Pick<ButtonProperties, ObjectName>;
