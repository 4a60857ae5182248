// Whole sales on pages with the strictest headers: content security policies, Trusted Types, opener and embedder policies.
import { after, before, describe, it } from 'node:test';
import type { Engine } from '../browsers.ts';
import { engines, LIMIT, type Shopper, startShopper } from './sell.ts';
import { type Site, startSite } from './site.ts';

let site: Site;
before(async () => {
  site = await startSite();
}, LIMIT);
after(() => site?.stop());

let made = 0;

interface Setting {
  headers?: Record<string, string>;
  /** Which form of the button, with the attributes of its tag. */
  script?: string;
  /** Attributes of the witness's tag. */
  witness?: string;
  /** What an engine reports, though it lets it in. */
  besides?: Partial<Record<Engine, RegExp>>;
}

const SINGLE = '<script type="module" src="/button.js"></script>';
const LIGHT = '<script type="module" src="/light/offramp-button.js"></script>';

const page = ({ headers = {}, script = SINGLE, witness = '' }: Setting): string => {
  made += 1;
  return site.add({
    headers,
    html: `<!doctype html><html lang="en"><meta charset="utf-8"><title>Shop</title>
      <script src="/page.js"${witness}></script>${script}${site.tag} name="sale-${made}">Get paid</offramp-button>`,
  });
};

/** Nothing is allowed but what is named, and the icon that a browser looks for. */
const csp = (...rules: string[]) => ({
  'content-security-policy': [
    "default-src 'none'",
    "base-uri 'none'",
    "form-action 'none'",
    "img-src 'self'",
    ...rules,
  ].join('; '),
});
const nonce = 'c2VsbA';
const TYPES = "require-trusted-types-for 'script'";

const OWN_GROUP = {
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-embedder-policy': 'require-corp',
};
const POPUPS = {
  'cross-origin-opener-policy': 'same-origin-allow-popups',
  'cross-origin-embedder-policy': 'credentialless',
};

const PAGES: Record<string, () => Setting> = {
  'of scripts by nonce, of Trusted Types and of its own browsing context group, with the two files': () => ({
    headers: {
      ...csp(`script-src 'nonce-${nonce}'`, "connect-src 'self'", "style-src 'self'", TYPES, 'trusted-types lit-html'),
      ...OWN_GROUP,
    },
    script: LIGHT.replace('<script', `<script nonce="${nonce}"`),
    witness: ` nonce="${nonce}"`,
  }),
  'of scripts by hash, without a word on styles, that keeps its popups': () => ({
    headers: {
      ...csp(`script-src '${site.hashOf('/page.js')}' '${site.hashOf('/button.js')}'`, "connect-src 'self'"),
      ...POPUPS,
    },
    script: SINGLE.replace('<script', `<script integrity="${site.hashOf('/button.js')}"`),
    // Its preload scanner does not look at `integrity`.
    besides: { WebKit: /^\(script-src-elem \S+\/button\.js\) / },
    witness: ` integrity="${site.hashOf('/page.js')}"`,
  }),
  "of 'strict-dynamic' with a loader": () => ({
    headers: csp(`script-src 'nonce-${nonce}' 'strict-dynamic'`, "connect-src 'self'"),
    script: `<script nonce="${nonce}">
      document.head.append(Object.assign(document.createElement('script'), { type: 'module', src: '/light/offramp-button.js' }));
    </script>`,
    witness: ` nonce="${nonce}"`,
  }),
  'of Trusted Types with the button twice': () => ({
    headers: csp("script-src 'self'", "connect-src 'self'", TYPES, "trusted-types lit-html 'allow-duplicates'"),
    script: SINGLE + LIGHT,
  }),
};

for (const engine of engines()) {
  describe(`in ${engine}, a page`, () => {
    let shopper: Shopper;
    before(async () => {
      shopper = await startShopper(engine, site);
    }, LIMIT);
    after(() => shopper?.visitor.leave());

    for (const [name, setting] of Object.entries(PAGES)) {
      it(`${name} sells`, LIMIT, () => {
        const made = setting();
        return shopper.sells(page(made), { besides: made.besides?.[engine] });
      });
    }
  });
}
