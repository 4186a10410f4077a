/**
 * Runs the tests of a gate, and those that failed once more, one file at a time with nothing beside it. What passes then does not
 * make the run red, but is listed as flaky: see `judge`.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { appendFileSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from '../repository.ts';
import { REPORT, type RunReport } from './report.ts';
import { failedFiles, judge, MOST_FLAKY, withSecond } from './verdict.ts';

/** From the root: the list of flaky files, and what the last run found. */
export const FLAKY = 'test/flaky.txt';
export const LAST = '.cache/tests.json';

export const VITEST = join(ROOT, 'node_modules', 'vitest', 'vitest.mjs');

export interface Gate {
  root: string;
  /** Projects that run side by side, one such group after the other. */
  groups: readonly (readonly string[])[];
  /** Further arguments of vitest. */
  options?: readonly string[];
  say: (line: string) => void;
  output?: 'inherit' | 'ignore';
}

/** @returns the exit code */
export async function runGate({ root, groups, options = [], say, output = 'inherit' }: Gate): Promise<number> {
  const run = (args: readonly string[]) => runVitest(root, [...options, ...args], output);
  mkdirSync(join(root, '.cache'), { recursive: true });
  const first: RunReport = { files: [], errors: [] };
  for (const group of groups) {
    const { files, errors } = await run(group.map((name) => `--project=${name}`));
    first.files.push(...files);
    first.errors.push(...errors);
  }
  const second: RunReport = { files: [], errors: [] };
  const failed = failedFiles(first.files);
  if (failed.length <= MOST_FLAKY) {
    for (const { project, file } of failed) {
      say(`\nOnce more, alone: ${file}`);
      const { files, errors } = await run([`--project=${project}`, '--no-file-parallelism', file]);
      second.files.push(...files);
      if (files.length === 0) second.errors.push(...errors);
    }
  }
  writeFileSync(join(root, LAST), JSON.stringify(withSecond(first.files, second.files)));
  const list = join(root, FLAKY);
  const { red, flaky, lines } = judge(first, second, existsSync(list) ? readFileSync(list, 'utf8') : '', FLAKY);
  if (flaky.length > 0) appendFileSync(list, flaky.map((line) => `${line}\n`).join(''));
  say(['', ...lines].join('\n'));
  return red ? 1 : 0;
}

/** A run that vitest ends with an exit code and no failed file has an error that says so. */
async function runVitest(root: string, args: readonly string[], stdio: 'inherit' | 'ignore'): Promise<RunReport> {
  const path = join(root, '.cache', `tests-${process.pid}.json`);
  const ended = await endOf(
    spawn(process.execPath, [VITEST, 'run', ...args], {
      cwd: root,
      stdio: ['ignore', stdio, stdio],
      env: { ...process.env, [REPORT]: path },
    }),
  );
  const report: RunReport = existsSync(path) ? JSON.parse(readFileSync(path, 'utf8')) : { files: [], errors: [] };
  rmSync(path, { force: true });
  if (ended === INTERRUPTED) process.exit(INTERRUPTED);
  if (ended !== 0 && failedFiles(report.files).length === 0 && report.errors.length === 0) {
    report.errors.push(`vitest ended with ${ended}: see above`);
  }
  return report;
}

const INTERRUPTED = 130;

/** The exit code, or the signal that ended it. A terminal's Ctrl-C reaches both, and is the child's to answer. */
function endOf(child: ChildProcess): Promise<number | NodeJS.Signals> {
  const wait = () => {};
  const pass = () => child.kill('SIGTERM');
  process.on('SIGINT', wait).on('SIGTERM', pass);
  return new Promise<number | NodeJS.Signals>((resolve, reject) => {
    child.on('error', reject).on('exit', (code, signal) => resolve(code ?? signal!));
  }).finally(() => process.off('SIGINT', wait).off('SIGTERM', pass));
}
