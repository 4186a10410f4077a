/** An error on its way between processes, which keeps the text of an error but not its class. */

export interface Failure {
  /** What it is told apart by: its name, `InputError`, or what the child calls it. */
  kind: string;
  message: string;
  stack?: string | undefined;
}

export type KindOf = (error: Error) => string;

export function failureOf(thrown: unknown, kindOf: KindOf = ({ name }) => name): Failure {
  const error = thrown instanceof Error ? thrown : new Error(String(thrown));
  return { kind: kindOf(error), message: error.message, stack: error.stack };
}

/** What a method threw in the child, with the message and the stack that it had there. */
export class CallError extends Error {
  override readonly name = 'CallError';
  /** The error's name in the child, or what the child's `kindOf` said. */
  readonly kind: string;
  constructor({ kind, message, stack }: Failure) {
    super(message);
    this.kind = kind;
    if (stack !== undefined) this.stack = stack;
  }
}
