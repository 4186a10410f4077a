/**
 * Reads what `--init` names: the weights of a model folder or of a run, and the settings of its network and scheduler.
 *
 * | folder | weights                                                                                         |
 * |--------|-------------------------------------------------------------------------------------------------|
 * | model  | `unet/diffusion_pytorch_model.safetensors` as diffusers writes it, else `unet/model.onnx`       |
 * | run    | those that `pipeline export` would export: the newest checkpoint that can be read, averaged     |
 */
import { createHash } from 'node:crypto';
import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { diskFailure, withDiskErrors } from '@onnoise/base/files';
import { imagesLearnt, learntPhantoms, readTraining } from '@onnoise/base/folders';
import { program } from '@onnoise/base/text';
import { InputError, parseSchedulerConfig } from '@onnoise/scheduler';
import { MODEL_FILES, readArtefact } from '@onnoise/scheduler/model';
import { NotRecovered } from '@onnoise/tracer';
import { studentOf } from '../folder/artefact.ts';
import { recoverParameters } from '../folder/recover.ts';
import { readSafetensors } from '../folder/safetensors.ts';
import { namedTensors, WEIGHTS_FILE } from '../folder/weights.ts';
import { createModel, type Model } from '../model/index.ts';
import { learntFromPhantoms, openRun, runPaths } from '../saved/run-folder.ts';
import { specsOfRun } from '../saved/specs-of-run.ts';
import type { ConfigLayer } from '../settings/config.ts';
import { parametersOf } from '../step/state.ts';
import type { Start } from './fit.ts';

export interface ReadStart {
  start: Start;
  /** The folder's network and scheduler, as a layer below other settings. */
  layer: ConfigLayer;
}

/** @throws InputError for a folder that is neither a run nor a model, or whose weights cannot be read. */
export async function readStart(folder: string): Promise<ReadStart> {
  return withDiskErrors(`start from ${folder}`, async () => {
    if (await isFile(runPaths(folder).config)) return readRun(folder);
    if (await isFile(join(folder, MODEL_FILES.unet))) return readModel(folder);
    throw new InputError(
      `Cannot start from ${folder}: --init must be a model folder or the folder of a run, received ${await describe(folder)}.`,
    );
  });
}

async function readRun(folder: string): Promise<ReadStart> {
  const { checkpoint, config, data } = await openRun(folder, undefined, specsOfRun);
  const model = createModel(config.model);
  const hash = await hashOf(join(checkpoint.path, 'state.safetensors'));
  const { init } = config.training;
  const images = data && init === undefined ? imagesLearnt(data.hash, { ...config }) : undefined;
  const phantoms = learntFromPhantoms(data);
  const about = { name: folder, hash, phantoms, images, learnt: data?.hash, distilled: studentOf({ ...config }) };
  const start = startOf(about, model, parametersOf(checkpoint.state));
  const scheduler = parseSchedulerConfig(config.scheduler);
  return { start, layer: { name: folder, config: { model: config.model, scheduler: { ...scheduler } } } };
}

async function readModel(folder: string): Promise<ReadStart> {
  const read = async (path: string) => ((await isFile(join(folder, path))) ? readPart(join(folder, path)) : undefined);
  const { scheduler, trainedOn, distilled } = await readArtefact(read, folder);
  const training = await readTraining(folder);
  const phantoms = trainedOn === 'phantoms' || (training !== undefined && learntPhantoms(training));
  const images = training && !training.start ? imagesLearnt(training.data.hash, training.settings) : undefined;
  const learnt = training?.data.hash;
  const model = createModel(JSON.parse(await readFile(join(folder, MODEL_FILES.unet), 'utf8')));
  const layer = { name: folder, config: { model: { ...model.config }, scheduler: { ...scheduler } } };
  const weights = join(folder, WEIGHTS_FILE);
  const { nullCondition } = model;
  if (await isFile(weights))
    return {
      start: { ...(await readWeights(folder, weights)), phantoms, images, learnt, distilled, nullCondition },
      layer,
    };
  const network = join(folder, MODEL_FILES.network);
  const onnx = await readPart(network);
  try {
    const hash = createHash('sha256').update(onnx).digest('hex');
    return {
      start: startOf(
        { name: folder, hash, phantoms, images, learnt, distilled },
        model,
        recoverParameters(model, onnx),
      ),
      layer,
    };
  } catch (error) {
    if (!(error instanceof NotRecovered)) throw error;
    throw new InputError(
      `Cannot start from ${folder}: ${MODEL_FILES.network} must hold the weights, but ${error.message}. ` +
        `Name the folder of the run that it was exported from, or put its weights beside it as ${WEIGHTS_FILE} (${program('export')}).`,
      { cause: error },
    );
  }
}

/** As diffusers writes them. */
async function readWeights(name: string, path: string): Promise<Pick<Start, 'name' | 'hash' | 'parameters'>> {
  const { tensors, sha256 } = await readSafetensors(path);
  return { name, hash: sha256, parameters: namedTensors(tensors) };
}

type About = Omit<Start, 'parameters' | 'nullCondition'>;

function startOf(about: About, model: Model, values: ReadonlyMap<string, Float32Array>): Start {
  const entries = model.parameters.map(({ name, shape }) => [name, { shape, values: values.get(name)! }] as const);
  return { ...about, nullCondition: model.nullCondition, parameters: new Map(entries) };
}

const hashOf = async (path: string) =>
  createHash('sha256')
    .update(await readFile(path))
    .digest('hex');

/** @throws InputError for a path that cannot be looked at */
export async function isFile(path: string): Promise<boolean> {
  try {
    return (await stat(path)).isFile();
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR') return false;
    throw diskFailure(error, `read ${path}`);
  }
}

const readPart = (path: string) => withDiskErrors(`read ${path}`, () => readFile(path));

const describe = (path: string) =>
  stat(path).then(
    (found) => (found.isDirectory() ? 'a folder with neither' : 'a file'),
    () => 'nothing of that name',
  );
