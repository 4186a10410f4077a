/**
 * The one place where an error becomes a message and an exit code.
 *
 * | exit code | when                        | standard error |
 * |-----------|-----------------------------|----------------|
 * | 1         | a bug                       | the stack      |
 * | 1         | work that failed            | what and why   |
 * | 2         | a mistake of the user       | one sentence   |
 * | 130       | Ctrl-C                      | `Interrupted.` |
 */
import { InputError } from '@onnoise/scheduler';
import { INTERRUPTED, isAbort } from './interrupt.ts';

/** Work that was asked for rightly and failed all the same, in words for whoever asked. */
export class Failure extends Error {
  override readonly name = 'Failure';
}

/** Prints an error as the table says and returns the exit code. */
export function exitCodeOf(error: unknown): number {
  if (isAbort(error)) {
    sayError('Interrupted.');
    return INTERRUPTED;
  }
  if (error instanceof InputError) {
    sayError(error.message);
    return 2;
  }
  if (error instanceof Failure) {
    sayError(error.message);
    return 1;
  }
  sayError(error instanceof Error ? (error.stack ?? error.message) : String(error));
  return 1;
}

export function sayError(text: string): void {
  process.stderr.write(`${text}\n`);
}
