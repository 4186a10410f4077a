/** The CSV columns whose numbers a model is conditional on: their list, their names in a model, and their cells. */
import { check, type Rule, refuse, rule } from '@onnoise/scheduler';

export interface ConditionColumn {
  /** As in the header. */
  column: string;
  /** In the model and when sampling: `Bone age (m)` is `bone_age_m`. */
  name: string;
}

/**
 * Reads `age,weight`.
 * @throws InputError for the ids, a name without a letter or digit, and two columns of one name.
 */
export function conditionColumns(list: string | undefined): ConditionColumn[] {
  const columns = list === undefined ? [] : list.split(',').map((column) => column.trim());
  const known = new Map<string, string>();
  return columns.map((column) => {
    const refuseColumn = (words: string): never => refuse('prepare images', '--condition-columns', words, list);
    if (column === 'id') return refuseColumn('columns other than the ids');
    const name = folded(column);
    if (name === '') return refuseColumn('column names of letters or digits, separated by commas');
    const other = known.get(name);
    if (other !== undefined)
      return refuseColumn(`different columns, and ${name} is the name of both ${other} and ${column}`);
    known.set(name, column);
    return { column, name };
  });
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

const NUMBER: Rule<string> = rule(
  'a number such as 12.5, at most 1e15 from 0',
  (cell) => /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(cell as string) && Math.abs(Number(cell)) <= LARGEST,
);

/** The number of a cell. @param where the cell is, as `boneage on line 7 of train.csv`. @throws InputError for any other text. */
export const numberOfCell = (cell: string, where: string): number => Number(check('read the CSV', where, NUMBER, cell));
