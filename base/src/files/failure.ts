/** A valid request that failed anyway, with a sentence for the user. */
export class Failure extends Error {
  override readonly name = 'Failure';

  /** Lines below the sentence. */
  readonly more: readonly string[];

  constructor(message: string, more: readonly string[] = []) {
    super(message);
    this.more = more;
  }
}

/** Work that was done, with a result that the user asked to be told of by the exit code. */
export class FailedCheck extends Error {
  override readonly name = 'FailedCheck';
}
