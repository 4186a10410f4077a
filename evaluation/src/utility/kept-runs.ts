/**
 * The runs of a measurement on disk: `runs.jsonl`, the settings in its first line and then a line for each run, written when the run is
 * whole. So a measurement goes on where it was stopped, and more seeds or other numbers of real images use what is there.
 */
import { appendFile, readFile } from 'node:fs/promises';
import { diskFailure, withDiskErrors, writeWhole } from '@onnoise/base/files';
import { formatPath } from '@onnoise/base/text';
import { InputError } from '@onnoise/scheduler/rules';
import type { Run, RunPlan, RunSettings } from './types.ts';

const FORMAT = 1;

/** Of the settings, in sentences. */
const WORDS: Readonly<Record<keyof RunSettings, string>> = {
  task: 'task',
  steps: 'steps',
  share: '--synthetic-share',
  data: 'real images',
  test: 'test images',
  synthetic: 'synthetic images',
  recipe: 'version of the networks',
};

export const sameRun = (one: RunPlan, other: RunPlan): boolean =>
  one.arm === other.arm && one.count === other.count && one.seed === other.seed;

/** @throws InputError for runs of other settings, and a file that is none of runs */
export async function readRuns(path: string, settings: RunSettings, tested: number): Promise<Run[]> {
  const text = await textOf(path);
  const [header, ...lines] = text.split('\n').slice(0, -1); // a line that was cut has no end
  if (header === undefined) return [];
  const found = parsed(header) as { format?: unknown; settings?: Partial<RunSettings> } | undefined;
  if (found?.format !== FORMAT || typeof found.settings !== 'object')
    refuseFile(path, 'its first line has no settings');
  const wanted = Object.keys(WORDS) as (keyof RunSettings)[];
  const other = wanted.find((key) => found.settings![key] !== settings[key]);
  if (other !== undefined) {
    throw new InputError(
      `Cannot go on with the runs in ${formatPath(path)}: --out must be a folder with runs of the same ${WORDS[other]}, or a new one, received one of other ${WORDS[other]}.`,
    );
  }
  return lines.map((line, i) => {
    const run = parsed(line);
    return isRun(run, tested) ? run : refuseFile(path, `line ${i + 2} is no run`);
  });
}

/** Makes the file ready for `addRun`: with its first line, and without a last one that was cut. */
export async function beginRuns(path: string, settings: RunSettings): Promise<void> {
  const text = await textOf(path);
  const whole = text.slice(0, text.lastIndexOf('\n') + 1);
  if (whole === '') await writeWhole(path, `${JSON.stringify({ format: FORMAT, settings })}\n`);
  else if (whole !== text) await writeWhole(path, whole);
}

export const addRun = (path: string, run: Run): Promise<void> =>
  withDiskErrors(`write ${path}`, () => appendFile(path, `${JSON.stringify(run)}\n`));

async function textOf(path: string): Promise<string> {
  return readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return '';
    throw diskFailure(error, `read ${path}`);
  });
}

function parsed(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}

function isRun(given: unknown, tested: number): given is Run {
  if (typeof given !== 'object' || given === null) return false;
  const { arm, count, seed, score, values } = given as Partial<Run>;
  const known = arm === 'synthetic' ? count === null : (arm === 'real' || arm === 'both') && Number.isInteger(count);
  return (
    known &&
    Number.isInteger(seed) &&
    Number.isFinite(score) &&
    values?.length === tested &&
    values.every(Number.isFinite)
  );
}

function refuseFile(path: string, why: string): never {
  throw new InputError(
    `Cannot go on with the runs in ${formatPath(path)}: it must be a file of pipeline utility, but ${why}. Name another folder with --out.`,
  );
}
