/** What the reports of a gate mean: green, green with flaky files, or red. */
import type { FileReport, RunReport } from './report.ts';

/** More flaky files than this in one run are a fault of their own. */
export const MOST_FLAKY = 3;

/** The last lines of a run, all of them. */
const LINES = 20;
const COLUMNS = 200;

const keyOf = ({ project, file }: Pick<FileReport, 'project' | 'file'>) => `${project} ${file}`;

export const failedFiles = (files: readonly FileReport[]): FileReport[] =>
  files.filter(({ failures }) => failures.length > 0);

/** Of files that ran again, what they gave then. */
export function withSecond(first: readonly FileReport[], second: readonly FileReport[]): FileReport[] {
  const again = new Map(second.map((report) => [keyOf(report), report]));
  return first.map((report) => again.get(keyOf(report)) ?? report);
}

export interface Verdict {
  red: boolean;
  /** To add to the list of flaky files: date, project, file, and the first failure of each. */
  flaky: string[];
  /** At most twenty. */
  lines: string[];
}

/**
 * @param first what all files gave
 * @param second what the failed ones gave when they ran again, alone; empty if they did not
 * @param known the list of flaky files as it was before, a line each
 * @param listName where that list is
 */
export function judge(
  first: RunReport,
  second: RunReport,
  known: string,
  listName: string,
  date = new Date(),
): Verdict {
  const files = withSecond(first.files, second.files);
  const failed = failedFiles(files);
  const unsure = failedFiles(first.files).filter(
    ({ project, file }) => !failed.some((f) => f.file === file && f.project === project),
  );
  const before = new Set(known.split('\n').map((line) => line.split(' ').slice(1, 3).join(' ')));
  const again = unsure.filter((file) => before.has(keyOf(file)));
  const errors = [...first.errors, ...second.errors];
  const red = failed.length > 0 || errors.length > 0 || again.length > 0 || unsure.length > MOST_FLAKY;

  const day = date.toISOString().slice(0, 10);
  const saysFlaky = unsure.map((file) => cut(`${day} ${keyOf(file)} ${words(file)}`));
  const tail = [
    ...(unsure.length > 0 ? [`Flaky: failed, then passed alone. ${listName} has the list:`, ...saysFlaky] : []),
    ...(unsure.length > MOST_FLAKY ? [`Red, for more than ${MOST_FLAKY} files are flaky.`] : []),
    ...again.map(({ file }) => `Red, for ${file} was flaky before: mend its cause, then take it off the list.`),
    `${sum(files, 'passed')} passed, ${failed.flatMap(({ failures }) => failures).length + errors.length} failed, ${sum(files, 'skipped')} skipped`,
  ];
  const failures = [
    ...errors.map((error) => cut(`FAIL ${error}`)),
    ...failed.flatMap((file) => file.failures.map((_, i) => cut(`FAIL ${keyOf(file)} ${words(file, i)}`))),
  ];
  const room = LINES - tail.length;
  const shown = failures.length > room ? failures.slice(0, room - 1) : failures;
  const more = failures.length - shown.length;
  return {
    red,
    flaky: saysFlaky.filter((_, i) => !again.includes(unsure[i]!)),
    lines: [...shown, ...(more > 0 ? [`and ${more} more, above`] : []), ...tail],
  };
}

const words = ({ failures }: FileReport, i = 0) =>
  [failures[i]?.test, failures[i]?.error].filter((text) => text !== undefined && text !== '').join(': ');

const cut = (line: string) => (line.length > COLUMNS ? `${line.slice(0, COLUMNS - 1)}…` : line);

const sum = (files: readonly FileReport[], key: 'passed' | 'skipped') =>
  files.reduce((total, file) => total + file[key], 0);

/** The slowest files, then the sum of each project, in seconds. */
export function slowest(files: readonly FileReport[], count = 20): string[] {
  const row = (seconds: number, name: string) => `${seconds.toFixed(1).padStart(7)} s  ${name}`;
  const sums = new Map<string, number>();
  for (const { project, seconds } of files) sums.set(project, (sums.get(project) ?? 0) + seconds);
  return [
    ...[...files]
      .sort((a, b) => b.seconds - a.seconds)
      .slice(0, count)
      .map((file) => row(file.seconds, keyOf(file))),
    '',
    ...[...sums].sort(([, a], [, b]) => b - a).map(([project, seconds]) => row(seconds, `${project}, in all`)),
  ];
}
