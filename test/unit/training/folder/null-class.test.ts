import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { expect, it } from 'vitest';
import { expectClose } from '#test/compare.ts';
import { temporaryFolder } from '#test/models/tiny-onnx.ts';
import { unetConfig } from '#test/models/unet.ts';
import { askPython, lacksPython, skipBecause } from '#test/skip.ts';
import { encodeModel } from '#tracer/index.ts';
import { inferenceGraph } from '#training/folder/inference.ts';
import { writeSafetensors } from '#training/folder/safetensors.ts';
import { createModel, initParameters } from '#training/model/index.ts';

const SCRIPT = `
import json, sys
import torch
from diffusers import UNet2DModel
model = UNet2DModel.from_pretrained(sys.argv[1], subfolder="unet")
sample = torch.sin(torch.arange(4 * 16, dtype=torch.float32)).reshape(4, 1, 4, 4)
with torch.no_grad():
    output = model(sample, torch.tensor([0, 3, 9, 9]), class_labels=torch.arange(4)).sample
print(json.dumps(output.flatten().tolist()))`;

it('the null class is a class of diffusers as any other', {
  ...skipBecause(lacksPython('diffusers')),
  tags: 'long',
}, async () => {
  const model = createModel(
    unetConfig({ block_out_channels: [8], num_class_embeds: 4, null_condition: true, num_train_timesteps: 10 }),
  );
  expect([model.classCount, model.config]).toEqual([3, expect.objectContaining({ null_condition: true })]);
  const parameters = initParameters(model, 1);
  const folder = await temporaryFolder();
  await mkdir(join(folder, 'unet'));
  await writeFile(join(folder, 'unet', 'config.json'), JSON.stringify(model.config));
  const weights = model.parameters.map(({ name, shape }) => [name, { shape, data: parameters.get(name)! }] as const);
  const path = join(folder, 'unet', 'diffusion_pytorch_model.safetensors');
  await writeSafetensors(path, new Map(weights), { format: 'pt' });
  const theirs: number[] = askPython(['-c', SCRIPT, folder]);

  const session = await InferenceSession.create(encodeModel(inferenceGraph(model, parameters)));
  const sample = Float32Array.from({ length: 64 }, (_, i) => Math.sin(i));
  const { out_sample } = await session.run({
    sample: new Tensor('float32', sample, [4, 1, 4, 4]),
    timestep: new Tensor('float32', [0, 3, 9, 9], [4]),
    class_labels: new Tensor('int64', [0n, 1n, 2n, 3n], [4]),
  });
  await session.release();
  expectClose(out_sample!.data as Float32Array, theirs, { absolute: 1e-5, what: 'output' });
});
