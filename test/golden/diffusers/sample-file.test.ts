/** The file that samples a model folder on onnxruntime alone, in Python. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { loadModel } from '#runtime-node/index.ts';
import { expectClose } from '#test/compare.ts';
import { exportWave, writeNoise } from '#test/diffusers/export.ts';
import { unetConfig } from '#test/models/unet.ts';
import { temporaryFolder } from '#test/pictures/images.ts';
import { askPython, lacksPython, skipBecause } from '#test/skip.ts';

const [COUNT, STEPS] = [2, 7];
const FILE = join(import.meta.dirname, '../../../training/python/sample.py');

/** Runs the file as it is, but for numpy's noise; prints the pictures, flat. */
const SCRIPT = `
import json, os, runpy, sys
import numpy as np
file, noise, folder, count, steps = sys.argv[1:]
os.chdir(os.path.dirname(noise))
count = int(count)
class Given:
    def standard_normal(self, shape):
        data = open(noise, "rb").read()
        header = int.from_bytes(data[:8], "little")
        draws = np.frombuffer(data[8 + header:], "<f4").reshape(-1, *shape)
        return draws[0].astype(np.float64)
np.random.default_rng = lambda seed: Given()
sys.argv = [file, folder, str(count), steps]
print(json.dumps(runpy.run_path(file)["x"].flatten().tolist()))`;

const unet = unetConfig({
  sample_size: 8,
  in_channels: 3,
  out_channels: 3,
  block_out_channels: [8],
  norm_num_groups: 4,
});
const age = { name: 'age', mean: 50, std: 20, min: 1, max: 100 };
const v = { prediction_type: 'v_prediction' };

/** Networks and schedules; every prediction type, schedule and kind of condition is among them. */
const CASES: [string, object, object][] = [
  ['predicts v, cosine', unet, { ...v, beta_schedule: 'squaredcos_cap_v2' }],
  ['predicts epsilon, linear, clipped', unet, { prediction_type: 'epsilon', beta_end: 0.01 }],
  ['predicts the picture, scaled linear', unet, { prediction_type: 'sample', beta_schedule: 'scaled_linear' }],
  ["has the tutorial's cosine, as numbers", unet, { ...v, beta_schedule: 'cosine', clip_sample: false }],
  ['ends at pure noise', unet, { ...v, rescale_betas_zero_snr: true, set_alpha_to_one: false }],
  [
    'has classes and a null class',
    { ...unet, num_class_embeds: 3, null_condition: true },
    { ...v, clip_sample: false },
  ],
  ['is of flow matching', unet, { prediction_type: 'flow_prediction', shift: 2 }],
  ['has 300 timesteps, of which numpy lists one too many', { ...unet, num_train_timesteps: 300 }, v],
  ['has a number as condition', { ...unet, conditions: [age] }, { ...v, clip_sample_range: 0.8 }],
];

describe('sample.py', skipBecause(lacksPython('onnxruntime')), () => {
  const root = temporaryFolder();

  it.each(CASES)(
    'makes our pictures of a model that %s',
    async (title, network, scheduler) => {
      const folder = join(root, title);
      const { shape, classCount, conditions } = await exportWave(folder, network, scheduler);
      const noise = await writeNoise(join(root, `${title} noise`), shape, [3, 4], 1);
      const theirs: number[] = askPython(['-c', SCRIPT, FILE, noise, folder, `${COUNT}`, `${STEPS}`]);
      const model = await loadModel(folder, { device: 'cpu' });
      const { images } = await model.sample({
        seed: 3,
        count: COUNT,
        steps: STEPS,
        sampler: 'ddim',
        ...(title !== 'is of flow matching' && { spacing: 'trailing' as const }),
        ...(classCount !== null && { guidance: 1 }),
        ...(conditions.length > 0 && { conditions: { age: age.mean } }),
      });
      await model.dispose();
      const largest = images.reduce((most, value) => Math.max(most, Math.abs(value)), 1);
      expectClose(theirs, images, { absolute: 1e-5 * largest, what: title });
      const sheet = await readFile(join(root, `${title} noise`, 'samples.pnm'));
      const header = `P6 ${COUNT * 8} 8 255\n`;
      expect(sheet.subarray(0, header.length).toString('latin1')).toBe(header);
      expect(sheet.length).toBe(header.length + COUNT * 3 * 64);
    },
    300_000,
  );
});
