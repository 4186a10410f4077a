import { callerIn } from './caller.ts';
import { currentPart } from './part.ts';

/**
 * A function or a model that cannot be traced: a kernel without a row, a value that is not there yet, a form that ONNX does
 * not have. The message is a sentence that says what is wrong and, mostly, what to do.
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
   * The line of the traced function, or of a layer of one's own, that asked for it, which the message ends with:
   * `file:///home/me/model.ts:12:8`. Undefined where no operator was asked for, and in a bundle.
   */
  line: string | undefined;
  /** The part of the model that asked for it: `the layer conv1 (Conv2D)`. Undefined in a function. */
  part: string | undefined;

  /** Has the message end with the line of the function, or the part of the model, that asked for what is refused. */
  locate(): this {
    if (this.line !== undefined || this.part !== undefined) return this;
    this.line = callerIn(this.stack);
    this.part = currentPart();
    const places = [
      this.line === undefined ? '' : ` at ${this.line}`,
      this.part === undefined ? '' : ` by ${this.part}`,
    ];
    const asked = places.filter((place) => place !== '').join(',');
    if (asked !== '') this.message += ` It is asked for${asked}.`;
    return this;
  }
}
