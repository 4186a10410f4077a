/** Reads JSON as Python writes it, which may hold -Infinity where a bound is off. */
import { readFile } from 'node:fs/promises';
import { InputError, object } from '@onnoise/scheduler/rules';

/** @throws InputError for a file that is not a JSON object */
export async function readJsonObject(path: string): Promise<Record<string, unknown>> {
  const text = await readFile(path, 'utf8');
  let json: unknown;
  try {
    json = JSON.parse(text.replace(/(:\s*)-Infinity\b/g, '$1null'));
  } catch (error) {
    throw new InputError(`Cannot read ${path}: it must be JSON, received "${(error as Error).message}".`);
  }
  if (object.holds(json)) return json;
  throw new InputError(`Cannot read ${path}: it must be a JSON object, received ${text.slice(0, 40)}.`);
}

/** Runs `work`; the sentence of an InputError then ends with the file that it is about. */
export function within<T>(path: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (error instanceof InputError) throw new InputError(`${error.message} (${path})`, { cause: error });
    throw error;
  }
}
