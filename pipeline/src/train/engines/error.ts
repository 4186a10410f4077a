/** What ends an engine and is no bug of this program: a crash of a native library, memory that does not suffice. */
export class EngineError extends Error {
  override readonly name = 'EngineError';
  /** What to do besides continuing, as the end of a sentence. */
  readonly advice: string;
  constructor(message: string, advice = '') {
    super(message);
    this.advice = advice;
  }
}
