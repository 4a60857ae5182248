// Everything that crosses a border, checked and brought to one shape. Knows JSON from outside; does not know what it is for.
import * as z from 'zod/mini';
import { allAssets } from './assets.ts';
import { errorTable, type OfframpErrorCode } from './errors.ts';
import { stageNames } from './stages.ts';

/**
 * A text of so many letters. Not by zod's own checks of length (4.6): those look at everything that has a `length`, text or not,
 * and throw where it cannot be compared.
 */
export const text = (max: number, min = 0) =>
  z.string().check(z.refine((value) => value.length >= min && value.length <= max));

/** Nothing that is read here is nested as deep. */
const DEEPEST = 10;

/**
 * JSON without what a page may have put on every object, so that an absent field is absent.
 * @returns copies of its objects, without a prototype; `undefined` in place of what is nested too deep.
 */
export const bare = <T>(value: T, left = DEEPEST): T => {
  if (typeof value !== 'object' || value === null) return value;
  if (left === 0) return undefined as T;
  if (Array.isArray(value)) return value.map((inner) => bare(inner, left - 1)) as T;
  const own = Object.entries(value).map(([key, inner]) => [key, bare(inner, left - 1)]);
  return Object.setPrototypeOf(Object.fromEntries(own), null);
};

/** What a schema makes of a value's own fields; `undefined` where it is something else. */
export const readAs = <T extends z.ZodMiniType>(schema: T, value: unknown): z.infer<T> | undefined =>
  bare(schema.safeParse(bare(value)).data);

/** An EVM address, any letter case; checksums are looked at where money is (`order.ts`). */
export const address = z.string().check(z.regex(/^0x[0-9a-fA-F]{40}$/));

/** A transaction hash: 32 bytes. Anything else a wallet returns is not one. */
export const txHash = z.string().check(z.regex(/^0x[0-9a-fA-F]{64}$/));

const identifier = z.string().check(z.regex(/^[A-Za-z0-9_-]{1,128}$/));

/** An absolute http(s) address or a path; resolved against the token endpoint by the backend door. */
const link = text(2048, 1);

/** RFC 3339, with its zone: a server's time without one is another time on every machine. */
const instant = text(40).check(
  z.regex(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/i),
  z.refine((value) => !Number.isNaN(Date.parse(value))),
);

/** Milliseconds since the epoch that a `Date` can hold (ECMA-262, time values); every other one throws where it is written out. */
const moment = z.number().check(z.refine((value) => Math.abs(value) <= 8.64e15));

/** Not by zod's own integers: their code weighs half a kilobyte. */
const integer = (least: number) => z.number().check(z.refine((value) => Number.isSafeInteger(value) && value >= least));

/** `POST <token-endpoint>`, the request's body. `proof` is an EIP-4361 message and its signature, where the backend asks for one. */
export const tokenRequest = z.object({
  saleId: identifier,
  address,
  asset: text(20),
  network: text(40),
  redirectUrl: link,
  proof: z.optional(z.object({ message: text(4096, 1), signature: text(1024, 1) })),
});

/** `POST <token-endpoint>` → what opens Coinbase's window. Coinbase's own answer passes too. */
export const tokenAnswer = z.object({
  token: text(4096, 1),
  partnerUserRef: z.optional(z.string().check(z.regex(/^[A-Za-z0-9_-]{1,49}$/))),
  statusUrl: z.optional(link),
  claimUrl: z.optional(link),
  eventsUrl: z.optional(link),
  now: z.optional(instant),
});
export type TokenAnswer = z.infer<typeof tokenAnswer>;

/** A decimal string and its currency, as Coinbase gives amounts. Some answers leave parts out. */
const money = z.object({ value: text(80), currency: text(20) });

/** One record of Coinbase's list, snake_case; only `transaction_id` and `status` must be there. */
const record = z.object({
  transaction_id: text(128, 1),
  status: text(80),
  asset: z.optional(text(40)),
  network: z.optional(text(80)),
  sell_amount: z.optional(money),
  total: z.optional(money),
  from_address: z.optional(text(128)),
  to_address: z.optional(text(128)),
  tx_hash: z.optional(text(128)),
  payment_method: z.optional(text(60)),
  created_at: z.optional(text(40)),
  updated_at: z.optional(text(40)),
});
export type SaleRecord = z.infer<typeof record>;

const list = z.object({
  transactions: z.array(record),
  now: z.optional(instant),
});
export type SaleList = z.infer<typeof list>;

/** Proto enum numbers of the status, as an old demo of Coinbase's shows them. */
const NUMBERED = ['UNSPECIFIED', 'CREATED', 'EXPIRED', 'STARTED', 'SUCCESS', 'FAILED'];

const isPlain = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** camelCase → snake_case, own keys only, into an object without a prototype. The snake_case key wins. */
const snakeKeys = (value: unknown): unknown => {
  if (!isPlain(value)) return value;
  const out: Record<string, unknown> = Object.create(null);
  for (const [key, inner] of Object.entries(value)) {
    const snake = key.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
    if (snake === key || !(snake in value)) out[snake] = inner === null ? undefined : inner;
  }
  return out;
};

const tidyRecord = (value: unknown): unknown => {
  const row = snakeKeys(value);
  if (!isPlain(row)) return row;
  row.transaction_id ??= row.id;
  if (typeof row.status === 'number') row.status = NUMBERED[row.status] ?? `${row.status}`;
  if (typeof row.status === 'string') row.status = row.status.replace(/^TRANSACTION_STATUS_/, '');
  return row;
};

/**
 * Reads Coinbase's list of a reference's orders, snake_case or camelCase, `id` or `transaction_id`, status as word or number.
 * @returns the list with bare status words (`STARTED`), or `undefined` where it is none.
 */
export const parseList = (value: unknown): SaleList | undefined => {
  const body = snakeKeys(value);
  if (!isPlain(body) || !Array.isArray(body.transactions)) return undefined;
  return readAs(list, { ...body, transactions: body.transactions.slice(0, 1000).map(tidyRecord) });
};

/** A plain decimal, with no sign, exponent or separator. */
const decimal = z.string().check(z.regex(/^\d{1,30}(\.\d{1,36})?$/));
const currency = z.string().check(z.regex(/^[A-Z]{3}$/));

/**
 * `POST <quote-endpoint>`, the request's body. `amount` is crypto. `country` is ISO 3166-1, `subdivision` the part of ISO 3166-2
 * after the hyphen (the United States need one), `paymentMethod` Coinbase's name. A backend may know what is left out.
 */
export const quoteRequest = z.object({
  asset: text(20),
  network: text(40),
  amount: decimal,
  fiatCurrency: z.optional(currency),
  country: z.optional(z.string().check(z.regex(/^[A-Z]{2}$/))),
  subdivision: z.optional(z.string().check(z.regex(/^[A-Z0-9]{1,3}$/))),
  paymentMethod: z.optional(z.string().check(z.regex(/^[A-Z_]{2,40}$/))),
});
export type QuoteRequest = z.infer<typeof quoteRequest>;

const fiat = z.object({ value: decimal, currency });

/** The least and the most that one sale may bring before fees, in fiat. */
const limits = z.object({ min: z.optional(decimal), max: z.optional(decimal), currency });
export type QuoteLimits = z.infer<typeof limits>;

/**
 * `POST <quote-endpoint>` → an estimate. `fiat` is what is paid out, after `fee`. Its currency may be another than the wished one:
 * Coinbase answers in US dollars where it cannot pay in that.
 */
export const quoteAnswer = z.object({
  asset: text(20),
  network: text(40),
  amount: decimal,
  fiat,
  fee: fiat,
  paymentMethod: text(40),
  limits: z.optional(limits),
});
export type QuoteAnswer = z.infer<typeof quoteAnswer>;

/** A 422 `amount-out-of-range` of the quote endpoint also says what the range is, where Coinbase tells it. */
export const quoteRefusal = z.object({ code: text(60), message: text(400), limits: z.optional(limits) });

/** EIP-155. */
export const chainId = integer(1);

/** One transfer for one order. `units` are of the smallest unit. */
const transfer = {
  transactionId: text(128, 1),
  chainId,
  asset: text(20),
  token: z.nullable(address),
  to: address,
  from: address,
  amount: text(80),
  units: z.string().check(z.regex(/^[1-9]\d{0,77}$/)),
};

/** What a claim grants: the one transfer that may be made. */
export const instruction = z.object({ ...transfer, deadline: instant });
export type Instruction = z.infer<typeof instruction>;

/** `POST <claimUrl>`, the request's body. */
export const claimRequest = z.object({
  saleId: identifier,
  transactionId: text(128, 1),
  /** The browser that asks: one sale may be open on two devices, and then its id tells them not apart. */
  holder: z.optional(identifier),
});

/** `POST <claimUrl>` → the granted claim. */
export const claimAnswer = z.object({ instruction, signature: z.optional(text(8192)) });
export type ClaimAnswer = z.infer<typeof claimAnswer>;

/** `DELETE <claimUrl>`, the request's body, where there is one. */
export const claimRelease = z.object({ holder: z.optional(identifier) });

/** `PATCH <claimUrl>`, the request's body. */
export const claimReport = z.object({ txHash });

/** The return signal. It carries no money data: it means "look now" (rule 13). */
export const returnSignal = z.object({
  source: z.literal('offramp-button'),
  version: z.literal(1),
  type: z.literal('returned'),
  sale: identifier,
  nonce: identifier,
});
export type ReturnSignal = z.infer<typeof returnSignal>;

const stage = z.enum(stageNames);
/** Empty before there is one. */
const anyIdentifier = z.string().check(z.regex(/^[A-Za-z0-9_-]{0,128}$/));

const attempt = z.object({
  askedAt: z.number(),
  nonce: z.nullable(text(80)),
  block: z.nullable(text(80)),
  callsId: z.optional(text(8194)),
  isDeclined: z.optional(z.boolean()),
  isRepeat: z.optional(z.boolean()),
  placed: z.optional(text(80)),
});

const order = z.object({ ...transfer, network: text(40), deadline: moment });

const sale = z.object({
  revision: integer(0),
  stage,
  id: anyIdentifier,
  nonce: anyIdentifier,
  asset: text(20),
  network: text(40),
  amount: z.nullable(text(80)),
  from: z.nullable(address),
  presentation: z.enum(['popup', 'redirect']),
  partnerUserRef: z.nullable(text(64)),
  statusUrl: z.nullable(link),
  claimUrl: z.nullable(link),
  eventsUrl: z.nullable(link),
  startedAt: z.number(),
  openedAt: z.number(),
  skew: z.number(),
  returned: z.boolean(),
  pressed: z.boolean(),
  asked: z.boolean(),
  order: z.nullable(order),
  attempt: z.nullable(attempt),
  txHash: z.nullable(text(128)),
  status: z.nullable(text(80)),
  fiat: z.nullable(money),
  error: z.nullable(z.enum(Object.keys(errorTable) as OfframpErrorCode[])),
  fate: z.nullable(z.enum(['cancelled', 'replaced', 'reverted'])),
});

/** A stored sale. Another version's or a damaged one is none: nothing is sent on its word. */
export const parseSale = (value: unknown): z.infer<typeof sale> | undefined => {
  const data = readAs(sale, value);
  if (!data) return undefined;
  const needsOrder = ['ordered', 'sending', 'unsure', 'settling'].includes(data.stage);
  const isWhole = (!needsOrder || data.order) && (data.stage !== 'selling' || data.statusUrl);
  return isWhole ? data : undefined;
};

const claim = z.object({ saleId: identifier, attempt });

/** A stored claim. */
export const parseClaim = (value: unknown): z.infer<typeof claim> | undefined => readAs(claim, value);

/** The networks of the asset table, for checks of requests. */
export const knownNetworks: readonly string[] = [...new Set(allAssets().map(({ network }) => network))];
