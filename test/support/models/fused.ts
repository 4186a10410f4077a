/** The fused graph of a small network. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { PACKED_COLUMNS, packTable } from '@onnoise/scheduler';
import { conditionRows, extraInputs, inputTensors } from '@onnoise/scheduler/model';
import type { Tensor as OrtTensor } from 'onnxruntime-node';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { onTestFinished } from 'vitest';
import { fuseFolder } from '#pipeline/export/fuse/folder.ts';
import { LOOP_FILE } from '#pipeline/export/fuse/fuse.ts';
import { Sketch } from '#pipeline/export/fuse/sketch.ts';
import { completeRequest, readModelFolder, type SampleOptions } from '#runtime-node/index.ts';
import { encodeModel, type FileGraph } from '#tracer/index.ts';
import { exportWave } from '../diffusers/export.ts';
import { unetConfig } from './unet.ts';

export const PLAIN = unetConfig({ sample_size: 6, attention_head_dim: 2 });
const age = { name: 'age', mean: 50, std: 20, min: 1, max: 100 };
/** Three channels, and everything that a network can be told. */
export const TOLD = {
  ...PLAIN,
  in_channels: 3,
  out_channels: 3,
  num_class_embeds: 3,
  null_condition: true,
  conditions: [age],
};

/** A model folder of such a network with a fused graph, and a copy without. */
export async function fusedFolder(
  root: string,
  network: object,
  { scheduler = {} }: { scheduler?: object } = {},
): Promise<{ plain: string; fused: string }> {
  const [plain, fused] = [join(root, 'plain'), join(root, 'fused')];
  await exportWave(plain, network, { prediction_type: 'v_prediction', ...scheduler });
  await fuseFolder({ model: plain, out: fused, table: { steps: 3 } });
  return { plain, fused };
}

/** Opens a folder's fused graph. @returns what makes the pictures of a request with it, in one call */
export async function openFused(folder: string): Promise<(options: SampleOptions) => Promise<Float32Array>> {
  const model = await readModelFolder(folder);
  const session = await InferenceSession.create(await readFile(join(folder, LOOP_FILE)));
  onTestFinished(() => session.release());
  const inputs = extraInputs(model);
  return async (options) => {
    const request = completeRequest(model, options);
    const { seeds, table, guidance } = request;
    const told = inputTensors(inputs, conditionRows(inputs, request, seeds.length));
    const { images } = await session.run({
      table: new Tensor('float64', packTable(table, guidance), [table.rows.length, PACKED_COLUMNS.length]),
      seed: longs(seeds as number[]),
      ...(model.nullCondition && { guidance: new Tensor('float64', [guidance?.scale ?? 1], [1]) }),
      ...Object.fromEntries(told.map(({ name, type, values, dims }) => [name, new Tensor(type, values, dims)])),
    });
    return images!.data as Float32Array;
  };
}

/** What a sketch computes. */
export async function runSketch(
  draw: (s: Sketch) => void,
  feeds: Record<string, OrtTensor>,
): Promise<Record<string, OrtTensor>> {
  const s = new Sketch('test');
  draw(s);
  return runGraph(s.graph, feeds);
}

export async function runGraph(graph: FileGraph, feeds: Record<string, OrtTensor>): Promise<Record<string, OrtTensor>> {
  const session = await InferenceSession.create(encodeModel(graph));
  try {
    return await session.run(feeds);
  } finally {
    await session.release();
  }
}

export const longs = (values: readonly (number | bigint)[], dims: readonly number[] = [values.length]) =>
  new Tensor('int64', BigInt64Array.from(values, BigInt), dims);
