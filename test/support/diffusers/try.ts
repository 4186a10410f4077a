import { execFileSync } from 'node:child_process';
import { mkdtemp, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { formatSchedulerConfig, parseSchedulerConfig, SAMPLER_NAMES, samplerRecord } from '@onnoise/scheduler';
import { loadModel } from '#runtime-node/index.ts';
import { exportWave, writeNoise } from '#test/diffusers/export.ts';
const folder = await mkdtemp('/tmp/tp-');
const unet = { _class_name: 'UNet2DModel', sample_size: 8, in_channels: 1, out_channels: 1, block_out_channels: [8, 16], layers_per_block: 1, norm_num_groups: 4, attention_head_dim: 8, down_block_types: ['DownBlock2D','AttnDownBlock2D'], up_block_types: ['AttnUpBlock2D','UpBlock2D'] };
const config = { num_train_timesteps: 1000, prediction_type: 'v_prediction', clip_sample: process.argv[3] === 'clip', ...JSON.parse(process.argv[2] ?? '{}') };
const model = await exportWave(join(folder, 'model'), unet, config);
const steps = 10;
const noise = await writeNoise(folder, model.shape as any, [5, 6], 2 * steps + 2);
const cases = [];
const own = (await loadModel(join(folder, 'model'), { device: 'cpu' }));
const ours: Float32Array[] = []; const names: string[] = [];
for (const sampler of SAMPLER_NAMES) {
  const { diffusers } = samplerRecord(sampler);
  if (!diffusers) continue;
  const scheduler = sampler==='ddim' ? {...formatSchedulerConfig(parseSchedulerConfig(config)), _class_name:'DDIMScheduler'} : formatSchedulerConfig(parseSchedulerConfig(config), sampler);
  for (const pipeline of ['ddpm','ddim'].includes(sampler) ? ['DDPMPipeline', 'OnnoisePipeline'] : ['OnnoisePipeline']) {
    cases.push({ scheduler, steps, pipeline, inputs: { batch_size: 2 }, step: {} });
    const s: any = await own.sample({ seed: 5, count: 2, steps, sampler });
    names.push(sampler + ' ' + pipeline); ours.push(s.images);
  }
}
await writeFile(join(folder, 'cases.json'), JSON.stringify(cases));
const said = execFileSync('/work/venv/bin/python', ['test/support/diffusers/sample.py', join(folder, 'model'), noise, join(folder, 'cases.json')], { encoding: 'utf8', stdio: ['ignore','pipe','inherit'], maxBuffer: 1e9 });
const theirs: number[][] = JSON.parse(said);
theirs.forEach((p, i) => {
  let d = 0, sd=0; p.forEach((v, j) => { const o = Math.min(1, Math.max(0, ours[i]![j]! / 2 + 0.5)); d = Math.max(d, Math.abs(o - v)); sd += Math.abs(v-0.5); });
  console.log(names[i], d.toExponential(2), (sd/p.length).toFixed(3), Math.max(...ours[i]!.map(Math.abs)).toFixed(2));
});
process.exit(0)
