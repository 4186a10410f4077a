/**
 * Handles standard output and error that close or fill up: a reader that stops (`| head -1`) must not stop the work.
 */
import { diskReason } from '../files/disk-errors.ts';
import { sayError } from './errors.ts';

const GONE = ['EPIPE', 'ERR_STREAM_DESTROYED'];

/** For the life of the program. */
export function guardStreams(): void {
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (GONE.includes(error.code ?? '')) return;
    sayError(`Cannot write to standard output: ${diskReason(error) ?? error.message}.`);
    process.exit(1);
  });
  // There is nowhere left to report it.
  process.stderr.on('error', () => {});
}
