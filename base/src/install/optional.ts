/** Packages that only some commands need: one who only trains installs no server and no queue. */
import { InputError } from '@onnoise/scheduler/rules';
import { installLine } from './install-line.ts';
import { installedVersion } from './installed-version.ts';

/** What a command needs that talks to the queue. */
export const QUEUE_PACKAGES = ['bullmq', 'ioredis'] as const;

/**
 * @param action the work that needs them, for the sentence
 * @param names of the packages
 * @param load imports what imports them
 * @param words of the command to run again, for npx
 * @throws InputError with the line that installs them, where one is missing
 */
export async function loadOptional<T>(
  action: string,
  names: readonly string[],
  load: () => Promise<T>,
  words: readonly string[] = [],
): Promise<T> {
  try {
    return await load();
  } catch (error) {
    const missing = names.find((name) => installedVersion(name) === undefined);
    if (missing === undefined || (error as NodeJS.ErrnoException).code !== 'ERR_MODULE_NOT_FOUND') throw error;
    throw new InputError(
      `Cannot ${action}: the package ${missing} must be installed, received none. To install it: ${installLine(names, { words })}`,
    );
  }
}
