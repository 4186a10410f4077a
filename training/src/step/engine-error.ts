/** The end of an engine that is no bug of this program: a native library crashed, or memory ran out. */
export class EngineError extends Error {
  override readonly name = 'EngineError';
  /** What else to do, as a sentence's end after "continue with --resume". */
  readonly advice: string;
  constructor(message: string, advice = '') {
    super(message);
    this.advice = advice;
  }
}
