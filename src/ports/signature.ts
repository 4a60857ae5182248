// The signature on an instruction, verified by the browser's own cryptography. Knows detached JWS (RFC 7515, appendix F) and the
// keys a page pins; does not know claims or orders.
import { OfframpError } from '../errors.ts';
import { type PublicKey, readKeys, unsigned } from '../instruction-key.ts';
import { instructionText } from '../instruction-text.ts';
import type { Signature } from '../ports.ts';

/** Taken when this module is loaded: a script that patches them later changes nothing here. Absent where a page is not secure. */
const subtle = globalThis.crypto?.subtle;
const importKey = subtle?.importKey.bind(subtle);
const verify = subtle?.verify.bind(subtle);

const wrong = (message: string, details: { advice?: string; cause?: unknown } = {}): OfframpError =>
  new OfframpError('instruction-invalid', { message, ...details });

const encode = (text: string): Uint8Array<ArrayBuffer> => new TextEncoder().encode(text);

const toBase64Url = (bytes: Uint8Array): string =>
  btoa(String.fromCharCode(...bytes)).replace(/[+/=]/g, (letter) => ({ '+': '-', '/': '_' })[letter] ?? '');

const fromBase64Url = (text: string): Uint8Array<ArrayBuffer> =>
  Uint8Array.from(atob(text.replaceAll('-', '+').replaceAll('_', '/')), (letter) => letter.charCodeAt(0));

/** The algorithm is the key's. What a header says of it must agree, and decides nothing: `none` and HS256 agree with no key. */
const KINDS = {
  EC: { names: ['ES256'], key: { name: 'ECDSA', namedCurve: 'P-256' }, use: { name: 'ECDSA', hash: 'SHA-256' } },
  OKP: { names: ['EdDSA', 'Ed25519'], key: { name: 'Ed25519' }, use: { name: 'Ed25519' } },
} as const;

const load = async (key: PublicKey): Promise<CryptoKey> => {
  if (!importKey) {
    throw wrong('This page cannot verify the site’s instructions, because it is not secure.', {
      advice: 'Open it by an address that begins with https.',
    });
  }
  // Only what the key is: engines differ in what else of a JWK they take offence at.
  const { kty, crv, x } = key;
  const jwk = { kty, crv, x, ...(key.kty === 'EC' ? { y: key.y } : {}) };
  try {
    return await importKey('jwk', jwk, KINDS[kty].key, false, ['verify']);
  } catch (cause) {
    // Chromium before 137 and Firefox before 129 have no Ed25519; a point off its curve is no key either.
    const isUnknown = cause instanceof DOMException && cause.name === 'NotSupportedError';
    throw isUnknown
      ? wrong('This browser cannot verify the site’s instructions.', { advice: 'Update it, then try again.', cause })
      : wrong('The instruction-key of this button is not a public key.', { cause });
  }
};

/** The parts of a detached JWS: header, nothing, signature. */
const read = (jws: string): { head: string; header: Record<string, unknown>; mark: Uint8Array<ArrayBuffer> } => {
  try {
    const [, head = '', mark = ''] = /^([\w-]+)\.\.([\w-]+)$/.exec(jws) ?? [];
    const header: unknown = JSON.parse(new TextDecoder().decode(fromBase64Url(head)));
    if (typeof header === 'object' && header !== null)
      return { head, header: { ...header }, mark: fromBase64Url(mark) };
  } catch {
    // Not one: falls through to the error below.
  }
  throw wrong('The signature of the site’s instructions is not one.');
};

export const createSignature = (): Signature => ({
  canVerify: async (pinned) => void (await Promise.all(readKeys(pinned).map(load))),

  verify: async (pinned, saleId, { instruction, signature }) => {
    const keys = readKeys(pinned);
    if (signature === undefined) throw unsigned();
    const { head, header, mark } = read(signature);
    const [only, ...others] = keys;
    // A name is needed where there is a choice (RFC 7515, section 4.1.4).
    const isNamed = others.length > 0 || (only?.kid !== undefined && header.kid !== undefined);
    const key = isNamed ? keys.find(({ kid }) => kid === header.kid) : only;
    if (!key) throw wrong('The site’s instructions are signed with a key that this page does not know.');
    const kind = KINDS[key.kty];
    const isKnown = kind.names.some((name) => name === header.alg) && !('crit' in header);
    if (!isKnown) throw wrong('The site’s instructions are signed in another way than their key allows.');
    if (header.saleId !== saleId) throw wrong('The site’s instructions are for another cash-out.');
    const text = encode(`${head}.${toBase64Url(encode(instructionText(instruction)))}`);
    const loaded = await load(key);
    if (!(await verify?.(kind.use, loaded, mark, text))) {
      throw wrong('The site’s instructions to send were changed on their way.');
    }
  },
});
