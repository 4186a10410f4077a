/** Fused graphs of small networks. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Tensor as OrtTensor } from 'onnxruntime-node';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { fuseFolder } from '#pipeline/export/fuse/folder.ts';
import { FUSED_KINDS, type FusedKind } from '#pipeline/export/fuse/kinds.ts';
import { Sketch } from '#pipeline/export/fuse/sketch.ts';
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

/** A model folder of such a network with fused graphs, and a copy without. */
export async function fusedFolder(
  root: string,
  network: object,
  { scheduler = {}, kinds = FUSED_KINDS }: { scheduler?: object; kinds?: readonly FusedKind[] } = {},
): Promise<{ plain: string; fused: string }> {
  const [plain, fused] = [join(root, 'plain'), join(root, 'fused')];
  await exportWave(plain, network, { prediction_type: 'v_prediction', ...scheduler });
  await fuseFolder({ model: plain, out: fused, kinds, table: { steps: 3 } });
  return { plain, fused };
}

/** Opens one of a folder's graphs. */
export const openFused = async (folder: string, kind: FusedKind): Promise<InferenceSession> =>
  InferenceSession.create(await readFile(join(folder, 'fused', `${kind}.onnx`)));

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
