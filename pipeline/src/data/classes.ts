/** Class names and numbers, from folder names or from the cells of a CSV column. */

/** More classes than this are taken for something else: a measurement, or one folder a patient. */
export const MAX_CLASSES = 1000;

/** Distinct values in order: by number when all are numbers, otherwise by UTF-16 code units. */
export function sortedClasses(values: Iterable<string>): string[] {
  const distinct = [...new Set(values)];
  const numeric = distinct.every((value) => value.trim() !== '' && Number.isFinite(Number(value)));
  return distinct.sort((a, b) => (numeric && Number(a) !== Number(b) ? Number(a) - Number(b) : a < b ? -1 : 1));
}

/**
 * The class folder of every path, when the paths are laid out as one folder a class: below the folders that all share, each
 * is in a sub-folder, and there are two sub-folders or more. Otherwise undefined.
 * `a/cat/1.png, a/dog/x/2.png` -> `cat, dog`.
 */
export function folderClasses(paths: string[]): string[] | undefined {
  const parts = paths.map((path) => path.split('/'));
  let shared = 0;
  while (parts.every((p) => p.length > shared + 1 && p[shared] === parts[0]![shared])) shared++;
  if (parts.some((p) => p.length <= shared + 1)) return undefined;
  const classes = parts.map((p) => p[shared]!);
  return new Set(classes).size > 1 ? classes : undefined;
}
