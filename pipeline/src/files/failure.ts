/** A valid request that failed all the same, in words for the user. */
export class Failure extends Error {
  override readonly name = 'Failure';

  /** Lines below the sentence. */
  readonly more: readonly string[];

  constructor(message: string, more: readonly string[] = []) {
    super(message);
    this.more = more;
  }
}
