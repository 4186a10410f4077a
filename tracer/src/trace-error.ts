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
}
