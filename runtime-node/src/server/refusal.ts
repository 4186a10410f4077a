/** The status, of nginx's making, of a request whose client did not wait for the answer. */
export const CLIENT_GONE = 499;

/** Why a request is not answered with what was asked for. */
export class Refusal extends Error {
  override readonly name = 'Refusal';
  readonly statusCode: number;
  /** A word for programs. */
  readonly code: string;
  /** The field that is wrong. */
  readonly param: string | null;
  /** Seconds. */
  readonly retryAfter: number | undefined;

  constructor(
    statusCode: number,
    code: string,
    message: string,
    { param = null, retryAfter }: { param?: string | null; retryAfter?: number } = {},
  ) {
    super(message);
    this.statusCode = statusCode;
    this.code = code;
    this.param = param;
    this.retryAfter = retryAfter;
  }
}
