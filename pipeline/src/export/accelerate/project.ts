/**
 * A run as a Python project for accelerate and diffusers, which trains it on many GPUs and machines:
 *
 *     README.md  requirements.txt  ddp.yaml  fsdp.yaml  train.py and its modules   from pipeline/python/accelerate
 *     config.json  data.json  metrics.jsonl  validation.jsonl  checkpoints/        a run's own files, with one checkpoint
 *     data.safetensors                                                             the prepared images
 *     model/                                                                       a pipeline of diffusers, without ONNX
 *
 * So the folder is a run as well: `pipeline train --resume` and `pipeline export --run` take it back.
 */
import { copyFile, cp, mkdir } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { checkWholeFolder, requireSpace, type WholeFolder, writeFiles, writeWholeFolder } from '@onnoise/base/files';
import { formatSchedulerConfig, InputError, parseSchedulerConfig } from '@onnoise/scheduler';
import type { Dataset } from '@onnoise/training/data';
import {
  filesForPython,
  formatJson,
  indexEntries,
  modelIndex,
  schedulerEntry,
  trainedOn,
} from '@onnoise/training/folder';
import { countParameters, createModel, type Model } from '@onnoise/training/model';
import {
  checkpointBytes,
  cutLines,
  type OpenedRun,
  openRun,
  runPaths,
  specsOfRun,
  writeJson,
} from '@onnoise/training/saved';
import type { TrainConfig } from '@onnoise/training/settings';
import { parametersOf } from '@onnoise/training/step';
import { requireImagesAlone } from '../train-step/images-alone.ts';
import { dataBytes, writeData } from './data-file.ts';
import { checkKnown } from './known-settings.ts';
import { formatReadme, stepsToGive } from './readme.ts';

export interface AccelerateOptions {
  /** Folder of a training run. */
  run: string;
  /** Folder to make. */
  out: string;
  /** Step of the checkpoint to go on from; by default the newest readable one. */
  checkpoint?: number | undefined;
  /** `prepareDataset`, with whatever progress the caller shows. */
  prepare: (config: TrainConfig) => Promise<Dataset>;
}

export interface AccelerateResult {
  /** Step that the project goes on from. */
  step: number;
  /** Of the images. */
  bytes: number;
  /** What `train.py` needs to go on: see `stepsToGive`. */
  given: string;
  /** Notes for the user, one sentence each. */
  notes: string[];
}

const SOURCES = fileURLToPath(new URL('../../../python/accelerate/', import.meta.url));
const ACTION = 'Cannot write a project for accelerate:';
const BYTES_A_WEIGHT = 4;

/**
 * @throws InputError when the run cannot be read or learns what diffusers cannot, its images are not there any more, or
 * `out` is neither new nor empty. Nothing is left then.
 */
export async function writeAccelerateProject(options: AccelerateOptions): Promise<AccelerateResult> {
  const { run, out, checkpoint, prepare } = options;
  await checkWholeFolder(wholeFolder(out));
  const opened = await openRun(run, checkpoint, specsOfRun);
  const { config, notes } = opened;
  const { info } = opened.checkpoint;
  checkKnown(run, config);
  const model = createModel(config.model);
  // Before the images: those of such a run may be gone, and are of no use.
  requireImagesAlone(`write a project for accelerate from ${run}`, model, 'accelerate');
  const dataset = await prepare(config);
  try {
    if (dataset.hash !== info.data.hash) {
      throw new InputError(
        `${ACTION} the images must be those that ${run} was started with (${info.data.name}), received others (${dataset.name}): ` +
          'their contents, size, channels, labels or conditions differ.',
      );
    }
    const told = { labels: model.classCount !== null, conditions: model.conditions };
    const bytes = dataBytes(dataset, told);
    const weights = BYTES_A_WEIGHT * countParameters(model);
    await requireSpace(out, bytes + weights + checkpointBytes(specsOfRun(config)), `write the project ${out}`);
    await writeProject(options, opened, model, (path) => writeData(path, dataset, told), dataset);
    return { step: info.step, bytes, given: stepsToGive({ config, info, images: dataset }), notes };
  } finally {
    dataset.close();
  }
}

const wholeFolder = (out: string): WholeFolder => ({ action: 'write the project', out, listed: false });

async function writeProject(
  { run, out }: AccelerateOptions,
  { config, data, checkpoint }: OpenedRun,
  model: Model,
  writeImages: (path: string) => Promise<void>,
  dataset: Dataset,
): Promise<void> {
  const { info, path: from, state } = checkpoint;
  const old = runPaths(run);
  const facts = { classNames: dataset.classNames, trainedOn: trainedOn(dataset) };
  const scheduler = formatSchedulerConfig(parseSchedulerConfig(config.scheduler));
  const files: Record<string, Uint8Array | string> = {
    'README.md': formatReadme({ name: basename(resolve(out)), config, info, model, images: dataset }),
    'model/model_index.json': formatJson(
      modelIndex(model.config, { ...schedulerEntry(scheduler), ...indexEntries(model.config, facts) }),
    ),
    'model/scheduler/scheduler_config.json': formatJson(scheduler),
    'model/unet/config.json': formatJson(model.config),
    ...Object.fromEntries(
      Object.entries(await filesForPython(model, parametersOf(state))).map(([name, content]) => [
        `model/${name}`,
        content,
      ]),
    ),
  };
  await writeWholeFolder(wholeFolder(out), async (temporary) => {
    const made = runPaths(temporary);
    await cp(SOURCES, temporary, { recursive: true, filter: (path) => !path.includes('__pycache__') });
    await writeFiles(temporary, files);
    await writeJson(made.config, config);
    await writeJson(made.data, data ?? {});
    for (const name of ['metrics', 'validation'] as const) {
      await copyFile(old[name], made[name]).catch(() => undefined);
      await cutLines(made[name], info.step);
    }
    await mkdir(made.checkpoints);
    await cp(from, join(made.checkpoints, basename(from)), { recursive: true });
    await writeImages(join(temporary, 'data.safetensors'));
  });
}
