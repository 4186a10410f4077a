/**
 * From a checkpoint of diffusers, or of MONAI, to a model folder: read, trace, check against tfjs, write. Nothing is written
 * before all of that is done.
 */
import { basename, dirname, resolve } from 'node:path';
import { isBelow, lockBeside, placeOf, requireSpace, withDiskErrors, withLock } from '@onnoise/base/files';
import { plural } from '@onnoise/base/text';
import { timestepsTold } from '@onnoise/scheduler';
import {
  type AutoencoderFacts,
  classNamesOf,
  type Distilled,
  decodedFacts,
  distilledOf,
  pictureSize,
  type SampleSize,
  sampleSizeOf,
} from '@onnoise/scheduler/model';
import { check, InputError, refuse, show } from '@onnoise/scheduler/rules';
import { encodeModel } from '@onnoise/tracer';
import { libraryOf, vaeFiles } from '@onnoise/training/autoencoder';
import {
  type ArtefactAutoencoder,
  checkArtefactTarget,
  describeParity,
  filesForPython,
  inferenceGraph,
  inferenceMetadata,
  LEARNT_FROM_PHANTOMS,
  type ModelCard,
  measureParity,
  namedTensors,
  type Parity,
  parityBatches,
  requireParity,
  writeArtefact,
} from '@onnoise/training/folder';
import { countParameters, type Model, type UNet2DConfig } from '@onnoise/training/model';
import { importAutoencoder } from './autoencoder.ts';
import { type CheckpointFiles, findCheckpoint } from './find-checkpoint.ts';
import { contradictions } from './infer-config.ts';
import { configOfMonai, isMonai, tensorsOfMonai } from './monai.ts';
import { checkPipeline } from './pipeline-index.ts';
import {
  type AutoencoderNetwork,
  type AutoencoderSource,
  findAutoencoder,
  findPart,
  networkOf,
  readAutoencoderSource,
  readAutoencoderWeights,
  type TracedAutoencoder,
  traceAutoencoder,
} from './read-autoencoder.ts';
import { readJsonObject } from './read-json.ts';
import { readNetwork } from './read-network.ts';
import { licenceOf } from './read-readme.ts';
import { type ReadSchedule, readSchedule } from './read-schedule.ts';
import { type CheckpointTensors, readTensors } from './read-tensors.ts';
import type { ImportOptions, ImportResult } from './types.ts';
import { sampleFirst, weightsOf } from './weights-of.ts';

/** What a checkpoint's small files say. */
interface Checkpoint extends ReadSchedule {
  files: CheckpointFiles;
  model: Model;
  /** What makes pictures of what the network draws, where this is latents. */
  autoencoder: { read: AutoencoderSource; model: AutoencoderNetwork } | undefined;
  /** Whether names are those of MONAI. */
  ofMonai: boolean;
  /** Of the network, one sentence each. */
  told: string[];
  classNames: string[] | undefined;
  /** Where it comes of a student of ours, and says so. */
  distilled: Distilled | undefined;
  /** Where it comes of a run of ours on phantoms alone, and says so. */
  trainedOn: 'phantoms' | undefined;
  licence: string | undefined;
}

const BYTES_A_WEIGHT = 4;
/** protobuf's, and so ONNX's: 2 GiB; a little is left for the graph, and filters of upsampling grow. */
const MOST_WEIGHTS = 480e6;

/** @throws InputError for a checkpoint that cannot be read or does not fit its config, and when the parity check fails. */
export async function importCheckpoint(options: ImportOptions): Promise<ImportResult> {
  const { from, out, weights = true, onProgress } = options;
  return withDiskErrors(`import ${from}`, async () => {
    const alone = await findAutoencoder(options);
    if (alone !== undefined) {
      if (options.conditionFirst) refuseOrder(from);
      return importAutoencoder(alone, options);
    }
    const checkpoint = await openCheckpoint(options);
    const { model, config, sampler, note, told, autoencoder } = checkpoint;
    await checkApart(from, out);
    const batches = parityBatches(model);
    const coding = autoencoder ? 2 : 0;
    const total = batches.reduce((sum, batch) => sum + batch, 0) + 4 + coding;
    const report = (done: number, note: string) => onProgress?.({ done, total, note });
    report(1, 'reading the weights');
    const { values, sha256 } = await readValues(checkpoint, options);
    const coded = autoencoder && (await readAutoencoderWeights(autoencoder.read, autoencoder.model, from));
    await checkArtefactTarget(out);
    const parameters = countParameters(model) + (autoencoder ? countParameters(autoencoder.model) : 0);
    await requireSpace(out, (weights ? 2 : 1) * BYTES_A_WEIGHT * parameters, `write the model ${out}`);

    return withLock(lockBeside(out), { action: `import to ${out}`, doing: 'is writing there' }, async () => {
      report(2, 'tracing');
      const source = { imported: basename(resolve(from)) };
      const onnx = encodeModel(inferenceGraph(model, values), { ...source, ...inferenceMetadata(model) });
      report(3, 'comparing with tfjs');
      const compared = (done: number) => report(3 + done, 'comparing with tfjs');
      const parity = await measureParity(model, values, onnx, compared, batches);
      requireParity(`import ${from}`, parity);
      let done = total - 1 - coding;
      const traced =
        autoencoder &&
        (await traceAutoencoder(autoencoder.read, autoencoder.model, coded!, {
          from,
          ...source,
          report: (note) => report(++done, `${note}, its autoencoder`),
        }));
      await writeArtefact({
        out,
        modelConfig: model.config,
        schedulerConfig: config,
        onnx,
        card: cardOf(checkpoint, { from, out, parameters, parity, sha256, pictures: traced?.parity }),
        autoencoder: traced && (await partOf(traced, weights)),
        files: weights ? await filesForPython(model, values) : undefined,
      });
      report(total, 'done');
      const { encoder, decoder } = traced?.graphs ?? { encoder: [], decoder: [] };
      return {
        parity,
        parameters,
        bytes: onnx.length + encoder.length + decoder.length,
        sampler,
        autoencoder: false,
        notes: [...(note === undefined ? [] : [note]), ...told, ...(autoencoder?.read.notes ?? [])],
      };
    });
  });
}

const partOf = async (
  { model, values, graphs, scale }: TracedAutoencoder,
  weights: boolean,
): Promise<ArtefactAutoencoder> => ({
  files: await vaeFiles(model, values, graphs, scale, weights),
  className: model.config._class_name,
  library: libraryOf(model),
  shape: model.shape,
});

/** Reads all but the tensors, so that most mistakes show at once. */
async function openCheckpoint({ from, size, conditionFirst = false, ...named }: ImportOptions): Promise<Checkpoint> {
  if (size !== undefined) check(`import ${from}`, '--size', pictureSize(MOST_SIDE), size);
  const files = await findCheckpoint(from, named);
  const index = files.index === undefined ? {} : await readJsonObject(files.index);
  const part = checkPipeline(index, from);
  const read = part && (await readAutoencoderSource(await findPart(from, dirname(files.index!), part), from));
  const schedule = readSchedule(await readJsonObject(files.scheduler), { from, path: files.scheduler });
  const timesteps = timestepsTold(schedule.config);
  const written = await readJsonObject(files.config);
  const ofMonai = isMonai(written);
  const network = ofMonai ? configOfMonai(written, from) : written;
  const stride = read ? read.facts.stride : undefined;
  const model = readNetwork(network, { from, path: files.config, timesteps, size, stride });
  const told = tellOrder(model, network, from, conditionFirst);
  const autoencoder = read ? { read, model: networkOf(read, sizeOfPictures(read.facts, model, from)) } : undefined;
  const parameters = countParameters(model);
  if (parameters > MOST_WEIGHTS) {
    throw new InputError(
      `Cannot import ${from}: it must have at most ${MOST_WEIGHTS / 1e6} million weights, since an ONNX file holds 2 GiB, received ${Math.round(parameters / 1e6)} million.`,
    );
  }
  const classNames = model.classCount === null ? undefined : classNamesOf(index, model.classCount);
  const distilled = distilledOf(`import ${from}`, index, schedule.config.num_train_timesteps);
  const trainedOn = index.trained_on === 'phantoms' ? index.trained_on : undefined;
  const licence = await licenceOf(files.card);
  return { ...schedule, files, model, told, autoencoder, ofMonai, classNames, distilled, trainedOn, licence };
}

/**
 * The note on a picture beside the sample, where the config does not say that there is one: nor does it say which is first.
 * @param written the network's config @throws InputError for an order where there is none to choose
 */
function tellOrder(
  { conditionImage, shape }: Model,
  { condition_image: named }: Readonly<Record<string, unknown>>,
  from: string,
  conditionFirst: boolean,
): string[] {
  if (!conditionImage || named) return conditionFirst ? refuseOrder(from) : [];
  const [more, own] = [conditionImage.shape[0], shape[0]].map((count) => plural(count, 'channel'));
  const order = conditionFirst
    ? `the picture of ${more} is first, as --condition-first says, and the sample of ${own} after it`
    : `the sample of ${own} is taken to be first, and a picture of ${more} after it. If it is the other way round, add --condition-first`;
  return [`Its network is told a picture beside the sample: ${order}.`];
}

const refuseOrder = (from: string): never =>
  refuse(
    `import ${from}`,
    '--condition-first',
    'left out, except for a network with more channels in than out whose config does not name them',
    true,
  );

/** @throws InputError where the network does not draw the latents of this autoencoder */
function sizeOfPictures(facts: AutoencoderFacts, { shape }: Model, from: string): SampleSize {
  const [, height, width] = decodedFacts(`import ${from}`, facts, shape).shape;
  return sampleSizeOf({ height, width });
}

/** The values of all parameters. @throws InputError that names tensors that do not fit, and keys that would explain it. */
async function readValues({ model, files, ofMonai }: Checkpoint, { from, conditionFirst }: ImportOptions) {
  const { tensors: stored, sha256 } = await readTensors(files.weights);
  const tensors = ofMonai ? tensorsOfMonai(stored) : stored;
  const values = weightsOf(model, tensors, `import ${from}`, adviceOn(model, files.config, tensors));
  if (conditionFirst) sampleFirst(values, model);
  return { values, sha256 };
}

const MOST_KEYS = 3;

function adviceOn({ config }: Model, path: string, tensors: CheckpointTensors['tensors']): string | undefined {
  if (config._class_name !== 'UNet2DModel') return undefined;
  const shapes = new Map([...namedTensors(tensors)].map(([name, { shape }]) => [name, shape]));
  const keys = contradictions(config as unknown as UNet2DConfig, shapes);
  const told = keys
    .slice(0, MOST_KEYS)
    .map(({ key, given, found }) => `${key} is ${show(given)}, but the tensors are of ${show(found)}`);
  return told.length === 0 ? undefined : `In ${path}: ${told.join('; ')}.`;
}

/** @throws InputError where the folder to write would replace or lie in the checkpoint. */
async function checkApart(from: string, out: string): Promise<void> {
  const [source, target] = [await placeOf(from), await placeOf(out)];
  if (source === target || isBelow(source, target) || isBelow(target, source)) {
    throw new InputError(
      `Cannot import ${from}: --out must be a folder apart from the checkpoint, received ${JSON.stringify(out)}.`,
    );
  }
}

/** Pixels, in the networks' rules. */
const MOST_SIDE = 4096;

interface Imported {
  from: string;
  out: string;
  parameters: number;
  parity: Parity;
  /** Of the autoencoder. */
  pictures: Parity | undefined;
  sha256: string;
}

function cardOf({ classNames, distilled, trainedOn, licence, sampler }: Checkpoint, imported: Imported): ModelCard {
  const { from, out, parameters, parity, pictures, sha256 } = imported;
  return {
    name: basename(resolve(out)),
    parameters,
    origin: { name: basename(resolve(from)), hash: sha256, classNames, distilled, trainedOn, licence, sampler },
    metrics: {
      'largest difference between tfjs and ONNX': describeParity(parity),
      ...(pictures && { 'the same of its autoencoder': describeParity(pictures) }),
    },
    limits: [
      'What it was trained on, and how well it does, is not known here: see where it comes from.',
      'Some pictures are malformed. They must not be taken for real ones, least of all in medicine.',
      ...(trainedOn ? [LEARNT_FROM_PHANTOMS] : []),
    ],
  };
}
