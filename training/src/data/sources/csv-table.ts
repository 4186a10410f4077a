/** The rows of a CSV, with commas, semicolons or tabs as delimiters and the column names in the first line. */
import { InputError } from '@onnoise/scheduler/rules';
import { CsvError, type Options, parse } from 'csv-parse/sync';
import { className } from '../set/classes.ts';
import { type ConditionColumn, idsOf, numberOf, reasonAgainst } from './condition-columns.ts';

export interface CsvRow {
  /** In the file, from 1. */
  line: number;
  id: string;
  /** Empty if the cell is empty; undefined without a label column. */
  label?: string;
  /** Empty if the cell is empty; undefined without a group column. */
  group?: string;
  /** One for each condition column. */
  conditions: number[];
  /** Why the row's numbers cannot be used, if so. */
  unusable?: string;
}

const DELIMITERS = [',', ';', '\t'];

/** What Excel writes and reads as a first line before the header. */
const SEPARATOR = /^sep=(.)\n/i;

const firstLine = (text: string) => (SEPARATOR.test(text) ? 2 : 1);

const PARSING = { trim: true, skip_empty_lines: true, record_delimiter: '\n' } as const satisfies Options;

/** Columns that are read beside the ids. */
export interface TableColumns {
  label?: string | undefined;
  group?: string | undefined;
  conditions?: readonly ConditionColumn[];
}

/**
 * Parses the column of ids and those that are named. Throws InputError when one is missing or there twice,
 * and when there are no rows.
 */
export function parseTable(
  raw: string,
  csv: string,
  { label: labelColumn, group: groupColumn, conditions: conditionColumns = [] }: TableColumns,
): CsvRow[] {
  const text = raw.replaceAll(/\r\n?/g, '\n'); // a file may mix line endings
  const needed = [
    'id',
    ...[labelColumn, groupColumn].filter((column) => column !== undefined),
    ...conditionColumns.map(({ column }) => column),
  ];
  const { delimiter, header } = readHeader(text, needed);
  const find = (name: string) => columnOf(name, header, csv);
  const [id, label, group, numbers] = [
    find(idsOf(header)),
    labelColumn && find(labelColumn),
    groupColumn && find(groupColumn),
    conditionColumns.map(({ column }) => find(column)),
  ];
  const records = parseRecords(text, csv, {
    delimiter,
    from_line: firstLine(text),
    info: true,
    from: 2,
  }) as unknown as {
    info: { lines: number };
    record: string[];
  }[];
  if (records.length === 0) {
    throw new InputError(`Cannot read the CSV: ${csv} must have rows, received a header alone.`);
  }
  return records.map(({ info: { lines: line }, record }) => {
    const cells = numbers.map((at) => record[at]!);
    const unusable = cells.flatMap((cell, k) => reasonAgainst(cell, line, conditionColumns[k]!) ?? [])[0];
    return {
      line,
      id: record[id]!.normalize('NFC'),
      ...(typeof label === 'number' && { label: className(record[label]!) }),
      ...(typeof group === 'number' && { group: record[group]!.normalize('NFC') }),
      conditions: cells.map((cell) => numberOf(cell) ?? Number.NaN),
      ...(unusable !== undefined && { unusable }),
    };
  });
}

/** Chooses the delimiter that finds the needed columns; if several or none do, the one that gives most columns. */
function readHeader(text: string, needed: string[]): { delimiter: string; header: string[] } {
  const named = SEPARATOR.exec(text)?.[1];
  const headers = (named === undefined ? DELIMITERS : [named]).map((delimiter) => {
    const header = firstRecord(text, delimiter);
    return {
      delimiter,
      header,
      found: needed.filter((name) => header.includes(name === 'id' ? idsOf(header) : name)).length,
    };
  });
  return headers.sort((a, b) => b.found - a.found || b.header.length - a.header.length)[0]!;
}

/** Empty if the quotes are invalid with this delimiter. */
function firstRecord(text: string, delimiter: string): string[] {
  try {
    const [record = []] = parse(text, { ...PARSING, delimiter, from_line: firstLine(text), to: 1 }) as string[][];
    return record;
  } catch {
    return [];
  }
}

function columnOf(name: string, header: string[], csv: string): number {
  const count = header.filter((column) => column === name).length;
  if (count === 1) return header.indexOf(name);
  const received = header.length > 0 ? `the columns ${header.join(', ')}` : 'no columns';
  const rule = count === 0 ? 'have a column' : 'have one column';
  throw new InputError(`Cannot read the CSV: ${csv} must ${rule} "${name}", received ${received}.`);
}

function parseRecords(text: string, csv: string, options: Options): unknown[] {
  try {
    return parse(text, { ...PARSING, ...options });
  } catch (error) {
    if (!(error instanceof CsvError)) throw error;
    throw new InputError(
      `Cannot read the CSV: ${csv} must have a header and rows of as many cells, received another: ${error.message}.`,
    );
  }
}
