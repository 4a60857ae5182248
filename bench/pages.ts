// The pages whose loading is measured: plain HTML, the floors, our button in two ways, and the peers. Knows what stands on each;
// does not know how it is measured.
import { existsSync, readFileSync } from 'node:fs';
import type { Bundle } from './bundle.ts';
import { ROOT } from './bundle.ts';
import type { MeasuredPeer } from './bytes.ts';
import { LOOK } from './floor/look.ts';
import { type Files, pageOf } from './serve.ts';

export interface LoadedPage {
  name: string;
  path: string;
  /** Measured beside the others of its kind: a peer takes ten times as long as a button. */
  isHeavy: boolean;
}

/** The names that comparisons are made with. */
export const HTML = 'plain HTML';
export const VANILLA = 'vanilla button';
export const REACT_HELLO = 'React and one button';
export const OURS = 'offramp-button, the tag alone';
export const OURS_EARLY = 'offramp-button, with the snippet';

/** The documented tag. */
export const TAG = '<offramp-button token-endpoint="/api/offramp/token" amount="25">Cash out</offramp-button>';

const SNIPPET = `${ROOT}dist/snippet.html`;

/** The tag with its declarative shadow tree, as the build prints it. `undefined` where there is none (yet). */
export const readSnippet = (): string | undefined => (existsSync(SNIPPET) ? readFileSync(SNIPPET, 'utf8') : undefined);

export const addPages = (
  files: Files,
  made: { own: Bundle; vanilla: Bundle; lit: Bundle; peers: readonly MeasuredPeer[] },
): LoadedPage[] => {
  const pages: LoadedPage[] = [];
  const add = (name: string, bundle: Bundle | undefined, body: string, isHeavy = false, head = ''): void => {
    const folder = `/${name.replace(/\W+/g, '-')}`;
    if (bundle) files.addBundle(folder, bundle);
    files.add(`${folder}.html`, pageOf(folder, bundle, body, head));
    pages.push({ name, path: `${folder}.html`, isHeavy });
  };
  const style = `<style>${LOOK.replace(/:host\S*\{[^}]*\}/g, '')}</style>`;
  const snippet = readSnippet();

  add(HTML, undefined, '<button>Cash out</button>', false, style);
  add(VANILLA, made.vanilla, TAG);
  add('bare Lit button', made.lit, TAG);
  add(OURS, made.own, TAG);
  if (snippet) add(OURS_EARLY, made.own, snippet);
  for (const { peer, made: bundle } of made.peers) {
    if (peer.name === REACT_HELLO) add(REACT_HELLO, bundle, '');
    else if (peer.isApp) add(peer.name, bundle, '', true);
  }
  return pages;
};
