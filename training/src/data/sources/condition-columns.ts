/** The CSV columns whose numbers a model is conditional on: their list, their names in a model, and their cells. */
import { refuse } from '@onnoise/scheduler/rules';

export interface ConditionColumn {
  /** As in the header. */
  column: string;
  /** In the model and when sampling: `Bone age (m)` is `bone_age_m`. */
  name: string;
  /** The smallest and largest number to use: as given, or those of an age. */
  range?: Range;
}

interface Range {
  min: number;
  max: number;
}

/** Of people, in the unit that the column names: 125 years, and months where it names none. */
const AGES: readonly [RegExp, Range][] = [
  [/^(bone_?)?age_(y|yr|yrs|year|years)$/, { min: 0, max: 125 }],
  [/^(bone_?)?age_(d|day|days)$/, { min: 0, max: 46_000 }],
  [/^(bone_?)?age(_(m|mo|month|months))?$/, { min: 0, max: 1500 }],
];

const RANGE = /^(.*):([^:]+?)\.\.([^:]+)$/;

/**
 * Reads `age,weight`, and `age:0..240,weight` with a range of the numbers to use. Without one, an age has that of people.
 * @throws InputError for the ids, a name without a letter or digit, two columns of one name, and a range without numbers.
 */
export function conditionColumns(list: string | undefined): ConditionColumn[] {
  const columns = list === undefined ? [] : list.split(',').map((column) => column.trim());
  const known = new Map<string, string>();
  return columns.map((text) => {
    const refuseColumn = (words: string): never => refuse('prepare images', '--condition-columns', words, list);
    const [, named, from, to] = RANGE.exec(text) ?? [];
    const column = (named ?? text).trim();
    if (namesIds(column)) return refuseColumn('columns other than the ids');
    const name = folded(column);
    if (name === '') return refuseColumn('column names of letters or digits, separated by commas');
    const other = known.get(name);
    if (other !== undefined)
      return refuseColumn(`different columns, and ${name} is the name of both ${other} and ${column}`);
    known.set(name, column);
    if (from === undefined || to === undefined) {
      const range = AGES.find(([pattern]) => pattern.test(name))?.[1];
      return { column, name, ...(range && { range }) };
    }
    const [min, max] = [numberOf(from.trim()), numberOf(to.trim())];
    if (min === undefined || max === undefined || min > max) {
      return refuseColumn('columns with ranges from a smaller to a larger number, such as age:0..240');
    }
    return { column, name, range: { min, max } };
  });
}

/** Names of the column of ids, the likeliest first: also those of Kaggle's and NIH's tables, as `Image Index`. */
const IDS: readonly string[] = ['id', 'image_id', 'image_index'];

/** Whether a column of this name has the ids, or could. */
export const namesIds = (column: string): boolean => IDS.includes(folded(column));

/** The name of the column of ids; `id` where there is none. */
export function idsOf(header: readonly string[]): string {
  if (header.includes('id')) return 'id';
  return IDS.flatMap((id) => header.filter((column) => folded(column) === id))[0] ?? 'id';
}

/** Of [a-z0-9_]: without accents, other characters as one "_". */
const folded = (column: string): string =>
  column
    .normalize('NFKD')
    .replace(/\p{Mn}/gu, '')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '_')
    .replace(/^_|_$/g, '');

/** Far beyond measurements, and their squares still have finite sums. */
const LARGEST = 1e15;

/** The number that a cell holds, such as 12.5, at most 1e15 from 0; undefined for any other text. */
export function numberOf(cell: string): number | undefined {
  const value = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(cell) ? Number(cell) : Number.NaN;
  return Math.abs(value) <= LARGEST ? value : undefined;
}

/** Why a cell cannot be used, without repeating it; undefined if it can. */
export function reasonAgainst(cell: string, line: number, { column, range }: ConditionColumn): string | undefined {
  const value = numberOf(cell);
  if (cell === '') return `line ${line} has no ${column}`;
  if (value === undefined) return `line ${line} has no number such as 12.5 in ${column}`;
  if (range && (value < range.min || value > range.max)) {
    return `${column} ${value} on line ${line} is outside ${range.min} to ${range.max} (${column}:from..to sets another range)`;
  }
  return undefined;
}
