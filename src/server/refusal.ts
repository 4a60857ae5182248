// An answer that is not the one asked for: a status, a stable code, one plain sentence.
// Knows what a caller may be told; never holds an upstream body, a token, a key or a full URL.
import type { ContentfulStatusCode } from 'hono/utils/http-status';

/** Thrown anywhere in the kit, answered as `{ code, message }` with its status. */
export class Refusal extends Error {
  readonly status: ContentfulStatusCode;
  readonly code: string;
  /** Seconds, for `Retry-After`. */
  readonly retryAfter: number | undefined;

  constructor(status: ContentfulStatusCode, code: string, message: string, retryAfter?: number) {
    super(message);
    this.name = 'Refusal';
    this.status = status;
    this.code = code;
    this.retryAfter = retryAfter;
  }
}
