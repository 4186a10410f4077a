/**
 * The one place where an error becomes a message and an exit code.
 *
 * | exit code | when                        | standard error |
 * |-----------|-----------------------------|----------------|
 * | 1         | a bug                       | the stack      |
 * | 1         | work that failed            | what and why   |
 * | 1         | a file system that refuses  | which, and why |
 * | 2         | a mistake of the user       | one sentence   |
 * | 3         | a check that was asked for  | which, and why |
 * | 130       | Ctrl-C                      | `Interrupted.` |
 */
import { InputError } from '@onnoise/scheduler/rules';
import { diskReason } from '../files/disk-errors.ts';
import { FailedCheck, Failure } from '../files/failure.ts';
import { oneLine } from '../text/format.ts';
import { INTERRUPTED, isAbort } from './interrupt.ts';
import { isVerbose } from './voice.ts';

export { FailedCheck, Failure };

const FAILED_CHECK = 3;

/** Prints an error according to the table, and returns the exit code. */
export function exitCodeOf(error: unknown): number {
  if (isAbort(error)) {
    sayError('Interrupted.');
    return INTERRUPTED;
  }
  if (error instanceof InputError) {
    sayError(oneLine(error.message));
    return 2;
  }
  if (error instanceof Failure) {
    sayError([error.message, ...error.more].map(oneLine).join('\n'));
    return 1;
  }
  if (error instanceof FailedCheck) {
    sayError(oneLine(error.message));
    return FAILED_CHECK;
  }
  const reason = diskReason(error);
  if (reason !== undefined && !isVerbose()) {
    sayError(oneLine(`Cannot continue: ${reason} (${(error as Error).message}).`));
    return 1;
  }
  sayError(error instanceof Error ? (error.stack ?? error.message) : String(error));
  return 1;
}

export function sayError(text: string): void {
  process.stderr.write(`${text}\n`);
}
