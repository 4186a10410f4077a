/** nginx's status for a request whose client did not wait for the answer. */
export const CLIENT_GONE = 499;

/** Why the server refuses a request, or failed at it. */
export class Refusal extends Error {
  override readonly name = 'Refusal';
  readonly statusCode: number;
  /** An error code for programs. */
  readonly code: string;
  /** The wrong field. */
  readonly param: string | null;
  /** Seconds. */
  readonly retryAfter: number | undefined;
  /** The methods that the address takes. */
  readonly allow: string | undefined;

  constructor(
    statusCode: number,
    code: string,
    message: string,
    { param = null, retryAfter, allow }: { param?: string | null; retryAfter?: number; allow?: string } = {},
  ) {
    super(message);
    this.statusCode = statusCode;
    this.code = code;
    this.param = param;
    this.retryAfter = retryAfter;
    this.allow = allow;
  }
}
