/** Names of models for requests. */
import { basename, resolve } from 'node:path';
import { InputError, refuse } from '@onnoise/scheduler/rules';

const NAME = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/;

/**
 * Folders by name. A folder without a name is called after its last part: `['models/digits', 'faces=models/celeba']`
 * gives digits and faces.
 * @throws InputError for no models, a name that is not of letters, digits and `._-`, and a name given twice.
 */
export function nameModels(
  action: string,
  models: readonly string[] | Readonly<Record<string, string>>,
): Record<string, string> {
  if (typeof models !== 'object' || models === null) {
    refuse(action, 'models', 'an array of folders, or folders by name', models);
  }
  const entries = Array.isArray(models) ? models.map(readName) : Object.entries(models);
  if (entries.length === 0)
    throw new InputError(`Cannot ${action}: models must name at least one folder, received none.`);
  const named: Record<string, string> = {};
  for (const [name, folder] of entries) {
    if (!NAME.test(name)) refuse(action, 'the name of a model', 'up to 64 letters, digits and ._-', name);
    if (folder === '') refuse(action, `the folder of ${name}`, 'a path', folder);
    if (Object.hasOwn(named, name)) {
      throw new InputError(
        `Cannot ${action}: names of models must differ, received ${name} twice (name=folder names one).`,
      );
    }
    named[name] = folder;
  }
  return named;
}

function readName(text: string): [name: string, folder: string] {
  const [, name, folder] = /^([^=/\\]*)=(.*)$/.exec(text) ?? [undefined, basename(resolve(text)), text];
  return [name!, folder!];
}
