/** An error on its way between processes: IPC keeps an error's text but not its class. */

export interface Failure {
  /** Tells errors apart: the error's name, such as `InputError`, or what the child's `kindOf` calls it. */
  kind: string;
  message: string;
  stack?: string | undefined;
}

export type KindOf = (error: Error) => string;

export function failureOf(thrown: unknown, kindOf: KindOf = ({ name }) => name): Failure {
  const error = thrown instanceof Error ? thrown : new Error(String(thrown));
  return { kind: kindOf(error), message: error.message, stack: error.stack };
}

/** An error that a method threw in the child, with its message and stack. */
export class CallError extends Error {
  override readonly name = 'CallError';
  /** The error's name in the child, or the result of the child's `kindOf`. */
  readonly kind: string;
  constructor({ kind, message, stack }: Failure) {
    super(message);
    this.kind = kind;
    if (stack !== undefined) this.stack = stack;
  }
}
