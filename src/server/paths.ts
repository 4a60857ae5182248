// Which route a path means, wherever the handler is mounted, and how a path of the kit is told to a page.
// Knows the routes' last segments; does not know what they answer.

/** The words that are routes of their own. No reference is one of them: references are 44 characters long. */
const WORDS = 'token|config|options|quote|sales|transactions|address-proof|webhook';

// `/sales/token` is the token route of a kit mounted at `/sales`, so a word is no reference.
const ROUTE = new RegExp(`/(?:${WORDS}|sales/(?!(?:${WORDS})$)[^/]+(?:/(?:claim|events))?)$`);

/** With one slash at its start: answered back as a path, two would name another host. */
const pathOf = (request: Request): string => new URL(request.url).pathname.replace(/^\/+/, '/');

/** The last segments are the route; everything before them is where the backend mounted the handler. */
export const routeOf = (request: Request): string => ROUTE.exec(pathOf(request))?.[0] ?? '/';

/** The route without the reference in it, for a log. */
export const routeName = (request: Request): string => routeOf(request).replace(/^\/sales\/[^/]+/, '/sales/:ref');

/** Where the handler is mounted, as this server sees it. */
export const mountOf = (request: Request): string => pathOf(request).slice(0, -routeOf(request).length);
