/**
 * From a training run to a model folder: trace, simplify, check against tfjs, write. Nothing is written if the check
 * fails.
 */
import { basename } from 'node:path';
import { requireSpace } from '@onnoise/base/files';
import { plainName } from '@onnoise/base/text';
import { parseSchedulerConfig } from '@onnoise/scheduler';
import { decodedFacts, type ImageShape, nameChannels, pictureShapeOf } from '@onnoise/scheduler/model';
import { InputError } from '@onnoise/scheduler/rules';
import { encodeModel } from '@onnoise/tracer';
import { autoencoderForPython, hasAutoencoder, readAutoencoder } from '@onnoise/training/autoencoder';
import {
  checkArtefactTarget,
  filesForPython,
  inferenceGraph,
  inferenceMetadata,
  LEARNT_FROM_PHANTOMS,
  measureParity,
  PARITY_BATCHES,
  requireParity,
  writeArtefact,
} from '@onnoise/training/folder';
import { countParameters, createModel } from '@onnoise/training/model';
import { learntFromPhantoms, openRun, runPaths, specsOfRun } from '@onnoise/training/saved';
import { parametersOf } from '@onnoise/training/step';
import { exportAutoencoder } from './autoencoder.ts';
import { describeKnown } from './images-seen.ts';
import { readIfThere } from './read-if-there.ts';
import type { ExportResult } from './result.ts';
import { cardOf, type Learnt } from './run-card.ts';

import { stepFilesOfRun } from './train-step/files.ts';

export interface ExportOptions {
  /** Folder of a training run. */
  run: string;
  /** Model folder to write. */
  out: string;
  /** Step of the checkpoint; by default the newest readable one. */
  checkpoint?: number | undefined;
  /** Whether to write the weights beside the network, too, for diffusers and `pipeline train --init`. Default: true. */
  weights?: boolean | undefined;
  /** Whether to write a training step beside the network, to go on with in a browser tab. Default: false. */
  trainStep?: boolean | undefined;
  onProgress?: ((progress: { done: number; total: number; note?: string }) => void) | undefined;
}

const BYTES_A_WEIGHT = 4;

/** @throws InputError when the run cannot be read, `out` cannot be written, or the parity check fails. */
export async function exportRun({
  run,
  out,
  checkpoint,
  weights = true,
  trainStep = false,
  onProgress,
}: ExportOptions): Promise<ExportResult> {
  await checkArtefactTarget(out);
  // Before any work: the checkpoint's network and its shapes.
  const opened = await openRun(run, checkpoint, specsOfRun);
  const { config, notes } = opened;
  const { info, state } = opened.checkpoint;
  const images = PARITY_BATCHES.reduce((sum, batch) => sum + batch, 0);
  const total = images + 3;
  const report = (done: number, note: string) => onProgress?.({ done, total, note });

  const model = createModel(config.model);
  const parameters = parametersOf(state);
  if (model.halves) {
    if (trainStep) {
      throw new InputError(
        `Cannot export ${run}: to go on in a tab it must be a diffusion model, received an autoencoder.`,
      );
    }
    const autoencoder = { ...model, halves: model.halves };
    return exportAutoencoder({ run, out, opened, weights, report, model: autoencoder, parameters });
  }
  const copied = (await hasAutoencoder(run)) ? await readAutoencoder(run, { python: weights }) : undefined;
  const autoencoder = copied && weights ? await autoencoderForPython(`export ${run}`, copied) : copied;
  const pictures = autoencoder && decodedFacts(`export ${run}`, autoencoder, model.shape);
  const scheduler = parseSchedulerConfig(config.scheduler);
  const copies = weights ? 2 : 1;
  await requireSpace(out, copies * BYTES_A_WEIGHT * countParameters(model), `write the model ${out}`);
  // Before the comparison, which takes longer: it may refuse the settings.
  const step = trainStep ? await stepFilesOfRun(`export ${run}`, opened) : {};
  report(1, 'tracing');
  const onnx = encodeModel(inferenceGraph(model, parameters), {
    run: basename(run),
    step: String(info.step),
    ...inferenceMetadata(model),
  });
  report(2, 'comparing with tfjs');
  const compared = (done: number) => report(2 + done, 'comparing with tfjs');
  const parity = await measureParity(model, parameters, onnx, compared);
  requireParity(`export ${run}`, parity);

  const paths = runPaths(run);
  // Losses and held-out masks tell of private images without noise.
  const secret = info.privacy !== undefined;
  const masksPng = secret ? undefined : model.conditionImage?.mask && (await readIfThere(paths.masks));
  await writeArtefact({
    out,
    modelConfig: model.config,
    schedulerConfig: scheduler,
    onnx,
    autoencoder: autoencoder && { ...autoencoder, shape: pictures!.shape },
    card: await cardOf({
      run,
      out,
      opened,
      model,
      parity,
      limits: (learnt) => [
        ...limitsOf(pictureShapeOf({ ...model, autoencoder: pictures }), learnt),
        ...(masksPng ? [HAS_MASKS] : []),
      ],
    }),
    // The sheet that these weights drew; a stopped run has none for its last step.
    samplesPng: secret && model.conditionImage ? undefined : await readIfThere(paths.sheetOf(info.step)),
    curvePng: secret ? undefined : await readIfThere(paths.loss),
    masksPng,
    files: { ...(weights && (await filesForPython(model, parameters))), ...step },
  });
  report(total, 'done');
  return { parity, step: info.step, bytes: onnx.length, autoencoder: false, notes };
}

function limitsOf([channels, height, width]: ImageShape, { data, seen, start }: Learnt): string[] {
  const others = start ? `those of ${plainName(start.name)}, whose weights it started from` : 'nothing else';
  return [
    `It makes pictures of ${width} x ${height} pixels, ${nameChannels(channels, data?.channelNames)}, and no other size.`,
    `It knows ${describeKnown(seen)} and ${others}; with few images it may repeat them.`,
    'Some pictures are malformed. They must not be taken for real ones, least of all in medicine.',
    ...(learntFromPhantoms(data) ? [LEARNT_FROM_PHANTOMS] : []),
  ];
}

const HAS_MASKS = '`masks.png` has masks of held-out images, to draw from: delete it where they must not be passed on.';
