/** Models as they are typed: a folder, or `name=folder`. */
import { basename, resolve } from 'node:path';
import { InputError } from '@onnoise/scheduler';

export interface NamedModel {
  name: string;
  folder: string;
}

/** A model that is not named goes by its folder's name. */
export function modelNameOf(folder: string): string {
  return basename(resolve(folder));
}

/** @throws InputError for an empty name or folder, and for two of one name. */
export function readModels(texts: readonly string[]): NamedModel[] {
  const models = texts.map((text) => {
    const [, name, folder] = /^([^=/\\]*)=(.*)$/.exec(text) ?? [undefined, modelNameOf(text), text];
    if (!name || !folder) {
      throw new InputError(`Cannot load models: --model must be a folder or name=folder, received "${text}".`);
    }
    return { name, folder };
  });
  for (const [i, { name }] of models.entries()) {
    if (models.findIndex((other) => other.name === name) < i) {
      throw new InputError(`Cannot load models: names of --model must differ, received "${name}" twice.`);
    }
  }
  return models;
}
