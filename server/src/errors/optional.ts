/** Packages that this one needs only where something is asked for. */
import { InputError } from '@onnoise/scheduler/rules';

/**
 * @param action the work that needs them, for the sentence
 * @param names of the packages
 * @param load imports them
 * @throws InputError with the line that installs them, where one is missing
 */
export async function loadOptional<T>(action: string, names: readonly string[], load: () => Promise<T>): Promise<T> {
  try {
    return await load();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ERR_MODULE_NOT_FOUND') throw error;
    const rule = `the packages ${names.join(' and ')} must be installed, received none`;
    throw new InputError(`Cannot ${action}: ${rule}. To install it: npm install ${names.join(' ')}`);
  }
}
