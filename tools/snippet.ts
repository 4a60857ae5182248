// The button before its script: the tag with a declarative shadow root, made of the element's own template and styles, so that it is
// seen with the page's HTML. `node tools/snippet.ts` prints it, and
// the hash that a content security policy allows its style by; with `--write` it is `dist/snippet.html`, too.
import { nothing, type TemplateResult } from 'lit';
import { frame, slotted } from '../src/button-frame.ts';
import { FIRST_WORDS } from '../src/first-words.ts';
import { styles } from '../src/offramp-button.styles.ts';

/** A press before the script is said to be one, since the element cannot hear it yet. Safari does not focus a button that is clicked. */
const EARLY = [
  `button[aria-disabled='true']{border-color:transparent;background:var(--_accent);color:var(--_on-accent);cursor:progress}`,
  `:is(button:focus,button:active)~[part='status']::after{content:'Loading…'}`,
].join('');

const isTemplate = (value: unknown): value is TemplateResult =>
  typeof value === 'object' && value !== null && 'strings' in value;

const text = (value: unknown): string => {
  if (value === nothing) return '';
  return isTemplate(value) ? markup(value) : `${value}`;
};

/** A template of Lit's as HTML, without what only a script can do: `@click` goes, `?disabled` is an attribute or none. */
const markup = ({ strings, values }: TemplateResult): string => {
  let html = strings[0] ?? '';
  values.forEach((value, at) => {
    const [whole, sign, name] = /\s+([@?]?)([a-z-]+)=$/.exec(html) ?? [];
    if (whole === undefined) html += text(value);
    else {
      html = html.slice(0, -whole.length);
      if (sign === '?' ? value : sign === '' && value !== nothing) html += ` ${name}="${sign === '?' ? '' : value}"`;
    }
    html += strings[at + 1] ?? '';
  });
  return html;
};

const tight = (html: string): string => html.replace(/\s+/g, ' ').replace(/> </g, '><').replace(/ >/g, '>').trim();

const tightCss = (css: string): string =>
  css
    .replace(/\s+/g, ' ')
    .replace(/ ?([{};,]) ?/g, '$1')
    .replace(/: /g, ':')
    .replaceAll(';}', '}')
    .trim();

/** The style sheet of the snippet. */
export const earlyCss = (): string => tightCss(styles.cssText) + EARLY;

/** Its hash, as a content security policy takes it in `style-src`. */
export const earlyHash = async (): Promise<string> => {
  const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(earlyCss()));
  return `sha256-${btoa(String.fromCharCode(...new Uint8Array(digest)))}`;
};

/** @param tag the tag without its end, `<offramp-button token-endpoint="…">Cash out</offramp-button>`. */
export const snippet = (tag: string): string => {
  const early = frame(
    {
      label: slotted(FIRST_WORDS.idle),
      isBusy: false,
      isIdle: true,
      quote: nothing,
      status: '',
      error: '',
      panel: nothing,
    },
    false,
    () => {},
  );
  const root = `<template shadowrootmode="open"><style>${earlyCss()}</style>${tight(markup(early))}</template>`;
  return tag.replace(/^<offramp-button[^>]*>/, (start) => start + root);
};

export const TAG =
  '<offramp-button token-endpoint="/api/offramp/token" asset="USDC" network="base" amount="25">Cash out</offramp-button>';

if (import.meta.main) {
  console.log(`${snippet(TAG)}\n\nstyle-src '${await earlyHash()}'`);
  if (process.argv.includes('--write')) {
    // Not above: browsers' tests use this module, too.
    const { writeFileSync } = await import('node:fs');
    writeFileSync('dist/snippet.html', `${snippet(TAG)}\n`);
  }
}
