/** Model folders of untrained networks, as `pipeline export` writes them, and the noise of their pictures for Python. */

import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { parseSchedulerConfig, seededNoise } from '@onnoise/scheduler';
import { trainedCard } from '#test/models/card.ts';
import { encodeModel } from '#tracer/index.ts';
import { type ArtefactAutoencoder, writeArtefact } from '#training/folder/artefact.ts';
import { inferenceGraph, inferenceMetadata } from '#training/folder/inference.ts';
import { filesForPython } from '#training/folder/python-files.ts';
import { writeSafetensors } from '#training/folder/safetensors.ts';
import { countParameters, createModel, type Model } from '#training/model/index.ts';
import { waveParameters } from '../models/model.ts';

/** Writes the folder `out`, as a run of these settings would be exported, with the weights of `waveParameters`, whose outputs are of the size of a trained network's. */
export async function exportWave(
  out: string,
  network: object,
  scheduler: object = {},
  classNames: readonly string[] = [],
  settings: object = {},
  autoencoder?: ArtefactAutoencoder,
): Promise<Model> {
  const model = createModel(network);
  const parameters = waveParameters(model.parameters);
  // A network of flow matching is told a timestep more than there are.
  const { prediction_type } = scheduler as { prediction_type?: string };
  const T = model.timestepCount - (prediction_type === 'flow_prediction' ? 1 : 0);
  const schedulerConfig = parseSchedulerConfig({ num_train_timesteps: T, ...scheduler });
  await writeArtefact({
    out,
    modelConfig: model.config,
    schedulerConfig,
    onnx: encodeModel(inferenceGraph(model, parameters), inferenceMetadata(model)),
    card: trainedCard({
      name: 'wave',
      data: { name: 'none', hash: '0'.repeat(64), count: 0, classNames },
      parameters: countParameters(model),
      config: { model: model.config, ...settings },
    }),
    autoencoder,
    files: await filesForPython(model, parameters),
  });
  return model;
}

/** Writes `noise.safetensors` into a folder: `draws` [draws, N, C, H, W], those of sampling images with these seeds. */
export async function writeNoise(
  folder: string,
  shape: readonly [number, number, number],
  seeds: readonly number[],
  draws: number,
): Promise<string> {
  const size = shape.reduce((product, side) => product * side, 1);
  const data = new Float32Array(draws * seeds.length * size);
  for (let draw = 0; draw < draws; draw++) {
    seeds.forEach((seed, n) => {
      const begin = (draw * seeds.length + n) * size;
      seededNoise(seed, draw, data.subarray(begin, begin + size));
    });
  }
  await mkdir(folder, { recursive: true });
  const path = join(folder, 'noise.safetensors');
  await writeSafetensors(path, new Map([['draws', { shape: [draws, seeds.length, ...shape], data }]]));
  return path;
}
