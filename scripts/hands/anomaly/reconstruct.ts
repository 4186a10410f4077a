/**
 * Reconstructions of phantoms by several methods, as arrays of numpy for measure.py:
 *
 *     npx tsx scripts/hands/anomaly/reconstruct.ts <phantoms> <out> <images> <method:strength:draws:sampler:steps>...
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { writeNpy } from '@onnoise/base/arrays';
import { loadModel, type Reconstruction } from '@onnoise/runtime-node';
import type { SamplerName } from '@onnoise/scheduler';
import { prepareDataset } from '@onnoise/training/data';

const [folder, out, most, ...plans] = process.argv.slice(2);
mkdirSync(out!, { recursive: true });
const options = { fit: 'crop', background: 'black', validationShare: 0, seed: 0, strict: false } as const;
const csv = join(folder!, 'hands.csv');
const data = join(folder!, 'images');
const dataset = await prepareDataset({ ...options, data, csv, size: 64, channels: 1, cacheDir: join(out!, 'cache') });
const count = Math.min(Number(most), dataset.count);
const pixels = new Uint8Array(count * 4096);
await dataset.read([...Array(count).keys()], pixels);
dataset.close();
writeFileSync(join(out!, 'images.npy'), writeNpy(pixels, [count, 64, 64]));
if (plans.length > 0) {
  const model = await loadModel('models/hands', { device: 'cpu' });
  const images = Float32Array.from(pixels, (byte) => byte / 127.5 - 1);
  for (const plan of plans) {
    const [method, strength, draws, sampler = 'dpmpp_2m_sde', steps = '20'] = plan.split(':');
    const begin = performance.now();
    for (let draw = 0; draw < Number(draws); draw++) {
      const made = await model.reconstruct({
        method: method as Reconstruction,
        strength: Number(strength),
        steps: Number(steps),
        sampler: sampler as SamplerName,
        images,
        seeds: Array.from({ length: count }, (_, i) => i + count * draw),
      });
      writeFileSync(join(out!, `${plan.replaceAll(':', '-')}.${draw}.npy`), writeNpy(made, [count, 64, 64]));
    }
    console.log(plan, ((performance.now() - begin) / 1000).toFixed(0), 's');
  }
  await model.dispose();
}
