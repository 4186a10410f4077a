import { callerIn } from './caller.ts';

/**
 * A function that cannot be traced: a kernel without a row, a value that is not there yet, a form that ONNX does not
 * have. The message is a sentence that says what is wrong and, mostly, what to do.
 *
 * Errors that tfjs throws itself, for shapes that do not fit say, come through as they are, and so do those of the
 * function.
 */
export class TraceError extends Error {
  override readonly name = 'TraceError';
  /**
   * The kernel that was refused, as tfjs names it: `TopK`. Undefined where it was something else, such as an input's
   * name.
   */
  kernel: string | undefined;
  /**
   * The line of the traced function that asked for it, which the message ends with: `file:///home/me/model.ts:12:8`.
   * Undefined where no operator was asked for, and in a bundle.
   */
  line: string | undefined;

  /** Has the message end with the line of the function that asked for what is refused. */
  locate(): this {
    if (this.line !== undefined) return this;
    this.line = callerIn(this.stack);
    if (this.line !== undefined) this.message += ` It is asked for at ${this.line}.`;
    return this;
  }
}
