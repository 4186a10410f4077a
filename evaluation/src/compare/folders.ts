/**
 * The folders of a comparison: training runs, model folders, and folders of evaluations. Each is read as far as it has
 * something to say; what is missing is a note, not an error, because a run may have just begun.
 */
import { readdir, readFile, realpath, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { diskFailure, withDiskErrors } from '@onnoise/base/files';
import { readTraining } from '@onnoise/base/folders';
import { formatPath } from '@onnoise/base/text';
import { type EvaluationFacts, readEvaluation } from '@onnoise/scheduler/evaluation';
import { InputError, refuse } from '@onnoise/scheduler/rules';
import { readLines, runPaths, type StepMetrics, type ValidationMetrics } from '@onnoise/training/saved';
import { isStale } from '../report/facts.ts';
import { EVALUATION_FILE } from '../report/write.ts';

export type Kind = 'run' | 'model' | 'evaluation';

/** What a folder says. */
export interface Side {
  /** Short, and different for each folder. */
  name: string;
  kind: Kind;
  metrics: StepMetrics[];
  validation: ValidationMetrics[];
  evaluation: EvaluationFacts | undefined;
  /** The configuration of the training; undefined where it is not known. */
  config: object | undefined;
  /** The newest sheet of pictures, as the file holds it. */
  sheet: Uint8Array | undefined;
  /** What is missing, a sentence each. */
  notes: string[];
}

/** @throws InputError for fewer than two folders, one that is given twice, and one that is none of the three kinds. */
export async function openSides(paths: readonly string[]): Promise<Side[]> {
  if (paths.length < 2) {
    const received = paths.length === 0 ? 'none' : `only ${formatPath(paths[0]!)}`;
    throw new InputError(`Cannot compare: the folders must be at least two, received ${received}.`);
  }
  if (paths.includes('')) {
    throw new InputError('Cannot compare: each folder must be named, received "" for one.');
  }
  const real = await Promise.all(paths.map(folderOf));
  real.forEach((path, i) => {
    const first = real.indexOf(path);
    if (first === i) return;
    const same = paths[first] === paths[i] ? '' : `, which is ${formatPath(paths[first]!)}`;
    throw new InputError(
      `Cannot compare: each folder must be given once, received ${formatPath(paths[i]!)} twice${same}.`,
    );
  });
  const kinds = await Promise.all(paths.map(kindOf));
  const names = shortNames(real);
  return Promise.all(paths.map((path, i) => openSide(path, kinds[i]!, names[i]!)));
}

/** Without links, so that one folder has one name. @throws InputError for what is no folder */
async function folderOf(path: string): Promise<string> {
  const refuse = (received: string): never => {
    throw new InputError(
      `Cannot compare: ${formatPath(path)} must be the folder of a run, a model or an evaluation, ${received}.`,
    );
  };
  try {
    if (!(await stat(path)).isDirectory()) refuse('received a file');
    return await realpath(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return refuse('but there is none');
    throw diskFailure(error, `read ${path}`);
  }
}

/** @throws InputError with what the folder holds instead */
async function kindOf(path: string): Promise<Kind> {
  const names = await withDiskErrors(`read ${path}`, () => readdir(path));
  if (names.includes('model_index.json') || names.includes('unet')) return 'model';
  if (names.includes('config.json')) return 'run';
  if (names.includes(EVALUATION_FILE)) return 'evaluation';
  const visible = names.filter((name) => !name.startsWith('.')).sort();
  const holds = visible.length === 0 ? 'an empty folder' : `one with ${visible.slice(0, 3).join(', ')}`;
  throw new InputError(
    `Cannot compare: ${formatPath(path)} must be the folder of a run, a model or an evaluation, received ${holds}.`,
  );
}

/** The last part of each path; where two are the same, with the parts above that tell them apart. */
export function shortNames(paths: readonly string[]): string[] {
  const take = (path: string, parts: number): string =>
    parts <= 1 ? basename(path) : `${take(dirname(path), parts - 1)}/${basename(path)}`;
  return paths.map((path) => {
    let parts = 1;
    const shared = () => paths.some((other) => other !== path && take(other, parts) === take(path, parts));
    while (parts < path.split(/[\\/]/).length && shared()) parts++;
    return take(path, parts) || path;
  });
}

const STALE = 'Its evaluation is of other weights than it has now, so it is left out.';

async function openSide(path: string, kind: Kind, name: string): Promise<Side> {
  const facts = await readFacts(path);
  const stale = kind === 'model' && facts !== undefined && (await isStale(facts, path));
  const evaluation = stale ? undefined : facts;
  const side = { name, kind, evaluation, metrics: [], validation: [], config: undefined, sheet: undefined };
  const lacksFigures = evaluation ? [] : [stale ? STALE : 'It has not been evaluated.'];
  if (kind === 'evaluation') return { ...side, notes: [] };
  if (kind === 'model') {
    const config = (await readTraining(path))?.settings;
    const sheet = await readBytes(join(path, 'samples.png'));
    return { ...side, config, sheet, notes: lacksFigures };
  }
  const paths = runPaths(path);
  const metrics = inOrder(await linesOf<StepMetrics>(paths.metrics, ['step', 'loss', 'seconds']));
  return {
    ...side,
    metrics,
    validation: inOrder(await linesOf<ValidationMetrics>(paths.validation, ['step', 'loss'])),
    config: await readConfig(paths.config),
    sheet: (await readBytes(paths.samples)) ?? (await newestSheet(paths.sheets)),
    notes: metrics.length === 0 ? ['It has not trained a step yet.'] : [],
  };
}

/** @throws InputError for a damaged file, whose lines would be missing without a word */
const linesOf = <T extends { step: number }>(path: string, keys: readonly (keyof T & string)[]): Promise<T[]> =>
  readLines<T>(
    path,
    (line, text) =>
      refuse(`read ${formatPath(path)}`, `line ${line}`, `JSON with numbers for ${keys.join(', ')}`, text),
    keys,
  );

/**
 * Whole lines by rising step. A run that was killed and resumed may have lines beyond the step that it went on from; they
 * are of the former attempt.
 */
export function inOrder<T extends { step: number }>(lines: readonly T[]): T[] {
  const kept: T[] = [];
  for (const line of lines) {
    while (kept.length > 0 && kept.at(-1)!.step >= line.step) kept.pop();
    kept.push(line);
  }
  return kept;
}

async function newestSheet(folder: string): Promise<Uint8Array | undefined> {
  const names = await readdir(folder).catch((): string[] => []);
  const newest = names
    .filter((name) => /^step-\d+\.png$/.test(name))
    .sort()
    .at(-1);
  return newest === undefined ? undefined : readBytes(join(folder, newest));
}

async function readFacts(folder: string): Promise<EvaluationFacts | undefined> {
  const path = join(folder, EVALUATION_FILE);
  const text = await readText(path);
  return text === undefined ? undefined : readEvaluation(parse(text, path), formatPath(path));
}

async function readConfig(path: string): Promise<object | undefined> {
  const config = parse((await readText(path)) ?? '{}', path);
  return typeof config === 'object' && config !== null ? config : undefined;
}

function parse(text: string, path: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new InputError(`Cannot read ${formatPath(path)}: it must be JSON (${(error as Error).message}).`);
  }
}

const readText = async (path: string): Promise<string | undefined> => {
  const bytes = await readBytes(path);
  return bytes && new TextDecoder().decode(bytes);
};

async function readBytes(path: string): Promise<Uint8Array | undefined> {
  return readFile(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw diskFailure(error, `read ${path}`);
  });
}
