// The visitor's IP address where proxies stand in front of this server.
// Knows what each named proxy vouches for; guesses none: whoever can reach the server directly can write any header.
import * as z from 'zod/mini';

const ip = z.union([z.ipv4(), z.ipv6()]);

/** Without brackets, port or IPv4-in-IPv6 prefix (RFC 4291 2.5.5.2); `undefined` where it is no address. */
const plainIp = (text: string): string | undefined => {
  const bare = text.trim().replace(/^\[([^\]]*)\](:\d+)?$/, '$1');
  const mapped = bare.replace(/^::ffff:(?=\d+\.)/i, '');
  return ip.safeParse(/^[\d.]+:\d+$/.test(mapped) ? mapped.slice(0, mapped.indexOf(':')) : mapped).data;
};

const demand = (text: string | null | undefined, sentence: string): string => {
  const found = plainIp(text ?? '');
  if (found === undefined) throw new Error(sentence);
  return found;
};

/**
 * The visitor's address by counting: `hops` is how many proxies of yours stand in front, each adding the address it was reached
 * from at the end of `X-Forwarded-For`. With 0, that is the socket's. What stands further left was written by the visitor and is
 * never looked at. Right only where the server cannot be reached past those proxies, and where each of them adds one entry.
 * (On Fly.io the last entry is the app's own address, so count one more there, or use {@link flyClientIp}.)
 * @throws Error where there are fewer entries than proxies: a request came another way, or the count is wrong.
 */
export const ipFromHops = (request: Request, socketAddress: string | undefined, hops: number): string => {
  if (!Number.isInteger(hops) || hops < 0) throw new Error('ipFromHops: hops must be 0 or the number of your proxies.');
  if (hops === 0) return demand(socketAddress, 'ipFromHops: the socket has no address.');
  const entries = request.headers.get('x-forwarded-for')?.split(',') ?? [];
  return demand(
    entries[entries.length - hops],
    `ipFromHops: X-Forwarded-For does not hold an address ${hops} from its end. Count the proxies again, and let nobody past them.`,
  );
};

/**
 * The address that Fly Proxy was reached from (fly.io/docs/networking/request-headers). Right only on Fly.io, without another
 * proxy or CDN in front: then it is that one's. Other Fly apps reach this one past the proxy, over the private network; serve
 * this route on the public one only.
 */
export const flyClientIp = (request: Request): string =>
  demand(
    request.headers.get('fly-client-ip'),
    'flyClientIp: Fly-Client-IP is missing; is this server behind Fly Proxy?',
  );

/**
 * The address that Cloudflare was reached from (developers.cloudflare.com/fundamentals/reference/http-headers). Right only
 * where nobody reaches the server past Cloudflare: a Worker, a tunnel, authenticated origin pulls, or a firewall that lets only
 * Cloudflare in, and only your own zone.
 */
export const cloudflareClientIp = (request: Request): string =>
  demand(
    request.headers.get('cf-connecting-ip'),
    'cloudflareClientIp: CF-Connecting-IP is missing; is this server behind Cloudflare?',
  );

/**
 * The address that Vercel was reached from (vercel.com/docs/headers/request-headers), which overwrites what a visitor sends.
 * Right only on Vercel; behind another proxy it is that one's address.
 */
export const vercelClientIp = (request: Request): string =>
  demand(
    request.headers.get('x-vercel-forwarded-for'),
    'vercelClientIp: x-vercel-forwarded-for is missing; does this run on Vercel?',
  );

/** The part of an address that one visitor has: all of IPv4, the first 64 bits of IPv6 (RFC 6177), where the rest is theirs to choose. */
export const siteOf = (address: string): string => {
  if (!address.includes(':')) return address;
  const [head = '', tail] = address.toLowerCase().split('::');
  const groups = head === '' ? [] : head.split(':');
  const rest = tail === undefined || tail === '' ? [] : tail.split(':');
  const zeros =
    tail === undefined ? [] : Array.from({ length: Math.max(8 - groups.length - rest.length, 0) }, () => '0');
  return [...groups, ...zeros, ...rest]
    .slice(0, 4)
    .map((group) => group.replace(/^0+(?=.)/, ''))
    .join(':');
};
