/** Names of the classes in a model folder. */
import { refuse } from '../rules/errors.ts';

/**
 * One per class, from `id2label` in model_index.json, in the form of diffusers' DiTPipeline (`{"0": "cat", "1": "dog"}`);
 * undefined if that does not name all classes.
 * @throws InputError for an `id2label` that is not an object of texts.
 */
export function classNamesOf(index: Readonly<Record<string, unknown>>, classes: number): string[] | undefined {
  const { id2label = null } = index;
  const isMap = id2label === null || (typeof id2label === 'object' && !Array.isArray(id2label));
  if (!isMap || !Object.values(id2label ?? {}).every((name) => typeof name === 'string')) {
    refuse('load the model', 'id2label of model_index.json', 'an object with a name for each class', id2label);
  }
  if (classes === 0) return undefined;
  const map = (id2label ?? {}) as Record<string, string>;
  const named = Array.from({ length: classes }, (_, label) => map[label]);
  const isWhole = Object.keys(map).length === classes && named.every((name) => name !== undefined);
  return isWhole ? (named as string[]) : undefined;
}
