// What may stand in a request's body and query, read strictly, and how an error is answered.
// Knows shapes and the form of an error; does not know routes.
import type { Context } from 'hono';
import * as z from 'zod/mini';
import { OutOfRange } from './quote.ts';
import { Refusal } from './refusal.ts';

/** Coinbase's page keys are base64 of its own, the kit's are references; anything else is nobody's. */
const pageKey = z.optional(z.string().check(z.regex(/^[A-Za-z0-9+/=_-]{1,512}$/)));

/** An ISO date, or RFC 3339. */
const date = z.optional(
  z.string().check(
    z.regex(/^\d{4}-\d\d-\d\d(T\d\d:\d\d:\d\d(\.\d{1,9})?(Z|[+-]\d\d:\d\d))?$/),
    z.refine((value) => !Number.isNaN(Date.parse(value))),
  ),
);

/** `GET …/options`. */
export const placeQuery = z.object({
  country: z.string().check(z.regex(/^[A-Z]{2}$/)),
  subdivision: z.optional(z.string().check(z.regex(/^[A-Z0-9]{1,3}$/))),
});
/** `GET …/sales` and `GET …/sales/:ref`. */
export const pageQuery = z.object({ page_key: pageKey });
/** `GET …/transactions`. */
export const periodQuery = z.object({ from: date, to: date, page_key: pageKey });

const check = <T extends z.ZodMiniType>(value: unknown, shape: T, whole: string): z.infer<T> => {
  const result = shape.safeParse(value);
  if (result.success) return result.data;
  const field = result.error.issues[0]?.path.join('.');
  throw new Refusal(
    400,
    'bad-request',
    field ? `The field ${field} is missing or wrong.` : `The ${whole} is not right.`,
  );
};

/** The body as JSON of a shape. @throws Refusal 400 that names the first wrong field. */
export const read = async <T extends z.ZodMiniType>(c: Context, shape: T): Promise<z.infer<T>> =>
  check(await c.req.json().catch(() => undefined), shape, 'body');

/** The query as a shape. @throws Refusal 400 that names the first wrong field. */
export const readQuery = <T extends z.ZodMiniType>(c: Context, shape: T): z.infer<T> =>
  check(c.req.query(), shape, 'query');

/** What a caller is told where a hook, the store or the key failed. */
export const OWN_PROBLEM = { code: 'server-error', message: 'The server met a problem of its own.' };

/** Every error as `{ code, message }`; what is the server's own trouble is told to the operator only. */
export const answer = (error: Error, c: Context): Response => {
  if (error instanceof Refusal) {
    if (error.retryAfter !== undefined) c.header('Retry-After', `${error.retryAfter}`);
    const { code, message, status } = error;
    const limits = error instanceof OutOfRange ? error.limits : undefined;
    return c.json({ code, message, ...(limits && { limits }) }, status);
  }
  console.error(error);
  return c.json(OWN_PROBLEM, 500);
};
