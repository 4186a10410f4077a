/** `SimpleUnet` of an exported folder in plain PyTorch, and the way back. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { beforeAll, describe, expect, it } from 'vitest';
import { expectClose } from '#test/compare.ts';
import { exportWave } from '#test/diffusers/export.ts';
import { waveParameters } from '#test/models/model.ts';
import { temporaryFolder } from '#test/pictures/images.ts';
import { askPython, lacksPython, skipBecause } from '#test/skip.ts';
import { readSafetensors } from '#training/folder/safetensors.ts';
import { fromStateDict, requireWeights, WEIGHTS_FILE } from '#training/folder/weights.ts';
import { createModel } from '#training/model/index.ts';

const spec = (name: string) => ({ name, mean: 0, std: 1, min: -20, max: 20 });
const NETWORKS = {
  'as in the notebook': { sample_size: 8, image_channels: 3, channels: [4, 6, 8], time_emb_dim: 8 },
  'with all options': {
    sample_size: 8,
    channels: [4, 8, 8],
    time_emb_dim: 8,
    num_class_embeds: 3,
    null_condition: true,
    conditions: [spec('age'), spec('weight')],
    act_fn: 'mish',
    norm_type: 'group',
    norm_num_groups: 2,
    residual_connections: true,
    attention_levels: [0, 2],
    dropout: 0.3,
  },
};

describe.each(Object.entries(NETWORKS))('SimpleUnet %s', skipBecause(lacksPython('torch')), (_, keys) => {
  const config = { _class_name: 'SimpleUnet', ...keys };
  const model = createModel(config);
  const root = temporaryFolder();
  let output: number[];
  beforeAll(async () => {
    await exportWave(join(root, 'model'), config);
    const script = join(import.meta.dirname, '../../support/diffusers/plain.py');
    output = askPython([script, join(root, 'model'), join(root, 'saved', 'unet')]);
  }, 300_000);

  it('computes in PyTorch alone what onnxruntime does', async () => {
    const session = await InferenceSession.create(join(root, 'model', 'unet', 'model.onnx'));
    const size = model.shape.reduce((product, side) => product * side, 1);
    const { out_sample } = await session.run({
      sample: new Tensor(
        'float32',
        Float32Array.from({ length: 3 * size }, (_, i) => Math.sin(i)),
        [3, ...model.shape],
      ),
      timestep: new Tensor('float32', [0, 17.5, 299], [3]),
      ...(model.classCount !== null && { class_labels: new Tensor('int64', [0n, 1n, 2n], [3]) }),
      ...(model.conditions.length > 0 && {
        conditions: new Tensor('float32', [0.3, -1.7, 1, 1, 9.5, 0, 1, 0, 0, 0, 0, 0], [3, 4]),
      }),
    });
    await session.release();
    const expected = out_sample!.data as Float32Array;
    expectClose(output, expected, { absolute: 1e-4 });
  });

  it('comes back as it went', async () => {
    const file = join(root, 'saved', WEIGHTS_FILE);
    const { tensors, metadata } = await readSafetensors(file);
    const { values, faults } = fromStateDict(model, tensors);
    requireWeights(faults, 'read what PyTorch saved');
    expect(metadata).toEqual({ format: 'pt' });
    expect(values).toEqual(waveParameters(model.parameters));
    const saved = JSON.parse(await readFile(join(root, 'saved', 'unet', 'config.json'), 'utf8'));
    expect(createModel(saved).config).toEqual(model.config);
  });
});
