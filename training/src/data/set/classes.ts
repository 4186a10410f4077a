/**
 * Class names and numbers, from folder names or from the cells of a CSV column. Names are trimmed and in Unicode's
 * composed form (NFC), so that a name is the same class whatever system wrote it. They may hold blanks and commas.
 */

/** More values than this are not classes but something else: a measurement, or one folder per patient. */
export const MAX_CLASSES = 1000;

/** Up to this many numbers count as names of classes; more count as measurements. */
const FEW_NUMBERS = 20;

/** The form in which a name is compared, sorted and kept. */
export const className = (text: string): string => text.normalize('NFC').trim();

/** Names in a sentence, those with a comma in quotes: `cat, "bird, small", ...` after `most` of them. */
export function listClasses(names: readonly string[], most = names.length): string {
  const shown = names.slice(0, most).map((name) => (name.includes(',') ? JSON.stringify(name) : name));
  return [...shown, ...(names.length > most ? ['...'] : [])].join(', ');
}

/** Whether a name is a number: `12`, `-0.5`, `1e3`. */
const isNumber = (name: string): boolean => name !== '' && Number.isFinite(Number(name));

/**
 * Distinct names in order: by value when all are numbers; otherwise digits within a name count as numbers ("grade 9"
 * comes before "grade 10") and everything else sorts by UTF-16 code units, independent of the locale.
 */
export function sortedClasses(values: Iterable<string>): string[] {
  const distinct = [...new Set(Array.from(values, className))];
  const numeric = distinct.every(isNumber);
  return distinct.sort((a, b) => (numeric && Number(a) - Number(b)) || compareNatural(a, b));
}

function compareNatural(a: string, b: string): number {
  const parts = (text: string): string[] => text.match(/[0-9]+|[^0-9]+/g) ?? [];
  const [left, right] = [parts(a), parts(b)];
  for (let i = 0; i < Math.min(left.length, right.length); i++) {
    const order = compareParts(left[i]!, right[i]!);
    if (order !== 0) return order;
  }
  return left.length - right.length || compareText(a, b);
}

function compareParts(a: string, b: string): number {
  if (!/^[0-9]/.test(a) || !/^[0-9]/.test(b)) return compareText(a, b);
  const [x, y] = [a, b].map((digits) => digits.replace(/^0+/, '')) as [string, string];
  return x.length - y.length || compareText(x, y);
}

const compareText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

/**
 * Sentences about suspicious class names: those that differ only in letter case or in how a number is written, and
 * numbers that look measured.
 * @param source where the names come from, as `the column "male" of train.csv`
 * @param count of the images that have one of them
 */
export function notesOnClasses(source: string, names: readonly string[], count: number): string[] {
  const notes: string[] = [];
  const twins = new Map<string, string[]>();
  for (const name of names) {
    const key = isNumber(name) ? String(Number(name)) : name.toLowerCase();
    twins.set(key, [...(twins.get(key) ?? []), name]);
  }
  const alike = [...twins.values()].filter((group) => group.length > 1).map((group) => group.join(' and '));
  if (alike.length > 0) {
    const more = alike.length > 5 ? ', ...' : '';
    notes.push(`Classes that differ only in how they are written: ${alike.slice(0, 5).join(', ')}${more}.`);
  }
  if (looksMeasured(names)) {
    const each = Number((count / names.length).toPrecision(2));
    notes.push(
      `${source[0]!.toUpperCase()}${source.slice(1)} holds numbers: each of the ${names.length} becomes a class of its own, with ${each === 1 ? '1 image' : `${each} images`} on average. For fewer classes put the numbers into ranges first (0-60, 60-120, ...), or choose another column.`,
    );
  }
  return notes;
}

/** True for many numbers that are not simply 0, 1, 2, ... or 1, 2, 3, ... without a gap. */
function looksMeasured(names: readonly string[]): boolean {
  if (names.length <= FEW_NUMBERS || !names.every(isNumber)) return false;
  const values = names.map(Number).sort((a, b) => a - b);
  return values.some((value, i) => value !== values[0]! + i) || (values[0] !== 0 && values[0] !== 1);
}

/** Names of folders that hold a split of a set rather than a class. */
const SPLITS = new Set('train training test testing val valid validation dev eval evaluation holdout'.split(' '));

export interface FolderClasses {
  /** The class of every path; absent when the paths have none. */
  classes?: string[];
  /** Why existing sub-folders are not classes. */
  note?: string;
}

/**
 * The class folder of every path if each class has a folder: below the folders that all paths share, each path is in a
 * sub-folder, and there are at least two sub-folders.
 * `a/cat/1.png, a/dog/x/2.png` -> `cat, dog`.
 */
export function folderClasses(paths: string[]): FolderClasses {
  const parts = paths.map((path) => path.split('/'));
  let shared = 0;
  while (parts.every((p) => p.length > shared + 1 && p[shared] === parts[0]![shared])) shared++;
  const beside = parts.filter((p) => p.length <= shared + 1);
  if (beside.length === parts.length) return {};
  if (beside.length > 0) {
    const [first] = beside;
    const images = beside.length === 1 ? `the image ${first!.join('/')} lies` : `${beside.length} images lie`;
    return { note: `The sub-folders are not used as classes, since ${images} beside them.` };
  }
  const classes = parts.map((p) => className(p[shared]!));
  const distinct = new Set(classes);
  if (distinct.size === 1) return {};
  if (distinct.has('')) return { note: 'The sub-folders are not used as classes, since the name of one is blank.' };
  if ([...distinct].every((name) => SPLITS.has(name.toLowerCase()))) {
    const names = sortedClasses(distinct).join(' and ');
    return { note: `The sub-folders ${names} are read as parts of one set, not as classes.` };
  }
  return { classes };
}
