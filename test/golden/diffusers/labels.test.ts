/** The classes of `pipeline.py` as people in Python write them. */
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { exportWave } from '#test/diffusers/export.ts';
import { temporaryFolder } from '#test/models/tiny-onnx.ts';
import { unetConfig } from '#test/models/unet.ts';
import { askPython, lacksPython, skipBecause } from '#test/skip.ts';

const unet = unetConfig({ sample_size: 8, block_out_channels: [8], norm_num_groups: 4, num_class_embeds: 3 });

const SCRIPT = `
import json, sys, numpy, torch
from diffusers import DiffusionPipeline
pipe = DiffusionPipeline.from_pretrained(sys.argv[1], custom_pipeline="pipeline", trust_remote_code=True)
pipe.set_progress_bar_config(disable=True)
def drawn(labels, **more):
    images = pipe(class_labels=labels, num_inference_steps=2, output_type="np",
                  generator=torch.manual_seed(0), **more).images
    return [len(images), float(abs(images).sum())]
out = {"list": drawn([1, 2]), "torch": drawn(torch.tensor([1, 2])), "numpy": drawn(numpy.array([1, 2])),
       "range": drawn(range(1, 3)), "one": drawn(torch.tensor(1))[0]}
try:
    drawn([0, 1, 2], batch_size=2)
except ValueError as error:
    out["refused"] = str(error)
print(json.dumps(out))
`;

it('takes tensors, arrays and ranges, and drops none of them', {
  ...skipBecause(lacksPython('diffusers')),
  tags: 'long',
}, async () => {
  const folder = join(await temporaryFolder(), 'wave');
  await exportWave(folder, unet);
  const { list, refused, one, ...others } = askPython(['-c', SCRIPT, folder]);
  expect(list[0]).toBe(2);
  expect(others).toEqual({ torch: list, numpy: list, range: list });
  expect([one, refused]).toEqual([1, 'batch_size must be at least 3, as many as are given, received 2']);
});
