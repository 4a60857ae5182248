// Which redirect addresses the allow-list lets through. Knows the forms of Coinbase's portal; does not redirect.

// A browser must never be sent to these, whatever the list says.
const NEVER = new Set(['javascript:', 'data:', 'vbscript:', 'blob:', 'file:', 'about:']);

const isWeb = (url: URL): boolean => url.protocol === 'https:' || url.protocol === 'http:';

const parse = (text: string): URL | undefined => {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (!url || NEVER.has(url.protocol) || url.username || url.password) return undefined;
  return url;
};

/** Says what is wrong with an entry of the allow-list, or `undefined` where it is one. */
export const entryFault = (entry: string): string | undefined => {
  const url = parse(entry);
  if (!url || !entry.includes('://')) return 'is not an address such as https://app.com or my-app://done';
  if (url.search || url.hash) return 'must not have a query or a fragment';
  const labels = url.host.split('*');
  if (labels.length === 1) return undefined;
  return isWeb(url) && labels.length === 2 && url.host.startsWith('*.')
    ? undefined
    : 'may have a wildcard only as the first label of an http or https host';
};

const hostMatches = (pattern: string, host: string): boolean =>
  pattern.startsWith('*.') ? host.endsWith(pattern.slice(1)) && host.length > pattern.length - 1 : host === pattern;

const pathMatches = (allowed: string, path: string): boolean => {
  const base = allowed.replace(/\/$/, '');
  return path === base || path.startsWith(`${base}/`);
};

/**
 * The address to redirect to, or `undefined` where the list does not allow it: Coinbase then says nothing and stays
 * (docs.cdp.coinbase.com/onramp/security-requirements). An entry covers its sub-paths; `*.` stands for any sub-domain.
 */
export const allowedRedirect = (allowed: readonly string[], redirectUrl: string): URL | undefined => {
  const url = parse(redirectUrl);
  if (!url) return undefined;
  const fits = allowed.some((entry) => {
    const rule = new URL(entry);
    return (
      rule.protocol === url.protocol && hostMatches(rule.host, url.host) && pathMatches(rule.pathname, url.pathname)
    );
  });
  return fits ? url : undefined;
};
