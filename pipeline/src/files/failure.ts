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
